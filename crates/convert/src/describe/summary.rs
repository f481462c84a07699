//! `summary.json`: one GeoJSON Feature by the contract's keys and formulas (sections 3.7, 3.8),
//! and the units map. Averages per area are totals by area; sums are compensated.

use super::calibration;
use super::total::{total, total_if};
use crate::configuration::Configuration;
use crate::describe::display::beside_ours;
use crate::describe::zone;
use crate::plausible::told;
use crate::points::standardised::Standardised;
use crate::points::sums::Statistic;
use crate::points::totals::{AMOUNTS, Group, RATES, Weighted};
use crate::points::unit_table::UnitTable;
use crate::whole::described::Described;
use geo::{LineString, MultiPolygon};
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tramline_model::property::Kind;
use tramline_model::unit_choice::total_unit;
use tramline_model::{
    Days, Dimension, Ending, MachineKind, OperationDescription, OperationType, Property, Unit,
};

struct Writer<'a> {
    results: &'a Standardised<'a>,
    units: &'a UnitTable,
    out: Map<String, Value>,
}

/// The units map of the properties that have values.
pub(crate) fn units_map(results: &Standardised<'_>, units: &UnitTable) -> Value {
    let map: Map<String, Value> = Property::ALL
        .iter()
        .filter(|p| p.kind() == Kind::Number && results.present.contains(p))
        .filter(|p| !matches!(p, Property::Longitude | Property::Latitude))
        .filter_map(|p| {
            let unit = units.get(*p)?;
            Some((p.name().to_owned(), json!(unit.symbol)))
        })
        .collect();
    Value::Object(map)
}

/// A GeoJSON feature whose geometry stays on one line, however much of it there is.
#[derive(serde::Serialize)]
pub(crate) struct Feature {
    #[serde(rename = "type")]
    kind: &'static str,
    properties: Map<String, Value>,
    geometry: Box<RawValue>,
}

/// The whole Feature.
pub(crate) fn feature(
    results: &Standardised<'_>,
    units: &UnitTable,
    description: &OperationDescription,
    ending: &Ending,
    configuration: &Configuration,
    described: &Described,
    geometry: Box<RawValue>,
) -> Feature {
    let mut writer = Writer {
        results,
        units,
        out: Map::new(),
    };
    writer.head(description, configuration);
    writer.common(description);
    writer.zone(ending.days);
    match results.operation {
        OperationType::Planted => writer.planted(),
        OperationType::Applied => writer.applied(description, configuration),
        OperationType::Harvested => writer.harvested(),
        OperationType::Tillage | OperationType::Other(_) => {
            writer.statistics(&[Property::TillageDepthActual, Property::TillageDepthTarget]);
            writer.texts("tillType", &results.totals.till_types);
        }
    }
    let display_totals = &ending.display_totals;
    if !display_totals.is_empty() {
        let covered = described.covered.as_ref();
        let each = display_totals.iter();
        let list = each.map(|total| beside_ours(total, display_totals, results, covered));
        writer.put("displayTotals", list.collect());
    }
    if !described.plausibility.is_empty() {
        let list = told::summary(&described.plausibility, units);
        writer.put("plausibility", list);
    }
    if let Some(coverage) = &described.coverage {
        writer.put("coverage", coverage.clone());
    }
    if let Some(cleaning) = &described.cleaning {
        writer.put("cleaning", cleaning.clone());
    }
    Feature {
        kind: "Feature",
        properties: writer.out,
        geometry,
    }
}

/// A GeoJSON MultiPolygon, with a centimetre's digits.
pub(crate) fn geometry(outline: &MultiPolygon<f64>) -> Value {
    let round = |degrees: f64| (degrees * 1e7).round() / 1e7;
    let ring = |ring: &LineString<f64>| -> Value {
        ring.coords()
            .map(|c| json!([round(c.x), round(c.y)]))
            .collect()
    };
    let polygons: Vec<Value> = outline
        .iter()
        .map(|polygon| {
            let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
            rings.map(ring).collect()
        })
        .collect();
    json!({ "type": "MultiPolygon", "coordinates": polygons })
}

