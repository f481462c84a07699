//! The columns of a machine file that its analysis needs.
//!
//! Rule: a value that is absent is not a number, a time that is absent is [`NO_TIME`]. All columns
//! are of one length.

/// The time of a record that has none.
pub const NO_TIME: i64 = i64::MIN;

/// One row for each logged interval of one section (or of the whole width).
#[derive(Clone, Debug, Default)]
pub struct Records {
    /// WGS 84, degrees east.
    pub longitude: Vec<f64>,
    /// WGS 84, degrees north.
    pub latitude: Vec<f64>,
    /// Milliseconds since 1970 UTC.
    pub time_ms: Vec<i64>,
    /// Which machine and which of its sections.
    pub track: Vec<u32>,
    /// Way in the interval, metres.
    pub distance_m: Vec<f32>,
    /// Width that works, metres.
    pub width_m: Vec<f32>,
    /// Metres in a second.
    pub speed_m_s: Vec<f32>,
    /// As logged or derived by the reader, degrees clockwise from north.
    pub heading_deg: Vec<f32>,
    /// The implement works: what is logged belongs to the ground below.
    pub working: Vec<bool>,
}

/// One row of [`Records`].
#[derive(Clone, Copy, Debug)]
pub struct Record {
    /// WGS 84, degrees east.
    pub longitude: f64,
    /// WGS 84, degrees north.
    pub latitude: f64,
    /// Milliseconds since 1970 UTC, or [`NO_TIME`].
    pub time_ms: i64,
    /// Which machine and which of its sections.
    pub track: u32,
    /// Way in the interval, metres.
    pub distance_m: f64,
    /// Width that works, metres.
    pub width_m: f64,
    /// Metres in a second.
    pub speed_m_s: f64,
    /// Degrees clockwise from north.
    pub heading_deg: f64,
    /// The implement works.
    pub working: bool,
}

impl Records {
    /// Number of rows.
    pub fn len(&self) -> usize {
        self.longitude.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.longitude.is_empty()
    }

    /// Appends a row.
    pub fn push(&mut self, record: Record) {
        self.longitude.push(record.longitude);
        self.latitude.push(record.latitude);
        self.time_ms.push(record.time_ms);
        self.track.push(record.track);
        self.distance_m.push(record.distance_m as f32);
        self.width_m.push(record.width_m as f32);
        self.speed_m_s.push(record.speed_m_s as f32);
        self.heading_deg.push(record.heading_deg as f32);
        self.working.push(record.working);
    }
}
