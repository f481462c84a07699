//! A receiver that measures what a reader of Deere logs pushes, without keeping it.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use std::collections::BTreeMap;
use tramline_formats::{Claim, Limits, ReadOptions, Tree, registry};
use tramline_model::{
    Dimension, Ending, Finding, OperationDescription, Property, ReadError, Receiver, Stop, records,
};

#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    pub(crate) count: u64,
    pub(crate) min: f64,
    pub(crate) max: f64,
    pub(crate) sum: f64,
    pub(crate) code: String,
    pub(crate) unit: String,
}

impl Quantity {
    fn new(code: &str, unit: &str) -> Self {
        Self {
            count: 0,
            min: f64::INFINITY,
            max: f64::NEG_INFINITY,
            sum: 0.0,
            code: code.to_owned(),
            unit: unit.to_owned(),
        }
    }

    fn add(&mut self, value: f64) {
        self.count += 1;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        self.sum += value;
    }
}

/// What one machine file held.
#[derive(Default)]
pub(crate) struct Measured {
    pub(crate) kind: String,
    pub(crate) raw_rows: u64,
    /// Rows of each raw batch.
    pub(crate) batches: Vec<u64>,
    /// Raw rows with a position of the receiver, and those with a fix.
    pub(crate) positions: u64,
    pub(crate) placed: u64,
    pub(crate) first: Option<i64>,
    pub(crate) last: Option<i64>,
    /// West, south, east, north of the fixes.
    pub(crate) bounds: Option<[f64; 4]>,
    /// By source name and unit.
    pub(crate) quantities: BTreeMap<(String, String), Quantity>,
    /// By column.
    pub(crate) columns: BTreeMap<String, Quantity>,
    pub(crate) raw_mass_kg: f64,
    /// Times with a point, and those with a section on.
    pub(crate) instants: u64,
    pub(crate) instants_on: u64,
    /// Widths that were on, per time.
    pub(crate) widths_m: f64,
    pub(crate) area_m2: f64,
    pub(crate) mass_on_kg: f64,
    pub(crate) seeds: f64,
    pub(crate) seeds_target: f64,
    pub(crate) litres: f64,
    pub(crate) litres_target: f64,
    pub(crate) kilograms: f64,
    pub(crate) kilograms_target: f64,
    last_instant: Option<(Option<i64>, bool)>,
}

#[derive(Default)]
struct Meter {
    files: Vec<Measured>,
    said: Vec<String>,
}

impl Meter {
    fn file(&mut self) -> &mut Measured {
        self.files.last_mut().expect("begun")
    }
}

fn widen(bounds: &mut Option<[f64; 4]>, lon: f64, lat: f64) {
    let b = bounds.get_or_insert([lon, lat, lon, lat]);
    *b = [b[0].min(lon), b[1].min(lat), b[2].max(lon), b[3].max(lat)];
}

