//! An image of each numeric property: the footprints of the standard points in Web Mercator, with the
//! sidecar that puts the image in its place in GIS programs, and all of them in one zip.
//!
//! Rules: the colours of an image go from the 2nd to the 98th percentile of the ground that it shows, or from the
//! least to the greatest value, as the configuration says. Who comes first owns the ground, those with a
//! rate before those without. Where the source has polygons, they are painted. Files without ground are
//! squares of three metres. Memory is four bytes for each row and property, and four for each pixel.

use super::consumer::{Consumer, Out, Rows, Subject};
use crate::analysis::Analysis;
use crate::colours;
use crate::configuration::Configuration;
use crate::error::RunError;
use crate::image_choice::{ImageAttributes, is_wanted};
use crate::paint::{self, Patch};
use crate::pictured::{MAIN, properties};
use crate::points::standardised::Standardised;
use crate::points::unit_table::UnitTable;
use crate::writers::document;
use arrow_array::{Array, Float64Array, RecordBatch};
use serde_json::{Value, json};
use std::cell::Cell;
use std::io::Write;
use std::rc::Rc;
use tramline_model::{Artifact, Property};
use tramline_outputs::{Sink, WriteError};
use tramline_render::{Canvas, Projection, RenderError, index_of, png, sidecar};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

struct Painting<'a> {
    subject: Subject<'a>,
    images: Images,
}

/// Begins where the configuration asks for images.
pub(crate) fn begin<'a>(
    subject: &Subject<'a>,
    _: &mut dyn Sink,
) -> Result<Option<Box<dyn Consumer + 'a>>, RunError> {
    let configuration = &subject.options.configuration;
    if !configuration.file_images {
        return Ok(None);
    }
    let results = subject.standard.standardised();
    let wanted = &configuration.files_image_attribute_creation;
    Ok(Some(Box::new(Painting {
        subject: *subject,
        images: Images::new(&results, wanted),
    })))
}

impl Consumer for Painting<'_> {
    fn batch(
        &mut self,
        batch: &RecordBatch,
        rows: &Rows<'_>,
        _: &mut Out<'_>,
    ) -> Result<(), RunError> {
        self.images.add(&rows.standard(batch)?);
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut Out<'_>) -> Result<(), RunError> {
        let subject = self.subject;
        let name = |file: &str| subject.identity.name(file);
        // Standard rows by their place in the spool, where restorable ones lie between.
        let restorable = subject.restorable;
        let places: Vec<usize> = (0..restorable.len())
            .filter(|row| !restorable[*row])
            .collect();
        let spool = |row: usize| places.get(row).copied().unwrap_or(row);
        let configuration = &subject.options.configuration;
        let units = &subject.standard.context.units;
        let analysis = subject.analysis;
        let written = self.images.write(
            &mut *out.sink,
            &name,
            analysis,
            &spool,
            configuration,
            units,
        );
        out.described.painted = written?;
        if out.described.painted {
            out.artifacts.insert(Artifact::Images, name("images.json"));
            out.artifacts
                .insert(Artifact::ZippedPngs, name("images.zip"));
        }
        Ok(())
    }
}

/// Values by row and property.
struct Images {
    layers: Vec<Layer>,
    /// By row: it has the main rate. Empty where the file has none.
    rated: Vec<bool>,
    /// Longitude and latitude of each row.
    places: Vec<(f64, f64)>,
}

struct Layer {
    property: Property,
    least: f64,
    greatest: f64,
    /// By row of the standard points; not a number where there is none.
    values: Vec<f32>,
}

impl Images {
    /// For the properties that are wanted and have values.
    fn new(results: &Standardised<'_>, wanted: &ImageAttributes) -> Self {
        let operation = results.operation;
        let layers = properties(operation)
            .iter()
            .filter(|property| is_wanted(wanted, operation, **property))
            .filter_map(|property| {
                let statistic = results.totals.statistic(*property);
                (statistic.count > 0).then(|| Layer {
                    property: *property,
                    least: statistic.min,
                    greatest: statistic.max,
                    values: Vec::new(),
                })
            })
            .collect();
        Self {
            layers,
            rated: Vec::new(),
            places: Vec::new(),
        }
    }

