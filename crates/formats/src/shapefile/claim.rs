//! Which entries belong to a shapefile, and whether it is machine data: told from the names of
//! its columns and the kind of its shapes, without reading rows.

use super::map::deere::Metadata;
use super::map::trimble;
use super::raw::dbf::Header;
use super::raw::shp::{Geometry, geometry, shape_type_of_header};
use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::shared::other_data::other_data_unasked;
use crate::source::{EntryId, Limits, Tree};
use std::collections::HashMap;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "shapefile";

/// Bytes of a `.dbf` header at most: its length field has 16 bits.
const HEADER_BYTES: usize = 65_536;
const SIDES: &[&str] = &[
    "shp", "dbf", "shx", "prj", "cpg", "sbn", "sbx", "qix", "qmd", "qpj", "shp.xml",
];
const METADATA: &[&str] = &["-deere-metadata.json", "-metadata.json"];

/// The files of one dataset.
pub(super) struct Files {
    pub(super) shp: EntryId,
    pub(super) dbf: Option<EntryId>,
    pub(super) prj: Option<EntryId>,
    pub(super) cpg: Option<EntryId>,
    pub(super) metadata: Option<EntryId>,
}

impl Files {
    /// The files of a claim by their names.
    pub(super) fn of(tree: &Tree, claim: &Claim) -> Self {
        let by = |extension: &str| {
            claim
                .entries
                .iter()
                .copied()
                .find(|id| tree.extension(*id) == extension)
        };
        Self {
            shp: claim.main,
            dbf: by("dbf"),
            prj: by("prj"),
            cpg: by("cpg"),
            metadata: by("json"),
        }
    }

    /// The metadata file, parsed.
    pub(super) fn metadata(&self, tree: &Tree) -> Option<Metadata> {
        let bytes = tree.bytes(self.metadata?, 4 << 20).ok()?;
        Metadata::parse(&bytes)
    }
}

/// Claims every `.shp` with the files of its name.
pub(super) fn claim(tree: &Tree, options: &ReadOptions) -> Vec<Claim> {
    let mut sides: HashMap<(String, String), Vec<(EntryId, String)>> = HashMap::new();
    for id in tree.ids().filter(|id| !is_resource_fork(tree, *id)) {
        let name = tree.name(id);
        let lower = name.to_lowercase();
        let suffix = SIDES
            .iter()
            .map(|s| format!(".{s}"))
            .chain(METADATA.iter().map(|s| (*s).to_owned()))
            .find(|s| lower.ends_with(s.as_str()));
        let Some(suffix) = suffix else { continue };
        let Some(stem) = name.get(..name.len().saturating_sub(suffix.len())) else {
            continue;
        };
        let key = (tree.folder(id).to_owned(), stem.to_lowercase());
        sides.entry(key).or_default().push((id, suffix));
    }
    let mut claims = Vec::new();
    for ((_, stem), members) in &sides {
        for (main, _) in members.iter().filter(|(_, suffix)| suffix == ".shp") {
            let name = tree.name(*main);
            let exact = name.get(..name.len() - ".shp".len()).unwrap_or(stem);
            let mut entries = vec![*main];
            for suffix in members
                .iter()
                .map(|(_, s)| s)
                .collect::<std::collections::BTreeSet<_>>()
            {
                let mut of_suffix = members
                    .iter()
                    .filter(|(_, s)| s == suffix && suffix != ".shp");
                let found = of_suffix
                    .clone()
                    .find(|(id, _)| tree.name(*id).starts_with(exact))
                    .or_else(|| of_suffix.next());
                entries.extend(found.map(|(id, _)| *id));
            }
            claims.push(judged(tree, *main, entries, options));
        }
    }
    claims.sort_by_key(|c| c.main);
    claims
}

fn is_resource_fork(tree: &Tree, id: EntryId) -> bool {
    let path = &tree.entry(id).path;
    path.split('/').any(|part| part == "__MACOSX") || tree.name(id).starts_with("._")
}

