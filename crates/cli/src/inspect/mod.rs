//! `tramline inspect`: what is in there. Every dataset is read to its end as `convert` would read it,
//! and nothing is written: a row for each machine file, what cannot be read, and what is left out.

mod json;
mod shown;

use crate::columns::ColumnArguments;
use crate::configuration::ConfigurationArguments;
use crate::ending;
use crate::progress::{self, Bar, say_error};
use crate::table::terminal_width;
use crate::trouble::{self, Scene};
use anyhow::bail;
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tramline_convert::Options;
use tramline_formats::{Claim, SourceError, Tree, Verdict, detect, registry};
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
    let mut options = Options {
        configuration: ConfigurationArguments::default().settled()?.configuration,
        file_format: arguments.format.clone(),
        ..Options::default()
    };
    options.read.column_map = arguments.columns.map()?;
    options.read.latest_instant_ms = Some(crate::convert::tomorrow_ms());
    let tree = match Tree::open_with(input, &options.limits, &registry::belongs) {
        Ok(tree) => tree,
        Err(error @ SourceError::Refused { .. }) => {
            say_error(&format!("{:#}", refusal(error, input)));
            return Ok(ExitCode::from(ending::NOTHING));
        }
        Err(error) => return Err(refusal(error, input)),
    };
    let detection = detect(&tree, arguments.format.as_deref(), &options.read);
    let mut bar = Bar::new(false);
    let survey = tramline_convert::survey(&tree, &detection, &options, &mut |progress| {
        bar.show(&progress, tree.bytes_read());
    });
    bar.finish();
    let survey = survey.map_err(|error| trouble::told(error.into(), &Scene::default()))?;
    let mut out = progress::stdout();
    if arguments.json {
        let all = json::document(&tree, &detection, &survey);
        writeln!(out, "{}", serde_json::to_string_pretty(&all)?)?;
    } else {
        shown::print(&mut out, &survey, terminal_width())?;
    }
    let known = |claim: &Claim| !matches!(claim.verdict, Verdict::OtherData { .. });
    Ok(if detection.claims.iter().any(known) {
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
            if input == Path::new("-") {
                bail!(
                    "there is no file or folder `-`, and Tramline does not read standard input\n\
                     what to do: save the data to a file or folder and give its path"
                )
            }
            bail!(
                "there is no file or folder `{shown}`{beside}\nwhat to do: check the path; plug in the \
                 stick or card, and put a path with spaces in quotes"
            )
        }
        Ok(found) if !found.is_file() && !found.is_dir() => bail!(
            "`{}` is a pipe or a device, and Tramline reads only files and folders\nwhat to do: save \
             the data to a file and give its path; of a stick or card give the folder where it is mounted",
            input.display()
        ),
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
