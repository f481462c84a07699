//! Entries of the upload that no machine file was made of, for a person: each reason is said once.

use std::collections::HashMap;
use std::io::{self, Write};
use tramline_convert::UnclaimedEntry;

/// Names for one reason that are shown.
const NAMES: usize = 3;

/// Each reason once, with some of the entries that it holds for.
pub(crate) fn print(out: &mut dyn Write, unclaimed: &[UnclaimedEntry]) -> io::Result<()> {
    write(out, unclaimed, false)
}

/// Each reason once, with the paths of all entries that it holds for.
pub(crate) fn print_all(out: &mut dyn Write, unclaimed: &[UnclaimedEntry]) -> io::Result<()> {
    write(out, unclaimed, true)
}

fn write(out: &mut dyn Write, unclaimed: &[UnclaimedEntry], all: bool) -> io::Result<()> {
    if unclaimed.is_empty() {
        return Ok(());
    }
    writeln!(out, "\nleft out of the input")?;
    for (reason, groups) in by_reason(unclaimed) {
        let count = groups.iter().map(Vec::len).sum::<usize>();
        let names: Vec<&str> = groups.iter().map(|group| name(group)).collect();
        let most = if all { usize::MAX } else { NAMES };
        let mut shown: Vec<&str> = names.iter().take(most).copied().collect();
        if !all {
            shown = shortened(&shown);
        }
        let of_shown = groups.iter().take(most).map(Vec::len).sum::<usize>();
        // A set is named by its main entry, and counts with all of its parts.
        let rest = count - shown.len().min(of_shown);
        let more = match rest {
            0 => String::new(),
            rest => format!(" and {rest} more"),
        };
        writeln!(out, "  {}{more}", shown.join(", "))?;
        writeln!(out, "      {reason}")?;
    }
    Ok(())
}

/// The main entry of a set, or the only entry.
fn name<'a>(group: &[&'a UnclaimedEntry]) -> &'a str {
    let first = group.first();
    first.map_or("", |first| first.set.as_deref().unwrap_or(&first.entry))
}

/// The last parts of the paths, where they tell the entries apart.
fn shortened<'a>(names: &[&'a str]) -> Vec<&'a str> {
    let last = names
        .iter()
        .map(|name| name.rsplit('/').next().unwrap_or(name));
    let last: Vec<&str> = last.collect();
    let mut once = last.clone();
    once.sort_unstable();
    once.dedup();
    match once.len() == last.len() {
        true => last,
        false => names.to_vec(),
    }
}

type Group<'a> = Vec<&'a UnclaimedEntry>;

/// Groups of entries by their reason, in the order in which the reasons come.
fn by_reason(unclaimed: &[UnclaimedEntry]) -> Vec<(&str, Vec<Group<'_>>)> {
    let mut reasons: Vec<(&str, Vec<Group<'_>>)> = Vec::new();
    let mut at: HashMap<&str, usize> = HashMap::new();
    for group in groups(unclaimed) {
        let reason = group[0].reason.as_str();
        match at.get(reason) {
            Some(at) => reasons[*at].1.push(group),
            None => {
                at.insert(reason, reasons.len());
                reasons.push((reason, vec![group]));
            }
        }
    }
    reasons
}

/// Entries that were left out for one reason as parts of one set are said once, under the set's
/// main entry, and so are the sides of a file that differ by their ending only.
fn groups(unclaimed: &[UnclaimedEntry]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    let mut of_set: HashMap<(&str, &str), usize> = HashMap::new();
    for entry in unclaimed {
        let stem = || entry.entry.rsplit_once('.').map_or("", |(stem, _)| stem);
        let set = entry.set.as_deref().unwrap_or_else(stem);
        let key = (set, entry.reason.as_str());
        match of_set.get(&key).filter(|_| !set.is_empty()) {
            Some(at) => groups[*at].push(entry),
            None => {
                of_set.insert(key, groups.len());
                groups.push(vec![entry]);
            }
        }
    }
    groups
}
