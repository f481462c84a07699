//! What an Ag Leader `.agdata` holds: a line of text, then an unpacked TAR. Only its list of
//! members is read; the meaning of the logs in it is not known.
//!
//! Evidence: one public description of real files. Rule: every size is hostile; a bounded part of the
//! file is looked at, and no member is opened.

use crate::source::{EntryId, Tree};
use std::io::Read;

/// First bytes of the maker's files.
pub(super) const BEGINNING: &[u8] = b"AG LEADER TECHNOLOGY";

/// The TAR begins within these bytes.
const SEARCH: usize = 64 * 1024;
/// Where the word `ustar` stands in the head of a member.
const WORD_AT: usize = 257;
const BLOCK: usize = 512;
/// Bytes that are passed over in search of members.
const LOOKED_AT: u64 = 64 << 20;
/// Members that are looked at, and that are named.
const MEMBERS: usize = 1_024;
const NAMED: usize = 8;

/// The members in words; `None` where there is no TAR in the file.
pub(super) fn members(tree: &Tree, id: EntryId) -> Option<String> {
    let head = tree.head(id, SEARCH);
    if !head.starts_with(BEGINNING) {
        return None;
    }
    let word = head.windows(5).position(|window| window == b"ustar")?;
    let begin = word.checked_sub(WORD_AT)?;
    let mut stream = tree.stream(id).ok()?.take(LOOKED_AT);
    skip(&mut stream, begin as u64)?;
    let mut names = Vec::new();
    let mut count = 0;
    let mut block = [0; BLOCK];
    while count < MEMBERS && stream.read_exact(&mut block).is_ok() {
        let Some((name, size)) = member(&block) else {
            break;
        };
        count += 1;
        if names.len() < NAMED {
            names.push(format!("{name} ({} KB)", size.div_ceil(1_024)));
        }
        let padded = size.div_ceil(BLOCK as u64).checked_mul(BLOCK as u64);
        if padded.and_then(|bytes| skip(&mut stream, bytes)).is_none() {
            break;
        }
    }
    let more = count.saturating_sub(names.len());
    let more = if more > 0 {
        format!(" and {more} more")
    } else {
        String::new()
    };
    (count > 0).then(|| format!("it contains {}{more}", names.join(", ")))
}

/// Name and size of a member; `None` at the end of the archive and for what is no member.
fn member(block: &[u8; BLOCK]) -> Option<(String, u64)> {
    if block.get(WORD_AT..WORD_AT + 5) != Some(b"ustar") {
        return None;
    }
    let text = |from: usize, len: usize| {
        let field = block.get(from..from + len)?;
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(len);
        Some(String::from_utf8_lossy(field.get(..end)?).into_owned())
    };
    let size = u64::from_str_radix(text(124, 12)?.trim(), 8).ok()?;
    let shown = |name: String| {
        name.chars()
            .filter(|c| !c.is_control())
            .take(80)
            .collect::<String>()
    };
    let (name, prefix) = (shown(text(0, 100)?), shown(text(345, 155)?));
    let name = if prefix.is_empty() {
        name
    } else {
        format!("{prefix}/{name}")
    };
    (!name.is_empty()).then_some((name, size))
}

/// Passes over bytes; `None` where the stream ends before.
fn skip(stream: &mut impl Read, bytes: u64) -> Option<()> {
    let passed = std::io::copy(&mut stream.by_ref().take(bytes), &mut std::io::sink()).ok()?;
    (passed == bytes).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block(name: &str, size: &str) -> Vec<u8> {
        let mut block = vec![0; BLOCK];
        block[..name.len()].copy_from_slice(name.as_bytes());
        block[124..124 + size.len()].copy_from_slice(size.as_bytes());
        block[WORD_AT..WORD_AT + 5].copy_from_slice(b"ustar");
        block
    }

    fn told(bytes: Vec<u8>) -> Option<String> {
        let tree = Tree::from_files([("a.agdata".to_owned(), bytes)]);
        members(&tree, tree.ids().next().expect("an entry"))
    }

    #[test]
    fn members_are_listed_behind_a_head_of_any_length() {
        for head in [20, 400, 928] {
            let mut bytes = BEGINNING.to_vec();
            bytes.resize(head, b' ');
            bytes.extend(block("log_data/a.ilf2", "00000002000"));
            bytes.extend(vec![7; 1_024]);
            bytes.extend(block("setup/b.bin", "00000000001"));
            bytes.extend(vec![7; 512]);
            bytes.extend(vec![0; 1_024]);
            let expected = "it contains log_data/a.ilf2 (1 KB), setup/b.bin (1 KB)";
            assert_eq!(told(bytes).as_deref(), Some(expected), "{head}");
        }
    }

    #[test]
    fn hostile_archives_end_the_list() {
        let head = |rest: &[u8]| [BEGINNING, rest].concat();
        assert_eq!(told(b"other".to_vec()), None);
        assert_eq!(told(head(b"")), None);
        assert_eq!(told(head(b"ustar")), None);
        // A size beyond the file, and one that is no number.
        let mut long = head(&block("a", "77777777777"));
        long.extend([0; 512]);
        assert_eq!(told(long).as_deref(), Some("it contains a (8388608 KB)"));
        assert_eq!(told(head(&block("a", "zz"))), None);
        let many: Vec<u8> = (0..2_000).flat_map(|_| block("x", "0")).collect();
        assert!(told(head(&many)).is_some_and(|text| text.ends_with("and 1016 more")));
    }
}
