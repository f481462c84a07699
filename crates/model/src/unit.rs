//! Units of measure: the contract's symbols, their dimension and exact factors.
//!
//! International foot and acre everywhere (the survey foot differs by 2 parts per million).
//! `base = (value + offset) * factor`, in the base unit of the dimension.

/// A kind of quantity, with its base unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// No quantity: text, identifiers.
    None,
    /// degree
    Angle,
    /// metre
    Length,
    /// square metre
    Area,
    /// kilogram
    Mass,
    /// litre
    Volume,
    /// second
    Time,
    /// metre per second
    Speed,
    /// newton
    Force,
    /// percent
    Ratio,
    /// one
    Count,
    /// per square metre
    CountPerArea,
    /// kilogram per square metre
    MassPerArea,
    /// litre per square metre
    VolumePerArea,
    /// kilogram per second
    MassPerTime,
    /// litre per second
    VolumePerTime,
    /// square metre per second
    AreaPerTime,
    /// kelvin
    Temperature,
}

/// One unit. Compare by symbol.
#[derive(Debug)]
pub struct Unit {
    /// The contract's spelling.
    pub symbol: &'static str,
    /// What it measures.
    pub dimension: Dimension,
    /// Base units in one of this.
    pub factor: f64,
    /// Added to a value before the factor; zero but for temperatures.
    pub offset: f64,
}

impl PartialEq for Unit {
    fn eq(&self, other: &Self) -> bool {
        self.symbol == other.symbol
    }
}

const POUND: f64 = 0.453_592_37;
const ACRE: f64 = 4_046.856_422_4;
const HECTARE: f64 = 10_000.0;
const FOOT: f64 = 0.3048;
const MILE: f64 = 1_609.344;
const GALLON: f64 = 3.785_411_784;
const QUART: f64 = 0.946_352_946;
const PINT: f64 = 0.473_176_473;
const FLUID_OUNCE: f64 = 0.029_573_529_562_5;
const BUSHEL: f64 = 35.239_070_166_88;
const SHORT_TON: f64 = 907.184_74;

const fn unit(symbol: &'static str, dimension: Dimension, factor: f64) -> Unit {
    Unit {
        symbol,
        dimension,
        factor,
        offset: 0.0,
    }
}

use Dimension as D;

