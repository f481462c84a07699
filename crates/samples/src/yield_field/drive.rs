//! The speed of the harvester, the crop on its way through it, and the monitor.

use super::ground::{Ground, Random, to_degrees};
use super::plan::FieldPlan;
use super::record::FieldRecord;
use super::way::{TURN, Way, cut_width};
use std::collections::VecDeque;

/// Longest step in which the crop is moved through the machine.
const STEP_S: f64 = 0.25;
const CRAWL_M_S: f64 = 0.3;
/// Speed at the end of a pass, where the header is lifted, as a share of that in the passes.
const PASS_END: f64 = 0.4;
const SPEEDING_M_S2: f64 = 0.35;
const BRAKING_M_S2: f64 = 2.0;
/// Deviation of the speed from record to record, as a share of it.
const SPEED_NOISE: f64 = 0.03;
/// Share of the error of a position that stays from record to record.
const ERROR_STAYS: f64 = 0.9;

/// Crop that is cut on the way from one point to another, in kg.
fn cut(plan: &FieldPlan, ground: &Ground, way: &Way, from: f64, to: f64) -> f64 {
    way.legs_between(from, to)
        .filter(|leg| leg.work)
        .map(|leg| {
            let from = from.max(leg.start);
            let to = to.min(leg.start + plan.length_m);
            if to <= from {
                return 0.0;
            }
            let left = f64::from(leg.pass) * plan.header_m;
            let width = cut_width(plan, leg.pass);
            let along = leg.place((from + to) / 2.0).along;
            ground.mean_across(left, left + width, along) * width * (to - from) / 10_000.0
        })
        .sum()
}

/// The crop in the machine: first on a belt, then in a vessel that mixes it.
struct Machine {
    /// What was cut in the last steps, newest first; its length is the pure delay.
    belt: VecDeque<f64>,
    /// Part of a step by which the delay is longer than whole steps.
    rest: f64,
    vessel_kg: f64,
    /// Share of the vessel that stays in it for a step, and of what comes in meanwhile.
    stays: f64,
    new_stays: f64,
}

impl Machine {
    fn new(plan: &FieldPlan, step_s: f64) -> Self {
        let steps = plan.delay_s / step_s;
        let (stays, new_stays) = if plan.mixing_s > 0.0 {
            let stays = (-step_s / plan.mixing_s).exp();
            (stays, plan.mixing_s / step_s * (1.0 - stays))
        } else {
            (0.0, 0.0)
        };
        Self {
            belt: VecDeque::from(vec![0.0; steps.floor() as usize + 2]),
            rest: steps.fract(),
            vessel_kg: 0.0,
            stays,
            new_stays,
        }
    }

    /// Takes what is cut in a step and gives what passes the sensor in it.
    fn step(&mut self, cut_kg: f64) -> f64 {
        self.belt.push_front(cut_kg);
        self.belt.pop_back();
        let from_end = |back: usize| {
            let index = self.belt.len().checked_sub(back);
            index.and_then(|i| self.belt.get(i)).copied().unwrap_or(0.0)
        };
        let new_kg = (1.0 - self.rest) * from_end(2) + self.rest * from_end(1);
        let left_kg = self.vessel_kg * self.stays + new_kg * self.new_stays;
        let out_kg = self.vessel_kg + new_kg - left_kg;
        self.vessel_kg = left_kg;
        out_kg
    }
}

/// Sets the speed, record by record.
struct Driver {
    speed_m_s: f64,
    /// Of each pass, where a crawl begins (from the begin of the pass) and how long it lasts.
    crawls: Vec<Option<(f64, f64)>>,
}

impl Driver {
    fn new(plan: &FieldPlan, random: &mut Random) -> Self {
        let crawls = (0..=plan.full_passes())
            .map(|_| {
                let crawls = random.even() < plan.crawls;
                let begin = plan.length_m * (0.1 + 0.8 * random.even());
                let lasts = 12.0 + 8.0 * random.even();
                crawls.then_some((begin, lasts))
            })
            .collect();
        Self {
            speed_m_s: TURN * plan.speed_m_s,
            crawls,
        }
    }

