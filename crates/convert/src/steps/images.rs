//! An image of each numeric property: the footprints of the standard points in Web Mercator, with the
//! sidecar that puts the image in its place in GIS programs, and all of them in one zip.
//!
//! Rules: the colours of an image go from the least to the greatest value of its property. Who comes
//! first owns the ground, those with a rate before those without. Where the
//! source has polygons, they are painted. Files without ground are squares of three metres. Memory is a byte for each row and property, and four for each pixel.

use super::analysis::Analysis;
use super::standard::Standard;
use super::summary::Units;
use crate::image_choice::{ImageAttributes, is_wanted};
use crate::maps::paint::{self, Patch};
use arrow_array::{Array, Float64Array, RecordBatch};
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;
use tramline_model::{OperationType, Property};
use tramline_outputs::{Sink, WriteError};
use tramline_render::{Canvas, Projection, Ramp, index_of, png, sidecar};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

/// What the work is about.
const MAIN: [Property; 4] = [
    Property::WetMassPerArea,
    Property::SeedRate,
    Property::AppliedRate,
    Property::TillageDepthActual,
];

/// Whether the work of a record is about this property.
pub(crate) fn is_main(property: Property) -> bool {
    MAIN.contains(&property)
}

/// Whether any operation has an image of a property.
pub(crate) fn is_pictured(property: Property) -> bool {
    [
        OperationType::Harvested,
        OperationType::Planted,
        OperationType::Applied,
        OperationType::Tillage,
    ]
    .iter()
    .any(|operation| properties(operation).contains(&property))
}

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
    /// By row: it has the main rate. Empty where the file has none.
    rated: Vec<bool>,
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
    /// For the properties that are wanted and have values.
    pub(crate) fn new(standard: &Standard, wanted: &ImageAttributes) -> Self {
        let operation = &standard.operation;
        let layers = properties(operation)
            .iter()
            .filter(|property| is_wanted(wanted, operation, **property))
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
            rated: Vec::new(),
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
        if let Some(main) = MAIN.iter().find_map(|property| column(*property)) {
            self.rated.extend((0..rows).map(|row| main.is_valid(row)));
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
        ramp: &Ramp,
        units: &Units,
    ) -> Result<bool, WriteError> {
        let shape = |cause: String| WriteError::Shape(format!("images: {cause}"));
        let Some(canvas) = self.canvas(analysis, spool) else {
            return Ok(false);
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
                let mut entry = layer.entry(&canvas, ramp, units);
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

    /// The ground of all footprints; `None` where there is none on Earth.
    fn canvas(&self, analysis: &Analysis, spool: &dyn Fn(usize) -> usize) -> Option<Canvas> {
        let ground = |row: usize| self.ground(row, analysis, spool);
        let rated = |row: usize| self.rated.get(row).copied().unwrap_or(true);
        let bounds = paint::Bounds::of(self.places.len(), &ground)?;
        let mut canvas = bounds.canvas(Projection::WebMercator)?;
        paint::burn(&mut canvas, self.places.len(), &ground, &rated);
        Some(canvas)
    }

    fn ground(
        &self,
        row: usize,
        analysis: &Analysis,
        spool: &dyn Fn(usize) -> usize,
    ) -> Option<Patch> {
        if let Some(patch) = analysis.patch(spool(row)) {
            return Some(patch);
        }
        if analysis.has_footprints() {
            return None;
        }
        let (x, y) = *self.places.get(row)?;
        paint::square(x, y).map(Patch::Quad)
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
