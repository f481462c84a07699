//! `tramline inspect`: detection only. What is in there, what would be made of it, what is
//! ignored and why.

use crate::columns::ColumnArguments;
use crate::ending;
use crate::progress::{self, say_error};
use crate::trouble;
use anyhow::bail;
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tramline_formats::{Limits, ReadOptions, SourceError, Tree, Verdict, detect, registry};
use tramline_model::did_you_mean;

#[derive(Args)]
pub(crate) struct Arguments {
    /// Zip, folder or single file
    input: PathBuf,
    /// Code of the only format to look for: ISO11783, SHAPEFILE, CSV, GEOJSON, …
    #[arg(long, value_name = "CODE", value_parser = crate::choices::file_format)]
    format: Option<String>,
    #[command(flatten)]
    columns: ColumnArguments,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let input = &arguments.input;
    check_is_there(input)?;
    let tree = match Tree::open(input, &Limits::default()) {
        Ok(tree) => tree,
        Err(error @ SourceError::Refused { .. }) => {
            say_error(&format!("{:#}", refusal(error, input)));
            return Ok(ExitCode::from(ending::NOTHING));
        }
        Err(error) => return Err(refusal(error, input)),
    };
    let options = ReadOptions {
        column_map: arguments.columns.map()?,
        ..ReadOptions::default()
    };
    let detection = detect(&tree, arguments.format.as_deref(), &options);
    let mut out = progress::stdout();
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
    let other = |verdict: &Verdict| matches!(verdict, Verdict::OtherData { .. });
    let recognised = detection.claims.iter().any(|claim| !other(&claim.verdict));
    Ok(if recognised {
        ExitCode::SUCCESS
    } else {
        ExitCode::from(ending::NOTHING)
    })
}

/// Whether an input is there; where it is not, what may have been meant.
pub(crate) fn check_is_there(input: &Path) -> anyhow::Result<()> {
    match std::fs::metadata(input) {
        Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => {
            let shown = input.display();
            let beside = beside(input);
            bail!(
                "there is no file or folder `{shown}`{beside}\nwhat to do: check the path; plug in the \
                 stick or card, and put a path with spaces in quotes"
            )
        }
        _ => Ok(()),
    }
}

/// `; did you mean …?` of what lies in the folder of the input.
fn beside(input: &Path) -> String {
    /// Names in a folder that are looked at.
    const NAMES: usize = 1_000;
    let folder = match input.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .take(NAMES)
        .filter_map(|item| item.ok()?.file_name().into_string().ok())
        .collect();
    let wanted = input.file_name().map(|name| name.to_string_lossy());
    let known = names.iter().map(String::as_str);
    wanted.map_or_else(String::new, |wanted| did_you_mean(&wanted, known))
}

/// A refusal for a person, with what to do.
pub(crate) fn refusal(error: SourceError, input: &Path) -> anyhow::Error {
    let error = match error {
        SourceError::Refused { text, hint, .. } if !hint.is_empty() => {
            anyhow::anyhow!("{text}\nwhat to do: {hint}")
        }
        SourceError::Temporary {
            folder,
            needed,
            cause,
        } => trouble::unpacking(folder, needed, cause).into(),
        other => anyhow::Error::new(other),
    };
    error.context(format!("cannot open `{}`", input.display()))
}

fn outcome(verdict: &Verdict) -> (&'static str, &str, &str) {
    match verdict {
        Verdict::Read => ("read", "", ""),
        Verdict::Recognised { text, hint, .. } => ("not read", text, hint),
        Verdict::NotMachineData { reason } => ("no machine data", reason, ""),
        Verdict::OtherData { reason } => ("other data", reason, ""),
    }
}
