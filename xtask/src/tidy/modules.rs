//! The modules of one crate, read from its files: what each defines, which names it brings in, which paths it speaks.
//!
//! Rule: only what stands in the text. What a macro defines is known to nobody and counts as its module's own; what is
//! for tests is left out.

use super::Source;
use super::tokens::{Token, behind, tokens, without_tests};
use std::collections::{BTreeMap, BTreeSet};

/// A leaf of a `use`, or a path in the code: `["crate", "steps", "Work"]`.
pub(super) type Path = Vec<String>;

/// One name that a `use` brings in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Import {
    pub(super) path: Path,
    /// The name in this module; `*` of a glob.
    pub(super) name: String,
    /// Whether others can reach it here.
    pub(super) is_public: bool,
}

/// A module: a file, or an inline module of one.
#[derive(Debug, Default)]
pub(super) struct Module {
    /// Names from the root; the root has none.
    pub(super) path: Path,
    /// Position of its file among the crate's.
    pub(super) file: usize,
    pub(super) items: BTreeSet<String>,
    pub(super) children: BTreeSet<String>,
    pub(super) imports: Vec<Import>,
    /// Paths of two names or more outside of `use`.
    pub(super) spoken: BTreeSet<Path>,
    /// Names outside of `use` that begin a path or stand alone.
    pub(super) mentioned: BTreeSet<String>,
}

/// All modules of the crate whose sources these are, by path. `src` is their folder, with `/` at its end.
pub(super) fn modules(sources: &[&Source], src: &str) -> BTreeMap<Path, Module> {
    let mut found = BTreeMap::new();
    for (file, source) in sources.iter().enumerate() {
        let all = tokens(&source.text);
        let path = path_of_file(source.path.strip_prefix(src).unwrap_or(&source.path));
        read(&without_tests(&all), path, file, &mut found);
    }
    found
}

/// `steps/mod.rs` and `steps.rs` are `steps`; `lib.rs` and `main.rs` the root.
fn path_of_file(path: &str) -> Path {
    let mut names: Path = path
        .trim_end_matches(".rs")
        .split('/')
        .map(str::to_owned)
        .collect();
    let is_root =
        names.len() == 1 && matches!(names.last().map(String::as_str), Some("lib" | "main"));
    if is_root || names.last().is_some_and(|name| name == "mod") {
        names.pop();
    }
    names
}

