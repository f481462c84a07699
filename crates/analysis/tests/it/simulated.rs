//! The cleaning and the lag on simulated fields whose truth is known.

use crate::real::{self, Harvest};
use crate::yield_field::{FieldPlan, Standing, YieldField};
use tramline_analysis::anchor;
use tramline_analysis::clean::{Reason, Rules, Subject, Work, judge};
use tramline_analysis::lag;
use tramline_analysis::records::Record;

const POUND_KG: f64 = 0.453_592_37;

/// What the judge says of a field.
#[derive(Debug)]
struct Score {
    recall: f64,
    good_lost: f64,
    rmse: f64,
    bias: f64,
    lag_error_s: f64,
}

/// Cleans with the recommended rules and compares with the truth in kg/ha; `bad` is `None` where
/// a record is not judged.
fn score(name: &str, harvest: &Harvest, truth: &[f64], bad: &[Option<bool>], delay_s: f64) -> Score {
    let tracks = harvest.tracks(1.5);
    let records = &harvest.records;
    let usable = |row: usize| records.working[row];
    let width_m = harvest.width_m();
    let pairs = lag::opposed_pairs(records, &tracks, usable, width_m);
    let found = lag::estimate(records, &tracks, &harvest.flow, usable, &pairs);
    let flow = lag::shifted(records, &tracks, &harvest.flow, found.applied_s());
    let value: Vec<f64> = (0..flow.len())
        .map(|row| {
            let area = f64::from(records.distance_m[row]) * f64::from(records.width_m[row]);
            flow[row] * harvest.interval_s[row] / area * 1e4
        })
        .collect();
    let subject = Subject {
        records,
        tracks: &tracks,
        anchor: anchor::find(records, &tracks).anchor,
        value: &value,
        candidate: &records.working,
        width_m,
    };
    let judged = judge(&subject, &Rules::recommended(Work::Harvest, Some((0.0, 25_000.0))));
    let kept = |row: usize| judged.reasons[row] == Reason::Kept;
    let (mut all_bad, mut found_bad, mut all_good, mut lost) = (0.0, 0.0, 0.0, 0.0);
    let (mut squares, mut sum, mut true_sum, mut count) = (0.0, 0.0, 0.0, 0.0);
    for row in 0..value.len() {
        match bad[row] {
            Some(true) => {
                all_bad += 1.0;
                found_bad += f64::from(u8::from(!kept(row)));
            }
            Some(false) => {
                all_good += 1.0;
                lost += f64::from(u8::from(!kept(row)));
            }
            None => {}
        }
        if kept(row) {
            squares += (value[row] - truth[row]).powi(2);
            sum += value[row];
            true_sum += truth[row];
            count += 1.0;
        }
    }
    let score = Score {
        recall: found_bad / all_bad,
        good_lost: lost / all_good,
        rmse: f64::sqrt(squares / count),
        bias: sum / true_sum - 1.0,
        lag_error_s: found.seconds - delay_s,
    };
    let counts: Vec<(&str, usize)> = Reason::ALL.iter().map(|r| (r.code(), judged.count(*r))).filter(|(_, n)| *n > 0).collect();
    eprintln!("{name} lag {:.2} ({:?}) {score:?} {counts:?} start {} end {} spared {}", found.seconds, found.verdict, judged.start_s, judged.end_s, judged.spared_blocks);
    score
}

/// A field of the folder of real data, whose delay is 11 s and a mixing of 1.54 s.
fn of_corpus(seed: u32) -> Option<(Harvest, Vec<f64>, Vec<Option<bool>>)> {
    let bytes = real::bytes(&format!("synthetic-yield/sim_delay11_seed{seed}.csv.gz"))?;
    let text = String::from_utf8(bytes).expect("text");
    let mut harvest = Harvest::default();
    let mut truth = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<f64> = line.split(',').map(|c| c.parse().expect("a number")).collect();
        let [t, lon, lat, flow, dt, dist, swath, moist, hdr, _, value] = cells[..] else {
            panic!("columns of {line}");
        };
        harvest.push([lon, lat, flow, t, dt, dist, swath, moist], hdr == 1.0);
        truth.push(value);
    }
    let tracks = harvest.tracks(1.5);
    let flow = lag::shifted(&harvest.records, &tracks, &harvest.flow, 12.54);
    let bad = (0..truth.len())
        .map(|row| {
            let records = &harvest.records;
            let area = f64::from(records.distance_m[row]) * f64::from(records.width_m[row]);
            let value = flow[row] * harvest.interval_s[row] / area * 1e4;
            (records.working[row] && value > 0.0)
                .then(|| (value / truth[row] - 1.0).abs() > 0.25)
        })
        .collect();
    Some((harvest, truth, bad))
}

fn of_plan(plan: FieldPlan) -> (Harvest, Vec<f64>, Vec<Option<bool>>, f64) {
    let field = YieldField::simulate(plan);
    let mut harvest = Harvest::default();
    let mut truth = Vec::new();
    for record in &field.records {
        harvest.records.push(Record {
            longitude: record.longitude,
            latitude: record.latitude,
            time_ms: (record.time_s * 1_000.0).round() as i64,
            track: 0,
            distance_m: record.distance_m,
            width_m: record.width_m,
            speed_m_s: record.distance_m / record.interval_s,
            heading_deg: f64::NAN,
            working: record.header_down,
        });
        harvest.flow.push(record.flow_kg_s);
        harvest.interval_s.push(record.interval_s);
        harvest.moisture.push(record.moisture);
        truth.push(record.true_kg_ha);
    }
    let bad = field
        .standings()
        .into_iter()
        .map(|standing| match standing {
            Standing::Bad => Some(true),
            Standing::Good => Some(false),
            Standing::HeaderUp | Standing::Unknown => None,
        })
        .collect();
    let delay = field.effective_delay_s();
    (harvest, truth, bad, delay)
}

#[test]
fn fields_with_known_truth() {
    for seed in 0..3 {
        let Some((harvest, truth, bad)) = of_corpus(seed) else {
            return;
        };
        score(&format!("corpus {seed}"), &harvest, &truth, &bad, 12.54);
    }
}

#[test]
fn fields_of_the_generator() {
    for (seed, delay) in [(1, 6.0), (2, 11.0), (3, 16.0)] {
        let (harvest, truth, bad, delay_s) = of_plan(FieldPlan::recipe(seed, delay));
        score(&format!("recipe {seed}"), &harvest, &truth, &bad, delay_s);
    }
}

#[test]
fn fields_that_nothing_was_tuned_on() {
    for plan in FieldPlan::held_out() {
        let name = format!("held out {} ({} kg/ha)", plan.seed, plan.mean_kg_ha);
        let (harvest, truth, bad, delay_s) = of_plan(plan);
        score(&name, &harvest, &truth, &bad, delay_s);
    }
}
