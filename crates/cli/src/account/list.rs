//! `tramline account list`.

use super::folder::{DataFolder, open};
use super::shown::{limits, minute, say, size};
use clap::Args;
use serde_json::{Value, json};
use tramline_server::store::{Accounts, Overview};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Print JSON instead of a table
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    folder: DataFolder,
}

const TITLES: [&str; 9] = [
    "name",
    "state",
    "created",
    "last login",
    "users",
    "files",
    "bytes",
    "today",
    "limits",
];

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let database = open(&arguments.folder).await?;
    let all = database.overview(None).await;
    database.close().await;
    let all = all?;
    if arguments.json {
        let list: Vec<Value> = all.iter().map(object).collect();
        return say(&serde_json::to_string_pretty(&list)?);
    }
    if all.is_empty() {
        return say("there is no account; `tramline account add NAME` makes one");
    }
    let rows: Vec<[String; 9]> = all.iter().map(row).collect();
    say(&table(&rows))?;
    say(
        "times are UTC; `today` counts uploads; limits `default` are those of the service's settings",
    )
}

fn state(one: &Overview) -> &'static str {
    if one.account.disabled.is_some() {
        "disabled"
    } else {
        "active"
    }
}

fn object(one: &Overview) -> Value {
    let instant = |micros: i64| {
        jiff::Timestamp::from_microsecond(micros)
            .ok()
            .map(|time| time.to_string())
    };
    json!({
        "name": one.account.username,
        "id": one.account.id,
        "state": state(one),
        "created": instant(one.account.created),
        "lastLogin": one.account.last_login.and_then(instant),
        "users": one.users,
        "files": one.usage.files,
        "bytes": one.usage.bytes,
        "uploadsToday": one.usage.uploads_today,
        "quota": {
            "bytes": one.quota.bytes,
            "files": one.quota.files,
            "uploadsPerDay": one.quota.uploads_per_day,
        },
    })
}

fn row(one: &Overview) -> [String; 9] {
    [
        one.account.username.clone(),
        state(one).to_owned(),
        minute(one.account.created),
        one.account
            .last_login
            .map_or_else(|| "never".to_owned(), minute),
        one.users.to_string(),
        one.usage.files.to_string(),
        size(one.usage.bytes),
        one.usage.uploads_today.to_string(),
        limits(one.quota),
    ]
}

/// Columns as wide as they need to be, without spaces at the ends of lines.
fn table(rows: &[[String; 9]]) -> String {
    let titles = TITLES.map(str::to_owned);
    let all: Vec<&[String; 9]> = std::iter::once(&titles).chain(rows).collect();
    let widths: Vec<usize> = (0..TITLES.len())
        .map(|column| {
            let cells = all.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let line = |row: &&[String; 9]| {
        let cells = row.iter().zip(&widths);
        let cells = cells.map(|(cell, width)| format!("{cell:<width$}"));
        let line = cells.collect::<Vec<_>>().join("  ");
        line.trim_end().to_owned()
    };
    all.iter().map(line).collect::<Vec<_>>().join("\n")
}
