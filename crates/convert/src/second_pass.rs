//! What needs the whole file, from the kept batches: the filtered output, the covered ground, footprints
//! and images.

use crate::configuration::ramp;
use crate::file::{File, shape};
use crate::report::PointCounts;
use crate::run::{Options, RunError};
use crate::steps::filter::{self, Filter};
use crate::steps::images::Images;
use crate::steps::point_outline::PointOutline;
use crate::steps::{analysis, findings, polygons, summary};
use crate::writers::Artifact;
use arrow_array::{Array, BooleanArray, Float64Array, RecordBatch};
use arrow_select::filter::filter_record_batch;
use serde_json::value::RawValue;
use tramline_model::{OperationType, Place, Property};
use tramline_outputs::Sink;
use tramline_render::Ramp;

impl File {
    /// Filtered output and covered ground from the kept standard batches.
    pub(crate) fn second_pass(
        &mut self,
        options: &Options,
        sink: &mut dyn Sink,
        points: &mut PointCounts,
    ) -> Result<Described, RunError> {
        let configuration = &options.configuration;
        let filtered = configuration.operations_filtered_geojson;
        self.analysis.finish(&self.standard);
        let outline = self.analysis.outline();
        let rules = Filter::new(
            configuration,
            &self.standard.totals,
            self.standard.operation == OperationType::Harvested,
            self.standard.unit(Property::Speed),
        );
        let geojson = (filtered && options.geojson)
            .then(|| Artifact::geojson(sink, self.name("filtered.geojson"), serde_json::Map::new()))
            .transpose()?;
        let parquet = (filtered && options.geoparquet)
            .then(|| {
                let schema = self.standard.schema.clone();
                Artifact::geoparquet(sink, self.name("filtered.parquet"), schema)
            })
            .transpose()?;
        let polygon_schema = polygons::schema(&self.standard.schema, self.analysis.has_polygons());
        let polygon = configuration
            .makes_polygons()
            .then(|| {
                Artifact::geoparquet(sink, self.name("polygon.parquet"), polygon_schema.clone())
            })
            .transpose()?;
        // The records of the first pass are points.
        let records = self.artifacts.get("adaptStandardRecords").cloned();
        let covered = records
            .filter(|_| polygon.is_some())
            .map(|name| Artifact::adapt_records(sink, name, polygon_schema.clone()))
            .transpose()?;
        let mut images = configuration.file_images.then(|| {
            Images::new(
                &self.standard,
                &configuration.files_image_attribute_creation,
            )
        });
        let bounds = self.standard.totals.bounds.unwrap_or_default();
        let mut around = outline
            .is_none()
            .then(|| PointOutline::new(bounds, self.buffer_radius()));
        let spool = std::mem::take(&mut self.spool);
        let restorable = std::mem::take(&mut self.restorable);
        let decides = self.analysis.cleaning.decides();
        let mut kept_rows: Vec<bool> = Vec::new();
        let mut row = 0;
        spool.replay(|batch| {
            if let Some(around) = &mut around {
                surround(around, &batch);
            }
            if let Some(polygon) = &polygon {
                let with = polygons::with_footprints(&batch, &polygon_schema, &self.analysis, row)
                    .map_err(shape)?;
                let with = without_restorable(with, &restorable, &mut row.clone())?;
                for writer in [Some(polygon), covered.as_ref()].into_iter().flatten() {
                    if !writer.write(&with) {
                        return Err(shape(format!("`{}`: the writer ended early", writer.name)));
                    }
                }
            }
            if let Some(images) = &mut images {
                let points = without_restorable(batch.clone(), &restorable, &mut row.clone())?;
                images.add(&points);
            }
            if !filtered {
                row += batch.num_rows();
                return Ok(());
            }
            let first = row;
            let rows = first..first + batch.num_rows();
            let (batch, verdict) = if decides {
                row = rows.end;
                self.cleaned(batch, rows, &restorable, points)?
            } else {
                let batch = without_restorable(batch, &restorable, &mut row)?;
                let verdict = rules.judge(&batch);
                (batch, verdict)
            };
            if decides || restorable.is_empty() {
                kept_rows.extend(verdict.keep.iter().map(|kept| kept == Some(true)));
            } else {
                let mut judged = verdict.keep.iter();
                let stood = restorable.get(first..row).unwrap_or_default();
                kept_rows.extend(
                    stood
                        .iter()
                        .map(|restorable| !restorable && judged.next().flatten() == Some(true)),
                );
            }
            let kept = filter_record_batch(&batch, &verdict.keep).map_err(shape)?;
            points.filtered += kept.num_rows() as u64;
            for writer in [&geojson, &parquet].into_iter().flatten() {
                if !writer.write(&kept) {
                    return Err(shape(format!("`{}`: the writer ended early", writer.name)));
                }
            }
            for (reason, mask) in &verdict.refused {
                let count = mask.true_count() as u64;
                if count > 0 {
                    *points.dropped.entry((*reason).to_owned()).or_default() += count;
                    let gone = filter_record_batch(&batch, mask).map_err(shape)?;
                    let gone = self
                        .standard
                        .as_dropped(&gone, reason, "filtered")
                        .map_err(shape)?;
                    self.drop_points(&gone, sink)?;
                }
            }
            Ok(())
        })?;
        self.keep("filteredGeojson", geojson)?;
        self.keep("filteredGeoparquet", parquet)?;
        self.keep("polygonGeoparquet", polygon)?;
        self.keep("adaptStandardRecords", covered)?;
        let geometry = match (outline, around) {
            (Some(outline), _) => serde_json::value::to_raw_value(&summary::geometry(&outline)),
            (None, Some(around)) => serde_json::value::to_raw_value(&around.geometry()),
            (None, None) => serde_json::value::to_raw_value(&serde_json::Value::Null),
        };
        let painted = match images {
            Some(images) => self.paint(images, &ramp(configuration), &restorable, sink)?,
            None => false,
        };
        let profile = configuration.filter_profile;
        let extensions = analysis::documents(
            &self.standard,
            &self.analysis,
            filtered.then_some(profile),
            &kept_rows,
            &points.dropped,
        );
        let place = Place::entry(
            self.description
                .entries
                .first()
                .cloned()
                .unwrap_or_default(),
        );
        self.findings
            .extend(findings::of_cleaning(&self.analysis.cleaning, &place));
        Ok(Described {
            geometry: geometry.map_err(shape)?,
            extensions,
            painted,
        })
    }

