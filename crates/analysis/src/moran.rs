//! Global Moran's I: how much a value resembles its neighbours' mean.
//!
//! Source: Moran, "Notes on continuous stochastic phenomena", Biometrika 37 (1950). Each neighbour
//! within the distance has the same weight and a point's weights sum to one, so that the index is
//! the slope of the neighbours' mean on the value: about 0 for noise, near 1 for a smooth map.

use crate::depurate::neighbours::sums_within;

/// The index over the points that have a neighbour at 0 to `reach_m`, others at the same place
/// included. Points with a number missing take no part. `None` without neighbours or spread.
pub fn global(x: &[f64], y: &[f64], value: &[f64], reach_m: f64) -> Option<f64> {
    let (mut finite_x, mut finite_y, mut centred) = (Vec::new(), Vec::new(), Vec::new());
    for ((&x, &y), &value) in x.iter().zip(y).zip(value) {
        if x.is_finite() && y.is_finite() && value.is_finite() {
            finite_x.push(x);
            finite_y.push(y);
            centred.push(value);
        }
    }
    let mean = centred.iter().sum::<f64>() / centred.len() as f64;
    for value in &mut centred {
        *value -= mean;
    }
    let around = sums_within(&finite_x, &finite_y, &centred, reach_m);
    let (mut products, mut squares) = (0.0, 0.0);
    for (z, around) in centred.iter().zip(around) {
        if let Some(lag) = around.mean() {
            products += z * lag;
            squares += z * z;
        }
    }
    let index = products / squares;
    index.is_finite().then_some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chessboard_is_minus_one_and_halves_are_near_one() {
        let places: Vec<(f64, f64)> = (0..400)
            .map(|i| (f64::from(i % 20), f64::from(i / 20)))
            .collect();
        let (x, y): (Vec<f64>, Vec<f64>) = places.iter().copied().unzip();
        let board: Vec<f64> = places.iter().map(|(x, y)| (x + y) % 2.0).collect();
        let halves: Vec<f64> = x.iter().map(|x| f64::from(*x < 10.0)).collect();
        let index = |value: &[f64], reach| global(&x, &y, value, reach).expect("spread");
        assert!((index(&board, 1.0) + 1.0).abs() < 1e-12);
        assert!(index(&halves, 1.0) > 0.9);
    }

    #[test]
    fn by_hand() {
        // Three on a line: z = -1, 0, 1; the lags are 0, 0, 0 and the ends' lag is the middle's z.
        assert_eq!(
            global(&[0.0, 1.0, 2.0], &[0.0; 3], &[1.0, 2.0, 3.0], 1.0),
            Some(0.0)
        );
        // z = -1, -1, 2: lags -1, 0.5, -1.
        let index = global(&[0.0, 1.0, 2.0], &[0.0; 3], &[0.0, 0.0, 3.0], 1.0);
        assert!((index.expect("spread") + 1.5 / 6.0).abs() < 1e-12);
    }

    #[test]
    fn nothing_to_tell() {
        assert_eq!(global(&[], &[], &[], 40.0), None);
        assert_eq!(global(&[0.0, 1.0], &[0.0; 2], &[7.0; 2], 40.0), None);
        assert_eq!(global(&[0.0, 99.0], &[0.0; 2], &[1.0, 2.0], 40.0), None);
        assert_eq!(global(&[f64::NAN, 1.0], &[0.0; 2], &[1.0, 2.0], 40.0), None);
    }
}
