//! The exponential model of a variogram and its fit.

use super::class::Class;

/// `nugget + partial_sill * (1 - exp(-distance / range))`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exponential {
    /// Semivariance at no distance, in the square of the value's unit.
    pub nugget: f64,
    /// What the semivariance grows by with the distance, in the same unit.
    pub partial_sill: f64,
    /// The distance at which 63 % of the partial sill is reached; 95 % needs three times as far.
    pub range_m: f64,
}

impl Exponential {
    /// The semivariance of the model at a distance.
    pub fn at(&self, distance_m: f64) -> f64 {
        self.nugget - self.partial_sill * (-distance_m / self.range_m).exp_m1()
    }
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
    let distances = usable.iter().map(|class| class.distance_m);
    let farthest = distances.fold(0.0, f64::max);
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
    fn nothing_to_fit() {
        assert_eq!(fit_exponential(&[]), None);
        assert_eq!(fit_exponential(&[Class::default(); 9]), None);
    }
}
