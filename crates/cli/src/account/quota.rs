//! `tramline account quota`: limits of one account, in place of those of the settings.

use super::folder::{Named, known, open};
use super::shown::{limits, say, size};
use clap::Args;
use tramline_server::store::{By, Overview, Quota, Quotas};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    account: Named,
    /// Bytes of uploads and results: `750GB`, `2TB`, a number; `none` for no limit, `default` for the setting's
    #[arg(long, value_name = "SIZE", value_parser = limit)]
    bytes: Option<Limit>,
    /// Machine files: a number, `none` or `default`
    #[arg(long, value_name = "COUNT", value_parser = limit)]
    files: Option<Limit>,
    /// Uploads on one day (UTC): a number, `none` or `default`
    #[arg(long, value_name = "COUNT", value_parser = limit)]
    uploads_per_day: Option<Limit>,
}

/// A limit as it is stored: 0 is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Limit {
    Default,
    Own(u64),
}

impl Limit {
    fn over(limit: Option<Self>, before: Option<u64>) -> Option<u64> {
        match limit {
            None => before,
            Some(Self::Default) => None,
            Some(Self::Own(limit)) => Some(limit),
        }
    }
}

const UNITS: [(&str, u64); 9] = [
    ("kb", 1_000),
    ("mb", 1_000_000),
    ("gb", 1_000_000_000),
    ("tb", 1_000_000_000_000),
    ("kib", 1 << 10),
    ("mib", 1 << 20),
    ("gib", 1 << 30),
    ("tib", 1 << 40),
    ("b", 1),
];

fn limit(text: &str) -> Result<Limit, String> {
    let wrong = || "is no number (with a unit: 750GB), nor `none` or `default`".to_owned();
    let text = text.trim().to_ascii_lowercase();
    match text.as_str() {
        "default" => return Ok(Limit::Default),
        "none" => return Ok(Limit::Own(0)),
        _ => {}
    }
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (digits, unit) = text.split_at(end);
    let number: u64 = digits.parse().map_err(|_cause| wrong())?;
    let unit = unit.trim();
    let times = match unit {
        "" => 1,
        _ => UNITS
            .iter()
            .find(|(name, _)| *name == unit)
            .map(|(_, times)| *times)
            .ok_or_else(wrong)?,
    };
    let most = i64::MAX.unsigned_abs();
    let bytes = number.checked_mul(times).filter(|bytes| *bytes <= most);
    bytes.map(Limit::Own).ok_or_else(wrong)
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let name = &arguments.account.name;
    let database = open(&arguments.account.folder).await?;
    let shown = async {
        let mut found = known(&database, name).await?;
        let before = found.quota;
        found.quota = Quota {
            bytes: Limit::over(arguments.bytes, before.bytes),
            files: Limit::over(arguments.files, before.files),
            uploads_per_day: Limit::over(arguments.uploads_per_day, before.uploads_per_day),
        };
        if found.quota != before {
            database
                .set_quota(&found.account.id, found.quota, By::operator())
                .await?;
        }
        anyhow::Ok(found)
    };
    let shown = shown.await;
    database.close().await;
    say(&line(name, &shown?))
}

fn line(name: &str, found: &Overview) -> String {
    format!(
        "account `{name}` has stored {} in {} machine files and sent {} uploads today (UTC); its limits: {}",
        size(found.usage.bytes),
        found.usage.files,
        found.usage.uploads_today,
        limits(found.quota)
    )
}

#[cfg(test)]
mod tests {
    use super::{Limit, limit};

    #[test]
    fn limits_are_read_with_units_and_words() {
        for (text, expected) in [
            ("750GB", Limit::Own(750_000_000_000)),
            ("2 TiB", Limit::Own(2 << 40)),
            ("17", Limit::Own(17)),
            ("0", Limit::Own(0)),
            ("none", Limit::Own(0)),
            ("Default", Limit::Default),
        ] {
            assert_eq!(limit(text), Ok(expected), "{text}");
        }
        for text in [
            "",
            "GB",
            "-1",
            "1.5GB",
            "7 acres",
            "99999999999999999999",
            "9999999999TB",
        ] {
            assert!(limit(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_given_stays() {
        assert_eq!(Limit::over(None, Some(7)), Some(7));
        assert_eq!(Limit::over(Some(Limit::Default), Some(7)), None);
        assert_eq!(Limit::over(Some(Limit::Own(0)), None), Some(0));
    }
}
