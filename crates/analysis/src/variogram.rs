//! The variogram: how unlike values are by the distance between them, and the exponential model of
//! it. Its nugget is the part of the variance that no distance explains, which is mostly error of
//! the sensor: published before and after cleaning, it tells what the cleaning did.
//!
//! Sources: Matheron, "Principles of geostatistics", Economic Geology 58 (1963), for the estimate;
//! Cressie, "Fitting variogram models by weighted least squares", Mathematical Geology 17 (1985).
//! The classes and weights are those that R's `gstat` takes when nothing is said.

use crate::statistics::quantile_of_sorted;

#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Classes of distance.
    pub classes: usize,
    /// The largest distance; by default a third of the diagonal around the points.
    pub cutoff_m: Option<f64>,
    /// More points than this are sampled.
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

/// Pairs of points by their distance; the lower bound is not part of the class, the upper one is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Class {
    pub pairs: u64,
    /// The mean of the pairs' distances.
    pub distance_m: f64,
    /// Half the mean squared difference.
    pub semivariance: f64,
}

/// `nugget + partial_sill * (1 - exp(-distance / range))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    pub nugget: f64,
    pub partial_sill: f64,
    /// The distance at which 63 % of the partial sill is reached; 95 % needs three times as far.
    pub range_m: f64,
}

impl Exponential {
    pub fn at(&self, distance_m: f64) -> f64 {
        self.nugget - self.partial_sill * (-distance_m / self.range_m).exp_m1()
    }
}

/// The classes that hold pairs, near to far. Points with a number missing take no part. Empty when
/// all points are at one place.
pub fn empirical(x: &[f64], y: &[f64], value: &[f64], parameters: &Parameters) -> Vec<Class> {
    let mut points: Vec<[f64; 3]> = x
        .iter()
        .zip(y)
        .zip(value)
        .map(|((&x, &y), &value)| [x, y, value])
        .filter(|point| point.iter().all(|number| number.is_finite()))
        .collect();
    // From west to east: the search can end at the cutoff, and the sample is that of the places,
    // whatever order they come in.
    points.sort_unstable_by(|a, b| {
        let numbers = a.iter().zip(b).map(|(a, b)| a.total_cmp(b));
        numbers.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
    });
    let cutoff = parameters
        .cutoff_m
        .unwrap_or_else(|| diagonal(&points) / 3.0);
    let count = parameters.classes.min(MOST_CLASSES);
    let width = cutoff / count as f64;
    if !(width.is_finite() && width > 0.0) {
        return Vec::new();
    }
    sample(&mut points, parameters.limit, parameters.seed);
    let mut sums = vec![Class::default(); count];
    let squared_cutoff = cutoff * cutoff;
    for (index, a) in points.iter().enumerate() {
        for b in points.iter().skip(index + 1) {
            let (east, north) = (b[0] - a[0], b[1] - a[1]);
            if east > cutoff {
                break;
            }
            let squared = east * east + north * north;
            if squared <= squared_cutoff {
                let distance = squared.sqrt();
                // Pairs at one place belong to the nearest class.
                let class = ((distance / width).ceil() as usize).saturating_sub(1);
                if let Some(sum) = sums.get_mut(class.min(count - 1)) {
                    sum.pairs += 1;
                    sum.distance_m += distance;
                    sum.semivariance += (b[2] - a[2]).powi(2);
                }
            }
        }
    }
    sums.retain(|sum| sum.pairs > 0);
    for class in &mut sums {
        class.distance_m /= class.pairs as f64;
        class.semivariance /= 2.0 * class.pairs as f64;
    }
    sums
}

fn diagonal(points: &[[f64; 3]]) -> f64 {
    let extent = |axis: usize| {
        let places = || points.iter().map(|point| point[axis]);
        places().fold(f64::NEG_INFINITY, f64::max) - places().fold(f64::INFINITY, f64::min)
    };
    extent(0).hypot(extent(1))
}

/// Keeps `limit` points by chance, in their order (selection sampling: Knuth, volume 2, 3.4.2).
fn sample(points: &mut Vec<[f64; 3]>, limit: usize, seed: u64) {
    let (mut left, mut wanted, mut state) = (points.len(), limit, seed);
    if left > limit {
        points.retain(|_| {
            let taken = share(&mut state) * (left as f64) < wanted as f64;
            left -= 1;
            wanted -= usize::from(taken);
            taken
        });
    }
}

/// The next number from 0 to 1 of the generator SplitMix64 (Steele, Lea and Flood, 2014).
fn share(state: &mut u64) -> f64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut bits = *state;
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^= bits >> 31;
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}

/// Ranges tried, from a thousandth of the largest distance to twenty times it, each so much longer
/// than the one before; then the best is refined between its neighbours.
const RANGES: u32 = 100;
const REFINEMENTS: u32 = 60;

