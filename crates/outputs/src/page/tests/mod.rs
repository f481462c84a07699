//! Pages of whole, empty and hostile inputs.

mod hostile;
mod index;

use super::text::{last_part, number, percent, plain};
use super::*;
use hostile::balanced;
use serde_json::{Value, json};

const PIXEL: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x02\0\0\0\x01\x08\x06\0\0\0";

fn made(file: &Value, summary: &Value, units: &Value, images: &[PageImage<'_>]) -> String {
    let rate = main_rate(
        summary["properties"]["operationType"]
            .as_str()
            .unwrap_or(""),
        units,
    );
    page(&PageInput {
        file,
        summary,
        units,
        images,
        histogram: Histogram::of(rate.unwrap_or("x"), (0..1000).map(|i| f64::from(i % 97))),
        version: "1.2.3",
    })
}

fn harvest() -> (Value, Value, Value) {
    let file = json!({
        "name": "North Forty", "fileFormat": "ISO11783", "provider": "Maker",
        "operationType": "harvested",
        "entries": ["Grower Person/Farm/TASKDATA.XML", "Grower Person/Farm/TLG00001.bin"],
        "records": { "read": 1300, "skippedBytes": 12 },
        "points": {
            "read": 123_456, "standard": 120_000, "filtered": 100_010, "restored": 10,
            "dropped": { "position.zero": 456, "cleanup.wetMass": 3000, "filter.overlap": 20_000 },
        },
        "findings": [
            { "code": "a.note", "severity": "note", "place": "Grower Person/x", "text": "a small thing" },
            { "code": "a.warning", "severity": "warning", "place": "x", "text": "a grave thing",
              "hint": "mend it" },
        ],
    });
    let summary = json!({
        "type": "Feature",
        "properties": {
            "operationType": "harvested",
            "originalOperationData": { "originalOperationField": "Field A",
                "originalOperationGrower": "Grower Person" },
            "crop": ["corn"], "timeZone": "America/Chicago",
            "startTime": "2012-09-18T14:03:00Z", "endTime": "2012-09-19T16:20:00Z",
            "localStartDay": "2012-09-18", "localEndDay": "2012-09-19",
            "dryMassPerArea": { "avg": 9.8765, "min": 0.1, "max": 20.0, "unit": "t/ha" },
            "totalDryMass": { "value": 1_234_567.0, "unit": "kg" },
            "harvestMoistureMassWeighted": { "value": 17.245, "unit": "percentage" },
            "coverage": {
                "workedArea": { "value": 12.5, "unit": "ha" },
                "coveredArea": { "value": 12.0, "unit": "ha" },
                "overlapArea": { "value": 0.5, "unit": "ha" }, "overlapPercentage": 4.0,
            },
            "displayTotals": [
                { "name": "DDI 119 effective time", "value": 7200.0, "unit": "s" },
                { "name": "DDI 116 total area", "value": 126_000.0, "unit": "m2", "ours": 125_000.0,
                  "differencePercentage": -0.794 },
            ],
            "cleaning": { "profile": "recommended", "lag": { "flow": { "seconds": 11.04,
                "applied": true, "correlationBefore": 0.5, "correlationAfter": 0.91 } } },
        },
        "geometry": { "type": "MultiPolygon", "coordinates": [[[[10.0, 50.0], [10.01, 50.0],
            [10.01, 50.01], [10.0, 50.01], [10.0, 50.0]]]] },
    });
    (
        file,
        summary,
        json!({ "dryMassPerArea": "t/ha", "area": "m2" }),
    )
}

#[test]
fn the_numbers_of_a_summary_appear_as_people_read_them() {
    let (file, summary, units) = harvest();
    let html = made(&file, &summary, &units, &[]);
    for wanted in [
        "<title>North Forty: corn harvest, 18 to 19 September 2012</title>",
        "<h1><bdi>North Forty</bdi>: <bdi>corn</bdi> harvest, 18 to 19 September 2012</h1>",
        "Field <bdi>Field A</bdi> · Grower <bdi>Grower Person</bdi>",
        "time zone <bdi>America/Chicago</bdi>",
        "<span>Worked area</span> <strong>12.5\u{a0}ha</strong>",
        "<th>Ground covered</th><td>12\u{a0}ha</td>",
        "<th>Overlap</th><td>0.500\u{a0}ha (4.0\u{a0}%)</td>",
        "<span>Yield, dry</span> <strong>9.88\u{a0}t/ha</strong>",
        "<th>Yield on covered ground</th><td>10.3\u{a0}t/ha</td>",
        "<span>Crop, dry</span> <strong>1,235\u{a0}t</strong>",
        "<span>Moisture</span> <strong>17.2\u{a0}%</strong>",
        "<bdi>Total area</bdi></td><td>12.6\u{a0}ha</td><td>12.5\u{a0}ha</td><td>−0.8\u{a0}%</td>",
        "123,456 points logged, 120,000 in the totals, 100,010 on the map",
        "<td>3,000</td><td>2.4\u{a0}%</td>",
        "<td class=\"left\">Ground already worked</td><td>20,000</td><td>16.7\u{a0}%</td>",
        "the yield sensor is 11.0\u{a0}s late (passes in opposite directions agree with 0.91",
        "What to do: <bdi>Mend it</bdi>",
        "TASKDATA.XML",
        "ISO 11783 (ISOXML)",
        "Tramline <bdi>1.2.3</bdi>",
        "class=\"bar\"",
        "500 m</text>",
    ] {
        assert!(html.contains(wanted), "{wanted} is not in\n{html}");
    }
    let place = |text: &str| html.find(text).expect("it is there");
    // Bars are as high as what they count: those at the edges hold less.
    let heights = html.split("class=\"bar\"").skip(1);
    let heights = heights.filter_map(|bar| bar.split("height=\"").nth(1)?.split('"').next());
    let heights: std::collections::BTreeSet<&str> = heights.collect();
    assert!(
        heights.len() > 1 && heights.contains("19.00"),
        "{heights:?}"
    );
    assert!(place("A grave thing") < place("A small thing"));
    assert!(place("Total area") < place("Effective time"));
    // The grower's name stands where the summary gives it, and nowhere else.
    assert_eq!(html.matches("Grower Person").count(), 1);
}

#[test]
fn what_cannot_be_true_stands_above_all_numbers() {
    let place_of = |html: &str, text: &str| html.find(text).expect("it is there");
    let (mut file, summary, units) = harvest();
    let plain = made(&file, &summary, &units, &[]);
    assert!(
        place_of(&plain, "<ul class=\"notices\">") > place_of(&plain, "<div class=\"columns\">")
    );
    let above = json!([
        { "code": "summary.display-total", "severity": "warning", "place": "x",
          "text": "the display counted more" },
        { "code": "plausible.wetMassPerArea", "severity": "error", "place": "x",
          "text": "this result cannot be true", "hint": "say the unit" },
    ]);
    let list = file["findings"].as_array_mut().expect("a list");
    list.extend(above.as_array().expect("a list").iter().cloned());
    let html = made(&file, &summary, &units, &[]);
    let place = |text: &str| html.find(text).expect(text);
    assert!(place("This result cannot be true") < place("The display counted more"));
    assert!(place("The display counted more") < place("<div class=\"columns\">"));
    assert!(place("<div class=\"columns\">") < place("A grave thing"));
    assert_eq!(html.matches("This result cannot be true").count(), 1);
    assert_eq!(
        html.matches("What to do: <bdi>Say the unit</bdi>").count(),
        1
    );
}

#[test]
fn acres_and_bushels_stay_so() {
    let summary = json!({ "properties": { "operationType": "harvested",
        "dryVolumePerArea": { "avg": 119.046, "unit": "bu/ac" },
        "dryMassPerArea": { "avg": 6_666.58, "unit": "lb/ac" },
        "speed": { "avg": 6.13125, "unit": "ft/s" },
        "totalArea": { "value": 96_652.45, "unit": "m2" } } });
    let units = json!({ "dryVolumePerArea": "bu/ac" });
    let html = made(&Value::Null, &summary, &units, &[]);
    assert!(
        html.contains("<strong>119.0\u{a0}bu/ac</strong>")
            && html.contains("119.0\u{a0}bu/ac (6,667\u{a0}lb/ac)"),
        "{html}"
    );
    assert!(
        html.contains("23.9\u{a0}ac") && html.contains("4.18\u{a0}mph"),
        "{html}"
    );
    assert!(
        html.contains("<h2>How often: Yield, dry, <bdi>bu/ac</bdi></h2>"),
        "{html}"
    );
}

#[test]
fn nothing_known_still_makes_a_page() {
    for value in [
        json!(null),
        json!({}),
        json!([]),
        json!("x"),
        json!({ "properties": 7 }),
    ] {
        let html = page(&PageInput {
            file: &value,
            summary: &value,
            units: &value,
            images: &[],
            histogram: None,
            version: "",
        });
        assert!(html.contains("Unnamed machine file"));
        balanced(&html);
    }
}

#[test]
fn texts_are_cut_and_calmed() {
    assert_eq!(plain("a & <b> \"c\" 'd'", 60), "a & <b> \"c\" 'd'");
    assert_eq!(plain(&"x".repeat(10_000), 5), "xxxx…");
    assert_eq!(plain("one two", 4), "one…");
    assert_eq!(plain("  a\t\n b ", 9), "a b");
    assert_eq!(plain("e\u{301}\u{301}\u{301}\u{301}", 9), "e\u{301}\u{301}");
    assert_eq!(plain("exact", 5), "exact");
    assert_eq!(last_part("Person/Farm\\a.xml"), "a.xml");
    assert_eq!(last_part("Person/Folder/"), "Folder");
}

#[test]
fn numbers_have_three_or_four_digits() {
    for (value, text) in [
        (0.0, "0"),
        (6.4720078, "6.47"),
        (9.999, "10.0"),
        (20.0, "20"),
        (99.97, "100"),
        (122.335, "122.3"),
        (6850.77, "6,851"),
        (163_619.29, "163,600"),
        (-1234.5, "−1,235"),
        (0.0123, "0.012"),
        (1e18, "1.00e18"),
        (f64::NAN, "–"),
    ] {
        assert_eq!(number(value), text);
    }
    assert_eq!(percent(0.01), "<\u{a0}0.1\u{a0}%");
    assert_eq!(percent(-3.26), "−3.3\u{a0}%");
}

#[test]
fn an_image_is_the_map_and_has_its_legend() {
    let (file, summary, units) = harvest();
    let image = PageImage {
        property: "dryMassPerArea",
        png: PIXEL,
        min: 2.0,
        max: 12.0,
        unit: "t/ha",
        stops: &[(2.0, [255, 0, 0]), (12.0, [0, 128, 0])],
        ranges: &[],
        areas_m2: &[],
        bounds: Some([10.0, 50.0, 10.01, 50.01]),
    };
    let html = made(
        &file,
        &summary,
        &units,
        &[
            PageImage {
                png: b"GIF",
                ..image
            },
            image,
        ],
    );
    assert!(
        html.contains("href=\"data:image/png;base64,iVBORw0KGgo"),
        "{html}"
    );
    assert!(
        html.contains("#ff0000")
            && html.contains("#008000")
            && html.contains("Map: Yield, dry, <bdi>t/ha</bdi>")
    );
    let classes = PageImage {
        ranges: &[(2.0, 5.5, [0xc8, 0, 0]), (5.5, 12.0, [0, 0x82, 0])],
        areas_m2: &[30_000.0, 10_000.0],
        ..image
    };
    let html = made(&file, &summary, &units, &[classes]);
    assert!(
        html.contains("2 to 6</td><td>3.00</td><td>75.0\u{a0}%</td>")
            && html.contains("6 to 12</td><td>1.00</td><td>25.0\u{a0}%</td>"),
        "{html}"
    );
    assert!(html.contains("#c80000") && !html.contains("#ff0000"));
    assert!(!html.contains("class=\"ground\" fill-rule"));
}

#[test]
fn bars_hold_every_value() {
    let histogram =
        Histogram::of("x", (0..1000).map(f64::from).chain([f64::NAN, 1e300])).expect("values");
    assert_eq!(histogram.counts.iter().sum::<u64>(), 1001);
    assert_eq!(histogram.breaks.len(), histogram.counts.len() + 1);
    assert_eq!(Histogram::of("x", [3.0, 3.0].into_iter()), None);
    assert_eq!(Histogram::of("x", std::iter::empty()), None);
}

#[test]
fn ground_over_the_line_of_dates_is_one_map() {
    let (file, mut summary, units) = harvest();
    summary["geometry"]["coordinates"] = json!([[[
        [179.999, 10.0],
        [-179.999, 10.0],
        [-179.999, 10.002],
        [179.999, 10.002],
        [1e300, 5.0],
        ["x", 5.0],
        [179.999, 10.0]
    ]]]);
    let html = made(&file, &summary, &units, &[]);
    assert!(html.contains(" m</text>"), "{html}");
}

#[test]
fn a_folder_gets_its_page() {
    let folder = tempfile::tempdir().expect("a folder");
    let (file, summary, _) = harvest();
    let text = summary.to_string();
    std::fs::write(folder.path().join("summary.json"), text).expect("written");
    write(folder.path(), &file, None, "1.2.3").expect("a page");
    let html = std::fs::read_to_string(folder.path().join(PAGE)).expect("a page");
    assert!(html.contains("North Forty") && !html.contains("class=\"bar\""));
    let images = json!([{
        "property": "dryMassPerArea",
        "ramp": { "0%": [200, 0, 0], "50%": [250, 250, 0], "100%": [0, 130, 0], "nv": [0, 0, 0, 0] },
        "legend": { "min": 2.0, "max": 12.0, "unit": "t/ha" },
        "extent": { "xmin": 10.0, "ymin": 50.0, "xmax": 10.01, "ymax": 50.01 },
        "file": "images/dryMassPerArea.png",
    }]);
    let units = json!({ "dryMassPerArea": "t/ha" });
    std::fs::create_dir(folder.path().join("images")).expect("a folder");
    for (name, bytes) in [
        ("units.json", units.to_string().as_bytes()),
        ("images.json", images.to_string().as_bytes()),
        ("images/dryMassPerArea.png", PIXEL),
    ] {
        std::fs::write(folder.path().join(name), bytes).expect("written");
    }
    write(folder.path(), &file, None, "1.2.3").expect("a page");
    let html = std::fs::read_to_string(folder.path().join(PAGE)).expect("a page");
    assert!(
        html.contains("data:image/png;base64,") && html.contains("#fafa00"),
        "{html}"
    );
    assert!(
        html.contains("</svg> 7</td>") && html.contains("200 m</text>"),
        "{html}"
    );
    std::fs::write(folder.path().join("units.json"), "{").expect("written");
    let told = write(folder.path(), &file, None, "")
        .expect_err("no JSON")
        .to_string();
    assert!(told.contains("units.json"), "{told}");
}
