//! The ground below each row of a stored file: polygons as they stand, or footprints laid out of
//! points in the way of the conversion.
//!
//! Rule: points are looked at in blocks, as in the conversion. A row without ground has none.

use super::{MOST_ROWS, MapError, open, unreadable};
use crate::analysis::outlines::Outlines;
use crate::analysis::places::{Column, Places, TrackNames};
use crate::analysis::{BLOCK, STEP_M};
use crate::paint::{self, Patch};
use crate::pictured::is_main;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, BinaryArray, Float64Array, RecordBatch};
use arrow_schema::{ArrowError, DataType, FieldRef, Schema};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;
use tramline_analysis::anchor;
use tramline_analysis::frame::LocalFrame;
use tramline_analysis::lattice::Lattice;
use tramline_analysis::records::Records;
use tramline_analysis::spread;
use tramline_analysis::thin::thinned;
use tramline_analysis::track::{Headings, Tracks};
use tramline_model::Property;
use tramline_model::records::{self, SourceColumn};
use tramline_outputs::geoparquet::{BBOX, GEOMETRY, footprint_of};
use tramline_render::Quad;

/// The columns that say where a row was.
const PLACE: [Property; 10] = [
    Property::Longitude,
    Property::Latitude,
    Property::Timestamp,
    Property::Heading,
    Property::Distance,
    Property::Speed,
    Property::EquipmentWidth,
    Property::Area,
    Property::SamplingInterval,
    Property::SectionId,
];

/// The batch with `longitude` and `latitude`, which stored points have in their geometry and box only.
fn with_degrees(batch: &RecordBatch) -> Result<RecordBatch, ArrowError> {
    let boxes = batch.column_by_name(BBOX).and_then(|b| b.as_struct_opt());
    let boxes = boxes.ok_or_else(|| ArrowError::SchemaError("there are no boxes".to_owned()))?;
    let mut fields: Vec<FieldRef> = batch.schema_ref().fields().iter().cloned().collect();
    let mut columns = batch.columns().to_vec();
    for (property, corner) in [(Property::Longitude, "xmin"), (Property::Latitude, "ymin")] {
        let corner = boxes.column_by_name(corner);
        let corner = corner.and_then(|corner| corner.as_primitive_opt::<Float64Type>());
        let corner =
            corner.ok_or_else(|| ArrowError::SchemaError("a box has no corner".to_owned()))?;
        // A row without place has a null box around corners of zero.
        let degrees = Float64Array::try_new(corner.values().clone(), boxes.nulls().cloned())?;
        fields.push(Arc::new(records::field(
            property,
            None,
            &SourceColumn::default(),
        )));
        columns.push(Arc::new(degrees));
    }
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns)
}

/// Whether the metadata of GeoParquet says that the geometries are polygons.
fn has_polygons(builder: &ParquetRecordBatchReaderBuilder<File>) -> bool {
    let metadata = builder.metadata().file_metadata().key_value_metadata();
    let geo = metadata
        .into_iter()
        .flatten()
        .find(|pair| pair.key == "geo");
    let geo = geo.and_then(|pair| pair.value.as_deref());
    let geo: Option<serde_json::Value> = geo.and_then(|text| serde_json::from_str(text).ok());
    let types = geo.map(|geo| geo["columns"][GEOMETRY]["geometry_types"].clone());
    types.is_some_and(|types| {
        let mut types = types.as_array().into_iter().flatten();
        types.any(|kind| kind == "Polygon" || kind == "MultiPolygon")
    })
}

/// Corners by row.
#[derive(Default)]
pub(super) struct Corners {
    /// Degrees; not numbers where there is none.
    quads: Vec<Quad>,
    /// Polygons of rows whose ground is no footprint.
    outlines: Outlines,
    /// By row: it has the main rate. Empty where no row has one.
    pub(super) rated: Vec<bool>,
}

const NOWHERE: Quad = [(f64::NAN, f64::NAN); 4];

impl Corners {
    pub(super) fn rows(&self) -> usize {
        self.quads.len()
    }

    pub(super) fn of(&self, row: usize) -> Option<Patch> {
        let quad = self.quads.get(row).filter(|quad| quad[0].0.is_finite());
        let quad = quad.copied().map(Patch::Quad);
        quad.or_else(|| self.outlines.rings(row).map(Patch::Rings))
    }

