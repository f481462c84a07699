//! Which entries are Gen4 logs. Each `.jdl` is a dataset of its own; of copies of one log (cards
//! hold the same log twice, with more frames each time) the longest is read.

use crate::claim::{Claim, Confidence, ReadOptions, Verdict};
use crate::shared::protobuf::Fields;
use crate::source::{EntryId, Tree};
use std::collections::HashMap;
use tramline_model::Provider;

/// The id of the format, and of its folder.
pub(super) const ID: &str = "deere_gen4";

/// First bytes: the header frame and the beginning of the metadata with the log's id.
const HEAD: usize = 512;

pub(crate) fn claim(tree: &Tree, _: &ReadOptions) -> Vec<Claim> {
    let mut claims = Vec::new();
    let mut longest: HashMap<String, (EntryId, u64)> = HashMap::new();
    let mut logs: Vec<(EntryId, String)> = Vec::new();
    for id in tree.ids().filter(|id| !tree.is_system_file(*id)) {
        if tree.extension(id) != "jdl" {
            continue;
        }
        let size = tree.entry(id).size;
        match guid(&tree.head(id, HEAD)) {
            Some(guid) => {
                let kept = longest.entry(guid.clone()).or_insert((id, size));
                if size > kept.1 {
                    *kept = (id, size);
                }
                logs.push((id, guid));
            }
            None => claims.push(not_a_log(tree, id, size)),
        }
    }
    for (id, guid) in logs {
        let kept = longest.get(&guid).map_or(id, |kept| kept.0);
        let verdict = if kept == id {
            Verdict::Read
        } else {
            let longer = &tree.entry(kept).path;
            Verdict::NotMachineData {
                reason: format!("an earlier copy of the log `{longer}`, which holds all of it"),
            }
        };
        claims.push(claim_of(
            id,
            Confidence::Content,
            "frames of a Gen4 log",
            verdict,
        ));
    }
    claims
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

/// Named as a log, with other content.
fn not_a_log(tree: &Tree, id: EntryId, size: u64) -> Claim {
    let text = match tree.problem(id) {
        Some(problem) => {
            format!("named as a John Deere Gen4 log, but it cannot be read: {problem}")
        }
        None if size == 0 => {
            "named as a John Deere Gen4 log, but the file is empty (0 bytes)".to_owned()
        }
        None => "the content could not be recognised; the file is named as a John Deere Gen4 log"
            .to_owned(),
    };
    let verdict = Verdict::Recognised {
        file_format: "GEN4",
        provider: Provider::JohnDeere,
        text,
        hint: "copy the file from the display or stick again".to_owned(),
    };
    claim_of(id, Confidence::Name, "a file named .jdl", verdict)
}

/// The log's id, of a head that begins as a Gen4 log; the file's own bytes stand for it when the
/// metadata begins further on.
fn guid(head: &[u8]) -> Option<String> {
    let (mark, rest) = head.split_first()?;
    let is_log = *mark == 0x0d && rest.get(4..9) == Some(&[0x08, 0x03, 0x10, 0xa1, 0x01]);
    if !is_log {
        return None;
    }
    let mut length = [0; 4];
    length.copy_from_slice(rest.get(..4)?);
    let header = usize::try_from(u32::from_le_bytes(length)).ok()?;
    let metadata = rest.get(4..)?.get(header..).and_then(|next| next.get(5..));
    let found = metadata.and_then(|message| {
        // Only the beginning is here: what is cut off ends the search.
        let body = outer_body(message)?;
        Fields::new(body)
            .map_while(Result::ok)
            .find_map(|(number, value)| (number == 2).then(|| value.text()))
    });
    found.or_else(|| Some(format!("{head:x?}")))
}

/// The beginning of field 5 (the metadata's body) of a frame, cut off or not.
fn outer_body(message: &[u8]) -> Option<&[u8]> {
    // Kind 1, 161, then the tag of field 5 and its length.
    let rest = message.strip_prefix(&[0x08, 0x01, 0x10, 0xa1, 0x01, 0x2a])?;
    let length = rest.iter().take(5).position(|byte| byte & 0x80 == 0)?;
    rest.get(length + 1..)
}
