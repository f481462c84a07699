//! The profiles `recommended` and `depurate` on a block: a reason for each row of the spool, and
//! what the sensor shows after its lag is taken back.

use super::block::Block;
use super::gather::Gathered;
use super::parameters::{self, LagSetting};
use crate::configuration::FilterProfile;
use crate::points::fate::Fate;
use crate::points::standardised::Standardised;
use serde_json::Value;
use std::collections::BTreeMap;
use tramline_analysis::clean::{self, Reason, Rules, Subject, Work};
use tramline_analysis::depurate::{self, Label};
use tramline_analysis::lag::{self, Lag, Verdict};
use tramline_analysis::statistics::median;
use tramline_model::{FilterReason, OperationType};

/// Share of the points that a lag may cost: it ends where the log does.
const COST: f64 = 0.125;

/// The word for a reason of the cleaning rules; `None` for rows that stay.
fn word(reason: Reason) -> Option<FilterReason> {
    Some(match reason {
        Reason::Kept | Reason::Unjudged => return None,
        Reason::Duplicate => FilterReason::Duplicate,
        Reason::Lag => FilterReason::Lag,
        Reason::Slow => FilterReason::Speed,
        Reason::Speed => FilterReason::SpeedRange,
        Reason::SpeedChange => FilterReason::SpeedChange,
        Reason::PassStart => FilterReason::PassStart,
        Reason::PassEnd => FilterReason::PassEnd,
        Reason::Overlap => FilterReason::Overlap,
        Reason::PartialSwath => FilterReason::PartialSwath,
        Reason::Limit => FilterReason::Limit,
        Reason::Range => FilterReason::Range,
        Reason::Neighbours => FilterReason::Neighbours,
        Reason::Isolated => FilterReason::Isolated,
    })
}

/// Reasons and lags over all blocks.
pub(crate) struct Cleaning {
    profile: FilterProfile,
    parameters: BTreeMap<String, Value>,
    /// By row of the spool: why it goes.
    pub(crate) reasons: Vec<Option<FilterReason>>,
    judged: usize,
    /// By row of the spool: wet mass in kg and moisture in percent after the lag, not a number
    /// where the logged ones stand. Empty when no lag is applied.
    pub(crate) mass_kg: Vec<f32>,
    pub(crate) moisture: Vec<f32>,
    pub(crate) flow_lag: Option<Lag>,
    pub(crate) moisture_lag: Option<Lag>,
    /// Seconds trimmed from starts and ends of passes, of the first block.
    pub(crate) start_s: u32,
    pub(crate) end_s: u32,
    pub(crate) spared_blocks: u32,
    /// More than half would have gone: `compat` is used.
    pub(crate) fell_back: bool,
    restored: bool,
}

impl Cleaning {
    pub(super) fn new(profile: FilterProfile, parameters: &BTreeMap<String, Value>) -> Self {
        Self {
            profile,
            parameters: parameters.clone(),
            reasons: Vec::new(),
            judged: 0,
            mass_kg: Vec::new(),
            moisture: Vec::new(),
            flow_lag: None,
            moisture_lag: None,
            start_s: 0,
            end_s: 0,
            spared_blocks: 0,
            fell_back: false,
            restored: false,
        }
    }

    /// Whether rows that showed no crop have got their value.
    pub(crate) fn restores(&self) -> bool {
        self.restored
    }

    /// Whether the reasons decide what is in the filtered output.
    pub(crate) fn decides(&self) -> bool {
        !self.fell_back
            && matches!(
                self.profile,
                FilterProfile::Recommended | FilterProfile::Depurate
            )
    }

