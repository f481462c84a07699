//! The cleaning by place and value on a field made here: what must not matter, and what is odd.

use tramline_analysis::depurate::{Edges, Label, Parameters, depurate};

/// A field of 60 by 60 records, 8 m apart, smooth but for small noise, with wrong values in it.
fn field() -> [Vec<f64>; 3] {
    let (mut x, mut y, mut value) = (Vec::new(), Vec::new(), Vec::new());
    for index in 0..3600_u32 {
        let (column, row) = (index % 60, index / 60);
        x.push(f64::from(column) * 8.0);
        y.push(f64::from(row) * 8.0);
        let noise = f64::from(index * 7919 % 101) / 500.0;
        value.push(match index {
            1830 => 0.0,
            1950 => 90.0,
            1000 => 3.0,
            _ => 6.0 + 2.0 * (f64::from(column) / 12.0).sin() + noise,
        });
    }
    [x, y, value]
}

fn run([x, y, value]: &[Vec<f64>; 3]) -> Vec<Label> {
    depurate(x, y, value, &Parameters::default())
}

#[test]
fn each_fault_has_its_label() {
    let labels = run(&field());
    assert_eq!(labels[1830], Label::GlobalMin);
    assert_eq!(labels[1950], Label::Outlier);
    assert_eq!(labels[1000], Label::SpatialOutlierMp);
    for (index, label) in labels.iter().enumerate() {
        let (column, row) = (index % 60, index / 60);
        // The second row is 8 m from the outline, the third 16 m.
        let border = [column, row].iter().any(|&place| !(2..58).contains(&place));
        assert_eq!(*label == Label::Border, border, "{index}");
    }
}

#[test]
fn limits_and_places_without_a_number() {
    let [mut x, y, mut value] = field();
    value[1520] = f64::NAN;
    value[1521] = f64::INFINITY;
    value[1522] = f64::NEG_INFINITY;
    x[1523] = f64::NAN;
    x[1524] = f64::INFINITY;
    value[1525] = 85.0;
    let parameters = Parameters {
        most: 80.0,
        ..Parameters::default()
    };
    let labels = depurate(&x, &y, &value, &parameters);
    let expected = [
        Label::NoNumber,
        Label::GlobalMax,
        Label::GlobalMin,
        Label::NoNumber,
        Label::NoNumber,
        Label::GlobalMax,
    ];
    assert_eq!(labels[1520..1526], expected);
    assert_eq!(labels[1950], Label::GlobalMax);
}

#[test]
fn order_and_place_do_not_matter() {
    let [x, y, value] = field();
    let labels = run(&[x.clone(), y.clone(), value.clone()]);
    let moved = |column: &[f64], by: f64| column.iter().map(|place| place + by).collect();
    let elsewhere = run(&[moved(&x, 500_000.0), moved(&y, -6_000_000.0), value.clone()]);
    assert_eq!(labels, elsewhere);
    let order: Vec<usize> = (0..3600).map(|i| i * 1001 % 3600).collect();
    let shuffle = |column: &[f64]| order.iter().map(|&i| column[i]).collect();
    let shuffled = run(&[shuffle(&x), shuffle(&y), shuffle(&value)]);
    for (place, &index) in order.iter().enumerate() {
        assert_eq!(shuffled[place], labels[index], "{index}");
    }
}

#[test]
fn steps_can_be_left_out() {
    let [x, y, value] = field();
    let nothing = Parameters {
        edges: Edges::None,
        least: f64::NEG_INFINITY,
        deviations: f64::INFINITY,
        reach_m: 0.0,
        ..Parameters::default()
    };
    assert_eq!(depurate(&x, &y, &value, &nothing), [Label::Kept; 3600]);
}

#[test]
fn odd_columns_make_no_trouble() {
    let all = |edges: Edges| Parameters {
        edges,
        ..Parameters::default()
    };
    for edges in [Edges::None, Edges::Concave, Edges::Convex] {
        let parameters = all(edges);
        assert!(depurate(&[], &[], &[], &parameters).is_empty());
        assert_eq!(
            depurate(&[1.0], &[1.0, 2.0], &[f64::NAN], &parameters),
            [Label::NoNumber; 2]
        );
        let odd = [
            f64::NAN,
            f64::INFINITY,
            f64::MAX,
            f64::MIN,
            0.0,
            1.0,
            -0.0,
            1e-308,
        ];
        for shift in 0..odd.len() {
            let mut turned = odd;
            turned.rotate_left(shift);
            assert_eq!(depurate(&odd, &turned, &odd, &parameters).len(), odd.len());
        }
        for reach_m in [f64::NAN, f64::INFINITY, -1.0] {
            let odd = Parameters {
                edge_buffer_m: reach_m,
                least: f64::NAN,
                most: f64::NAN,
                deviations: f64::NAN,
                reach_m,
                ..parameters.clone()
            };
            depurate(
                &[0.0, 50.0, 50.0, 0.0],
                &[0.0, 0.0, 50.0, 50.0],
                &[1.0; 4],
                &odd,
            );
        }
    }
    // Nothing differs from its neighbours where all is the same.
    let [x, y, value] = field();
    let same = vec![0.1; value.len()];
    assert_eq!(
        depurate(&x, &y, &same, &all(Edges::None)),
        [Label::Kept; 3600]
    );
}
