//! An image of each numeric property: the footprints of the standard points in Web Mercator, with the
//! sidecar that puts the image in its place in GIS programs, and all of them in one zip.
//!
//! Rules: the colours of an image go from the least to the greatest value of its property. Who comes
//! first owns the ground, those with a rate before those without. Rows without footprint are squares of three metres. Memory is a byte for
//! each row and property, and four for each pixel.

use super::analysis::Analysis;
use super::standard::Standard;
use super::summary::Units;
use crate::configuration::ImageRamp;
use arrow_array::{Array, Float64Array, RecordBatch};
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;
use tramline_model::{OperationType, Property};
use tramline_outputs::{Sink, WriteError};
use tramline_render::{Canvas, Ramp, index_of, png, sidecar};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// Pixels of a side at most.
const MOST_PX: u32 = 4_096;
/// Wanted side of a pixel on the ground; narrow sections get finer ones.
const PIXEL_M: f64 = 0.5;
const LEAST_PIXEL_M: f64 = 0.25;
/// Half the side of a square that stands for a row without footprint.
const HALF_M: f64 = 1.5;

/// What the work is about.
const MAIN: [Property; 4] = [
    Property::WetMassPerArea,
    Property::SeedRate,
    Property::AppliedRate,
    Property::TillageDepthActual,
];

/// The properties that have an image, by operation (contract, image switches).
fn properties(operation: &OperationType) -> &'static [Property] {
    use Property as P;
    match operation {
        OperationType::Harvested => &[
            P::Area,
            P::Distance,
            P::Elevation,
            P::EquipmentWidth,
            P::HarvestMoisture,
            P::WetMass,
            P::WetMassPerArea,
            P::WetVolume,
            P::WetVolumePerArea,
            P::DryMass,
            P::DryMassPerArea,
            P::DryVolume,
            P::DryVolumePerArea,
            P::Speed,
            P::Heading,
            P::CropFlow,
            P::ProteinPercentage,
            P::FuelRate,
            P::FuelUsed,
        ],
        OperationType::Planted => &[
            P::Heading,
            P::Distance,
            P::Elevation,
            P::SeedRate,
            P::Area,
            P::EquipmentWidth,
            P::Speed,
            P::SeedRateTarget,
            P::SeedDepth,
            P::FuelRate,
            P::FuelUsed,
            P::DownForce,
            P::Singulation,
        ],
        OperationType::Applied => &[
            P::Heading,
            P::Distance,
            P::Elevation,
            P::AppliedRate,
            P::Area,
            P::EquipmentWidth,
            P::Speed,
            P::AppliedRateTarget,
            P::FuelRate,
            P::FuelUsed,
        ],
        OperationType::Tillage | OperationType::Other(_) => &[
            P::Area,
            P::Heading,
            P::Distance,
            P::Elevation,
            P::EquipmentWidth,
            P::TillageDepthTarget,
            P::Speed,
            P::TillageDepthActual,
            P::FuelRate,
            P::FuelUsed,
        ],
    }
}

/// Colours by row and property.
pub(crate) struct Images {
    layers: Vec<Layer>,
    /// Place of each row in the spool.
    places: Vec<(f64, f64)>,
}

struct Layer {
    property: Property,
    min: f64,
    max: f64,
    /// By row of the standard points; 0 is none.
    indices: Vec<u8>,
}

impl Images {
    /// For the properties that have values.
    pub(crate) fn new(standard: &Standard) -> Self {
        let layers = properties(&standard.operation)
            .iter()
            .filter_map(|property| {
                let statistic = standard.totals.statistic(*property);
                (statistic.count > 0).then(|| Layer {
                    property: *property,
                    min: statistic.min,
                    max: statistic.max,
                    indices: Vec::new(),
                })
            })
            .collect();
        Self {
            layers,
            places: Vec::new(),
        }
    }

    /// Takes the colours of a batch of standard points.
    pub(crate) fn add(&mut self, batch: &RecordBatch) {
        let rows = batch.num_rows();
        let column = |property: Property| {
            batch
                .column_by_name(property.name())
                .and_then(|array| array.as_any().downcast_ref::<Float64Array>())
        };
        let at = |array: Option<&Float64Array>, row: usize| match array {
            Some(array) if array.is_valid(row) => array.value(row),
            _ => f64::NAN,
        };
        for layer in &mut self.layers {
            let array = column(layer.property);
            layer
                .indices
                .extend((0..rows).map(|row| index_of(at(array, row), layer.min, layer.max)));
        }
        let (x, y) = (column(Property::Longitude), column(Property::Latitude));
        self.places
            .extend((0..rows).map(|row| (at(x, row), at(y, row))));
    }

