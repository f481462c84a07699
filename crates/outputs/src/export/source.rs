//! The stored file that an export reads: chosen columns and rows, batch by batch.
//!
//! Rule: one batch in memory. Row groups whose box lies outside of the asked one are not read.

use super::columns::{Column, chosen, column, geometry};
use super::conversion::Conversion;
use super::options::ExportOptions;
use super::region;
use crate::WriteError;
use crate::geoparquet::{BBOX, GEOMETRY};
use crate::values::{Values, values};
use crate::wkb::{Kind, Shape};
use arrow_array::{Array, BinaryArray, RecordBatch};
use arrow_schema::{DataType, FieldRef, Schema, SchemaRef};
use arrow_select::filter::filter_record_batch;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ParquetRecordBatchReaderBuilder};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tramline_model::records::BATCH_ROWS;

/// A stored file with what was chosen of it.
pub(super) struct Source {
    path: PathBuf,
    metadata: ArrowReaderMetadata,
    mask: ProjectionMask,
    bbox: Option<[f64; 4]>,
    conversion: Conversion,
    /// Geometry, box if there is one, then the columns, as batches come.
    schema: SchemaRef,
    pub(super) columns: Vec<Column>,
    /// Kind of the layer.
    pub(super) kind: Kind,
}

/// A batch of chosen rows.
pub(super) struct Rows<'a> {
    pub(super) geometry: &'a BinaryArray,
    pub(super) values: Vec<Values<'a>>,
    /// All of it: geometry, box, columns.
    pub(super) batch: &'a RecordBatch,
    kind: Kind,
}

impl Rows<'_> {
    pub(super) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether the layer is one of points.
    pub(super) fn points(&self) -> bool {
        self.kind == Kind::Point
    }

    /// Whether the layer is one of multipolygons.
    pub(super) fn multi(&self) -> bool {
        self.kind == Kind::MultiPolygon
    }

    /// Reads the geometry of a row into `shape`; `None` where it is null.
    pub(super) fn shape(&self, row: usize, shape: &mut Shape) -> Result<Option<Kind>, WriteError> {
        if self.geometry.is_null(row) {
            return Ok(None);
        }
        match shape.read(self.geometry.value(row)) {
            Some(kind) if kind == self.kind || (kind, self.kind) == MULTI => Ok(Some(kind)),
            other => Err(WriteError::Shape(format!(
                "a geometry of the stored file: it is {}, the layer has {}",
                other.map_or("neither a point nor a polygon", Kind::name),
                self.kind.name()
            ))),
        }
    }
}

/// A polygon in a layer of multipolygons.
const MULTI: (Kind, Kind) = (Kind::Polygon, Kind::MultiPolygon);

impl Source {
    /// Opens a stored file.
    pub(super) fn open(path: &Path, options: &ExportOptions) -> Result<Self, WriteError> {
        let file = File::open(path).map_err(|cause| unreadable(path, &cause))?;
        let metadata = ArrowReaderMetadata::load(&file, Default::default())
            .map_err(|cause| unreadable(path, &cause))?;
        let stored = Arc::clone(metadata.schema());
        let geometry = stored.field_with_name(GEOMETRY).ok();
        if geometry.is_none_or(|field| field.data_type() != &DataType::Binary) {
            return Err(WriteError::Refused(format!(
                "`{}` cannot be exported: it has no column `{GEOMETRY}` of well-known binary; give a \
                 GeoParquet file that Tramline wrote",
                shown(path)
            )));
        }
        let chosen = chosen(stored.fields(), options.columns.as_deref())?;
        region::check(options.bbox)?;
        let place = |name: &str| stored.fields().iter().find(|field| field.name() == name);
        let mut fields: Vec<FieldRef> = place(GEOMETRY).into_iter().cloned().collect();
        fields.extend(place(BBOX).cloned());
        fields.extend(chosen.iter().cloned());
        let first = fields.len() - chosen.len();
        let schema = Arc::new(Schema::new(fields));
        let mask = mask(&metadata, &schema);
        let (conversion, schema) = Conversion::new(schema, options.units);
        let fields = schema.fields().iter().skip(first);
        let columns = fields
            .cloned()
            .map(column)
            .collect::<Result<Vec<Column>, WriteError>>()?;
        let mut source = Self {
            path: path.to_owned(),
            metadata,
            mask,
            bbox: options.bbox,
            conversion,
            schema,
            columns,
            kind: Kind::Point,
        };
        source.kind = source.layer_kind()?;
        Ok(source)
    }

