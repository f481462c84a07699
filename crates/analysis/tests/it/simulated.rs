//! The cleaning and the lag on simulated fields whose truth is known.

use crate::real::{self, Harvest};
use crate::yield_field::{FieldPlan, Standing, YieldField};
use tramline_analysis::anchor;
use tramline_analysis::clean::{Reason, Rules, Subject, Work, judge};
use tramline_analysis::lag;
use tramline_analysis::records::Record;

/// What the judge says of a field.
#[derive(Debug)]
struct Score {
    recall: f64,
    good_lost: f64,
    rmse: f64,
    bias: f64,
    lag_error_s: f64,
}

/// Cleans with the recommended rules and compares with the truth in kg/ha. A record is bad if it is
/// more than 25 % off after the lag that was found; rows that are not `judged` do not count.
fn score(harvest: &Harvest, truth: &[f64], judged_rows: &[bool], delay_s: f64) -> Score {
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
        also: &[],
        candidate: &records.working,
        width_m,
    };
    let judged = judge(
        &subject,
        &Rules::recommended(Work::Harvest, Some((0.0, 25_000.0))),
    );
    let kept = |row: usize| judged.reasons[row] == Reason::Kept;
    let (mut all_bad, mut found_bad, mut all_good, mut lost) = (0.0, 0.0, 0.0, 0.0);
    let (mut squares, mut sum, mut true_sum, mut count) = (0.0, 0.0, 0.0, 0.0);
    for row in 0..value.len() {
        let refused = f64::from(u8::from(!kept(row)));
        if judged_rows[row] && value[row] > 0.0 {
            if (value[row] / truth[row] - 1.0).abs() > 0.25 {
                all_bad += 1.0;
                found_bad += refused;
            } else {
                all_good += 1.0;
                lost += refused;
            }
        }
        if kept(row) {
            squares += (value[row] - truth[row]).powi(2);
            sum += value[row];
            true_sum += truth[row];
            count += 1.0;
        }
    }
    Score {
        recall: found_bad / all_bad,
        good_lost: lost / all_good,
        rmse: f64::sqrt(squares / count),
        bias: sum / true_sum - 1.0,
        lag_error_s: found.seconds - delay_s,
    }
}

/// A field of the folder of real data: 11 s of delay and 1.54 s of mixing.
fn of_corpus(seed: u32) -> Option<(Harvest, Vec<f64>)> {
    let bytes = real::bytes(&format!("synthetic-yield/sim_delay11_seed{seed}.csv.gz"))?;
    let text = String::from_utf8(bytes).expect("text");
    let mut harvest = Harvest::default();
    let mut truth = Vec::new();
    for line in text.lines().skip(1) {
        let cells: Vec<f64> = line
            .split(',')
            .map(|c| c.parse().expect("a number"))
            .collect();
        let [t, lon, lat, flow, dt, dist, swath, moist, hdr, _, value] = cells[..] else {
            panic!("columns of {line}");
        };
        harvest.push([lon, lat, flow, t, dt, dist, swath, moist], hdr == 1.0);
        truth.push(value);
    }
    Some((harvest, truth))
}

fn of_plan(plan: FieldPlan) -> (Harvest, Vec<f64>, Vec<bool>, f64) {
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
    let judged = field
        .standings()
        .into_iter()
        .map(|standing| matches!(standing, Standing::Bad | Standing::Good))
        .collect();
    let delay = field.effective_delay_s();
    (harvest, truth, judged, delay)
}

#[test]
fn fields_with_known_truth() {
    for seed in 0..3 {
        let Some((harvest, truth)) = of_corpus(seed) else {
            return;
        };
        let score = score(&harvest, &truth, &harvest.records.working, 12.54);
        assert!(score.recall >= 0.98, "{seed} {score:?}");
        assert!(score.good_lost <= 0.03, "{seed} {score:?}");
        assert!(score.rmse <= 550.0, "{seed} {score:?}");
        assert!(score.bias.abs() <= 0.005, "{seed} {score:?}");
        assert!(score.lag_error_s.abs() <= 0.3, "{seed} {score:?}");
    }
}

/// What is allowed for a field: least recall, most of the good that is lost, RMSE in kg/ha.
type Allowed = (f64, f64, f64);
const USUAL: Allowed = (0.98, 0.03, 550.0);

fn check(name: &str, plan: FieldPlan, (recall, good_lost, rmse): Allowed) {
    let interval_s = plan.interval_s;
    let (harvest, truth, judged, delay_s) = of_plan(plan);
    let score = score(&harvest, &truth, &judged, delay_s);
    eprintln!("{name} {score:?}");
    assert!(score.recall >= recall, "{name} {score:?}");
    assert!(score.good_lost <= good_lost, "{name} {score:?}");
    assert!(score.rmse <= rmse, "{name} {score:?}");
    assert!(score.bias.abs() <= 0.008, "{name} {score:?}");
    // Positions are the ends of intervals, so opposed passes lie an interval apart: the estimate
    // is late by up to half of one.
    assert!(
        score.lag_error_s.abs() <= 0.5 * interval_s,
        "{name} {score:?}"
    );
}

#[test]
fn fields_of_the_generator() {
    for (seed, delay) in [(1, 6.0), (2, 11.0), (3, 16.0)] {
        check(
            &format!("recipe {seed}"),
            FieldPlan::recipe(seed, delay),
            USUAL,
        );
    }
}

#[test]
fn fields_that_nothing_was_tuned_on() {
    for plan in FieldPlan::held_out() {
        let allowed = match plan.seed {
            // Much crawling: records below 0.5 m/s go by rule, however right they are.
            103 => (0.96, 0.035, 550.0),
            110 => (0.98, 0.07, 550.0),
            // Sensor noise of 6 and 8 % on a high yield: the noise alone is 600 kg/ha.
            104 => (0.98, 0.03, 620.0),
            107 => (0.93, 0.03, 650.0),
            // A narrow last pass whose width the operator set: neither edge nor overlap tells.
            108 => (0.91, 0.03, 550.0),
            109 => (0.98, 0.03, 560.0),
            _ => USUAL,
        };
        check(&format!("held out {}", plan.seed), plan, allowed);
    }
}
