//! Import circles: files of one crate that reach each other through what they import.
//!
//! There is an arrow from file A to file B when A takes a name that B defines:
//!
//! - by a `use` of A, or by a path in A's code that begins with `crate`, `super`, `self`, a child module or a module
//!   that A imported; nothing that is for tests counts;
//! - a name that a module passes on (`pub use`) leads to the file that defines it, not to the one that passes it on;
//! - a `mod` line and a `pub use` are no arrows; a `pub use` is one where its file uses the name itself. So a `mod.rs` that
//!   only declares and passes on has none, and a child that takes what its `mod.rs` defines is in a circle with it as soon
//!   as the `mod.rs` takes something of the child;
//! - a module that is imported is none either: the names taken from it are.
//!
//! Methods of one type that are spread over files are not seen. Rule: a circle has at most two files.

use super::Source;
use super::modules::{Import, Module, Path, modules};
use std::collections::{BTreeMap, BTreeSet};

/// Crates that are looked at.
const CRATES: &[&str] = &[
    "analysis",
    "cli",
    "convert",
    "converter",
    "formats",
    "model",
    "outputs",
    "render",
    "samples",
    "server",
    "sheet",
    "testkit",
    "tiles",
];
const LARGEST: usize = 2;
/// Names passed on by so many modules are followed; more would be a circle of its own.
const DEEPEST: usize = 16;

/// Arrows: from file to file, with the names that are taken.
type Arrows = BTreeMap<usize, BTreeMap<usize, BTreeSet<String>>>;

/// Circles of the crates, each as one fault of several lines.
pub(super) fn faults(sources: &[Source]) -> Vec<String> {
    let mut found = Vec::new();
    for name in CRATES {
        let src = format!("crates/{name}/src/");
        let files: Vec<&Source> = sources
            .iter()
            .filter(|source| source.path.starts_with(&src) && !super::is_test(&source.path))
            .collect();
        let arrows = arrows(&modules(&files, &src));
        for circle in circles(&arrows, files.len()) {
            if circle.len() > LARGEST {
                found.push(told(&circle, &arrows, &files, &src));
            }
        }
    }
    found
}

fn told(circle: &[usize], arrows: &Arrows, files: &[&Source], src: &str) -> String {
    let name = |file: &usize| {
        files
            .get(*file)
            .and_then(|source| source.path.strip_prefix(src))
            .unwrap_or_default()
    };
    let mut text = format!("{src}: import circle of {} files", circle.len());
    for file in circle {
        text.push_str(&format!("\n    {}", name(file)));
        let others = arrows.get(file).into_iter().flatten();
        for (other, names) in others.filter(|(other, _)| circle.contains(other)) {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            text.push_str(&format!(
                "\n        → {} ({})",
                name(other),
                names.join(", ")
            ));
        }
    }
    text
}

/// What a path leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    Module(Path),
    Item { file: usize, name: String },
}

struct Crate<'a> {
    modules: &'a BTreeMap<Path, Module>,
}

impl Crate<'_> {
    /// Follows a path that is spoken in `module`; `None` where it leads out of the crate.
    fn target(&self, module: &Module, path: &[String], depth: usize) -> Option<Target> {
        let (first, rest) = path.split_first()?;
        let parent = || module.path.split_last().map(|(_, parent)| parent.to_vec());
        match first.as_str() {
            "crate" => self.below(Path::new(), rest, depth),
            "self" => self.below(module.path.clone(), rest, depth),
            "super" => {
                let parent = self.modules.get(&parent()?)?;
                let again = rest.first().is_some_and(|next| next == "super");
                if again {
                    self.target(parent, rest, depth)
                } else {
                    self.below(parent.path.clone(), rest, depth)
                }
            }
            // A child, an own item, or what a `use` brought in; else the name of another crate.
            name if module.children.contains(name) || module.items.contains(name) => {
                self.below(module.path.clone(), path, depth)
            }
            name => {
                let import = module.imports.iter().find(|import| import.name == *name)?;
                self.imported(module, import, rest, depth)
            }
        }
    }

    fn imported(
        &self,
        module: &Module,
        import: &Import,
        rest: &[String],
        depth: usize,
    ) -> Option<Target> {
        // `use a;` beside `mod a;` of another crate's name would lead to itself.
        if depth >= DEEPEST || import.path.first() == Some(&import.name) {
            return None;
        }
        match self.target(module, &import.path, depth + 1)? {
            Target::Module(path) => self.below(path, rest, depth + 1),
            item @ Target::Item { .. } => Some(item),
        }
    }

    /// Follows names from a module down.
    fn below(&self, path: Path, names: &[String], depth: usize) -> Option<Target> {
        let module = self.modules.get(&path)?;
        let Some((name, rest)) = names.split_first() else {
            return Some(Target::Module(path));
        };
        let is_item = module.items.contains(name);
        if module.children.contains(name) && (!rest.is_empty() || !is_item) {
            let mut child = path.clone();
            child.push(name.clone());
            return self.below(child, rest, depth);
        }
        let own = Target::Item {
            file: module.file,
            name: name.clone(),
        };
        if is_item || depth >= DEEPEST {
            return Some(own);
        }
        if let Some(import) = module.imports.iter().find(|import| import.name == *name) {
            return self.imported(module, import, rest, depth);
        }
        let globs = module.imports.iter().filter(|import| import.name == "*");
        for glob in globs {
            let (_, from) = glob.path.split_last()?;
            let Some(Target::Module(other)) = self.target(module, from, depth + 1) else {
                continue;
            };
            let knows = self.modules.get(&other).is_some_and(|other| {
                other.items.contains(name)
                    || other.children.contains(name)
                    || other.imports.iter().any(|import| import.name == *name)
            });
            if knows {
                return self.below(other, names, depth + 1);
            }
        }
        Some(own)
    }
}

