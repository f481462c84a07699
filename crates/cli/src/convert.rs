//! `tramline convert`: the whole pipeline without a server.

use crate::calibrate::{self, CalibrateArguments};
use crate::choices;
use crate::columns::ColumnArguments;
use crate::configuration::ConfigurationArguments;
use crate::ending;
use crate::export::{ExportArguments, Wanted, stored};
use crate::inspect;
use crate::progress::{Bar, say_error};
use crate::refused;
use crate::totals;
use anyhow::{Context, bail};
use clap::Args;
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tramline_convert::maps::{ClassColours, main_map};
use tramline_convert::{
    Bridge, Bridges, ExitClass, FileReport, FileStatus, Options, Report, StepStatus,
    UnclaimedEntry, UnitSystem, write_originals,
};
use tramline_formats::columns::given::Used;
use tramline_formats::{ReadOptions, SourceError, Tree};
use tramline_model::{Artifact, Finding, OperationType, Provider, Severity};
use tramline_outputs::{FolderSink, page};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Zips, folders or single files. Each of several inputs gets its own folder in DIR
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Folder for the results; created if it does not exist
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Unit systems, separated by commas: default (as in the source), metric, imperial. The points use
    /// the first; each further one adds a summary and a list of units
    #[arg(long, value_name = "SYSTEM", value_delimiter = ',', value_parser = choices::unit_system)]
    units: Vec<UnitSystem>,
    /// Provider of the data, if you know it: CNHI, JohnDeere, Trimble, AgLeader, …
    #[arg(long, value_parser = choices::provider)]
    provider: Option<Provider>,
    /// Code of the only format to read: ISO11783, SHAPEFILE, CSV, GEOJSON, …
    #[arg(long, value_name = "CODE", value_parser = choices::file_format)]
    format: Option<String>,
    /// Crop, if the file does not name one
    #[arg(long, value_name = "NAME", value_parser = choices::crop)]
    crop: Option<String>,
    /// Working width in metres, if the file has none
    #[arg(long, value_name = "METRES", value_parser = choices::width)]
    width: Option<f64>,
    /// Kind of work, if the file does not state it: applied, planted, harvested, tillage, other
    #[arg(long, value_name = "TYPE", value_parser = choices::operation_type)]
    operation_type: Option<OperationType>,
    #[command(flatten)]
    columns: ColumnArguments,
    /// Forms of the points, separated by commas: parquet, geojson. `raw` adds the records as the display
    /// logged them, in the same forms
    #[arg(long, value_name = "FORM", value_delimiter = ',', value_parser = choices::output,
        default_value = "parquet,geojson")]
    outputs: Vec<choices::Form>,
    #[command(flatten)]
    export: ExportArguments,
    /// A program that translates a closed format into one that Tramline reads, such as
    /// `CN1=/opt/cn1/convert --adm {input} {output}`; repeat the option for further formats
    /// (docs/bridge.md)
    #[arg(long = "bridge", value_name = "CODE=COMMAND")]
    bridges: Vec<String>,
    #[command(flatten)]
    calibrate: CalibrateArguments,
    /// Print the report as JSON instead of text
    #[arg(long)]
    json: bool,
}

