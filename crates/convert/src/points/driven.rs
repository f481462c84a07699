//! What a step from record to record was: a way that was driven, a pause or a gap; by what the last steps
//! usually were.
//!
//! Rule: few steps tell nothing, and where most of the last ones were gaps nothing is usual.

/// A longer step is a gap.
const GAP_SECONDS: f64 = 30.0;
/// No machine works faster, metres in a second.
pub(crate) const MOST_M_S: f64 = 15.0;
/// Longer steps are driven only where the usual speed explains them.
pub(super) const GAP_METRES: f64 = 30.0;
/// No machine works much faster on the way: as long as no speed is usual, this one explains a step.
const FIRST_M_S: f64 = 8.0;
/// A step without times that is longer is a gap, as long as none is usual.
const FIRST_GAP_METRES: f64 = 100.0;
/// Times the way that the usual speed makes in a step, or times the usual step.
const EXPLAINED: f64 = 3.0;
const EXPLAINED_STEPS: f64 = 5.0;
/// A step that lasts as many usual ones, and as many seconds, is a pause.
const PAUSE_STEPS: f64 = 2.5;
const PAUSE_SECONDS: f64 = 2.0;
/// A longer step is a pause although the machine went on at its usual speed.
const LOST_SECONDS: f64 = 5.0;
/// Shares of the usual speed at which it went on.
const USUAL_SPEED: std::ops::RangeInclusive<f64> = 0.5..=1.5;
/// A way of so many usual ones may have been driven in one interval.
const ONE_STEP: f64 = 1.5;
/// Steps that are looked back on.
const RECENT: usize = 9;
/// Steps that must have been driven among them.
const LEAST: usize = 5;

/// One step from record to record.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Step {
    /// Not a number without times.
    pub(super) seconds: f64,
    pub(super) metres: f64,
}

/// The last steps of a machine.
#[derive(Default)]
pub(super) struct Recent {
    steps: [Option<Step>; RECENT],
    next: usize,
}

impl Recent {
    /// Remembers a step, or that there was a gap.
    pub(super) fn add(&mut self, step: Option<Step>) {
        if let Some(slot) = self.steps.get_mut(self.next) {
            *slot = step;
        }
        self.next = (self.next + 1) % RECENT;
    }

    /// Middle time and middle way of the last steps.
    pub(super) fn usual(&self) -> Option<Step> {
        let mut seconds = [0.0; RECENT];
        let mut metres = [0.0; RECENT];
        let mut count = 0;
        for step in self.steps.iter().flatten() {
            if let (Some(time), Some(way)) = (seconds.get_mut(count), metres.get_mut(count)) {
                (*time, *way) = (step.seconds, step.metres);
                count += 1;
            }
        }
        (count >= LEAST).then(|| Step {
            seconds: middle(seconds.get_mut(..count)),
            metres: middle(metres.get_mut(..count)),
        })
    }
}

fn middle(values: Option<&mut [f64]>) -> f64 {
    let Some(values) = values else {
        return f64::NAN;
    };
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// What a step from instant to instant was.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) enum Judged {
    /// The first of all, or a gap after which nothing is usual.
    #[default]
    Unknown,
    /// A way that was driven.
    Driven,
    /// A gap, or a pause: the record stands for what is usual.
    Usual(Step),
}

/// Judges a step of so many seconds (not a number without times) and metres.
pub(super) fn judge(step: Step, usual: Option<Step>) -> Judged {
    let Step { seconds, metres } = step;
    let usual = usual.filter(|usual| usual.seconds.is_nan() == seconds.is_nan());
    let is_driven = if seconds.is_nan() {
        let explained = usual.map(|usual| EXPLAINED_STEPS * usual.metres);
        metres <= explained.map_or(FIRST_GAP_METRES, |metres| metres.max(GAP_METRES))
    } else {
        let fastest = MOST_M_S * seconds.max(1.0);
        let explained = usual
            .filter(|usual| usual.seconds > 0.0)
            .map(|usual| EXPLAINED * usual.metres / usual.seconds * seconds);
        let explained = explained.unwrap_or(FIRST_M_S * seconds);
        let most = explained.max(GAP_METRES).min(fastest);
        (0.0..=GAP_SECONDS).contains(&seconds) && metres <= most
    };
    match usual {
        _ if is_driven => Judged::Driven,
        None => Judged::Unknown,
        Some(usual) => Judged::Usual(Step {
            seconds: usual.seconds,
            metres: metres.min(usual.metres),
        }),
    }
}

/// Whether a step was a pause, where the source leaves out what was not worked; `ahead`: it led on in the
/// direction of the way.
pub(super) fn pause(step: Step, usual: Step, ahead: bool) -> Judged {
    let Step { seconds, metres } = step;
    let long = PAUSE_SECONDS.max(PAUSE_STEPS * usual.seconds);
    if !(usual.seconds > 0.0 && seconds > long) {
        return Judged::Driven;
    }
    // Records that were lost on the way, at the usual speed.
    let share = metres / seconds / (usual.metres / usual.seconds);
    if ahead && seconds <= LOST_SECONDS && USUAL_SPEED.contains(&share) {
        return Judged::Driven;
    }
    let in_one = metres <= ONE_STEP * usual.metres;
    Judged::Usual(Step {
        seconds: usual.seconds,
        metres: if in_one { metres } else { usual.metres },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_of_the_last_steps_is_usual() {
        let mut recent = Recent::default();
        let step = |seconds: f64| {
            Some(Step {
                seconds,
                metres: 2.0 * seconds,
            })
        };
        for seconds in [1.0, 30.0, 1.1, 0.9] {
            recent.add(step(seconds));
            assert_eq!(recent.usual(), None, "too few");
        }
        recent.add(step(1.0));
        assert_eq!(
            recent.usual(),
            Some(Step {
                seconds: 1.0,
                metres: 2.0
            })
        );
        // The log gets slower: after five steps that is usual.
        for _ in 0..5 {
            recent.add(step(5.0));
        }
        assert_eq!(
            recent.usual(),
            Some(Step {
                seconds: 5.0,
                metres: 10.0
            })
        );
        for _ in 0..5 {
            recent.add(None);
        }
        assert_eq!(recent.usual(), None, "gaps");
    }
}
