//! The reading of all units together that costs least: a unit that is not the expected one costs
//! something, and so does a proof that does not come out.

use super::candidates::{Quantity, System, system_of, usual};
use super::equations::Equation;
use tramline_model::Dimension;

/// Another unit than the one that is assumed, of the same system or of the other.
const CHANGE_ASSUMED: f64 = 0.6;
const CHANGE_SYSTEM: f64 = 0.75;
/// Another unit than the one that the file says. Whether the proof is strong enough is asked later.
const CHANGE_STATED: f64 = 1.6;
/// A value that is not usual on a farm: little between readings that differ otherwise, more the
/// further it is from what is usual (by logarithm), and at most as much as a unit.
const UNUSUAL: f64 = 0.05;
const FAR: f64 = 0.25;
const FURTHEST: f64 = 0.5;
/// What a proof costs that comes out just so: of two readings that fit, the closer one.
const CLOSE: f64 = 0.1;
/// The export is of the system that nothing points to, or of another one than its stated units.
const OTHER_SYSTEM: f64 = 0.4;
const AGAINST_STATED: f64 = 2.0;
/// Readings that are so near the best are kept for comparison.
const NEAR: f64 = 1.2;
/// Steps of the search at most; if they do not suffice, nothing counts as proved.
const BUDGET: usize = 1_500_000;

/// The best reading.
#[derive(Clone, Debug)]
pub(super) struct Solved {
    /// The candidate of each quantity.
    pub(super) chosen: Vec<usize>,
    /// How much dearer the best reading is in which the quantity has another unit.
    pub(super) margin: Vec<f64>,
    /// How much dearer the best reading is in which the unit stays as it stands.
    pub(super) against: Vec<f64>,
    /// The system of units that the unproved columns follow.
    pub(super) system: System,
}

struct Search<'a> {
    quantities: &'a [Quantity],
    equations: &'a [Equation],
    /// The equations whose last quantity is this one.
    closed_by: Vec<Vec<usize>>,
    system: usize,
    chosen: Vec<usize>,
    best: f64,
    best_chosen: Vec<usize>,
    /// The least cost by quantity and candidate.
    least: Vec<Vec<f64>>,
    left: usize,
}

/// Finds the reading that costs least.
pub(super) fn solve(quantities: &[Quantity], equations: &[Equation]) -> Solved {
    let mut closed_by = vec![Vec::new(); quantities.len()];
    for (at, equation) in equations.iter().enumerate() {
        if !can_fit(equation, quantities) {
            continue;
        }
        let last = equation.terms.iter().map(|(q, _)| *q).max();
        if let Some(slot) = last.and_then(|q| closed_by.get_mut(q)) {
            slot.push(at);
        }
    }
    let (expected, stated) = expected_system(quantities);
    let other_costs = if stated { AGAINST_STATED } else { OTHER_SYSTEM };
    let search = |system: usize| {
        let mut search = Search {
            quantities,
            equations,
            closed_by: closed_by.clone(),
            system,
            chosen: vec![0; quantities.len()],
            best: f64::INFINITY,
            best_chosen: vec![0; quantities.len()],
            least: quantities
                .iter()
                .map(|q| vec![f64::INFINITY; q.candidates.len()])
                .collect(),
            left: BUDGET,
        };
        let start = if expected == system { 0.0 } else { other_costs };
        search.go(0, start);
        search
    };
    let [us, metric] = [search(0), search(1)];
    let (best, other, system) = if us.best < metric.best - 1e-9
        || ((us.best - metric.best).abs() <= 1e-9 && expected == 0)
    {
        (us, metric, System::Us)
    } else {
        (metric, us, System::Metric)
    };
    let exhausted = best.left == 0 || other.left == 0;
    let margin = best
        .best_chosen
        .iter()
        .enumerate()
        .map(|(q, chosen)| {
            let by = |least: &[Vec<f64>]| {
                let list = least.get(q).map(Vec::as_slice).unwrap_or_default();
                list.iter()
                    .enumerate()
                    .filter(|(c, _)| c != chosen)
                    .map(|(_, cost)| *cost)
                    .fold(f64::INFINITY, f64::min)
            };
            if exhausted {
                return 0.0;
            }
            by(&best.least).min(by(&other.least)) - best.best
        })
        .collect();
    let first = |least: &[Vec<f64>], q: usize| {
        let list = least.get(q).and_then(|list| list.first());
        list.copied().unwrap_or(f64::INFINITY)
    };
    let against = (0..quantities.len())
        .map(|q| {
            if exhausted {
                return 0.0;
            }
            first(&best.least, q).min(first(&other.least, q)) - best.best
        })
        .collect();
    Solved {
        against,
        chosen: if exhausted {
            vec![0; quantities.len()]
        } else {
            best.best_chosen
        },
        margin,
        system,
    }
}

/// Whether any units of its quantities make an equation come out; one that none does tells nothing.
fn can_fit(equation: &Equation, quantities: &[Quantity]) -> bool {
    let counts: Vec<usize> = equation
        .terms
        .iter()
        .map(|(q, _)| quantities.get(*q).map_or(0, |q| q.candidates.len()))
        .collect();
    let all: usize = counts.iter().product();
    let mut chosen = vec![0; quantities.len()];
    (0..all).any(|mut number| {
        for ((q, _), count) in equation.terms.iter().zip(&counts) {
            if let Some(slot) = chosen.get_mut(*q) {
                *slot = number % count;
            }
            number /= count;
        }
        fits(equation, quantities, &chosen)
    })
}