static UNITS: &[Unit] = &[
    unit("arcdeg", D::Angle, 1.0),
    unit("m", D::Length, 1.0),
    unit("mm", D::Length, 0.001),
    unit("cm", D::Length, 0.01),
    unit("km", D::Length, 1_000.0),
    unit("in", D::Length, 0.0254),
    unit("ft", D::Length, FOOT),
    unit("mi", D::Length, MILE),
    unit("m2", D::Area, 1.0),
    unit("ha", D::Area, HECTARE),
    unit("ac", D::Area, ACRE),
    unit("kg", D::Mass, 1.0),
    unit("g", D::Mass, 0.001),
    unit("t", D::Mass, 1_000.0),
    unit("lb", D::Mass, POUND),
    unit("ton", D::Mass, SHORT_TON),
    unit("L", D::Volume, 1.0),
    unit("ml", D::Volume, 0.001),
    unit("m3", D::Volume, 1_000.0),
    unit("gal", D::Volume, GALLON),
    unit("qt", D::Volume, QUART),
    unit("pt", D::Volume, PINT),
    unit("floz", D::Volume, FLUID_OUNCE),
    unit("bu", D::Volume, BUSHEL),
    unit("s", D::Time, 1.0),
    unit("ms", D::Time, 0.001),
    unit("min", D::Time, 60.0),
    unit("h", D::Time, 3_600.0),
    unit("m/s", D::Speed, 1.0),
    unit("mm/s", D::Speed, 0.001),
    unit("km/hr", D::Speed, 1.0 / 3.6),
    unit("mi/hr", D::Speed, 0.44704),
    unit("ft/s", D::Speed, FOOT),
    unit("N", D::Force, 1.0),
    unit("lbf", D::Force, 4.448_221_615_260_5),
    unit("kgf", D::Force, 9.806_65),
    unit("percentage", D::Ratio, 1.0),
    unit("prcnt", D::Ratio, 1.0),
    unit("ppm", D::Ratio, 0.0001),
    unit("ratio", D::Ratio, 100.0),
    unit("seeds", D::Count, 1.0),
    unit("seeds/m2", D::CountPerArea, 1.0),
    unit("seeds/ha", D::CountPerArea, 1.0 / HECTARE),
    unit("seeds/ac", D::CountPerArea, 1.0 / ACRE),
    unit("ksds/ac", D::CountPerArea, 1_000.0 / ACRE),
    unit("kg/m2", D::MassPerArea, 1.0),
    unit("mg/m2", D::MassPerArea, 1e-6),
    unit("kg/ha", D::MassPerArea, 1.0 / HECTARE),
    unit("t/ha", D::MassPerArea, 1_000.0 / HECTARE),
    unit("q/ha", D::MassPerArea, 100.0 / HECTARE),
    unit("lb/ac", D::MassPerArea, POUND / ACRE),
    unit("ton/ac", D::MassPerArea, SHORT_TON / ACRE),
    unit("L/m2", D::VolumePerArea, 1.0),
    unit("mm3/m2", D::VolumePerArea, 1e-6),
    unit("ml/m2", D::VolumePerArea, 0.001),
    unit("L/ha", D::VolumePerArea, 1.0 / HECTARE),
    unit("ml/ha", D::VolumePerArea, 0.001 / HECTARE),
    unit("m3/ha", D::VolumePerArea, 1_000.0 / HECTARE),
    unit("gal/ac", D::VolumePerArea, GALLON / ACRE),
    unit("qt/ac", D::VolumePerArea, QUART / ACRE),
    unit("pt/ac", D::VolumePerArea, PINT / ACRE),
    unit("floz/ac", D::VolumePerArea, FLUID_OUNCE / ACRE),
    unit("bu/ac", D::VolumePerArea, BUSHEL / ACRE),
    unit("kg/s", D::MassPerTime, 1.0),
    unit("mg/s", D::MassPerTime, 1e-6),
    unit("g/s", D::MassPerTime, 0.001),
    unit("lb/s", D::MassPerTime, POUND),
    unit("t/h", D::MassPerTime, 1_000.0 / 3_600.0),
    unit("kg/h", D::MassPerTime, 1.0 / 3_600.0),
    unit("lb/h", D::MassPerTime, POUND / 3_600.0),
    unit("L/s", D::VolumePerTime, 1.0),
    unit("L/h", D::VolumePerTime, 1.0 / 3_600.0),
    unit("gal/h", D::VolumePerTime, GALLON / 3_600.0),
    unit("gal/s", D::VolumePerTime, GALLON),
    unit("mm3/s", D::VolumePerTime, 1e-6),
    unit("m3/s", D::VolumePerTime, 1_000.0),
    unit("bu/h", D::VolumePerTime, BUSHEL / 3_600.0),
    unit("ha/h", D::AreaPerTime, HECTARE / 3_600.0),
    unit("ac/h", D::AreaPerTime, ACRE / 3_600.0),
    unit("K", D::Temperature, 1.0),
    Unit {
        symbol: "C",
        dimension: D::Temperature,
        factor: 1.0,
        offset: 273.15,
    },
    Unit {
        symbol: "F",
        dimension: D::Temperature,
        factor: 5.0 / 9.0,
        offset: 459.67,
    },
];

impl Unit {
    /// Every unit known.
    pub fn all() -> &'static [Self] {
        UNITS
    }

    /// Finds a unit by the contract's spelling, exactly.
    pub fn from_symbol(symbol: &str) -> Option<&'static Self> {
        UNITS.iter().find(|u| u.symbol == symbol)
    }

    /// As [`Unit::from_symbol`] for symbols written in code. Panics on a name that is not in the
    /// table: never call it with text from a file.
    pub fn known(symbol: &'static str) -> &'static Self {
        match Self::from_symbol(symbol) {
            Some(unit) => unit,
            None => panic!("unit `{symbol}` is not in the table"),
        }
    }

    /// A unit as files spell it: `gal(US)/ac`, `tonne/ha`, `mph`, Deere's `bu1ac-1`, ….
    pub fn parse(text: &str) -> Option<&'static Self> {
        let text = text.trim();
        if let Some(unit) = Self::from_symbol(text) {
            return Some(unit);
        }
        let mut plain = text
            .to_lowercase()
            .replace('³', "3")
            .replace('²', "2")
            .replace("(us)", "");
        plain.retain(|c| !c.is_whitespace() && c != '[' && c != ']');
        if let Some(deere) = deere_grammar(&plain) {
            plain = deere;
        }
        let alias = match plain.as_str() {
            "deg" | "degree" | "degrees" | "°" => "arcdeg",
            "meter" | "metre" | "meters" | "metres" => "m",
            "inch" | "inches" => "in",
            "feet" | "foot" => "ft",
            "sec" | "second" | "seconds" => "s",
            "hr" | "hour" | "hours" => "h",
            "mph" | "mi/h" | "mi/hr" => "mi/hr",
            "kph" | "km/h" | "kmh" | "km/hr" => "km/hr",
            "m/sec" => "m/s",
            "ft/sec" => "ft/s",
            "%" | "percent" | "pct" | "prcnt" => "prcnt",
            "tonne" | "tonnes" | "metricton" => "t",
            "lbs" | "pound" | "pounds" => "lb",
            "l" | "liter" | "litre" => "L",
            "gal" | "gallon" => "gal",
            "lb/sec" | "lbs/s" | "lbs/sec" => "lb/s",
            "tonne/h" | "t/hr" | "tonne/hr" => "t/h",
            "tonne/ha" | "tonnes/ha" | "mt/ha" => "t/ha",
            "kg/sec" => "kg/s",
            "mg/sec" => "mg/s",
            "l/sec" => "L/s",
            "kg/hr" => "kg/h",
            "lb/hr" => "lb/h",
            "l/ha" => "L/ha",
            "l/m2" => "L/m2",
            "l/h" | "l/hr" => "L/h",
            "l/s" => "L/s",
            "gal/hr" => "gal/h",
            "bu/hr" => "bu/h",
            "ac/hr" => "ac/h",
            "ha/hr" => "ha/h",
            "lbs/ac" | "lb/acre" => "lb/ac",
            "bu/acre" => "bu/ac",
            "gal/acre" => "gal/ac",
            "floz/acre" => "floz/ac",
            "seeds/acre" | "sds/ac" => "seeds/ac",
            "sds/ha" => "seeds/ha",
            "ksds/acre" | "kseeds/ac" => "ksds/ac",
            "°c" => "C",
            "°f" => "F",
            other => return UNITS.iter().find(|u| u.symbol.eq_ignore_ascii_case(other)),
        };
        Self::from_symbol(alias)
    }

    /// A value in this unit in the base unit of its dimension.
    pub fn to_base(&self, value: f64) -> f64 {
        (value + self.offset) * self.factor
    }

    /// A value in the base unit in this unit.
    pub fn from_base(&self, value: f64) -> f64 {
        value / self.factor - self.offset
    }

    /// The factor that turns values of this unit into the other; `None` when the dimensions
    /// differ or either has an offset.
    pub fn factor_to(&self, other: &Self) -> Option<f64> {
        (self.dimension == other.dimension && self.offset == 0.0 && other.offset == 0.0).then(
            || {
                if self.symbol == other.symbol {
                    1.0
                } else {
                    self.factor / other.factor
                }
            },
        )
    }
}

