//! The standardising step: source points to the standard properties in the output's units, with
//! what can be derived derived, and the points that do not belong there set apart with a reason.

use super::analysis::Fate;
use super::calibrate::Calibrate;
use super::cleanup::Compiled;
use super::columns::{Texts, Work, instant_array, number_array, read_number};
use super::pass::Passed;
use super::products::Products;
use super::totals::Totals;
use super::track::{self, Tracks};
use super::yields::{self, YIELD};
use crate::configuration::{Configuration, CropTable, OwnCropNumbers};
use arrow_array::{
    Array, ArrayRef, BinaryArray, BooleanArray, Int64Array, RecordBatch, TimestampMillisecondArray,
};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use arrow_select::filter::{filter, filter_record_batch};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use tramline_formats::ReadOptions;
use tramline_model::property::Kind;
use tramline_model::records::{self, SourceColumn};
use tramline_model::unit_choice::{is_imperial, output_unit};
use tramline_model::{
    Crop, CropNumbers, OperationDescription, OperationType, Property, Unit, UnitSystem,
};

/// 1990-01-01T00:00:00Z: earlier instants are not believed.
const EARLIEST_MS: i64 = 631_152_000_000;
/// 2100-01-01T00:00:00Z: the latest instant when the caller names none.
const LATEST_MS: i64 = 4_102_444_800_000;
/// Names of crops that are remembered.
pub(super) const CROP_WORDS: usize = 4_096;

/// A source column that is read.
struct Source {
    index: usize,
    property: Property,
    from: &'static Unit,
    to: &'static Unit,
}

/// A column of the output.
enum Output {
    Of(Property),
    OperationType,
    OriginalOperationType,
    Products,
    Machinery,
}

/// What one batch became.
pub(crate) struct Split {
    pub(crate) standard: RecordBatch,
    /// The dropped rows with their reason, if there are any.
    pub(crate) dropped: Option<RecordBatch>,
    /// Every row in the standard schema with what it is to the analysis, where that asks for it.
    pub(crate) all: Option<(RecordBatch, Vec<Fate>)>,
    /// The source's polygons of the rows of `all`, else of `standard`.
    pub(crate) outlines: Option<BinaryArray>,
}

/// Counts for the findings.
#[derive(Debug, Default)]
pub(crate) struct Counts {
    pub(crate) without_instant: u64,
    pub(crate) implausible_instants: u64,
    pub(crate) without_crop: u64,
    pub(crate) unknown_crops: BTreeSet<String>,
    pub(crate) gap_distances: u64,
    pub(crate) yields: yields::Noticed,
}

/// The state of the step for one machine file.
pub(crate) struct Standard {
    pub(crate) operation: OperationType,
    operation_name: String,
    original_operation: Option<String>,
    pub(super) crop: Option<String>,
    pub(super) crop_given: bool,
    variety: Option<String>,
    /// Metres, given at upload for points without a width.
    width_m: Option<f64>,
    pub(super) table: CropTable,
    pub(super) own_numbers: BTreeMap<&'static str, OwnCropNumbers>,
    pub(super) cap: bool,
    pub(crate) calibration: Calibrate,
    cleanup: Option<Compiled>,
    /// The rules that do not ask for a crop in the machine.
    cleanup_without_mass: Option<Compiled>,
    /// Dropped rows are handed on too: their sensors tell of other places.
    pub(crate) hands_on_all: bool,
    latest_ms: i64,
    imperial: bool,
    sources: Vec<Source>,
    pub(super) units: Vec<Option<&'static Unit>>,
    outputs: Vec<Output>,
    pub(crate) schema: SchemaRef,
    dropped_schema: SchemaRef,
    pub(crate) products: Products,
    /// Columns of a merge that go through as they are.
    pub(super) passed: Passed,
    pub(super) tracks: Tracks,
    pub(super) crops: HashMap<String, (String, Option<CropNumbers>)>,
    /// Properties with a value in a point of usable position.
    pub(crate) present: BTreeSet<Property>,
    pub(crate) derived: BTreeSet<Property>,
    /// Columns whose unit does not fit their property: left out.
    pub(crate) refused: Vec<String>,
    pub(crate) unknown_rules: Vec<String>,
    pub(crate) counts: Counts,
    pub(crate) totals: Totals,
    pub(crate) dropped: BTreeMap<String, u64>,
}

