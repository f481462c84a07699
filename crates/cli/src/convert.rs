//! `tramline convert`: the whole pipeline without a server.

use crate::boundary;
use crate::calibrate::{self, CalibrateArguments};
use crate::choices::{self, Chosen};
use crate::columns::ColumnArguments;
use crate::completing::Completing;
use crate::configuration::{ConfigurationArguments, Settled};
use crate::ending;
use crate::export::{ExportArguments, Wanted};
use crate::inspect;
use crate::interrupt;
use crate::joined::{self, Joining, Merge};
use crate::printed::{self, Detail};
use crate::progress::{self, Bar, say_error};
use crate::refused;
use crate::results::{Partials, Replacing, Results};
use crate::trouble::{self, Scene};
use anyhow::{Context, bail};
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tempfile::TempDir;
use tramline_convert::{Bridge, Bridges, Input, Options, Report, UnitSystem};
use tramline_formats::columns::given::Used;
use tramline_formats::{ReadOptions, SourceError, Tree, registry};
use tramline_model::{OperationType, Provider};

/// Below the options in `--help`.
const HELP: &str = "\
Examples:
  tramline convert stick.zip --out results
  tramline convert E:/ --out results --units imperial
  tramline convert yield.csv --out results --crop wheat --width 6
  tramline convert field1.zip field2.zip --out results --outputs parquet

Exit codes:
  0    all machine files processed; also when some are incomplete, when closed formats lie beside
       them, or when the input is recognised and holds no work
  1    some machine files or exports failed, or have a result that cannot be true
  2    wrong usage; also when DIR has the results of another input
  3    nothing recognised, or an input that cannot be opened (report.json says why)
  4    a disk or network error
  130  stopped by Ctrl-C (143: asked to end, 129: the session ended)
With several inputs, the highest of their codes.";

#[derive(Args)]
#[command(after_help = HELP)]
pub(crate) struct Arguments {
    /// Zips, folders or single files. Each of several inputs gets its own folder in DIR
    #[arg(required = true)]
    inputs: Vec<PathBuf>,
    /// Folder for the results; created if it does not exist
    #[arg(short, long, value_name = "DIR")]
    out: PathBuf,
    /// Replace the results of another input in DIR. Only what their report names is removed; your own
    /// files stay
    #[arg(long)]
    overwrite: bool,
    #[command(flatten)]
    configuration: ConfigurationArguments,
    /// Unit systems, separated by commas: metric, imperial, or default (as in the source, so that files
    /// of one run may differ). The points use the first; each further one adds a summary and a list of
    /// units [default: metric]
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
    /// What to write, separated by commas; what is not named is not made. parquet, geojson: forms of
    /// the standard and filtered points. raw: the records as the display logged them, in these forms.
    /// polygons: the ground below each point (`polygon.parquet`). outside: points outside the fields
    /// of `--boundary`. images: an image of each property. pages: `report.html`, a page for people.
    /// Example: `--outputs parquet,pages` [default: parquet,geojson,images,pages]
    #[arg(long, value_name = "OUTPUT", value_delimiter = ',', value_parser = choices::output)]
    outputs: Vec<choices::Output>,
    /// Join the parts of a field: machine files of the same kind of work, crop and product in the same
    /// field, within days of each other, become one more machine file. `--merge field` is the only
    /// word. Records that several of them hold count once
    #[arg(long, value_name = "HOW", value_parser = joined::merge)]
    merge: Option<Merge>,
    /// Keep only the points within the fields of this file: GeoJSON, KML, KMZ, or a zip or folder with a
    /// shapefile. A field's name stands where the source names none. Work in several fields gets one
    /// more folder for each
    #[arg(long, value_name = "FILE")]
    boundary: Option<PathBuf>,
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
    /// Print errors only
    #[arg(short, long, conflicts_with = "json")]
    quiet: bool,
    /// Print everything about each machine file: points, reasons and all findings
    #[arg(short, long, conflicts_with_all = ["json", "quiet"])]
    verbose: bool,
}

impl Arguments {
    /// How much is printed.
    fn detail(&self) -> Detail {
        match (self.quiet, self.json, self.verbose) {
            (true, ..) => Detail::Errors,
            (_, true, _) => Detail::Json,
            (.., true) => Detail::Everything,
            _ => Detail::Table,
        }
    }
}

