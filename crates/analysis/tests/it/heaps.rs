//! Logs that heap up records at one place cost time in proportion to them, not to their square.

use std::time::{Duration, Instant};
use tramline_analysis::anchor::Anchor;
use tramline_analysis::clean::{Rules, Subject, Work, judge};
use tramline_analysis::footprint::{Footprints, Layout};
use tramline_analysis::lag;
use tramline_analysis::records::{Record, Records};
use tramline_analysis::track::{Headings, Tracks};
use tramline_analysis::union;

/// Records at one place (`spread_m` around it) that claim to drive two metres in a second.
fn heap(count: u32, spread_m: f64) -> (Records, Tracks) {
    let mut records = Records::default();
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for i in 0..count {
        records.push(Record {
            longitude: 10.0,
            latitude: 50.0,
            time_ms: i64::from(i) * 1_000,
            track: 0,
            distance_m: 2.0,
            width_m: 9.0,
            speed_m_s: 2.0,
            heading_deg: f64::from(i * 97 % 360),
            working: true,
        });
        x.push(f64::from(i * 7_919 % 1_000) / 1_000.0 * spread_m);
        y.push(f64::from(i * 613 % 1_000) / 1_000.0 * spread_m);
    }
    let tracks = Tracks::of_places(&records, x, y, Headings::default());
    (records, tracks)
}

#[test]
fn a_hundred_thousand_records_at_one_place_end_soon() {
    for spread_m in [0.0, 0.5, 5.0] {
        let started = Instant::now();
        let (records, tracks) = heap(100_000, spread_m);
        let value: Vec<f64> = (0..records.len())
            .map(|i| 8_000.0 + (i % 100) as f64)
            .collect();
        let pairs = lag::opposed_pairs(&records, &tracks, |_| true, 9.0);
        lag::estimate(&records, &tracks, &value, |_| true, &pairs);
        let subject = Subject {
            records: &records,
            tracks: &tracks,
            anchor: Anchor::Middle,
            value: &value,
            also: &[],
            candidate: &records.working,
            width_m: 9.0,
        };
        judge(
            &subject,
            &Rules::recommended(Work::Harvest, Some((0.0, 25_000.0))),
        );
        let feet = Footprints::new(&records, &tracks, Anchor::Middle, Layout::Joined);
        let strips = union::strips(&feet, |_| true, 0.05);
        assert!(strips.len() < 5_000, "{spread_m} {}", strips.len());
        union::outline(&union::union(&strips), 9.0);
        let took = started.elapsed();
        eprintln!("{spread_m} m: {took:?}");
        assert!(took < Duration::from_secs(60), "{spread_m} m: {took:?}");
    }
}
