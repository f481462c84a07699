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
/// The sack of Brazil, of grain and of coffee.
const SACK: f64 = 60.0;
/// The arroba of Brazil, of cotton.
const ARROBA: f64 = 15.0;
/// The feddan of Egypt.
const FEDDAN: f64 = 4_200.833_333;
/// The mu of China.
const MU: f64 = 10_000.0 / 15.0;

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
    unit("yd", D::Length, 3.0 * FOOT),
    unit("dm", D::Length, 0.1),
    unit("m2", D::Area, 1.0),
    unit("ha", D::Area, HECTARE),
    unit("ac", D::Area, ACRE),
    unit("ft2", D::Area, FOOT * FOOT),
    unit("fed", D::Area, FEDDAN),
    unit("kg", D::Mass, 1.0),
    unit("g", D::Mass, 0.001),
    unit("t", D::Mass, 1_000.0),
    unit("lb", D::Mass, POUND),
    unit("ton", D::Mass, SHORT_TON),
    unit("oz", D::Mass, POUND / 16.0),
    unit("cwt", D::Mass, 100.0 * POUND),
    unit("quintal", D::Mass, 100.0),
    unit("L", D::Volume, 1.0),
    unit("ml", D::Volume, 0.001),
    unit("m3", D::Volume, 1_000.0),
    unit("hL", D::Volume, 100.0),
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
    unit("cm/s", D::Speed, 0.01),
    unit("m/min", D::Speed, 1.0 / 60.0),
    unit("ft/min", D::Speed, FOOT / 60.0),
    unit("kn", D::Speed, 1_852.0 / 3_600.0),
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
    unit("ksds/ha", D::CountPerArea, 1_000.0 / HECTARE),
    unit("kg/m2", D::MassPerArea, 1.0),
    unit("mg/m2", D::MassPerArea, 1e-6),
    unit("kg/ha", D::MassPerArea, 1.0 / HECTARE),
    unit("t/ha", D::MassPerArea, 1_000.0 / HECTARE),
    unit("q/ha", D::MassPerArea, 100.0 / HECTARE),
    unit("lb/ac", D::MassPerArea, POUND / ACRE),
    unit("ton/ac", D::MassPerArea, SHORT_TON / ACRE),
    unit("g/m2", D::MassPerArea, 0.001),
    unit("sc/ha", D::MassPerArea, SACK / HECTARE),
    unit("arroba/ha", D::MassPerArea, ARROBA / HECTARE),
    unit("kg/ac", D::MassPerArea, 1.0 / ACRE),
    unit("t/ac", D::MassPerArea, 1_000.0 / ACRE),
    unit("cwt/ac", D::MassPerArea, 100.0 * POUND / ACRE),
    unit("oz/ac", D::MassPerArea, POUND / 16.0 / ACRE),
    unit(
        "lb/1000ft2",
        D::MassPerArea,
        POUND / (1_000.0 * FOOT * FOOT),
    ),
    unit("kg/fed", D::MassPerArea, 1.0 / FEDDAN),
    unit("t/fed", D::MassPerArea, 1_000.0 / FEDDAN),
    unit("kg/mu", D::MassPerArea, 1.0 / MU),
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
    unit("bu/ha", D::VolumePerArea, BUSHEL / HECTARE),
    unit("L/ac", D::VolumePerArea, 1.0 / ACRE),
    unit("ml/ac", D::VolumePerArea, 0.001 / ACRE),
    unit("hL/ha", D::VolumePerArea, 100.0 / HECTARE),
    unit(
        "gal/1000ft2",
        D::VolumePerArea,
        GALLON / (1_000.0 * FOOT * FOOT),
    ),
    unit("kg/s", D::MassPerTime, 1.0),
    unit("mg/s", D::MassPerTime, 1e-6),
    unit("g/s", D::MassPerTime, 0.001),
    unit("lb/s", D::MassPerTime, POUND),
    unit("t/h", D::MassPerTime, 1_000.0 / 3_600.0),
    unit("kg/h", D::MassPerTime, 1.0 / 3_600.0),
    unit("lb/h", D::MassPerTime, POUND / 3_600.0),
    unit("kg/min", D::MassPerTime, 1.0 / 60.0),
    unit("lb/min", D::MassPerTime, POUND / 60.0),
    unit("ton/h", D::MassPerTime, SHORT_TON / 3_600.0),
    unit("L/s", D::VolumePerTime, 1.0),
    unit("L/h", D::VolumePerTime, 1.0 / 3_600.0),
    unit("L/min", D::VolumePerTime, 1.0 / 60.0),
    unit("gal/min", D::VolumePerTime, GALLON / 60.0),
    unit("m3/h", D::VolumePerTime, 1_000.0 / 3_600.0),
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
}