pub(crate) fn run(arguments: &Arguments) -> anyhow::Result<ExitCode> {
    let wanted = Wanted::of(&arguments.export)?.with(&Chosen::of(&arguments.outputs));
    let options = options(arguments, &wanted)?;
    for input in &arguments.inputs {
        inspect::check_is_there(input)?;
    }
    let watch = interrupt::watch()?;
    let _scratch = scratch(&options, &watch.partials)?;
    let job = Job {
        options: &options,
        wanted: &wanted,
        merge: arguments.merge,
        partials: &watch.partials,
        overwrite: arguments.overwrite,
        detail: arguments.detail(),
    };
    let several = arguments.inputs.len() > 1;
    let mut codes = Vec::new();
    for (position, input) in arguments.inputs.iter().enumerate() {
        let out = match several {
            false => arguments.out.clone(),
            true => {
                let folder = format!("{:02}-{}", position + 1, stem(input));
                arguments.out.join(folder)
            }
        };
        codes.push(match convert(input, &out, &job)? {
            Outcome::Converted(report, failed) => {
                if several && matches!(job.detail, Detail::Table | Detail::Everything) {
                    printed::input(&mut progress::stdout(), &report.input.name)?;
                }
                print(&report, &out, job.detail)?;
                ending::of_report(&report, failed)
            }
            Outcome::Refused(report) => {
                if job.detail == Detail::Json {
                    print(&report, &out, job.detail)?;
                }
                ending::NOTHING
            }
            // One that cannot be used does not end the rest.
            Outcome::Unusable(error) if several => {
                say_error(&format!("{error:#}"));
                ending::of_error(&error)
            }
            Outcome::Unusable(error) => return Err(error),
        });
    }
    if several && matches!(job.detail, Detail::Table | Detail::Everything) {
        printed::inputs(&mut progress::stdout(), &codes)?;
    }
    Ok(ExitCode::from(codes.into_iter().max().unwrap_or(0)))
}

/// The report on standard output.
fn print(report: &Report, out: &Path, detail: Detail) -> anyhow::Result<()> {
    let printed = printed::report(&mut progress::stdout(), report, out, detail);
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
    merge: Option<Merge>,
    partials: &'a Partials,
    overwrite: bool,
    detail: Detail,
}

impl Job<'_> {
    /// No bar beside the report as JSON, and none where only errors are wanted.
    fn quiet(&self) -> bool {
        matches!(self.detail, Detail::Errors | Detail::Json)
    }

    fn replacing<'a>(&self, input: &'a Input) -> Replacing<'a> {
        match self.overwrite {
            true => Replacing::All,
            false => Replacing::OfInput(input),
        }
    }
}

/// What became of one input.
enum Outcome {
    /// With how many exports failed.
    Converted(Report, usize),
    /// It was refused as a whole: the report says why.
    Refused(Report),
    /// It, or the folder for its results, cannot be used; nothing was written.
    Unusable(anyhow::Error),
}

/// Converts one input into `out`, with `out/report.json` at the end. An error ends the whole run.
fn convert(input: &Path, out: &Path, job: &Job<'_>) -> anyhow::Result<Outcome> {
    let identity = match Tree::identity_with(input, &registry::belongs) {
        Ok(identity) => Input {
            name: identity.name,
            sha256: identity.sha256,
            size_bytes: identity.size,
        },
        Err(error) => {
            let error = anyhow::Error::new(error);
            let error = error.context(format!("cannot read `{}`", input.display()));
            return Ok(Outcome::Unusable(error));
        }
    };
    let tree = match Tree::open_with(input, &job.options.limits, &registry::belongs) {
        Ok(tree) => tree,
        Err(error @ SourceError::Refused { .. }) => {
            let report = refused::report(identity, &error);
            if let Some(error) = write_refusal(&report, out, job)? {
                return Ok(Outcome::Unusable(error));
            }
            let text = format!("{:#}", inspect::refusal(error, input));
            say_error(&text);
            return Ok(Outcome::Refused(report));
        }
        Err(error) => return Ok(Outcome::Unusable(inspect::refusal(error, input))),
    };
    let plain = |error| trouble::told(error, &Scene::default());
    if let Err(error) = apart(input, out) {
        return Ok(Outcome::Unusable(error));
    }
    let calibrated = match calibrate::settled(&tree, &identity, job.options, job.quiet()) {
        Ok(calibrated) => calibrated,
        Err(error) => return Ok(Outcome::Unusable(plain(error))),
    };
    let options = calibrated.as_ref().unwrap_or(job.options);
    let results = match Results::open(out, job.partials, job.replacing(&identity)) {
        Ok(results) => results,
        Err(error) => return Ok(Outcome::Unusable(plain(error))),
    };
    if let Some(warning) = results.warning(identity.size_bytes) {
        progress::say(&format!("warning: {warning}"));
    }
    let mut sink = results.sink();
    let mut bar = Bar::new(job.quiet());
    let mut completing = Completing::new(
        &tree,
        job.wanted,
        &options.configuration,
        results,
        sink.clone(),
        Joining::new(options, job.merge),
    );
    let report = tramline_convert::run(&tree, &identity, options, &mut sink, &mut |progress| {
        bar.show(&progress, tree.bytes_read());
        completing.follow(&progress, &bar);
    });
    bar.finish();
    let (report, failed) = completing.end(report, &bar)?;
    Ok(Outcome::Converted(report, failed))
}

