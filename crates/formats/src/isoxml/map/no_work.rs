//! What a set of task data holds that has no time logs: plans, a set-up, prescriptions, totals
//! without records, or the bare track of a CLAAS terminal.

use super::super::claas;
use super::super::quirks::maker_of;
use super::super::raw::TaskData;
use crate::claim::Claim;
use crate::source::Tree;

/// In one sentence: what was found, what is missing, what to do.
pub(super) fn what(tree: &Tree, claim: &Claim, data: &TaskData) -> String {
    let maker = maker_of(
        data.task_controller_manufacturer.as_deref(),
        data.management_manufacturer.as_deref(),
    );
    let maker = maker.map_or(String::new(), |maker| format!(" of {}", maker.name));
    let done = data.tasks.iter().filter(|task| has_totals(task)).count();
    let grids = claim.entries.iter().filter(|id| {
        tree.name(**id).to_lowercase().starts_with("grd") && tree.extension(**id) == "bin"
    });
    let held: Vec<String> = [
        (data.tasks.len() - done, "planned task", "planned tasks"),
        (
            done,
            "task with times and totals only",
            "tasks with times and totals only",
        ),
        (grids.count(), "prescription grid", "prescription grids"),
        (data.fields.len(), "field", "fields"),
        (data.products.len(), "product", "products"),
        (data.devices.len(), "device", "devices"),
    ]
    .into_iter()
    .filter(|(count, _, _)| *count > 0)
    .map(|(count, one, many)| format!("{count} {}", if count == 1 { one } else { many }))
    .collect();
    let held = if held.is_empty() {
        "they are empty".to_owned()
    } else {
        format!("they hold {}", held.join(", "))
    };
    let head = format!("the ISOXML task data{maker} have no time logs, so no logged work: {held}");
    if let Some(tracks) = claas::tracks(tree, claim) {
        return format!("{head}; {tracks}");
    }
    format!(
        "{head}; to convert work, export the task data from the display after the work, with the TLG files"
    )
}

/// Whether a task was worked, as its times or their totals say.
fn has_totals(task: &super::super::raw::Task) -> bool {
    task.times
        .iter()
        .any(|time| time.kind == Some(4) && (time.stop.is_some() || !time.values.is_empty()))
}
