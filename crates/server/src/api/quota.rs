//! Whether an account may store more: its own limits, and else those of the settings.
//!
//! Rule: an upload is refused before its body is taken. Uploads that arrive at once are each held against what is
//! stored by then, so an account can pass its limit by as much as it has under way.

use super::problem::Problem;
use crate::clock::{SECOND, now};
use crate::settings::Settings;
use crate::state::State;
use crate::store::{Quota, Usage};
use axum::http::StatusCode;

const DAY_SECONDS: i64 = 86_400;

/// Limits that hold for an account; `None` where there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) bytes: Option<u64>,
    pub(crate) files: Option<u64>,
    pub(crate) uploads_per_day: Option<u64>,
}

impl Limits {
    pub(crate) fn new(quota: Quota, settings: &Settings) -> Self {
        let holds =
            |own: Option<u64>, setting| Some(own.unwrap_or(setting)).filter(|limit| *limit > 0);
        Self {
            bytes: holds(quota.bytes, settings.account_bytes),
            files: holds(quota.files, settings.account_files),
            uploads_per_day: holds(quota.uploads_per_day, settings.account_uploads_per_day),
        }
    }
}

/// What an account wants to add.
#[derive(Clone, Copy, Debug)]
pub(crate) enum More {
    /// An upload of so many bytes, as far as that is known.
    Upload(u64),
    /// A machine file that is made of others.
    File,
}

/// Refuses what the account has no room for.
pub(crate) async fn admit(state: &State, account: &str, more: More) -> Result<(), Problem> {
    let (quota, usage) = state
        .db
        .usage(account)
        .await?
        .ok_or_else(Problem::unauthorized)?;
    let until_midnight = DAY_SECONDS - (now() / SECOND).rem_euclid(DAY_SECONDS);
    judge(
        Limits::new(quota, &state.settings),
        usage,
        more,
        until_midnight,
    )
}

fn judge(limits: Limits, usage: Usage, more: More, until_midnight: i64) -> Result<(), Problem> {
    let exceeded = |detail: String| {
        Err(Problem::new(StatusCode::FORBIDDEN, detail)
            .key("quotaExceeded")
            .hint("delete batches or files that are not needed any more, or ask the operator of this service for more"))
    };
    let bytes = match more {
        More::Upload(bytes) => bytes,
        More::File => 0,
    };
    if let Some(limit) = limits.bytes
        && usage.bytes.saturating_add(bytes.max(1)) > limit
    {
        let used = usage.bytes;
        let with = match bytes {
            0 => String::new(),
            bytes => format!(", and this upload has {bytes}"),
        };
        return exceeded(format!(
            "the account has stored {used} of {limit} bytes{with}"
        ));
    }
    if let Some(limit) = limits.files
        && usage.files >= limit
    {
        let used = usage.files;
        return exceeded(format!("the account has {used} of {limit} machine files"));
    }
    if let (Some(limit), More::Upload(_)) = (limits.uploads_per_day, more)
        && usage.uploads_today >= limit
    {
        let detail = format!(
            "the account has sent {limit} uploads today, which is its limit for a day (UTC)"
        );
        return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail)
            .key("uploadsPerDayExceeded")
            .hint("send the rest tomorrow, or several sticks in one zip")
            .after(u32::try_from(until_midnight).unwrap_or(1)));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Limits, More, judge};
    use crate::settings::Settings;
    use crate::store::{Quota, Usage};

    fn verdict(usage: Usage, more: More) -> Option<String> {
        let settings = Settings {
            account_bytes: 100,
            account_files: 3,
            account_uploads_per_day: 2,
            ..Settings::default()
        };
        let limits = Limits::new(Quota::default(), &settings);
        let refused = judge(limits, usage, more, 60).err();
        refused.map(|problem| problem.detail().to_owned())
    }

    #[test]
    fn what_has_room_is_taken_and_nothing_more() {
        let usage = |bytes, files, uploads_today| Usage {
            bytes,
            files,
            uploads_today,
        };
        let (room, full) = (usage(90, 2, 1), "the account has stored 90 of 100 bytes");
        assert_eq!(verdict(room, More::Upload(10)), None);
        let too_much = format!("{full}, and this upload has 11");
        assert_eq!(verdict(room, More::Upload(11)), Some(too_much));
        assert_eq!(verdict(room, More::File), None);
        for more in [More::Upload(0), More::File] {
            let bytes = verdict(usage(100, 0, 0), more).unwrap();
            assert_eq!(bytes, "the account has stored 100 of 100 bytes");
            let files = verdict(usage(0, 3, 0), more).unwrap();
            assert_eq!(files, "the account has 3 of 3 machine files");
        }
        assert!(
            verdict(usage(0, 0, 2), More::Upload(1))
                .unwrap()
                .contains("2 uploads today")
        );
        assert_eq!(verdict(usage(0, 0, 2), More::File), None);
    }

    #[test]
    fn own_limits_count_before_those_of_the_settings_and_nothing_is_no_limit() {
        let settings = Settings {
            account_files: 0,
            ..Settings::default()
        };
        let own = Quota {
            bytes: Some(7),
            files: None,
            uploads_per_day: Some(0),
        };
        let limits = Limits::new(own, &settings);
        assert_eq!(
            (limits.bytes, limits.files, limits.uploads_per_day),
            (Some(7), None, None)
        );
    }
}
