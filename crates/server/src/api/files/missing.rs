//! Why an output of a machine file is not there: the configuration key that keeps it away with its value, else
//! the step that failed or has not run; and what to do.

use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::configuration::{fields_for_user, for_user};
use crate::error::{StoreError, Stored};
use crate::state::State;
use crate::store::FileRow;
use axum::http::StatusCode;
use tramline_convert::{Configuration, Outcome, Step, StepStatus, Steps};
use tramline_model::settings::FieldSettings;
use tramline_model::{Artifact, FileOrigin, FileStatus};

/// The keys that an output needs, with their values now.
struct Switches {
    keys: Vec<(&'static str, bool)>,
    /// One of them is enough.
    any: bool,
    /// The output is made while a file is converted: files of before do not have it.
    made: bool,
}

impl Switches {
    fn of(kind: Artifact, configuration: &Configuration, fields: &FieldSettings) -> Option<Self> {
        use Artifact as A;
        let parquet = (
            "enableGeoparquetOutput",
            configuration.enable_geoparquet_output,
        );
        let (keys, any) = match kind {
            A::StandardGeoparquet => (vec![parquet], false),
            A::PolygonGeoparquet => {
                let polygons = ("enablePolygonOutput", configuration.enable_polygon_output);
                (vec![polygons, parquet], true)
            }
            A::FilteredGeojson | A::FilteredGeoparquet => {
                let filtered = configuration.operations_filtered_geojson;
                (vec![("operationsFilteredGeojson", filtered)], false)
            }
            A::Images | A::ZippedPngs => (vec![("fileImages", configuration.file_images)], false),
            A::OutsideFieldGeojson | A::OutsideFieldGeoparquet => {
                let split = ("splitOperationsByField", fields.split_operations_by_field);
                let outside = fields.enable_outside_field_geojson;
                (vec![split, ("enableOutsideFieldGeojson", outside)], false)
            }
            _ => return None,
        };
        Some(Self {
            keys,
            any,
            made: kind != A::StandardGeoparquet,
        })
    }

    fn are_on(&self) -> bool {
        let mut values = self.keys.iter().map(|(_, on)| *on);
        if self.any {
            values.any(|on| on)
        } else {
            values.all(|on| on)
        }
    }

    /// The keys as they are needed.
    fn needed(&self) -> String {
        let names: Vec<String> = self
            .keys
            .iter()
            .map(|(key, _)| format!("`{key}`"))
            .collect();
        names.join(if self.any { " or " } else { " and " })
    }

    /// The keys as they are.
    fn now(&self) -> String {
        let values = self.keys.iter().map(|(key, on)| format!("`{key}` is {on}"));
        values.collect::<Vec<_>>().join(", ")
    }
}

/// The step that makes an output.
fn step_of(kind: Artifact) -> Step {
    use Artifact as A;
    match kind {
        A::OriginalFile => Step::OriginalFile,
        A::RawGeojson | A::RawGeoparquet => Step::RawGeojson,
        A::FilteredGeojson | A::FilteredGeoparquet => Step::FilteredGeojson,
        A::Summary => Step::Summary,
        A::Units => Step::Units,
        A::Images => Step::PropertiesPngs,
        A::ZippedPngs => Step::ZippedPngs,
        _ => Step::StandardGeojson,
    }
}

/// The answer 404 about an output that is not there.
pub(super) async fn missing(
    state: &State,
    caller: &Caller,
    file: &FileRow,
    kind: Artifact,
) -> Problem {
    look(state, caller, file, kind, false).await
}

/// The answer 404 about an output that is not there, or not shown.
pub(super) async fn not_shown(
    state: &State,
    caller: &Caller,
    file: &FileRow,
    kind: Artifact,
) -> Problem {
    look(state, caller, file, kind, true).await
}

async fn look(
    state: &State,
    caller: &Caller,
    file: &FileRow,
    kind: Artifact,
    shown: bool,
) -> Problem {
    let read = async {
        let configuration = for_user(state, &caller.account, &file.user_id).await?;
        let fields = fields_for_user(state, &caller.account, &file.user_id).await?;
        let steps: Steps = serde_json::from_str(&file.steps)
            .map_err(|cause| StoreError::corrupt("steps", cause))?;
        let switches = Switches::of(kind, &configuration, &fields);
        // What is made always, the configuration can only hide.
        Stored::Ok((switches.filter(|switches| switches.made || shown), steps))
    };
    match read.await {
        Ok((switches, steps)) => told(file, kind, switches.as_ref(), &steps),
        Err(cause) => cause.into(),
    }
}

fn told(file: &FileRow, kind: Artifact, switches: Option<&Switches>, steps: &Steps) -> Problem {
    let problem = |why: &str| {
        let detail = format!("the file has no {kind}: {why}");
        Problem::new(StatusCode::NOT_FOUND, detail)
    };
    let reprocess = format!(
        "then reprocess the file (`POST /services/operations/api/files/{}/reprocess`): files that are converted \
         already do not get it by themselves",
        file.id
    );
    if let Some(switches) = switches.filter(|switches| !switches.are_on()) {
        let (needed, now) = (switches.needed(), switches.now());
        let set = format!("set {needed} to true in the configuration");
        let hint = match switches.made {
            true => format!("{set}, {reprocess}"),
            false => format!("{set}; the file need not be converted again"),
        };
        return problem(&format!("it needs {needed}, and for this user {now}")).hint(hint);
    }
    if file.status == FileStatus::Processing {
        return problem("the file is processing")
            .hint("ask again when its `status` is `processed`");
    }
    if file.origin == FileOrigin::Merged && step_of(kind) <= Step::RawGeojson {
        return problem("it was merged from other files").hint("ask for that of its `sources`");
    }
    if let Some((step, outcome)) = cause(steps, step_of(kind)) {
        let how = match outcome.status {
            StepStatus::Failed => "failed",
            _ => "was skipped",
        };
        let why = format!("the step `{}` {how}: {}", step.name(), outcome.message);
        let problem = problem(&why);
        return match switches {
            Some(switches) if outcome.status == StepStatus::Skipped && switches.made => {
                let needed = switches.needed();
                problem.hint(format!("if {needed} was set later, {reprocess}"))
            }
            _ if outcome.hint.is_empty() => problem,
            _ => problem.hint(&outcome.hint),
        };
    }
    let outside = [
        Artifact::OutsideFieldGeojson,
        Artifact::OutsideFieldGeoparquet,
    ];
    match switches {
        Some(switches) if outside.contains(&kind) => {
            let why = "no point lies outside all fields, or no field holds any of its points";
            let needed = switches.needed();
            let soon = "a field that was just made or changed is applied to the files soon, but not while the service \
                        waits for disk space";
            problem(why).hint(format!("{soon}; if {needed} were set later, {reprocess}"))
        }
        Some(switches) => {
            let why = format!("it was converted while {} was false", switches.needed());
            problem(&why).hint(format!("the configuration has it now: {reprocess}"))
        }
        None => problem(&format!("the file is {}", file.status)),
    }
}

/// The step that kept an output away, if its own did not end well: the one before it that failed, else its own.
fn cause(steps: &Steps, own: Step) -> Option<(Step, &Outcome)> {
    let outcome = steps.get(own)?;
    if outcome.status == StepStatus::Processed {
        return None;
    }
    let mut before = steps.iter().filter(|(step, _)| *step <= own);
    let failed = before.find(|(_, outcome)| outcome.status == StepStatus::Failed);
    Some(failed.unwrap_or((own, outcome)))
}