    fn drive(&mut self, plan: &FieldPlan, way: &Way, at: f64) -> f64 {
        let mut wanted = TURN * plan.speed_m_s;
        if let Some(leg) = way.legs_between(at, f64::INFINITY).next()
            && leg.work
        {
            let done = at - leg.start;
            let ends = leg.length - done < plan.speed_m_s;
            wanted = plan.speed_m_s * if ends { PASS_END } else { 1.0 };
            if let Some(Some((begin, lasts))) = self.crawls.get_mut(leg.pass as usize)
                && done >= *begin
                && *lasts > 0.0
            {
                *lasts -= plan.interval_s;
                wanted = CRAWL_M_S;
            }
        }
        let change = (wanted - self.speed_m_s).clamp(
            -BRAKING_M_S2 * plan.interval_s,
            SPEEDING_M_S2 * plan.interval_s,
        );
        self.speed_m_s += change;
        self.speed_m_s
    }
}

pub(super) fn drive(plan: &FieldPlan) -> Vec<FieldRecord> {
    let ground = Ground::new(plan);
    let way = Way::new(plan);
    let mut driving = Random::new(plan.seed, 2);
    let mut sensing = Random::new(plan.seed, 3);
    let mut locating = Random::new(plan.seed, 4);
    let mut driver = Driver::new(plan, &mut driving);
    let steps = (plan.interval_s / STEP_S).ceil().max(1.0) as u32;
    let mut machine = Machine::new(plan, plan.interval_s / f64::from(steps));
    let fresh = (1.0 - ERROR_STAYS * ERROR_STAYS).sqrt();
    let (mut error_right, mut error_along) = (0.0, 0.0);
    let mut records = Vec::new();
    let (mut at, mut count) = (0.0, 0.0);
    while at < way.length {
        let speed = driver.drive(plan, &way, at) * (1.0 + SPEED_NOISE * driving.normal());
        let distance_m = speed.max(CRAWL_M_S / 2.0) * plan.interval_s;
        let part = distance_m / f64::from(steps);
        let mut out_kg = 0.0;
        for step in 0..steps {
            let from = at + part * f64::from(step);
            out_kg += machine.step(cut(plan, &ground, &way, from, from + part));
        }
        let from = at;
        at += distance_m;
        count += 1.0;
        let mut reading = out_kg / plan.interval_s * (1.0 + plan.noise * sensing.normal()).max(0.0);
        let (spike, low) = (sensing.even() < plan.spikes, sensing.even() < 0.5);
        if spike {
            reading *= if low { 0.2 } else { 2.5 };
        }
        let mut error =
            |before: f64| ERROR_STAYS * before + fresh * plan.position_error_m * locating.normal();
        error_right = error(error_right);
        error_along = error(error_along);
        let worked = way.legs_between(from, at).find(|leg| leg.work);
        let Some(leg) = way.legs_between(from, at).last() else {
            break;
        };
        let pass = worked.map_or(leg.pass, |leg| leg.pass);
        if worked.is_none() && !plan.logs_header_up {
            continue;
        }
        let place = leg.place(at);
        let (longitude, latitude) =
            to_degrees(plan, place.right + error_right, place.along + error_along);
        let sets_width = plan.operator_sets_width && pass == plan.full_passes();
        records.push(FieldRecord {
            time_s: count * plan.interval_s,
            longitude,
            latitude,
            elevation_m: 290.0
                + 3.0 * (place.right / 70.0).sin()
                + 2.0 * (place.along / 110.0).cos(),
            heading_deg: (place.heading + plan.bearing_deg).rem_euclid(360.0),
            distance_m,
            width_m: if sets_width {
                cut_width(plan, pass)
            } else {
                plan.header_m
            },
            flow_kg_s: reading,
            interval_s: plan.interval_s,
            moisture: plan.moisture + 0.8 * (place.along / 90.0 + place.right / 130.0).sin(),
            header_down: worked.is_some(),
            pass: pass + 1,
            true_kg_ha: ground.kg_ha(place.right, place.along),
        });
    }
    records
}
