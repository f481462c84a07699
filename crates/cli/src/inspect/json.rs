//! What `inspect --json` prints: datasets as detected, machine files as read.

use serde_json::{Value, json};
use tramline_convert::Survey;
use tramline_formats::{Detection, Tree, Verdict};

pub(super) fn document(tree: &Tree, detection: &Detection, survey: &Survey) -> Value {
    let path = |id| &tree.entry(id).path;
    let datasets = detection.claims.iter().map(|claim| {
        let (outcome, text, hint) = outcome(&claim.verdict);
        json!({ "format": claim.format, "main": path(claim.main),
            "entries": claim.entries.iter().map(|id| path(*id)).collect::<Vec<_>>(),
            "reason": claim.reason, "outcome": outcome, "text": text, "hint": hint })
    });
    let unclaimed = detection.unclaimed.iter();
    let unclaimed = unclaimed.map(|u| json!({ "entry": path(u.entry), "reason": u.reason }));
    json!({ "datasets": datasets.collect::<Vec<_>>(), "unclaimed": unclaimed.collect::<Vec<_>>(),
        "files": survey.files, "leftOut": survey.unclaimed, "findings": survey.findings })
}

fn outcome(verdict: &Verdict) -> (&'static str, &str, &str) {
    match verdict {
        Verdict::Read => ("read", "", ""),
        Verdict::Recognised { text, hint, .. } => ("not read", text, hint),
        Verdict::NotMachineData { reason } => ("no machine data", reason, ""),
        Verdict::OtherData { reason } => ("other data", reason, ""),
    }
}