    pub(super) fn read(path: &Path) -> Result<Self, MapError> {
        let builder = open(path)?;
        let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
        if rows > MOST_ROWS {
            return Err(MapError::TooManyRows { rows });
        }
        let names = PLACE.iter().map(|property| property.name());
        let names = names.chain([GEOMETRY, BBOX, Property::Machinery.name()]);
        let names = names.chain(
            Property::ALL
                .iter()
                .filter(|p| is_main(**p))
                .map(|p| p.name()),
        );
        let mask = ProjectionMask::columns(builder.parquet_schema(), names);
        let geometry = builder.schema().field_with_name(GEOMETRY).ok();
        if geometry.is_none_or(|field| field.data_type() != &DataType::Binary) {
            return Err(unreadable(path, "it has no geometry that Tramline wrote"));
        }
        let mut ground = Ground {
            polygons: has_polygons(&builder),
            ..Ground::default()
        };
        let reader = builder.with_projection(mask).build();
        for batch in reader.map_err(|cause| unreadable(path, cause))? {
            let batch = batch.map_err(|cause| unreadable(path, cause))?;
            let batch = if ground.polygons {
                batch
            } else {
                with_degrees(&batch).map_err(|cause| unreadable(path, cause))?
            };
            ground.add(&batch);
        }
        ground.lay_out();
        let mut corners = ground.corners;
        if !corners.rated.contains(&true) {
            corners.rated = Vec::new();
        }
        let none = corners.quads.iter().all(|quad| quad[0].0.is_nan());
        if none && corners.outlines.is_empty() {
            let squares = ground.middles.iter().map(|(x, y)| paint::square(*x, *y));
            corners.quads = squares.map(|quad| quad.unwrap_or(NOWHERE)).collect();
        }
        Ok(corners)
    }
}

/// Whether the corners turn one way all the way round.
fn is_convex(quad: &Quad) -> bool {
    let turn = |i: usize| {
        let (a, b, c) = (quad[i], quad[(i + 1) % 4], quad[(i + 2) % 4]);
        (b.0 - a.0) * (c.1 - b.1) - (b.1 - a.1) * (c.0 - b.0)
    };
    (0..4).all(|i| turn(i) >= 0.0) || (0..4).all(|i| turn(i) <= 0.0)
}

/// Rows that are being laid out.
#[derive(Default)]
struct Ground {
    polygons: bool,
    corners: Corners,
    names: TrackNames,
    block: Records,
    /// By row of the block: the source tells its section.
    numbered: Vec<bool>,
    frame: Option<LocalFrame>,
    /// Places by row, for rows without width.
    middles: Vec<(f64, f64)>,
}

impl Ground {
    fn add(&mut self, batch: &RecordBatch) {
        let rates: Vec<Column<'_>> = Property::ALL
            .iter()
            .filter(|property| is_main(**property))
            .map(|property| Column::plain(batch, *property))
            .collect();
        let geometry = batch
            .column_by_name(GEOMETRY)
            .and_then(|array| array.as_any().downcast_ref::<BinaryArray>());
        let places = Places::new(batch, &mut self.names);
        for row in 0..batch.num_rows() {
            self.corners
                .rated
                .push(rates.iter().any(|rate| rate.at(row).is_finite()));
            let mut record = places.record(row, &mut self.names, true);
            if places.makes_up_width(row) {
                record.width_m = f64::NAN;
            }
            self.middles.push((record.longitude, record.latitude));
            if self.polygons {
                let wkb = geometry.filter(|geometry| geometry.is_valid(row));
                let wkb = wkb.map(|geometry| geometry.value(row));
                let quad = wkb.and_then(footprint_of).filter(is_convex);
                if let (None, Some(wkb)) = (quad, wkb) {
                    self.corners.outlines.add(self.corners.quads.len(), wkb);
                }
                self.corners.quads.push(quad.unwrap_or(NOWHERE));
            } else {
                self.block.push(record);
                self.numbered.push(places.is_numbered(row));
            }
        }
        if self.block.len() >= BLOCK {
            self.lay_out();
        }
    }

    /// Lays out the footprints of the points that came since the last time.
    fn lay_out(&mut self) {
        let mut records = std::mem::take(&mut self.block);
        let numbered = std::mem::take(&mut self.numbered);
        let first = self.corners.quads.len();
        self.corners.quads.resize(first + records.len(), NOWHERE);
        if self.frame.is_none() {
            self.frame = LocalFrame::around(&records.longitude, &records.latitude);
        }
        let Some(frame) = &self.frame else {
            return;
        };
        let (x, y) = frame.places(&records);
        let names = &self.names;
        spread::settle(&mut records, (&x, &y), &numbered, |track| {
            names.machine(track)
        });
        let tracks = Tracks::of_places(&records, x, y, Headings::default());
        let anchor = anchor::find(&records, &tracks).anchor;
        let steps = thinned(&records, &tracks, anchor, |_| true, STEP_M);
        let mut bounds: Option<[f64; 4]> = None;
        steps.for_each(|_, quad| {
            for (x, y) in quad {
                let [west, south, east, north] = bounds.unwrap_or([x, y, x, y]);
                bounds = Some([west.min(x), south.min(y), east.max(x), north.max(y)]);
            }
        });
        let lattice = bounds.and_then(|b| Lattice::new(b, |x, y| frame.degrees(x, y)));
        let Some(lattice) = lattice else {
            return;
        };
        let quads = self.corners.quads.get_mut(first..).unwrap_or_default();
        steps.for_each(|row, quad| {
            if let Some(slot) = quads.get_mut(row) {
                *slot = quad.map(|(x, y)| lattice.at(x, y));
            }
        });
    }
}
