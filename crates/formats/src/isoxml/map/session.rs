//! Logs that tell the same moments: those split at 255 values of one header run side by side,
//! all others one after the other.

use super::super::raw::TimeLog;
use std::collections::BTreeSet;

/// Groups logs whose times overlap and whose values are disjoint, in the order of the logs.
pub(crate) fn sessions(logs: &[TimeLog]) -> Vec<Vec<&TimeLog>> {
    let mut sessions: Vec<Vec<&TimeLog>> = Vec::new();
    for log in logs {
        let beside = sessions.iter_mut().find(|session| {
            session.iter().all(|other| overlap(log, other) && disjoint(log, other))
        });
        match beside {
            Some(session) => session.push(log),
            None => sessions.push(vec![log]),
        }
    }
    sessions
}

fn span(log: &TimeLog) -> Option<(i64, i64)> {
    Some((*log.time_ms.iter().min()?, *log.time_ms.iter().max()?))
}

fn overlap(a: &TimeLog, b: &TimeLog) -> bool {
    match (span(a), span(b)) {
        (Some((a0, a1)), Some((b0, b1))) => a0 <= b1 && b0 <= a1 && a1 > a0,
        _ => false,
    }
}

/// No value of one is also in the other, and each has values at all.
fn disjoint(a: &TimeLog, b: &TimeLog) -> bool {
    let keys = |log: &TimeLog| -> BTreeSet<(u16, Option<String>, Option<(u32, u8, u8)>)> {
        log.header
            .values
            .iter()
            .map(|value| (value.ddi, value.device_element.clone(), value.pgn))
            .collect()
    };
    let (a, b) = (keys(a), keys(b));
    !a.is_empty() && !b.is_empty() && a.is_disjoint(&b)
}
