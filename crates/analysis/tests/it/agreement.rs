//! What is left predicts itself: points of other passes, weighted by their distance, foretell the
//! points that every method keeps. The better the cleaning, the smaller the error.

use crate::clean::{FILES, yields};
use crate::real;
use tramline_analysis::anchor;
use tramline_analysis::clean::{Reason, Rules, Subject, Work, judge};
use tramline_analysis::depurate::{Label, Parameters, depurate};
use tramline_analysis::grid::Grid;
use tramline_analysis::statistics::mean_and_deviation;
use tramline_analysis::track::Tracks;

/// Nearest points of other passes that foretell.
const NEAREST: usize = 12;

/// Inverse squared distance from the kept points of other segments; RMSE over the judged ones.
fn error(tracks: &Tracks, value: &[f64], kept: &[bool], judged: &[bool]) -> f64 {
    let rows = (0..value.len()).filter(|row| kept[*row]);
    let grid = Grid::new(&tracks.x, &tracks.y, rows, 5.0);
    let (mut squares, mut count) = (0.0, 0.0);
    let mut found: Vec<(f64, usize)> = Vec::new();
    for row in (0..value.len()).filter(|row| judged[*row]) {
        let mut reach = 15.0;
        while reach < 500.0 {
            found.clear();
            grid.for_each_within(tracks.x[row], tracks.y[row], reach, |other, squared| {
                if tracks.segment[other] != tracks.segment[row] {
                    found.push((squared, other));
                }
            });
            if found.len() >= NEAREST {
                break;
            }
            reach *= 2.0;
        }
        if found.is_empty() {
            continue;
        }
        found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.truncate(NEAREST);
        let weight = |squared: f64| 1.0 / squared.max(0.01);
        let weights: f64 = found.iter().map(|(squared, _)| weight(*squared)).sum();
        let foretold: f64 = found
            .iter()
            .map(|(squared, other)| weight(*squared) * value[*other])
            .sum::<f64>()
            / weights;
        squares += (foretold - value[row]).powi(2);
        count += 1.0;
    }
    f64::sqrt(squares / count)
}

#[test]
fn recommended_foretells_better_than_compat() {
    // RMSE of another program's pipeline on the same files: at most a percent more.
    let measured = [514.0, 1_543.0, 322.0, 597.0, 1_341.0];
    for ((name, lag_s, standard, most, ..), measured) in FILES.into_iter().zip(measured) {
        let Some(harvest) = real::harvest(name) else {
            return;
        };
        let tracks = harvest.tracks(1.5);
        let (dry, valid) = yields(&harvest, &tracks, lag_s, standard);
        let fast: Vec<f64> = (0..dry.len())
            .filter(|row| valid[*row] && harvest.records.speed_m_s[*row] >= 0.5)
            .map(|row| dry[row])
            .collect();
        let (mean, deviation) = mean_and_deviation(&fast).expect("many");
        let compat: Vec<bool> = (0..dry.len())
            .map(|row| {
                valid[row]
                    && harvest.records.speed_m_s[row] >= 0.5
                    && (dry[row] - mean).abs() <= 3.0 * deviation
            })
            .collect();
        let subject = Subject {
            records: &harvest.records,
            tracks: &tracks,
            anchor: anchor::find(&harvest.records, &tracks).anchor,
            value: &dry,
            also: &[],
            candidate: &harvest.records.working,
            width_m: harvest.width_m(),
        };
        let judged = judge(
            &subject,
            &Rules::recommended(Work::Harvest, Some((0.0, most))),
        );
        let recommended: Vec<bool> = judged.reasons.iter().map(|r| *r == Reason::Kept).collect();
        let values: Vec<f64> = (0..dry.len())
            .map(|row| if valid[row] { dry[row] } else { f64::NAN })
            .collect();
        let labels = depurate(&tracks.x, &tracks.y, &values, &Parameters::default());
        let paar: Vec<bool> = labels.iter().map(|label| *label == Label::Kept).collect();
        let common: Vec<bool> = (0..dry.len())
            .map(|row| compat[row] && recommended[row] && paar[row])
            .collect();
        let count = common.iter().filter(|c| **c).count();
        let [raw, compat, recommended, paar] =
            [&valid, &compat, &recommended, &paar].map(|kept| error(&tracks, &dry, kept, &common));
        eprintln!(
            "{name}: {count} points, valid {raw:.0}, compat {compat:.0}, recommended \
             {recommended:.0}, depurate {paar:.0} kg/ha"
        );
        assert!(recommended <= compat, "{name} {recommended} {compat}");
        assert!(
            recommended <= 1.01 * measured,
            "{name} {recommended} {measured}"
        );
    }
}
