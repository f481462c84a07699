//! Texts that try to break out of their element.

use super::{PIXEL, harvest};
use crate::page::{
    ClassMap, FieldMap, Histogram, IndexInput, IndexRow, PageImage, PageInput, index, page,
};
use serde_json::{Value, json};

/// Every element is closed in its turn, and no text holds what could open another.
pub(super) fn balanced(html: &str) {
    const VOID: [&str; 8] = [
        "!DOCTYPE", "meta", "rect", "path", "image", "br", "link", "img",
    ];
    const KNOWN: [&str; 32] = [
        "html", "head", "title", "style", "body", "main", "header", "h1", "h2", "p", "bdi", "div",
        "section", "svg", "text", "table", "tr", "th", "td", "ul", "li", "strong", "em", "span",
        "footer", "a", "small", "meta", "rect", "path", "image", "!DOCTYPE",
    ];
    // Selectors have brackets of their own.
    let (head, rest) = html.split_once("<style>").expect("a style");
    let (style, rest) = rest.split_once("</style>").expect("its end");
    assert!(!style.contains(['<', '&']), "{style}");
    let html = format!("{head}{rest}");
    let mut open: Vec<&str> = Vec::new();
    for part in html.split('<').skip(1) {
        let (tag, text) = part.split_once('>').expect("each tag ends");
        assert!(!text.contains('>'), "a loose bracket in {text:?}");
        assert_eq!(
            tag.matches('"').count() % 2,
            0,
            "an open attribute in {tag:?}"
        );
        if let Some(name) = tag.strip_prefix('/') {
            assert_eq!(open.pop(), Some(name));
            continue;
        }
        let name = tag.split([' ', '\n']).next().expect("a name");
        assert!(
            KNOWN.contains(&name.trim_end_matches('/')),
            "unknown element {name:?}"
        );
        if !VOID.contains(&name) {
            open.push(name);
        }
        // Outside of the quotes stand names of attributes only.
        let names: String = tag.split('"').step_by(2).collect();
        for name in names.split([' ', '\n', '=']).map(str::trim).skip(1) {
            assert!(!name.starts_with("on") && name != "src", "{tag:?}");
        }
        let own = |tag: &str| {
            tag.contains("href=\"data:image/png;base64,")
                || (tag.contains("href=\"0") && tag.ends_with("-a/report.html\""))
                || tag.ends_with("01-x/report.html\"")
        };
        assert!(!tag.contains("href=") || own(tag));
    }
    assert!(open.is_empty(), "{open:?} stay open");
}

/// Every text of a document is replaced, but for the words that the page branches on.
fn poison(value: &mut Value, with: &str) {
    match value {
        Value::String(text) => *text = with.to_owned(),
        Value::Array(list) => list.iter_mut().for_each(|value| poison(value, with)),
        Value::Object(map) => {
            map.iter_mut()
                .filter(|(key, _)| !["operationType", "type", "severity"].contains(&key.as_str()))
                .for_each(|(_, value)| poison(value, with));
        }
        _ => {}
    }
}

/// A bounded page of known elements, without characters that do anything.
fn calm(html: &str) {
    balanced(html);
    assert!(html.len() < 60_000, "{} bytes", html.len());
    let bad = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!html.contains(bad));
}

#[test]
fn hostile_texts_stay_texts() {
    let long = "<b onclick=x>".repeat(800);
    for hostile in [
        "</title></style></svg><script>alert(1)</script>",
        "\"><img src=x onerror=alert(1)>",
        "' onload='alert(1)",
        "&lt;script&gt;&#60;",
        "a\0b\u{1}c\r\n\u{85}\u{2028}d\u{7f}\u{9f}",
        "\u{202e}evil\u{2066}\u{200f} שלום عرب",
        "z\u{300}\u{301}\u{302}\u{303}\u{304}\u{305}",
        "]]><!-- --!> <![CDATA[",
        long.as_str(),
    ] {
        let (mut file, mut summary, mut units) = harvest();
        let own =
            json!({ hostile: 3, format!("cleanup.{hostile}"): 4, format!("filter.{hostile}"): 5 });
        file["points"]["dropped"] = own;
        summary["properties"]["varieties"] = json!([{ "name": "x" }, { "name": "y" }]);
        summary["properties"]["products"] = json!([{ "name": "x" }, { "name": "y" }]);
        summary["properties"]["machinery"] = json!([{ "name": "x" }]);
        for value in [&mut file, &mut summary, &mut units] {
            poison(value, hostile);
        }
        for operation in ["harvested", "planted", "applied", "tillage", hostile] {
            summary["properties"]["operationType"] = json!(operation);
            let image = PageImage {
                property: hostile,
                png: PIXEL,
                min: f64::NEG_INFINITY,
                max: f64::NAN,
                unit: hostile,
                stops: &[(1.0, [1, 2, 3]), (f64::NAN, [0, 0, 0])],
                ranges: &[],
                areas_m2: &[],
                bounds: Some([10.0, 50.0, f64::INFINITY, 51.0]),
            };
            let html = page(&PageInput {
                file: &file,
                summary: &summary,
                units: &units,
                images: &[image],
                histogram: Histogram::of(hostile, [1.0, 2.0, 3.0].into_iter()),
                version: hostile,
            });
            calm(&html);
            file["status"] = json!("failed");
            file["steps"] = json!({ "rawGeojson": { "status": "failed", "message": hostile,
                "detail": hostile, "hint": hostile } });
            let html = page(&PageInput {
                file: &file,
                summary: &Value::Null,
                units: &Value::Null,
                images: &[],
                histogram: None,
                version: hostile,
            });
            calm(&html);
            let failed = IndexRow::of(&file, &Value::Null, &Value::Null, None);
            file["status"] = json!("processed");
            let map = ClassMap {
                entry: json!({ "property": hostile, "legend": { "unit": hostile, "ranges": [
                    { "min": 1.0, "max": 2.0, "colorCode": hostile }] } }),
                png: PIXEL.to_vec(),
                small: PIXEL.to_vec(),
                areas_m2: vec![f64::NAN],
            };
            let done = IndexRow::of(&file, &summary, &units, Some(&map));
            file["dir"] = json!("01-a");
            let named = IndexRow::of(&file, &summary, &units, None);
            let finding = json!({ "code": hostile, "severity": "warning", "text": hostile,
                "hint": hostile, "place": hostile });
            let html = crate::page::html(&index(&IndexInput {
                report: &json!({ "input": { "name": hostile }, "findings": [finding],
                    "unclaimed": [{ "entry": hostile, "reason": hostile }] }),
                rows: &[failed, done, named],
                fields: &[FieldMap {
                    parts: vec![1, 2, 7],
                    map,
                }],
                version: hostile,
            }));
            calm(&html);
        }
    }
}
