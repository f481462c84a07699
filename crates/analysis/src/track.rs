//! Tracks: the records of each machine and section in the order of time, cut into segments, with
//! places in metres and headings.
//!
//! Rules: a segment ends where the next record comes later than five seconds (or two and a half
//! usual intervals), further off than 30 m (or five usual steps), faster than 15 m/s, in another working
//! state, or beside the way so that the track goes back along it: a turn that was not logged. The heading of a record leads from the record before it to the one after it in
//! the segment, over at least [`Headings::least_m`]; where the way is shorter the logged heading
//! stands. Exact duplicates (track, time and place) are in no segment.

use crate::frame::LocalFrame;
use crate::records::{NO_TIME, Records};
use crate::statistics::median;

/// No row, no segment.
pub const NONE: u32 = u32::MAX;
/// Shortest pause that ends a segment.
const PAUSE_S: f64 = 5.0;
const PAUSE_INTERVALS: f64 = 2.5;
const STEP_M: f64 = 30.0;
const STEPS: f64 = 5.0;
const SPEED_M_S: f64 = 15.0;
/// A step beside the way is a turn when it is longer than this share of the width,
const HALF_SWATH: f64 = 0.5;
/// the ways before and after it are opposed by this cosine,
const TURNED: f64 = 0.9;
/// and it lies across both by this one.
const BESIDE: f64 = 0.5;
/// Records that are looked at on either side for a heading.
const HEADING_RECORDS: usize = 8;

/// How headings are taken.
#[derive(Clone, Copy, Debug)]
pub struct Headings {
    /// Shortest way over which a heading is measured.
    pub least_m: f64,
}

impl Default for Headings {
    fn default() -> Self {
        Self { least_m: 1.5 }
    }
}

/// What is known of the records' order and way. By row, unless it says otherwise.
pub struct Tracks {
    /// Rows by track, then by time; duplicates and rows without place are left out.
    pub order: Vec<u32>,
    /// Number of the segment.
    pub segment: Vec<u32>,
    /// By segment: first and one behind the last place in `order`.
    pub segments: Vec<(u32, u32)>,
    /// Metres east.
    pub x: Vec<f64>,
    /// Metres north.
    pub y: Vec<f64>,
    /// Degrees clockwise from north.
    pub heading_deg: Vec<f32>,
    /// The row repeats the track, time and place of another.
    pub duplicate: Vec<bool>,
    /// Usual seconds from record to record.
    pub interval_s: f64,
}

impl Tracks {
    /// Orders and cuts the records. Rows that the plane does not reach have no place.
    pub fn new(records: &Records, frame: &LocalFrame, headings: Headings) -> Self {
        let (x, y) = frame.places(records);
        Self::of_places(records, x, y, headings)
    }

    /// The same for records whose places are metres already.
    pub fn of_places(records: &Records, x: Vec<f64>, y: Vec<f64>, headings: Headings) -> Self {
        let rows = records.len();
        let mut order: Vec<u32> = (0..rows as u32)
            .filter(|row| {
                let at = |values: &[f64]| values.get(*row as usize).is_some_and(|v| v.is_finite());
                at(&x) && at(&y)
            })
            .collect();
        let key = |row: &u32| {
            let row = *row as usize;
            (
                records.track.get(row).copied().unwrap_or(0),
                records.time_ms.get(row).copied().unwrap_or(NO_TIME),
            )
        };
        if !order.is_sorted_by_key(key) {
            order.sort_by_key(key);
        }
        let mut tracks = Self {
            order,
            segment: vec![NONE; rows],
            segments: Vec::new(),
            x,
            y,
            heading_deg: vec![f32::NAN; rows],
            duplicate: vec![false; rows],
            interval_s: 0.0,
        };
        tracks.drop_duplicates(records);
        tracks.cut(records);
        tracks.head(records, headings);
        tracks
    }