impl Standard {
    pub(crate) fn new(
        description: &OperationDescription,
        configuration: &Configuration,
        system: UnitSystem,
        read: &ReadOptions,
    ) -> Self {
        let operation = description.operation_type.clone();
        let mut sources = Vec::new();
        let mut refused = Vec::new();
        let fields = description.points_schema.fields();
        let families: Vec<bool> = fields
            .iter()
            .filter_map(|f| records::unit_of(f))
            .filter_map(is_imperial)
            .collect();
        let imperial = families.iter().filter(|us| **us).count() * 2 > families.len();
        let mut units: Vec<Option<&'static Unit>> = Property::ALL
            .iter()
            .map(|property| output_unit(*property, None, system, imperial))
            .collect();
        for (index, field) in fields.iter().enumerate() {
            let Some(property) = records::property_of(field) else {
                continue;
            };
            if property.kind() != Kind::Number {
                continue;
            }
            let assumed = output_unit(property, None, UnitSystem::Metric, false);
            let Some(from) = records::unit_of(field).or(assumed) else {
                continue;
            };
            if !property.accepts(from.dimension) {
                refused.push(format!("`{}` in `{}`", property.name(), from.symbol));
                continue;
            }
            let Some(to) = output_unit(property, Some(from), system, imperial) else {
                continue;
            };
            if let Some(slot) = units.get_mut(property as usize) {
                *slot = Some(to);
            }
            sources.push(Source {
                index,
                property,
                from,
                to,
            });
        }
        let cleanup = configuration
            .cleanup_standard_geojson
            .then(|| Compiled::new(&configuration.cleanup_rules));
        let unknown_rules = cleanup
            .as_ref()
            .map(|c| c.unknown.clone())
            .unwrap_or_default();
        let mut standard = Self {
            operation_name: operation.name().to_owned(),
            operation,
            original_operation: description.original_operation_type.clone(),
            crop: read.crop.clone().or_else(|| description.crop.clone()),
            crop_given: read.crop.is_some(),
            variety: description.variety.clone(),
            width_m: read.equipment_width_m.filter(|w| *w > 0.0 && w.is_finite()),
            table: configuration.crop_table,
            own_numbers: configuration
                .crop_numbers
                .iter()
                .filter_map(|(word, numbers)| Some((Crop::find(word)?.name, *numbers)))
                .collect(),
            cap: configuration.cap_dry_mass,
            calibration: Calibrate::No,
            cleanup,
            cleanup_without_mass: configuration
                .cleanup_standard_geojson
                .then(|| Compiled::without_mass(&configuration.cleanup_rules)),
            hands_on_all: false,
            latest_ms: read.latest_instant_ms.unwrap_or(LATEST_MS),
            imperial,
            sources,
            units,
            outputs: Vec::new(),
            schema: Arc::new(Schema::empty()),
            dropped_schema: Arc::new(Schema::empty()),
            products: Products::new(description),
            passed: Passed::default(),
            tracks: Tracks::default(),
            crops: HashMap::new(),
            present: BTreeSet::new(),
            derived: BTreeSet::new(),
            refused,
            unknown_rules,
            counts: Counts::default(),
            totals: Totals::default(),
            dropped: BTreeMap::new(),
        };
        standard.lay_out(&description.points_schema);
        standard
    }

