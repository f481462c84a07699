//! The proofs of a table: what must be equal when every unit is right, as sums of logarithms.

use super::super::mapping::Mapping;
use super::abreast;
use super::candidates::Quantity;
use super::measure::{Ratio, Steps, ratio, ratio_of_ways, steps};
use super::passes;
use super::sample::Sample;
use tramline_model::Property;

/// What proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Proof {
    WayAgainstDistance,
    WayAgainstSpeed,
    DistanceAgainstSpeed,
    AreaOfStep,
    AmountOverArea,
    FlowOverArea,
    FlowAgainstMass,
    GapOfPasses,
    GapOfSections,
    TargetBesideActual,
    WetBesideDry,
    VolumeBesideMass,
}

impl Proof {
    /// Whether it compares two columns of one kind, and so tells only whether their units are the same.
    pub(super) const fn is_relative(self) -> bool {
        matches!(self, Self::TargetBesideActual | Self::WetBesideDry)
    }

    /// What it is called in the values of a finding.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::WayAgainstDistance => "wayAgainstDistance",
            Self::WayAgainstSpeed => "wayAgainstSpeed",
            Self::DistanceAgainstSpeed => "distanceAgainstSpeed",
            Self::AreaOfStep => "areaOfStep",
            Self::AmountOverArea => "amountOverArea",
            Self::FlowOverArea => "flowOverArea",
            Self::FlowAgainstMass => "flowAgainstMass",
            Self::GapOfPasses => "gapOfPasses",
            Self::GapOfSections => "gapOfSections",
            Self::TargetBesideActual => "targetAgainstApplied",
            Self::WetBesideDry => "wetAgainstDry",
            Self::VolumeBesideMass => "volumeAgainstMass",
        }
    }

    /// The evidence in words: `... shows`.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::WayAgainstDistance => "the distance between the points",
            Self::WayAgainstSpeed => "the distance between the points over their time",
            Self::DistanceAgainstSpeed => "distance, time and speed of the rows",
            Self::AreaOfStep => "distance times width against the area",
            Self::AmountOverArea => "amount over area against the rate",
            Self::FlowOverArea => "flow over worked area against the yield",
            Self::FlowAgainstMass => "flow and time against the mass",
            Self::GapOfPasses => "the distance between neighbouring passes",
            Self::GapOfSections => "the distance between neighbouring sections",
            Self::TargetBesideActual => "the target rate against the applied rate",
            Self::WetBesideDry => "the wet yield against the dry yield",
            Self::VolumeBesideMass => "the volume against the mass",
        }
    }
}

/// One equation: the sum of `power * logarithm of factor` is `constant`, within `tolerance`.
#[derive(Clone, Debug)]
pub(super) struct Equation {
    pub(super) proof: Proof,
    /// Quantity and power.
    pub(super) terms: Vec<(usize, f64)>,
    pub(super) constant: f64,
    pub(super) tolerance: f64,
    /// What a reading costs that does not fit.
    pub(super) weight: f64,
    /// Exact enough, and of enough rows, to stand alone against a stated unit.
    pub(super) strong: bool,
}

/// Rows that make one proof strong.
const STRONG_PAIRS: usize = 200;
const STRONG: f64 = 0.02;
/// How far a dry amount may be from the wet one.
const DRY: f64 = 0.16;
/// Passes beside each other that hardly all skip as many.
const MANY_GAPS: usize = 5;
/// What an equation costs that is not satisfied.
const WEIGHT_STRONG: f64 = 2.0;
const WEIGHT_NEAR: f64 = 1.95;
const WEIGHT: f64 = 1.3;
pub(super) const WEIGHT_COARSE: f64 = 0.9;

struct Maker<'a> {
    quantities: &'a [Quantity],
    sample: &'a Sample,
    steps: Steps,
    /// The section of each row, where sections lie beside each other.
    sections: Option<&'a [f64]>,
    list: Vec<Equation>,
}

/// The ground of each row, the terms that it is made of, and how exact it is.
type Ground = (Vec<f64>, Vec<(usize, f64)>, f64);