impl Receiver for Meter {
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop> {
        self.files.push(Measured {
            kind: operation.operation_type.name().to_owned(),
            ..Measured::default()
        });
        Ok(())
    }

    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let file = self.file();
        file.raw_rows += batch.num_rows() as u64;
        file.batches.push(batch.num_rows() as u64);
        let lon = batch.column(0).as_primitive::<Float64Type>();
        let lat = batch.column(1).as_primitive::<Float64Type>();
        for (lon, lat) in lon.iter().zip(lat).filter_map(|(lon, lat)| lon.zip(lat)) {
            file.positions += 1;
            if lon != 0.0 || lat != 0.0 {
                file.placed += 1;
                widen(&mut file.bounds, lon, lat);
            }
        }
        let times = batch.column(2).as_primitive::<TimestampMillisecondType>();
        for time in times.iter().flatten() {
            file.first = file.first.or(Some(time));
            file.last = Some(time);
        }
        for (index, field) in batch.schema_ref().fields().iter().enumerate().skip(3) {
            let Some(values) = batch.column(index).as_primitive_opt::<Float64Type>() else {
                continue;
            };
            let of = |key: &str| field.metadata().get(key).cloned().unwrap_or_default();
            let (name, unit) = (of(records::SOURCE_NAME), of(records::SOURCE_UNIT));
            let code = of(records::SOURCE_CODE);
            let column = file
                .columns
                .entry(field.name().clone())
                .or_insert_with(|| Quantity::new(&code, &unit));
            let quantity = file
                .quantities
                .entry((name.clone(), unit.clone()))
                .or_insert_with(|| Quantity::new(&code, &unit));
            for value in values.iter().flatten() {
                column.add(value);
                quantity.add(value);
                if name == "vrYieldWetMass" {
                    file.raw_mass_kg += value;
                }
            }
        }
        Ok(())
    }

    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let file = self.file();
        let column = |property| records::column_index(batch, property).map(|at| batch.column(at));
        let number = |property: Property| {
            let column = column(property).map(|c| c.as_primitive::<Float64Type>());
            let field =
                records::column_index(batch, property).map(|at| batch.schema_ref().field(at));
            let unit = field.and_then(records::unit_of);
            move |row: usize| -> Option<(f64, Dimension)> {
                let column = column?;
                let unit = unit?;
                column
                    .is_valid(row)
                    .then(|| (unit.to_base(column.value(row)), unit.dimension))
            }
        };
        let (width, distance) = (number(Property::EquipmentWidth), number(Property::Distance));
        let mass = number(Property::WetMass);
        let rates = [
            (number(Property::SeedRate), false),
            (number(Property::AppliedRate), false),
            (number(Property::SeedRateTarget), true),
            (number(Property::AppliedRateTarget), true),
        ];
        let status = column(Property::RecordingStatus).map(|c| c.as_string::<i32>());
        let times =
            column(Property::Timestamp).map(|c| c.as_primitive::<TimestampMillisecondType>());
        let sections = column(Property::SectionId).map(|c| c.as_primitive::<Int64Type>());
        let mut first_section = None;
        for row in 0..batch.num_rows() {
            let time = times.and_then(|t| t.is_valid(row).then(|| t.value(row)));
            let on = status.is_some_and(|s| s.is_valid(row) && s.value(row) == "On");
            let section = sections.map(|s| s.value(row));
            // Rows of one record have one time and different sections.
            let same = match file.last_instant {
                Some((last, _)) => last == time && section.is_some() && section != first_section,
                None => false,
            };
            if !same {
                first_section = section;
                file.instants += 1;
                file.instants_on += u64::from(on);
            } else if on && file.last_instant.is_some_and(|(_, was)| !was) {
                file.instants_on += 1;
            }
            let was = same && file.last_instant.is_some_and(|(_, was)| was);
            file.last_instant = Some((time, on || was));
            if !on {
                continue;
            }
            let width = width(row).map_or(0.0, |v| v.0);
            let area = width * distance(row).map_or(0.0, |v| v.0);
            file.widths_m += width;
            file.area_m2 += area;
            file.mass_on_kg += mass(row).map_or(0.0, |v| v.0);
            for (rate, target) in &rates {
                let Some((rate, dimension)) = rate(row) else {
                    continue;
                };
                let amount = rate * area;
                *match (dimension, target) {
                    (Dimension::CountPerArea, false) => &mut file.seeds,
                    (Dimension::CountPerArea, true) => &mut file.seeds_target,
                    (Dimension::VolumePerArea, false) => &mut file.litres,
                    (Dimension::VolumePerArea, true) => &mut file.litres_target,
                    (_, false) => &mut file.kilograms,
                    (_, true) => &mut file.kilograms_target,
                } += amount;
            }
        }
        Ok(())
    }

    fn finish(&mut self, ending: Ending) -> Result<(), Stop> {
        // What was logged is what the raw form holds.
        assert_eq!(self.file().raw_rows, ending.records);
        Ok(())
    }

    fn failed(&mut self, _: Option<OperationDescription>, error: ReadError) -> Result<(), Stop> {
        panic!("failed: {error}");
    }

    fn finding(&mut self, finding: Finding) {
        self.said.push(finding.text);
    }
}

/// Reads a claim and measures its machine files; what was said beside them.
pub(crate) fn measure(tree: &Tree, claim: &Claim) -> (Vec<Measured>, Vec<String>) {
    let reader = registry::by_id(claim.format).expect("known");
    let mut meter = Meter::default();
    let options = ReadOptions::default();
    (reader.read)(tree, claim, &Limits::default(), &options, &mut meter).expect("reads");
    (meter.files, meter.said)
}
