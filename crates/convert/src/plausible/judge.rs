//! Whether the results of a machine file can be true.
//!
//! Rule: what is judged is what the summary says: totals by area, means, widths. The limits are those
//! of the crops or products that the file names, the widest of them if there are several.

use super::fitting::{self, line};
use super::pairs::Contradiction;
use super::subject::subjects;
use crate::analysis::Analysis;
use crate::points::standardised::Standardised;
use crate::points::totals::RATES;
use tramline_model::limits::{Interval, Quantity};
use tramline_model::{Dimension, OperationDescription, OperationType, Property, Unit};

/// Fewer points are no result of a field.
const LEAST_POINTS: u64 = 10;
/// Fewer records say nothing of passes.
const LEAST_RECORDS: u64 = 50;

/// What a result is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aspect {
    /// The mean of a property.
    Of(Property),
    /// The width of all sections that worked at one instant.
    Swath,
    /// Rise by way.
    Slope,
    /// Mean area of a record.
    RecordArea,
    /// Mean area of a pass.
    PassArea,
    /// Passes by records.
    PassesOfRecords,
    /// Mass of the whole file.
    TotalMass,
}

impl Aspect {
    /// The word in the summary and behind `plausible.` in the code of the finding.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Of(property) => property.name(),
            Self::Swath => "swath",
            Self::Slope => "slope",
            Self::RecordArea => "recordArea",
            Self::PassArea => "passArea",
            Self::PassesOfRecords => "passesOfRecords",
            Self::TotalMass => "totalWetMass",
        }
    }

    fn quantity(self) -> Option<Quantity> {
        match self {
            Self::Of(property) => Quantity::of(property),
            Self::Swath => Some(Quantity::Width),
            Self::Slope => Some(Quantity::Slope),
            Self::RecordArea => Some(Quantity::RecordArea),
            Self::PassArea => Some(Quantity::PassArea),
            Self::PassesOfRecords => Some(Quantity::PassesOfRecords),
            Self::TotalMass => Some(Quantity::TotalMass),
        }
    }
}

/// A result that cannot be true; numbers in the base unit of the dimension.
#[derive(Clone, Debug)]
pub(crate) struct Implausible {
    pub(crate) result: Aspect,
    pub(crate) dimension: Dimension,
    pub(crate) value: f64,
    pub(crate) plausible: Interval,
    /// The unit in which the column was read, and the one in which it would be plausible.
    pub(crate) stated: Option<&'static Unit>,
    pub(crate) suggested: Option<&'static Unit>,
    /// The quantity that contradicts the unit, if one does.
    pub(crate) proof: Option<Contradiction>,
    /// The crop or product of the limits, if there is one.
    pub(crate) subject: Option<String>,
}

/// What cannot be true, and what contradicts itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    pub(crate) implausible: Vec<Implausible>,
    pub(crate) contradictions: Vec<Contradiction>,
    /// Worked and covered square metres, where the rows lie upon each other too much for field work.
    pub(crate) overlaid: Option<(f64, f64)>,
}

/// Work that is more than this times its ground is no overlap of passes.
const OVERLAID: f64 = 1.5;
/// Less ground is a place where a machine stood.
const PLACE_M2: f64 = 500.0;

/// Judges the results of a machine file.
pub(crate) fn judge(
    results: &Standardised<'_>,
    analysis: &Analysis,
    description: &OperationDescription,
) -> Judged {
    let mut judge = Judge {
        results,
        subjects: subjects(results, description),
        judged: Judged {
            contradictions: results.pairs.contradictions(results.units),
            ..Judged::default()
        },
    };
    judge.wrong_columns();
    if results.totals.points >= LEAST_POINTS {
        judge.yields();
        judge.rates();
        judge.means();
        judge.widths(analysis);
        judge.ground(analysis);
    }
    judge.judged
}

struct Judge<'a> {
    results: &'a Standardised<'a>,
    subjects: Vec<&'a str>,
    judged: Judged,
}

