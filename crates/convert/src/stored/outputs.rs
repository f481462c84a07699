//! Which stored points a map, an export or the page for people is made of.
//!
//! Rule: a map is of the filtered points, and of the standard ones where there are none or when they
//! are asked for; then the polygons stand for the standard points, if these were made. Points that
//! are only the middles of polygons always give way to the polygons.

use crate::stored::maps::is_of_polygons;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tramline_model::Artifact;

/// The points that a client may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoredOutput {
    /// The standard points.
    Standard,
    /// The filtered points.
    Filtered,
    /// The ground below the standard points.
    Polygon,
}

impl StoredOutput {
    /// All of them; the first is the default of exports.
    pub const ALL: [Self; 3] = [Self::Standard, Self::Filtered, Self::Polygon];
    /// Those that the service makes maps of.
    pub const MAPPED: [Self; 2] = [Self::Filtered, Self::Standard];

    /// What the page for people shows, the best first.
    pub const PAGE: [Self; 2] = [Self::Filtered, Self::Standard];

    /// The word in queries and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Filtered => "filtered",
            Self::Polygon => "polygon",
        }
    }

    /// Reads the word, letter by letter.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|output| output.name() == name)
    }

    /// What an export is made of.
    pub const fn for_export(self) -> Artifact {
        match self {
            Self::Standard => Artifact::StandardGeoparquet,
            Self::Filtered => Artifact::FilteredGeoparquet,
            Self::Polygon => Artifact::PolygonGeoparquet,
        }
    }

    /// What a map may be made of, the best first. Without a choice the filtered points are best.
    const fn for_map(chosen: Option<Self>) -> &'static [Artifact] {
        match chosen {
            None => &[
                Artifact::FilteredGeoparquet,
                Artifact::PolygonGeoparquet,
                Artifact::StandardGeoparquet,
            ],
            Some(Self::Filtered) => &[Artifact::FilteredGeoparquet],
            Some(Self::Standard | Self::Polygon) => {
                &[Artifact::PolygonGeoparquet, Artifact::StandardGeoparquet]
            }
        }
    }
}

/// The stored points of one machine file, and where they lie.
#[derive(Clone, Debug, Default)]
pub struct StoredOutputs(BTreeMap<Artifact, PathBuf>);

impl FromIterator<(Artifact, PathBuf)> for StoredOutputs {
    /// Artifacts that are no points do no harm.
    fn from_iter<I: IntoIterator<Item = (Artifact, PathBuf)>>(artifacts: I) -> Self {
        Self(artifacts.into_iter().collect())
    }
}

impl StoredOutputs {
    /// Where an artifact lies.
    pub fn path(&self, artifact: Artifact) -> Option<&Path> {
        self.0.get(&artifact).map(PathBuf::as_path)
    }

    /// What an export is made of.
    pub fn for_export(&self, chosen: StoredOutput) -> Option<&Path> {
        self.path(chosen.for_export())
    }

    /// What a map is made of; `None` where nothing is stored that it can be made of. Reads the
    /// schema of the points.
    pub fn for_map(&self, chosen: Option<StoredOutput>) -> Option<(Artifact, &Path)> {
        let kinds = StoredOutput::for_map(chosen).iter();
        let (kind, points) = kinds
            .filter_map(|kind| Some((*kind, self.path(*kind)?)))
            .next()?;
        match self.path(Artifact::PolygonGeoparquet) {
            Some(ground) if is_of_polygons(points) => Some((Artifact::PolygonGeoparquet, ground)),
            _ => Some((kind, points)),
        }
    }

    /// The points that the page for people shows.
    pub fn for_page(&self) -> Option<&Path> {
        let mut points = StoredOutput::PAGE.iter();
        points.find_map(|output| self.path(output.for_export()))
    }
}

#[cfg(test)]
mod tests {
    use super::StoredOutput::{Filtered, Polygon, Standard};
    use super::*;
    use Artifact::{FilteredGeoparquet, PolygonGeoparquet, StandardGeoparquet, Summary};

    /// What is stored, what is chosen, and what the map is made of. The files do not exist, so that
    /// none is of polygons.
    #[test]
    fn a_map_is_of_the_best_that_is_stored() {
        let all: &[Artifact] = &[
            Summary,
            StandardGeoparquet,
            FilteredGeoparquet,
            PolygonGeoparquet,
        ];
        let cases: &[(&[Artifact], Option<StoredOutput>, Option<Artifact>)] = &[
            (all, None, Some(FilteredGeoparquet)),
            (all, Some(Filtered), Some(FilteredGeoparquet)),
            (all, Some(Standard), Some(PolygonGeoparquet)),
            (all, Some(Polygon), Some(PolygonGeoparquet)),
            (&all[..2], None, Some(StandardGeoparquet)),
            (&all[..2], Some(Standard), Some(StandardGeoparquet)),
            (&all[..2], Some(Filtered), None),
            (
                &[StandardGeoparquet, PolygonGeoparquet],
                None,
                Some(PolygonGeoparquet),
            ),
            (&[Summary], None, None),
        ];
        for (stored, chosen, expected) in cases {
            let stored = stored
                .iter()
                .map(|kind| (*kind, PathBuf::from(kind.name())));
            let stored: StoredOutputs = stored.collect();
            let found = stored.for_map(*chosen).map(|(kind, path)| {
                assert_eq!(path, Path::new(kind.name()));
                kind
            });
            assert_eq!(found, *expected, "{stored:?} {chosen:?}");
        }
    }

    #[test]
    fn exports_and_pages_have_their_points() {
        let stored = [StandardGeoparquet, PolygonGeoparquet];
        let stored: StoredOutputs = stored
            .iter()
            .map(|kind| (*kind, PathBuf::from(kind.name())))
            .collect();
        for output in StoredOutput::ALL {
            assert_eq!(StoredOutput::from_name(output.name()), Some(output));
            let path = stored.for_export(output);
            assert_eq!(path.is_none(), output == Filtered);
        }
        assert_eq!(
            stored.for_page(),
            Some(Path::new(StandardGeoparquet.name()))
        );
    }
}
