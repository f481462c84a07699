//! Settings of a user or an account: what each is called, what its value may be, what holds without
//! it, and who uses it.
//!
//! [`SETTINGS`] is the one list. The typed structs ([`Configuration`], [`FieldSettings`]), the
//! checks of the service, its complete set and the tables of `docs/configuration.md` come from it. A
//! new setting is a row of `table.rs`, the line that uses it, and a test.

mod choices;
mod cleanup;
mod declare;
mod given;
mod images;
mod shape;
mod table;

pub use choices::{CropTable, FilterProfile, ImageRamp, ImageStretch, OwnCropNumbers};
pub use cleanup::{CleanupRules, Condition, Literal, Operator};
pub use given::{given, nearest_key};
pub use images::{ColorRamp, ImageAttributes};
pub use shape::Shape;
pub use table::{Configuration, FieldSettings, SETTINGS};

use serde::Serialize;
use serde_json::{Map, Value};

/// The part that a setting is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Use {
    /// Whose settings they are. The service writes these.
    Owner,
    /// Turning an upload into points, summaries and images: [`Configuration`].
    Conversion,
    /// Boundaries, and which points lie within them: [`FieldSettings`].
    Fields,
    /// Operations by field and season.
    Operations,
    /// Images of operations and of what providers send.
    Pictures,
    /// Fetching from providers.
    Synchronisation,
}

/// One setting.
#[derive(Debug)]
pub struct Setting {
    /// The key in the settings object.
    pub name: &'static str,
    /// Another spelling that clients use.
    pub alias: Option<&'static str>,
    /// What a value may be.
    pub shape: Shape,
    /// The part that it is for.
    pub used_by: Use,
    /// Whether no code reads it yet.
    pub stored_only: bool,
    /// Whether the complete set names it, even if nobody has set it.
    pub listed: bool,
    /// What it does, in Markdown.
    pub doc: &'static str,
    default: fn() -> Value,
}

impl Setting {
    /// The setting of that name or alias.
    pub fn find(name: &str) -> Option<&'static Self> {
        SETTINGS
            .iter()
            .find(|setting| setting.name == name || setting.alias == Some(name))
    }

    /// What holds where nobody has set it.
    pub fn default(&self) -> Value {
        (self.default)()
    }
}

/// The complete set with its defaults, in the order in which the service answers it.
pub fn defaults() -> Map<String, Value> {
    SETTINGS
        .iter()
        .filter(|setting| setting.listed)
        .map(|setting| (setting.name.to_owned(), setting.default()))
        .collect()
}

impl Configuration {
    /// Whether the footprints are written.
    pub fn makes_polygons(&self) -> bool {
        self.enable_polygon_output || self.enable_geoparquet_output
    }

    /// Whether planting needs no crop.
    pub fn crop_is_optional(&self) -> bool {
        is_optional(&self.crop_optional)
    }

    /// Whether planting needs no seed rate.
    pub fn seed_rate_is_optional(&self) -> bool {
        is_optional(&self.seed_rate_optional)
    }

    /// Keys that are no setting of the table, in the order of the alphabet.
    pub fn unknown_keys(&self) -> impl Iterator<Item = &str> {
        self.other
            .keys()
            .map(String::as_str)
            .filter(|key| Setting::find(key).is_none())
    }
}

impl FieldSettings {
    /// Whether points outside all fields are an output of their own.
    pub fn shows_outside(&self) -> bool {
        self.split_operations_by_field && self.enable_outside_field_geojson
    }
}

fn is_optional(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => *flag,
        Value::String(text) => text.eq_ignore_ascii_case("optional"),
        Value::Object(map) => map.values().any(is_optional),
        _ => false,
    }
}

/// A default as JSON; a number without a fraction is written as a whole one.
fn plain<T: Serialize>(default: T) -> Value {
    let value = serde_json::to_value(default).unwrap_or_default();
    match value.as_f64() {
        Some(number) if number.fract() == 0.0 && number.abs() < 1e15 => Value::from(number as i64),
        _ => value,
    }
}