    /// Tracks of records that are in order and in segments already: `segments` are the first row of
    /// each and the row behind its last.
    pub fn of_segments(
        records: &Records,
        x: Vec<f64>,
        y: Vec<f64>,
        segments: Vec<(u32, u32)>,
        headings: Headings,
    ) -> Self {
        let rows = records.len();
        let mut segment = vec![NONE; rows];
        for (number, (start, end)) in segments.iter().enumerate() {
            for slot in segment.iter_mut().take(*end as usize).skip(*start as usize) {
                *slot = number as u32;
            }
        }
        let mut tracks = Self {
            order: (0..rows as u32).collect(),
            segment,
            segments,
            x,
            y,
            heading_deg: vec![f32::NAN; rows],
            duplicate: vec![false; rows],
            interval_s: 0.0,
        };
        tracks.head(records, headings);
        tracks
    }

    fn drop_duplicates(&mut self, records: &Records) {
        let mut last: Option<(u32, i64, f64, f64)> = None;
        let (x, y, duplicate) = (&self.x, &self.y, &mut self.duplicate);
        self.order.retain(|row| {
            let row = *row as usize;
            let time = records.time_ms[row];
            let this = (records.track[row], time, x[row], y[row]);
            let repeated = time != NO_TIME && last == Some(this);
            last = Some(this);
            duplicate[row] = repeated;
            !repeated
        });
    }

    /// Seconds and metres from one row to the next of its track.
    fn step(&self, records: &Records, from: u32, to: u32) -> (f64, f64) {
        let (from, to) = (from as usize, to as usize);
        let (a, b) = (records.time_ms[from], records.time_ms[to]);
        let seconds = if a == NO_TIME || b == NO_TIME {
            f64::NAN
        } else {
            b.saturating_sub(a) as f64 / 1_000.0
        };
        let metres = (self.x[to] - self.x[from]).hypot(self.y[to] - self.y[from]);
        (seconds, metres)
    }

    fn cut(&mut self, records: &Records) {
        let (mut seconds, mut metres) = (Vec::new(), Vec::new());
        for pair in self.order.windows(2) {
            if records.track[pair[0] as usize] == records.track[pair[1] as usize] {
                let (time, way) = self.step(records, pair[0], pair[1]);
                if time > 0.0 {
                    seconds.push(time);
                }
                metres.push(way);
            }
        }
        self.interval_s = median(&mut seconds).unwrap_or(0.0);
        let pause = PAUSE_S.max(PAUSE_INTERVALS * self.interval_s);
        let far = STEP_M.max(STEPS * median(&mut metres).unwrap_or(0.0));
        let mut before: Option<u32> = None;
        for place in 0..self.order.len() {
            let row = self.order[place];
            let turned = self.is_turned(records, place);
            let goes_on = !turned
                && before.is_some_and(|before| {
                    let (a, b) = (before as usize, row as usize);
                    let (time, way) = self.step(records, before, row);
                    records.track[a] == records.track[b]
                        && records.working[a] == records.working[b]
                        && way <= far
                        && (time.is_nan() || (time <= pause && way <= SPEED_M_S * time.max(1.0)))
                });
            if !goes_on {
                self.segments.push((place as u32, place as u32));
            }
            if let Some(last) = self.segments.last_mut() {
                last.1 = place as u32 + 1;
            }
            self.segment[row as usize] = self.segments.len() as u32 - 1;
            before = Some(row);
        }
    }