fn judged(tree: &Tree, main: EntryId, entries: Vec<EntryId>, options: &ReadOptions) -> Claim {
    let mut claim = Claim {
        format: ID,
        confidence: Confidence::General,
        main,
        entries,
        reason: "shapefile".to_owned(),
        verdict: Verdict::Read,
    };
    let path = &tree.entry(main).path;
    if let Some(reason) = trimble::other(path) {
        claim.verdict = Verdict::NotMachineData { reason };
        return claim;
    }
    if trimble::is_coverage(path) {
        claim.confidence = Confidence::Content;
        claim.reason = "coverage of an event in a Trimble AgGPS tree".to_owned();
        return claim;
    }
    let files = Files::of(tree, &claim);
    let metadata = files.metadata(tree);
    if let Some(metadata) = &metadata {
        if metadata.operation().is_some() {
            claim.confidence = Confidence::Content;
            claim.reason =
                "shapefile with the metadata file of an Operations Center export".to_owned();
            return claim;
        }
        if let Some(kind) = metadata.layer_kind() {
            let reason = format!(
                "not machine data: its metadata file calls it {}",
                kind.to_lowercase()
            );
            claim.verdict = Verdict::NotMachineData { reason };
            return claim;
        }
    }
    let kind = shape_type_of_header(&tree.head(main, 100)).and_then(geometry);
    let names = files
        .dbf
        .map(|dbf| column_names(tree, dbf))
        .unwrap_or_default();
    let shown: Vec<&str> = names.iter().map(String::as_str).collect();
    if let Some(reason) = other_data_unasked(&shown, options) {
        claim.verdict = Verdict::OtherData { reason };
        return claim;
    }
    let areas = matches!(kind, Some(Geometry::Polygon | Geometry::Line));
    if areas && files.dbf.is_some() && !names.is_empty() && !is_logged(&names) {
        let rate = names.iter().any(|n| is_rate(n));
        let reason = match (kind, rate) {
            (Some(Geometry::Line), _) => {
                "not machine data: lines without logged columns (guidance or boundary)"
            }
            (_, true) => {
                "not machine data: polygons with a rate and no time, distance or speed (prescription)"
            }
            _ => "not machine data: polygons without logged columns (boundary or zones)",
        };
        claim.verdict = Verdict::NotMachineData {
            reason: reason.to_owned(),
        };
    }
    claim
}

/// Names of the columns in lower case; empty when the header cannot be read.
fn column_names(tree: &Tree, dbf: EntryId) -> Vec<String> {
    let head = tree.head(dbf, HEADER_BYTES);
    let header = Header::parse(
        &head,
        tree.entry(dbf).size,
        &Limits::default(),
        &tree.place(dbf),
    );
    header
        .map(|h| h.columns.iter().map(|c| c.name.to_lowercase()).collect())
        .unwrap_or_default()
}

/// Whether any column is one that only logs have.
fn is_logged(names: &[String]) -> bool {
    const BEGINNINGS: &[&str] = &[
        "isotime",
        "timestamp",
        "time_stamp",
        "utc_time",
        "gps_tim",
        "distance",
        "duration",
        "speed",
        "vehiclspeed",
        "swath",
        "swth",
        "pass_num",
        "track_deg",
        "heading",
        "hdng",
        "moist",
        "vryield",
        "yld_",
        "yield",
        "dry_yield",
        "wetmass",
        "crop_flw",
        "vrappratev",
        "rt_apd",
        "appliedrat",
        "appldrt",
        "actualrate",
        "rate_appld",
        "applied_ra",
    ];
    names.iter().any(|name| {
        name == "time"
            || BEGINNINGS.iter().any(|b| name.starts_with(b))
                && !name.contains("goal")
                && !name.contains("target")
    })
}

fn is_rate(name: &str) -> bool {
    name.contains("rate") || name.contains("tgt") || name.contains("target") || name == "rx"
}

/// The files of one name, whichever of them was given.
pub(super) fn sides(given: &str, other: &str) -> bool {
    stem_of(given).is_some_and(|stem| stem_of(other) == Some(stem))
}

/// A lower-case name without the ending that a file of a shapefile has.
fn stem_of(name: &str) -> Option<&str> {
    let side = SIDES
        .iter()
        .find_map(|side| name.strip_suffix(side)?.strip_suffix('.'));
    side.or_else(|| METADATA.iter().find_map(|ending| name.strip_suffix(ending)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn resource_forks_and_other_names_stay_out() {
        let tree = Tree::from_files(
            [
                "a/Log.SHP",
                "a/log.dbf",
                "a/LOG.prj",
                "a/Log-Deere-Metadata.json",
                "a/other.dbf",
                "__MACOSX/a/._Log.SHP",
            ]
            .map(|path| (path.to_owned(), vec![0; 8])),
        );
        let claims = claim(&tree, &ReadOptions::default());
        assert_eq!(claims.len(), 1);
        let paths: Vec<&str> = claims[0]
            .entries
            .iter()
            .map(|id| tree.entry(*id).path.as_str())
            .collect();
        assert_eq!(claims[0].entries.len(), 4, "{paths:?}");
        assert!(paths.contains(&"a/log.dbf") && paths.contains(&"a/Log-Deere-Metadata.json"));
    }
}