    /// The same rows without columns, for a first look at the geometry.
    pub(super) fn bare(&self) -> Self {
        let count = self.schema.fields().len() - self.columns.len();
        let fields: Vec<FieldRef> = self.schema.fields().iter().take(count).cloned().collect();
        let schema = Arc::new(Schema::new(fields));
        Self {
            path: self.path.clone(),
            metadata: self.metadata.clone(),
            mask: mask(&self.metadata, &schema),
            bbox: self.bbox,
            conversion: Conversion::default(),
            schema,
            columns: Vec::new(),
            kind: self.kind,
        }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// What the metadata says the geometries are; else the kind of the first one.
    fn layer_kind(&self) -> Result<Kind, WriteError> {
        let named = self
            .metadata
            .metadata()
            .file_metadata()
            .key_value_metadata()
            .into_iter()
            .flatten()
            .find(|entry| entry.key == "geo")
            .and_then(|entry| serde_json::from_str::<serde_json::Value>(entry.value.as_ref()?).ok())
            .and_then(|geo| {
                let types = geo["columns"][GEOMETRY]["geometry_types"]
                    .as_array()?
                    .clone();
                types
                    .iter()
                    .map(|name| {
                        [Kind::Point, Kind::Polygon, Kind::MultiPolygon]
                            .into_iter()
                            .find(|kind| name.as_str() == Some(kind.name()))
                    })
                    .collect::<Option<Vec<Kind>>>()?
                    .into_iter()
                    .max()
            });
        if let Some(kind) = named {
            return Ok(kind);
        }
        let mut found = None;
        let mut shape = Shape::default();
        self.each_batch(|batch| {
            let geometry = geometry(batch)?;
            found = (0..geometry.len())
                .filter(|row| geometry.is_valid(*row))
                .find_map(|row| shape.read(geometry.value(row)));
            Ok(found.is_none())
        })?;
        Ok(found.unwrap_or(Kind::Point))
    }

    /// Gives the chosen rows, batch by batch. May be called again.
    pub(super) fn each(
        &self,
        mut each: impl FnMut(&Rows<'_>) -> Result<(), WriteError>,
    ) -> Result<(), WriteError> {
        self.each_batch(|batch| {
            let values = self
                .columns
                .iter()
                .zip(
                    batch
                        .columns()
                        .iter()
                        .skip(self.schema.fields().len() - self.columns.len()),
                )
                .map(|(column, array)| values(&column.field, array.as_ref()))
                .collect::<Result<Vec<Values<'_>>, WriteError>>()?;
            each(&Rows {
                geometry: geometry(batch)?,
                values,
                batch,
                kind: self.kind,
            })?;
            Ok(true)
        })
    }

    fn each_batch(
        &self,
        mut each: impl FnMut(&RecordBatch) -> Result<bool, WriteError>,
    ) -> Result<(), WriteError> {
        let file = File::open(&self.path).map_err(|cause| unreadable(&self.path, &cause))?;
        let groups = self.metadata.metadata().row_groups().iter().enumerate();
        let near: Vec<usize> = groups
            .filter(|(_, group)| self.bbox.is_none_or(|bbox| region::may_touch(group, bbox)))
            .map(|(index, _)| index)
            .collect();
        let reader =
            ParquetRecordBatchReaderBuilder::new_with_metadata(file, self.metadata.clone())
                .with_projection(self.mask.clone())
                .with_row_groups(near)
                .with_batch_size(BATCH_ROWS)
                .build()
                .map_err(|cause| unreadable(&self.path, &cause))?;
        for batch in reader {
            let batch = batch.map_err(|cause| unreadable(&self.path, &cause))?;
            let mut batch = self.ordered(&batch)?;
            if let Some(bbox) = self.bbox {
                let inside = region::inside(&batch, bbox)?;
                batch = filter_record_batch(&batch, &inside)
                    .map_err(|cause| unreadable(&self.path, &cause))?;
            }
            if batch.num_rows() == 0 {
                continue;
            }
            if !each(&self.conversion.apply(batch, &self.schema)?)? {
                break;
            }
        }
        Ok(())
    }

    /// The columns in the order of the schema; the reader gives that of the file.
    fn ordered(&self, batch: &RecordBatch) -> Result<RecordBatch, WriteError> {
        let order = self
            .schema
            .fields()
            .iter()
            .map(|field| batch.schema_ref().index_of(field.name()))
            .collect::<Result<Vec<usize>, _>>();
        order
            .and_then(|order| batch.project(&order))
            .map_err(|cause| unreadable(&self.path, &cause))
    }
}

fn mask(metadata: &ArrowReaderMetadata, schema: &Schema) -> ProjectionMask {
    let stored = metadata.schema();
    let names = schema.fields().iter().map(|field| field.name());
    let roots: Vec<usize> = names
        .filter_map(|name| stored.index_of(name).ok())
        .collect();
    ProjectionMask::roots(metadata.parquet_schema(), roots)
}

/// The name of a file without its folders.
fn shown(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

fn unreadable(path: &Path, cause: &dyn std::fmt::Display) -> WriteError {
    WriteError::Io {
        name: shown(path),
        cause: std::io::Error::other(format!(
            "it cannot be read: {cause}; convert the upload again"
        )),
    }
}
