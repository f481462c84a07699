//! Formats that know nothing of each other, below `crates/formats/src`.
//!
//! - A format's folder (one for each entry of `crates/formats/src/registry.rs`) names none of another format: not by a
//!   `use`, not by a path in its code;
//! - neither does what lies below the formats ([`BELOW`]), or formats would meet there;
//! - nor do the two name a room that stands above the formats, as detection does: any other module of the crate.
//!
//! Rule: a format is moved or taken away with its folder and its line in the registry. What is for tests is free.

use super::Source;
use super::modules::{Module, Path, modules};
use anyhow::{Context, Result};
use std::collections::{BTreeMap, BTreeSet};

const SRC: &str = "crates/formats/src/";
const REGISTRY: &str = "crates/formats/src/registry.rs";
/// Modules that every format may use.
const BELOW: &[&str] = &["claim", "shared", "source"];

/// Ids of the formats that the registry lists, in its order.
///
/// # Errors
/// A registry that cannot be read.
pub(crate) fn listed(root: &std::path::Path) -> Result<Vec<String>> {
    let text = std::fs::read_to_string(root.join(REGISTRY))
        .with_context(|| format!("cannot read {REGISTRY}"))?;
    Ok(ids(&text))
}

fn ids(registry: &str) -> Vec<String> {
    let entries = registry
        .lines()
        .filter_map(|line| line.trim().strip_prefix("&crate::")?.split_once("::"));
    entries.map(|(id, _)| id.to_owned()).collect()
}

/// Names that lead from a format, or from what lies below the formats, to where they must not.
pub(super) fn faults(sources: &[Source]) -> Vec<String> {
    let files: Vec<&Source> = sources
        .iter()
        .filter(|source| source.path.starts_with(SRC) && !super::is_test(&source.path))
        .collect();
    let registry = files.iter().find(|source| source.path == REGISTRY);
    let formats = registry.map(|source| ids(&source.text)).unwrap_or_default();
    let all = modules(&files, SRC);
    let mut found = BTreeSet::new();
    for module in all.values() {
        let Some(own) = module.path.first() else {
            continue;
        };
        let is_format = formats.contains(own);
        if !is_format && !BELOW.contains(&own.as_str()) {
            continue;
        }
        let file = files
            .get(module.file)
            .map_or("", |source| source.path.as_str());
        let imports = module.imports.iter().map(|import| &import.path);
        for path in imports.chain(&module.spoken) {
            let Some(room) = room(path, module, &all) else {
                continue;
            };
            if room == *own || BELOW.contains(&room.as_str()) {
                continue;
            }
            let who = if is_format {
                "a format"
            } else {
                "a room below the formats"
            };
            let whom = if formats.contains(&room) {
                "the format"
            } else {
                "what stands above the formats:"
            };
            found.insert(format!(
                "{file}: {who} names {whom} `{room}` ({})",
                path.join("::")
            ));
        }
    }
    found.into_iter().collect()
}

/// The module of the crate's root that a path leads into; `None` for another crate, or a name of this module.
fn room(path: &[String], module: &Module, all: &BTreeMap<Path, Module>) -> Option<String> {
    let ups = path.iter().take_while(|name| *name == "super").count();
    let names = path.get(ups..)?;
    let first = match path.first()?.as_str() {
        "crate" => path.get(1)?,
        "super" if module.path.len() == ups => names.first()?,
        _ => return None,
    };
    let root = all.get(&Path::new())?;
    if root.children.contains(first) {
        return Some(first.clone());
    }
    // What the root passes on lies in the room that it comes from.
    let import = root.imports.iter().find(|import| import.name == *first)?;
    import
        .path
        .iter()
        .find(|name| !["crate", "self"].contains(&name.as_str()))
        .cloned()
}

#[cfg(test)]
mod tests {
    use super::{Source, faults, listed};
    use crate::root;

    const ROOT: &str = "mod a; mod b; mod claim; mod detect; mod registry; mod shared; mod source; \
                        pub use detect::detect; pub use source::Tree;";
    const LIST: &str =
        "static FORMATS: &[&Format] = &[\n    &crate::a::FORMAT,\n    &crate::b::FORMAT,\n];";

    /// Faults of a crate with the formats `a` and `b` and one more file.
    fn of(path: &str, text: &str) -> Vec<String> {
        let files = [("lib.rs", ROOT), ("registry.rs", LIST), (path, text)];
        let sources = files.map(|(path, text)| Source {
            path: format!("crates/formats/src/{path}"),
            text: text.to_owned(),
        });
        faults(&sources)
    }

    #[test]
    fn a_format_names_itself_and_what_lies_below() {
        let free = [
            (
                "a/mod.rs",
                "mod raw; use crate::a::raw::X; use super::shared::xml; use crate::{Tree, claim::Claim};",
            ),
            (
                "a/raw.rs",
                "use super::super::source::Limits; fn f() { crate::shared::ground::g(); b::c() }",
            ),
            ("a/mod.rs", "#[cfg(test)] mod tests { use crate::b::X; }"),
            ("detect.rs", "use crate::a::X; use crate::b::Y;"),
            (
                "shared/xml.rs",
                "use crate::source::Tree; use super::super::claim::Claim;",
            ),
        ];
        for (path, text) in free {
            assert_eq!(faults(&[]), of(path, text), "{path}: {text}");
        }
    }

    #[test]
    fn what_leads_to_another_format_or_above_is_told() {
        let cases = [
            (
                "a/mod.rs",
                "use crate::{b::raw::X, source::Tree};",
                "crates/formats/src/a/mod.rs: a format names the format `b` (crate::b::raw::X)",
            ),
            (
                "a/map/x.rs",
                "fn f() { super::super::super::b::g() }",
                "crates/formats/src/a/map/x.rs: a format names the format `b` (super::super::super::b::g)",
            ),
            (
                "b/mod.rs",
                "use crate::detect;",
                "crates/formats/src/b/mod.rs: a format names what stands above the formats: `detect` (crate::detect)",
            ),
            (
                "shared/x.rs",
                "fn f() -> crate::a::X { }",
                "crates/formats/src/shared/x.rs: a room below the formats names the format `a` (crate::a::X)",
            ),
        ];
        for (path, text, wanted) in cases {
            assert_eq!(of(path, text), [wanted], "{text}");
        }
    }

    #[test]
    fn the_registry_lists_folders() {
        let root = root().unwrap();
        let ids = listed(&root).unwrap();
        assert!(ids.len() > 10, "{ids:?}");
        for id in ids {
            assert!(root.join("crates/formats/src").join(&id).is_dir(), "{id}");
        }
    }
}
