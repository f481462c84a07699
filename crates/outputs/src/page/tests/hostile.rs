//! Texts that try to break out of their element.

use super::{PIXEL, harvest};
use crate::page::{Histogram, PageImage, PageInput, page};
use serde_json::{Value, json};

/// Every element is closed in its turn, and no text holds what could open another.
pub(super) fn balanced(html: &str) {
    const VOID: [&str; 8] = [
        "!DOCTYPE", "meta", "rect", "path", "image", "br", "link", "img",
    ];
    const KNOWN: [&str; 30] = [
        "html", "head", "title", "style", "body", "main", "header", "h1", "h2", "p", "bdi", "div",
        "section", "svg", "text", "table", "tr", "th", "td", "ul", "li", "strong", "em", "span",
        "footer", "meta", "rect", "path", "image", "!DOCTYPE",
    ];
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
        assert!(!tag.contains("href=") || tag.contains("href=\"data:image/png;base64,"));
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
            balanced(&html);
            assert!(html.len() < 40_000, "{} bytes", html.len());
            let bad =
                |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
            assert!(!html.contains(bad));
        }
    }
}
