//! `tramline account audit`.

use super::folder::{Named, known, open};
use super::shown::say;
use clap::Args;
use serde_json::{Value, json};
use tramline_server::store::{Audit, Entry, Page, Span};

#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    account: Named,
    /// How many entries
    #[arg(long, value_name = "COUNT", default_value_t = 50)]
    last: u64,
    /// Print JSON, one entry a line
    #[arg(long)]
    json: bool,
}

pub(super) async fn run(arguments: &Arguments) -> anyhow::Result<()> {
    let database = open(&arguments.account.folder).await?;
    let listed = async {
        let found = known(&database, &arguments.account.name).await?;
        let page = Page {
            page: 0,
            size: arguments.last,
        };
        let list = database.audit(&found.account.id, Span::default(), page);
        anyhow::Ok(list.await?)
    };
    let listed = listed.await;
    database.close().await;
    let listed = listed?;
    for entry in &listed.items {
        if arguments.json {
            say(&object(entry).to_string())?;
        } else {
            say(&line(entry))?;
        }
    }
    let shown = listed.items.len() as u64;
    if !arguments.json && shown < listed.total {
        let all = listed.total;
        say(&format!(
            "the newest {shown} of {all} entries; `--last {all}` shows all"
        ))?;
    }
    Ok(())
}

fn instant(entry: &Entry) -> String {
    let time = jiff::Timestamp::from_microsecond(entry.time);
    time.map_or_else(|_| "?".to_owned(), |time| format!("{time:.0}"))
}

fn line(entry: &Entry) -> String {
    let mut words = vec![instant(entry), entry.action.name().to_owned()];
    if entry.times > 1 {
        words.push(format!("{} times", entry.times));
    }
    words.extend(entry.subject.clone());
    words.push(format!("by {}", entry.by.actor.name()));
    words.extend(entry.by.actor.id().map(str::to_owned));
    words.extend(entry.by.client.map(|client| format!("from {client}")));
    words.join(" ")
}

fn object(entry: &Entry) -> Value {
    json!({
        "time": instant(entry),
        "action": entry.action.name(),
        "subject": entry.subject,
        "actor": entry.by.actor.name(),
        "actorId": entry.by.actor.id(),
        "client": entry.by.client.map(|client| client.to_string()),
        "requestId": entry.by.request,
        "times": entry.times,
    })
}
