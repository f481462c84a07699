//! What the colours of an image mean: a ramp between two values, or seven classes.
//!
//! Rules: classes touch, the greatest of one is the least of the next; a class holds what is above
//! its least up to its greatest, the first also its least. Fewer classes spread over the colours:
//! the lowest has the first, the highest the last, a single one the middle.

use crate::{Ramp, RenderError};

/// Colours of the classes, low to high.
pub const CLASS_COLOURS: [[u8; 3]; 7] = [
    [0xc8, 0x00, 0x00],
    [0xff, 0x28, 0x00],
    [0xff, 0x96, 0x00],
    [0xff, 0xf0, 0x00],
    [0x00, 0xe6, 0x00],
    [0x00, 0xbe, 0x00],
    [0x00, 0x82, 0x00],
];

/// Legend of an image by a ramp.
#[derive(Clone, Debug, PartialEq)]
pub struct Legend {
    /// Value at the low end of the ramp, in `unit`.
    pub min: f64,
    /// Value at the high end of the ramp, in `unit`.
    pub max: f64,
    /// Symbol of the unit.
    pub unit: String,
    /// Stops by name, as `Ramp::listing` has them.
    pub stops: Vec<(String, Vec<u8>)>,
}

impl Legend {
    /// The legend of a ramp that is spread from `min` to `max`.
    pub fn new(ramp: &Ramp, min: f64, max: f64, unit: &str) -> Self {
        Self {
            min,
            max,
            unit: unit.to_owned(),
            stops: ramp.listing(),
        }
    }
}

/// A class and its colour.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassRange {
    /// Red, green and blue.
    pub rgb: [u8; 3],
    /// Least value of the class, in the unit of the legend.
    pub min: f64,
    /// Greatest value of the class, in the unit of the legend.
    pub max: f64,
}

impl ClassRange {
    /// The colour as `#RRGGBB`.
    pub fn colour_code(&self) -> String {
        let [red, green, blue] = self.rgb;
        format!("#{red:02X}{green:02X}{blue:02X}")
    }
}

/// Legend of an image by classes.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassLegend {
    /// Symbol of the unit.
    pub unit: String,
    /// The classes, from low to high.
    pub ranges: Vec<ClassRange>,
}

impl ClassLegend {
    /// A legend of one to seven classes from their breaks, which do not fall; `colours` are those
    /// of seven classes, such as `CLASS_COLOURS` or `ACCESSIBLE_COLOURS`.
    ///
    /// # Errors
    /// [`RenderError::Breaks`] for breaks that fall, are not finite or make no or too many classes.
    pub fn new(breaks: &[f64], colours: &[[u8; 3]; 7], unit: &str) -> Result<Self, RenderError> {
        let classes = breaks.len().saturating_sub(1);
        if classes == 0 || classes > colours.len() {
            return Err(RenderError::Breaks(format!(
                "a legend has 1 to {} classes, {} breaks make {classes}",
                colours.len(),
                breaks.len()
            )));
        }
        let rise = breaks.windows(2).all(|pair| pair[0] <= pair[1]);
        if !rise || breaks.iter().any(|value| !value.is_finite()) {
            return Err(RenderError::Breaks(format!(
                "breaks of classes are numbers that rise, not {breaks:?}"
            )));
        }
        let ranges = breaks.windows(2).enumerate().map(|(class, pair)| {
            // The middle of seven for a single class, else from the first to the last.
            let place = match classes {
                1 => 3,
                _ => (class * 6 + (classes - 1) / 2) / (classes - 1),
            };
            ClassRange {
                rgb: colours.get(place).copied().unwrap_or_default(),
                min: pair[0],
                max: pair[1],
            }
        });
        Ok(Self {
            unit: unit.to_owned(),
            ranges: ranges.collect(),
        })
    }

    /// The colours for a PNG: that of the first class is at index 1.
    pub fn palette(&self) -> Vec<[u8; 3]> {
        self.ranges.iter().map(|range| range.rgb).collect()
    }

    /// The index of a value's colour: its class counted from 1; what is outside belongs to the
    /// nearest class. 0 for what is not a finite number.
    pub fn index_of(&self, value: f64) -> u8 {
        if !value.is_finite() {
            return 0;
        }
        let below = self.ranges.partition_point(|range| range.max < value);
        (below + 1).min(self.ranges.len()) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seven_classes() {
        let breaks = [0.4, 2.3, 2.6, 3.1, 3.9, 4.6, 5.2, 6.7];
        let legend = ClassLegend::new(&breaks, &CLASS_COLOURS, "t/ha").expect("a legend");
        let codes: Vec<String> = legend.ranges.iter().map(ClassRange::colour_code).collect();
        assert_eq!(
            codes,
            [
                "#C80000", "#FF2800", "#FF9600", "#FFF000", "#00E600", "#00BE00", "#008200"
            ]
        );
        for pair in legend.ranges.windows(2) {
            assert_eq!(pair[0].max, pair[1].min);
        }
        assert_eq!((legend.ranges[0].min, legend.ranges[6].max), (0.4, 6.7));
        let values = [-1.0, 0.4, 2.3, 2.4, 6.7, 9.0, f64::NAN, f64::INFINITY];
        let expected = [1, 1, 1, 2, 7, 7, 0, 0];
        assert_eq!(values.map(|value| legend.index_of(value)), expected);
        assert_eq!(legend.palette(), CLASS_COLOURS);
    }

    #[test]
    fn fewer_classes() {
        let places = |count: usize| {
            let breaks: Vec<f64> = (0..=count).map(|i| i as f64).collect();
            let legend = ClassLegend::new(&breaks, &CLASS_COLOURS, "").expect("a legend");
            let place = |rgb| CLASS_COLOURS.iter().position(|c| *c == rgb).expect("one");
            legend.palette().into_iter().map(place).collect::<Vec<_>>()
        };
        assert_eq!(places(1), [3]);
        assert_eq!(places(2), [0, 6]);
        assert_eq!(places(3), [0, 3, 6]);
        for count in 2..=7 {
            assert!(places(count).windows(2).all(|pair| pair[0] < pair[1]));
        }
        let one = ClassLegend::new(&[5.0, 5.0], &CLASS_COLOURS, "").expect("a legend");
        assert_eq!(one.index_of(5.0), 1);
    }

    #[test]
    fn no_classes() {
        for breaks in [
            &[][..],
            &[1.0],
            &[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0],
            &[2.0, 1.0],
            &[0.0, f64::NAN],
            &[0.0, f64::INFINITY],
        ] {
            assert!(ClassLegend::new(breaks, &CLASS_COLOURS, "").is_err());
        }
    }

    #[test]
    fn a_ramp_has_its_ends() {
        let legend = Legend::new(&Ramp::model(), 1.5, 9.0, "t/ha");
        assert_eq!((legend.min, legend.max), (1.5, 9.0));
        assert_eq!(legend.stops.len(), 8);
    }
}