/// All proofs that a table has.
pub(super) fn all(mapping: &Mapping, quantities: &[Quantity], sample: &Sample) -> Vec<Equation> {
    let column = |property| {
        let at = mapping.column(property)?;
        sample.columns.get(at)?.as_deref()
    };
    let steps = steps(sample, column(Property::SectionId));
    let mut maker = Maker {
        quantities,
        sample,
        steps,
        sections: column(Property::SectionId).filter(|list| abreast::interleaved(list)),
        list: Vec::new(),
    };
    maker.ways(column(Property::SamplingInterval));
    maker.areas();
    maker.amounts(column(Property::SamplingInterval));
    maker.coarse();
    maker.list
}

impl<'a> Maker<'a> {
    fn find(&self, property: Property) -> Option<usize> {
        self.quantities
            .iter()
            .position(|q| q.property == property && !q.beside)
    }

    fn values(&self, quantity: usize) -> &'a [f64] {
        let column = self
            .quantities
            .get(quantity)
            .map_or(usize::MAX, |q| q.column);
        self.sample
            .columns
            .get(column)
            .and_then(Option::as_deref)
            .unwrap_or_default()
    }

    fn add(&mut self, proof: Proof, terms: &[(usize, f64)], ratio: Option<Ratio>, tolerance: f64) {
        let Some(ratio) = ratio else { return };
        let exact = (3.0 * ratio.known_to).max(0.005);
        let strong = ratio.pairs >= STRONG_PAIRS && exact <= 0.04 && tolerance <= DRY;
        let near = match proof {
            Proof::TargetBesideActual => ratio.spread <= 0.15 && ratio.pairs >= STRONG_PAIRS,
            Proof::GapOfPasses => ratio.pairs >= MANY_GAPS,
            _ => false,
        };
        self.list.push(Equation {
            proof,
            terms: terms.to_vec(),
            constant: ratio.middle,
            tolerance: tolerance.max(exact.min(2.0 * tolerance)),
            weight: match (strong, near, tolerance <= 0.16) {
                (true, ..) => WEIGHT_STRONG,
                (_, true, _) => WEIGHT_NEAR,
                (.., true) => WEIGHT,
                _ => WEIGHT_COARSE,
            },
            strong,
        });
    }

    /// Seconds that each row stands for: the logged interval, or the time since the row before.
    fn seconds(&self, interval: Option<&'a [f64]>) -> Vec<f64> {
        match interval {
            Some(values) => values.to_vec(),
            None => self.steps.seconds.clone(),
        }
    }

    fn ways(&mut self, interval: Option<&'a [f64]>) {
        let (distance, speed, width) = (
            self.find(Property::Distance),
            self.find(Property::Speed),
            self.find(Property::EquipmentWidth),
        );
        if let Some(d) = distance {
            let pairs = self
                .steps
                .metres
                .iter()
                .copied()
                .zip(self.values(d).iter().copied());
            let found = ratio_of_ways(pairs);
            self.add(Proof::WayAgainstDistance, &[(d, 1.0)], found, 0.03);
        }
        if let Some(s) = speed {
            let driven = self
                .values(s)
                .iter()
                .zip(&self.steps.seconds)
                .map(|(v, t)| v * t);
            let pairs = self.steps.metres.iter().copied().zip(driven);
            let found = ratio_of_ways(pairs.filter(|(_, d)| !(*d == 0.0)));
            self.add(Proof::WayAgainstSpeed, &[(s, 1.0)], found, 0.05);
        }
        if let (Some(d), Some(s)) = (distance, speed) {
            let seconds = self.seconds(interval);
            let driven = self.values(s).iter().zip(&seconds).map(|(v, t)| v * t);
            let found = ratio(driven.zip(self.values(d).iter().copied()));
            self.add(
                Proof::DistanceAgainstSpeed,
                &[(d, 1.0), (s, -1.0)],
                found,
                0.05,
            );
        }
        // The tracks of sections lie a section apart, and not a pass.
        if let Some(sections) = self.sections {
            if let Some(w) = width {
                let found = abreast::spacing(self.sample, sections, self.values(w));
                self.add(Proof::GapOfSections, &[(w, 1.0)], found, 0.03);
            }
            return;
        }
        let widths = width.map(|w| self.values(w));
        let Some(gap) = passes::spacing(self.sample, &self.steps, widths) else {
            return;
        };
        if let Some(w) = width {
            self.add(Proof::GapOfPasses, &[(w, 1.0)], Some(gap), 0.16);
        } else if let Some(a) = self.find(Property::Area) {
            let metres = gap.middle.exp();
            let ground = self.steps.metres.iter().map(|step| step * metres);
            let found = ratio_of_ways(ground.zip(self.values(a).iter().copied()));
            self.add(Proof::GapOfPasses, &[(a, 1.0)], found, 0.16);
        }
    }

    fn areas(&mut self) {
        let (Some(a), Some(w)) = (
            self.find(Property::Area),
            self.find(Property::EquipmentWidth),
        ) else {
            return;
        };
        let (area, width) = (self.values(a), self.values(w));
        if let Some(d) = self.find(Property::Distance) {
            let ground = self.values(d).iter().zip(width).map(|(d, w)| d * w);
            let found = ratio(ground.zip(area.iter().copied()));
            self.add(
                Proof::AreaOfStep,
                &[(a, 1.0), (d, -1.0), (w, -1.0)],
                found,
                0.02,
            );
        } else {
            let ground = self.steps.metres.iter().zip(width).map(|(d, w)| d * w);
            let found = ratio_of_ways(ground.zip(area.iter().copied()));
            self.add(Proof::AreaOfStep, &[(a, 1.0), (w, -1.0)], found, 0.04);
        }
    }

    /// The ground of each row in what the table has, and the terms that it is made of.
    fn ground(&self) -> Option<Ground> {
        if let Some(a) = self.find(Property::Area) {
            return Some((self.values(a).to_vec(), vec![(a, 1.0)], 0.02));
        }
        let w = self.find(Property::EquipmentWidth)?;
        let width = self.values(w);
        if let Some(d) = self.find(Property::Distance) {
            let ground = self.values(d).iter().zip(width).map(|(d, w)| d * w);
            return Some((ground.collect(), vec![(d, 1.0), (w, 1.0)], 0.02));
        }
        let ground = self.steps.metres.iter().zip(width).map(|(d, w)| d * w);
        Some((ground.collect(), vec![(w, 1.0)], 0.05))
    }

    fn amounts(&mut self, interval: Option<&'a [f64]>) {
        use Property as P;
        let counts = self.quantities.iter().position(|q| q.beside);
        let of = |maker: &Self, a, b| Some((maker.find(a)?, maker.find(b)?));
        let mut pairs = [
            (P::WetMass, P::WetMassPerArea),
            (P::DryMass, P::DryMassPerArea),
            (P::WetVolume, P::WetVolumePerArea),
            (P::DryVolume, P::DryVolumePerArea),
        ]
        .into_iter()
        .filter_map(|(a, b)| of(self, a, b))
        .collect::<Vec<_>>();
        let yields = [
            P::WetMassPerArea,
            P::DryMassPerArea,
            P::WetVolumePerArea,
            P::DryVolumePerArea,
        ];
        let rate = yields.iter().find_map(|p| self.find(*p));
        // A mass with a yield of another kind is near enough to tell units apart.
        if pairs.is_empty()
            && let Some(rate) = rate
            && let Some(mass) = self.find(P::WetMass).or(self.find(P::DryMass))
        {
            pairs.push((mass, rate));
        }
        pairs.extend(counts.zip(self.find(P::SeedRate)));
        if let Some((ground, terms, tolerance)) = self.ground() {
            for (amount, rate) in pairs {
                let stands = self.values(rate).iter().zip(&ground).map(|(r, a)| r * a);
                let found = ratio(stands.zip(self.values(amount).iter().copied()));
                let mut all = vec![(amount, 1.0), (rate, -1.0)];
                all.extend(terms.iter().map(|(q, power)| (*q, -power)));
                let kinds = [amount, rate].map(|q| self.is_dry(q));
                let near = if kinds[0] == kinds[1] { tolerance } else { DRY };
                self.add(Proof::AmountOverArea, &all, found, near);
            }
            if let (Some(flow), Some(rate)) = (self.find(P::CropFlow), rate) {
                let seconds = self.seconds(interval);
                let mass = self.values(flow).iter().zip(&seconds).map(|(f, t)| f * t);
                let stands = self.values(rate).iter().zip(&ground).map(|(r, a)| r * a);
                let found = ratio(stands.zip(mass));
                let mut all = vec![(flow, 1.0), (rate, -1.0)];
                all.extend(terms.iter().map(|(q, power)| (*q, -power)));
                let near = if self.is_dry(rate) {
                    DRY
                } else {
                    tolerance.max(0.03)
                };
                self.add(Proof::FlowOverArea, &all, found, near);
            }
        }
        if let (Some(flow), Some(rate), Some(s), Some(w)) = (
            self.find(P::CropFlow),
            rate,
            self.find(P::Speed),
            self.find(P::EquipmentWidth),
        ) {
            let ground = self
                .values(s)
                .iter()
                .zip(self.values(w))
                .map(|(s, w)| s * w);
            let stands = self.values(rate).iter().zip(ground).map(|(r, a)| r * a);
            let found = ratio(stands.zip(self.values(flow).iter().copied()));
            let near = if self.is_dry(rate) { DRY } else { 0.04 };
            let terms = [(flow, 1.0), (rate, -1.0), (s, -1.0), (w, -1.0)];
            self.add(Proof::FlowOverArea, &terms, found, near);
        }
        if let (Some(flow), Some(mass)) = (self.find(P::CropFlow), self.find(P::WetMass)) {
            let seconds = self.seconds(interval);
            let grain = self.values(flow).iter().zip(&seconds).map(|(f, t)| f * t);
            let found = ratio(self.values(mass).iter().copied().zip(grain));
            self.add(
                Proof::FlowAgainstMass,
                &[(flow, 1.0), (mass, -1.0)],
                found,
                0.04,
            );
        }
    }

    fn is_dry(&self, quantity: usize) -> bool {
        use Property as P;
        self.quantities.get(quantity).is_some_and(|q| {
            matches!(
                q.property,
                P::DryMass | P::DryMassPerArea | P::DryVolume | P::DryVolumePerArea
            )
        })
    }

    /// Columns that are near each other when their units are right.
    fn coarse(&mut self) {
        use Proof as Q;
        use Property as P;
        let pairs: &[(Proof, Property, Property, f64)] = &[
            (Q::TargetBesideActual, P::SeedRate, P::SeedRateTarget, 0.25),
            (
                Q::TargetBesideActual,
                P::AppliedRate,
                P::AppliedRateTarget,
                0.25,
            ),
            (Q::WetBesideDry, P::WetMassPerArea, P::DryMassPerArea, 0.25),
            (Q::WetBesideDry, P::WetMass, P::DryMass, 0.25),
            (
                Q::WetBesideDry,
                P::WetVolumePerArea,
                P::DryVolumePerArea,
                0.25,
            ),
            (
                Q::VolumeBesideMass,
                P::WetVolumePerArea,
                P::WetMassPerArea,
                0.05,
            ),
            (
                Q::VolumeBesideMass,
                P::DryVolumePerArea,
                P::DryMassPerArea,
                0.05,
            ),
            (
                Q::VolumeBesideMass,
                P::DryVolumePerArea,
                P::WetMassPerArea,
                0.16,
            ),
        ];
        for (proof, a, b, tolerance) in pairs {
            if let (Some(a), Some(b)) = (self.find(*a), self.find(*b)) {
                let found = ratio(
                    self.values(b)
                        .iter()
                        .copied()
                        .zip(self.values(a).iter().copied()),
                );
                self.add(*proof, &[(a, 1.0), (b, -1.0)], found, *tolerance);
            }
        }
    }
}

/// How well a proof that stands alone must fit.
pub(super) const fn strong_fit() -> f64 {
    STRONG
}
