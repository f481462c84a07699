//! The document as a layer: a pass is one stream through the parser.

use super::claim::HEAD;
use super::feature::Document;
use super::findings;
use crate::claim::{Claim, ReadOptions};
use crate::shared::layer::{self, Each, Feature, Layer, Names, Next, Source};
use crate::source::{EntryId, Limits, Tree};
use std::io::{BufRead, BufReader, Read};
use tramline_model::{Place, Provider, ReadError, Receiver};

const HINT: &str = "export the data as GeoJSON again, in WGS 84 degrees";

/// Reads a claimed document.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let entry = claim.main;
    let path = &tree.entry(entry).path;
    let farmobile = is_farmobile(path, &tree.head(entry, HEAD));
    let layer = Layer {
        place: tree.place(entry),
        path,
        title: None,
        several: false,
        file_format: "GEOJSON",
        provider: farmobile.then_some(Provider::Farmobile),
        crs: None,
        noun: "GeoJSON",
        hint: HINT,
        codes: &findings::LAYER,
    };
    let mut stream = Stream { tree, entry };
    layer::read(&layer, &mut stream, limits, options, receiver)
}

/// Whether Farmobile made a document: its path or its first bytes name the maker. No sample is
/// public, so no property is known as theirs; the dictionary assumes the units aloud.
fn is_farmobile(path: &str, head: &[u8]) -> bool {
    let says = |text: &str| text.to_lowercase().contains("farmobile");
    says(path) || says(&String::from_utf8_lossy(head))
}

/// A document that is read from its begin for each pass.
struct Stream<'a> {
    tree: &'a Tree,
    entry: EntryId,
}

impl Source for Stream<'_> {
    fn pass(
        &mut self,
        names: &mut Names,
        each: &mut Each<'_>,
    ) -> Result<Option<String>, ReadError> {
        let place = self.tree.place(self.entry);
        let mut stream = BufReader::with_capacity(256 * 1024, self.tree.stream(self.entry)?);
        let mark = stream
            .fill_buf()
            .is_ok_and(|bytes| bytes.starts_with(&[0xEF, 0xBB, 0xBF]));
        if mark {
            stream.consume(3);
        }
        let mut verdict: Option<Result<(), ReadError>> = None;
        let mut crs = None;
        let mut document = Document {
            names,
            feature: &mut Feature::default(),
            crs: &mut crs,
            each: |feature: &Feature| match each(feature) {
                Ok(Next::More) => Next::More,
                Ok(Next::Stop) => {
                    verdict = Some(Ok(()));
                    Next::Stop
                }
                Err(error) => {
                    verdict = Some(Err(error));
                    Next::Stop
                }
            },
        };
        let outcome = parse(&mut stream, &mut document);
        match (verdict, outcome) {
            (Some(Err(error)), _) => Err(error),
            (Some(Ok(())), _) | (None, Ok(())) => Ok(crs),
            (None, Err(error)) => Err(json_error(&error, place)),
        }
    }
}

fn parse<F: FnMut(&Feature) -> Next>(
    stream: impl Read,
    document: &mut Document<'_, F>,
) -> Result<(), serde_json::Error> {
    use serde::de::DeserializeSeed;
    let mut deserializer = serde_json::Deserializer::from_reader(stream);
    document.deserialize(&mut deserializer)
}

/// The reader's own words for what the JSON parser found.
fn json_error(error: &serde_json::Error, place: Place) -> ReadError {
    let text = error.to_string();
    let what = match error.classify() {
        serde_json::error::Category::Io => format!("json cannot be read: {text}"),
        serde_json::error::Category::Eof => format!("json is truncated: {text}"),
        _ if text.contains("recursion limit") => {
            format!("json is nested beyond the allowed depth: {text}")
        }
        serde_json::error::Category::Syntax => format!("invalid json: {text}"),
        serde_json::error::Category::Data => format!("json is not GeoJSON: {text}"),
    };
    ReadError::malformed(place, what, HINT)
}
