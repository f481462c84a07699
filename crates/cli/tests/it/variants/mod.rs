//! Files of the kinds that strangers send, made from simulated fields: another language, unit, order
//! of columns, maker than the cases of the corpus. Each is data, and what it must give is counted by
//! the simulator.
//!
//! Rule: a kind has at least three variants. One that is not right yet carries `pending` with what
//! is wrong; its faults are printed, and the mark goes when it passes.

use crate::cases::Outcome;
use crate::cases::judge::{Expected, convert};
use serde::Deserialize;
use std::collections::BTreeMap;
use tramline_samples::table::{self, Field, Form, Known};

/// The variants of a kind.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variants {
    variant: Vec<Variant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    /// What is special about it.
    name: String,
    #[serde(default)]
    pending: String,
    /// The field of `fields.toml`.
    field: String,
    #[serde(default)]
    form: Form,
    /// Lines of `title | what | how | digits`; without any there is no table, only what lies beside.
    #[serde(default)]
    columns: String,
    #[serde(default)]
    arguments: Vec<String>,
    /// Names of the known results that must be right, see [`expect`].
    #[serde(default)]
    known: Vec<String>,
    #[serde(default)]
    right: Expected,
}

/// Puts a result that the simulator knows among what is expected.
fn expect(name: &str, field: &Field, known: &Known, right: &mut Expected) {
    let mut value = |key: &str, quantity: String| {
        right.values.entry(key.to_owned()).or_insert(quantity);
    };
    let number = |value: f64| format!("{value:.6}");
    match name {
        "rows" => right.rows = Some(known.rows),
        "bounds" => right.bounds = Some(known.bounds),
        "area" => value("totalArea", number(known.area_m2) + " m2"),
        "wetMass" => value("totalWetMass", number(known.wet_mass_kg) + " kg"),
        "dryMass" => value("totalDryMass", number(known.dry_mass_kg) + " kg"),
        // A bare yield may be taken as dry or as it was harvested.
        "mass" => value(
            "totalWetMass|totalDryMass",
            number(known.wet_mass_kg) + " kg",
        ),
        "wetYield" => value("wetMassPerArea", number(known.rate) + " kg/m2 ~2"),
        "dryYield" => value(
            "dryMassPerArea",
            number(known.dry_mass_kg / known.area_m2) + " kg/m2 ~2",
        ),
        "yield" => value(
            "wetMassPerArea|dryMassPerArea",
            number(known.rate) + " kg/m2 ~2",
        ),
        "wetVolume" => value("totalWetVolume", number(known.wet_bushels) + " bu"),
        "dryVolume" => value("totalDryVolume", number(known.dry_bushels) + " bu"),
        "moisture" => value(
            "harvestMoistureMassWeighted|harvestMoisture",
            number(known.moisture) + " prcnt",
        ),
        "width" => value("coverage.swath", number(field.width_m) + " m"),
        "passes" => value("coverage.passes", field.passes.to_string()),
        "speed" => value("speed", number(known.speed_m_s) + " m/s"),
        "elevation" => value("elevation", number(known.elevation_m) + " m"),
        "seeds" => value("totalPlanted", number(known.applied) + " seeds"),
        "seedRate" => value("seedRate", number(known.rate) + " seeds/m2 ~2"),
        "seedTarget" => value("seedRateTarget", number(known.target) + " seeds/m2"),
        "applied" => value("totalApplied", number(known.applied) + " L"),
        "appliedMass" => value("totalApplied", number(known.applied) + " kg"),
        "appliedRate" => value("appliedRate", number(known.rate) + " L/m2 ~2"),
        "massRate" => value("appliedRate", number(known.rate) + " kg/m2 ~2"),
        "target" => value("appliedRateTarget", number(known.target) + " L/m2"),
        "massTarget" => value("appliedRateTarget", number(known.target) + " kg/m2"),
        "depth" => value("tillageDepthActual", number(known.rate) + " m ~2"),
        "depthTarget" => value("tillageDepthTarget", number(known.target) + " m"),
        "crop" => right.crop = Some(field.crop.to_lowercase()),
        "day" => {
            let day = day(known.instants_ms.0, field.offset_min);
            right.texts.insert("localStartDay".to_owned(), day);
        }
        "start" => {
            let start = jiff::Timestamp::from_millisecond(known.instants_ms.0).unwrap();
            let text = start.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
            right.texts.insert("startTime".to_owned(), text);
        }
        "noInstants" => right.absent.push("startTime".to_owned()),
        other => panic!("the simulator knows no `{other}`"),
    }
}

/// The day on the wall.
fn day(ms: i64, offset_min: i32) -> String {
    let local = jiff::Timestamp::from_millisecond(ms + i64::from(offset_min) * 60_000).unwrap();
    local.strftime("%Y-%m-%d").to_string()
}

fn run(kind: &str, text: &str) {
    let fields: BTreeMap<String, Field> = toml::from_str(include_str!("fields.toml")).unwrap();
    let variants: Variants = toml::from_str(text).unwrap_or_else(|e| panic!("{kind}: {e}"));
    assert!(variants.variant.len() >= 3, "{kind} has too few variants");
    let mut outcome = Outcome::default();
    for variant in variants.variant {
        let field = fields
            .get(&variant.field)
            .unwrap_or_else(|| panic!("{}: no field {}", variant.name, variant.field));
        let simulated = field.simulate();
        let known = Known::of(field, &simulated);
        let folder = tempfile::tempdir().unwrap();
        let input = folder.path().join("in");
        let files = if variant.columns.is_empty() {
            let beside = variant.form.beside.iter();
            beside
                .map(|(path, text)| (path.clone(), text.clone().into_bytes()))
                .collect()
        } else {
            table::write(field, &simulated, &variant.form, &variant.columns)
        };
        crate::calibrate::unpack(files, &input);
        let mut right = variant.right;
        for name in &variant.known {
            expect(name, field, &known, &mut right);
        }
        let done = convert(&input, &variant.arguments, folder.path());
        outcome.add(&variant.name, &variant.pending, &right.faults(&done));
    }
    outcome.check(kind);
}

macro_rules! kinds {
    ($($test:ident: $file:literal,)*) => {
        $(
            #[test]
            fn $test() {
                run($file, include_str!($file));
            }
        )*
    };
}

kinds! {
    units_that_only_the_file_proves: "units.toml",
    titles_in_nine_languages: "languages.toml",
    english_titles_of_old_and_new_templates: "english.toml",
    days_are_not_instants: "days.toml",
    clocks_of_several_seconds: "clocks.toml",
    values_that_cannot_be: "sentinels.toml",
    pounds_and_tons_called_yield: "pounds.toml",
    a_product_that_is_a_crop: "products.toml",
    positions_of_all_kinds: "positions.toml",
    decimal_commas_and_thousands: "commas.toml",
    refusals_that_help: "refusals.toml",
    columns_that_the_caller_names: "columns.toml",
    harvest_without_moisture: "moisture.toml",
    work_that_is_no_grain: "work.toml",
}