fn arrows(modules: &BTreeMap<Path, Module>) -> Arrows {
    let all = Crate { modules };
    let mut found = Arrows::new();
    for module in modules.values() {
        let mut add = |target: Option<Target>| {
            if let Some(Target::Item { file, name }) = target
                && file != module.file
            {
                found
                    .entry(module.file)
                    .or_default()
                    .entry(file)
                    .or_default()
                    .insert(name);
            }
        };
        for import in &module.imports {
            if import.is_public && !module.mentioned.contains(&import.name) {
                continue;
            }
            if import.name != "*" {
                add(all.target(module, &import.path, 0));
            } else if let Some((_, from)) = import.path.split_last()
                && let Some(Target::Module(path)) = all.target(module, from, 0)
                && let Some(other) = modules.get(&path)
            {
                add(Some(Target::Item {
                    file: other.file,
                    name: "*".to_owned(),
                }));
            }
        }
        for path in &module.spoken {
            let begins_here =
                ["crate", "super", "self"].contains(&path.first().map_or("", String::as_str));
            let target = all.target(module, path, 0);
            // A name that a `use` brought in is counted there.
            let is_counted = !begins_here
                && path.first().is_some_and(|first| {
                    let brought = module.imports.iter().find(|import| import.name == *first);
                    brought.is_some_and(|import| {
                        matches!(
                            all.target(module, &import.path, 0),
                            Some(Target::Item { .. })
                        )
                    })
                });
            if !is_counted {
                add(target);
            }
        }
    }
    found
}

/// Files that reach each other, in groups; each file in one.
fn circles(arrows: &Arrows, files: usize) -> Vec<Vec<usize>> {
    let reach: Vec<BTreeSet<usize>> = (0..files).map(|file| reached(arrows, file)).collect();
    let mutual = |one: usize, other: usize| {
        let sees = |from: usize, to: usize| reach.get(from).is_some_and(|seen| seen.contains(&to));
        one == other || (sees(one, other) && sees(other, one))
    };
    let mut found: Vec<Vec<usize>> = Vec::new();
    for file in 0..files {
        let group = found
            .iter_mut()
            .find(|group| group.first().is_some_and(|first| mutual(*first, file)));
        match group {
            Some(group) => group.push(file),
            None => found.push(vec![file]),
        }
    }
    found
}

