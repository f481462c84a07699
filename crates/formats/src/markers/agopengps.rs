//! Field folders of AgOpenGPS and its descendants: boundary, guidance lines and covered strips as
//! small texts, each under a word of its own (`$FieldDir`, `$Boundary`, …).
//!
//! Evidence: the program's public source and users' reports. Rule: one folder is one set, known by
//! at least one of those words; names alone are too plain to tell.

use super::find::ID;
use crate::claim::{Claim, Confidence, Verdict};
use crate::shared::glob::glob;
use crate::source::{EntryId, Tree};
use std::collections::BTreeMap;

const HEAD: usize = 512;

/// Name, the word that stands on a line of its own at its begin (some versions leave it out), and
/// what it holds.
const FILES: &[(&str, &str, &str)] = &[
    ("field.txt", "$fielddir", ""),
    ("boundary.txt", "$boundary", "boundary"),
    ("headland.txt", "$headland", "headland"),
    ("headlines.txt", "$headlines", "headland"),
    ("tracklines.txt", "$tracklines", "guidance lines"),
    ("ablines.txt", "$ablines", "guidance lines"),
    ("curvelines.txt", "$curvelines", "guidance lines"),
    ("tram.txt", "$tram", "tramlines"),
    ("contour.txt", "$contour", "contour lines"),
    ("recpath.txt", "$recpath", "recorded paths"),
    ("flags.txt", "$flags", "flags"),
    ("elevation.txt", "$fielddir", "heights"),
    ("sections.txt", "", "covered strips"),
    ("backpic.txt", "", "picture"),
    ("backpic.png", "", "picture"),
    ("field.kml", "", ""),
    ("boundary.kml", "", "boundary"),
    ("flags.kml", "", "flags"),
    ("field.origin", "", ""),
    ("field.geojson", "", ""),
];

/// One claim for each field folder.
pub(super) fn claim(tree: &Tree) -> Vec<Claim> {
    let mut folders: BTreeMap<&str, Vec<(EntryId, usize)>> = BTreeMap::new();
    for id in tree.ids().filter(|id| !tree.is_system_file(*id)) {
        let name = tree.name(id).to_lowercase();
        let known = FILES
            .iter()
            .position(|(pattern, ..)| glob(pattern.as_bytes(), name.as_bytes()));
        if let Some(kind) = known {
            folders.entry(tree.folder(id)).or_default().push((id, kind));
        }
    }
    folders
        .into_iter()
        .filter_map(|(folder, files)| field(tree, folder, &files))
        .collect()
}

fn field(tree: &Tree, folder: &str, files: &[(EntryId, usize)]) -> Option<Claim> {
    // A folder of such names without any of the words is another program's.
    let marked = |id: EntryId, kind: usize| {
        let word = FILES.get(kind).map_or("", |(_, word, _)| word);
        !word.is_empty() && has_word(tree, id, word)
    };
    let (main, _) = *files
        .iter()
        .filter(|(id, kind)| marked(*id, *kind))
        .min_by_key(|(id, _)| !tree.name(*id).eq_ignore_ascii_case("Field.txt"))?;
    let own = files
        .iter()
        .filter_map(|(id, kind)| Some((*id, FILES.get(*kind)?.2)));
    let own: Vec<(EntryId, &str)> = own.collect();
    let mut holds: Vec<&str> = Vec::new();
    for (_, what) in &own {
        if !what.is_empty() && !holds.contains(what) {
            holds.push(what);
        }
    }
    let held = match holds.split_last() {
        None => "its place".to_owned(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    };
    let name = folder.rsplit('/').next().unwrap_or_default();
    let name = if name.is_empty() {
        String::new()
    } else {
        format!(" `{name:.60}`")
    };
    let mut entries: Vec<EntryId> = own.iter().map(|(id, _)| *id).collect();
    entries.sort_unstable();
    Some(Claim {
        format: ID,
        confidence: Confidence::Certain,
        main,
        entries,
        reason: "texts of an AgOpenGPS field".to_owned(),
        verdict: Verdict::NotMachineData {
            reason: format!(
                "AgOpenGPS field{name}: {held}, no rates and no times, so no work to convert; upload \
                 what the rate controller or terminal logged (ISOXML with its TLG files). To move the \
                 field to another terminal, use the ISOXML export of AgOpenGPS"
            ),
        },
    })
}

fn has_word(tree: &Tree, id: EntryId, word: &str) -> bool {
    let head = tree.head(id, HEAD);
    let text = String::from_utf8_lossy(&head).to_lowercase();
    let mut lines = text
        .lines()
        .map(|line| line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}'));
    lines.any(|line| line == word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_one_field_and_other_texts_of_such_names_are_none() {
        let tree = Tree::from_files(
            [
                ("F/Home 12/Field.txt", "2024-April-02\n$FieldDir\nHome 12\n"),
                ("F/Home 12/Boundary.txt", "$Boundary\nFalse\n"),
                ("F/Home 12/Sections.txt", "9\n27,151,160\n"),
                ("F/Home 12/TrackLines.txt", "$TrackLines\nAB 1\n"),
                ("F/Home 12/notes.txt", "my own"),
                ("F/West/ABLines.txt", "\u{feff}$ABLines\r\n"),
                ("F/West/CurveLines.txt", "Curve 1,0.0,1.0\n"),
                ("F/West/BackPic.png", "x"),
                ("Other/Boundary.txt", "longitude,latitude\n1,2\n"),
                ("Other/Sections.txt", "1\n"),
            ]
            .map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())),
        );
        let claims = claim(&tree);
        assert_eq!(claims.len(), 2);
        let reason = |at: usize| match &claims[at].verdict {
            Verdict::NotMachineData { reason } => reason.clone(),
            other => panic!("{other:?}"),
        };
        assert_eq!(claims[0].entries.len(), 4);
        assert_eq!(tree.name(claims[0].main), "Field.txt");
        assert!(reason(0).starts_with(
            "AgOpenGPS field `Home 12`: boundary, covered strips and guidance lines, no rates"
        ));
        assert_eq!(claims[1].entries.len(), 3);
        assert!(reason(1).contains("`West`"), "{}", reason(1));
    }
}
