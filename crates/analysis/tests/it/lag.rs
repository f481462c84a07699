//! The lag on real files and on simulated ones.

use crate::real;
use tramline_analysis::lag::{self, Verdict};

#[test]
fn lags_of_real_files() {
    for (name, seconds, before, after, verdict) in [
        ("usda1", 3.49, 0.593, 0.650, Verdict::Accepted),
        ("usda2", 14.38, -0.087, 0.731, Verdict::Accepted),
        ("usda3", 1.56, 0.792, 0.805, Verdict::NoGain),
        ("basswood", 2.01, 0.548, 0.584, Verdict::Accepted),
        ("gartner", -1.44, 0.532, 0.577, Verdict::Implausible),
    ] {
        let Some(harvest) = real::harvest(name) else {
            return;
        };
        let tracks = harvest.tracks(0.0);
        let usable = |row: usize| harvest.records.working[row];
        let pairs = lag::opposed_pairs(&harvest.records, &tracks, usable, harvest.width_m());
        let found = lag::estimate(&harvest.records, &tracks, &harvest.flow, usable, &pairs);
        assert_eq!(found.verdict, verdict, "{name} {found:?}");
        assert!((found.seconds - seconds).abs() <= 0.2, "{name} {found:?}");
        assert!((found.before - before).abs() <= 0.02, "{name} {found:?}");
        assert!((found.after - after).abs() <= 0.02, "{name} {found:?}");
        // A later sensor is found as much later.
        let later = lag::shifted(&harvest.records, &tracks, &harvest.flow, -4.0);
        let again = lag::estimate(&harvest.records, &tracks, &later, usable, &pairs);
        let moved = again.seconds - found.seconds;
        let allowed = if name.starts_with("usda") {
            3.9..=4.1
        } else {
            2.5..=4.1
        };
        assert!(allowed.contains(&moved), "{name} {moved}");
    }
}
