//! The variogram: how unlike values are by the distance between them, and the exponential model of
//! it. Its nugget is the part of the variance that no distance explains, which is mostly error of
//! the sensor: published before and after cleaning, it tells what the cleaning did.
//!
//! Sources: Matheron, "Principles of geostatistics", Economic Geology 58 (1963), for the estimate;
//! Cressie, "Fitting variogram models by weighted least squares", Mathematical Geology 17 (1985).
//! The classes and weights are those that R's `gstat` takes when nothing is said.

mod class;
mod exponential;
mod pairs;

pub use class::Class;
pub use exponential::{Exponential, fit_exponential};
use pairs::{Choice, Point, add_pairs};

/// How pairs of points are classed, and how many of them.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Classes of distance.
    pub classes: usize,
    /// The largest distance; by default a third of the diagonal around the points.
    pub cutoff_m: Option<f64>,
    /// Up to this many points all pairs count; of more, far pairs come from a sample of this size
    /// and near ones from as many points as take a similar time.
    pub limit: usize,
    /// The same seed picks the same sample.
    pub seed: u64,
}

impl Default for Parameters {
    fn default() -> Self {
        Self {
            classes: 15,
            cutoff_m: None,
            limit: 4_000,
            seed: 0,
        }
    }
}

impl Parameters {
    /// Classes of 10 m up to 300 m. On a field of a kilometre the default's first class is 35 m wide
    /// and the model has to guess what lies before it; the nugget is better read from these.
    pub fn near() -> Self {
        Self {
            classes: 30,
            cutoff_m: Some(300.0),
            ..Self::default()
        }
    }
}

/// More classes than this are not made.
const MOST_CLASSES: usize = 10_000;

/// The classes that hold pairs, near to far. Points with a number missing take no part. Empty when
/// all points are at one place. The order of the points does not matter, not even for the sample.
pub fn empirical(x: &[f64], y: &[f64], value: &[f64], parameters: &Parameters) -> Vec<Class> {
    let mut points: Vec<Point> = x
        .iter()
        .zip(y)
        .zip(value)
        .map(|((&x, &y), &value)| [x, y, value])
        .filter(|point| point.iter().all(|number| number.is_finite()))
        .collect();
    let cutoff = parameters
        .cutoff_m
        .unwrap_or_else(|| diagonal(&points) / 3.0);
    let count = parameters.classes.min(MOST_CLASSES);
    let width = cutoff / count as f64;
    if !(width.is_finite() && width > 0.0) {
        return Vec::new();
    }
    let mut sums = vec![Class::default(); count];
    let (all, limit) = (points.len(), parameters.limit);
    if all <= limit {
        add_pairs(&mut points, cutoff, width, all, parameters.seed, &mut sums);
    } else {
        // Near pairs are few and decide the nugget: taken from all points, or from many.
        let near = (count / NEAR_SHARE).clamp(1, count);
        let firsts = (limit.saturating_mul(limit) / all * NEAR_EFFORT).clamp(1, all);
        let (near_sums, far_sums) = sums.split_at_mut(near);
        let reach = near as f64 * width;
        add_pairs(
            &mut points,
            reach,
            width,
            firsts,
            parameters.seed,
            near_sums,
        );
        stand_for(near_sums, all as f64 / firsts as f64);

        let mut choice = Choice::new(all, limit, parameters.seed);
        points.retain(|_| choice.next());
        let mut sampled = vec![Class::default(); count];
        add_pairs(
            &mut points,
            cutoff,
            width,
            limit,
            parameters.seed,
            &mut sampled,
        );
        let pairs = |points: usize| points as f64 * (points as f64 - 1.0);
        stand_for(&mut sampled, pairs(all) / pairs(limit));
        far_sums.copy_from_slice(&sampled[near..]);
    }
    sums.retain(|sum| sum.pairs > 0);
    sums
}

/// Of more points than the limit, all are searched for pairs in the nearest fifth of the classes,
/// or as many as make this many times the work of the sample.
const NEAR_SHARE: usize = 5;
const NEAR_EFFORT: usize = 16;

/// Each pair that was seen stands for more.
fn stand_for(classes: &mut [Class], more: f64) {
    for class in classes {
        class.pairs = (class.pairs as f64 * more).round() as u64;
    }
}

