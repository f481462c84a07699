//! The neighbourhood step: local Moran's I, and influence in the Moran scatterplot.
//!
//! Sources: Anselin, "Local indicators of spatial association" (Geographical Analysis 27, 1995) and
//! "The Moran scatterplot as an ESDA tool" (1996); the variance of the index under conditional
//! permutation after Sokal, Oden and Thomson (1998); the bounds of influence after Belsley, Kuh and
//! Welsch, "Regression Diagnostics" (1980), as R's `influence.measures` sets them.

use super::neighbours::{Around, sums_within};

/// The 5 % point of the standard normal distribution: below it a score is significant.
/// Not made stricter for the number of points tested; the labels of `paar` are not either.
const SIGNIFICANT_SCORE: f64 = -1.644_853_626_951_472_2;

/// Coefficients of the regression line.
const COEFFICIENTS: f64 = 2.0;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Local {
    /// Unlike its neighbours, by local Moran's I.
    pub(super) moran: bool,
    /// Pulls the line of the Moran scatterplot.
    pub(super) influential: bool,
}

/// Tests each point against its neighbours. A point without any is left alone.
pub(super) fn test(x: &[f64], y: &[f64], value: &[f64], reach_m: f64) -> Vec<Local> {
    let count = value.len() as f64;
    let mean = value.iter().sum::<f64>() / count;
    let centred: Vec<f64> = value.iter().map(|value| value - mean).collect();
    let around = sums_within(x, y, &centred, reach_m);
    let moment = centred.iter().map(|z| z * z).sum::<f64>() / count;
    let line = Line::through(&centred, &around, mean);
    centred
        .iter()
        .zip(around)
        .map(|(&z, around)| {
            let Some(lag) = around.mean() else {
                return Local::default();
            };
            Local {
                moran: differs(z, lag, around.count as f64, count, moment),
                influential: line.as_ref().is_some_and(|line| line.is_pulled_by(z, lag)),
            }
        })
        .collect()
}

/// Is local Moran's I below zero, and significantly below what chance gives? Each neighbour has the
/// same weight and the weights sum to one.
fn differs(z: f64, lag: f64, neighbours: f64, count: f64, moment: f64) -> bool {
    let others = count - 1.0;
    let index = z * lag / moment;
    let expected = -z * z / (others * moment);
    let variance = (z / moment).powi(2) * count / (count - 2.0)
        * (1.0 / neighbours - 1.0 / others)
        * (moment - z * z / others);
    index < 0.0 && (index - expected) / variance.sqrt() < SIGNIFICANT_SCORE
}

/// The least-squares line of the neighbours' mean on the value, over points that have neighbours.
/// Values are taken from the mean of all; only the intercept's influence asks for the origin.
struct Line {
    count: f64,
    mean: f64,
    spread: f64,
    slope: f64,
    intercept: f64,
    residual_sum: f64,
    origin: f64,
}

impl Line {
    fn through(centred: &[f64], around: &[Around], origin: f64) -> Option<Self> {
        let pairs = || {
            let both = centred.iter().zip(around);
            both.filter_map(|(&z, around)| Some((z, around.mean()?)))
        };
        let (mut count, mut sum, mut lag_sum) = (0.0, 0.0, 0.0);
        for (z, lag) in pairs() {
            count += 1.0;
            sum += z;
            lag_sum += lag;
        }
        if count <= COEFFICIENTS + 1.0 {
            return None;
        }
        let (mean, lag_mean) = (sum / count, lag_sum / count);
        let (mut spread, mut product) = (0.0, 0.0);
        for (z, lag) in pairs() {
            spread += (z - mean).powi(2);
            product += (z - mean) * (lag - lag_mean);
        }
        let slope = product / spread;
        let mut line = Self {
            count,
            mean,
            spread,
            slope,
            intercept: lag_mean - slope * mean,
            residual_sum: 0.0,
            origin,
        };
        line.residual_sum = pairs().map(|(z, lag)| line.residual(z, lag).powi(2)).sum();
        (spread > 0.0 && line.residual_sum > 0.0).then_some(line)
    }

    fn residual(&self, z: f64, lag: f64) -> f64 {
        lag - self.intercept - self.slope * z
    }

