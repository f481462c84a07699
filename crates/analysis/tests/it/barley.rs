//! A harvest of barley against what R's `paar`, `spdep` and `gstat` make of it, figure by figure.
//! Data: `agro/paar-barley` of the corpus, from the package `paar` (MIT).
#![allow(clippy::print_stderr, reason = "says loudly what is skipped")]

use std::path::PathBuf;

use serde_json::Value;
use tramline_analysis::depurate::{Edges, Label, Parameters, depurate};
use tramline_analysis::statistics::mean_and_deviation;
use tramline_analysis::variogram::{self, Exponential};
use tramline_analysis::{classes, moran};

fn folder() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpus");
    let root = std::env::var_os("TRAMLINE_CORPUS").map_or_else(|| default.into(), PathBuf::from);
    let folder = root.join("agro");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!(
        "SKIPPED: no corpus at {} (set TRAMLINE_CORPUS)",
        folder.display()
    );
    None
}

#[derive(Default)]
struct Barley {
    x: Vec<f64>,
    y: Vec<f64>,
    value: Vec<f64>,
    concave: Vec<Label>,
    convex: Vec<Label>,
    no_edges: Vec<Label>,
    hull: Option<geo::Polygon<f64>>,
    reference: Value,
}

fn label(text: &str) -> Label {
    match text {
        "NA" => Label::Kept,
        "border" => Label::Border,
        "global min" => Label::GlobalMin,
        "outlier" => Label::Outlier,
        "spatial outlier LM" => Label::SpatialOutlierLm,
        "spatial outlier MP" => Label::SpatialOutlierMp,
        other => panic!("label {other}"),
    }
}

fn read() -> Option<Barley> {
    let folder = folder()?;
    let text = |path: &str| std::fs::read_to_string(folder.join(path)).expect(path);
    let json = |path: &str| serde_json::from_str::<Value>(&text(path)).expect(path);
    let mut barley = Barley {
        reference: json("reference.json"),
        ..Barley::default()
    };
    for line in text("paar-barley/barley_depurate_labels.csv")
        .lines()
        .skip(1)
    {
        let cells: Vec<&str> = line.split(',').map(|cell| cell.trim_matches('"')).collect();
        let number = |index: usize| cells[index].parse::<f64>().expect("a number");
        barley.x.push(number(0));
        barley.y.push(number(1));
        barley.value.push(number(2));
        barley.concave.push(label(cells[3]));
        barley.convex.push(label(cells[4]));
        barley.no_edges.push(label(cells[5]));
    }
    let hull = json("paar-barley/barley_concave_hull_utm20s.geojson");
    let ring = hull["features"][0]["geometry"]["coordinates"][0].as_array();
    let place = |pair: &Value| Some((pair[0].as_f64()?, pair[1].as_f64()?));
    let ring: Vec<(f64, f64)> = ring.expect("ring").iter().filter_map(place).collect();
    barley.hull = Some(geo::Polygon::new(ring.into(), Vec::new()));
    Some(barley)
}

impl Barley {
    fn run(&self, edges: Edges) -> Vec<Label> {
        let parameters = Parameters {
            edges,
            ..Parameters::default()
        };
        depurate(&self.x, &self.y, &self.value, &parameters)
    }

    fn with_hull(&self) -> Vec<Label> {
        self.run(Edges::Hull(self.hull.clone().expect("hull")))
    }

    fn outliers_only(&self) -> Vec<Label> {
        let parameters = Parameters {
            edges: Edges::None,
            reach_m: 0.0,
            ..Parameters::default()
        };
        depurate(&self.x, &self.y, &self.value, &parameters)
    }

    fn kept(&self, labels: &[Label]) -> [Vec<f64>; 3] {
        [&self.x, &self.y, &self.value].map(|column| {
            let both = column.iter().zip(labels);
            let kept = both.filter(|(_, label)| **label == Label::Kept);
            kept.map(|(number, _)| *number).collect()
        })
    }

    fn number(&self, path: &str) -> f64 {
        let found = self.reference.pointer(path).and_then(Value::as_f64);
        found.unwrap_or_else(|| panic!("{path} in reference.json"))
    }
}

/// Kept, border, global min, outlier, LM, MP.
fn counts(labels: &[Label]) -> [usize; 6] {
    [
        Label::Kept,
        Label::Border,
        Label::GlobalMin,
        Label::Outlier,
        Label::SpatialOutlierLm,
        Label::SpatialOutlierMp,
    ]
    .map(|wanted| labels.iter().filter(|label| **label == wanted).count())
}

fn differing(ours: &[Label], theirs: &[Label]) -> usize {
    ours.iter().zip(theirs).filter(|(a, b)| a != b).count()
}

#[test]
fn every_label_is_that_of_paar() {
    let Some(barley) = read() else { return };
    assert_eq!(barley.x.len(), 7394);
    let labels = barley.with_hull();
    assert_eq!(counts(&labels), [5673, 964, 99, 6, 309, 343]);
    assert_eq!(differing(&labels, &barley.concave), 0);
    let [_, _, kept] = barley.kept(&labels);
    let (mean, deviation) = mean_and_deviation(&kept).expect("values");
    assert!((mean - 3.728_733).abs() < 5e-7, "{mean}");
    assert!((deviation - 1.273_642).abs() < 5e-7, "{deviation}");
}