fn diagonal(points: &[[f64; 3]]) -> f64 {
    let extent = |axis: usize| {
        let places = || points.iter().map(|point| point[axis]);
        places().fold(f64::NEG_INFINITY, f64::max) - places().fold(f64::INFINITY, f64::min)
    };
    extent(0).hypot(extent(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pairs::share;

    #[test]
    fn by_hand() {
        // Distances 3, 4 and 5; a third of the diagonal would leave none of them.
        let parameters = Parameters {
            classes: 5,
            cutoff_m: Some(5.0),
            ..Parameters::default()
        };
        let found = empirical(
            &[0.0, 3.0, 0.0],
            &[0.0, 0.0, 4.0],
            &[1.0, 3.0, 6.0],
            &parameters,
        );
        let expected = [(3.0, 2.0), (4.0, 12.5), (5.0, 4.5)];
        let expected = expected.map(|(distance_m, semivariance)| Class {
            pairs: 1,
            distance_m,
            semivariance,
        });
        assert_eq!(found, expected);
    }

    /// Waves with noise, at places that do not lie on a grid.
    fn waves(count: u32) -> [Vec<f64>; 3] {
        let mut state = 5;
        let mut columns: [Vec<f64>; 3] = Default::default();
        for _ in 0..count {
            let (x, y) = (share(&mut state) * 900.0, share(&mut state) * 700.0);
            let wave = (x / 80.0).sin() + (y / 60.0).cos();
            let place = [x, y, wave + 2.0 * share(&mut state)];
            for (column, number) in columns.iter_mut().zip(place) {
                column.push(number);
            }
        }
        columns
    }

    #[test]
    fn as_counted_pair_by_pair() {
        let [x, y, value] = waves(500);
        let parameters = Parameters {
            cutoff_m: Some(200.0),
            classes: 8,
            ..Parameters::default()
        };
        let mut expected = [(0_u64, 0.0); 8];
        for i in 0..x.len() {
            for j in 0..i {
                let distance = (x[i] - x[j]).hypot(y[i] - y[j]);
                if distance <= 200.0 {
                    let class = &mut expected[(distance / 25.0).ceil() as usize - 1];
                    class.0 += 1;
                    class.1 += (value[i] - value[j]).powi(2) / 2.0;
                }
            }
        }
        let found = empirical(&x, &y, &value, &parameters);
        for (found, (pairs, sum)) in found.iter().zip(expected) {
            assert_eq!(found.pairs, pairs);
            assert!((found.semivariance - sum / pairs as f64).abs() < 1e-12);
        }
    }

    #[test]
    fn a_sample_tells_what_all_pairs_tell() {
        let [mut x, mut y, mut value] = waves(9000);
        let run = |x: &[f64], y: &[f64], value: &[f64], limit| {
            let parameters = Parameters {
                limit,
                ..Parameters::near()
            };
            empirical(x, y, value, &parameters)
        };
        let all = run(&x, &y, &value, usize::MAX);
        let sample = run(&x, &y, &value, 2000);
        for (all, sample) in all.iter().zip(&sample) {
            let ratio = |sample: f64, all: f64| (sample / all - 1.0).abs();
            assert!(ratio(sample.pairs as f64, all.pairs as f64) < 0.1);
            assert!(ratio(sample.semivariance, all.semivariance) < 0.1);
        }
        x.reverse();
        y.reverse();
        value.reverse();
        assert_eq!(run(&x, &y, &value, 2000), sample);
    }

    #[test]
    fn nothing_to_tell() {
        let parameters = Parameters::default();
        assert!(empirical(&[], &[], &[], &parameters).is_empty());
        assert!(empirical(&[1.0; 9], &[2.0; 9], &[3.0; 9], &parameters).is_empty());
        let broken = [f64::NAN, f64::INFINITY, 1.0, 2.0];
        assert!(empirical(&broken, &broken, &broken, &parameters).is_empty());
        for (classes, limit) in [(0, 9), (15, 0), (15, 1)] {
            let parameters = Parameters {
                classes,
                limit,
                ..Parameters::default()
            };
            assert!(empirical(&[0.0, 1.0], &[0.0; 2], &[1.0; 2], &parameters).is_empty());
        }
    }
}