    fn spooled(gathered: &Gathered) -> impl Iterator<Item = (usize, Fate)> {
        gathered
            .fates
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, fate)| *fate != Fate::Passive)
    }

    /// A block whose records have no place: nothing is refused.
    pub(super) fn pass_all(&mut self, gathered: &Gathered) {
        if self.decides() {
            let rows = Self::spooled(gathered).count();
            self.reasons.resize(self.reasons.len() + rows, None);
        }
    }

    pub(super) fn judge(&mut self, results: &Standardised<'_>, block: &Block) {
        match self.profile {
            FilterProfile::Recommended => self.recommend(results, block),
            FilterProfile::Depurate => self.depurate(block),
            FilterProfile::Compat | FilterProfile::None => {}
        }
    }

    /// `paar`'s steps on the rate, with the concave hull of the points.
    fn depurate(&mut self, block: &Block) {
        let (tracks, value) = (&block.tracks, &block.gathered.value);
        let parameters = depurate::Parameters::default();
        let labels = depurate::depurate(&tracks.x, &tracks.y, value, &parameters);
        for label in labels {
            self.judged += usize::from(label != Label::NoNumber);
            self.reasons.push(match label {
                Label::Kept | Label::NoNumber => None,
                Label::Border => Some(FilterReason::Border),
                Label::GlobalMin => Some(FilterReason::GlobalMinimum),
                Label::GlobalMax => Some(FilterReason::GlobalMaximum),
                Label::Outlier => Some(FilterReason::Outlier),
                Label::SpatialOutlierLm => Some(FilterReason::SpatialOutlierLm),
                Label::SpatialOutlierMp => Some(FilterReason::SpatialOutlierMp),
            });
        }
    }

    fn recommend(&mut self, results: &Standardised<'_>, block: &Block) {
        let gathered = &block.gathered;
        let harvest = results.is_harvest();
        let shifted = if harvest { self.shift(block) } else { None };
        let value = shifted.as_ref().map_or(&gathered.value, |s| &s.value);
        let candidate: Vec<bool> = gathered
            .fates
            .iter()
            .map(|fate| match fate {
                Fate::Standard => true,
                Fate::Restorable => shifted.is_some(),
                Fate::Passive => false,
            })
            .collect();
        let work = match *results.operation {
            OperationType::Harvested => Work::Harvest,
            OperationType::Planted => Work::Planting,
            OperationType::Applied => Work::Application,
            OperationType::Tillage | OperationType::Other(_) => Work::Tillage,
        };
        let mut rules = Rules::recommended(work, limits(work, results, gathered, value));
        if !block.has_passes() {
            rules = rules.without_passes();
        }
        parameters::apply(&mut rules, &self.parameters);
        let subject = Subject {
            records: &gathered.records,
            tracks: &block.tracks,
            anchor: block.anchor.anchor,
            value,
            also: &gathered.by_mass,
            candidate: &candidate,
            width_m: block.width_m,
        };
        let judged = clean::judge(&subject, &rules);
        if self.reasons.is_empty() {
            (self.start_s, self.end_s) = (judged.start_s, judged.end_s);
        }
        self.spared_blocks += judged.spared_blocks;
        for (row, _) in Self::spooled(gathered) {
            let reason = judged.reasons[row];
            self.judged += usize::from(reason != Reason::Unjudged);
            self.reasons.push(word(reason));
        }
        if let Some(shifted) = shifted {
            self.restored = true;
            let before = self.reasons.len() - Self::spooled(gathered).count();
            self.mass_kg.resize(before, f32::NAN);
            self.moisture.resize(before, f32::NAN);
            for (row, _) in Self::spooled(gathered) {
                self.mass_kg.push(shifted.mass_kg[row]);
                self.moisture.push(shifted.moisture[row]);
            }
        } else if !self.mass_kg.is_empty() {
            self.mass_kg.resize(self.reasons.len(), f32::NAN);
            self.moisture.resize(self.reasons.len(), f32::NAN);
        }
    }

    /// Finds the lags of the block; the values after them when the flow's is accepted.
    fn shift(&mut self, block: &Block) -> Option<Shifted> {
        let (gathered, tracks) = (&block.gathered, &block.tracks);
        let records = &gathered.records;
        let usable = |row: usize| records.working[row];
        let mut flow = lag::estimate(records, tracks, &gathered.flow_kg_s, usable, &block.pairs);
        let wet = lag::estimate(records, tracks, &gathered.moisture, usable, &block.pairs);
        match parameters::lag(&self.parameters) {
            LagSetting::Find => {}
            LagSetting::Off => {
                self.flow_lag.get_or_insert(flow);
                return None;
            }
            LagSetting::Seconds(seconds) => {
                flow.seconds = seconds;
                flow.verdict = Verdict::Accepted;
            }
        }
        let late = lag::shifted(records, tracks, &gathered.flow_kg_s, flow.applied_s());
        let lost = |row: usize| gathered.fates[row] == Fate::Standard && late[row].is_nan();
        let standard = gathered
            .fates
            .iter()
            .filter(|f| **f == Fate::Standard)
            .count();
        let gone = (0..late.len()).filter(|row| lost(*row)).count();
        let found = parameters::lag(&self.parameters) == LagSetting::Find;
        if found && flow.verdict == Verdict::Accepted && gone as f64 > COST * standard as f64 {
            flow.verdict = Verdict::Costly;
        }
        let (flow_s, moisture_s) = (flow.applied_s(), wet.applied_s());
        self.flow_lag.get_or_insert(flow);
        self.moisture_lag.get_or_insert(wet);
        if flow_s == 0.0 {
            return None;
        }
        let moisture = if moisture_s > 0.0 {
            lag::shifted(records, tracks, &gathered.moisture, moisture_s)
        } else {
            vec![f64::NAN; records.len()]
        };
        let mut shares: Vec<f64> = gathered
            .dry_share
            .iter()
            .filter(|share| share.is_finite())
            .map(|share| f64::from(*share))
            .collect();
        let usual = median(&mut shares).unwrap_or(1.0);
        let mut intervals: Vec<f64> = gathered
            .interval_s
            .iter()
            .copied()
            .filter(|s| *s > 0.0)
            .collect();
        let usual_s = median(&mut intervals).unwrap_or(1.0);
        let mut shifted = Shifted {
            value: Vec::with_capacity(late.len()),
            mass_kg: Vec::with_capacity(late.len()),
            moisture: moisture.iter().map(|m| *m as f32).collect(),
        };
        for (row, flow) in late.into_iter().enumerate() {
            let seconds = match gathered.interval_s[row] {
                seconds if seconds > 0.0 => seconds,
                _ => usual_s,
            };
            let mass = flow * seconds;
            let share = f64::from(gathered.dry_share[row]);
            let share = if share.is_finite() { share } else { usual };
            let area = f64::from(records.distance_m[row]) * f64::from(records.width_m[row]);
            // Without moisture a grain record has no yield that could be judged.
            let sound = area > 0.0 && gathered.moisture[row] != 0.0;
            shifted.mass_kg.push(mass as f32);
            shifted.value.push(if sound {
                mass * share / area * 1e4
            } else {
                f64::NAN
            });
        }
        Some(shifted)
    }

    /// Ends the judgement: a filter that takes more than half is not believed.
    pub(super) fn settle(&mut self) {
        let refused = self
            .reasons
            .iter()
            .filter(|reason| reason.is_some())
            .count();
        self.fell_back = refused * 2 > self.judged;
        if self.fell_back {
            self.mass_kg.clear();
            self.moisture.clear();
            self.restored = false;
        }
    }
}