/// The system that the stated units show, else that of the assumed ones; whether it is stated.
fn expected_system(quantities: &[Quantity]) -> (usize, bool) {
    let count = |stated: bool, system: System| {
        let of = |q: &&Quantity| {
            q.stated == stated
                && !q.beside
                && q.candidates
                    .first()
                    .is_some_and(|c| system_of(c.unit) == Some(system))
        };
        quantities.iter().filter(of).count()
    };
    for stated in [true, false] {
        let (us, metric) = (count(stated, System::Us), count(stated, System::Metric));
        if us != metric {
            return (usize::from(metric > us), stated);
        }
    }
    (0, false)
}

impl Search<'_> {
    /// What an equation costs: its weight if it does not come out, next to nothing if it does.
    fn cost(&self, equation: &Equation) -> f64 {
        match miss(equation, self.quantities, &self.chosen) {
            Some((miss, allowed)) if miss <= allowed => CLOSE * miss / allowed,
            _ => equation.weight,
        }
    }

    /// Whether a unit is of the other system.
    fn is_foreign(&self, quantity: &Quantity, candidate: usize) -> bool {
        let unit = quantity.candidates.get(candidate).map(|c| c.unit);
        let system = unit.and_then(system_of);
        system.is_some_and(|system| usize::from(system == System::Metric) != self.system)
    }

    fn go(&mut self, at: usize, cost: f64) {
        if self.left == 0 || cost > self.best + NEAR {
            return;
        }
        self.left -= 1;
        let Some(quantity) = self.quantities.get(at) else {
            if cost < self.best - 1e-9 {
                self.best = cost;
                self.best_chosen.clone_from(&self.chosen);
            }
            for (least, chosen) in self.least.iter_mut().zip(&self.chosen) {
                if let Some(slot) = least.get_mut(*chosen) {
                    *slot = slot.min(cost);
                }
            }
            return;
        };
        let expected = quantity.by_system.get(self.system).copied().unwrap_or(0);
        let count = quantity.candidates.len();
        let order = std::iter::once(expected).chain((0..count).filter(|c| *c != expected));
        for candidate in order {
            if let Some(slot) = self.chosen.get_mut(at) {
                *slot = candidate;
            }
            let change = match (candidate == expected, quantity.stated, quantity.beside) {
                (true, ..) => 0.0,
                (_, _, true) => CHANGE_ASSUMED,
                (_, true, _) => CHANGE_STATED,
                _ if self.is_foreign(quantity, candidate) => CHANGE_SYSTEM,
                _ => CHANGE_ASSUMED,
            };
            let violated: f64 = self
                .closed_by
                .get(at)
                .into_iter()
                .flatten()
                .filter_map(|e| self.equations.get(*e))
                .map(|e| self.cost(e))
                .sum();
            self.go(
                at + 1,
                cost + change + violated + unusual(quantity, candidate),
            );
        }
    }
}

/// Whether an equation comes out with the chosen units.
pub(super) fn fits(equation: &Equation, quantities: &[Quantity], chosen: &[usize]) -> bool {
    miss(equation, quantities, chosen).is_some_and(|(miss, allowed)| miss <= allowed)
}

/// By how much an equation misses, and what is allowed. `None` where the kinds do not compare.
pub(super) fn miss(
    equation: &Equation,
    quantities: &[Quantity],
    chosen: &[usize],
) -> Option<(f64, f64)> {
    let (mut sum, mut slack) = (0.0, 0.0);
    let mut dimensions: Vec<Dimension> = Vec::new();
    for (q, power) in &equation.terms {
        let candidate = quantities.get(*q)?.candidates.get(*chosen.get(*q)?)?;
        sum += power * candidate.factor;
        slack += candidate.slack;
        dimensions.push(candidate.unit.dimension);
    }
    let rates = equation.proof == super::equations::Proof::TargetBesideActual;
    if rates && dimensions.windows(2).any(|d| d.first() != d.last()) {
        return None;
    }
    // Two volumes of one crop weigh the same.
    let both = equation.terms.iter().filter(|(q, _)| {
        let chosen = chosen.get(*q).copied().unwrap_or(0);
        quantities
            .get(*q)
            .and_then(|q| q.candidates.get(chosen))
            .is_some_and(|c| c.slack > 0.0)
    });
    if both.count() == 2 {
        slack = 0.0;
    }
    Some(((sum - equation.constant).abs(), equation.tolerance + slack))
}

fn unusual(quantity: &Quantity, candidate: usize) -> f64 {
    let Some(candidate) = quantity
        .candidates
        .get(candidate)
        .filter(|_| !quantity.beside)
    else {
        return 0.0;
    };
    let value = quantity.median.ln() + candidate.factor;
    let (low, high) = usual(candidate.property);
    let beyond = (low.ln() - value).max(value - high.ln());
    if beyond > 0.0 {
        (UNUSUAL + FAR * beyond).min(FURTHEST)
    } else {
        0.0
    }
}
