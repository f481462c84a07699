//! Tracks of CLAAS terminals: `TASK-<n>_<m>_<k>.CM` beside the task data. They hold positions
//! without time and without any value of work, so they are named and not read.
//!
//! Evidence: one report of the layout. Its head is little-endian: 00 05, then the task's number
//! as a negative whole number, three more numbers, and the NAME of the device as text.

use crate::claim::Claim;
use crate::source::{EntryId, Tree};

const HEAD: usize = 64;

/// Whether an entry is named as a track.
pub(crate) fn is_track(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let stem = name.strip_suffix(".cm");
    stem.and_then(|stem| stem.strip_prefix("task-"))
        .is_some_and(|rest| rest.bytes().next().is_some_and(|b| b.is_ascii_digit()))
}

/// The number of the task, by the head of the file, else by its name.
fn task(tree: &Tree, id: EntryId) -> Option<i64> {
    let head = tree.head(id, HEAD);
    let told = head.strip_prefix(&[0, 5]).and_then(|rest| {
        let bytes: [u8; 4] = rest.get(..4)?.try_into().ok()?;
        Some(-i64::from(i32::from_le_bytes(bytes)))
    });
    told.filter(|task| *task > 0).or_else(|| {
        let digits = tree.name(id).get("task-".len()..)?.split('_').next()?;
        digits.parse().ok()
    })
}

/// What one track is, for people.
pub(crate) fn track(tree: &Tree, id: EntryId) -> String {
    match task(tree, id) {
        Some(task) => format!("track of task {task}, without values or times (CLAAS display)"),
        None => "track of a task, without values or times (CLAAS display)".to_owned(),
    }
}

/// What the tracks of a set are and what to do; `None` where there are none.
pub(super) fn tracks(tree: &Tree, claim: &Claim) -> Option<String> {
    let tracks = claim.entries.iter().filter(|id| is_track(tree.name(**id)));
    let mut tasks: Vec<i64> = tracks.filter_map(|id| task(tree, *id)).collect();
    tasks.sort_unstable();
    tasks.dedup();
    let named: Vec<String> = tasks.iter().take(8).map(i64::to_string).collect();
    let more = if tasks.len() > named.len() {
        ", …"
    } else {
        ""
    };
    let of = match tasks.len() {
        0 => return None,
        1 => "task",
        _ => "tasks",
    };
    Some(format!(
        "their .CM files are the tracks of {of} {}{more} that a CLAAS display keeps, without values or \
         times; for yields and rates, export the task with its time logs (TLG files) or from CLAAS \
         connect",
        named.join(", ")
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_track_names_its_task_by_its_head_and_else_by_its_name() {
        let mut head = vec![0, 5];
        head.extend((-10_i32).to_le_bytes());
        let tree = Tree::from_files([
            ("a/TASK-9_-7_0.CM".to_owned(), head),
            ("b/task-12_-7_0.cm".to_owned(), vec![1, 2, 3]),
        ]);
        let told: Vec<String> = tree.ids().map(|id| track(&tree, id)).collect();
        assert!(told[0].contains("task 10,"), "{told:?}");
        assert!(told[1].contains("task 12,"), "{told:?}");
        assert!(!is_track("TASKDATA.XML") && !is_track("task-x.cm") && !is_track("é-1.cm"));
    }
}
