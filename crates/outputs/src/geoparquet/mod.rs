//! GeoParquet 1.1: WKB points in `geometry`, their boxes in `bbox` as covering, zstd.
//!
//! `longitude` and `latitude` go into the geometry and are no columns any more; a row without
//! position has a null geometry and a null box. With a column of footprints ([`FOOTPRINT`]) the
//! geometry is polygons, and the degrees stay as columns; so with a column of outlines, whose well-known
//! binary becomes the geometry. All other columns keep type and field metadata
//! (property, unit, the source's name), and `units` in the file's metadata maps column to unit. `geo`,
//! `units` and `tramline` (program and origin of each column) stand in the stored Arrow schema too.
//! Row groups have 65,536 rows, fewer where these weigh more than 64 MiB; no more than one is held. The `geo` metadata is a few lines of
//! JSON, made here: a crate for it would bring geometry types that nothing else needs.

pub(crate) mod geometry;
mod metadata;
mod stored;
mod weight;

pub use geometry::{footprint_of, rings_of, wkb_of};
pub use metadata::PROVENANCE;
pub(crate) use metadata::origin_of;
pub(crate) use stored::StoredWriter;

use crate::disk::unwrapped;
use crate::{WriteError, unique_names};
use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use geometry::Bounds;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::schema::types::ColumnPath;
use std::collections::BTreeSet;
use std::io::Write;
use std::sync::Arc;
use tramline_model::records;

/// Name of the geometry column.
pub const GEOMETRY: &str = "geometry";
/// Name of the covering column: a struct of `xmin`, `ymin`, `xmax`, `ymax` in degrees.
pub const BBOX: &str = "bbox";
/// Key of the file metadata that maps each column with a unit to its symbol, as JSON.
pub const UNITS: &str = "units";

/// Name of the column whose lists of eight degrees (longitude, latitude of four corners, counter-clockwise)
/// become polygons.
pub const FOOTPRINT: &str = "footprint";

/// The field of footprints.
pub fn footprint_field() -> Field {
    let item = Arc::new(Field::new("item", DataType::Float64, false));
    let list = DataType::FixedSizeList(item, 2 * geometry::CORNERS);
    Field::new(FOOTPRINT, list, true)
}

const ROW_GROUP_ROWS: usize = 65_536;
/// What the rows of a group weigh at most in memory, so that whoever reads one knows what it takes.
const ROW_GROUP_BYTES: usize = 64 << 20;

/// Writes record batches with `longitude` and `latitude` columns.
pub struct GeoParquetWriter<W: Write + Send> {
    writer: ArrowWriter<W>,
    input: SchemaRef,
    output: SchemaRef,
    longitude: Option<usize>,
    latitude: Option<usize>,
    footprint: Option<usize>,
    outline: Option<usize>,
    /// Kinds of the outlines so far.
    kinds: BTreeSet<&'static str>,
    bounds: Bounds,
    /// Of the rows in the present group.
    group_bytes: usize,
}

impl<W: Write + Send> GeoParquetWriter<W> {
    /// `schema` is that of the batches; field metadata (property, unit, source) is kept.
    ///
    /// # Errors
    /// [`WriteError::Shape`] when a position column is not `Float64` or a column has a type that
    /// Parquet does not know.
    pub fn new(out: W, schema: &SchemaRef) -> Result<Self, WriteError> {
        let footprint = schema.column_with_name(FOOTPRINT).map(|(index, _)| index);
        let (mut longitude, mut latitude) =
            (degrees(schema, "longitude")?, degrees(schema, "latitude")?);
        let outline = records::outline_index(schema);
        if footprint.is_some() || outline.is_some() {
            (longitude, latitude) = (None, None);
        }
        let mut fields = vec![geometry::point_field(GEOMETRY), geometry::bbox_field(BBOX)];
        let names = unique_names(schema.fields(), &[GEOMETRY, BBOX]);
        let mut properties = properties()?;
        for (index, (field, name)) in schema.fields().iter().zip(names).enumerate() {
            if ![longitude, latitude, footprint, outline].contains(&Some(index)) {
                properties = encode(properties, &name, field.data_type());
                fields.push(field.as_ref().clone().with_name(name));
            }
        }
        let output = Arc::new(Schema::new(fields));
        let writer = arrow_writer(out, &output, properties)?;
        let bounds = Bounds::default();
        Ok(Self {
            writer,
            input: Arc::clone(schema),
            output,
            longitude,
            latitude,
            footprint,
            outline,
            kinds: BTreeSet::new(),
            bounds,
            group_bytes: 0,
        })
    }

