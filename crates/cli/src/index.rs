//! `index.html` in the folder of results: what it needs is gathered while machine files are completed.
//!
//! Rule: pictures and pages cost nothing but themselves: a map that cannot be made is left out.

use crate::results::Results;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use tramline_convert::maps::{ClassColours, FieldPart, field_map};
use tramline_convert::{Report, StoredOutputs};
use tramline_model::Artifact;
use tramline_outputs::page::document::Document;
use tramline_outputs::page::{self, ClassMap, FieldMap, IndexInput, IndexRow, field_groups};

/// Gathers the rows.
#[derive(Default)]
pub(crate) struct Index {
    /// By folder, with the points and the ground of its map inside that folder.
    rows: HashMap<String, (IndexRow, Option<Points>)>,
}

struct Points {
    points: PathBuf,
    ground: Option<PathBuf>,
}

impl Index {
    /// A machine file is complete: `entry` is its entry in `report.json`, `folder` has its results.
    pub(crate) fn add(
        &mut self,
        entry: &serde_json::Value,
        folder: &Path,
        stored: &StoredOutputs,
        map: Option<&ClassMap>,
    ) {
        let json = |name: &str| {
            let text = std::fs::read(folder.join(name)).ok();
            let value = text.and_then(|text| serde_json::from_slice(&text).ok());
            value.unwrap_or(serde_json::Value::Null)
        };
        let row = IndexRow::of(entry, &json("summary.json"), &json("units.json"), map);
        let within = |path: &Path| path.strip_prefix(folder).ok().map(Path::to_path_buf);
        let points = stored.for_page().and_then(within).map(|points| Points {
            points,
            ground: stored.path(Artifact::PolygonGeoparquet).and_then(within),
        });
        let dir = entry["dir"].as_str().unwrap_or_default().to_owned();
        self.rows.insert(dir, (row, points));
    }

    /// The index of all machine files of a report.
    pub(crate) fn document(
        mut self,
        report: &Report,
        results: &Results,
        colours: ClassColours,
    ) -> anyhow::Result<Document> {
        let (mut rows, mut points) = (Vec::new(), Vec::new());
        for file in &report.files {
            if let Some((row, of)) = self.rows.remove(&file.dir) {
                rows.push(row);
                points.push((results.current(&file.dir), of));
            }
        }
        let fields = field_groups(&rows)
            .into_iter()
            .filter_map(|(parts, property)| {
                let paths: Option<Vec<(PathBuf, Option<PathBuf>)>> = parts
                    .iter()
                    .map(|at| {
                        let (folder, of) = points.get(*at)?;
                        let of = of.as_ref()?;
                        let ground = of.ground.as_ref().map(|ground| folder.join(ground));
                        Some((folder.join(&of.points), ground))
                    })
                    .collect();
                let paths = paths?;
                let list: Vec<FieldPart<'_>> = paths
                    .iter()
                    .map(|(points, ground)| FieldPart {
                        points,
                        ground: ground.as_deref(),
                    })
                    .collect();
                let map = field_map(&list, property, colours).ok()??;
                Some(FieldMap { parts, map })
            });
        let fields: Vec<FieldMap> = fields.collect();
        let report = serde_json::to_value(report)?;
        Ok(page::index(&IndexInput {
            report: &report,
            rows: &rows,
            fields: &fields,
            version: env!("CARGO_PKG_VERSION"),
        }))
    }
}