    /// Paints and writes `images/<property>.png` with its sidecar, `images.zip` and `images.json`.
    /// `spool` is the place in the spool of each row that was added. False when nothing can be
    /// painted, as there is no place on Earth.
    pub(crate) fn write(
        self,
        sink: &mut dyn Sink,
        name: &dyn Fn(&str) -> String,
        analysis: &Analysis,
        spool: &dyn Fn(usize) -> usize,
        setting: ImageRamp,
        units: &Units,
    ) -> Result<bool, WriteError> {
        let shape = |cause: String| WriteError::Shape(format!("images: {cause}"));
        let Some(mut canvas) = self.canvas(analysis, spool) else {
            return Ok(false);
        };
        self.burn(&mut canvas, analysis, spool);
        canvas.close_seams(2);
        let ramp = match setting {
            ImageRamp::Model => Ramp::model(),
            ImageRamp::Accessible => Ramp::accessible(),
        };
        let palette = ramp.palette();
        let aux = sidecar(&canvas);
        let count = Rc::new(Cell::new(0));
        let counted = Counted {
            out: sink.create(&name("images.zip"))?,
            count: Rc::clone(&count),
        };
        let mut zip = ZipWriter::new_stream(counted);
        let stored = SimpleFileOptions::default()
            .compression_method(CompressionMethod::Stored)
            .last_modified_time(zip::DateTime::default());
        let mut list = Vec::new();
        // Two at once: an image is a second of work on a large field.
        for pair in self.layers.chunks(2) {
            let painted: Vec<_> = std::thread::scope(|scope| {
                let workers: Vec<_> = pair
                    .iter()
                    .map(|layer| scope.spawn(|| png(&canvas, &layer.indices, &palette)))
                    .collect();
                workers.into_iter().map(|worker| worker.join()).collect()
            });
            for (layer, image) in pair.iter().zip(painted) {
                let image = image
                    .map_err(|_| shape("the painter ended by a defect".to_owned()))?
                    .map_err(|cause| shape(cause.to_string()))?;
                let file = format!("{}.png", layer.property.name());
                let mut entry = layer.entry(&canvas, &ramp, units);
                for (file, bytes) in [
                    (file.clone(), image.as_slice()),
                    (format!("{file}.aux.xml"), aux.as_bytes()),
                ] {
                    let mut out = sink.create(&name(&format!("images/{file}")))?;
                    let written = out.write_all(bytes).and_then(|()| out.flush());
                    written.map_err(|cause| shape(cause.to_string()))?;
                    zip.start_file(&file, stored)
                        .map_err(|cause| shape(cause.to_string()))?;
                    let key = if file.ends_with(".png") {
                        "inZip"
                    } else {
                        "sidecarInZip"
                    };
                    entry[key] = json!({ "offset": count.get(), "size": bytes.len() });
                    zip.write_all(bytes)
                        .map_err(|cause| shape(cause.to_string()))?;
                }
                list.push(entry);
            }
        }
        let mut out = zip.finish().map_err(|cause| shape(cause.to_string()))?;
        out.flush().map_err(|cause| shape(cause.to_string()))?;
        crate::writers::document(sink, &name("images.json"), &list)?;
        Ok(true)
    }

    /// A canvas over all footprints.
    fn canvas(&self, analysis: &Analysis, spool: &dyn Fn(usize) -> usize) -> Option<Canvas> {
        let mut bounds = [
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        ];
        let mut narrowest = f64::INFINITY;
        for row in 0..self.places.len() {
            let Some(corners) = self.corners(row, analysis, spool) else {
                continue;
            };
            for (x, y) in corners {
                bounds = [
                    bounds[0].min(x),
                    bounds[1].min(y),
                    bounds[2].max(x),
                    bounds[3].max(y),
                ];
            }
            let [a, b, ..] = corners;
            let across = (b.0 - a.0).hypot(b.1 - a.1) * 111_320.0;
            if across > 0.1 {
                narrowest = narrowest.min(across);
            }
        }
        let pixel_m = (narrowest / 6.0).clamp(LEAST_PIXEL_M, PIXEL_M);
        Canvas::new(bounds, pixel_m, MOST_PX)
    }

    /// Rows that have the main rate come first: one that only drove over the ground does not hide it.
    fn burn(&self, canvas: &mut Canvas, analysis: &Analysis, spool: &dyn Fn(usize) -> usize) {
        let main = self
            .layers
            .iter()
            .find(|layer| MAIN.contains(&layer.property));
        let rated = |row: usize| {
            main.is_none_or(|layer| layer.indices.get(row).is_some_and(|index| *index != 0))
        };
        for first in [true, false] {
            for row in (0..self.places.len()).filter(|row| rated(*row) == first) {
                if let Some(corners) = self.corners(row, analysis, spool) {
                    canvas.burn(row as u32, &corners);
                }
            }
        }
    }

    fn corners(
        &self,
        row: usize,
        analysis: &Analysis,
        spool: &dyn Fn(usize) -> usize,
    ) -> Option<[(f64, f64); 4]> {
        if let Some(corners) = analysis.footprint(spool(row)) {
            return Some(corners);
        }
        if analysis.has_footprints() {
            return None;
        }
        let (x, y) = *self.places.get(row)?;
        let half_y = HALF_M / 111_320.0;
        let half_x = half_y / y.to_radians().cos().max(0.01);
        (x.is_finite() && y.is_finite()).then_some([
            (x - half_x, y - half_y),
            (x + half_x, y - half_y),
            (x + half_x, y + half_y),
            (x - half_x, y + half_y),
        ])
    }
}

/// Counts what is written, so that an image can be read out of the zip without unpacking it.
struct Counted<W> {
    out: W,
    count: Rc<Cell<u64>>,
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.out.write(bytes)?;
        self.count.set(self.count.get() + written as u64);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.out.flush()
    }
}

impl Layer {
    fn entry(&self, canvas: &Canvas, ramp: &Ramp, units: &Units) -> Value {
        let colours: serde_json::Map<String, Value> = ramp
            .listing()
            .into_iter()
            .map(|(stop, colour)| (stop, json!(colour)))
            .collect();
        let [xmin, ymin, xmax, ymax] = canvas.extent_degrees();
        let unit = units.get(self.property as usize).copied().flatten();
        json!({
            "property": self.property.name(),
            "ramp": colours,
            "legend": {
                "min": self.min,
                "max": self.max,
                "unit": unit.map_or("", |unit| unit.symbol),
            },
            "extent": { "xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax },
            "file": format!("images/{}.png", self.property.name()),
        })
    }
}