fn reached(arrows: &Arrows, from: usize) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = vec![from];
    while let Some(file) = open.pop() {
        let next = arrows.get(&file).into_iter().flat_map(BTreeMap::keys);
        open.extend(next.copied().filter(|other| seen.insert(*other)));
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::{Source, arrows, faults, modules};

    /// Files of a crate as (path, text); arrows as `a.rs>b.rs:Name`.
    fn shown(files: &[(&str, &str)]) -> String {
        let owned = sources(files);
        let all: Vec<&Source> = owned.iter().collect();
        let src = "crates/convert/src/";
        let name = |file: &usize| owned[*file].path.strip_prefix(src).unwrap().to_owned();
        let mut lines = Vec::new();
        for (from, others) in arrows(&modules(&all, src)) {
            for (to, names) in others {
                let names: Vec<_> = names.into_iter().collect();
                lines.push(format!("{}>{}:{}", name(&from), name(&to), names.join(",")));
            }
        }
        lines.join(" ")
    }

    fn sources(files: &[(&str, &str)]) -> Vec<Source> {
        let of = |(path, text): &(&str, &str)| Source {
            path: format!("crates/convert/src/{path}"),
            text: (*text).to_owned(),
        };
        files.iter().map(of).collect()
    }

    #[test]
    fn arrows_lead_to_the_file_that_defines() {
        let cases: [(&[(&str, &str)], &str); 11] = [
            // A name that is passed on leads to its file.
            (
                &[
                    ("lib.rs", "mod a; mod b; pub use a::A;"),
                    ("a.rs", "pub struct A;"),
                    ("b.rs", "use crate::A;"),
                ],
                "b.rs>a.rs:A",
            ),
            // Declaring and passing on is no arrow; using the name oneself is.
            (
                &[
                    ("lib.rs", "mod a; pub use a::A; fn f() -> A { A }"),
                    ("a.rs", "pub struct A;"),
                ],
                "lib.rs>a.rs:A",
            ),
            // A child that takes what its parent defines.
            (
                &[
                    ("lib.rs", "mod s;"),
                    ("s/mod.rs", "mod c; pub(crate) struct P; fn f() { c::g() }"),
                    ("s/c.rs", "use super::P; pub(super) fn g() {}"),
                ],
                "s/mod.rs>s/c.rs:g s/c.rs>s/mod.rs:P",
            ),
            // An imported module is followed to what is taken from it.
            (
                &[
                    ("lib.rs", "mod s; mod t;"),
                    ("s/mod.rs", "mod c; pub use c::C;"),
                    ("s/c.rs", "pub struct C;"),
                    ("t.rs", "use crate::s::{self}; fn f() { s::C::new() }"),
                ],
                "t.rs>s/c.rs:C",
            ),
            // Paths without `use`, and other names for names.
            (
                &[
                    ("lib.rs", "mod a; mod b; mod c;"),
                    ("a.rs", "pub enum E { V }"),
                    ("b.rs", "pub use crate::a::E as F; fn f() { super::c::g() }"),
                    ("c.rs", "pub fn g() { crate::b::F::V }"),
                ],
                "b.rs>c.rs:g c.rs>a.rs:E",
            ),
            // Globs that are passed on.
            (
                &[
                    ("lib.rs", "mod a; mod b; pub use a::*;"),
                    ("a.rs", "pub struct A;"),
                    ("b.rs", "use crate::A;"),
                ],
                "b.rs>a.rs:A",
            ),
            // A module and a function of one name.
            (
                &[
                    ("lib.rs", "mod run; mod b; pub use run::run;"),
                    ("run.rs", "pub fn run() {} pub struct R;"),
                    ("b.rs", "use crate::run::R; use crate::run;"),
                ],
                "b.rs>run.rs:R",
            ),
            // Other crates, tests and comments are no arrows.
            (
                &[
                    ("lib.rs", "mod a; mod b;"),
                    ("a.rs", "pub struct A;"),
                    (
                        "b.rs",
                        "// crate::a::A\nuse std::a::A; #[cfg(test)] mod tests { use crate::a::A; }",
                    ),
                ],
                "",
            ),
            // `super::super`, and inline modules.
            (
                &[
                    ("lib.rs", "mod s; pub struct L; mod i { pub struct I; }"),
                    ("s/mod.rs", "mod c;"),
                    ("s/c.rs", "use super::super::{L, i::I};"),
                ],
                "s/c.rs>lib.rs:I,L",
            ),
            // What a macro defines counts as its module's own.
            (
                &[
                    ("lib.rs", "mod a; mod b;"),
                    ("a.rs", "make!{A}"),
                    ("b.rs", "use crate::a::A;"),
                ],
                "b.rs>a.rs:A",
            ),
            // A private import that is taken by a child through `super`.
            (
                &[
                    ("lib.rs", "mod a; mod s;"),
                    ("a.rs", "pub struct A;"),
                    ("s/mod.rs", "use crate::a::A; mod c; fn f(a: A) {}"),
                    ("s/c.rs", "use super::A;"),
                ],
                "s/mod.rs>a.rs:A s/c.rs>a.rs:A",
            ),
        ];
        for (files, wanted) in cases {
            assert_eq!(shown(files), wanted, "{files:?}");
        }
    }

    #[test]
    fn only_circles_of_more_than_two_files_are_faults() {
        let a_b = ("a.rs", "use crate::b::B; pub struct A;");
        let two = [
            ("lib.rs", "mod a; mod b; mod c;"),
            a_b,
            ("b.rs", "use crate::a::A; pub struct B;"),
        ];
        assert_eq!(faults(&sources(&two)), [""; 0]);
        let three = [
            ("lib.rs", "mod a; mod b; mod c;"),
            a_b,
            ("b.rs", "use crate::c::C; pub struct B;"),
            ("c.rs", "use crate::a::A; pub struct C;"),
        ];
        let wanted = "crates/convert/src/: import circle of 3 files\n    a.rs\n        → b.rs (B)\n    b.rs\n        \
                      → c.rs (C)\n    c.rs\n        → a.rs (A)";
        assert_eq!(faults(&sources(&three)), [wanted]);
    }
}
