//! The table of settings: `docs/configuration.md` says what it says, and its rows agree with the
//! types that read them. To write the page anew:
//! `TRAMLINE_WRITE_DOCS=1 cargo test -p tramline-model --test it settings`.

use crate::page::keep;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::Write;
use tramline_model::settings::{
    Configuration, FieldSettings, SETTINGS, Setting, Shape, Use, defaults,
};

const PAGE: &str = "docs/configuration.md";

/// A default that fits a cell; the row's text tells of the others.
fn default_cell(setting: &Setting) -> String {
    match setting.default() {
        Value::Object(entries) if !entries.is_empty() => String::new(),
        Value::String(text) => format!("`{text}`"),
        value => format!("`{value}`"),
    }
}

fn table(settings: impl Iterator<Item = &'static Setting>) -> String {
    let mut text = String::from("| key | value | default | effect |\n|---|---|---|---|\n");
    for setting in settings {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            setting.name,
            setting.shape.words(),
            default_cell(setting),
            setting.doc.trim()
        );
    }
    text
}

fn is_read_only(setting: &Setting) -> bool {
    matches!(setting.shape, Shape::ReadOnly)
}

#[test]
fn tables_of_the_page_are_those_of_the_settings() {
    let used = table(SETTINGS.iter().filter(|setting| !setting.stored_only));
    let stored = SETTINGS
        .iter()
        .filter(|setting| setting.stored_only && !is_read_only(setting));
    let stored = table(stored);
    for line in used.lines().chain(stored.lines()) {
        assert_eq!(line.matches('|').count(), 5, "{line}");
    }
    keep(PAGE, "used", &used);
    keep(PAGE, "stored", &stored);
}

#[test]
fn names_are_told_apart_and_spelt_alike() {
    let mut seen = BTreeSet::new();
    for setting in SETTINGS {
        for name in [Some(setting.name), setting.alias].into_iter().flatten() {
            assert!(seen.insert(name), "{name} comes twice");
            assert!(name.chars().all(|letter| letter.is_ascii_alphabetic()));
            assert!(std::ptr::eq(Setting::find(name).expect(name), setting));
        }
    }
    assert!(Setting::find("somethingNew").is_none());
}

#[test]
fn defaults_pass_their_own_check() {
    for setting in SETTINGS.iter().filter(|setting| !is_read_only(setting)) {
        let default = setting.default();
        assert_eq!(
            setting.shape.checked(default.clone()),
            Ok(default),
            "{}",
            setting.name
        );
    }
}

/// The typed structs hold the defaults of the table, under its names, and no key of another part.
#[test]
fn typed_settings_have_the_keys_and_defaults_of_their_rows() {
    let configuration: Configuration = serde_json::from_value(json!(defaults())).expect("read");
    assert_eq!(configuration.unknown_keys().next(), None);
    let typed = [
        (Use::Conversion, json!(Configuration::default())),
        (Use::Fields, json!(FieldSettings::default())),
    ];
    for (part, typed) in typed {
        let rows: Map<String, Value> = SETTINGS
            .iter()
            .filter(|setting| setting.used_by == part && !setting.stored_only)
            .map(|setting| (setting.name.to_owned(), setting.default()))
            .collect();
        let typed = typed.as_object().expect("an object");
        assert!(rows.keys().eq(typed.keys()), "{part:?}");
        for (name, value) in typed {
            let same = match (value.as_f64(), rows[name].as_f64()) {
                (Some(typed), Some(row)) => typed == row,
                _ => value == &rows[name],
            };
            assert!(same, "{name}: {value} and {}", rows[name]);
        }
    }
}

/// What the check of a row takes, the type behind it reads.
#[test]
fn names_and_numbers_at_the_edge_are_read() {
    for setting in SETTINGS.iter().filter(|setting| !setting.stored_only) {
        let values: Vec<Value> = match setting.shape {
            Shape::Name(names) => names.iter().map(|name| json!(name)).collect(),
            Shape::Above(_, to) => vec![json!(to)],
            Shape::From(from, to) => vec![json!(from), json!(to)],
            Shape::Flag => vec![json!(true), json!(false)],
            Shape::Optional => vec![json!("optional"), json!({"a": {"b": "required"}})],
            _ => vec![setting.default()],
        };
        for value in values {
            let value = setting.shape.checked(value).expect(setting.name);
            let one = json!({ setting.name: value });
            let read = match setting.used_by {
                Use::Fields => serde_json::from_value::<FieldSettings>(one).map(drop),
                _ => serde_json::from_value::<Configuration>(one).map(drop),
            };
            assert!(read.is_ok(), "{}: {read:?}", setting.name);
        }
    }
}

#[test]
fn keys_of_other_parts_are_kept_and_not_unknown() {
    let given = json!({"splitOperationsByField": 7, "leafUserId": "", "somethingNew": [1],
        "outofStandardOperations": true});
    let configuration: Configuration = serde_json::from_value(given).expect("read");
    assert!(configuration.out_of_standard_operations);
    assert_eq!(configuration.other["splitOperationsByField"], json!(7));
    assert_eq!(
        configuration.unknown_keys().collect::<Vec<_>>(),
        ["somethingNew"]
    );
}
