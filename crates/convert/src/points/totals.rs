//! What the summary and the filter need of the standard points, gathered batch by batch in the
//! order of the points. Values in output units, areas also in square metres.

use super::columns::{Columns, Texts};
use super::sums::{Spread, Statistic, Sum};
use super::unit_table::UnitTable;
use std::collections::HashMap;
use tramline_model::Property;

/// Groups by name that are kept; further ones are joined in the last.
const GROUPS: usize = 2_000;

/// Points of one variety or product.
#[derive(Clone, Debug, Default)]
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) area_m2: Sum,
    pub(crate) rate: Weighted,
    pub(crate) target: Weighted,
    pub(crate) moisture: Statistic,
    pub(crate) harvest: Harvest,
}

/// What was harvested.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Harvest {
    /// By property of [`AMOUNTS`].
    pub(crate) amounts: [Statistic; 4],
    /// The ground of the points that have the amount, square metres, and the amount that lies on it.
    grounds: [(Sum, Sum); 4],
}

/// The amounts of a harvest.
pub(crate) const AMOUNTS: [Property; 4] = [
    Property::WetMass,
    Property::DryMass,
    Property::WetVolume,
    Property::DryVolume,
];

impl Harvest {
    #[inline]
    fn add(&mut self, columns: &Columns, row: usize, area_m2: f64) {
        let places = self.amounts.iter_mut().zip(&mut self.grounds);
        for ((amount, (ground, on_it)), property) in places.zip(AMOUNTS) {
            let value = columns.at(property, row);
            amount.add(value);
            if !value.is_nan() && area_m2 > 0.0 {
                ground.add(area_m2);
                on_it.add(value);
            }
        }
    }

    /// An amount by the ground that has it, in units of the amount for a square metre.
    pub(crate) fn by_area(&self, amount: Property) -> Option<f64> {
        let place = AMOUNTS.iter().position(|known| *known == amount)?;
        let (ground, on_it) = self.grounds.get(place)?;
        (ground.value() > 0.0).then(|| on_it.value() / ground.value())
    }
}

/// A rate over points, and over area.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Weighted {
    pub(crate) points: Statistic,
    /// Rate times square metres.
    pub(crate) by_area: Sum,
    pub(crate) area_m2: Sum,
}

impl Weighted {
    #[inline]
    pub(crate) fn add(&mut self, value: f64, area_m2: f64) {
        self.points.add(value);
        if !value.is_nan() && area_m2 > 0.0 {
            self.by_area.add(value * area_m2);
            self.area_m2.add(area_m2);
        }
    }

    /// Weighted by area, by points when there is none.
    pub(crate) fn mean(&self) -> Option<f64> {
        let area = self.area_m2.value();
        if area > 0.0 {
            Some(self.by_area.value() / area)
        } else {
            self.points.mean()
        }
    }
}

/// Everything gathered.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) points: u64,
    statistics: Vec<Statistic>,
    pub(crate) area_m2: Sum,
    pub(crate) distance: Sum,
    last_instant: u64,
    pub(crate) first_ms: Option<i64>,
    pub(crate) last_ms: Option<i64>,
    /// `seedRate`, `seedRateTarget`, `appliedRate`, `appliedRateTarget`.
    pub(crate) rates: [Weighted; 4],
    pub(crate) harvest: Harvest,
    pub(crate) moisture_by_mass: Sum,
    pub(crate) moisture_mass: Sum,
    pub(crate) crops: Vec<String>,
    pub(crate) till_types: Vec<String>,
    pub(crate) machines: Vec<String>,
    pub(crate) varieties: Groups,
    pub(crate) products: Groups,
    /// After the speed rule: `dryVolumePerArea`, `wetVolumePerArea`, `wetMassPerArea`.
    pub(crate) spreads: [Spread; 3],
    /// West, south, east, north.
    pub(crate) bounds: Option<[f64; 4]>,
}

pub(crate) const RATES: [Property; 4] = [
    Property::SeedRate,
    Property::SeedRateTarget,
    Property::AppliedRate,
    Property::AppliedRateTarget,
];

/// The columns of the outlier rule, the first that has values counts.
pub(crate) const OUTLIER: [Property; 3] = [
    Property::DryVolumePerArea,
    Property::WetVolumePerArea,
    Property::WetMassPerArea,
];

/// Slower points are not in the filtered output.
pub(crate) const SLOW_M_S: f64 = 0.5;

#[derive(Debug, Default)]
pub(crate) struct Groups {
    pub(crate) list: Vec<Group>,
    by_name: HashMap<String, usize>,
}

impl Groups {
    fn index(&mut self, name: &str) -> usize {
        if let Some(index) = self.by_name.get(name) {
            return *index;
        }
        if self.list.len() >= GROUPS {
            return GROUPS - 1;
        }
        self.list.push(Group {
            name: name.to_owned(),
            ..Group::default()
        });
        self.by_name.insert(name.to_owned(), self.list.len() - 1);
        self.list.len() - 1
    }
}

impl Totals {
    pub(crate) fn statistic(&self, property: Property) -> Statistic {
        self.statistics
            .get(property as usize)
            .copied()
            .unwrap_or_default()
    }

