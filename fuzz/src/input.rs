//! Inputs as entries: a line with [`MARK`] and a path, then the bytes of the entry.
//!
//! A fuzzer that changes, adds or cuts bytes leaves the other entries as they are. Rule: any bytes are an input; what
//! stands before the first mark is one file of a usual name.

use std::collections::HashSet;
use tramline_formats::Tree;

/// Begins the line of a path.
pub const MARK: &str = "#### ";
/// Entries that are kept.
const ENTRIES: usize = 64;
/// Bytes of a path that are kept.
const PATH: usize = 200;

/// Files as an input.
pub fn encode(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut data = Vec::new();
    for (path, bytes) in files {
        if !data.is_empty() {
            data.push(b'\n');
        }
        data.extend(format!("{MARK}{path}\n").into_bytes());
        data.extend(bytes);
    }
    data
}

/// An input as an upload.
pub(crate) fn tree(data: &[u8], usual: &str) -> Tree {
    let mut seen = HashSet::new();
    let mut files = decode(data, usual);
    files.retain(|(path, _)| seen.insert(path.clone()));
    Tree::from_files(files)
}

fn decode(data: &[u8], usual: &str) -> Vec<(String, Vec<u8>)> {
    let mut files = Vec::new();
    let mut rest = data;
    if !rest.starts_with(MARK.as_bytes()) {
        let end = next_mark(rest);
        let (bytes, behind) = rest.split_at(end.unwrap_or(rest.len()));
        files.push((usual.to_owned(), bytes.to_vec()));
        rest = behind.get(1..).unwrap_or_default();
    }
    while let Some(entry) = rest.strip_prefix(MARK.as_bytes()) {
        if files.len() == ENTRIES {
            break;
        }
        let line = entry.iter().position(|byte| *byte == b'\n');
        let (path, bytes) = entry.split_at(line.unwrap_or(entry.len()));
        let bytes = bytes.get(1..).unwrap_or_default();
        let end = next_mark(bytes);
        let (bytes, behind) = bytes.split_at(end.unwrap_or(bytes.len()));
        if let Some(path) = clean(path) {
            files.push((path, bytes.to_vec()));
        }
        rest = behind.get(1..).unwrap_or_default();
    }
    files
}

/// Where the line break before the next mark is.
fn next_mark(data: &[u8]) -> Option<usize> {
    let mark = format!("\n{MARK}").into_bytes();
    data.windows(mark.len()).position(|window| window == mark)
}

/// A path as the container lets it through: relative, without `.`, `..` and control characters.
fn clean(path: &[u8]) -> Option<String> {
    let path = String::from_utf8_lossy(path.get(..PATH).unwrap_or(path));
    let parts = path.split(['/', '\\']).map(str::trim);
    let kept: Vec<String> = parts
        .filter(|part| !matches!(*part, "" | "." | ".."))
        .map(|part| part.chars().filter(|c| !c.is_control()).collect())
        .collect();
    let path = kept.join("/");
    (!path.is_empty()).then_some(path)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    #[test]
    fn files_there_and_back() {
        let file = |path: &str, bytes: &[u8]| (path.to_owned(), bytes.to_vec());
        let files = [
            file("a/B.xml", b"<x/>\n"),
            file("b.bin", b"\0\n###"),
            file("empty", b""),
        ];
        assert_eq!(decode(&encode(&files), "usual"), files);
    }

    #[test]
    fn any_bytes_are_an_input() {
        let cases: [(&[u8], &str); 4] = [
            (b"x\ny", "usual=x\ny"),
            (b"x\n#### a\ny", "usual=x a=y"),
            (b"#### ../a\\./b", "a/b="),
            (b"#### \0\n1\n#### c\n2", "c=2"),
        ];
        for (data, wanted) in cases {
            let shown: Vec<String> = decode(data, "usual")
                .iter()
                .map(|(path, bytes)| format!("{path}={}", String::from_utf8_lossy(bytes)))
                .collect();
            assert_eq!(shown.join(" "), wanted);
        }
    }
}
