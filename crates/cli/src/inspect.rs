//! `tramline inspect`: detection only. What is in there, what would be made of it, what is
//! ignored and why.

use crate::columns::ColumnArguments;
use anyhow::Context;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;
use tramline_formats::{Limits, ReadOptions, SourceError, Tree, Verdict, detect, registry};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Zip, folder or single file
    input: PathBuf,
    /// Consider this format only (a `fileFormat` code such as ISO11783 or SHAPEFILE)
    #[arg(long)]
    format: Option<String>,
    #[command(flatten)]
    columns: ColumnArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let tree = open(&arguments.input)?;
    let options = ReadOptions {
        column_map: arguments.columns.map()?,
        ..ReadOptions::default()
    };
    let detection = detect(&tree, arguments.format.as_deref(), &options);
    let mut out = std::io::stdout().lock();
    let format_name = |id: &str| registry::by_id(id).map_or("", |format| format.name);
    if arguments.json {
        let claims: Vec<_> = detection
            .claims
            .iter()
            .map(|claim| {
                let (outcome, text, hint) = outcome(&claim.verdict);
                serde_json::json!({ "format": claim.format, "main": tree.entry(claim.main).path,
                    "entries": claim.entries.iter().map(|id| &tree.entry(*id).path).collect::<Vec<_>>(),
                    "reason": claim.reason, "outcome": outcome, "text": text, "hint": hint })
            })
            .collect();
        let unclaimed: Vec<_> = detection
            .unclaimed
            .iter()
            .map(|u| serde_json::json!({ "entry": tree.entry(u.entry).path, "reason": u.reason }))
            .collect();
        let all = serde_json::json!({ "datasets": claims, "unclaimed": unclaimed,
            "findings": tree.findings });
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
    } else {
        for claim in &detection.claims {
            let (outcome, text, hint) = outcome(&claim.verdict);
            writeln!(out, "{outcome:<12} {}", tree.entry(claim.main).path)?;
            match &claim.verdict {
                Verdict::Read => writeln!(
                    out,
                    "             {}, {} {}: {}",
                    format_name(claim.format),
                    claim.entries.len(),
                    if claim.entries.len() == 1 {
                        "file"
                    } else {
                        "files"
                    },
                    claim.reason
                )?,
                _ => writeln!(out, "             {text}")?,
            }
            if !hint.is_empty() {
                writeln!(out, "             what to do: {hint}")?;
            }
        }
        for unclaimed in &detection.unclaimed {
            writeln!(out, "ignored      {}", tree.entry(unclaimed.entry).path)?;
            writeln!(out, "             {}", unclaimed.reason)?;
        }
        for finding in &tree.findings {
            writeln!(out, "note         {}: {}", finding.place, finding.text)?;
        }
    }
    let recognised = detection.machine_data().next().is_some();
    Ok(if recognised {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(3)
    })
}

/// Opens an upload; a refusal says the rule and what to do.
pub(crate) fn open(input: &std::path::Path) -> anyhow::Result<Tree> {
    Tree::open(input, &Limits::default())
        .map_err(|error| match error {
            SourceError::Refused { rule, text, hint } if !hint.is_empty() => {
                anyhow::anyhow!("{text} (rule {rule})\nwhat to do: {hint}")
            }
            other => anyhow::Error::new(other),
        })
        .with_context(|| format!("cannot open `{}`", input.display()))
}

fn outcome(verdict: &Verdict) -> (&'static str, &str, &str) {
    match verdict {
        Verdict::Read => ("read", "", ""),
        Verdict::Recognised { text, hint, .. } => ("not read", text, hint),
        Verdict::NotMachineData { reason } => ("no machine data", reason, ""),
    }
}
