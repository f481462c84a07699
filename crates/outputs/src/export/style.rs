//! Styles of QGIS for the numbers of a layer: seven classes with as many points in each, from red
//! over yellow to green.
//!
//! Rule: the classes come of at most 8,192 values that lie evenly in the file, so that memory does
//! not grow with it; the ends are the true ones.

use super::columns::{Column, Type};
use crate::wkb::Kind;
use std::fmt::Write;
use tramline_model::{Dimension, records};

const CLASSES: usize = 7;
const COLOURS: [&str; CLASSES] = [
    "215,48,39",
    "252,141,89",
    "254,224,139",
    "255,255,191",
    "217,239,139",
    "145,207,96",
    "26,152,80",
];
const MOST: usize = 8_192;

/// Values of one column: every n-th, and the ends.
pub(super) struct Sample {
    values: Vec<f64>,
    every: u64,
    seen: u64,
    least: f64,
    most: f64,
}

impl Default for Sample {
    fn default() -> Self {
        Self {
            values: Vec::new(),
            every: 1,
            seen: 0,
            least: f64::INFINITY,
            most: f64::NEG_INFINITY,
        }
    }
}

impl Sample {
    #[inline]
    pub(super) fn add(&mut self, value: f64) {
        self.least = self.least.min(value);
        self.most = self.most.max(value);
        if self.seen.is_multiple_of(self.every) {
            if self.values.len() == MOST {
                let mut place = 0_usize;
                self.values.retain(|_| {
                    place += 1;
                    place % 2 == 1
                });
                self.every *= 2;
            }
            if self.seen.is_multiple_of(self.every) {
                self.values.push(value);
            }
        }
        self.seen += 1;
    }

    /// The bounds of the classes, one more than there are; none where there is no value. Fewer
    /// classes where values repeat, one where all are the same.
    pub(super) fn breaks(&self) -> Vec<f64> {
        if self.seen == 0 {
            return Vec::new();
        }
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        let mut breaks = vec![self.least];
        for class in 1..CLASSES {
            breaks.extend(sorted.get(sorted.len() * class / CLASSES));
        }
        breaks.push(self.most);
        breaks.dedup();
        if breaks.len() == 1 {
            breaks.push(self.most);
        }
        breaks
    }
}

/// Places of the columns that have a style, the default first: what was harvested, seeded or
/// applied on an area comes before all else.
pub(super) fn order(columns: &[Column]) -> Vec<usize> {
    let mut places: Vec<usize> = (0..columns.len()).collect();
    places.retain(|place| {
        columns
            .get(*place)
            .is_some_and(|column| matches!(column.kind, Type::Real | Type::Integer))
    });
    places.sort_by_key(|place| {
        let unit = columns
            .get(*place)
            .and_then(|column| records::unit_of(&column.field));
        !matches!(
            unit.map(|unit| unit.dimension),
            Some(Dimension::MassPerArea | Dimension::VolumePerArea | Dimension::CountPerArea)
        )
    });
    places
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' | '\n' | '\r' => {
                // Writing to a string does not fail.
                let _ = write!(out, "&#{};", u32::from(c));
            }
            // XML has no way to say these.
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}

/// The style of a column as QML.
pub(super) fn qml(name: &str, breaks: &[f64], kind: Kind) -> String {
    let (mut ranges, mut symbols) = (String::new(), String::new());
    let classes = breaks.len().saturating_sub(1);
    for (class, pair) in breaks.windows(2).enumerate() {
        let &[lower, upper] = pair else { continue };
        // Of fewer classes the ends keep their colours.
        let place = (class * (CLASSES - 1)).checked_div(classes.saturating_sub(1));
        let colour = COLOURS
            .get(place.unwrap_or(CLASSES / 2))
            .unwrap_or(&COLOURS[0]);
        let _ = write!(
            ranges,
            r#"<range render="true" symbol="{class}" lower="{lower:?}" upper="{upper:?}" label="{} - {}"/>"#,
            short(lower),
            short(upper),
        );
        let (symbol, layer, more) = match kind {
            Kind::Point => (
                "marker",
                "SimpleMarker",
                vec![("name", "circle"), ("size", "1.6"), ("size_unit", "MM")],
            ),
            _ => ("fill", "SimpleFill", vec![("style", "solid")]),
        };
        let colour = format!("{colour},255");
        let mut options = vec![("color", colour.as_str()), ("outline_style", "no")];
        options.extend(more);
        let _ = write!(
            symbols,
            r#"<symbol type="{symbol}" name="{class}" alpha="1" clip_to_extent="1" force_rhr="0"><layer class="{layer}" enabled="1" locked="0" pass="0"><Option type="Map">"#
        );
        for (key, value) in &options {
            let _ = write!(
                symbols,
                r#"<Option type="QString" name="{key}" value="{value}"/>"#
            );
        }
        symbols.push_str("</Option>");
        for (key, value) in &options {
            let _ = write!(symbols, r#"<prop k="{key}" v="{value}"/>"#);
        }
        symbols.push_str("</layer></symbol>");
    }
    let attribute = escaped(&format!("\"{}\"", name.replace('"', "\"\"")));
    format!(
        r#"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>
<qgis version="3.22.0" styleCategories="Symbology"><renderer-v2 type="graduatedSymbol" attr="{attribute}" graduatedMethod="GraduatedColor" symbollevels="0" enableorderby="0" forceraster="0"><ranges>{ranges}</ranges><symbols>{symbols}</symbols></renderer-v2></qgis>
"#
    )
}

/// A bound for people: four significant digits.
fn short(value: f64) -> String {
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e9).contains(&magnitude) {
        return format!("{value:.3e}");
    }
    let digits = if magnitude == 0.0 {
        0
    } else {
        (3 - magnitude.log10().floor() as i32).clamp(0, 7) as usize
    };
    format!("{value:.digits$}")
}