    /// Whether the step to a place of the order leads beside the way and back along it: a turn that was
    /// not logged. No machine turns within a step; only the next pass lies there.
    fn is_turned(&self, records: &Records, place: usize) -> bool {
        let at = |place: Option<usize>| {
            let row = *self.order.get(place?)? as usize;
            Some((records.track[row], self.x[row], self.y[row]))
        };
        let (Some(a), Some(b), Some(c), Some(d)) = (
            at(place.checked_sub(2)),
            at(place.checked_sub(1)),
            at(Some(place)),
            at(Some(place + 1)),
        ) else {
            return false;
        };
        if [a.0, b.0, d.0].iter().any(|track| *track != c.0) {
            return false;
        }
        let way = |from: (u32, f64, f64), to: (u32, f64, f64)| (to.1 - from.1, to.2 - from.2);
        let long = |way: (f64, f64)| way.0.hypot(way.1);
        let cosine = |a: (f64, f64), b: (f64, f64)| (a.0 * b.0 + a.1 * b.1) / (long(a) * long(b));
        let (there, beside, back) = (way(a, b), way(b, c), way(c, d));
        let width = self
            .order
            .get(place)
            .map_or(f64::NAN, |row| f64::from(records.width_m[*row as usize]));
        long(beside) > HALF_SWATH * width
            && cosine(there, back) < -TURNED
            && cosine(there, beside).abs() < BESIDE
            && cosine(beside, back).abs() < BESIDE
    }

    fn head(&mut self, records: &Records, headings: Headings) {
        for &(start, end) in &self.segments {
            let rows = &self.order[start as usize..end as usize];
            let mut last = f32::NAN;
            for place in 0..rows.len() {
                let row = rows[place] as usize;
                let (mut low, mut high) =
                    (place.saturating_sub(1), (place + 1).min(rows.len() - 1));
                let way = loop {
                    let (a, b) = (rows[low] as usize, rows[high] as usize);
                    let way = (self.x[b] - self.x[a], self.y[b] - self.y[a]);
                    let long_enough = way.0.hypot(way.1) >= headings.least_m;
                    let reach = place - low >= HEADING_RECORDS && high - place >= HEADING_RECORDS;
                    let whole = low == 0 && high == rows.len() - 1;
                    if long_enough || reach || whole {
                        break way;
                    }
                    low = low.saturating_sub(1);
                    high = (high + 1).min(rows.len() - 1);
                };
                let logged = records.heading_deg[row];
                let heading = if way.0.hypot(way.1) >= headings.least_m.max(0.02) {
                    (way.0.atan2(way.1).to_degrees() as f32).rem_euclid(360.0)
                } else if logged.is_finite() {
                    logged.rem_euclid(360.0)
                } else {
                    last
                };
                self.heading_deg[row] = heading;
                last = heading;
            }
            // The rows before the first move look where it leads.
            let known = rows.iter().map(|row| self.heading_deg[*row as usize]);
            if let Some(first) = known.clone().find(|h| h.is_finite()) {
                let still = known.take_while(|h| !h.is_finite()).count();
                for row in &rows[..still] {
                    self.heading_deg[*row as usize] = first;
                }
            }
        }
    }

    /// The rows of a segment in their order.
    pub fn rows(&self, segment: usize) -> &[u32] {
        self.segments
            .get(segment)
            .and_then(|(start, end)| self.order.get(*start as usize..*end as usize))
            .unwrap_or_default()
    }

    /// Seconds since the segment's first record and to its last, by row.
    pub fn since_and_until(&self, records: &Records) -> (Vec<f32>, Vec<f32>) {
        let mut since = vec![f32::NAN; self.segment.len()];
        let mut until = vec![f32::NAN; self.segment.len()];
        for segment in 0..self.segments.len() {
            let rows = self.rows(segment);
            let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
                continue;
            };
            let (begin, end) = (
                records.time_ms[*first as usize],
                records.time_ms[*last as usize],
            );
            if begin == NO_TIME || end == NO_TIME {
                continue;
            }
            for row in rows {
                let row = *row as usize;
                let time = records.time_ms[row];
                since[row] = time.saturating_sub(begin) as f32 / 1_000.0;
                until[row] = end.saturating_sub(time) as f32 / 1_000.0;
            }
        }
        (since, until)
    }
}