/// Columns of a block after the lag, by row.
struct Shifted {
    value: Vec<f64>,
    mass_kg: Vec<f32>,
    moisture: Vec<f32>,
}

/// What can be true: yields of a crop in kg/ha, rates up to five times the target, depths to 1 m.
fn limits(
    work: Work,
    results: &Standardised<'_>,
    gathered: &Gathered,
    value: &[f64],
) -> Option<(f64, f64)> {
    let middle = |values: &[f64]| {
        let mut values: Vec<f64> = values.iter().copied().filter(|v| *v > 0.0).collect();
        median(&mut values)
    };
    match work {
        Work::Harvest => {
            let most = results
                .totals
                .crops
                .first()
                .and_then(|crop| crop_limit(crop))
                .or_else(|| middle(value).map(|m| 10.0 * m))?;
            Some((0.0, most))
        }
        Work::Planting | Work::Application => {
            let target = middle(&gathered.target).or_else(|| middle(value))?;
            Some((0.0, 5.0 * target))
        }
        Work::Tillage => Some((0.0, 1.0)),
    }
}

/// More than this does not grow, kg/ha.
fn crop_limit(crop: &str) -> Option<f64> {
    if crop.contains("silage") {
        return None;
    }
    let word = crop.split([',', ' ']).next().unwrap_or_default();
    Some(match word {
        "corn" | "maize" => 25_000.0,
        "soybeans" => 9_000.0,
        "wheat" => 15_000.0,
        "barley" => 13_000.0,
        "canola" => 7_000.0,
        _ => return None,
    })
}
