//! The generator against its own promises: mass, spread, shares of bad records, the text export.

use super::ground::Ground;
use super::*;

fn all_plans() -> Vec<FieldPlan> {
    let mut plans: Vec<_> = [(1, 6.0), (2, 11.0), (3, 16.0)]
        .map(|(seed, delay_s)| FieldPlan::recipe(seed, delay_s))
        .into();
    plans.extend(FieldPlan::held_out());
    plans
}

fn count(field: &YieldField, standing: Standing) -> usize {
    field.standings().iter().filter(|s| **s == standing).count()
}

#[test]
fn mass_balances() {
    for plan in all_plans() {
        let field = YieldField::simulate(FieldPlan {
            noise: 0.0,
            spikes: 0.0,
            logs_header_up: true,
            ..plan
        });
        let plan = &field.plan;
        let logged: f64 = field
            .records
            .iter()
            .map(|r| r.flow_kg_s * r.interval_s)
            .sum();
        let grown = plan.mean_kg_ha * plan.length_m * plan.crop_m() / 10_000.0;
        assert!(
            (logged / grown - 1.0).abs() < 0.005,
            "{}: {logged} {grown}",
            plan.seed
        );
    }
}

#[test]
fn the_ground_is_as_planned() {
    for plan in all_plans() {
        let (mean, deviation) = Ground::new(&plan).mean_and_deviation(plan.patch_m / 7.3);
        let seed = plan.seed;
        assert!(
            (mean / plan.mean_kg_ha - 1.0).abs() < 0.01,
            "{seed}: {mean}"
        );
        assert!(
            (deviation / plan.deviation_kg_ha - 1.0).abs() < 0.01,
            "{seed}: {deviation}"
        );
    }
}

#[test]
fn the_truth_of_the_records_is_as_planned() {
    for plan in all_plans() {
        let field = YieldField::simulate(plan);
        let plan = &field.plan;
        let (mut area, mut sum, mut squares) = (0.0, 0.0, 0.0);
        for record in field.records.iter().filter(|r| r.header_down) {
            let part = if record.pass == plan.full_passes() + 1 {
                plan.last_pass_share
            } else {
                1.0
            };
            let weight = record.distance_m * part;
            area += weight;
            sum += weight * record.true_kg_ha;
            squares += weight * record.true_kg_ha.powi(2);
        }
        let mean = sum / area;
        let deviation = (squares / area - mean * mean).sqrt();
        let seed = plan.seed;
        assert!(
            (mean / plan.mean_kg_ha - 1.0).abs() < 0.02,
            "{seed}: {mean}"
        );
        assert!(
            (deviation / plan.deviation_kg_ha - 1.0).abs() < 0.02,
            "{seed}: {deviation}"
        );
    }
}

#[test]
fn patches_have_the_planned_size() {
    let (mut pairs, mut together, mut squares) = (0.0, 0.0, 0.0);
    for seed in 0..12 {
        let plan = FieldPlan {
            length_m: 2_000.0,
            across_m: 2_000.0,
            ..FieldPlan::recipe(seed, 0.0)
        };
        let ground = Ground::new(&plan);
        let off = |right: f64, along: f64| ground.kg_ha(right, along) - plan.mean_kg_ha;
        for cell in 0..4_000 {
            let (right, along) = (f64::from(cell % 60) * 32.0, f64::from(cell / 60) * 29.0);
            let value = off(right, along);
            together +=
                value * (off(right + plan.patch_m, along) + off(right, along + plan.patch_m));
            squares += value * value;
            pairs += 2.0;
        }
    }
    let correlation = together / pairs / (squares * 2.0 / pairs);
    assert!((0.27..0.45).contains(&correlation), "{correlation}");
}

#[test]
fn some_records_are_bad() {
    for plan in all_plans() {
        let field = YieldField::simulate(plan);
        let down = field.records.iter().filter(|r| r.header_down).count();
        let bad = count(&field, Standing::Bad);
        let share = bad as f64 / down as f64;
        assert!(
            (0.02..0.12).contains(&share),
            "{}: {share}",
            field.plan.seed
        );
        assert_eq!(field.bad().iter().filter(|bad| **bad).count(), bad);
    }
}