/// Difference of two headings, 0 to 180 degrees.
pub fn turn_deg(a: f32, b: f32) -> f32 {
    let turn = a - b;
    // The remainder costs much and is nearly never needed.
    let turn = if (0.0..360.0).contains(&turn) {
        turn
    } else if turn > -360.0 && turn < 0.0 {
        turn + 360.0
    } else {
        turn.rem_euclid(360.0)
    };
    turn.min(360.0 - turn)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::records::Record;

    fn records_of(list: &[(i64, f64, f64, bool)]) -> (Records, Vec<f64>, Vec<f64>) {
        let mut records = Records::default();
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for (time_ms, east, north, working) in list {
            records.push(Record {
                longitude: 0.0,
                latitude: 0.0,
                time_ms: *time_ms,
                track: 0,
                distance_m: 2.0,
                width_m: 6.0,
                speed_m_s: 2.0,
                heading_deg: f64::NAN,
                working: *working,
            });
            x.push(*east);
            y.push(*north);
        }
        (records, x, y)
    }

    #[test]
    fn order_cuts_and_headings() {
        let (records, x, y) = records_of(&[
            (2_000, 2.0, 0.0, true),
            (1_000, 0.0, 0.0, true),
            (3_000, 4.0, 0.0, true),
            (3_000, 4.0, 0.0, true),
            (4_000, 6.0, 0.0, false),
            (60_000, 6.0, 3.0, true),
            (61_000, 6.0, 5.0, true),
            (62_000, 90.0, 5.0, true),
        ]);
        let tracks = Tracks::of_places(&records, x, y, Headings::default());
        assert_eq!(tracks.order, [1, 0, 2, 4, 5, 6, 7]);
        assert_eq!(tracks.segment, [0, 0, 0, NONE, 1, 2, 2, 3]);
        assert!(tracks.duplicate[3]);
        assert_eq!(tracks.heading_deg[1], 90.0);
        assert_eq!(tracks.heading_deg[6], 0.0);
        let (since, until) = tracks.since_and_until(&records);
        assert_eq!((since[2], until[1]), (2.0, 2.0));
    }

    #[test]
    fn a_turn_that_was_not_logged_ends_a_segment() {
        // Three passes of ten records without times, each back beside the other; then a bend that was
        // logged, and a step back along the way.
        let mut list: Vec<(i64, f64, f64, bool)> = Vec::new();
        for pass in 0..3 {
            for step in 0..10 {
                let along = if pass % 2 == 0 { step } else { 9 - step };
                list.push((NO_TIME, f64::from(pass) * 6.0, f64::from(along) * 2.0, true));
            }
        }
        let (records, x, y) = records_of(&list);
        let tracks = Tracks::of_places(&records, x, y, Headings::default());
        assert_eq!(tracks.segments.len(), 3);
        let bend = (0..12).map(|i| {
            let turn = f64::from(i) * std::f64::consts::PI / 11.0;
            (
                NO_TIME,
                3.0 - 3.0 * turn.cos(),
                20.0 + 3.0 * turn.sin(),
                true,
            )
        });
        let mut list: Vec<_> = (0..10)
            .map(|i| (NO_TIME, 0.0, f64::from(i) * 2.0, true))
            .collect();
        list.extend(bend);
        list.extend((0..10).map(|i| (NO_TIME, 6.0, 20.0 - f64::from(i + 1) * 2.0, true)));
        list.extend((0..4).map(|i| (NO_TIME, 6.0, 2.0 + f64::from(i) * 2.0, true)));
        let (records, x, y) = records_of(&list);
        let tracks = Tracks::of_places(&records, x, y, Headings::default());
        assert_eq!(tracks.segments.len(), 1);
    }

    #[test]
    fn turns_are_the_short_way_round() {
        assert_eq!(turn_deg(350.0, 20.0), 30.0);
        assert_eq!(turn_deg(90.0, 270.0), 180.0);
    }
}
