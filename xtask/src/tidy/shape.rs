//! The shape of source files: module documentation, length of files and functions, and paths that are cited.
//!
//! - Every file begins with its module documentation.
//! - A file has at most 600 lines, a function at most 120 from its `fn` to its closing brace. Tests may be longer, and so
//!   may the tables that [`TABLES`] names with their reason.
//! - A path in code quotes in the module documentation is that of a file which is there: from the root of the
//!   repository, of the crate, of its `src`, or from the file's own folder. A path is what ends like a source or a page
//!   ([`ENDINGS`]) or begins with a folder of the repository ([`FOLDERS`]), and has no placeholder.

use super::tokens::{Token, behind, body_or_end, tokens, without_tests};
use super::{Source, is_test};
use std::path::Path;

const LONG_FILE: usize = 600;
const LONG_FUNCTION: usize = 120;

/// Files that may be longer: each is one table, with the reason why it is not cut.
const TABLES: &[(&str, &str)] = &[];

const ENDINGS: &[&str] = &[".rs", ".md", ".py", ".sh", ".sql", ".toml"];
const FOLDERS: &[&str] = &[
    "crates/",
    "data/",
    "docs/",
    "e2e/",
    "fixtures/",
    "fuzz/",
    "xtask/",
];

/// Documents that were written for those who began the work; no reader has them.
const UNPUBLISHED: &[&str] = &["api-contract", "vendor-formats"];

/// Faults of one file. `path` is from the root of the repository.
pub(super) fn faults(root: &Path, source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let path = &source.path;
    if !source.text.starts_with("//!") {
        found.push(format!("{path}: no module documentation"));
    }
    found.extend(unknown_paths(root, source));
    if is_test(path) {
        return found;
    }
    let lines = source.text.lines().count();
    if lines > LONG_FILE && !TABLES.iter().any(|(table, _)| table == path) {
        found.push(format!("{path}: {lines} lines, at most {LONG_FILE}"));
    }
    let all = tokens(&source.text);
    for (name, line, lines) in functions(&without_tests(&all)) {
        if lines > LONG_FUNCTION {
            found.push(format!(
                "{path}:{line}: `{name}` has {lines} lines, at most {LONG_FUNCTION}"
            ));
        }
    }
    found
}

/// Tables that are named and are none any more.
pub(super) fn stale_tables(sources: &[Source]) -> Vec<String> {
    let is_long = |path: &str| {
        let source = sources.iter().find(|source| source.path == path);
        source.is_some_and(|source| source.text.lines().count() > LONG_FILE)
    };
    let stale = TABLES.iter().filter(|(path, _)| !is_long(path));
    stale
        .map(|(path, _)| format!("{path}: need not be named as a table"))
        .collect()
}

/// Name, line and number of lines of each function that has a body.
fn functions<'a>(tokens: &[Token<'a>]) -> Vec<(&'a str, usize, usize)> {
    let mut found = Vec::new();
    for (position, pair) in tokens.windows(2).enumerate() {
        let [keyword, name] = pair else { continue };
        // `fn(u8) -> u8` is a type.
        if keyword.text != "fn" || name.text == "(" {
            continue;
        }
        let open = body_or_end(tokens, position);
        if tokens.get(open).is_none_or(|token| token.text != "{") {
            continue;
        }
        let last = tokens.get(behind(tokens, open) - 1);
        let lines = last.map_or(0, |token| token.line + 1 - keyword.line);
        found.push((name.text, keyword.line, lines));
    }
    found
}

/// What the module documentation cites in code quotes.
fn cited(text: &str) -> Vec<(usize, &str)> {
    let lines = text.lines().take_while(|line| line.starts_with("//!"));
    let mut found = Vec::new();
    for (number, line) in lines.enumerate() {
        found.extend(
            line.split('`')
                .skip(1)
                .step_by(2)
                .map(|quoted| (number + 1, quoted)),
        );
    }
    found
}

fn is_path(quoted: &str) -> bool {
    let plain = quoted
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
    let named = |ending: &&str| quoted.ends_with(*ending) && quoted.len() > ending.len();
    plain && (ENDINGS.iter().any(named) || FOLDERS.iter().any(|folder| quoted.starts_with(folder)))
}

fn unknown_paths(root: &Path, source: &Source) -> Vec<String> {
    let file = root.join(&source.path);
    let folder = file.parent().unwrap_or(root);
    let package = folder
        .ancestors()
        .find(|folder| folder.join("Cargo.toml").is_file());
    let package = package.unwrap_or(root);
    let places = [root, package, &package.join("src"), folder];
    let mut found = Vec::new();
    for (line, quoted) in cited(&source.text) {
        let unknown = is_path(quoted) && !places.iter().any(|place| place.join(quoted).exists());
        if unknown || UNPUBLISHED.contains(&quoted) {
            found.push(format!(
                "{}:{line}: cites `{quoted}`, which is not there",
                source.path
            ));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{LONG_FILE, LONG_FUNCTION, Source, faults, functions};
    use crate::root;
    use crate::tidy::tokens::tokens;

    fn of(path: &str, text: &str) -> Vec<String> {
        let source = Source {
            path: path.to_owned(),
            text: text.to_owned(),
        };
        faults(&root().unwrap(), &source)
    }

    #[test]
    fn functions_are_measured_to_their_last_brace() {
        let text = "fn a() {\n}\nimpl X {\n    fn b<T>(x: [u8; 2]) -> T\n    where\n        T: Y,\n    { \"}\" }\n}\n\
                    trait T { fn c(); }\ntype F = fn(u8);";
        assert_eq!(functions(&tokens(text)), [("a", 1, 2), ("b", 4, 4)]);
    }

    #[test]
    fn only_what_is_too_long_and_no_test_is_a_fault() {
        let function =
            |lines: usize| format!("//! D.\nfn f() {{\n{}}}\n", "x;\n".repeat(lines - 2));
        let file = |lines: usize| format!("//! D.\n{}", "\n".repeat(lines - 1));
        let cases = [
            ("crates/a/src/lib.rs", function(LONG_FUNCTION), 0),
            ("crates/a/src/lib.rs", function(LONG_FUNCTION + 1), 1),
            ("crates/a/src/lib.rs", file(LONG_FILE), 0),
            ("crates/a/src/lib.rs", file(LONG_FILE + 1), 1),
            ("crates/a/tests/it/main.rs", file(LONG_FILE + 1), 0),
            ("crates/a/src/x/tests.rs", function(LONG_FUNCTION + 1), 0),
            ("crates/a/src/lib.rs", "fn f() {}".to_owned(), 1),
        ];
        for (path, text, wanted) in cases {
            let found = of(path, &text);
            assert_eq!(found.len(), wanted, "{path}: {found:?}");
        }
    }

    #[test]
    fn cited_files_are_there() {
        let cases = [
            (
                "see `xtask/src/main.rs`, `main.rs`, `tidy/mod.rs` and `Cargo.toml`",
                0,
            ),
            (
                "`report.json`, `<base>.md`, `corpus/x.json`, `.rs`, `a::b`, `/files/{id}`",
                0,
            ),
            ("see `docs/formats/no-such.md`", 1),
            ("see `nothing.rs` and `e2e/nothing`", 2),
            ("as `api-contract` says", 1),
        ];
        for (said, wanted) in cases {
            let found = of("xtask/src/main.rs", &format!("//! {said}.\n"));
            assert_eq!(found.len(), wanted, "{said}: {found:?}");
        }
    }
}