/// Refuses a folder of results inside the input: the next run would read them as input.
fn apart(input: &Path, out: &Path) -> anyhow::Result<()> {
    let Ok(input) = input.canonicalize() else {
        return Ok(());
    };
    // What is not there yet lies where the nearest folder above it does.
    let above = out.ancestors().find_map(|folder| match folder {
        folder if folder.as_os_str().is_empty() => Path::new(".").canonicalize().ok(),
        folder => folder.canonicalize().ok(),
    });
    if input.is_dir() && above.is_some_and(|above| above.starts_with(&input)) {
        bail!(
            "`{}` lies inside the input: the next run would read the results as input\nwhat to do: give a \
             folder outside of the input with `--out`, such as `../results`",
            out.display()
        );
    }
    Ok(())
}

/// Writes the report of an input that was refused; gives back why the folder cannot be used for it.
fn write_refusal(
    report: &Report,
    out: &Path,
    job: &Job<'_>,
) -> anyhow::Result<Option<anyhow::Error>> {
    let plain = |error| trouble::told(error, &Scene::default());
    let results = match Results::open(out, job.partials, job.replacing(&report.input)) {
        Ok(results) => results,
        Err(error) => return Ok(Some(plain(error))),
    };
    let text = serde_json::to_vec_pretty(report)?;
    results.end(&text).map_err(|cause| plain(cause.into()))?;
    Ok(None)
}

fn options(arguments: &Arguments, wanted: &Wanted) -> anyhow::Result<Options> {
    let Settled {
        mut configuration,
        given,
    } = arguments.configuration.settled()?;
    let mut bridges = Bridges::new();
    for given in &arguments.bridges {
        let (code, bridge) = given
            .split_once('=')
            .and_then(|(code, command)| Some((code.trim(), Bridge::of_words(command)?)))
            .with_context(|| format!("`{given}` is not CODE=COMMAND"))?;
        bridges.insert(code.to_owned(), bridge);
    }
    let chosen = Chosen::of(&arguments.outputs);
    let fields = arguments
        .boundary
        .as_deref()
        .map(boundary::read)
        .transpose()?;
    if fields.is_none() && chosen.has(choices::Output::Outside) {
        bail!(
            "`--outputs outside` needs the fields that points lie outside of: give `--boundary FILE`"
        );
    }
    let several = fields.as_ref().is_some_and(|fields| fields.len() > 1);
    let (clip, locate) = fields
        .map(|fields| boundary::options(fields, chosen.has(choices::Output::Outside)))
        .unzip();
    for told in chosen.apply(&mut configuration, &given)? {
        progress::say(&format!("note: {told}"));
    }
    configuration.enable_polygon_output |= wanted.polygons();
    let mut outputs = chosen.forms();
    if !outputs.parquet && wanted.needs_columns() {
        bail!(
            "`--export` needs the points as columns: add `parquet` to `--outputs`, or omit \
             `--outputs`"
        );
    }
    if !outputs.parquet && (several || arguments.merge.is_some()) {
        bail!(
            "`--merge` and a boundary with several fields need the points as columns: add `parquet` to \
             `--outputs`, or omit `--outputs`"
        );
    }
    outputs.parquet |= wanted.passing_columns;
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
        clip,
        locate: locate.flatten(),
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