#[test]
fn the_usual_field_has_the_usual_size() {
    let field = YieldField::simulate(FieldPlan::recipe(1, 11.0));
    let down = field.records.iter().filter(|r| r.header_down).count();
    assert!((8_200..8_500).contains(&down), "{down}");
    let up = field.records.len() - down;
    assert!((500..750).contains(&up), "{up}");
    let share = count(&field, Standing::Bad) as f64 / down as f64;
    assert!((0.04..0.065).contains(&share), "{share}");
    assert_eq!(count(&field, Standing::Unknown), 0);
    assert_eq!(field.records.iter().map(|r| r.pass).max(), Some(45));
    // Crop still comes while the header is up, and none at the very begin.
    let first = field.records.iter().find(|r| r.header_down);
    assert!(first.is_some_and(|r| r.flow_kg_s == 0.0));
    let turning = field
        .records
        .iter()
        .find(|r| !r.header_down && r.time_s > 100.0);
    assert!(turning.is_some_and(|r| r.flow_kg_s > 10.0));
    let slow = field.records.iter().filter(|r| r.distance_m < 0.4).count();
    assert!(slow > 20, "{slow}");
}

#[test]
fn without_noise_only_the_machine_makes_bad_records() {
    let field = YieldField::simulate(FieldPlan {
        noise: 0.0,
        spikes: 0.0,
        crawls: 0.0,
        mixing_s: 0.0,
        last_pass_share: 0.0,
        ..FieldPlan::recipe(5, 9.0)
    });
    let down = field.records.iter().filter(|r| r.header_down).count();
    let bad = count(&field, Standing::Bad);
    // Only those that lie half in the crop, at the begin and the end of a pass.
    assert!(bad <= 2 * 44 && bad * 50 < down, "{bad} of {down}");
}

#[test]
fn a_monitor_may_pause_while_the_header_is_up() {
    for field in FieldPlan::held_out().map(YieldField::simulate) {
        let up = count(&field, Standing::HeaderUp);
        assert_eq!(up > 0, field.plan.logs_header_up);
        assert_eq!(
            count(&field, Standing::Unknown) > 0,
            !field.plan.logs_header_up
        );
    }
}

#[test]
fn two_runs_are_equal_and_seeds_differ() {
    let text = |seed| YieldField::simulate(FieldPlan::recipe(seed, 6.0)).ag_leader_text();
    assert_eq!(text(1), text(1));
    assert_ne!(text(1), text(2));
}

#[test]
fn positions_lie_a_distance_apart() {
    for plan in FieldPlan::held_out() {
        let field = YieldField::simulate(FieldPlan {
            position_error_m: 0.0,
            logs_header_up: true,
            ..plan
        });
        for pair in field.records.windows(2) {
            let (one, two) = (&pair[0], &pair[1]);
            let east = (two.longitude - one.longitude) * one.latitude.to_radians().cos();
            let apart = east.hypot(two.latitude - one.latitude) * 111_200.0;
            let chord = two.distance_m * if two.header_down { 0.8 } else { 0.5 };
            assert!(
                apart < two.distance_m * 1.02 && (apart > chord || !one.header_down),
                "{}: {apart} {two:?}",
                field.plan.seed
            );
        }
    }
}

#[test]
fn the_text_parses_back() {
    for plan in all_plans() {
        let field = YieldField::simulate(plan);
        let text = field.ag_leader_text();
        assert_eq!(text.lines().count(), field.records.len());
        for (line, record) in text.lines().zip(&field.records) {
            let parts: Vec<&str> = line.split(',').collect();
            assert_eq!(parts.len(), 16, "{line}");
            let number = |index: usize| parts[index].parse().unwrap_or(f64::NAN);
            let near = |index: usize, value: f64, within: f64| {
                assert!((number(index) - value).abs() <= within, "{index}: {line}");
            };
            near(0, record.longitude, 6e-8);
            near(1, record.latitude, 6e-8);
            near(2, record.flow_kg_s / 0.453_592_37, 6e-4);
            near(3, 1_253_000_000.0 + record.time_s, 1e-6);
            near(4, record.interval_s, 1e-9);
            near(5, record.distance_m / 0.025_4, 6e-3);
            near(6, record.width_m / 0.025_4, 6e-3);
            near(7, record.moisture, 6e-3);
            near(8, f64::from(u8::from(record.header_down)), 0.0);
            near(9, f64::from(record.pass), 0.0);
            near(15, record.elevation_m / 0.304_8, 6e-3);
            assert_eq!(
                parts[11..15].join(","),
                "\"F1: North Forty\",\"L1: \",\"Corn\",\"Demo Corn 21\""
            );
        }
    }
}
