//! Which entries are GreenStar logs: each `.fdl` with the `.fdd` of its name.

use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::source::{EntryId, Tree};
use std::collections::HashSet;
use tramline_model::Provider;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "deere_greenstar";

const HEAD: usize = 512;
const FDD: &[u8] = b"\x01\x00\x9d\x00\x24\x009ED5F59C-7C09-43b1-8922-1A4E378942C5";

pub(crate) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut taken: HashSet<EntryId> = HashSet::new();
    let entries: Vec<EntryId> = tree.ids().filter(|id| !tree.is_system_file(*id)).collect();
    for id in entries
        .iter()
        .copied()
        .filter(|id| tree.extension(*id) == "fdl")
    {
        let rows = tree.sibling(id, &format!("{}.fdd", stem(tree, id)));
        let loads = tree.sibling(id, &format!("{}.fdr", stem(tree, id)));
        let own: Vec<EntryId> = [Some(id), rows, loads].into_iter().flatten().collect();
        taken.extend(&own);
        let is_log = contains(&tree.head(id, HEAD), b"RCDLogFile");
        let mut claim = if is_log {
            claim_of(id, Confidence::Content, "a GreenStar log", Verdict::Read)
        } else {
            broken(tree, id)
        };
        claim.entries = own;
        claims.push(claim);
    }
    for id in entries.into_iter().filter(|id| !taken.contains(id)) {
        match tree.extension(id).as_str() {
            "fdd" if tree.head(id, FDD.len()) == FDD => {
                let text = format!(
                    "the rows of a John Deere GreenStar log without their description: \
                     `{}.fdl` is not beside it",
                    stem(tree, id)
                );
                let hint = "copy the whole folder RCD from the card, .fdl and .fdd files together";
                claims.push(claim_of(
                    id,
                    Confidence::Content,
                    "GreenStar rows",
                    say(text, hint),
                ));
            }
            "fdd" => claims.push(broken(tree, id)),
            "fdr" => {
                let reason =
                    "harvest loads of a John Deere GreenStar card, without rows".to_owned();
                let verdict = Verdict::NotMachineData { reason };
                claims.push(claim_of(id, Confidence::Name, "a file named .fdr", verdict));
            }
            _ => {}
        }
    }
    claims
}

fn stem(tree: &Tree, id: EntryId) -> &str {
    let name = tree.name(id);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

fn claim_of(id: EntryId, confidence: Confidence, reason: &str, verdict: Verdict) -> Claim {
    Claim {
        format: ID,
        confidence,
        main: id,
        entries: vec![id],
        reason: reason.to_owned(),
        verdict,
    }
}

fn say(text: String, hint: &str) -> Verdict {
    Verdict::Recognised {
        file_format: "GS3",
        provider: Provider::JohnDeere,
        text,
        hint: hint.to_owned(),
    }
}

/// Named as a log, with other content.
fn broken(tree: &Tree, id: EntryId) -> Claim {
    let what = "named as a John Deere GreenStar log";
    let text = match tree.problem(id) {
        Some(problem) => format!("{what}, but it cannot be read: {problem}"),
        None if tree.entry(id).size == 0 => format!("{what}, but the file is empty (0 bytes)"),
        None => format!("the content could not be recognised; the file is {what}"),
    };
    let verdict = say(text, "copy the file from the display or card again");
    claim_of(id, Confidence::Name, "named as a GreenStar log", verdict)
}

/// Whether a word stands in the text, also when it is UTF-16.
fn contains(head: &[u8], word: &[u8]) -> bool {
    let plain: Vec<u8> = if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        head.iter().copied().filter(|byte| *byte != 0).collect()
    } else {
        head.to_vec()
    };
    plain.windows(word.len()).any(|window| window == word)
}

/// Description, rows and loads of one log, which have one name.
pub(crate) fn sides(given: &str, other: &str) -> bool {
    let stem = |name: &str| {
        let (stem, extension) = name.rsplit_once('.')?;
        matches!(extension, "fdl" | "fdd" | "fdr").then(|| stem.to_owned())
    };
    stem(given).is_some_and(|given| stem(other) == Some(given))
}
