//! The crop tables: every number has a source, and the numbers of trade are what they should be.

use std::collections::BTreeSet;
use tramline_model::{Crop, CropNumbers, CropSource, SourceStatus, Unit, crop_sources};

const CROPS: &str = include_str!("../../data/crops.csv");
const SOURCES: &str = include_str!("../../data/crop-sources.csv");

fn rows(text: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    text.lines().skip(1).map(|line| line.split(';').collect())
}

fn crop(name: &str) -> &'static Crop {
    let crop = Crop::find(name).expect(name);
    assert_eq!(crop.name, name);
    crop
}

fn key(source: Option<&'static CropSource>) -> &'static str {
    source.map_or("", |source| source.key)
}

#[test]
fn columns_are_as_they_are_read() {
    let header = CROPS.lines().next().expect("a header");
    assert_eq!(
        header,
        "name;compat_lb_per_bu;compat_weight_source;compat_moisture_percent;\
         compat_moisture_source;market_lb_per_bu;market_weight_source;market_moisture_percent;\
         market_moisture_source;mass_only;mass_only_source;aliases (|)"
    );
    for row in rows(CROPS) {
        assert_eq!(row.len(), 12, "{row:?}");
        assert!(matches!(row[9], "" | "yes"), "{row:?}");
    }
    assert_eq!(
        SOURCES.lines().next(),
        Some("key;title;publisher;what it says;status")
    );
    for row in rows(SOURCES) {
        assert_eq!(row.len(), 5, "{row:?}");
        assert!(row.iter().all(|cell| !cell.is_empty()), "{row:?}");
    }
}

#[test]
fn every_value_has_a_known_source_and_no_source_lacks_its_value() {
    let known: BTreeSet<&str> = crop_sources().iter().map(|source| source.key).collect();
    for row in rows(CROPS) {
        for pair in row[1..9].chunks(2) {
            let (value, source) = (pair[0], pair[1]);
            assert_eq!(value.is_empty(), source.is_empty(), "{row:?}");
            assert!(source.is_empty() || known.contains(source), "{row:?}");
            assert!(
                value.is_empty() || value.parse::<f64>().is_ok_and(f64::is_finite),
                "{row:?}"
            );
        }
        assert_eq!(row[9].is_empty(), row[10].is_empty(), "{row:?}");
        assert!(row[10].is_empty() || known.contains(row[10]), "{row:?}");
        // What was read is what the file has.
        let crop = crop(row[0]);
        assert_eq!(row[10], key(crop.mass_only_source), "{row:?}");
        for (cells, numbers) in [(&row[1..5], crop.compat), (&row[5..9], crop.market)] {
            assert_eq!(cells[0].parse().ok(), numbers.test_weight_lb_bu, "{row:?}");
            assert_eq!(cells[1], key(numbers.test_weight_source), "{row:?}");
            assert_eq!(cells[2].parse().ok(), numbers.standard_moisture, "{row:?}");
            assert_eq!(cells[3], key(numbers.standard_moisture_source), "{row:?}");
        }
    }
    assert_eq!(rows(CROPS).count(), Crop::all().len());
}

#[test]
fn every_source_is_used_and_known_by_one_key() {
    let used: BTreeSet<&str> = Crop::all()
        .iter()
        .flat_map(Crop::sources)
        .map(|source| source.key)
        .collect();
    let mut seen = BTreeSet::new();
    for source in crop_sources() {
        assert!(seen.insert(source.key), "{} twice", source.key);
        assert!(used.contains(source.key), "{} is not used", source.key);
    }
    // A word that is none of the three would be read as `background`.
    let words: Vec<&str> = rows(SOURCES).map(|row| row[4]).collect();
    let read: Vec<&str> = crop_sources().iter().map(|s| s.status.word()).collect();
    assert_eq!(words, read);
    assert_eq!(crop_sources()[0].key, "model");
    assert_eq!(crop_sources()[0].status, SourceStatus::Source);
}

#[test]
fn sources_of_a_crop_are_told_once() {
    let keys = |name| crop(name).sources().map(|s| s.key).collect::<Vec<_>>();
    assert_eq!(keys("corn"), ["model", "usda-grain", "wisconsin-moisture"]);
    assert_eq!(keys("sesame"), ["model", "background"]);
    assert_eq!(keys("garlic"), ["nass-units"]);
    assert!(keys("bermuda grass").is_empty());
}

#[test]
fn the_compat_table_has_the_model_as_its_only_source() {
    for crop in Crop::all() {
        for source in [
            crop.compat.test_weight_source,
            crop.compat.standard_moisture_source,
        ] {
            assert!(matches!(key(source), "" | "model"), "{}", crop.name);
        }
        // A market value that names the model's table repeats it.
        if key(crop.market.test_weight_source) == "model" {
            let (market, compat) = (crop.market.test_weight_lb_bu, crop.compat.test_weight_lb_bu);
            assert_eq!(market, compat, "{}", crop.name);
        }
        if key(crop.market.standard_moisture_source) == "model" {
            let (market, compat) = (crop.market.standard_moisture, crop.compat.standard_moisture);
            assert_eq!(market, compat, "{}", crop.name);
        }
    }
}

#[test]
fn names_are_unique() {
    let mut seen = BTreeSet::new();
    for crop in Crop::all() {
        assert!(seen.insert(crop.name), "{} twice", crop.name);
        assert_eq!(crop.name, crop.name.to_lowercase());
        assert_eq!(crop.name, crop.name.trim());
    }
    for row in rows(CROPS) {
        for alias in row[11].split('|').filter(|alias| !alias.is_empty()) {
            assert!(!seen.contains(alias), "{alias} is a name and an alias");
            assert_eq!(Crop::find(alias).map(|c| c.name), Some(row[0]), "{alias}");
        }
    }
}

/// A weight and a moisture, zero for none.
fn pair(numbers: CropNumbers) -> [f64; 2] {
    [numbers.test_weight_lb_bu, numbers.standard_moisture].map(|value| value.unwrap_or(0.0))
}

#[test]
fn numbers_of_trade_and_of_the_model() {
    // Name, market weight and moisture, the model's weight and moisture.
    let cases = [
        ("corn", [56.0, 15.5], [56.0, 15.0]),
        ("corn, white", [56.0, 15.5], [56.57, 15.0]),
        ("popcorn", [56.0, 14.0], [100.0, 14.0]),
        ("soybeans", [60.0, 13.0], [60.0, 13.0]),
        ("wheat", [60.0, 13.5], [60.0, 13.5]),
        ("wheat, hard red spring", [60.0, 13.5], [60.01, 13.5]),
        (
            "wheat, canada prairie spring red",
            [60.0, 13.5],
            [60.01, 0.0],
        ),
        (
            "wheat, canada prairie spring white",
            [60.0, 13.5],
            [60.01, 1.0],
        ),
        ("durum wheat", [60.0, 13.5], [60.0, 13.5]),
        ("spelt", [40.0, 13.5], [18.14, 13.0]),
        ("barley", [48.0, 14.5], [47.99, 15.0]),
        ("oats", [32.0, 14.0], [32.0, 12.0]),
        ("rye", [56.0, 14.0], [56.0, 15.0]),
        ("triticale", [50.0, 13.5], [50.0, 13.0]),
        ("sorghum", [56.0, 14.0], [56.0, 14.0]),
        ("millet", [50.0, 13.0], [50.0, 13.0]),
        ("buckwheat", [48.0, 16.0], [44.0, 14.0]),
        ("rice", [45.0, 13.0], [45.0, 13.0]),
        ("rice medium", [45.0, 13.0], [45.0, 8.0]),
        ("canola", [50.0, 8.5], [50.0, 10.0]),
        ("rapeseed", [50.0, 9.0], [52.01, 12.5]),
        ("rape seed", [50.0, 9.0], [60.0, 0.0]),
        ("flax", [56.0, 9.0], [60.0, 10.0]),
        ("mustard", [50.0, 9.5], [55.0, 9.5]),
        ("sunflower oil", [28.0, 10.0], [28.97, 0.0]),
        ("sunflowers", [28.0, 10.0], [100.0, 10.0]),
        ("sunflower stripe", [23.0, 10.0], [20.0, 0.0]),
        ("safflower", [38.0, 8.0], [38.0, 8.0]),
        ("sesame", [46.0, 6.0], [46.0, 15.0]),
        ("edible beans", [60.0, 15.0], [60.0, 15.0]),
        ("field peas", [60.0, 14.0], [60.0, 12.0]),
        ("lentils", [60.0, 13.0], [60.0, 13.0]),
        ("chick peas", [60.0, 14.0], [60.0, 14.0]),
        ("chickpeas", [60.0, 14.0], [60.98, 0.0]),
        ("faber beans", [60.0, 16.0], [60.0, 0.0]),
        ("fababean", [60.0, 16.0], [62.15, 0.0]),
        ("mung bean", [60.0, 13.0], [60.01, 0.0]),
        ("peanuts", [22.0, 9.0], [45.0, 0.0]),
        ("upland cotton", [32.0, 0.0], [32.0, 0.0]),
        ("cotton", [120.42, 0.0], [120.42, 0.0]),
        ("alfalfa", [60.0, 13.0], [100.0, 13.0]),
        ("clover", [60.0, 0.0], [60.0, 0.0]),
        ("timothy grass", [45.0, 0.0], [0.0, 12.0]),
        ("orchard grass", [14.0, 12.0], [14.0, 12.0]),
        ("smooth bromegrass", [14.0, 12.0], [0.0, 12.0]),
        ("annual ryegrass", [24.0, 12.0], [56.0, 14.0]),
        ("per ryegrass", [24.0, 12.0], [56.0, 13.0]),
        ("potatoes", [60.0, 0.0], [60.0, 0.0]),
        ("sugar beet", [74.66, 0.0], [74.66, 0.0]),
        ("sugar cane", [80.87, 10.0], [80.87, 10.0]),
        ("corn, silage", [49.8, 0.0], [49.8, 0.0]),
    ];
    for (name, market, compat) in cases {
        let crop = crop(name);
        assert_eq!(pair(crop.market), market, "{name}, market");
        assert_eq!(pair(crop.compat), compat, "{name}, compat");
    }
}

#[test]
fn placeholders_of_the_model_are_no_weights() {
    // Crops whose density is 1 in the model's table, and the one moisture that goes with it.
    for name in ["arugula", "garlic", "red clover", "walnut", "zucchini"] {
        assert_eq!(pair(crop(name).compat), [0.0, 0.0], "{name}");
        assert_eq!(crop(name).compat.kilograms_per_litre(), None, "{name}");
    }
    for (name, moisture) in [
        ("tall fescue", 12.0),
        ("cherries", 13.0),
        ("grass alfalfa", 13.5),
    ] {
        assert_eq!(pair(crop(name).compat), [0.0, moisture], "{name}");
        assert_eq!(crop(name).compat.kilograms_per_litre(), None, "{name}");
    }
}

#[test]
fn bushels_to_the_acre_are_kilograms_to_the_hectare() {
    let litres_per_hectare = Unit::known("bu/ac").factor * 10_000.0;
    for (name, expected) in [
        ("corn", 62.767_664_746_9),
        ("soybeans", 67.251_069_371_7),
        ("barley", 53.800_855_497_3),
        ("oats", 35.867_236_998_2),
    ] {
        let density = crop(name).market.kilograms_per_litre().expect(name);
        let found = density * litres_per_hectare;
        assert!((found / expected - 1.0).abs() < 1e-11, "{name}: {found}");
    }
}
