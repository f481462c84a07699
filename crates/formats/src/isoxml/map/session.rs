//! Logs that tell the same moments: those split at 255 values of one header run side by side,
//! all others one after the other.

use super::super::raw::TimeLog;
use std::collections::BTreeSet;

type Variable<'a> = (u16, Option<&'a str>, Option<(u32, u8, u8)>);

/// Logs side by side, with the first one's times and all their values.
struct Session<'a> {
    logs: Vec<&'a TimeLog>,
    span: Option<(i64, i64)>,
    values: BTreeSet<Variable<'a>>,
}

/// Groups logs whose times overlap by more than half of the shorter one and whose values are
/// disjoint, in the order of the logs.
pub(crate) fn sessions(logs: &[TimeLog]) -> Vec<Vec<&TimeLog>> {
    let mut sessions: Vec<Session<'_>> = Vec::new();
    for log in logs {
        let span = span(log);
        let values: BTreeSet<Variable<'_>> = log
            .header
            .values
            .iter()
            .map(|value| (value.ddi, value.device_element.as_deref(), value.pgn))
            .collect();
        let beside = sessions.iter_mut().find(|session| {
            overlap(span, session.span)
                && !values.is_empty()
                && !session.values.is_empty()
                && values.is_disjoint(&session.values)
        });
        if let Some(session) = beside {
            session.logs.push(log);
            session.values.extend(values);
        } else {
            sessions.push(Session {
                logs: vec![log],
                span,
                values,
            });
        }
    }
    sessions.into_iter().map(|session| session.logs).collect()
}

fn span(log: &TimeLog) -> Option<(i64, i64)> {
    Some((*log.time_ms.iter().min()?, *log.time_ms.iter().max()?))
}

/// Logs one after the other may share the instant between them.
fn overlap(a: Option<(i64, i64)>, b: Option<(i64, i64)>) -> bool {
    let (Some((a0, a1)), Some((b0, b1))) = (a, b) else {
        return false;
    };
    let common = a1.min(b1) - a0.max(b0);
    a1 > a0 && b1 > b0 && common * 2 > (a1 - a0).min(b1 - b0)
}

#[cfg(test)]
mod tests {
    use super::super::super::raw::{Header, HeaderValue};
    use super::*;

    fn log(ddi: u16, time_ms: &[i64]) -> TimeLog {
        TimeLog {
            records: time_ms.len(),
            time_ms: time_ms.to_vec(),
            header: Header {
                values: vec![HeaderValue {
                    ddi,
                    ..HeaderValue::default()
                }],
                ..Header::default()
            },
            ..TimeLog::default()
        }
    }

    fn groups(logs: &[TimeLog]) -> usize {
        sessions(logs).len()
    }

    #[test]
    fn logs_of_one_time_with_other_values_run_side_by_side() {
        let times = [1_000, 2_000, 3_000];
        assert_eq!(
            groups(&[log(12, &times), log(415, &times), log(57, &times)]),
            1
        );
        assert_eq!(groups(&[log(12, &times), log(12, &times)]), 2);
        assert_eq!(
            groups(&[log(12, &times), log(415, &[3_000, 4_000, 5_000])]),
            2
        );
    }
}
