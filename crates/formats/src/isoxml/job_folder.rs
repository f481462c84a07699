//! What a Topcon display keeps around its task data: names in the path
//! (`Clients/<client>/<farm>/<field>/Jobs/<job>/TASKDATA`) and the product in `<job>.ini`.
//!
//! Evidence: one report of real sticks. Rule: what the task data say wins.

use crate::shared::job_path::JobPath;
use crate::source::{EntryId, Tree};

/// An `.ini` of a job has some lines.
const INI_BYTES: usize = 64 * 1024;
/// Files of the display beside `<job>.ini`: not described, the task data hold the work.
const OWN: [&str; 5] = ["ini", "cov", "dfr", "gps", "wl"];
/// Products of one job at most.
const PRODUCTS: usize = 32;

/// What the folder of a job tells.
#[derive(Debug, Default)]
pub(crate) struct JobFolder {
    pub(crate) names: JobPath,
    /// Products of the channels, in their order.
    pub(crate) products: Vec<String>,
    /// The `.ini` that was read.
    pub(crate) entry: Option<EntryId>,
}

impl JobFolder {
    /// The folder of the job that a set of task data belongs to; empty where it is in none.
    pub(crate) fn of(tree: &Tree, main: EntryId) -> Self {
        let Some(job) = job_folder(tree.folder(main)) else {
            return Self::default();
        };
        let name = job.rsplit('/').next().unwrap_or(job);
        let entry = tree.find(job, &format!("{name}.ini"));
        Self {
            names: JobPath::of(&tree.entry(main).path, "Clients"),
            products: entry
                .map(|id| products(&tree.head(id, INI_BYTES)))
                .unwrap_or_default(),
            entry,
        }
    }
}

/// `…/Jobs/<job>` above the folder of task data.
pub(super) fn job_folder(folder: &str) -> Option<&str> {
    let (job, _) = folder.rsplit_once('/')?;
    let (jobs, _) = job.rsplit_once('/')?;
    let last = jobs.rsplit('/').next()?;
    last.eq_ignore_ascii_case("Jobs").then_some(job)
}

/// Whether an entry of a job's folder is the display's own, by its name.
pub(super) fn is_of_display(tree: &Tree, id: EntryId) -> bool {
    OWN.contains(&tree.extension(id).as_str())
}

/// `Channel1\Product=TRIGO` below `[AsAppliedMap]`.
fn products(bytes: &[u8]) -> Vec<String> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    let mut section = "";
    let mut products: Vec<String> = Vec::new();
    for line in text.lines().map(str::trim) {
        if let Some(name) = line.strip_prefix('[').and_then(|l| l.strip_suffix(']')) {
            section = name;
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            continue;
        };
        let key = key.trim().to_lowercase().replace('/', "\\");
        let channel = key
            .strip_prefix("channel")
            .and_then(|k| k.strip_suffix("\\product"));
        let of_channel = channel.is_some_and(|n| n.bytes().all(|b| b.is_ascii_digit()));
        let value = value.trim().trim_matches('"').trim();
        if section.eq_ignore_ascii_case("AsAppliedMap")
            && of_channel
            && !value.is_empty()
            && products.len() < PRODUCTS
            && !products.iter().any(|known| known == value)
        {
            products.push(value.chars().take(80).collect());
        }
    }
    products
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_those_of_the_channels() {
        let text = "[Other]\nChannel1\\Product=X\n[AsAppliedMap]\r\nChannel1\\Product=TRIGO\r\n\
                    Channel2\\Product=\"Urea 46\"\nChannel2\\Rate=5\nChannel3\\Product=\nChannel4\\Product=TRIGO\n";
        assert_eq!(products(text.as_bytes()), ["TRIGO", "Urea 46"]);
        assert_eq!(
            products(b"[AsAppliedMap]\nChannel1\\Product=Ma\xedz\n"),
            ["Maíz"]
        );
    }

    #[test]
    fn the_job_is_the_folder_above_below_jobs() {
        assert_eq!(job_folder("a/Jobs/J1/TASKDATA"), Some("a/Jobs/J1"));
        assert_eq!(job_folder("jobs/J1/x"), Some("jobs/J1"));
        assert_eq!(job_folder("Jobs/TASKDATA"), None);
        assert_eq!(job_folder("a/b/TASKDATA"), None);
        assert_eq!(job_folder("TASKDATA"), None);
    }
}