impl Judge<'_> {
    /// Columns most of whose values were taken out as they cannot be.
    fn wrong_columns(&mut self) {
        for (property, counted) in self.results.absent {
            if let Some(mean) = counted.wrong_mean()
                && let Some(unit) = self.results.unit(*property)
            {
                let value = unit.to_base(mean);
                self.check_of(Aspect::Of(*property), unit.dimension, value, Some(value));
            }
        }
    }

    /// Mass by area, as harvested and dry; volumes only where there is no mass.
    fn yields(&mut self) {
        if !self.results.is_harvest() {
            return;
        }
        let area_m2 = self.results.totals.area_m2.value();
        for (property, amount) in [
            (Property::WetMassPerArea, Property::WetMass),
            (Property::DryMassPerArea, Property::DryMass),
            (Property::WetVolumePerArea, Property::WetVolume),
            (Property::DryVolumePerArea, Property::DryVolume),
        ] {
            let total = self.base_sum(amount).map(|sum| sum / area_m2);
            let mean = self.mean(property);
            let value = total.filter(|value| value.is_finite()).or(mean);
            let (Some(value), Some(unit)) = (value, self.results.unit(property)) else {
                continue;
            };
            let logged = mean.filter(|_| !self.results.derived.contains(&property));
            if self.check_of(Aspect::Of(property), unit.dimension, value, logged) {
                break;
            }
        }
        if let Some(total) = self.base_sum(Property::WetMass) {
            self.check(Aspect::TotalMass, Dimension::Mass, total);
        }
    }

    fn rates(&mut self) {
        for (property, weighted) in RATES.into_iter().zip(self.results.totals.rates) {
            if let (Some(mean), Some(unit)) = (weighted.mean(), self.results.unit(property)) {
                // Nothing was set.
                if mean == 0.0 {
                    continue;
                }
                let value = unit.to_base(mean);
                self.check_of(Aspect::Of(property), unit.dimension, value, Some(value));
            }
        }
    }

    fn means(&mut self) {
        use Property as P;
        let harvest = self.results.is_harvest();
        for property in [
            P::HarvestMoisture,
            P::ProteinPercentage,
            P::Speed,
            P::SeedDepth,
            P::SeedSpacing,
            P::TillageDepthActual,
            P::TillageDepthTarget,
            P::Elevation,
            P::Singulation,
        ] {
            if property == P::HarvestMoisture && !harvest {
                continue;
            }
            if let Some(value) = self.mean(property) {
                let logged = (!self.results.derived.contains(&property)).then_some(value);
                self.check_of(Aspect::Of(property), property.dimension(), value, logged);
            }
        }
    }

    /// The column's width, and that of all sections of an instant. Machines beside each other make
    /// no swath.
    fn widths(&mut self, analysis: &Analysis) {
        let column = self.mean(Property::EquipmentWidth);
        let found = column.is_some_and(|value| {
            let result = Aspect::Of(Property::EquipmentWidth);
            // A mean below the least is that of a machine that mostly stood.
            let value = value.max(1.0);
            self.check_of(result, Dimension::Length, value, Some(value))
        });
        if let Some(swath) = analysis.width_m
            && !found
            && self.results.totals.machines.len() < 2
        {
            self.check(Aspect::Swath, Dimension::Length, swath);
        }
    }

    /// Rise, areas of records and passes, and whether every record is a pass of its own.
    fn ground(&mut self, analysis: &Analysis) {
        if let Some(slope) = self.results.pairs.slope() {
            self.check(Aspect::Slope, Dimension::Ratio, slope * 100.0);
        }
        let coverage = analysis.covered();
        let Some(covered) = coverage.filter(|covered| !covered.polygons) else {
            return;
        };
        let records = covered.records;
        // Rows that repeat a place and an instant have no footprint of their own, and count in the total.
        let total = self.base_sum(Property::Area).unwrap_or(0.0);
        self.judged.overlaid = covered
            .united_m2
            .map(|united| (total.max(covered.worked_m2), united))
            .filter(|(worked, united)| *united > PLACE_M2 && *worked > united * OVERLAID)
            .filter(|_| records >= LEAST_RECORDS);
        if records >= LEAST_RECORDS {
            let mean = covered.worked_m2 / records as f64;
            self.check(Aspect::RecordArea, Dimension::Area, mean);
            // A swath of kilometres says it already.
            let swath = |found: &Implausible| found.result == Aspect::Swath;
            if !self.judged.implausible.iter().any(swath) {
                let share = covered.passes as f64 / records as f64;
                self.check(Aspect::PassesOfRecords, Dimension::Ratio, share * 100.0);
            }
        }
        if covered.passes > 0 {
            let mean = covered.worked_m2 / covered.passes as f64;
            self.check(Aspect::PassArea, Dimension::Area, mean);
        }
    }

    /// In the base unit.
    fn mean(&self, property: Property) -> Option<f64> {
        let mean = self.results.totals.statistic(property).mean()?;
        Some(self.results.unit(property)?.to_base(mean))
    }

    fn base_sum(&self, property: Property) -> Option<f64> {
        let statistic = self.results.totals.statistic(property);
        let unit = self.results.unit(property)?;
        (statistic.count > 0).then(|| statistic.sum.value() * unit.factor)
    }

    fn check(&mut self, result: Aspect, dimension: Dimension, value: f64) -> bool {
        self.check_of(result, dimension, value, None)
    }

    /// Keeps a result that cannot be true. `logged` is the mean of its column, if it has one.
    fn check_of(
        &mut self,
        result: Aspect,
        dimension: Dimension,
        value: f64,
        logged: Option<f64>,
    ) -> bool {
        let known = |other: &Implausible| other.result == result;
        let work: &OperationType = self.results.operation;
        let Some(line) = result
            .quantity()
            .and_then(|quantity| line(quantity, dimension, work, &self.subjects))
        else {
            return false;
        };
        if line.plausible.holds(value) || self.judged.implausible.iter().any(known) {
            return false;
        }
        let property = match result {
            Aspect::Of(property) => Some(property),
            _ => None,
        };
        let proof = self
            .judged
            .contradictions
            .iter()
            .find(|found| Some(found.evidence.property()) == property)
            .cloned();
        let stated = property
            .filter(|_| logged.is_some())
            .and_then(|property| self.results.units.source(property));
        let suggested = match (&proof, property, stated, logged) {
            (Some(proof), ..) => proof.fits,
            (None, Some(property), Some(stated), Some(logged)) => {
                let logged = stated.from_base(logged);
                fitting::unit(property, stated, logged, work, &self.subjects)
            }
            _ => None,
        };
        let subject = match self.subjects.as_slice() {
            [subject] if line.special => Some((*subject).to_owned()),
            _ => None,
        };
        self.judged.implausible.push(Implausible {
            result,
            dimension,
            value,
            plausible: line.plausible,
            stated,
            suggested,
            proof,
            subject,
        });
        true
    }
}