/// A page into the folder of each machine file. Without a map of classes it has the image, or the
/// covered ground.
fn write_pages(report: &Report, out: &Path, colours: ClassColours) -> anyhow::Result<()> {
    for file in &report.files {
        let entry = serde_json::to_value(file)?;
        let stored = stored(file, out);
        let ground = stored.path(Artifact::PolygonGeoparquet);
        let units = stored.path(Artifact::Units);
        let units = units.and_then(|path| std::fs::read(path).ok());
        let units = units.and_then(|text| serde_json::from_slice(&text).ok());
        let operation = entry["operationType"].as_str().unwrap_or_default();
        let map = stored.for_page().zip(units).and_then(|(points, units)| {
            main_map(points, ground, operation, &units, colours).ok()?
        });
        let folder = out.join(&file.dir);
        page::write(&folder, &entry, map.as_ref(), &report.tramline)?;
    }
    Ok(())
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let options = options(arguments)?;
    let wanted = Wanted::of(&arguments.export)?;
    for input in &arguments.inputs {
        inspect::check_is_there(input)?;
    }
    let mut worst = 0;
    for (position, input) in arguments.inputs.iter().enumerate() {
        let out = if arguments.inputs.len() == 1 {
            arguments.out.clone()
        } else {
            arguments
                .out
                .join(format!("{:02}-{}", position + 1, stem(input)))
        };
        let report = match convert(input, &out, &options, arguments.json)? {
            Outcome::Converted(report) => report,
            Outcome::Refused(report) => {
                if arguments.json {
                    let mut stdout = std::io::stdout().lock();
                    writeln!(stdout, "{}", serde_json::to_string_pretty(&report)?)?;
                }
                worst = worst.max(ending::NOTHING);
                continue;
            }
        };
        let colours = ClassColours::from(options.configuration.image_ramp);
        let failed = wanted.write(&report, &out, colours, &mut std::io::stderr().lock())?;
        if failed > 0 {
            worst = worst.max(ending::FAILED);
        }
        if wanted.report {
            write_pages(&report, &out, colours)?;
        }
        let mut stdout = std::io::stdout().lock();
        if arguments.json {
            writeln!(stdout, "{}", serde_json::to_string_pretty(&report)?)?;
        } else {
            print_report(&mut stdout, &report, &out)?;
        }
        worst = worst.max(match report.exit_class() {
            ExitClass::Processed => 0,
            ExitClass::SomeFailed => ending::FAILED,
            ExitClass::NothingRecognised => ending::NOTHING,
            ExitClass::Refused => ending::USAGE,
        });
    }
    Ok(ExitCode::from(worst))
}

/// What became of one input.
enum Outcome {
    Converted(Report),
    /// It was refused as a whole: the report says why.
    Refused(Report),
}

/// Converts one input into `out` and writes `out/report.json`.
fn convert(input: &Path, out: &Path, options: &Options, quiet: bool) -> anyhow::Result<Outcome> {
    let identity = Tree::identity(input)
        .map_err(anyhow::Error::new)
        .with_context(|| format!("cannot read `{}`", input.display()))?;
    let identity = tramline_convert::Input {
        name: identity.name,
        sha256: identity.sha256,
        size_bytes: identity.size,
    };
    let tree = match Tree::open(input, &options.limits) {
        Ok(tree) => tree,
        Err(error @ SourceError::Refused { .. }) => {
            let report = refused::report(identity, &error);
            make(out)?;
            write_report(&report, out)?;
            let text = format!("{:#}", inspect::refusal(error, input));
            say_error(&text);
            return Ok(Outcome::Refused(report));
        }
        Err(error) => return Err(inspect::refusal(error, input)),
    };
    let calibrated = calibrate::settled(&tree, &identity, options, quiet)?;
    let options = calibrated.as_ref().unwrap_or(options);
    make(out)?;
    let mut sink = FolderSink::new(out);
    let mut bar = Bar::new(quiet);
    let report = tramline_convert::run(&tree, &identity, options, &mut sink, &mut |progress| {
        bar.show(&progress);
    });
    bar.finish();
    let mut report = report?;
    write_originals(&tree, &mut report, &mut sink)?;
    remove_stale(&report, out);
    write_report(&report, out)?;
    Ok(Outcome::Converted(report))
}

/// Removes what the report of before names in the folder of a machine file and this one does not: points
/// in a form that was not asked for now would be taken for those of now.
fn remove_stale(report: &Report, out: &Path) {
    let before = std::fs::read(out.join("report.json")).ok();
    let before = before.and_then(|text| serde_json::from_slice::<serde_json::Value>(&text).ok());
    let files = before
        .as_ref()
        .and_then(|before| before["files"].as_array());
    for old in files.into_iter().flatten() {
        let Some(new) = report.files.iter().find(|file| old["dir"] == *file.dir) else {
            continue;
        };
        let names = old["artifacts"].as_object().into_iter().flatten();
        for name in names.filter_map(|(_, name)| name.as_str()) {
            let own = name.strip_prefix(&format!("{}/", new.dir));
            let plain = own.is_some_and(|own| !own.contains(['/', '\\']) && own != "..");
            if plain && !new.artifacts.values().any(|now| now == name) {
                // One that is gone already is as good.
                let _ = std::fs::remove_file(out.join(name));
            }
        }
    }
}

