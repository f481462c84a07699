//! `tramline convert`: the whole pipeline without a server.

use crate::calibrate::{self, CalibrateArguments};
use crate::columns::ColumnArguments;
use crate::export::{ExportArguments, Wanted, stored};
use crate::inspect;
use crate::progress::Bar;
use crate::totals;
use anyhow::{Context, bail};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tramline_convert::maps::{ClassColours, main_map};
use tramline_convert::{
    Bridge, Bridges, Configuration, ExitClass, FileReport, FileStatus, FilterProfile, Options,
    Report, StepStatus, UnitSystem,
};
use tramline_formats::{ReadOptions, Tree};
use tramline_model::{Artifact, Finding, OperationType, Provider, Severity};
use tramline_outputs::{FolderSink, page};

#[derive(Args)]
pub(crate) struct Arguments {
    /// Zips, folders or single files. With several, each has its own folder in DIR
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Where the results go; made if it is not there
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Configuration object of the API, as JSON
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Unit systems: default (the source's), metric, imperial. The first is that of the points,
    /// further ones add a summary and a units map each
    #[arg(long, value_name = "SYSTEM", value_delimiter = ',')]
    units: Vec<String>,
    /// Maker of the data, if known: CNHI, JohnDeere, Trimble, AgLeader, …
    #[arg(long)]
    provider: Option<String>,
    /// Consider this format only (ISO11783, SHAPEFILE, CSV, GEOJSON)
    #[arg(long)]
    format: Option<String>,
    /// Filter profile: compat or none
    #[arg(long, value_name = "PROFILE")]
    filter: Option<String>,
    /// Crop, where the file names none
    #[arg(long)]
    crop: Option<String>,
    /// Working width in metres, where the file has none
    #[arg(long, value_name = "METRES", value_parser = positive)]
    width: Option<f64>,
    /// Kind of work, where the file does not tell: applied, planted, harvested, tillage
    #[arg(long, value_name = "TYPE")]
    operation_type: Option<String>,
    #[command(flatten)]
    columns: ColumnArguments,
    #[command(flatten)]
    export: ExportArguments,
    /// A program that turns a format nobody reads openly into one that Tramline reads, once for each:
    /// `CN1=/opt/cn1/convert --adm {input} {output}` (docs/bridge.md)
    #[arg(long = "bridge", value_name = "CODE=COMMAND")]
    bridges: Vec<String>,
    #[command(flatten)]
    calibrate: CalibrateArguments,
    /// Print the report as JSON instead of the table
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
    let mut worst = 0;
    for (position, input) in arguments.inputs.iter().enumerate() {
        let out = if arguments.inputs.len() == 1 {
            arguments.out.clone()
        } else {
            arguments
                .out
                .join(format!("{:02}-{}", position + 1, stem(input)))
        };
        let report = convert(input, &out, &options, arguments.json)?;
        let colours = ClassColours::from(options.configuration.image_ramp);
        let failed = wanted.write(&report, &out, colours, &mut std::io::stderr().lock())?;
        worst = worst.max(u8::from(failed > 0));
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
            ExitClass::SomeFailed => 1,
            ExitClass::NothingRecognised => 3,
        });
    }
    Ok(ExitCode::from(worst))
}

/// Converts one input into `out` and writes `out/report.json`.
pub(crate) fn convert(
    input: &Path,
    out: &Path,
    options: &Options,
    quiet: bool,
) -> anyhow::Result<Report> {
    let tree: Tree = inspect::open(input)?;
    let identity = Tree::identity(input)
        .map_err(anyhow::Error::new)
        .with_context(|| format!("cannot read `{}`", input.display()))?;
    let identity = tramline_convert::Input {
        name: identity.name,
        sha256: identity.sha256,
        size_bytes: identity.size,
    };
    let calibrated = calibrate::settled(&tree, &identity, options, quiet)?;
    let options = calibrated.as_ref().unwrap_or(options);
    std::fs::create_dir_all(out).with_context(|| format!("cannot make `{}`", out.display()))?;
    let mut sink = FolderSink::new(out);
    let mut bar = Bar::new(quiet);
    let report = tramline_convert::run(&tree, &identity, options, &mut sink, &mut |progress| {
        bar.show(&progress);
    });
    bar.finish();
    let report = report?;
    let path = out.join("report.json");
    std::fs::write(&path, serde_json::to_vec_pretty(&report)?)
        .with_context(|| format!("cannot write `{}`", path.display()))?;
    Ok(report)
}

fn options(arguments: &Arguments) -> anyhow::Result<Options> {
    let mut configuration = match &arguments.config {
        None => Configuration::default(),
        Some(path) => {
            let text = std::fs::read_to_string(path)
                .with_context(|| format!("cannot read `{}`", path.display()))?;
            serde_json::from_str(&text)
                .with_context(|| format!("`{}` is no configuration object", path.display()))?
        }
    };
    let mut unit_systems = Vec::new();
    for system in &arguments.units {
        unit_systems.push(UnitSystem::from_name(system).with_context(|| {
            format!("unknown unit system `{system}`: default, metric, imperial")
        })?);
    }
    if let Some(profile) = &arguments.filter {
        configuration.filter_profile = FilterProfile::from_name(profile)
            .with_context(|| format!("unknown filter profile `{profile}`: compat or none"))?;
    }
    let provider = match &arguments.provider {
        None => None,
        Some(code) => {
            let known: Vec<_> = Provider::ALL.iter().map(|p| p.code()).collect();
            Some(Provider::from_code(code).with_context(|| {
                format!("unknown provider `{code}`: one of {}", known.join(", "))
            })?)
        }
    };
    let operation_type = match arguments
        .operation_type
        .as_deref()
        .map(OperationType::from_name)
    {
        Some(OperationType::Other(name)) => {
            bail!("unknown operation type `{name}`: applied, planted, harvested, tillage")
        }
        known => known,
    };
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
    Ok(Options {
        configuration,
        unit_systems,
        bridges,
        calibrations: arguments.calibrate.calibrations(arguments.inputs.len())?,
        read: ReadOptions {
            column_map: arguments.columns.map()?,
            crop: arguments.crop.clone(),
            equipment_width_m: arguments.width,
            operation_type,
            latest_instant_ms: Some(tomorrow_ms()),
            hold_ms: None,
        },
        provider,
        adapt: wanted.adapt,
        file_format: arguments.format.clone(),
        ..Options::default()
    })
}

fn positive(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(metres) if metres > 0.0 && metres <= 200.0 => Ok(metres),
        _ => Err("a width in metres, above 0 and up to 200".to_owned()),
    }
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
    for unclaimed in &report.unclaimed {
        writeln!(
            out,
            "left out   {}\n           {}",
            unclaimed.entry, unclaimed.reason
        )?;
    }
    for finding in &report.findings {
        writeln!(out, "note       {}: {}", finding.place, finding.text)?;
    }
    let processed = report
        .files
        .iter()
        .filter(|file| file.status == FileStatus::Processed)
        .count();
    if report.files.is_empty() {
        writeln!(
            out,
            "nothing recognised; see `tramline formats` for what can be read"
        )?;
    } else {
        writeln!(
            out,
            "{processed} of {} machine files processed",
            report.files.len()
        )?;
    }
    writeln!(out, "results in {}", folder.display())
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
    writeln!(
        out,
        "{:<10} {} ({}, {})",
        file.status, file.name, file.operation_type, file.file_format
    )?;
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
