//! Tests of the colour ramps, also as people see them who do not tell red from green.
//!
//! Source of the matrices: Machado, Oliveira and Fernandes, "A physiologically-based model for
//! simulation of color vision deficiency", IEEE Transactions on Visualization and Computer
//! Graphics 15 (2009), full severity.

use super::*;

const DEUTERANOPIA: [[f64; 3]; 3] = [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.011820, 0.042940, 0.968881],
];
const PROTANOPIA: [[f64; 3]; 3] = [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
];
const TRITANOPIA: [[f64; 3]; 3] = [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.303900],
];
const NORMAL: [[f64; 3]; 3] = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];

fn times(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum())
}

/// CIE L*a*b* (white D65) of a colour as it is seen.
fn lab(rgb: [u8; 3], vision: &[[f64; 3]; 3]) -> [f64; 3] {
    let linear = rgb.map(|c| {
        let c = f64::from(c) / 255.0;
        if c <= 0.040_45 {
            c / 12.92
        } else {
            ((c + 0.055) / 1.055).powf(2.4)
        }
    });
    let seen = times(vision, linear).map(|c| c.clamp(0.0, 1.0));
    let [x, y, z] = times(
        &[
            [0.412_456_4, 0.357_576_1, 0.180_437_5],
            [0.212_672_9, 0.715_152_2, 0.072_175_0],
            [0.019_333_9, 0.119_192_0, 0.950_304_1],
        ],
        seen,
    );
    let [x, y, z] = [x / 0.950_47, y, z / 1.088_83].map(|t| {
        if t > 216.0 / 24_389.0 {
            t.cbrt()
        } else {
            (24_389.0 / 27.0 * t + 16.0) / 116.0
        }
    });
    [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
}

/// The smallest difference (CIE76) of any two stops.
fn smallest(ramp: &Ramp, vision: &[[f64; 3]; 3]) -> f64 {
    let seen: Vec<[f64; 3]> = ramp.stops().iter().map(|s| lab(s.rgb, vision)).collect();
    let mut least = f64::INFINITY;
    for (index, a) in seen.iter().enumerate() {
        for b in &seen[..index] {
            let squares: f64 = a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum();
            least = least.min(squares.sqrt());
        }
    }
    least
}

#[test]
fn everybody_tells_the_accessible_colours_apart() {
    let ramp = Ramp::accessible();
    for (vision, expected) in [(NORMAL, 22.3), (DEUTERANOPIA, 16.4), (PROTANOPIA, 17.0)] {
        let found = smallest(&ramp, &vision);
        assert!(found >= 15.0, "{found}");
        assert!(
            (found - expected).abs() < 0.1,
            "{found}, expected {expected}"
        );
    }
    // What the other ramp is like, so that the figures above mean something.
    let ramp = Ramp::model();
    for (vision, expected) in [(NORMAL, 19.6), (DEUTERANOPIA, 6.8), (PROTANOPIA, 4.9)] {
        let found = smallest(&ramp, &vision);
        assert!(
            (found - expected).abs() < 0.1,
            "{found}, expected {expected}"
        );
    }
}

#[test]
fn ramps_by_nature_survive_grey_print_and_any_colour_vision() {
    for nature in crate::Nature::ALL {
        let lightness = nature.ramp().palette().map(|rgb| lab(rgb, &NORMAL)[0]);
        let (first, last) = (lightness[0], lightness[254]);
        let way = (last - first).signum();
        assert!((last - first).abs() > 57.0, "{nature:?}: {first} to {last}");
        assert!(first.max(last) < 87.5, "{nature:?} fades into white paper");
        // A colour is of whole numbers: neighbours may be a hair off the line.
        let steps = lightness.windows(2).map(|pair| (pair[1] - pair[0]) * way);
        assert!(steps.clone().all(|step| step > -0.35), "{nature:?}");
        let stops = nature.colours().map(|rgb| lab(rgb, &NORMAL)[0]);
        let even = (last - first) / 6.0;
        for pair in stops.windows(2) {
            let step = pair[1] - pair[0];
            assert!((step - even).abs() < 1.0, "{nature:?}: {step} not {even}");
        }
        for vision in [NORMAL, DEUTERANOPIA, PROTANOPIA, TRITANOPIA] {
            let found = smallest(&nature.ramp(), &vision);
            assert!(found > 9.0, "{nature:?}: {found}");
        }
    }
}

#[test]
fn colours_between_stops() {
    let ramp = Ramp::model();
    assert_eq!(ramp.at(0.0), [200, 0, 0]);
    assert_eq!(ramp.at(40.0), [255, 95, 0]);
    assert_eq!(ramp.at(100.0), [0, 130, 0]);
    assert_eq!((ramp.at(-5.0), ramp.at(700.0)), ([200, 0, 0], [0, 130, 0]));
    ramp.at(f64::NAN);
    let palette = ramp.palette();
    assert_eq!((palette[0], palette[254]), ([200, 0, 0], [0, 130, 0]));
    assert_eq!(palette[127], ramp.at(50.0));
}

#[test]
fn indices_of_values() {
    assert_eq!(index_of(2.0, 2.0, 8.0), 1);
    assert_eq!(index_of(8.0, 2.0, 8.0), 255);
    assert_eq!(index_of(5.0, 2.0, 8.0), 128);
    assert_eq!(
        (index_of(-9.0, 2.0, 8.0), index_of(99.0, 2.0, 8.0)),
        (1, 255)
    );
    assert_eq!(
        (index_of(4.0, 4.0, 4.0), index_of(9.0, 4.0, 4.0)),
        (128, 128)
    );
    for odd in [f64::NAN, f64::INFINITY] {
        assert_eq!(index_of(odd, 0.0, 1.0), 0);
        assert_eq!(index_of(0.0, odd, 1.0), 0);
        assert_eq!(index_of(0.0, 0.0, odd), 0);
    }
    assert_eq!(index_of(0.0, f64::MIN, f64::MAX), 128);
    assert_eq!(index_of(1e-310, 0.0, 1e-310), 255);
    index_of(5e-324, 0.0, 5e-324);
}

#[test]
fn listings() {
    let listing = Ramp::model().listing();
    let names: Vec<&str> = listing.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        ["0%", "35%", "45%", "55%", "65%", "75%", "100%", "nv"]
    );
    assert_eq!(listing[2].1, [255, 150, 0]);
    assert_eq!(listing[7].1, [0, 0, 0, 0]);
    assert_eq!(Ramp::accessible().listing()[1].0, "16.67%");
}

#[test]
fn ramps_of_ones_own() {
    let ramp = Ramp::from_stops(&[(20.0, [0; 3]), (20.0, [9; 3]), (60.0, [109; 3])]).expect("ramp");
    assert_eq!(
        (ramp.at(10.0), ramp.at(20.0), ramp.at(40.0)),
        ([0; 3], [9; 3], [59; 3])
    );
    for stops in [
        &[][..],
        &[(0.0, [0; 3]); 257],
        &[(-1.0, [0; 3])],
        &[(101.0, [0; 3])],
        &[(f64::NAN, [0; 3])],
        &[(60.0, [0; 3]), (50.0, [0; 3])],
    ] {
        let error = Ramp::from_stops(stops).expect_err("no ramp").to_string();
        assert!(error.contains("ramp"), "{error}");
    }
}