    /// Does leaving the point out change the line, its fit or its certainty beyond the bounds?
    fn is_pulled_by(&self, z: f64, lag: f64) -> bool {
        let (k, n) = (COEFFICIENTS, self.count);
        let off = z - self.mean;
        let leverage = 1.0 / n + off * off / self.spread;
        let left = 1.0 - leverage;
        let residual = self.residual(z, lag);
        let variance = self.residual_sum / (n - k);
        let without = (self.residual_sum - residual * residual / left) / (n - k - 1.0);
        let deviation = without.sqrt();

        let shift = residual / left;
        let slope_beta = shift * off / (self.spread.sqrt() * deviation);
        // The intercept belongs to the values as they are, not to the centred ones.
        let centre = self.mean + self.origin;
        let intercept_beta = shift * (1.0 / n - centre * off / self.spread)
            / ((1.0 / n + centre * centre / self.spread).sqrt() * deviation);
        let fit = shift * leverage.sqrt() / deviation;
        let certainty = (without / variance).powf(k) / left;
        let cook = shift * shift * leverage / (k * variance);

        slope_beta.abs() > 1.0
            || intercept_beta.abs() > 1.0
            || fit.abs() > 3.0 * (k / (n - k)).sqrt()
            || (1.0 - certainty).abs() > 3.0 * k / (n - k)
            || share_below(cook, n - k) > 0.5
            || leverage > 3.0 * k / n
    }
}

/// The F distribution's cumulative function with 2 and `freedom` degrees, which has a closed form.
fn share_below(ratio: f64, freedom: f64) -> f64 {
    1.0 - (1.0 + 2.0 * ratio / freedom).powf(-freedom / 2.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f_with_two_degrees() {
        // The median for 2 and 10 degrees and, as in tables, 3.493 for 95 % at 2 and 20.
        assert!((share_below(0.743_491_774_985_175, 10.0) - 0.5).abs() < 1e-12);
        assert!((share_below(3.492_828_476_735_632, 20.0) - 0.95).abs() < 1e-9);
        assert!((share_below(0.0, 3.0)).abs() < 1e-12);
    }

    /// Belsley, Kuh and Welsch's measures by their definition: refit without the point.
    #[test]
    fn influence_as_by_refitting() {
        let z: Vec<f64> = (0..40).map(|i| f64::from(i * 17 % 40) - 19.5).collect();
        let lag: Vec<f64> = z
            .iter()
            .enumerate()
            .map(|(i, z)| 0.3 * z + f64::from(i as u32 * 29 % 11) - 5.0 + 30.0 * f64::from(i == 7))
            .collect();
        let around = |skip: Option<usize>| -> Vec<Around> {
            let count = |i| usize::from(Some(i) != skip);
            let each = lag.iter().enumerate();
            each.map(|(i, &sum)| Around {
                count: count(i),
                sum,
            })
            .collect()
        };
        let origin = 100.0;
        let all = Line::through(&z, &around(None), origin).expect("a line");
        let variance = |line: &Line| line.residual_sum / (line.count - 2.0);
        let uncertain = 1.0 / all.count + (all.mean + origin).powi(2) / all.spread;
        for i in 0..z.len() {
            let rest = Line::through(&z, &around(Some(i)), origin).expect("a line");
            let deviation = variance(&rest).sqrt();
            let at_origin = |line: &Line| line.intercept - line.slope * origin;
            let slope = (all.slope - rest.slope) * all.spread.sqrt() / deviation;
            let intercept = (at_origin(&all) - at_origin(&rest)) / (uncertain.sqrt() * deviation);
            let leverage = 1.0 / all.count + (z[i] - all.mean).powi(2) / all.spread;
            let moved = all.residual(z[i], lag[i]) - rest.residual(z[i], lag[i]);
            let certainty = (variance(&rest) / variance(&all)).powi(2) * all.spread * all.count
                / (rest.spread * rest.count);
            let limit = 6.0 / 38.0;
            let expected = slope.abs() > 1.0
                || intercept.abs() > 1.0
                || moved.abs() / (deviation * leverage.sqrt()) > 3.0 * (2.0_f64 / 38.0).sqrt()
                || (1.0 - certainty).abs() > limit
                || leverage > 6.0 / 40.0;
            assert_eq!(all.is_pulled_by(z[i], lag[i]), expected, "point {i}");
        }
        assert!(all.is_pulled_by(z[7], lag[7]));
    }

    #[test]
    fn nothing_to_tell() {
        let none = |count: usize| vec![Local::default(); count];
        assert!(test(&[], &[], &[], 40.0).is_empty());
        assert_eq!(test(&[0.0; 9], &[0.0; 9], &[5.0; 9], 40.0), none(9));
        let far: Vec<f64> = (0..9).map(|i| f64::from(i) * 100.0).collect();
        assert_eq!(test(&far, &far, &far, 40.0), none(9));
        assert_eq!(test(&[0.0; 3], &[0.0; 3], &[1.0, 2.0, 9.0], 40.0), none(3));
    }
}
