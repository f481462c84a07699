//! First pass: what the records hold, whether the layout fits this log, and whether the rate is
//! that of a liquid.

use super::super::raw::{Broken, Frames, Record};
use std::io::Read;

/// Liquid rates of sprayers and applicators, litres per hectare.
const LIQUID_L_HA: std::ops::Range<f64> = 5.0..2_000.0;
/// Rates that are kept to tell the middle of.
const SAMPLE: usize = 4_096;
/// Steps longer than this tell nothing of the speed between.
const GAP_S: u32 = 5;
/// Ways and speeds that differ by more belong to another layout.
const MOST_OFF: f64 = 0.10;
/// The same for the way between positions, which noise of the receiver lengthens.
const MOST_OFF_POSITIONS: f64 = 0.25;
/// Shorter ways prove nothing.
const LEAST_M: f64 = 20.0;

/// What the log holds.
#[derive(Default)]
pub(super) struct Survey {
    pub(super) records: u64,
    /// Records of types or lengths that are not described.
    pub(super) skipped: u64,
    pub(super) fixes: u64,
    pub(super) without_position: u64,
    pub(super) products: u64,
    pub(super) states: u64,
    pub(super) headings: u64,
    pub(super) targets: u64,
    pub(super) elevations: u64,
    pub(super) speeds: u64,
    pub(super) most_sections: u16,
    /// The middle of the rates above zero: actual ones, else targets.
    pub(super) usual_rate: Option<f64>,
    pub(super) check: Check,
    pub(super) broken: Option<Broken>,
    pub(super) bytes: u64,
}

/// Way by three accounts, over the steps that all three know.
#[derive(Default)]
pub(super) struct Check {
    by_counter_m: f64,
    by_speed_m: f64,
    by_position_m: f64,
}

/// The fix before.
#[derive(Clone, Copy)]
struct Before {
    seconds: u32,
    place: (f64, f64),
    speed: f64,
    way: f64,
}

impl Survey {
    pub(super) fn read(stream: impl Read) -> Self {
        let mut survey = Self::default();
        let mut frames = Frames::new(stream);
        let (mut actual, mut targets) = (Vec::new(), Vec::new());
        let mut before = None;
        loop {
            let (kind, bytes) = match frames.next() {
                Ok(Some(record)) => record,
                Ok(None) => break,
                Err(broken) => {
                    survey.broken = Some(broken);
                    break;
                }
            };
            survey.records += 1;
            survey.bytes += bytes.len() as u64;
            match Record::read(kind, bytes) {
                None => survey.skipped += 1,
                Some(Record::Sections(sections)) => {
                    survey.states += 1;
                    survey.most_sections = survey.most_sections.max(sections.count);
                }
                Some(Record::Guidance { heading, .. }) => {
                    survey.headings += u64::from(heading.is_some());
                }
                Some(Record::Product {
                    actual: rate,
                    target,
                }) => {
                    survey.products += 1;
                    survey.targets += u64::from(target.is_some());
                    keep(&mut actual, rate);
                    keep(&mut targets, target);
                }
                Some(Record::Fix {
                    seconds,
                    position,
                    elevation_m,
                    speed_m_s,
                    way_m,
                }) => {
                    survey.fixes += 1;
                    survey.without_position += u64::from(position.is_none());
                    survey.elevations += u64::from(elevation_m.is_some());
                    survey.speeds += u64::from(speed_m_s.is_some());
                    let now = position.zip(speed_m_s).zip(way_m);
                    let now = now.map(|((place, speed), way)| Before {
                        seconds,
                        place,
                        speed,
                        way,
                    });
                    if let Some((before, now)) = before.zip(now) {
                        survey.check.step(before, now);
                    }
                    before = now;
                }
            }
        }
        survey.usual_rate = middle(actual).or_else(|| middle(targets));
        survey
    }

    /// Whether the rates are those of a liquid.
    pub(super) fn is_liquid(&self) -> bool {
        self.usual_rate
            .is_some_and(|rate| LIQUID_L_HA.contains(&rate))
    }
}

fn keep(list: &mut Vec<f64>, rate: Option<f64>) {
    if list.len() < SAMPLE {
        list.extend(rate.filter(|rate| *rate > 0.0));
    }
}

fn middle(mut list: Vec<f64>) -> Option<f64> {
    list.sort_by(f64::total_cmp);
    list.get(list.len() / 2).copied()
}

impl Check {
    fn step(&mut self, before: Before, now: Before) {
        let seconds = now.seconds.wrapping_sub(before.seconds);
        let way = now.way - before.way;
        if seconds == 0 || seconds > GAP_S || way < 0.0 {
            return;
        }
        self.by_counter_m += way;
        self.by_speed_m += f64::midpoint(before.speed, now.speed) * f64::from(seconds);
        self.by_position_m += crate::shared::ground::distance_m(before.place, now.place);
    }

    /// Whether there is enough way to tell.
    pub(super) fn tells(&self) -> bool {
        self.by_counter_m
            .max(self.by_speed_m)
            .max(self.by_position_m)
            >= LEAST_M
    }

    /// Why the layout does not fit this log; `None` where it does, or nothing can be told.
    pub(super) fn refusal(&self) -> Option<String> {
        if !self.tells() {
            return None;
        }
        let off = |way: f64| (way / self.by_speed_m - 1.0).abs();
        let fits = off(self.by_counter_m) <= MOST_OFF;
        // NaN is off, too.
        let placed = off(self.by_position_m) <= MOST_OFF_POSITIONS;
        (!(fits && placed)).then(|| {
            format!(
                "the known layout does not fit this firmware: the machine drove {:.0} m by speed and time, {:.0} m by its \
                 counter, and {:.0} m between its positions",
                self.by_speed_m, self.by_counter_m, self.by_position_m
            )
        })
    }
}