/// Deere's grammar `<unit><exponent>…`, as `bu1ac-1` or `[mm3]1[m2]-1`, to `bu/ac`. Brackets are
/// gone already; an exponent right behind a bare unit ends it.
fn deere_grammar(text: &str) -> Option<String> {
    let rest = text.strip_suffix("-1")?;
    let letters = rest.trim_end_matches(|c: char| c != '1');
    let numerator = letters.strip_suffix('1')?;
    let denominator = rest.get(letters.len()..)?;
    (!numerator.is_empty() && !denominator.is_empty()).then(|| format!("{numerator}/{denominator}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_factors_hold() {
        let cases = [
            ("lb/ac", "kg/ha", 1.120_851_156_2),
            ("gal/ac", "L/ha", 9.353_956_269_6),
            ("floz/ac", "ml/ha", 73.077_783_8),
            ("qt/ac", "L/ha", 2.338_489_067_4),
            ("seeds/ac", "seeds/ha", 2.471_053_814_7),
            ("mi/hr", "m/s", 0.44704),
            ("lbf", "N", 4.448_221_615_3),
        ];
        for (from, to, expected) in cases {
            let factor = Unit::known(from)
                .factor_to(Unit::known(to))
                .expect("same dimension");
            assert!(
                (factor / expected - 1.0).abs() < 2e-8,
                "{from} to {to}: {factor}"
            );
        }
    }

    #[test]
    fn every_unit_goes_to_base_and_back() {
        for unit in Unit::all() {
            for value in [0.0, 1.0, -40.0, 123.456, 1e6] {
                let back = unit.from_base(unit.to_base(value));
                assert!(
                    (back - value).abs() <= 1e-12 * value.abs().max(500.0),
                    "{}",
                    unit.symbol
                );
            }
        }
    }

    #[test]
    fn spellings_of_files_are_read() {
        let cases = [
            ("bu1ac-1", "bu/ac"),
            ("lb1ac-1", "lb/ac"),
            ("seeds1ac-1", "seeds/ac"),
            ("mi1hr-1", "mi/hr"),
            ("kg1ha-1", "kg/ha"),
            ("l1ha-1", "L/ha"),
            ("[mm3]1[m2]-1", "mm3/m2"),
            ("gal(US)/ac", "gal/ac"),
            ("tonne/ha", "t/ha"),
            ("mph", "mi/hr"),
            ("%", "prcnt"),
            ("m³/s", "m3/s"),
            ("gal1ac-1", "gal/ac"),
            ("mg1sec-1", "mg/s"),
            ("mg1[m2]-1", "mg/m2"),
            ("l1hr-1", "L/h"),
        ];
        for (text, symbol) in cases {
            assert_eq!(Unit::parse(text).map(|u| u.symbol), Some(symbol), "{text}");
        }
        assert!(Unit::parse("parsec").is_none());
    }
}
