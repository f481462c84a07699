//! The index: totals, order, groups, what failed and what was left out.

use super::hostile::balanced;
use super::{PIXEL, harvest};
use crate::page::{ClassMap, FieldMap, IndexInput, IndexRow, field_groups, html, index};
use serde_json::{Value, json};

/// A corn harvest of 12.5 ha and 1,234 t on a field and day of September 2012.
fn row(dir: &str, field: &str, day: &str, map: Option<&ClassMap>) -> IndexRow {
    let (mut file, mut summary, units) = harvest();
    file["dir"] = json!(dir);
    file["name"] = json!("");
    let properties = &mut summary["properties"];
    properties["originalOperationData"] = json!({ "originalOperationField": field });
    properties["localStartDay"] = json!(day);
    properties["localEndDay"] = json!(day);
    IndexRow::of(&file, &summary, &units, map)
}

fn map() -> ClassMap {
    ClassMap {
        entry: json!({ "property": "dryMassPerArea", "legend": { "unit": "t/ha", "ranges": [
            { "min": 1.0, "max": 2.0, "colorCode": "#440154" },
            { "min": 2.0, "max": 3.0, "colorCode": "#FDE725" }] },
            "extent": { "xmin": 10.0, "ymin": 50.0, "xmax": 10.01, "ymax": 50.01 } }),
        png: PIXEL.to_vec(),
        small: PIXEL.to_vec(),
        areas_m2: vec![120_000.0, 120_000.0],
    }
}

fn made(rows: &[IndexRow], fields: &[FieldMap], report: &Value) -> String {
    let html = html(&index(&IndexInput {
        report,
        rows,
        fields,
        version: "1.2.3",
    }));
    balanced(&html);
    html
}

#[test]
fn rows_are_by_field_and_day_and_totals_by_work() {
    let map = map();
    let rows = [
        row("01-a", "B", "2012-09-19", Some(&map)),
        row("02-a", "A", "2012-09-18", None),
        row("03-a", "B", "2012-09-18", Some(&map)),
    ];
    let groups = field_groups(&rows);
    assert_eq!(groups, [(vec![2, 0], "dryMassPerArea")]);
    let fields = [FieldMap {
        parts: vec![2, 0],
        map,
    }];
    let report = json!({
        "input": { "name": "Person/stick.zip" },
        "findings": [{ "code": "x", "severity": "note", "text": "three plans" },
            { "code": "x", "severity": "note", "text": "a plan" }],
        "unclaimed": [{ "entry": "Person/a.txt", "reason": "a plan" },
            { "entry": "Person/b.txt", "reason": "a plan" }],
    });
    let html = made(&rows, &fields, &report);
    for wanted in [
        "<h1>Field work in <bdi>stick.zip</bdi></h1>",
        "<span>Machine files</span> <strong>3</strong>",
        "<span>Worked area, all works</span> <strong>37.5\u{a0}ha</strong>",
        "<td class=\"left\"><bdi>Corn</bdi> harvest</td><td>3</td><td>37.5\u{a0}ha</td><td>3,704\u{a0}t</td>",
        "2 machine files on one map · 25\u{a0}ha · 2,469\u{a0}t · Map: Yield, dry",
        "18 September 2012",
        "<a href=\"03-a/report.html\">",
        "<bdi>a.txt</bdi>, <bdi>b.txt</bdi></td><td class=\"left\"><bdi>A plan</bdi>",
        "<bdi>Three plans</bdi>",
    ] {
        assert!(html.contains(wanted), "{wanted} is not in\n{html}");
    }
    // In the order of days within the field, fields with several first.
    let place = |dir: &str| html.find(&format!("\"{dir}/report.html\"")).expect(dir);
    assert!(place("03-a") < place("01-a") && place("01-a") < place("02-a"));
    // What is told with what was left out is told once, and no folder of a person is named.
    assert_eq!(html.matches("<bdi>A plan</bdi>").count(), 1);
    assert!(!html.contains("Person/"));
}

#[test]
fn a_map_over_the_same_ground_twice_is_none() {
    let mut map = map();
    let rows = [
        row("01-a", "B", "2012-09-18", Some(&map)),
        row("02-a", "B", "2012-09-18", Some(&map)),
    ];
    map.areas_m2 = vec![60_000.0, 60_000.0];
    let parts = vec![0, 1];
    let html = made(&rows, &[FieldMap { parts, map }], &Value::Null);
    assert!(!html.contains("on one map"), "{html}");
}

#[test]
fn what_failed_says_why_and_counts_in_no_total() {
    let file = json!({ "dir": "01-x", "status": "failed", "name": "x.agdata", "steps": {
        "rawGeojson": { "status": "failed", "message": "Failed to convert file on provider batch processing",
            "detail": "the format is closed", "hint": "export a shapefile" } } });
    let failed = IndexRow::of(&file, &Value::Null, &Value::Null, None);
    let html = made(&[failed], &[], &Value::Null);
    for wanted in [
        "<span>Not converted</span> <strong>1</strong>",
        "<a href=\"01-x/report.html\"><bdi>x.agdata</bdi></a>",
        "<bdi>The format is closed</bdi>",
        "<bdi>Export a shapefile</bdi>",
    ] {
        assert!(html.contains(wanted), "{wanted} is not in\n{html}");
    }
    assert!(!html.contains("Totals by kind"));
}

#[test]
fn a_merged_machine_file_counts_only_in_its_parts() {
    let (mut file, summary, units) = harvest();
    file["findings"] = json!([{ "code": "merge.parts", "severity": "note", "text": "of two" }]);
    let merged = IndexRow::of(&file, &summary, &units, None);
    let html = made(
        &[merged, row("02-a", "A", "2012-09-18", None)],
        &[],
        &Value::Null,
    );
    let area = "<span>Worked area, all works</span> <strong>12.5\u{a0}ha</strong>";
    assert!(html.contains(area), "{html}");
}