    /// Takes the values of a batch of standard points.
    fn add(&mut self, batch: &RecordBatch) {
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
                .values
                .extend((0..rows).map(|row| at(array, row) as f32));
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
    fn write(
        self,
        sink: &mut dyn Sink,
        name: &dyn Fn(&str) -> String,
        analysis: &Analysis,
        spool: &dyn Fn(usize) -> usize,
        configuration: &Configuration,
        units: &UnitTable,
    ) -> Result<bool, WriteError> {
        let shape = |cause: String| WriteError::Shape(format!("images: {cause}"));
        let failed = |cause: std::io::Error| WriteError::Io {
            name: name("images"),
            cause,
        };
        let Some(canvas) = self.canvas(analysis, spool) else {
            return Ok(false);
        };
        let samples = paint::samples(&canvas);
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
                    .map(|layer| {
                        scope.spawn(|| layer.paint(&canvas, &samples, configuration, units))
                    })
                    .collect();
                workers.into_iter().map(|worker| worker.join()).collect()
            });
            for (layer, image) in pair.iter().zip(painted) {
                let (image, mut entry) = match image {
                    Ok(image) => image.map_err(|cause| shape(cause.to_string()))?,
                    Err(_) => return Err(shape("the painter ended by a defect".to_owned())),
                };
                let file = format!("{}.png", layer.property.name());
                for (file, bytes) in [
                    (file.clone(), image.as_slice()),
                    (format!("{file}.aux.xml"), aux.as_bytes()),
                ] {
                    let mut out = sink.create(&name(&format!("images/{file}")))?;
                    let written = out.write_all(bytes).and_then(|()| out.flush());
                    written.map_err(failed)?;
                    zip.start_file(&file, stored)
                        .map_err(|cause| failed(cause.into()))?;
                    let key = if file.ends_with(".png") {
                        "inZip"
                    } else {
                        "sidecarInZip"
                    };
                    entry[key] = json!({ "offset": count.get(), "size": bytes.len() });
                    zip.write_all(bytes).map_err(failed)?;
                }
                list.push(entry);
            }
        }
        let mut out = zip.finish().map_err(|cause| failed(cause.into()))?;
        out.flush().map_err(failed)?;
        document(sink, &name("images.json"), &list)?;
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
    /// The image, and what the list says of it.
    fn paint(
        &self,
        canvas: &Canvas,
        samples: &[u32],
        configuration: &Configuration,
        units: &UnitTable,
    ) -> Result<(Vec<u8>, Value), RenderError> {
        let ramp = colours::ramp(configuration, self.property);
        let unit = units.get(self.property);
        let mut shown: Vec<f64> = samples
            .iter()
            .filter_map(|row| self.values.get(*row as usize))
            .map(|value| f64::from(*value))
            .collect();
        let (min, max) = colours::ends(
            configuration.image_stretch,
            self.property,
            unit,
            (self.least, self.greatest),
            &mut shown,
        );
        let indices: Vec<u8> = self
            .values
            .iter()
            .map(|value| index_of(f64::from(*value), min, max))
            .collect();
        let image = png(canvas, &indices, &ramp.palette())?;
        let colours: serde_json::Map<String, Value> = ramp
            .listing()
            .into_iter()
            .map(|(stop, colour)| (stop, json!(colour)))
            .collect();
        let [xmin, ymin, xmax, ymax] = canvas.extent_degrees();
        let entry = json!({
            "property": self.property.name(),
            "ramp": colours,
            "legend": {
                "min": min,
                "max": max,
                "least": self.least,
                "greatest": self.greatest,
                "unit": unit.map_or("", |unit| unit.symbol),
            },
            "extent": { "xmin": xmin, "ymin": ymin, "xmax": xmax, "ymax": ymax },
            "file": format!("images/{}.png", self.property.name()),
        });
        Ok((image, entry))
    }
}
