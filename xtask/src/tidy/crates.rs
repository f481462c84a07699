//! Which crate may depend on which, and that each format has its page.
//!
//! - `[dependencies]` of a crate name only crates below it; development dependencies are free.
//! - What is allowed is used: an edge that no manifest has any more goes from [`ALLOWED`], and a crate that a manifest
//!   names is named in the sources.
//! - Every crate stands in [`ALLOWED`].

use super::Source;
use anyhow::{Context, Result};
use std::collections::BTreeSet;
use std::path::Path;

/// A crate and those below it.
type Edges = (&'static str, &'static [&'static str]);

/// What each crate may depend on, from the bottom up.
const ALLOWED: &[Edges] = &[
    ("model", &[]),
    ("analysis", &[]),
    ("render", &[]),
    ("formats", &["model"]),
    ("outputs", &["model"]),
    ("sheet", &["outputs"]),
    ("tiles", &["model"]),
    (
        "convert",
        &["model", "formats", "outputs", "analysis", "render", "tiles"],
    ),
    ("converter", &["model", "formats", "outputs", "convert"]),
    ("samples", &[]),
    ("testkit", &["samples"]),
    (
        "server",
        &[
            "model",
            "formats",
            "outputs",
            "convert",
            "converter",
            "tiles",
        ],
    ),
    (
        "cli",
        &[
            "model",
            "formats",
            "outputs",
            "convert",
            "converter",
            "server",
            "sheet",
            "samples",
        ],
    ),
];

/// Faults in the manifests below `root/crates`.
///
/// # Errors
/// A folder or manifest that cannot be read.
pub(super) fn faults(root: &Path, sources: &[Source]) -> Result<Vec<String>> {
    let folder = root.join("crates");
    let mut crates = Vec::new();
    for item in std::fs::read_dir(&folder)? {
        let manifest = item?.path().join("Cargo.toml");
        let Some(name) = manifest.parent().and_then(Path::file_name) else {
            continue;
        };
        let text = std::fs::read_to_string(&manifest)
            .with_context(|| format!("cannot read {}", manifest.display()))?;
        crates.push((name.to_string_lossy().into_owned(), dependencies(&text)));
    }
    crates.sort();
    let mut found = direction(ALLOWED, &crates);
    for (name, others) in &crates {
        let begin = format!("crates/{name}/src/");
        let inside: Vec<_> = sources
            .iter()
            .filter(|source| source.path.starts_with(&begin))
            .collect();
        for other in others {
            let word = format!("tramline_{other}");
            if !inside.iter().any(|source| source.text.contains(&word)) {
                found.push(format!(
                    "crates/{name} depends on crates/{other} and never names it"
                ));
            }
        }
    }
    Ok(found)
}

/// Ours among the `[dependencies]` of a manifest.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let mut inside = false;
    let mut found = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = line.trim() == "[dependencies]";
        }
        if let Some(rest) = line.strip_prefix("tramline-").filter(|_| inside) {
            let name = rest.split(['.', ' ', '=']).next().unwrap_or_default();
            found.insert(name.to_owned());
        }
    }
    found
}

fn direction(allowed: &[Edges], crates: &[(String, BTreeSet<String>)]) -> Vec<String> {
    let mut found = Vec::new();
    for (name, others) in crates {
        let Some((_, below)) = allowed.iter().find(|(known, _)| known == name) else {
            found.push(format!(
                "crates/{name} is not among the allowed dependencies"
            ));
            continue;
        };
        for other in others
            .iter()
            .filter(|other| !below.contains(&other.as_str()))
        {
            found.push(format!("crates/{name} must not depend on crates/{other}"));
        }
        for other in below.iter().filter(|other| !others.contains(**other)) {
            found.push(format!(
                "crates/{name} may depend on crates/{other} and does not: take it off the list"
            ));
        }
    }
    for (name, _) in allowed {
        if !crates.iter().any(|(known, _)| known == name) {
            found.push(format!(
                "crates/{name} has allowed dependencies and is not there"
            ));
        }
    }
    found
}

/// Formats without a page.
pub(super) fn missing_pages(root: &Path, formats: &[String]) -> Vec<String> {
    let pages = formats.iter().map(|id| format!("docs/formats/{id}.md"));
    let missing = pages.filter(|page| !root.join(page).exists());
    missing.map(|page| format!("{page} is missing")).collect()
}

#[cfg(test)]
mod tests {
    use super::{Edges, dependencies, direction};
    use std::collections::BTreeSet;

    #[test]
    fn only_ours_among_the_dependencies_count() {
        let manifest = "[package]\nname = \"tramline-x\"\n[dependencies]\nanyhow.workspace = true\n\
                        tramline-model.workspace = true\ntramline-tiles = { path = \"x\" }\n\
                        [dev-dependencies]\ntramline-testkit.workspace = true\n";
        let wanted: BTreeSet<String> = ["model", "tiles"].map(str::to_owned).into();
        assert_eq!(dependencies(manifest), wanted);
    }

    #[test]
    fn direction_and_use_of_edges() {
        let allowed: &[Edges] = &[("model", &[]), ("formats", &["model"])];
        let cases: [(&[Edges], &[&str]); 5] = [
            (&[("model", &[]), ("formats", &["model"])], &[]),
            (
                &[("model", &["formats"]), ("formats", &["model"])],
                &["crates/model must not depend on crates/formats"],
            ),
            (
                &[("model", &[]), ("formats", &[])],
                &["crates/formats may depend on crates/model and does not: take it off the list"],
            ),
            (
                &[("model", &[]), ("formats", &["model"]), ("new", &[])],
                &["crates/new is not among the allowed dependencies"],
            ),
            (
                &[("formats", &["model"])],
                &["crates/model has allowed dependencies and is not there"],
            ),
        ];
        for (crates, wanted) in cases {
            let owned: Vec<_> = crates
                .iter()
                .map(|(name, others)| {
                    (
                        (*name).to_owned(),
                        others.iter().map(|o| (*o).to_owned()).collect(),
                    )
                })
                .collect();
            assert_eq!(direction(allowed, &owned), wanted, "{crates:?}");
        }
    }
}