fn make(out: &Path) -> anyhow::Result<()> {
    if out.is_file() {
        bail!(
            "`{}` is a file: give a folder for the results with `--out`",
            out.display()
        );
    }
    std::fs::create_dir_all(out).with_context(|| format!("cannot create `{}`", out.display()))
}

fn write_report(report: &Report, out: &Path) -> anyhow::Result<()> {
    let path = out.join("report.json");
    std::fs::write(&path, serde_json::to_vec_pretty(report)?)
        .with_context(|| format!("cannot write `{}`", path.display()))
}

fn options(arguments: &Arguments) -> anyhow::Result<Options> {
    let mut configuration = arguments.configuration.configuration()?;
    let mut bridges = Bridges::new();
    for given in &arguments.bridges {
        let (code, bridge) = given
            .split_once('=')
            .and_then(|(code, command)| Some((code.trim(), Bridge::of_words(command)?)))
            .with_context(|| format!("`{given}` is not CODE=COMMAND"))?;
        bridges.insert(code.to_owned(), bridge);
    }
    let wanted = Wanted::of(&arguments.export)?;
    configuration.enable_polygon_output |= wanted.polygons();
    let outputs = choices::outputs(&arguments.outputs);
    if !outputs.parquet && wanted.needs_columns() {
        bail!(
            "`--export` needs the points as columns: add `parquet` to `--outputs`, or omit \
             `--outputs`"
        );
    }
    Ok(Options {
        configuration,
        unit_systems: arguments.units.clone(),
        bridges,
        calibrations: arguments.calibrate.calibrations(arguments.inputs.len())?,
        read: ReadOptions {
            column_map: arguments.columns.map()?,
            used: Used::default(),
            crop: arguments.crop.clone(),
            equipment_width_m: arguments.width,
            operation_type: arguments.operation_type.clone(),
            latest_instant_ms: Some(tomorrow_ms()),
            hold_ms: None,
        },
        provider: arguments.provider,
        adapt: wanted.adapt,
        outputs,
        file_format: arguments.format.clone(),
        ..Options::default()
    })
}

/// Instants after tomorrow are not believed.
pub(crate) fn tomorrow_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond() + 86_400_000
}

fn stem(input: &Path) -> String {
    let stem = input
        .file_stem()
        .map(|s| s.to_string_lossy().into_owned())
        .unwrap_or_default();
    stem.chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '-' {
                c
            } else {
                '-'
            }
        })
        .collect()
}

/// The result for a person: a block for each machine file, then what was left out.
pub(crate) fn print_report(
    out: &mut dyn Write,
    report: &Report,
    folder: &Path,
) -> std::io::Result<()> {
    for file in &report.files {
        print_file(out, file, folder)?;
    }
    for group in left_out(&report.unclaimed) {
        let (first, more) = (&group[0], group.len() - 1);
        let name = first.set.as_ref().unwrap_or(&first.entry);
        let more = match more {
            0 => String::new(),
            1 => " and 1 more file".to_owned(),
            more => format!(" and {more} more files"),
        };
        writeln!(out, "left out   {name}{more}\n           {}", first.reason)?;
    }
    for finding in &report.findings {
        let word = match finding.severity {
            Severity::Error => "error",
            Severity::Warning | Severity::Note => "note",
        };
        let place = finding.place.to_string();
        let colon = if place.is_empty() { "" } else { ": " };
        writeln!(out, "{word:<10} {place}{colon}{}", finding.text)?;
    }
    let processed = report
        .files
        .iter()
        .filter(|file| file.status == FileStatus::Processed)
        .count();
    if report.files.is_empty() {
        let text = match report.exit_class() {
            ExitClass::NothingRecognised => {
                "nothing was recognised; run `tramline formats` to see what Tramline reads"
            }
            _ => "the input was recognised, but it holds no logged work",
        };
        writeln!(out, "{text}")?;
    } else {
        writeln!(
            out,
            "{processed} of {} machine files processed",
            report.files.len()
        )?;
    }
    writeln!(out, "results in {}", folder.display())
}

