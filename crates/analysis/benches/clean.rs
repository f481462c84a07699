//! The steps of the recommended cleaning on a simulated harvest of 37,000 and of a million records,
//! beside sorting as many numbers.

// The generator stands alone; the crate around it would build the whole product first.
#[allow(dead_code, unreachable_pub, unused_imports)]
#[path = "../../samples/src/yield_field/mod.rs"]
mod yield_field;

use divan::Bencher;
use std::collections::HashMap;
use std::sync::{LazyLock, Mutex};
use tramline_analysis::anchor;
use tramline_analysis::clean::{Rules, Subject, Work, judge};
use tramline_analysis::footprint::{Footprints, Layout};
use tramline_analysis::frame::LocalFrame;
use tramline_analysis::lag;
use tramline_analysis::lattice::Lattice;
use tramline_analysis::records::{Record, Records};
use tramline_analysis::track::{Headings, Tracks};
use tramline_analysis::union;
use yield_field::{FieldPlan, YieldField};

struct Harvest {
    records: Records,
    flow: Vec<f64>,
    frame: LocalFrame,
    width_m: f64,
}

static FIELDS: LazyLock<Mutex<HashMap<usize, &'static Harvest>>> = LazyLock::new(Mutex::default);

/// As many records as wanted: a field that is as wide as they need.
fn harvest(wanted: usize) -> &'static Harvest {
    let mut fields = FIELDS.lock().expect("one thread");
    fields.entry(wanted).or_insert_with(|| {
        let mut plan = FieldPlan::recipe(5, 11.0);
        // Nine metres a pass and two metres a record.
        plan.length_m = 400.0 * (wanted as f64 / 37_000.0).sqrt().max(1.0);
        plan.across_m = wanted as f64 * 2.0 / plan.length_m * plan.header_m * 0.9;
        let width_m = plan.header_m;
        let field = YieldField::simulate(plan);
        let mut records = Records::default();
        let mut flow = Vec::new();
        for record in field.records.iter().take(wanted) {
            records.push(Record {
                longitude: record.longitude,
                latitude: record.latitude,
                time_ms: (record.time_s * 1e3) as i64,
                track: 0,
                distance_m: record.distance_m,
                width_m: record.width_m,
                speed_m_s: record.distance_m / record.interval_s,
                heading_deg: f64::NAN,
                working: record.header_down,
            });
            flow.push(record.flow_kg_s);
        }
        assert!(
            records.len() * 10 > wanted * 9,
            "{} of {wanted}",
            records.len()
        );
        let frame = LocalFrame::around(&records.longitude, &records.latitude).expect("a place");
        Box::leak(Box::new(Harvest {
            records,
            flow,
            frame,
            width_m,
        }))
    })
}

fn tracks(harvest: &Harvest) -> Tracks {
    Tracks::new(&harvest.records, &harvest.frame, Headings::default())
}

const COUNTS: [usize; 2] = [37_000, 1_000_000];

#[divan::bench(args = COUNTS, sample_count = 5)]
fn order_segments_headings(bencher: Bencher<'_, '_>, count: usize) {
    let harvest = harvest(count);
    bencher.bench(|| tracks(harvest));
}

#[divan::bench(args = COUNTS, sample_count = 5)]
fn lag_of_the_flow(bencher: Bencher<'_, '_>, count: usize) {
    let harvest = harvest(count);
    let tracks = tracks(harvest);
    let records = &harvest.records;
    bencher.bench(|| {
        let usable = |row: usize| records.working[row];
        let pairs = lag::opposed_pairs(records, &tracks, usable, harvest.width_m);
        lag::estimate(records, &tracks, &harvest.flow, usable, &pairs)
    });
}

#[divan::bench(args = COUNTS, sample_count = 5)]
fn filter(bencher: Bencher<'_, '_>, count: usize) {
    let harvest = harvest(count);
    let tracks = tracks(harvest);
    let records = &harvest.records;
    let flow = lag::shifted(records, &tracks, &harvest.flow, 12.5);
    let value: Vec<f64> = flow
        .iter()
        .zip(&records.distance_m)
        .map(|(flow, distance)| flow / (f64::from(*distance) * harvest.width_m) * 1e4)
        .collect();
    let anchor = anchor::find(records, &tracks).anchor;
    bencher.bench(|| {
        let subject = Subject {
            records,
            tracks: &tracks,
            anchor,
            value: &value,
            also: &[],
            candidate: &records.working,
            width_m: harvest.width_m,
        };
        judge(
            &subject,
            &Rules::recommended(Work::Harvest, Some((0.0, 25_000.0))),
        )
    });
}

#[divan::bench(args = COUNTS, sample_count = 5)]
fn covered_ground(bencher: Bencher<'_, '_>, count: usize) {
    let harvest = harvest(count);
    let tracks = tracks(harvest);
    let records = &harvest.records;
    bencher.bench(|| {
        let feet = Footprints::new(records, &tracks, anchor::Anchor::Middle, Layout::Joined);
        let strips = union::strips(&feet, |row| records.working[row], 0.02);
        let united = union::union(&strips);
        let covered = union::geodesic_area_m2(&union::in_degrees(&united, &harvest.frame));
        (covered, union::outline(&united, harvest.width_m))
    });
}

/// Corners of footprints to degrees, by the projection and by the lattice that stands for it.
#[divan::bench(args = COUNTS, sample_count = 5)]
fn degrees_projected(bencher: Bencher<'_, '_>, count: usize) {
    let harvest = harvest(count);
    let tracks = tracks(harvest);
    bencher.bench(|| sum(&tracks, |x, y| harvest.frame.degrees(x, y)));
}

#[divan::bench(args = COUNTS, sample_count = 5)]
fn degrees_looked_up(bencher: Bencher<'_, '_>, count: usize) {
    let harvest = harvest(count);
    let tracks = tracks(harvest);
    bencher.bench(|| {
        let bounds = [-2_000.0, -2_000.0, 2_000.0, 2_000.0];
        let lattice = Lattice::new(bounds, |x, y| harvest.frame.degrees(x, y));
        lattice.map(|lattice| sum(&tracks, |x, y| lattice.at(x, y)))
    });
}

fn sum(tracks: &Tracks, degrees: impl Fn(f64, f64) -> (f64, f64)) -> f64 {
    let places = tracks.x.iter().zip(&tracks.y);
    places
        .filter(|(x, _)| x.is_finite())
        .map(|(x, y)| degrees(*x, *y).0)
        .sum()
}

/// For scale.
#[divan::bench(args = COUNTS, sample_count = 5)]
fn sort_as_many_numbers(bencher: Bencher<'_, '_>, count: usize) {
    let flow = &harvest(count).flow;
    bencher
        .with_inputs(|| flow.clone())
        .bench_values(|mut flow| {
            flow.sort_unstable_by(f64::total_cmp);
            flow
        });
}

fn main() {
    divan::main();
}
