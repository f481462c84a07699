//! The pages for people: one of each machine file, `index.html` over all of them, a map as a picture, and
//! all pages as one PDF.
//!
//! Rule: every form is made of one document, so that all of them say the same.

use crate::export::Wanted;
use crate::index::Index;
use crate::results::Results;
use crate::sheets;
use serde_json::Value;
use std::path::Path;
use tramline_convert::maps::{ClassColours, main_map};
use tramline_convert::{FileReport, Report, StoredOutputs};
use tramline_model::Artifact;
use tramline_outputs::page::document::Document;
use tramline_outputs::page::{self, INDEX};

/// Makes the pages of a run.
#[derive(Default)]
pub(crate) struct Pages {
    index: Index,
    /// Pages of machine files for the PDF.
    documents: Vec<Document>,
}

impl Pages {
    /// A machine file is complete: its page, in the forms that are wanted. Without a map of classes it
    /// has the image, or the covered ground.
    pub(crate) fn add(
        &mut self,
        file: &FileReport,
        stored: &StoredOutputs,
        folder: &Path,
        wanted: &Wanted,
        colours: ClassColours,
    ) -> anyhow::Result<()> {
        let entry = serde_json::to_value(file)?;
        let ground = stored.path(Artifact::PolygonGeoparquet);
        let operation = entry["operationType"].as_str().unwrap_or_default();
        let units = units(stored);
        let points = stored.for_page().zip(units.as_ref());
        let map = points.and_then(|(points, units)| {
            main_map(points, ground, operation, units, colours).ok()?
        });
        self.index.add(&entry, folder, stored, map.as_ref());
        let document = page::read(folder, &entry, map.as_ref(), env!("CARGO_PKG_VERSION"))?;
        if wanted.writes_pages() {
            page::write_document(folder, &document)?;
        }
        if wanted.picture {
            let property = units.and_then(|units| page::main_rate(operation, &units));
            sheets::write_picture(folder, &document, property)?;
        }
        if wanted.pdf {
            self.documents.push(document);
        }
        Ok(())
    }

    /// All machine files are complete: what stands beside their folders.
    pub(crate) fn end(
        self,
        report: &Report,
        results: &mut Results,
        wanted: &Wanted,
        colours: ClassColours,
    ) -> anyhow::Result<()> {
        let index = self.index.document(report, results, colours)?;
        if wanted.writes_pages() {
            results.at_end(INDEX, page::html(&index).as_bytes())?;
        }
        if wanted.pdf {
            let (name, bytes) = sheets::pdf(&report.input.name, index, self.documents)?;
            results.at_end(&name, &bytes)?;
        }
        Ok(())
    }
}

/// What `units.json` says.
fn units(stored: &StoredOutputs) -> Option<Value> {
    let text = std::fs::read(stored.path(Artifact::Units)?).ok()?;
    serde_json::from_slice(&text).ok()
}