/// Entries that were left out for one reason as parts of one set are said once, under the set's
/// main entry, and so are the sides of a file that differ by their ending only.
fn left_out(unclaimed: &[UnclaimedEntry]) -> Vec<Vec<&UnclaimedEntry>> {
    let mut groups: Vec<Vec<&UnclaimedEntry>> = Vec::new();
    let mut of_set: HashMap<(&str, &str), usize> = HashMap::new();
    for entry in unclaimed {
        let stem = || entry.entry.rsplit_once('.').map_or("", |(stem, _)| stem);
        let set = entry.set.as_deref().unwrap_or_else(stem);
        let key = (set, entry.reason.as_str());
        match of_set.get(&key).filter(|_| !set.is_empty()) {
            Some(at) => groups[*at].push(entry),
            None => {
                of_set.insert(key, groups.len());
                groups.push(vec![entry]);
            }
        }
    }
    groups
}

/// The summary in a line; empty where there is none.
fn totals_of(file: &FileReport, folder: &Path) -> String {
    let summary = file
        .artifacts
        .get(&Artifact::Summary)
        .and_then(|name| std::fs::read(folder.join(name)).ok())
        .and_then(|bytes| serde_json::from_slice::<serde_json::Value>(&bytes).ok());
    summary.map_or_else(String::new, |summary| totals::line(&summary["properties"]))
}

/// Code, text, place, and what to do.
fn print_finding(out: &mut dyn Write, finding: &Finding) -> std::io::Result<()> {
    writeln!(
        out,
        "           {}: {} ({})",
        finding.code, finding.text, finding.place
    )?;
    if !finding.hint.is_empty() {
        writeln!(out, "           what to do: {}", finding.hint)?;
    }
    Ok(())
}

fn print_file(out: &mut dyn Write, file: &FileReport, folder: &Path) -> std::io::Result<()> {
    let (kind, format) = (&file.operation_type, &file.file_format);
    match file.incomplete() {
        Some(lacks) => writeln!(
            out,
            "{}, incomplete: {lacks}\n           {} ({kind}, {format})",
            file.status, file.name
        )?,
        None => writeln!(out, "{:<10} {} ({kind}, {format})", file.status, file.name)?,
    }
    for finding in file.implausible() {
        print_finding(out, finding)?;
    }
    let points = &file.points;
    if points.read > 0 {
        writeln!(
            out,
            "           {} points read, {} standard, {} filtered",
            points.read, points.standard, points.filtered
        )?;
    }
    let totals = totals_of(file, folder);
    if !totals.is_empty() {
        writeln!(out, "           {totals}")?;
    }
    for (reason, count) in &points.dropped {
        writeln!(out, "           dropped {count}: {reason}")?;
    }
    for (step, outcome) in file
        .steps
        .iter()
        .filter(|(_, o)| o.status == StepStatus::Failed)
    {
        writeln!(
            out,
            "           {} failed: {}",
            step.name(),
            outcome.message
        )?;
        if !outcome.detail.is_empty() {
            writeln!(out, "           because: {}", outcome.detail)?;
        }
        if !outcome.hint.is_empty() {
            writeln!(out, "           what to do: {}", outcome.hint)?;
        }
    }
    let (notes, louder): (Vec<_>, Vec<_>) = file
        .findings
        .iter()
        .partition(|finding| finding.severity == Severity::Note);
    for finding in louder {
        // Those stand above the numbers.
        if !file.implausible().any(|first| first == finding) {
            print_finding(out, finding)?;
        }
    }
    if !notes.is_empty() {
        let codes: Vec<&str> = notes.iter().map(|finding| finding.code.as_ref()).collect();
        writeln!(out, "           notes in report.json: {}", codes.join(", "))?;
    }
    Ok(())
}
