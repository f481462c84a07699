//! Colours by where a value lies between the ends of a range.
//!
//! Rules: stops stand at percent of the range, colours between them are interpolated in red, green
//! and blue. An image has 255 colours: index 1 is the low end, 255 the high end, 0 is no value
//! and transparent. A range without width has the colour of the middle.

use crate::RenderError;

/// Red, green, blue and opacity where there is no value.
pub const NO_VALUE: [u8; 4] = [0, 0, 0, 0];

/// Viridis in seven steps: colours that people with any colour vision tell apart.
pub const ACCESSIBLE_COLOURS: [[u8; 3]; 7] = [
    [0x44, 0x01, 0x54],
    [0x44, 0x39, 0x83],
    [0x31, 0x68, 0x8e],
    [0x21, 0x91, 0x8c],
    [0x35, 0xb7, 0x79],
    [0x90, 0xd7, 0x43],
    [0xfd, 0xe7, 0x25],
];

/// The index of the middle of the range.
const MIDDLE: u8 = 128;

/// More stops than this are not a ramp.
const MOST_STOPS: usize = 256;

/// A colour at a place of the range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stop {
    /// Place in the range, 0 to 100.
    pub percent: f64,
    /// Red, green and blue.
    pub rgb: [u8; 3],
}

/// Colour stops that rise.
#[derive(Clone, Debug, PartialEq)]
pub struct Ramp {
    stops: Vec<Stop>,
}

impl Ramp {
    /// Red over yellow to green, as farmers know it from yield maps.
    pub fn model() -> Self {
        Self::of([
            (0.0, [200, 0, 0]),
            (35.0, [255, 40, 0]),
            (45.0, [255, 150, 0]),
            (55.0, [255, 240, 0]),
            (65.0, [0, 230, 0]),
            (75.0, [0, 190, 0]),
            (100.0, [0, 130, 0]),
        ])
    }

    /// The accessible colours at equal steps.
    pub fn accessible() -> Self {
        Self::of_seven(ACCESSIBLE_COLOURS)
    }

    /// Seven colours at equal steps.
    pub(crate) fn of_seven(colours: [[u8; 3]; 7]) -> Self {
        let mut place = 0.0;
        Self::of(colours.map(|rgb| {
            let percent = place / 6.0 * 100.0;
            place += 1.0;
            (percent, rgb)
        }))
    }

    fn of(stops: [(f64, [u8; 3]); 7]) -> Self {
        Self {
            stops: stops.map(|(percent, rgb)| Stop { percent, rgb }).to_vec(),
        }
    }

    /// A ramp of one's own. Percentages rise from 0 to 100; below the first and above the last
    /// stop its colour goes on. Two stops at the same place make a sharp edge.
    ///
    /// # Errors
    /// [`RenderError::Ramp`] for no or more than 256 stops, and for percentages that fall or lie
    /// outside of 0 to 100.
    pub fn from_stops(stops: &[(f64, [u8; 3])]) -> Result<Self, RenderError> {
        if stops.is_empty() || stops.len() > MOST_STOPS {
            return Err(RenderError::Ramp(format!(
                "a ramp has 1 to {MOST_STOPS} stops, this one {}",
                stops.len()
            )));
        }
        let mut before = 0.0;
        for (number, (percent, _)) in stops.iter().enumerate() {
            if !(0.0..=100.0).contains(percent) {
                return Err(RenderError::Ramp(format!(
                    "stop {} of the ramp stands at {percent} %; give 0 to 100",
                    number + 1
                )));
            }
            if *percent < before {
                return Err(RenderError::Ramp(format!(
                    "stop {} of the ramp stands at {percent} %, below the one before it at {before} %; \
                     give them in rising order",
                    number + 1
                )));
            }
            before = *percent;
        }
        let stops = stops.iter().map(|&(percent, rgb)| Stop { percent, rgb });
        Ok(Self {
            stops: stops.collect(),
        })
    }

    /// The stops, from low to high.
    pub fn stops(&self) -> &[Stop] {
        &self.stops
    }

    /// The stops as legends list them: `35%` with red, green, blue, and last `nv` with red, green,
    /// blue and opacity.
    pub fn listing(&self) -> Vec<(String, Vec<u8>)> {
        let name = |percent: f64| format!("{}%", (percent * 100.0).round() / 100.0);
        let stops = self.stops.iter();
        let stops = stops.map(|stop| (name(stop.percent), stop.rgb.to_vec()));
        stops
            .chain([("nv".to_owned(), NO_VALUE.to_vec())])
            .collect()
    }

    /// The colour at a place of the range.
    pub fn at(&self, percent: f64) -> [u8; 3] {
        let above = self.stops.partition_point(|stop| stop.percent <= percent);
        let low = self.stops.get(above.saturating_sub(1));
        let Some((low, high)) = low.map(|low| (low, self.stops.get(above).unwrap_or(low))) else {
            return [0; 3];
        };
        let width = high.percent - low.percent;
        let share = if width > 0.0 {
            ((percent - low.percent) / width).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let mut rgb = low.rgb;
        for (colour, to) in rgb.iter_mut().zip(high.rgb) {
            let from = f64::from(*colour);
            *colour = (from + (f64::from(to) - from) * share).round() as u8;
        }
        rgb
    }

    /// The colours of the indices 1 to 255.
    pub fn palette(&self) -> [[u8; 3]; 255] {
        let mut palette = [[0; 3]; 255];
        for (place, colour) in palette.iter_mut().enumerate() {
            *colour = self.at(place as f64 / 254.0 * 100.0);
        }
        palette
    }
}

/// The index of a value's colour between `min` and `max`; what is outside has the colour of the
/// end. 0 for what is not a finite number, or if the range is none.
pub fn index_of(value: f64, min: f64, max: f64) -> u8 {
    if !(value.is_finite() && min.is_finite() && max.is_finite()) {
        return 0;
    }
    if min >= max {
        return MIDDLE;
    }
    // Halves: the width of the widest range is still a number.
    let share = (value / 2.0 - min / 2.0) / (max / 2.0 - min / 2.0);
    if share.is_nan() {
        return MIDDLE;
    }
    1 + (share.clamp(0.0, 1.0) * 254.0).round() as u8
}

#[cfg(test)]
#[path = "ramp_tests.rs"]
mod tests;
