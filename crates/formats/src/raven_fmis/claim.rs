//! Which files are one job: those of one folder, by their names.

use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};
use std::collections::BTreeMap;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "raven_fmis";

/// The files of one job.
#[derive(Default)]
pub(super) struct Files {
    pub(super) job: Option<EntryId>,
    pub(super) advanced: Option<EntryId>,
    /// Tables by the number in their name.
    pub(super) tables: Vec<(u32, EntryId)>,
}

impl Files {
    fn add(&mut self, tree: &Tree, id: EntryId) {
        let name = tree.name(id).to_lowercase();
        match name.as_str() {
            "jobdata.xml" => self.job = self.job.or(Some(id)),
            "advanced.xml" => self.advanced = self.advanced.or(Some(id)),
            _ => self
                .tables
                .extend(number_of_table(&name).map(|number| (number, id))),
        }
        self.tables.sort_unstable();
    }

    /// The files of a claim.
    pub(super) fn of(tree: &Tree, claim: &Claim) -> Self {
        let mut files = Self::default();
        for id in &claim.entries {
            files.add(tree, *id);
        }
        files
    }
}

/// The number in `product_3.tab`.
fn number_of_table(name: &str) -> Option<u32> {
    let number = name.strip_prefix("product_")?.strip_suffix(".tab")?;
    number.parse().ok()
}

/// One claim for each folder with a `jobdata.xml` or a `Product_N.tab`; an `advanced.xml` alone
/// counts in a folder `…_fmis` only.
pub(super) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    let mut folders: BTreeMap<&str, Files> = BTreeMap::new();
    for id in tree.ids().filter(|id| !tree.is_system_file(*id)) {
        let name = tree.name(id).to_lowercase();
        if matches!(name.as_str(), "jobdata.xml" | "advanced.xml")
            || number_of_table(&name).is_some()
        {
            folders.entry(tree.folder(id)).or_default().add(tree, id);
        }
    }
    let mut claims = Vec::new();
    for (folder, files) in folders {
        let named = folder.to_lowercase().ends_with("_fmis");
        if files.job.is_none() && files.tables.is_empty() && !named {
            continue;
        }
        let tables = || files.tables.iter().map(|(_, id)| *id);
        let mut entries: Vec<EntryId> = files.job.into_iter().chain(files.advanced).collect();
        entries.extend(tables());
        let Some(main) = entries.first().copied() else {
            continue;
        };
        let whole = files.job.is_some() && files.advanced.is_some() && !files.tables.is_empty();
        claims.push(Claim {
            format: ID,
            confidence: if whole {
                Confidence::Certain
            } else {
                Confidence::Content
            },
            main,
            reason: format!("Raven FMIS export with {} products", files.tables.len()),
            entries,
            verdict: Verdict::Read,
        });
    }
    claims.sort_by_key(|claim| claim.main);
    claims
}

/// All files of the job in one folder.
pub(super) fn sides(given: &str, other: &str) -> bool {
    let of_job = |name: &str| {
        matches!(name, "jobdata.xml" | "advanced.xml") || number_of_table(name).is_some()
    };
    of_job(given) && of_job(other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_job_and_other_tables_are_none() {
        let tree = Tree::from_files(
            [
                "a.jdp.zip/x_fmis/JobData.xml",
                "a.jdp.zip/x_fmis/advanced.xml",
                "a.jdp.zip/x_fmis/PRODUCT_2.TAB",
                "a.jdp.zip/x_fmis/Product_10.tab",
                "b/advanced.xml",
                "c/Product_x.tab",
                "d_fmis/advanced.xml",
            ]
            .map(|path| (path.to_owned(), vec![0; 8])),
        );
        let claims = claim(&tree, &ReadOptions::default());
        let names: Vec<&str> = claims
            .iter()
            .map(|claim| tree.entry(claim.main).path.as_str())
            .collect();
        assert_eq!(
            names,
            ["a.jdp.zip/x_fmis/JobData.xml", "d_fmis/advanced.xml"]
        );
        let numbers = Files::of(&tree, &claims[0]).tables;
        assert_eq!(numbers.iter().map(|t| t.0).collect::<Vec<_>>(), [2, 10]);
    }
}