    pub(crate) fn unit(&self, property: Property) -> Option<&'static Unit> {
        self.units.get(property as usize).copied().flatten()
    }

    /// The output units of another unit system; `own` is that of the standard output.
    pub(crate) fn units_in(
        &self,
        system: UnitSystem,
        own: UnitSystem,
    ) -> Vec<Option<&'static Unit>> {
        if system == own {
            return self.units.clone();
        }
        Property::ALL
            .iter()
            .map(|property| {
                let source = self
                    .sources
                    .iter()
                    .find(|s| s.property == *property)
                    .map(|s| s.from);
                output_unit(*property, source, system, self.imperial)
            })
            .collect()
    }

    /// Columns of the output, in the order of the properties.
    fn lay_out(&mut self, source: &Schema) {
        let has = |property: Property| source.index_of(property.name()).is_ok();
        let harvest = self.operation == OperationType::Harvested;
        let mut fields: Vec<Field> = Vec::new();
        for &property in Property::ALL {
            let wanted = match property {
                Property::Longitude
                | Property::Latitude
                | Property::Timestamp
                | Property::Distance
                | Property::Heading
                | Property::Speed
                | Property::Area => true,
                Property::Product | Property::Machinery => false,
                Property::Crop => has(property) || self.crop.is_some(),
                Property::EquipmentWidth => has(property) || self.width_m.is_some(),
                Property::Variety => has(property) || self.variety.is_some(),
                other => has(other) || (harvest && YIELD.contains(&other)),
            };
            if wanted {
                let origin = source.field_with_name(property.name()).ok();
                fields.push(self.output_field(property, origin));
                self.outputs.push(Output::Of(property));
            }
            if property == Property::Timestamp {
                fields.push(text_field("operationType"));
                self.outputs.push(Output::OperationType);
                if self.original_operation.is_some() {
                    fields.push(text_field("originalOperationType"));
                    self.outputs.push(Output::OriginalOperationType);
                }
            }
        }
        if self.operation == OperationType::Applied {
            fields.push(json_field("products", DataType::Utf8));
            self.outputs.push(Output::Products);
        }
        if has(Property::Machinery) || self.products.machinery.is_some() {
            fields.push(json_field("machinery", dictionary()));
            self.outputs.push(Output::Machinery);
        }
        self.schema = Arc::new(Schema::new(fields.clone()));
        fields.push(text_field("reason"));
        fields.push(text_field("step"));
        self.dropped_schema = Arc::new(Schema::new(fields));
    }

    fn output_field(&self, property: Property, origin: Option<&Field>) -> Field {
        let mut field = records::field(property, self.unit(property), &SourceColumn::default());
        let mut metadata = field.metadata().clone();
        match origin {
            Some(origin) => {
                for (key, value) in origin.metadata() {
                    metadata.entry(key.clone()).or_insert_with(|| value.clone());
                }
            }
            None => {
                let given = property == Property::EquipmentWidth;
                let provenance = if given { "given" } else { "derived" };
                metadata.insert(records::PROVENANCE.to_owned(), provenance.to_owned());
            }
        }
        if property.kind() == Kind::Text {
            field = field.with_data_type(dictionary());
        }
        field.with_metadata(metadata)
    }

    pub(crate) fn dropped_schema(&self) -> &SchemaRef {
        &self.dropped_schema
    }

    /// Refines one batch of source points.
    pub(crate) fn refine(&mut self, batch: &RecordBatch) -> Result<Split, ArrowError> {
        let mut work = self.decode(batch);
        let rows = work.rows;
        let mut keep = vec![true; rows];
        let mut reasons = Reasons::new(rows);
        super::position::check(&work, |row, reason| {
            keep[row] = false;
            reasons.set(row, reason);
        });
        let way = self.tracks.follow(&work, &keep);
        self.derive(&mut work, &way);
        self.normalise_crops(&mut work);
        if self.operation == OperationType::Harvested {
            // After the area, which may come from mass and yield and must not move.
            self.calibrate(&mut work);
            self.fill_yields(&mut work, &way.seconds);
        }
        for property in Property::ALL {
            if !self.present.contains(property) && self.has_value(&work, *property, &keep) {
                self.present.insert(*property);
            }
        }
        self.count_instants(&work, &keep);
        let placed = self.hands_on_all.then(|| keep.clone());
        if let Some(cleanup) = &self.cleanup {
            let before = keep.clone();
            cleanup.apply(
                &work,
                self.products.planned_rates(),
                &before,
                |row, reason| {
                    keep[row] = false;
                    reasons.set(row, reason);
                },
            );
        }
        let units = &self.units;
        self.totals.add(
            &work,
            &keep,
            &way.instant,
            self.operation == OperationType::Harvested,
            |property| units.get(property as usize).copied().flatten(),
        );
        for (reason, count) in reasons.counts() {
            *self.dropped.entry(reason.to_owned()).or_default() += count;
        }
        let fates = placed.map(|placed| self.fates(&work, &placed, &keep));
        let every = fates.is_some();
        let mut split = self.split(work, &keep, &reasons, fates)?;
        split.outlines = outlines_of(batch, &keep, every)?;
        Ok(split)
    }

    /// What each row is to the analysis; `placed` rows have a position.
    fn fates(&self, work: &Work, placed: &[bool], keep: &[bool]) -> Vec<Fate> {
        let mut at_work: Vec<bool> = placed.iter().zip(keep).map(|(p, k)| *p && !*k).collect();
        if let Some(rules) = &self.cleanup_without_mass {
            let asked = at_work.clone();
            rules.apply(work, self.products.planned_rates(), &asked, |row, _| {
                at_work[row] = false;
            });
        }
        keep.iter()
            .zip(at_work)
            .map(|(kept, at_work)| match (kept, at_work) {
                (true, _) => Fate::Standard,
                (false, true) => Fate::Restorable,
                (false, false) => Fate::Passive,
            })
            .collect()
    }

    /// Rows that stay, and those that go with their reason.
    pub(super) fn split(
        &self,
        work: Work,
        keep: &[bool],
        reasons: &Reasons,
        fates: Option<Vec<Fate>>,
    ) -> Result<Split, ArrowError> {
        let rows = work.rows;
        let full = self.encode(work)?;
        let all = fates.map(|fates| (full.clone(), fates));
        if keep.iter().all(|kept| *kept) {
            return Ok(Split {
                standard: full,
                dropped: None,
                all,
                outlines: None,
            });
        }
        let mask = BooleanArray::from(keep.to_vec());
        let standard = filter_record_batch(&full, &mask)?;
        let inverse = BooleanArray::from(keep.iter().map(|kept| !*kept).collect::<Vec<bool>>());
        let mut columns = full.columns().to_vec();
        columns.push(reasons.texts.array());
        columns.push(Texts::constant("standard", rows).array());
        let with_reason = RecordBatch::try_new(Arc::clone(&self.dropped_schema), columns)?;
        let dropped = filter_record_batch(&with_reason, &inverse)?;
        Ok(Split {
            standard,
            dropped: Some(dropped),
            all,
            outlines: None,
        })
    }

    /// Standard rows as dropped ones, all for one reason.
    pub(crate) fn as_dropped(
        &self,
        batch: &RecordBatch,
        reason: &str,
        step: &str,
    ) -> Result<RecordBatch, ArrowError> {
        let mut columns = batch.columns().to_vec();
        columns.push(Texts::constant(reason, batch.num_rows()).array());
        columns.push(Texts::constant(step, batch.num_rows()).array());
        RecordBatch::try_new(Arc::clone(&self.dropped_schema), columns)
    }

    pub(super) fn has_value(&self, work: &Work, property: Property, keep: &[bool]) -> bool {
        match property.kind() {
            Kind::Number => work
                .number(property)
                .is_some_and(|v| v.iter().zip(keep).any(|(v, kept)| *kept && !v.is_nan())),
            Kind::Text => work
                .text(property)
                .is_some_and(|t| t.keys.iter().zip(keep).any(|(k, kept)| *kept && *k >= 0)),
            Kind::Instant => work
                .instants
                .as_ref()
                .is_some_and(|i| i.iter().zip(keep).any(|(i, kept)| *kept && i.is_some())),
            Kind::Integer => false,
        }
    }

    pub(super) fn decode(&mut self, batch: &RecordBatch) -> Work {
        let mut work = Work::new(batch.num_rows());
        for source in &self.sources {
            if let Some(values) = read_number(batch, source.index, source.from, source.to) {
                work.set_number(source.property, values);
            }
        }
        let text = |property| {
            records::column_index(batch, property)
                .and_then(|index| batch.columns().get(index))
                .and_then(Texts::read)
        };
        for property in [
            Property::RecordingStatus,
            Property::Crop,
            Property::Variety,
            Property::Product,
            Property::Machinery,
            Property::TillType,
        ] {
            if let Some(texts) = text(property) {
                work.set_text(property, texts);
            }
        }
        let integers = |property| {
            records::column_index(batch, property)
                .and_then(|index| batch.columns().get(index))
                .and_then(|array| array.as_any().downcast_ref::<Int64Array>())
                .cloned()
        };
        work.section = integers(Property::SectionId);
        work.product_index = integers(Property::ProductIndex);
        work.instants = self.decode_instants(batch);
        if let Some(variety) = &self.variety
            && work.text(Property::Variety).is_none()
        {
            work.set_text(Property::Variety, Texts::constant(variety, work.rows));
        }
        work
    }

    fn decode_instants(&mut self, batch: &RecordBatch) -> Option<Vec<Option<i64>>> {
        let index = records::column_index(batch, Property::Timestamp)?;
        let array = batch.columns().get(index)?;
        let array = array.as_any().downcast_ref::<TimestampMillisecondArray>()?;
        let allowed = EARLIEST_MS..=self.latest_ms;
        let instants = array
            .iter()
            .map(|instant| match instant {
                Some(ms) if !allowed.contains(&ms) => {
                    self.counts.implausible_instants += 1;
                    None
                }
                other => other,
            })
            .collect();
        Some(instants)
    }

    fn count_instants(&mut self, work: &Work, keep: &[bool]) {
        let without = match &work.instants {
            Some(i) => i
                .iter()
                .zip(keep)
                .filter(|(i, kept)| **kept && i.is_none())
                .count(),
            None => keep.iter().filter(|kept| **kept).count(),
        };
        self.counts.without_instant += without as u64;
    }

    /// Distance, heading, speed and area, where the source has none.
    fn derive(&mut self, work: &mut Work, way: &track::Way) {
        let factor = |s: &Self, property| s.unit(property).map_or(f64::NAN, |u| u.factor);
        let [speed, interval, width, distance, mass, mass_area] = [
            Property::Speed,
            Property::SamplingInterval,
            Property::EquipmentWidth,
            Property::Distance,
            Property::WetMass,
            Property::WetMassPerArea,
        ]
        .map(|property| factor(self, property));
        let at = |values: &[f64], row: usize| values.get(row).copied().unwrap_or(f64::NAN);
        let mut gaps = 0;
        self.fill(work, Property::Distance, |work, row| {
            let metres = at(&way.metres, row);
            if metres.is_nan() {
                if way.instant.get(row).copied().unwrap_or(0) == 0 {
                    return f64::NAN;
                }
                gaps += 1;
                let by_speed = work.at(Property::Speed, row)
                    * speed
                    * work.at(Property::SamplingInterval, row)
                    * interval;
                if by_speed.is_nan() { 0.0 } else { by_speed }
            } else {
                metres
            }
        });
        self.counts.gap_distances += gaps;
        self.fill(work, Property::Heading, |_, row| at(&way.heading, row));
        // Logged way and interval first: they are smoother than steps between positions.
        let logged = [Property::Distance, Property::SamplingInterval]
            .iter()
            .all(|property| {
                self.sources
                    .iter()
                    .any(|source| source.property == *property)
            });
        self.fill(work, Property::Speed, |work, row| {
            let driven = work.at(Property::Distance, row) * distance;
            let seconds = work.at(Property::SamplingInterval, row) * interval;
            let by_log = driven / seconds;
            if logged && seconds > 0.0 && !by_log.is_nan() {
                return by_log;
            }
            let known = at(&way.speed, row);
            if !known.is_nan() {
                return known;
            }
            let (step, time) = (at(&way.metres, row), at(&way.seconds, row));
            let time = if time >= track::SPEED_SECONDS {
                time
            } else {
                seconds
            };
            let metres = if step.is_nan() { driven } else { step };
            if time > 0.0 { metres / time } else { f64::NAN }
        });
        if let (Some(unit), Some(metres)) = (self.unit(Property::EquipmentWidth), self.width_m) {
            track::fill(work, Property::EquipmentWidth, unit, |_, _| metres);
        }
        self.fill(work, Property::Area, |work, row| {
            let area = work.at(Property::Distance, row)
                * distance
                * work.at(Property::EquipmentWidth, row)
                * width;
            if area.is_nan() {
                work.at(Property::WetMass, row) * mass
                    / (work.at(Property::WetMassPerArea, row) * mass_area)
            } else {
                area
            }
        });
    }

    fn fill(&mut self, work: &mut Work, property: Property, base: impl FnMut(&Work, usize) -> f64) {
        if let Some(unit) = self.unit(property)
            && track::fill(work, property, unit, base)
        {
            self.derived.insert(property);
        }
    }

    pub(super) fn encode(&self, mut work: Work) -> Result<RecordBatch, ArrowError> {
        let rows = work.rows;
        let absent = || Texts {
            keys: vec![-1; rows],
            values: Vec::new(),
        };
        let mut columns: Vec<ArrayRef> = Vec::with_capacity(self.outputs.len());
        // Texts of JSON need the numbers, so they are made before the numbers are moved out.
        let products = self
            .outputs
            .iter()
            .any(|o| matches!(o, Output::Products) && self.passed.products.is_none())
            .then(|| {
                self.products
                    .column(&work, self.unit(Property::AppliedRate))
            });
        for output in &self.outputs {
            columns.push(match output {
                Output::OperationType => Texts::constant(&self.operation_name, rows).array(),
                Output::OriginalOperationType => {
                    let name = self.original_operation.as_deref().unwrap_or_default();
                    Texts::constant(name, rows).array()
                }
                Output::Products => match products.as_ref().or(self.passed.products.as_ref()) {
                    Some(array) => Arc::clone(array),
                    None => absent().array(),
                },
                Output::Machinery => match &self.passed.machinery {
                    Some(array) => Arc::clone(array),
                    None => self.products.machinery_column(&work),
                },
                Output::Of(property) => match property.kind() {
                    Kind::Number => number_array(work.take_number(*property)),
                    Kind::Text => match work.text(*property) {
                        Some(texts) => texts.array(),
                        None => absent().array(),
                    },
                    Kind::Instant => match &work.instants {
                        Some(instants) => instant_array(instants),
                        None => instant_array(&vec![None; rows]),
                    },
                    Kind::Integer => {
                        let array = match property {
                            Property::SectionId => work.section.clone(),
                            _ => work.product_index.clone(),
                        };
                        Arc::new(array.unwrap_or_else(|| Int64Array::new_null(rows)))
                    }
                },
            });
        }
        RecordBatch::try_new(Arc::clone(&self.schema), columns)
    }
}