    /// Appends the rows of a batch, whose columns must have the types of the schema given.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the destination fails, [`WriteError::Shape`] when the batch has
    /// not the columns of the schema.
    pub fn write(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let types = |schema: &Schema| -> Vec<DataType> {
            schema
                .fields()
                .iter()
                .map(|field| field.data_type().clone())
                .collect()
        };
        if &self.input != batch.schema_ref() && types(&self.input) != types(batch.schema_ref()) {
            return Err(WriteError::Shape(
                "a record batch with other columns than the file has".to_owned(),
            ));
        }
        let position = |index: Option<usize>| index.and_then(|index| batch.columns().get(index));
        let points = match (position(self.footprint), position(self.outline)) {
            (_, Some(wkb)) => geometry::outlines(wkb, &mut self.kinds, &mut self.bounds)?,
            (Some(corners), None) => {
                geometry::footprints(corners, batch.num_rows(), &mut self.bounds)?
            }
            (None, None) => geometry::points(
                position(self.longitude),
                position(self.latitude),
                batch.num_rows(),
                &mut self.bounds,
            )?,
        };
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.output.fields().len());
        columns.extend([points.geometry, points.bbox]);
        for (index, column) in batch.columns().iter().enumerate() {
            let own = [self.longitude, self.latitude, self.footprint, self.outline];
            if !own.contains(&Some(index)) {
                columns.push(Arc::clone(column));
            }
        }
        let batch = RecordBatch::try_new(Arc::clone(&self.output), columns)
            .map_err(|e| WriteError::Shape(e.to_string()))?;
        self.append(&batch)
    }

    /// Writes rows; heavy ones begin a group of their own.
    fn append(&mut self, batch: &RecordBatch) -> Result<(), WriteError> {
        let (rows, bytes) = (batch.num_rows(), weight::of(batch));
        if bytes > ROW_GROUP_BYTES && rows > 1 {
            let half = rows / 2;
            self.append(&batch.slice(0, half))?;
            return self.append(&batch.slice(half, rows - half));
        }
        let before = self.writer.in_progress_rows();
        if before > 0 && self.group_bytes + bytes > ROW_GROUP_BYTES {
            self.writer.flush().map_err(failed)?;
            self.group_bytes = 0;
        }
        let before = self.writer.in_progress_rows();
        self.writer.write(batch).map_err(failed)?;
        let now = self.writer.in_progress_rows();
        self.group_bytes = if now == before + rows {
            self.group_bytes + bytes
        } else {
            // The group was full of rows: the rest of the batch is in the next one.
            bytes / rows.max(1) * now
        };
        Ok(())
    }

    /// Writes the last row group and the metadata, and flushes.
    ///
    /// # Errors
    /// [`WriteError::Io`] when the destination fails, [`WriteError::Shape`] when Parquet does
    /// not take the metadata.
    pub fn finish(mut self) -> Result<W, WriteError> {
        let polygons = self.footprint.is_some() || self.outline.is_some();
        let mut kinds: Vec<&str> = self.kinds.iter().copied().collect();
        if kinds.is_empty() {
            kinds.push(if polygons { "Polygon" } else { "Point" });
        }
        for entry in metadata::entries(&self.output, &kinds, self.bounds.corners()) {
            self.writer.append_key_value_metadata(entry);
        }
        let mut out = self.writer.into_inner().map_err(failed)?;
        out.flush().map_err(|cause| WriteError::Io {
            name: "GeoParquet".to_owned(),
            cause,
        })?;
        Ok(out)
    }
}

/// What all files have in common.
fn properties() -> Result<WriterPropertiesBuilder, WriteError> {
    let level = ZstdLevel::try_new(3).map_err(failed)?;
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(level))
        .set_max_row_group_row_count(Some(ROW_GROUP_ROWS))
        .set_dictionary_enabled(false)
        .set_column_statistics_enabled(
            ColumnPath::new(vec![GEOMETRY.to_owned()]),
            EnabledStatistics::None,
        ))
}

/// A writer that leaves the Arrow schema to [`metadata`], which is complete only at the end.
fn arrow_writer<W: Write + Send>(
    out: W,
    schema: &SchemaRef,
    properties: WriterPropertiesBuilder,
) -> Result<ArrowWriter<W>, WriteError> {
    let options = ArrowWriterOptions::new()
        .with_properties(properties.build())
        .with_skip_arrow_metadata(true);
    ArrowWriter::try_new_with_options(out, Arc::clone(schema), options).map_err(failed)
}

/// Dictionary for text and for measured values, which repeat as the source has a coarse grain; the
/// writer gives it up where it does not pay. Differences for instants, which mostly rise.
fn encode(
    properties: WriterPropertiesBuilder,
    name: &str,
    data_type: &DataType,
) -> WriterPropertiesBuilder {
    let path = ColumnPath::new(vec![name.to_owned()]);
    match data_type {
        DataType::Timestamp(_, _) => {
            properties.set_column_encoding(path, Encoding::DELTA_BINARY_PACKED)
        }
        DataType::Boolean => properties,
        _ => properties.set_column_dictionary_enabled(path, true),
    }
}

fn degrees(schema: &Schema, name: &str) -> Result<Option<usize>, WriteError> {
    match schema.column_with_name(name) {
        None => Ok(None),
        Some((index, field)) if field.data_type() == &DataType::Float64 => Ok(Some(index)),
        Some((_, field)) => Err(WriteError::Shape(format!(
            "column `{name}` of type {}: degrees are Float64",
            field.data_type()
        ))),
    }
}

/// Trouble of the destination comes as `External`; anything else is a batch that does not fit.
fn failed(cause: ParquetError) -> WriteError {
    match cause {
        ParquetError::External(cause) => WriteError::Io {
            name: "GeoParquet".to_owned(),
            cause: unwrapped(cause),
        },
        cause => WriteError::Shape(format!("GeoParquet: {cause}")),
    }
}
