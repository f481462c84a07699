//! `tramline convert`: the whole pipeline without a server.

use crate::calibrate::{self, CalibrateArguments};
use crate::choices;
use crate::columns::ColumnArguments;
use crate::completing::Completing;
use crate::configuration::ConfigurationArguments;
use crate::ending;
use crate::export::{ExportArguments, Wanted};
use crate::inspect;
use crate::interrupt;
use crate::printed::print_report;
use crate::progress::{self, Bar, say_error};
use crate::refused;
use crate::results::{Partials, Results};
use crate::trouble::{self, Scene};
use anyhow::{Context, bail};
use clap::Args;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::TempDir;
use tramline_convert::maps::ClassColours;
use tramline_convert::{Bridge, Bridges, ExitClass, Options, Report, UnitSystem};
use tramline_formats::columns::given::Used;
use tramline_formats::{ReadOptions, SourceError, Tree};
use tramline_model::{OperationType, Provider};

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

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let options = options(arguments)?;
    let wanted = Wanted::of(&arguments.export)?;
    for input in &arguments.inputs {
        inspect::check_is_there(input)?;
    }
    let watch = interrupt::watch()?;
    let _scratch = scratch(&options, &watch.partials)?;
    let job = Job {
        options: &options,
        wanted: &wanted,
        partials: &watch.partials,
        quiet: arguments.json,
    };
    let mut worst = 0;
    for (position, input) in arguments.inputs.iter().enumerate() {
        let out = if arguments.inputs.len() == 1 {
            arguments.out.clone()
        } else {
            arguments
                .out
                .join(format!("{:02}-{}", position + 1, stem(input)))
        };
        let (report, failed) = match convert(input, &out, &job)? {
            Outcome::Converted(report, failed) => (report, failed),
            Outcome::Refused(report) => {
                if arguments.json {
                    print(&report, &out, true)?;
                }
                worst = worst.max(ending::NOTHING);
                continue;
            }
        };
        if failed > 0 {
            worst = worst.max(ending::FAILED);
        }
        print(&report, &out, arguments.json)?;
        worst = worst.max(match report.exit_class() {
            ExitClass::Processed => 0,
            ExitClass::SomeFailed => ending::FAILED,
            ExitClass::NothingRecognised => ending::NOTHING,
            ExitClass::Refused => ending::USAGE,
        });
    }
    Ok(ExitCode::from(worst))
}

/// The report on standard output.
fn print(report: &Report, out: &Path, as_json: bool) -> anyhow::Result<()> {
    let mut stdout = progress::stdout();
    let printed = match as_json {
        true => writeln!(stdout, "{}", serde_json::to_string_pretty(report)?),
        false => print_report(&mut stdout, report, out),
    };
    printed.with_context(|| format!("the results in `{}` are complete", out.display()))
}

/// A temporary folder of this run, for bridges: theirs have names, and go with it.
fn scratch(options: &Options, partials: &Partials) -> anyhow::Result<Option<TempDir>> {
    if options.bridges.is_empty() {
        return Ok(None);
    }
    let above = tempfile::env::temp_dir();
    let folder = tempfile::Builder::new()
        .prefix("tramline-")
        .tempdir()
        .with_context(|| {
            format!(
                "cannot make a folder in the temporary folder `{}` (TMPDIR)",
                above.display()
            )
        })?;
    partials.scratch(folder.path());
    // Set before by nobody: the process converts once.
    let _ = tempfile::env::override_temp_dir(folder.path());
    Ok(Some(folder))
}

/// What all inputs of a run have in common.
struct Job<'a> {
    options: &'a Options,
    wanted: &'a Wanted,
    partials: &'a Partials,
    quiet: bool,
}

/// What became of one input.
enum Outcome {
    /// With how many exports failed.
    Converted(Report, usize),
    /// It was refused as a whole: the report says why.
    Refused(Report),
}

/// Converts one input into `out`, with `out/report.json` at the end.
fn convert(input: &Path, out: &Path, job: &Job<'_>) -> anyhow::Result<Outcome> {
    let identity = Tree::identity(input)
        .map_err(anyhow::Error::new)
        .with_context(|| format!("cannot read `{}`", input.display()))?;
    let identity = tramline_convert::Input {
        name: identity.name,
        sha256: identity.sha256,
        size_bytes: identity.size,
    };
    let tree = match Tree::open(input, &job.options.limits) {
        Ok(tree) => tree,
        Err(error @ SourceError::Refused { .. }) => {
            let report = refused::report(identity, &error);
            write_refusal(&report, out, job)
                .map_err(|error| trouble::told(error, &Scene::default()))?;
            let text = format!("{:#}", inspect::refusal(error, input));
            say_error(&text);
            return Ok(Outcome::Refused(report));
        }
        Err(error) => return Err(inspect::refusal(error, input)),
    };
    let plain = |error| trouble::told(error, &Scene::default());
    let calibrated = calibrate::settled(&tree, &identity, job.options, job.quiet);
    let calibrated = calibrated.map_err(plain)?;
    let options = calibrated.as_ref().unwrap_or(job.options);
    let results = Results::open(out, job.partials).map_err(plain)?;
    if let Some(warning) = results.warning(identity.size_bytes) {
        progress::say(&format!("warning: {warning}"));
    }
    let mut sink = results.sink();
    let mut bar = Bar::new(job.quiet);
    let colours = ClassColours::from(options.configuration.image_ramp);
    let mut completing = Completing::new(&tree, job.wanted, colours, results, sink.clone());
    let report = tramline_convert::run(&tree, &identity, options, &mut sink, &mut |progress| {
        bar.show(&progress);
        completing.follow(&progress, &bar);
    });
    bar.finish();
    let (report, failed) = completing.end(report)?;
    Ok(Outcome::Converted(report, failed))
}

fn write_refusal(report: &Report, out: &Path, job: &Job<'_>) -> anyhow::Result<()> {
    let results = Results::open(out, job.partials)?;
    Ok(results.end(&serde_json::to_vec_pretty(report)?)?)
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
