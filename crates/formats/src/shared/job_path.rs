//! Names that a display keeps in its folders only: `…/GFF/<grower>/<farm>/<field>/Jobs/<job>` of
//! Raven, `…/Clients/<client>/<farm>/<field>/Jobs/<job>` of Topcon.
//!
//! Rule: what stands for "nothing was set" (`No Grower`, `Unknown`) is absent.

/// The names of a job's path.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct JobPath {
    /// Grower or client.
    pub(crate) grower: Option<String>,
    /// Farm.
    pub(crate) farm: Option<String>,
    /// Field.
    pub(crate) field: Option<String>,
    /// The folder or file below `Jobs`, without an extension of a job.
    pub(crate) job: Option<String>,
}

/// What displays write where nothing was set.
const NOTHING: [&str; 9] = [
    "no grower",
    "no farm",
    "no field",
    "no client",
    "no job",
    "unknown",
    "unnamed",
    "none",
    "default",
];

impl JobPath {
    /// The names of a path, by its folder `Jobs` and the root folder of the display's tree. Below
    /// no such root only field and job are sure.
    pub(crate) fn of(path: &str, root: &str) -> Self {
        let parts: Vec<&str> = path.split('/').collect();
        let Some(jobs) = parts.iter().rposition(|p| p.eq_ignore_ascii_case("Jobs")) else {
            return Self::default();
        };
        let above = parts.get(..jobs).unwrap_or_default();
        let top = above.iter().rposition(|p| p.eq_ignore_ascii_case(root));
        let names = top.map_or(above, |top| above.get(top + 1..).unwrap_or_default());
        let from_end = |back: usize| {
            let at = names.len().checked_sub(back)?;
            named(names.get(at)?)
        };
        let rooted = top.is_some();
        Self {
            field: from_end(1),
            farm: from_end(2).filter(|_| rooted),
            grower: from_end(3).filter(|_| rooted),
            job: parts.get(jobs + 1).and_then(|job| named(stem(job))),
        }
    }
}

fn stem(job: &str) -> &str {
    match job.rsplit_once('.') {
        Some((stem, extension))
            if ["jdp", "jdf", "zip", "ini"]
                .iter()
                .any(|e| e.eq_ignore_ascii_case(extension)) =>
        {
            stem
        }
        _ => job,
    }
}

fn named(name: &str) -> Option<String> {
    let name = name.trim();
    let nothing = name.is_empty() || NOTHING.iter().any(|word| name.eq_ignore_ascii_case(word));
    (!nothing).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_from_the_folders_above_the_job() {
        let cases = [
            (
                "Raven/GFF/A Grower/B Farm/C Field/Jobs/spray.jdp/x.jdf",
                "GFF",
                [
                    Some("A Grower"),
                    Some("B Farm"),
                    Some("C Field"),
                    Some("spray"),
                ],
            ),
            (
                "GFF/No Grower/no farm/No Field/jobs/1.jdp",
                "gff",
                [None, None, None, Some("1")],
            ),
            (
                "x/Clients/Sam/Home/North 5/Jobs/Harvester_01/TASKDATA/TASKDATA.xml",
                "Clients",
                [
                    Some("Sam"),
                    Some("Home"),
                    Some("North 5"),
                    Some("Harvester_01"),
                ],
            ),
            (
                "stick/Field 7/Jobs/a.jdp/a.jdf",
                "GFF",
                [None, None, Some("Field 7"), Some("a")],
            ),
            (
                "GFF/Field 7/Jobs",
                "GFF",
                [None, None, Some("Field 7"), None],
            ),
            ("Jobs/a.jdp", "GFF", [None, None, None, Some("a")]),
            ("a.jdf", "GFF", [None, None, None, None]),
        ];
        for (path, root, expected) in cases {
            let names = JobPath::of(path, root);
            let names = [names.grower, names.farm, names.field, names.job];
            assert_eq!(names.each_ref().map(Option::as_deref), expected, "{path}");
        }
    }
}
