//! What the page is made of, and what its parts look things up in.

use super::histogram::Histogram;
use super::look::Look;
use super::units::System;
use serde_json::Value;

/// An image of one property, north up.
#[derive(Clone, Copy, Debug)]
pub struct PageImage<'a> {
    /// Name of the property, as in `units.json`.
    pub property: &'a str,
    /// A whole PNG file; anything else is passed over.
    pub png: &'a [u8],
    /// Value at the low end of the ramp, in `unit`.
    pub min: f64,
    /// Value at the high end of the ramp, in `unit`.
    pub max: f64,
    /// Symbol as in `units.json`.
    pub unit: &'a str,
    /// Values and their colours (red, green, blue), from low to high.
    pub stops: &'a [(f64, [u8; 3])],
    /// Classes instead of a ramp: least, greatest and colour of each, from low to high. Then neither
    /// `min`, `max` nor `stops` are shown.
    pub ranges: &'a [(f64, f64, [u8; 3])],
    /// Square metres of ground that each of `ranges` has on the map; empty where it is not known.
    pub areas_m2: &'a [f64],
    /// West, south, east and north edge in degrees: with it the image has a scale bar.
    pub bounds: Option<[f64; 4]>,
}

/// What the page is made of.
#[derive(Clone, Debug)]
pub struct PageInput<'a> {
    /// The machine file's entry in `report.json`.
    pub file: &'a Value,
    /// The Feature of `summary.json`.
    pub summary: &'a Value,
    /// `units.json`.
    pub units: &'a Value,
    /// The first that is a PNG is the map; without one the covered ground is drawn.
    pub images: &'a [PageImage<'a>],
    /// Of the main rate.
    pub histogram: Option<Histogram>,
    /// Version of Tramline.
    pub version: &'a str,
}

/// What all parts look things up in.
pub(super) struct Page<'a> {
    pub(super) input: &'a PageInput<'a>,
    pub(super) file: Look<'a>,
    /// The summary's properties.
    pub(super) summary: Look<'a>,
    pub(super) system: System,
}

impl<'a> Page<'a> {
    pub(super) fn of(input: &'a PageInput<'a>) -> Self {
        let summary = Look(input.summary).get("properties");
        Self {
            input,
            file: Look(input.file),
            summary,
            system: System::of(summary, Look(input.units)),
        }
    }

    pub(super) fn is_failed(&self) -> bool {
        self.file.get("status").text() == "failed"
    }
}