/// Reads the items of a module, and those of its inline modules.
fn read(tokens: &[Token<'_>], path: Path, file: usize, found: &mut BTreeMap<Path, Module>) {
    let mut module = Module {
        path: path.clone(),
        file,
        ..Module::default()
    };
    let word = |at: usize| tokens.get(at).map_or("", |token| token.text);
    let (mut at, mut depth, mut is_public) = (0, 0_usize, false);
    while at < tokens.len() {
        let before = at.checked_sub(1).map_or("", word);
        match word(at) {
            "pub" => {
                is_public = true;
                at = if word(at + 1) == "(" {
                    behind(tokens, at + 1)
                } else {
                    at + 1
                };
                continue;
            }
            "use" if word(at + 1) != "<" => {
                at = read_use(tokens, at + 1, is_public && depth == 0, &mut module.imports);
                is_public = false;
                continue;
            }
            "mod" if depth == 0 && word(at + 2) == "{" => {
                let end = behind(tokens, at + 2);
                let mut inside = path.clone();
                inside.push(word(at + 1).to_owned());
                module.children.insert(word(at + 1).to_owned());
                read(
                    tokens.get(at + 3..end - 1).unwrap_or_default(),
                    inside,
                    file,
                    found,
                );
                at = end;
                continue;
            }
            "mod" if depth == 0 && word(at + 2) == ";" => {
                module.children.insert(word(at + 1).to_owned());
                at += 2;
            }
            "fn" | "struct" | "enum" | "union" | "trait" | "type" | "const" | "static"
                if depth == 0 =>
            {
                module.items.insert(word(at + 1).to_owned());
            }
            "macro_rules" if depth == 0 => {
                module.items.insert(word(at + 2).to_owned());
            }
            "{" | "(" | "[" => depth += 1,
            "}" | ")" | "]" => depth = depth.saturating_sub(1),
            name if is_name(name) && before != "::" && before != "." => {
                let mut spoken = vec![name.to_owned()];
                while word(at + 1) == "::" && is_name(word(at + 2)) {
                    spoken.push(word(at + 2).to_owned());
                    at += 2;
                }
                module.mentioned.insert(name.to_owned());
                if spoken.len() > 1 {
                    module.spoken.insert(spoken);
                }
            }
            _ => {}
        }
        is_public = false;
        at += 1;
    }
    found.insert(path, module);
}

fn is_name(word: &str) -> bool {
    word.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Reads the tree of a `use` from `at` on; the position behind its semicolon.
fn read_use(tokens: &[Token<'_>], at: usize, is_public: bool, imports: &mut Vec<Import>) -> usize {
    let mut at = at;
    read_tree(tokens, &mut at, &[], is_public, imports);
    at + 1
}

fn read_tree(
    tokens: &[Token<'_>],
    at: &mut usize,
    before: &[String],
    is_public: bool,
    imports: &mut Vec<Import>,
) {
    let mut path = before.to_vec();
    let word = |at: usize| tokens.get(at).map_or(";", |token| token.text);
    loop {
        match word(*at) {
            "::" => *at += 1,
            "{" => {
                *at += 1;
                while word(*at) != "}" && word(*at) != ";" {
                    read_tree(tokens, at, &path, is_public, imports);
                    if word(*at) == "," {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            "," | "}" | ";" => break,
            "as" => {
                let name = word(*at + 1).to_owned();
                *at += 2;
                imports.push(Import {
                    path,
                    name,
                    is_public,
                });
                return;
            }
            name => {
                path.push(name.to_owned());
                *at += 1;
            }
        }
    }
    // `a::{self}` brings in `a`.
    if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
        path.pop();
    }
    if let Some(name) = path.last().cloned() {
        imports.push(Import {
            path,
            name,
            is_public,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Module, Path, modules};
    use crate::tidy::Source;
    use std::collections::BTreeMap;

    fn of(path: &str, text: &str) -> BTreeMap<Path, Module> {
        let source = Source {
            path: format!("src/{path}"),
            text: text.to_owned(),
        };
        modules(&[&source], "src/")
    }

    #[test]
    fn paths_of_files() {
        let cases = [
            ("lib.rs", ""),
            ("main.rs", ""),
            ("a/mod.rs", "a"),
            ("a/b.rs", "a::b"),
            ("a.rs", "a"),
        ];
        for (path, wanted) in cases {
            let found: Vec<_> = of(path, "")
                .into_keys()
                .map(|path| path.join("::"))
                .collect();
            assert_eq!(found, [wanted], "{path}");
        }
    }

    #[test]
    fn trees_of_imports() {
        let cases = [
            ("use crate::a::B;", "crate::a::B=B"),
            (
                "use super::{a, b::{self, C as D}, e::*};",
                "super::a=a super::b=b super::b::C=D super::e::*=*",
            ),
            (
                "pub(crate) use a::B; pub use self::c::{D, E};",
                "pub a::B=B pub self::c::D=D pub self::c::E=E",
            ),
            (
                "fn f() { use crate::a::B; } pub fn g() -> impl X + use<'a> {}",
                "crate::a::B=B",
            ),
            ("#[cfg(test)] mod tests { use super::*; }", ""),
        ];
        for (text, wanted) in cases {
            let all = of("lib.rs", text);
            let shown: Vec<String> = all[&Path::new()]
                .imports
                .iter()
                .map(|import| {
                    let public = if import.is_public { "pub " } else { "" };
                    format!("{public}{}={}", import.path.join("::"), import.name)
                })
                .collect();
            assert_eq!(shown.join(" "), wanted, "{text}");
        }
    }

    #[test]
    fn items_children_and_paths() {
        let text = "mod a; pub mod b { struct Inner; } pub const X: u8 = a::Y; macro_rules! m { () => {} }\n\
                    impl Z { fn method(&self) { crate::c::D::new().e::<F>(); self.g::h(); } } enum W { V }";
        let all = of("lib.rs", text);
        let root = &all[&Path::new()];
        let list = |names: &std::collections::BTreeSet<String>| {
            names.iter().cloned().collect::<Vec<_>>().join(" ")
        };
        assert_eq!(list(&root.children), "a b");
        assert_eq!(list(&root.items), "W X m");
        let spoken: Vec<_> = root.spoken.iter().map(|path| path.join("::")).collect();
        assert_eq!(spoken, ["a::Y", "crate::c::D::new"]);
        assert_eq!(list(&all[&vec!["b".to_owned()]].items), "Inner");
    }
}