    /// Adds the rows of `keep`, whose values are in `units`.
    pub(crate) fn add(
        &mut self,
        columns: &Columns,
        keep: &[bool],
        instants: &[u64],
        harvest: bool,
        units: &UnitTable,
    ) {
        self.statistics
            .resize(Property::ALL.len(), Statistic::default());
        self.points += keep.iter().filter(|k| **k).count() as u64;
        for (property, statistic) in Property::ALL.iter().zip(&mut self.statistics) {
            if let Some(values) = columns.number(*property) {
                for (value, kept) in values.iter().zip(keep) {
                    if *kept {
                        statistic.add(*value);
                    }
                }
            }
        }
        let to_m2 = units.factor(Property::Area).unwrap_or(1.0);
        let to_m_s = units.factor(Property::Speed).unwrap_or(1.0);
        let varieties = self.variety_groups(columns);
        let products = group_keys(columns.text(Property::Product), &mut self.products, "");
        for (list, property) in [
            (&mut self.crops, Property::Crop),
            (&mut self.till_types, Property::TillType),
            (&mut self.machines, Property::Machinery),
        ] {
            note(list, columns.text(property), keep);
        }
        for (row, kept) in keep.iter().enumerate() {
            if !*kept {
                continue;
            }
            let area = columns.at(Property::Area, row) * to_m2;
            if !area.is_nan() {
                self.area_m2.add(area);
            }
            let instant = instants.get(row).copied().unwrap_or(0);
            let distance = columns.at(Property::Distance, row);
            if !distance.is_nan() && (instant == 0 || instant != self.last_instant) {
                self.distance.add(distance);
                self.last_instant = instant;
            }
            if let Some(ms) = columns
                .instants
                .as_ref()
                .and_then(|i| i.get(row).copied().flatten())
            {
                self.first_ms = Some(self.first_ms.map_or(ms, |first| first.min(ms)));
                self.last_ms = Some(self.last_ms.map_or(ms, |last| last.max(ms)));
            }
            self.extend_bounds(
                columns.at(Property::Longitude, row),
                columns.at(Property::Latitude, row),
            );
            for (weighted, property) in self.rates.iter_mut().zip(RATES) {
                weighted.add(columns.at(property, row), area);
            }
            if harvest {
                self.harvest.add(columns, row, area);
                let moisture = columns.at(Property::HarvestMoisture, row);
                let mass = columns.at(Property::WetMass, row);
                if !moisture.is_nan() && !mass.is_nan() {
                    self.moisture_by_mass.add(moisture * mass);
                    self.moisture_mass.add(mass);
                }
                let speed = columns.at(Property::Speed, row) * to_m_s;
                if speed.is_nan() || speed >= SLOW_M_S {
                    for (spread, property) in self.spreads.iter_mut().zip(OUTLIER) {
                        spread.add(columns.at(property, row));
                    }
                }
            }
            for (groups, keys, rates) in [
                (
                    &mut self.varieties,
                    &varieties,
                    [Property::SeedRate, Property::SeedRateTarget],
                ),
                (
                    &mut self.products,
                    &products,
                    [Property::AppliedRate, Property::AppliedRateTarget],
                ),
            ] {
                if let Some(group) = keys.get(row).and_then(|index| groups.list.get_mut(*index)) {
                    group.add(columns, row, area, rates, harvest);
                }
            }
        }
    }

    fn variety_groups(&mut self, columns: &Columns) -> Vec<usize> {
        let (Some(crop), variety) = (
            columns.text(Property::Crop),
            columns.text(Property::Variety),
        ) else {
            return group_keys(columns.text(Property::Variety), &mut self.varieties, "");
        };
        // Without a variety the crop's name stands (contract 3.5).
        match variety {
            None => group_keys(Some(crop), &mut self.varieties, ""),
            Some(variety) => {
                let own = group_keys(Some(variety), &mut self.varieties, "");
                if variety.keys.iter().all(|key| *key >= 0) {
                    return own;
                }
                let fallback = group_keys(Some(crop), &mut self.varieties, "");
                own.iter()
                    .zip(fallback)
                    .zip(&variety.keys)
                    .map(|((own, crop), key)| if *key >= 0 { *own } else { crop })
                    .collect()
            }
        }
    }

    fn extend_bounds(&mut self, longitude: f64, latitude: f64) {
        let [west, south, east, north] = self
            .bounds
            .unwrap_or([longitude, latitude, longitude, latitude]);
        self.bounds = Some([
            west.min(longitude),
            south.min(latitude),
            east.max(longitude),
            north.max(latitude),
        ]);
    }
}

/// The group of each row; rows without text belong to the group of the empty name.
fn group_keys(texts: Option<&Texts>, groups: &mut Groups, absent: &str) -> Vec<usize> {
    let Some(texts) = texts else {
        return Vec::new();
    };
    let indices: Vec<usize> = texts.values.iter().map(|name| groups.index(name)).collect();
    let mut none = None;
    texts
        .keys
        .iter()
        .map(|key| {
            usize::try_from(*key)
                .ok()
                .and_then(|key| indices.get(key).copied())
                .unwrap_or_else(|| *none.get_or_insert_with(|| groups.index(absent)))
        })
        .collect()
}

fn note(list: &mut Vec<String>, texts: Option<&Texts>, keep: &[bool]) {
    let Some(texts) = texts else { return };
    let mut used = vec![false; texts.values.len()];
    for (key, kept) in texts.keys.iter().zip(keep) {
        if *kept && let Some(slot) = usize::try_from(*key).ok().and_then(|key| used.get_mut(key)) {
            *slot = true;
        }
    }
    for (value, used) in texts.values.iter().zip(used) {
        if used && list.len() < GROUPS && !list.contains(value) {
            list.push(value.clone());
        }
    }
}

impl Group {
    fn add(
        &mut self,
        columns: &Columns,
        row: usize,
        area: f64,
        rates: [Property; 2],
        harvest: bool,
    ) {
        if !area.is_nan() {
            self.area_m2.add(area);
        }
        let [rate, target] = rates;
        self.rate.add(columns.at(rate, row), area);
        self.target.add(columns.at(target, row), area);
        if harvest {
            self.moisture
                .add(columns.at(Property::HarvestMoisture, row));
            self.harvest.add(columns, row, area);
        }
    }
}