    /// Writes the images; false when there are none.
    fn paint(
        &mut self,
        images: Images,
        ramp: &Ramp,
        restorable: &[bool],
        sink: &mut dyn Sink,
    ) -> Result<bool, RunError> {
        let dir = self.identity.dir.clone();
        let name = |file: &str| format!("{dir}/{file}");
        // Standard rows by their place in the spool, where restorable ones lie between.
        let places: Vec<usize> = (0..restorable.len())
            .filter(|row| !restorable[*row])
            .collect();
        let spool = |row: usize| places.get(row).copied().unwrap_or(row);
        let units = self.standard.units_in(self.units, self.units);
        let painted = images.write(sink, &name, &self.analysis, &spool, ramp, &units)?;
        if painted {
            self.artifacts.insert("images", name("images.json"));
            self.artifacts.insert("zippedPNGs", name("images.zip"));
        }
        Ok(painted)
    }

    /// A batch of the spool as the analysis has judged it: values after the lag, and a verdict.
    fn cleaned(
        &mut self,
        batch: RecordBatch,
        rows: std::ops::Range<usize>,
        restorable: &[bool],
        points: &mut PointCounts,
    ) -> Result<(RecordBatch, filter::Verdict), RunError> {
        let cleaning = &self.analysis.cleaning;
        let stood = restorable.get(rows.clone()).unwrap_or_default();
        let restores = cleaning.restores();
        if restores {
            points.restored += stood.iter().filter(|restored| **restored).count() as u64;
        }
        let reasons = cleaning.reasons.get(rows.clone()).unwrap_or_default();
        let verdict = filter::Verdict::of_reasons(batch.num_rows(), reasons, |row| {
            restores || !stood.get(row).copied().unwrap_or(false)
        });
        if cleaning.mass_kg.is_empty() {
            return Ok((batch, verdict));
        }
        let mass_kg = cleaning.mass_kg.get(rows.clone()).unwrap_or_default();
        let moisture = cleaning.moisture.get(rows).unwrap_or_default();
        let batch = self
            .standard
            .lagged(&batch, mass_kg, moisture)
            .map_err(shape)?;
        Ok((batch, verdict))
    }

    /// Half the implement's width, else half the way between points, in metres.
    fn buffer_radius(&self) -> f64 {
        let totals = &self.standard.totals;
        let metres = |property: Property| {
            let factor = self.standard.unit(property).map_or(1.0, |unit| unit.factor);
            totals.statistic(property).mean().map(|mean| mean * factor)
        };
        let width = metres(Property::EquipmentWidth).filter(|w| *w > 0.0);
        width.or_else(|| metres(Property::Distance)).unwrap_or(2.0) / 2.0
    }
}

/// What the second pass leaves for the summary.
pub(crate) struct Described {
    pub(crate) geometry: Box<RawValue>,
    pub(crate) extensions: analysis::Documents,
    pub(crate) painted: bool,
}

/// The rows of a batch that are in the standard output; `row` is the place of the first in the
/// spool, and moves on.
pub(crate) fn without_restorable(
    batch: RecordBatch,
    restorable: &[bool],
    row: &mut usize,
) -> Result<RecordBatch, RunError> {
    let rows = *row..*row + batch.num_rows();
    *row = rows.end;
    match restorable.get(rows) {
        Some(stood) if stood.contains(&true) => {
            let keep: BooleanArray = stood.iter().map(|r| Some(!r)).collect();
            filter_record_batch(&batch, &keep).map_err(shape)
        }
        _ => Ok(batch),
    }
}

fn surround(around: &mut PointOutline, batch: &RecordBatch) {
    let column = |property: Property| {
        batch
            .column_by_name(property.name())
            .and_then(|array| array.as_any().downcast_ref::<Float64Array>())
    };
    if let (Some(longitudes), Some(latitudes)) =
        (column(Property::Longitude), column(Property::Latitude))
    {
        for (longitude, latitude) in longitudes.iter().zip(latitudes) {
            if let (Some(longitude), Some(latitude)) = (longitude, latitude) {
                around.add(longitude, latitude);
            }
        }
    }
}
