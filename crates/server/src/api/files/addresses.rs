//! Where the artifacts of a machine file are downloaded. An address ends in the name of a file, as the
//! command line writes it: clients save by the last part and open by its ending.

use crate::store::FileRow;
use tramline_model::Artifact;

/// What the upload ends as where its name has no ending: uploads are zips.
const ZIP: &str = ".zip";
/// Longest ending of an upload's name, with its dot.
const LONGEST: usize = 11;

/// The address of an artifact.
pub(crate) fn artifact_url(base: &str, file: &FileRow, kind: Artifact) -> String {
    let (id, name) = (&file.id, artifact_name(&file.file_name, kind));
    format!("{base}/services/operations/api/files/{id}/artifacts/{name}")
}

/// The last part of an artifact's address; `upload` is the name that the upload came with.
pub(super) fn artifact_name(upload: &str, kind: Artifact) -> String {
    format!("{}{}", kind.file_name(), own_ending(upload, kind))
}

/// The ending of the upload itself; empty for all that is made.
fn own_ending(upload: &str, kind: Artifact) -> String {
    if kind != Artifact::OriginalFile {
        return String::new();
    }
    let ending = upload.rfind('.').and_then(|at| upload.get(at..));
    let plain = |ending: &&str| {
        let letters = ending.bytes().skip(1);
        (2..=LONGEST).contains(&ending.len()) && letters.clone().all(|b| b.is_ascii_alphanumeric())
    };
    ending.filter(plain).unwrap_or(ZIP).to_ascii_lowercase()
}

/// The artifact by the last part of its address: `standard.geojson`, `standardGeojson` as in the addresses of
/// before, or `standardGeojson.geojson`.
pub(super) fn named_artifact(upload: &str, name: &str) -> Option<Artifact> {
    let is = |kind: Artifact| {
        let (word, ending) = (kind.name(), own_ending(upload, kind));
        name == word
            || name == artifact_name(upload, kind)
            || name.strip_prefix(word) == Some(&format!("{}{ending}", kind.ending()))
    };
    let mut served = Artifact::ALL.iter().copied();
    served.find(|kind| kind.is_served() && is(*kind))
}

/// The names under which artifacts can be asked for.
pub(super) fn names(upload: &str) -> Vec<String> {
    let kinds = Artifact::ALL.iter().copied();
    let served = kinds.filter(|kind| kind.is_served());
    served.map(|kind| artifact_name(upload, kind)).collect()
}

/// Names of artifacts, and names of their files for an upload that is a zip.
pub(crate) fn words() -> Vec<String> {
    let kinds = Artifact::ALL.iter().filter(|kind| kind.is_served());
    kinds
        .map(|kind| kind.name().to_owned())
        .chain(names("stick.zip"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{artifact_name, named_artifact, names};
    use std::collections::HashSet;
    use tramline_model::Artifact;

    #[test]
    fn every_artifact_answers_to_its_names_and_to_no_other() {
        for kind in Artifact::ALL
            .iter()
            .copied()
            .filter(|kind| kind.is_served())
        {
            let with_ending = match kind {
                Artifact::OriginalFile => "originalFile.zip".to_owned(),
                _ => format!("{kind}{}", kind.ending()),
            };
            for name in [
                kind.to_string(),
                artifact_name("Stick.ZIP", kind),
                with_ending,
            ] {
                assert_eq!(named_artifact("Stick.ZIP", &name), Some(kind), "{name}");
            }
            assert!(
                artifact_name("a.zip", kind).ends_with(kind.ending()),
                "{kind}"
            );
        }
        for name in [
            "standard",
            "standard.csv",
            "standardgeojson",
            "",
            ".zip",
            "adapt.json",
        ] {
            assert_eq!(named_artifact("a.zip", name), None, "{name}");
        }
        let names = names("a.zip");
        assert_eq!(names.iter().collect::<HashSet<_>>().len(), names.len());
    }

    #[test]
    fn the_upload_ends_as_its_own_name_does() {
        for (upload, expected) in [
            ("stick.zip", "original.zip"),
            ("Stick 2.ZIP", "original.zip"),
            ("points.geojson", "original.geojson"),
            ("points.csv.gz", "original.gz"),
            ("stick", "original.zip"),
            ("stick.", "original.zip"),
            ("a.what?now", "original.zip"),
            ("a.very_long_ending", "original.zip"),
        ] {
            let name = artifact_name(upload, Artifact::OriginalFile);
            assert_eq!(name, expected, "{upload}");
            assert_eq!(named_artifact(upload, &name), Some(Artifact::OriginalFile));
        }
        assert_eq!(named_artifact("points.csv", "original.zip"), None);
    }
}