fn instant(ms: i64) -> Option<String> {
    jiff::Timestamp::from_millisecond(ms)
        .ok()
        .map(|t| t.to_string())
}

impl Writer<'_> {
    /// Factor from the standard output's unit to this document's, and this one's symbol.
    fn unit(&self, property: Property) -> Option<(f64, &'static Unit)> {
        let to = self.units.get(property)?;
        let from = self.results.unit(property)?;
        Some((from.factor_to(to)?, to))
    }

    fn put(&mut self, key: &str, value: Value) {
        self.out.insert(key.to_owned(), value);
    }

    fn texts(&mut self, key: &str, list: &[String]) {
        if !list.is_empty() {
            self.put(key, json!(list));
        }
    }

    fn head(&mut self, description: &OperationDescription, configuration: &Configuration) {
        self.put("operationType", json!(self.results.operation.name()));
        if let Some(word) = &description.original_operation_type {
            self.put("originalOperationType", json!(word));
        }
        if configuration.original_operation_data {
            let mut data = Map::new();
            for (key, value) in [
                ("originalOperationFarm", &description.farm),
                ("originalOperationField", &description.field),
                ("originalOperationGrower", &description.grower),
                (
                    "originalOperationType",
                    &description.original_operation_type,
                ),
            ] {
                if let Some(value) = value {
                    data.insert(key.to_owned(), json!(value));
                }
            }
            self.put("originalOperationData", Value::Object(data));
        }
        if let Some(text) = &description.operation_description {
            self.put("operationDescription", json!(text));
        }
        let totals = &self.results.totals;
        for (key, ms) in [("startTime", totals.first_ms), ("endTime", totals.last_ms)] {
            let value = ms.and_then(instant).map_or(Value::Null, Value::String);
            self.out.insert(key.to_owned(), value);
        }
    }

    /// Where the field lies in time, and the local days of the work: of the instants, else as the source
    /// writes them.
    fn zone(&mut self, written: Option<Days>) {
        let zone = self.time_zone();
        if let Some(zone) = zone {
            self.put("timeZone", json!(zone));
        }
        let totals = &self.results.totals;
        let instants = totals.first_ms.zip(totals.last_ms);
        if let Some((first, last)) = zone::days(instants, zone, written) {
            self.put("localStartDay", json!(first));
            self.put("localEndDay", json!(last));
        }
    }

    fn time_zone(&self) -> Option<&'static str> {
        let totals = &self.results.totals;
        let [west, south, east, north] = totals.bounds?;
        zone::name(f64::midpoint(west, east), f64::midpoint(south, north))
    }

    fn common(&mut self, description: &OperationDescription) {
        let totals = &self.results.totals;
        let crops = totals.crops.clone();
        self.texts("crop", &crops);
        if let Some((_, unit)) = self.unit(Property::Area) {
            let known = self.results.totals.statistic(Property::Area).count > 0;
            let area = self.results.totals.area_m2.value() / unit.factor;
            self.put("totalArea", total_if(known, area, unit.symbol));
        }
        if let Some((factor, unit)) = self.unit(Property::Distance) {
            let known = self.results.totals.statistic(Property::Distance).count > 0;
            let distance = self.results.totals.distance.value() * factor;
            self.put("totalDistance", total_if(known, distance, unit.symbol));
        }
        self.statistics(&[Property::Elevation, Property::Speed]);
        let machinery = self.machinery(description);
        if !machinery.is_empty() {
            self.put("machinery", Value::Array(machinery));
        }
        let fuel = self.results.totals.statistic(Property::FuelUsed);
        if fuel.count > 0
            && let Some((factor, unit)) = self.unit(Property::FuelUsed)
        {
            self.put(
                "totalFuelUsed",
                total(fuel.sum.value() * factor, unit.symbol),
            );
        }
    }

    fn machinery(&self, description: &OperationDescription) -> Vec<Value> {
        let mut list: Vec<Value> = description
            .machines
            .iter()
            .map(|machine| {
                let kind = match machine.kind {
                    MachineKind::Machine => "machine",
                    MachineKind::Implement => "implement",
                };
                let mut entry = json!({ "name": machine.name, "type": kind });
                if let Some(serial) = &machine.serial_number {
                    entry["serialNumber"] = json!(serial);
                }
                entry["brand"] = json!(machine.brand.as_deref().unwrap_or("unknown"));
                entry
            })
            .collect();
        for name in &self.results.totals.machines {
            if !description
                .machines
                .iter()
                .any(|machine| &machine.name == name)
            {
                list.push(json!({ "name": name, "type": "machine", "brand": "unknown" }));
            }
        }
        list
    }

    fn statistics(&mut self, properties: &[Property]) {
        for property in properties {
            let statistic = self.results.totals.statistic(*property);
            if let Some(value) = self.statistic(*property, &statistic, statistic.mean()) {
                self.put(property.name(), value);
            }
        }
    }

    fn statistic(
        &self,
        property: Property,
        statistic: &Statistic,
        average: Option<f64>,
    ) -> Option<Value> {
        let (factor, unit) = self.unit(property)?;
        let average = average?;
        (statistic.count > 0).then(|| {
            json!({
                "avg": average * factor,
                "min": statistic.min * factor,
                "max": statistic.max * factor,
                "unit": unit.symbol,
            })
        })
    }

    fn rates(&mut self) {
        for (property, weighted) in RATES.into_iter().zip(self.results.totals.rates) {
            if let Some(value) = self.statistic(property, &weighted.points, weighted.mean()) {
                self.put(property.name(), value);
            }
        }
    }

    /// Sum of rate by area, in the unit that the rate counts; not a number where no ground is known.
    fn amount(&self, property: Property, weighted: &Weighted) -> Option<(f64, &'static Unit)> {
        let rate = self.results.unit(property)?;
        let to = total_unit(self.units.get(property)?);
        let known = weighted.area_m2.value() > 0.0;
        let sum = weighted.by_area.value() * rate.factor / to.factor;
        (weighted.points.count > 0).then_some((if known { sum } else { f64::NAN }, to))
    }

    fn seeds(&self, weighted: &Weighted) -> Option<Value> {
        let (value, unit) = self.amount(Property::SeedRate, weighted)?;
        let value = if unit.dimension == Dimension::Count {
            value.floor()
        } else {
            value
        };
        if value.is_nan() {
            return Some(total_if(false, value, unit.symbol));
        }
        let number = if unit.dimension == Dimension::Count && value.abs() < 9e15 {
            json!(value as i64)
        } else {
            json!(value)
        };
        Some(json!({ "value": number, "unit": unit.symbol }))
    }

    fn area_of(&self, group: &Group) -> Option<Value> {
        let (_, unit) = self.unit(Property::Area)?;
        let known = group.area_m2.value() > 0.0;
        known.then(|| total(group.area_m2.value() / unit.factor, unit.symbol))
    }

    fn planted(&mut self) {
        self.rates();
        use Property as P;
        self.statistics(&[
            P::SeedDepth,
            P::DownForce,
            P::DownForceMargin,
            P::Singulation,
            P::Skips,
            P::Doubles,
            P::GroundContact,
            P::SpacingVariation,
            P::RideQuality,
            P::SeedSpacing,
        ]);
        let [seed_rate, ..] = self.results.totals.rates;
        if let Some(seeds) = self.seeds(&seed_rate) {
            self.put("totalPlanted", seeds);
        }
        let list: Vec<Value> = self
            .results
            .totals
            .varieties
            .list
            .iter()
            .filter(|group| group.rate.points.count > 0)
            .map(|group| {
                let mut entry = json!({ "name": variety_name(&group.name) });
                if let Some(mut rate) =
                    self.statistic(Property::SeedRate, &group.rate.points, group.rate.mean())
                {
                    if let Some(target) = self.statistic(
                        Property::SeedRateTarget,
                        &group.target.points,
                        group.target.mean(),
                    ) {
                        rate["minTarget"] = target["min"].clone();
                        rate["maxTarget"] = target["max"].clone();
                        rate["avgTarget"] = target["avg"].clone();
                    }
                    entry["rate"] = rate;
                }
                if let Some(area) = self.area_of(group) {
                    entry["area"] = area;
                }
                if let Some(seeds) = self.seeds(&group.rate) {
                    entry["totalPlanted"] = seeds;
                }
                entry
            })
            .collect();
        if !list.is_empty() {
            self.put("varieties", Value::Array(list));
        }
    }

    fn applied(&mut self, description: &OperationDescription, configuration: &Configuration) {
        self.rates();
        let [_, _, rate, _] = self.results.totals.rates;
        if let Some((value, unit)) = self.amount(Property::AppliedRate, &rate) {
            self.put(
                "totalApplied",
                total_if(!value.is_nan(), value, unit.symbol),
            );
        }
        let groups = self.results.totals.products.list.clone();
        let list = if groups.is_empty() {
            self.file_products(description, configuration, &rate)
        } else {
            groups
                .iter()
                .map(|group| self.point_product(group))
                .collect()
        };
        self.put("products", Value::Array(list));
        let mix = description.tank_mix || self.results.products.is_mix();
        self.put("tankMix", json!(mix));
    }

    /// The product at the points of one group.
    fn point_product(&self, group: &Group) -> Value {
        let name = if group.name.is_empty() {
            "unknown"
        } else {
            &group.name
        };
        let mut entry = json!({ "name": name, "type": "Component" });
        if let (Some(mean), Some((factor, unit))) =
            (group.rate.mean(), self.unit(Property::AppliedRate))
        {
            entry["rate"] = total(mean * factor, unit.symbol);
        }
        if let Some((value, unit)) = self.amount(Property::AppliedRate, &group.rate) {
            entry["totalApplied"] = total_if(!value.is_nan(), value, unit.symbol);
        }
        if let Some(area) = self.area_of(group) {
            entry["area"] = area;
        }
        entry
    }

    /// Products that the file names as a whole: one has the logged rate, a mix its planned rates.
    fn file_products(
        &self,
        description: &OperationDescription,
        configuration: &Configuration,
        rate: &Weighted,
    ) -> Vec<Value> {
        let totals = &self.results.totals;
        let area_m2 = totals.area_m2.value();
        let whole = Group {
            area_m2: totals.area_m2,
            rate: *rate,
            ..Group::default()
        };
        let mut list: Vec<Value> = Vec::new();
        let mut names: Vec<&str> = Vec::new();
        for product in &description.products {
            if configuration.summarize_by_product_entry && names.contains(&product.name.as_str()) {
                continue;
            }
            names.push(&product.name);
            let single = description.products.len() == 1;
            let group = Group {
                name: product.name.clone(),
                ..whole.clone()
            };
            let mut entry = if single {
                self.point_product(&group)
            } else {
                let mut entry = json!({ "name": product.name, "type": "Component" });
                if let Some(rate) = product.rate {
                    let of_rate = self.units.of_rate(rate.unit);
                    let factor = rate.unit.factor_to(of_rate).unwrap_or(1.0);
                    let unit = total_unit(of_rate);
                    let value = rate.unit.to_base(rate.value) * area_m2 / unit.factor;
                    entry["rate"] = total(rate.value * factor, of_rate.symbol);
                    entry["totalApplied"] = total(value, unit.symbol);
                }
                if let Some(area) = self.area_of(&group) {
                    entry["area"] = area;
                }
                entry
            };
            if let Some(kind) = product.kind {
                entry["type"] = json!(kind);
            }
            list.push(entry);
        }
        if list.is_empty() {
            list.push(self.point_product(&whole));
        }
        list
    }

    fn harvested(&mut self) {
        let totals = &self.results.totals;
        let mass = totals.moisture_mass.value();
        let weighted = (mass > 0.0).then(|| totals.moisture_by_mass.value() / mass);
        self.statistics(&[Property::HarvestMoisture]);
        if let Some(value) = weighted {
            let unit = self
                .unit(Property::HarvestMoisture)
                .map_or("percentage", |u| u.1.symbol);
            self.put("harvestMoistureMassWeighted", total(value, unit));
        }
        for property in Property::YIELD {
            let statistic = self.results.totals.statistic(property);
            let average = match per_area_of(property) {
                // Total by the ground that has it, in this property's unit.
                Some(amount) => self
                    .results
                    .unit(amount)
                    .zip(self.results.unit(property))
                    .and_then(|(from, to)| {
                        let by_area = self.results.totals.harvest.by_area(amount)?;
                        Some(by_area * from.factor / to.factor)
                    }),
                None => statistic.mean(),
            };
            let average = average.filter(|a| a.is_finite()).or(statistic.mean());
            if let Some(value) = self.statistic(property, &statistic, average) {
                self.put(property.name(), value);
            }
        }
        for (key, property) in [
            ("totalWetMass", Property::WetMass),
            ("totalDryMass", Property::DryMass),
            ("totalWetVolume", Property::WetVolume),
            ("totalDryVolume", Property::DryVolume),
        ] {
            let statistic = self.results.totals.statistic(property);
            if statistic.count > 0
                && let Some((factor, unit)) = self.unit(property)
            {
                self.put(key, total(statistic.sum.value() * factor, unit.symbol));
            }
        }
        let unit = self.unit(Property::WetMass).map(|(_, unit)| unit);
        if let Some(value) = unit.and_then(|unit| calibration::summary(self.results, unit)) {
            self.put("calibration", value);
        }
        self.statistics(&[Property::CropFlow, Property::ProteinPercentage]);
        let list: Vec<Value> = self
            .results
            .totals
            .varieties
            .list
            .iter()
            .filter(|group| group.harvest.amounts.iter().any(|a| a.count > 0))
            .map(|group| self.harvested_variety(group))
            .collect();
        if !list.is_empty() {
            self.put("varieties", Value::Array(list));
        }
    }

    fn harvested_variety(&self, group: &Group) -> Value {
        let mut entry = json!({ "name": variety_name(&group.name) });
        if let Some(area) = self.area_of(group) {
            entry["area"] = area;
        }
        if let Some(moisture) = self.statistic(
            Property::HarvestMoisture,
            &group.moisture,
            group.moisture.mean(),
        ) {
            entry["harvestMoisture"] = moisture;
        }
        for (property, statistic) in AMOUNTS.into_iter().zip(&group.harvest.amounts) {
            if statistic.count > 0
                && let Some((factor, unit)) = self.unit(property)
            {
                entry[property.name()] = total(statistic.sum.value() * factor, unit.symbol);
            }
        }
        for (property, amount) in [
            (Property::WetMassPerArea, Property::WetMass),
            (Property::DryMassPerArea, Property::DryMass),
        ] {
            let units = self.results.unit(amount).zip(self.units.get(property));
            if let Some(((from, to), by_area)) = units.zip(group.harvest.by_area(amount)) {
                let value = by_area * from.factor / to.factor;
                entry[property.name()] = total(value, to.symbol);
            }
        }
        entry
    }
}

/// The amount that a per-area property divides.
fn per_area_of(property: Property) -> Option<Property> {
    match property {
        Property::WetMassPerArea => Some(Property::WetMass),
        Property::DryMassPerArea => Some(Property::DryMass),
        Property::WetVolumePerArea => Some(Property::WetVolume),
        Property::DryVolumePerArea => Some(Property::DryVolume),
        _ => None,
    }
}

/// As the contract's samples: a crop that stands for its variety begins with a capital.
fn variety_name(name: &str) -> String {
    let mut letters = name.chars();
    match (tramline_model::Crop::find(name), letters.next()) {
        (Some(crop), Some(first)) if crop.name == name => {
            first.to_uppercase().chain(letters).collect()
        }
        (_, None) => "unknown".to_owned(),
        _ => name.to_owned(),
    }
}