#[test]
fn without_edges_and_with_the_convex_hull() {
    let Some(barley) = read() else { return };
    let labels = barley.run(Edges::None);
    assert_eq!(counts(&labels), [6342, 0, 199, 11, 378, 464]);
    assert_eq!(differing(&labels, &barley.no_edges), 0);
    let labels = barley.run(Edges::Convex);
    assert_eq!(counts(&labels), [5879, 686, 122, 8, 327, 372]);
    assert_eq!(differing(&labels, &barley.convex), 0);
}

#[test]
fn the_concave_hull_of_the_points() {
    let Some(barley) = read() else { return };
    let labels = barley.run(Edges::Concave);
    let differing = differing(&labels, &barley.concave);
    assert_eq!(differing, 0);
}

#[test]
fn the_order_of_the_points_does_not_matter() {
    let Some(barley) = read() else { return };
    // 7,394 has no factor in common with 3,001.
    let order: Vec<usize> = (0..7394).map(|i| i * 3001 % 7394).collect();
    let shuffle = |column: &[f64]| -> Vec<f64> { order.iter().map(|&i| column[i]).collect() };
    let labels = barley.run(Edges::Concave);
    let shuffled = depurate(
        &shuffle(&barley.x),
        &shuffle(&barley.y),
        &shuffle(&barley.value),
        &Parameters::default(),
    );
    for (place, &index) in order.iter().enumerate() {
        assert_eq!(shuffled[place], labels[index], "point {index}");
    }
}

#[test]
fn cleaning_raises_moran_s_index() {
    let Some(barley) = read() else { return };
    let everything = vec![Label::Kept; barley.x.len()];
    for (labels, path) in [
        (everything, "raw"),
        (barley.outliers_only(), "outlier_only"),
        (barley.with_hull(), "full"),
    ] {
        let [x, y, value] = barley.kept(&labels);
        let index = moran::global(&x, &y, &value, 40.0).expect("an index");
        let expected = barley.number(&format!("/paar_barley/global_moran_I_40m/{path}"));
        assert!(
            (index - expected).abs() < 1e-6,
            "{path}: {index}, expected {expected}"
        );
    }
}

#[test]
fn cleaning_lowers_the_nugget() {
    let Some(barley) = read() else { return };
    for (labels, path) in [
        (barley.outliers_only(), "outlier_only"),
        (barley.with_hull(), "full"),
    ] {
        let [x, y, value] = barley.kept(&labels);
        let fit = |limit, seed| {
            let parameters = variogram::Parameters {
                limit,
                seed,
                ..variogram::Parameters::near()
            };
            let classes = variogram::empirical(&x, &y, &value, &parameters);
            assert_eq!(classes.len(), 30);
            variogram::fit_exponential(&classes).expect("a model")
        };
        let expected =
            |name: &str| barley.number(&format!("/paar_barley/variogram_exp/{path}/{name}"));
        let expected = Exponential {
            nugget: expected("nugget"),
            partial_sill: expected("psill"),
            range_m: expected("range_m"),
        };
        let found = fit(usize::MAX, 0);
        assert!((found.nugget - expected.nugget).abs() < 2e-5);
        assert!((found.partial_sill - expected.partial_sill).abs() < 2e-5);
        assert!((found.range_m / expected.range_m - 1.0).abs() < 1e-4);
        for seed in 0..4 {
            let sampled = fit(variogram::Parameters::default().limit, seed);
            assert!(
                (sampled.nugget - found.nugget).abs() < 0.05,
                "{path}, seed {seed}: {sampled:?}"
            );
        }
    }
}

#[test]
fn breaks_of_the_cleaned_map() {
    let Some(barley) = read() else { return };
    let [_, _, kept] = barley.kept(&barley.with_hull());
    let compare = |breaks: &[f64], path: &str, tolerance: f64| {
        assert_eq!(breaks.len(), 8);
        for (index, found) in breaks.iter().enumerate() {
            let expected = barley.number(&format!("/totals/barley_classes/{path}7/{index}"));
            assert!((found - expected).abs() < tolerance, "{path}: {breaks:?}");
        }
        let fit = classes::goodness_of_variance_fit(&kept, breaks).expect("spread");
        let expected = barley.number(&format!("/totals/barley_classes/gvf_{path}7"));
        assert!((fit - expected).abs() < 1e-6);
    };
    compare(&classes::quantile_breaks(&kept, 7), "quantile", 1e-9);
    compare(&classes::equal_breaks(&kept, 7), "equal", 1e-9);
    let weights = vec![3.5; kept.len()];
    compare(
        &classes::weighted_quantile_breaks(&kept, &weights, 7),
        "quantile",
        1e-9,
    );
    let natural = classes::natural_breaks(&kept, 7);
    let fit = classes::goodness_of_variance_fit(&kept, &natural).expect("spread");
    assert!(
        fit >= barley.number("/totals/barley_classes/gvf_jenks7") - 1e-12,
        "{fit}"
    );
}