/// The polygons of the rows that are kept, or of `every` row.
fn outlines_of(
    batch: &RecordBatch,
    keep: &[bool],
    every: bool,
) -> Result<Option<BinaryArray>, ArrowError> {
    let index = records::outline_index(batch.schema_ref());
    let Some(array) = index.and_then(|index| batch.columns().get(index)) else {
        return Ok(None);
    };
    let kept = if every || keep.iter().all(|kept| *kept) {
        Arc::clone(array)
    } else {
        filter(array, &BooleanArray::from(keep.to_vec()))?
    };
    Ok(kept.as_any().downcast_ref().cloned())
}

/// The reason of each dropped row.
pub(super) struct Reasons {
    texts: Texts,
}

impl Reasons {
    pub(super) fn new(rows: usize) -> Self {
        Self {
            texts: Texts {
                keys: vec![-1; rows],
                values: Vec::new(),
            },
        }
    }

    pub(super) fn set(&mut self, row: usize, reason: &str) {
        let known = self.texts.values.iter().position(|r| r == reason);
        let key = known.unwrap_or_else(|| {
            self.texts.values.push(reason.to_owned());
            self.texts.values.len() - 1
        });
        if let (Some(slot), Ok(key)) = (self.texts.keys.get_mut(row), i32::try_from(key)) {
            *slot = key;
        }
    }

    fn counts(&self) -> Vec<(&str, u64)> {
        let mut counts = vec![0; self.texts.values.len()];
        for key in &self.texts.keys {
            if let Some(slot) = usize::try_from(*key).ok().and_then(|k| counts.get_mut(k)) {
                *slot += 1;
            }
        }
        self.texts
            .values
            .iter()
            .map(String::as_str)
            .zip(counts)
            .collect()
    }
}

fn dictionary() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn text_field(name: &str) -> Field {
    Field::new(name, dictionary(), true)
}

fn json_field(name: &str, data_type: DataType) -> Field {
    let metadata = HashMap::from([("tramline.json".to_owned(), "1".to_owned())]);
    Field::new(name, data_type, true).with_metadata(metadata)
}
