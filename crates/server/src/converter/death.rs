//! What a converter died of, in words for the person whose upload it was.

use std::os::unix::process::ExitStatusExt;
use std::process::ExitStatus;
use std::time::Duration;
use tramline_convert::Refusal;
use tramline_converter::protocol::Order;

/// How a converter died.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Death {
    pub(crate) refusal: Refusal,
    /// Something outside killed it: its data may be good.
    pub(crate) from_outside: bool,
}

const ABORTED: i32 = 6;
const KILLED: i32 = 9;
const CPU_LIMIT: i32 = 24;
const FILE_LIMIT: i32 = 25;
const FORBIDDEN_CALL: i32 = 31;

impl Death {
    /// It was stopped after so long by the clock on the wall.
    pub(crate) fn of_age(longest: Duration) -> Self {
        let reason = format!("the conversion took more than {} s", longest.as_secs());
        let hint = "upload less at once, or ask the operator to raise `convert_seconds`";
        Self {
            refusal: Refusal {
                reason,
                hint: hint.to_owned(),
            },
            from_outside: false,
        }
    }

    /// `said` is what it wrote to standard error.
    pub(crate) fn of(order: &Order, status: ExitStatus, said: &str) -> Self {
        let limits = order.limits();
        let mebibytes = |bytes: u64| bytes >> 20;
        // The allocator of the standard library says so before it aborts.
        let memory = status.signal() == Some(ABORTED) && said.contains("memory allocation");
        let (reason, hint) = match status.signal() {
            _ if memory => (
                format!(
                    "reading it needs more than {} MiB of memory",
                    mebibytes(limits.memory_bytes)
                ),
                "upload less at once, or ask the operator to raise `convert_memory_bytes`",
            ),
            Some(CPU_LIMIT) => (
                format!(
                    "reading it took more than {} s of processor time",
                    limits.cpu_seconds
                ),
                "upload less at once, or ask the operator to raise `convert_cpu_seconds`",
            ),
            Some(FILE_LIMIT) => (
                format!(
                    "one of its result files grew beyond {} MiB",
                    mebibytes(limits.file_bytes)
                ),
                "upload less at once, or ask the operator to raise `convert_file_bytes`",
            ),
            Some(FORBIDDEN_CALL) => (
                "while reading it, the converter tried what no reader needs, such as the network or another program, \
                 and the operating system stopped it"
                    .to_owned(),
                "do not open the file with other programs, and report it together with the file",
            ),
            Some(KILLED) => (
                "the operating system killed the converter, most likely because the machine ran out of memory"
                    .to_owned(),
                "try again; if it happens again, the machine needs more memory or fewer `workers`",
            ),
            _ => (
                "the converter stopped because of a defect in Tramline".to_owned(),
                "report it together with the file",
            ),
        };
        Self {
            refusal: Refusal {
                reason,
                hint: hint.to_owned(),
            },
            from_outside: status.signal() == Some(KILLED),
        }
    }
}
