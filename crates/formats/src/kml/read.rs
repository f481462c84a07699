//! The document as a layer: a pass is one run of the parser over the text in memory.

use super::claim::inner;
use super::findings;
use super::placemark::{self, End};
use crate::claim::{Claim, ReadOptions};
use crate::shared::layer::{self, Crs, Each, Layer, Names, Source};
use crate::source::{Limits, Tree};
use tramline_model::{Place, ReadError, Receiver};

/// Largest document.
const FILE_BYTES: u64 = 256 << 20;
const HINT: &str = "export the points as KML with their data again, or as GeoJSON or CSV";

/// Reads a claimed document.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let place = tree.place(claim.main);
    let most = limits.entry_bytes.min(FILE_BYTES);
    let bytes = if tree.extension(claim.main) == "kmz" {
        let broken = || ReadError::malformed(place.clone(), "no KML in the KMZ can be read", HINT);
        let (inner, id) = inner(tree, claim.main, limits).ok_or_else(broken)?;
        inner.bytes(id, most)?
    } else {
        tree.bytes(claim.main, most)?
    };
    let (text, _, _) = encoding_rs::UTF_8.decode(&bytes);
    let mut document = Document {
        text: &text,
        place: place.clone(),
        limits,
    };
    let layer = Layer {
        place,
        path: &tree.entry(claim.main).path,
        title: None,
        several: false,
        file_format: "KML",
        provider: None,
        // The standard knows no other.
        crs: Some(Crs::Degrees),
        noun: "KML",
        hint: HINT,
        codes: &findings::LAYER,
    };
    layer::read(&layer, &mut document, limits, options, receiver)
}

struct Document<'a> {
    text: &'a str,
    place: Place,
    limits: &'a Limits,
}

impl Source for Document<'_> {
    fn pass(
        &mut self,
        names: &mut Names,
        each: &mut Each<'_>,
    ) -> Result<Option<String>, ReadError> {
        let bounds = (self.limits.depth, self.limits.value_bytes);
        match placemark::read(self.text, bounds, names, each) {
            Ok(()) => Ok(None),
            Err(End::Broken(what)) => Err(ReadError::malformed(self.place.clone(), what, HINT)),
            Err(End::Error(error)) => Err(error),
        }
    }
}
