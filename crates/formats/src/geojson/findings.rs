//! What is noticed in GeoJSON documents, with cause and cure.

use crate::shared::layer::{Codes, codes};

/// What is noticed in every layer.
pub(crate) static LAYER: Codes = codes!("geojson");
