//! One record of the monitor, beside the truth.

/// What the monitor logged, and the truth.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldRecord {
    /// End of the interval, seconds since the start.
    pub time_s: f64,
    /// Position at the end of the interval, WGS 84 degrees.
    pub longitude: f64,
    pub latitude: f64,
    pub elevation_m: f64,
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// Way in the interval.
    pub distance_m: f64,
    /// As logged: the whole header, unless the operator sets it.
    pub width_m: f64,
    /// Mean over the interval, as the sensor read it.
    pub flow_kg_s: f64,
    pub interval_s: f64,
    pub moisture: f64,
    pub header_down: bool,
    /// From 1; a turn belongs to the pass before it.
    pub pass: u32,
    /// What grew at the position; outside of the field, what grew at the nearest edge.
    pub true_kg_ha: f64,
}