/// The model with the least squares of its misses, each class weighted by its pairs over the square
/// of its distance. Nugget and partial sill are at least zero. `None` below three classes.
pub fn fit_exponential(classes: &[Class]) -> Option<Exponential> {
    let usable: Vec<Class> = classes
        .iter()
        .copied()
        .filter(|class| class.distance_m > 0.0 && class.semivariance.is_finite())
        .collect();
    let mut distances: Vec<f64> = usable.iter().map(|class| class.distance_m).collect();
    distances.sort_unstable_by(f64::total_cmp);
    let farthest = quantile_of_sorted(&distances, 1.0)?;
    if usable.len() < 3 || !farthest.is_finite() {
        return None;
    }
    let lowest = (farthest / 1000.0).ln();
    let step = 20_000_f64.ln() / f64::from(RANGES);
    let miss = |log_range: f64| best_at(&usable, log_range.exp()).0;
    let mut best = lowest;
    for index in 1..=RANGES {
        let tried = lowest + step * f64::from(index);
        if miss(tried) < miss(best) {
            best = tried;
        }
    }
    // Golden section.
    let golden = (5.0_f64.sqrt() - 1.0) / 2.0;
    let (mut low, mut high) = (best - step, best + step);
    for _ in 0..REFINEMENTS {
        let near = high - golden * (high - low);
        let far = low + golden * (high - low);
        if miss(near) <= miss(far) {
            high = far;
        } else {
            low = near;
        }
    }
    let model = best_at(&usable, f64::midpoint(low, high).exp()).1;
    (model.nugget.is_finite() && model.partial_sill.is_finite()).then_some(model)
}

/// With the range given the model is a line in `1 - exp(-distance / range)`: its weighted squares of
/// misses, and the model.
fn best_at(classes: &[Class], range_m: f64) -> (f64, Exponential) {
    let rise = |class: &Class| -(-class.distance_m / range_m).exp_m1();
    let weight = |class: &Class| class.pairs as f64 / class.distance_m.powi(2);
    let (mut total, mut rises, mut levels) = (0.0, 0.0, 0.0);
    for class in classes {
        total += weight(class);
        rises += weight(class) * rise(class);
        levels += weight(class) * class.semivariance;
    }
    let (mean_rise, mean_level) = (rises / total, levels / total);
    let (mut spread, mut product, mut through_origin, mut squares) = (0.0, 0.0, 0.0, 0.0);
    for class in classes {
        let off = rise(class) - mean_rise;
        spread += weight(class) * off * off;
        product += weight(class) * off * (class.semivariance - mean_level);
        through_origin += weight(class) * rise(class) * class.semivariance;
        squares += weight(class) * rise(class).powi(2);
    }
    let slope = if spread > 0.0 { product / spread } else { 0.0 };
    let (nugget, partial_sill) = if slope <= 0.0 {
        (mean_level, 0.0)
    } else if mean_level - slope * mean_rise < 0.0 {
        (0.0, through_origin / squares)
    } else {
        (mean_level - slope * mean_rise, slope)
    };
    let model = Exponential {
        nugget,
        partial_sill,
        range_m,
    };
    let misses = classes
        .iter()
        .map(|class| weight(class) * (class.semivariance - model.at(class.distance_m)).powi(2));
    (misses.sum(), model)
}

#[cfg(test)]
mod tests {
    use super::*;

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

    #[test]
    fn finds_the_model_it_came_from() {
        let truth = Exponential {
            nugget: 0.4,
            partial_sill: 1.7,
            range_m: 63.0,
        };
        let classes: Vec<Class> = (1..=15)
            .map(|i| Class {
                pairs: 1000 / i,
                distance_m: 20.0 * i as f64,
                semivariance: truth.at(20.0 * i as f64),
            })
            .collect();
        let found = fit_exponential(&classes).expect("a model");
        assert!((found.nugget - truth.nugget).abs() < 1e-6, "{found:?}");
        assert!((found.partial_sill - truth.partial_sill).abs() < 1e-6);
        assert!((found.range_m - truth.range_m).abs() < 1e-4);
    }

    #[test]
    fn noise_is_all_nugget() {
        let class = |i: u64, semivariance| Class {
            pairs: 10,
            distance_m: i as f64,
            semivariance,
        };
        let found = fit_exponential(&[class(1, 2.0), class(2, 2.0), class(3, 2.0)]);
        assert_eq!(
            found.map(|model| model.nugget + model.partial_sill),
            Some(2.0)
        );
        let falling = fit_exponential(&[class(1, 3.0), class(2, 2.0), class(3, 1.0)]);
        assert_eq!(falling.map(|model| model.partial_sill), Some(0.0));
    }

    #[test]
    fn a_sample_is_as_large_as_asked_and_repeats() {
        let points: Vec<[f64; 3]> = (0..1000).map(|i| [f64::from(i), 0.0, 0.0]).collect();
        let take = |seed| {
            let mut points = points.clone();
            sample(&mut points, 137, seed);
            points
        };
        assert_eq!(take(1).len(), 137);
        assert_eq!(take(1), take(1));
        assert_ne!(take(1), take(2));
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
        assert_eq!(fit_exponential(&[]), None);
        assert_eq!(fit_exponential(&[Class::default(); 9]), None);
    }
}
