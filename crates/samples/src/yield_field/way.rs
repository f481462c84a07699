//! Where the harvester goes: over the passes, and around from each to the next.

use super::plan::FieldPlan;
use std::f64::consts::PI;

/// Speed in the turns as a share of that in the passes.
pub(super) const TURN: f64 = 0.55;

/// A place on the way: metres from the corner of the field, and the heading as an angle from the
/// direction of the first pass.
pub(super) struct Place {
    pub(super) right: f64,
    pub(super) along: f64,
    pub(super) heading: f64,
}

enum Shape {
    /// From `along`, straight on or back.
    Line { along: f64, ahead: bool },
    /// Half a circle to the next pass, from `along`.
    Turn {
        along: f64,
        radius: f64,
        ahead: bool,
    },
}

/// A part of the way.
pub(super) struct Leg {
    /// From the begin of the way to that of the leg.
    pub(super) start: f64,
    pub(super) length: f64,
    right: f64,
    shape: Shape,
    pub(super) pass: u32,
    /// Header down: the crop is the first part of the leg, the overrun the rest.
    pub(super) work: bool,
}

impl Leg {
    pub(super) fn place(&self, way: f64) -> Place {
        let done = (way - self.start).clamp(0.0, self.length);
        let sign = |ahead: bool| if ahead { 1.0 } else { -1.0 };
        match self.shape {
            Shape::Line { along, ahead } => Place {
                right: self.right,
                along: along + sign(ahead) * done,
                heading: if ahead { 0.0 } else { 180.0 },
            },
            Shape::Turn {
                along,
                radius,
                ahead,
            } => {
                let angle = done / radius;
                let turned = angle.to_degrees();
                Place {
                    right: self.right + radius * (1.0 - angle.cos()),
                    along: along + sign(ahead) * radius * angle.sin(),
                    heading: if ahead { turned } else { 180.0 - turned },
                }
            }
        }
    }
}

/// All legs, one after the other.
#[derive(Default)]
pub(super) struct Way {
    legs: Vec<Leg>,
    pub(super) length: f64,
}

impl Way {
    fn add(&mut self, length: f64, right: f64, shape: Shape, pass: u32, work: bool) {
        if length > 0.0 {
            self.legs.push(Leg {
                start: self.length,
                length,
                right,
                shape,
                pass,
                work,
            });
            self.length += length;
        }
    }

    /// Back and forth over the whole field, with a way to it and a way from it on which the
    /// machine runs empty.
    pub(super) fn new(plan: &FieldPlan) -> Self {
        let passes = plan.full_passes() + u32::from(plan.last_pass_share > 0.0);
        let turn_speed = TURN * plan.speed_m_s;
        let far = plan.length_m;
        let mut way = Self::default();
        let before = Shape::Line {
            along: -4.0 * turn_speed,
            ahead: true,
        };
        way.add(4.0 * turn_speed, middle(plan, 0), before, 0, false);
        for pass in 0..passes {
            let ahead = pass % 2 == 0;
            let (begin, end, out) = if ahead {
                (0.0, far, 1.0)
            } else {
                (far, 0.0, -1.0)
            };
            let right = middle(plan, pass);
            let work = Shape::Line {
                along: begin,
                ahead,
            };
            way.add(far + plan.overrun_m, right, work, pass, true);
            if pass + 1 < passes {
                let next = middle(plan, pass + 1);
                let radius = (next - right) / 2.0;
                // A narrow turn goes further out.
                let clear = plan.overrun_m.max(plan.header_m / 2.0 - radius);
                let away = Shape::Line {
                    along: end + out * plan.overrun_m,
                    ahead,
                };
                let turn = Shape::Turn {
                    along: end + out * clear,
                    radius,
                    ahead,
                };
                let back = Shape::Line {
                    along: end + out * clear,
                    ahead: !ahead,
                };
                way.add(clear - plan.overrun_m, right, away, pass, false);
                way.add(PI * radius, right, turn, pass, false);
                way.add(clear, next, back, pass, false);
            } else {
                let empty_s = plan.delay_s + 8.0 * plan.mixing_s + 4.0;
                let away = Shape::Line {
                    along: end + out * plan.overrun_m,
                    ahead,
                };
                way.add(empty_s * turn_speed, right, away, pass, false);
            }
        }
        way
    }

    /// The legs on the way from one point to another.
    pub(super) fn legs_between(&self, from: f64, to: f64) -> impl Iterator<Item = &Leg> {
        let first = self
            .legs
            .partition_point(|leg| leg.start + leg.length <= from);
        self.legs
            .iter()
            .skip(first)
            .take_while(move |leg| leg.start < to)
    }
}

/// The middle of the header in a pass.
fn middle(plan: &FieldPlan, pass: u32) -> f64 {
    let middle = (f64::from(pass) + 0.5) * plan.header_m;
    if pass == plan.full_passes() && plan.last_pass_inside {
        middle - (1.0 - plan.last_pass_share) * plan.header_m
    } else {
        middle
    }
}

/// What the header cuts in a pass, in m.
pub(super) fn cut_width(plan: &FieldPlan, pass: u32) -> f64 {
    if pass == plan.full_passes() {
        plan.last_pass_share * plan.header_m
    } else {
        plan.header_m
    }
}
