//! The simulated field that a table is made of, as data.

use crate::{Operation, Plan, Simulated, simulate};
use serde::Deserialize;

/// An invented field and the work on it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Field {
    /// `harvest`, `planting`, `application` or `tillage`.
    pub work: String,
    /// As people call it.
    #[serde(default)]
    pub crop: String,
    /// South-west corner.
    pub latitude: f64,
    /// South-west corner.
    pub longitude: f64,
    /// Working width.
    pub width_m: f64,
    /// Speed.
    pub speed_m_s: f64,
    /// Wet yield or applied mass in kg/m², seeds/m², L/m², or depth in m.
    #[serde(default)]
    pub rate: f64,
    /// Mean moisture of the crop in percent.
    #[serde(default)]
    pub moisture: f64,
    /// The moisture at which the crop is dry.
    #[serde(default)]
    pub dry_moisture: f64,
    /// Kilograms of the crop in a bushel.
    #[serde(default)]
    pub bushel_kg: f64,
    /// Passes over the field.
    #[serde(default = "eight")]
    pub passes: u32,
    /// Records of a pass.
    #[serde(default = "sixty")]
    pub pass_records: u32,
    /// Direction of the first pass, degrees clockwise from north.
    #[serde(default)]
    pub bearing_deg: f64,
    /// First instant, ISO 8601 in UTC.
    pub start: String,
    /// Minutes by which the clock on the wall is ahead of UTC.
    pub offset_min: i32,
}

fn eight() -> u32 {
    8
}

fn sixty() -> u32 {
    60
}

impl Field {
    /// Drives it.
    ///
    /// # Panics
    /// When nobody knows the work or the instant: the data of a test is wrong.
    pub fn simulate(&self) -> Simulated {
        let start: jiff::Timestamp = match self.start.parse() {
            Ok(start) => start,
            Err(error) => panic!("no instant of a field: {error}"),
        };
        let operation = match self.work.as_str() {
            "harvest" => Operation::Harvest,
            "planting" => Operation::Planting,
            "application" => Operation::Spraying,
            "tillage" => Operation::Tillage,
            other => panic!("no work of a field: {other}"),
        };
        simulate(&Plan {
            crop: self.crop.clone(),
            latitude: self.latitude,
            longitude: self.longitude,
            width_m: self.width_m,
            sections: 1,
            speed_m_s: self.speed_m_s,
            rate: self.rate,
            moisture: self.moisture,
            passes: self.passes,
            pass_records: self.pass_records,
            bearing_deg: self.bearing_deg,
            start_ms: start.as_millisecond(),
            utc_offset_min: self.offset_min,
            ..Plan::new(operation)
        })
    }
}
