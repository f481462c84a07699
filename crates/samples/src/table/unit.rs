//! Units by their usual spelling, as numbers of the base unit: a table of its own, so that a
//! mistake in the product's table shows.

/// Base units (m, m², kg, s, L, degrees, percent and what is made of them) in one of the unit.
///
/// # Panics
/// When nobody knows the unit: the description of a table is part of a test.
pub(super) fn factor(unit: &str) -> f64 {
    const ACRE: f64 = 4_046.856_422_4;
    const POUND: f64 = 0.453_592_37;
    const GALLON: f64 = 3.785_411_784;
    match unit {
        "" | "m" | "m2" | "kg" | "s" | "L" | "deg" | "%" | "m/s" | "kg/s" | "seeds" | "kg/m2"
        | "L/m2" | "seeds/m2" | "L/s" => 1.0,
        "ft" => 0.3048,
        "in" => 0.0254,
        "cm" => 0.01,
        "mm" => 0.001,
        "km" => 1_000.0,
        "mi" => 1_609.344,
        "ha" => 1e4,
        "ac" => ACRE,
        "a" => 100.0,
        "t" => 1e3,
        "lb" => POUND,
        "ton" => 907.184_74,
        "kseeds" => 1e3,
        "gal" => GALLON,
        "km/h" => 1.0 / 3.6,
        "mph" => 0.447_04,
        "ft/s" => 0.3048,
        "kn" => 1_852.0 / 3_600.0,
        "t/ha" => 0.1,
        "kg/ha" => 1e-4,
        "dt/ha" | "q/ha" | "qq/ha" => 0.01,
        "sc/ha" => 60.0 / 1e4,
        "g/m2" => 1e-3,
        "lb/ac" => POUND / ACRE,
        "ton/ac" => 907.184_74 / ACRE,
        "lb/s" => POUND,
        "t/h" => 1e3 / 3.6e3,
        "lb/h" => POUND / 3.6e3,
        "kg/h" => 1.0 / 3.6e3,
        "seeds/ac" => 1.0 / ACRE,
        "ksds/ac" => 1e3 / ACRE,
        "seeds/ha" => 1e-4,
        "ksds/ha" => 0.1,
        "L/ha" => 1e-4,
        "m3/ha" => 0.1,
        "gal/ac" => GALLON / ACRE,
        "gal/h" => GALLON / 3.6e3,
        "L/h" => 1.0 / 3.6e3,
        "ha/h" => 1e4 / 3.6e3,
        "ac/h" => ACRE / 3.6e3,
        other => panic!("no unit of a table: {other}"),
    }
}
