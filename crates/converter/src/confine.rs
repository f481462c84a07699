//! What a child may use: limits of the operating system on memory, processor time and written
//! bytes. It dies with its parent.

use crate::protocol::Allowance;
use rustix::process::{
    Resource, Rlimit, Signal, getrlimit, set_parent_process_death_signal, setrlimit,
};

fn limit(resource: Resource, value: u64) -> std::io::Result<()> {
    let limit = Rlimit {
        current: Some(value),
        maximum: Some(value),
    };
    setrlimit(resource, limit).map_err(std::io::Error::from)
}

/// Processor time from now on. The soft limit alone: its signal tells from a kill by others.
pub(crate) fn limit_processor(seconds: u64) -> std::io::Result<()> {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let used = u64::try_from(used).unwrap_or_default();
    let maximum = getrlimit(Resource::Cpu).maximum;
    let wanted = used.saturating_add(seconds).saturating_add(1);
    let limit = Rlimit {
        current: Some(maximum.map_or(wanted, |most| wanted.min(most))),
        maximum,
    };
    setrlimit(Resource::Cpu, limit).map_err(std::io::Error::from)
}

pub(crate) fn confine(allowance: Allowance) -> std::io::Result<()> {
    set_parent_process_death_signal(Some(Signal::KILL))?;
    limit_processor(allowance.cpu_seconds)?;
    limit(Resource::Data, allowance.memory_bytes)?;
    limit(Resource::Fsize, allowance.file_bytes)?;
    limit(Resource::Core, 0)
}
