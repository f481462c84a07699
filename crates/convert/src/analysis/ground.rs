//! The ground that was covered: strips of all blocks and polygons of the source, their union, and
//! the areas.

use super::block::Block;
use crate::analysis::outlines::Outlines;
use crate::points::fate::Fate;
use geo::{MultiPolygon, Polygon};
use std::collections::BTreeMap;
use tramline_analysis::frame::LocalFrame;
use tramline_analysis::outlines::Outlines as Sound;
use tramline_analysis::records::NO_TIME;
use tramline_analysis::thin::thinned;
use tramline_analysis::union;

/// Sides of strips are simplified by this: far less than a tenth of a percent of a swath.
const TOLERANCE_M: f64 = 0.02;
/// A longer pause ends a session.
const SESSION_MS: i64 = 4 * 3_600_000;
/// Steps below this are joined: their headings are noise, and would part the strips.
pub(crate) const STEP_M: f32 = 1.0;

/// The stretches of work of each section.
#[derive(Default)]
struct Stretches {
    segment: Option<u32>,
    list: Vec<Stretch>,
    /// Stretches without instants.
    timeless: u64,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    machine: u32,
    start_ms: i64,
    end_ms: i64,
    track: u32,
}

impl Stretches {
    /// Adds a row; the rows of a segment follow each other.
    fn add(&mut self, machine: u32, track: u32, segment: u32, time_ms: i64) {
        if self.segment.replace(segment) == Some(segment) {
            if let Some(last) = self.list.last_mut().filter(|_| time_ms != NO_TIME) {
                last.end_ms = last.end_ms.max(time_ms);
            }
        } else if time_ms == NO_TIME {
            self.timeless += 1;
        } else {
            self.list.push(Stretch {
                machine,
                start_ms: time_ms,
                end_ms: time_ms,
                track,
            });
        }
    }

    /// How many there are. Where sections of one machine work at the same time, those of its middle
    /// section count.
    fn count(mut self) -> u64 {
        self.list.sort_unstable();
        let together = |of: &[Stretch]| {
            let mut by_track: BTreeMap<u32, u64> = BTreeMap::new();
            for stretch in of {
                *by_track.entry(stretch.track).or_default() += 1;
            }
            let mut counts: Vec<u64> = by_track.into_values().collect();
            counts.sort_unstable();
            counts.get(counts.len() / 2).copied().unwrap_or(0)
        };
        let (mut count, mut first, mut until) = (self.timeless, 0, i64::MIN);
        for (at, stretch) in self.list.iter().enumerate() {
            let same = self.list[first].machine == stretch.machine && stretch.start_ms < until;
            if at > 0 && !same {
                count += together(&self.list[first..at]);
                (first, until) = (at, i64::MIN);
            }
            until = until.max(stretch.end_ms);
        }
        count + together(&self.list[first..])
    }
}

#[derive(Default)]
pub(crate) struct Ground {
    strips: Vec<Polygon<f64>>,
    /// By row of the spool: the source's polygon.
    pub(super) outlines: Outlines,
    sound: Option<Sound>,
    /// Rows of the spool so far.
    rows: usize,
    /// Sum of distance times width, or of the polygons, square metres.
    pub(crate) worked_m2: f64,
    /// Records that have a footprint.
    pub(crate) records: u64,
    /// Unbroken stretches of work of a machine, by its middle section.
    pub(crate) passes: u64,
    /// By row of the spool: corners on the plane, a millimetre true over ten kilometres; not numbers
    /// where there is no footprint.
    footprints: Vec<[f32; 8]>,
    /// Around the kept footprints: west, south, east, north.
    bounds: Option<[f32; 4]>,
    pub(super) keeps_footprints: bool,
    /// Stretches of work without a pause of four hours.
    pub(crate) sessions: u64,
    last_ms: Option<i64>,
    /// Area of the union on the ellipsoid, after [`Ground::outline`].
    pub(crate) covered_m2: Option<f64>,
}

impl Ground {
    /// Adds the footprints, or polygons, of the wanted rows of a block.
    pub(super) fn cover(
        &mut self,
        block: &Block,
        frame: &LocalFrame,
        machine: impl Fn(u32) -> u32,
        wanted: impl Fn(usize) -> bool,
    ) {
        let mut places = vec![usize::MAX; block.gathered.len()];
        let mut place = self.rows;
        for (row, fate) in block.gathered.fates.iter().enumerate() {
            if *fate != Fate::Passive {
                places[row] = place;
                place += 1;
            }
        }
        self.rows = place;
        if self.keeps_footprints {
            self.footprints.resize(place, [f32::NAN; 8]);
        }
        self.cover_outlines(&places, frame, &wanted);
        let records = &block.gathered.records;
        let laid = |row: usize| block.gathered.is_laid(row) && wanted(row);
        let steps = thinned(records, &block.tracks, block.anchor.anchor, laid, STEP_M);
        let mut stretches = Stretches::default();
        steps.for_each(|row, quad| {
            if let Some(kept) = self.footprints.get_mut(places[row]) {
                for (slot, (x, y)) in kept.chunks_exact_mut(2).zip(quad) {
                    let (x, y) = (x as f32, y as f32);
                    slot.copy_from_slice(&[x, y]);
                    let [west, south, east, north] = self.bounds.unwrap_or([x, y, x, y]);
                    let bounds = [west.min(x), south.min(y), east.max(x), north.max(y)];
                    self.bounds = Some(bounds);
                }
            }
            self.records += 1;
            self.worked_m2 += f64::from(records.distance_m[row]) * f64::from(records.width_m[row]);
            let track = records.track[row];
            stretches.add(
                machine(track),
                track,
                block.tracks.segment[row],
                records.time_ms[row],
            );
        });
        self.passes += stretches.count();
        let mut times: Vec<i64> = (0..records.len())
            .filter(|row| wanted(*row) && records.time_ms[*row] != NO_TIME)
            .map(|row| records.time_ms[row])
            .collect();
        times.sort_unstable();
        for time in times {
            if self
                .last_ms
                .is_none_or(|last| time.saturating_sub(last) > SESSION_MS)
            {
                self.sessions += 1;
            }
            self.last_ms = Some(self.last_ms.map_or(time, |last| last.max(time)));
        }
        let strips = union::strips(&steps.footprints(), |_| true, TOLERANCE_M);
        self.strips.extend(strips);
    }

    /// Adds the source's polygons; `places` are those of the block's rows in the spool.
    fn cover_outlines(
        &mut self,
        places: &[usize],
        frame: &LocalFrame,
        wanted: &impl Fn(usize) -> bool,
    ) {
        if self.outlines.is_empty() {
            return;
        }
        let sound = self.sound.get_or_insert_default();
        for (row, place) in places.iter().enumerate() {
            let Some(mut rings) = self.outlines.rings(*place).filter(|_| wanted(row)) else {
                continue;
            };
            for corner in rings.iter_mut().flatten() {
                *corner = frame.metres(corner.0, corner.1);
            }
            if let Some(area_m2) = sound.add(rings) {
                self.worked_m2 += area_m2;
                self.records += 1;
            }
        }
    }

    /// Whether any ground is a polygon of the source.
    pub(super) fn has_polygons(&self) -> bool {
        self.sound.is_some()
    }

    /// West, south, east, north of the kept footprints on the plane.
    pub(super) fn bounds(&self) -> Option<[f64; 4]> {
        Some(self.bounds?.map(f64::from))
    }

    /// Corners of a row of the spool on the plane, counter-clockwise.
    pub(super) fn footprint(&self, row: usize) -> Option<[(f64, f64); 4]> {
        let corners = self.footprints.get(row).filter(|c| c[0].is_finite())?;
        let mut quad = [(0.0, 0.0); 4];
        for (slot, pair) in quad.iter_mut().zip(corners.chunks_exact(2)) {
            *slot = (f64::from(pair[0]), f64::from(pair[1]));
        }
        Some(quad)
    }

    /// Unites the strips, measures them and gives the outline for people, in degrees.
    pub(super) fn outline(
        &mut self,
        frame: &LocalFrame,
        width_m: f64,
    ) -> Option<MultiPolygon<f64>> {
        if let Some(sound) = &mut self.sound {
            self.strips.extend(sound.take());
        }
        if self.strips.is_empty() {
            return None;
        }
        let united = union::union(&std::mem::take(&mut self.strips));
        let covered = union::geodesic_area_m2(&union::in_degrees(&united, frame));
        self.covered_m2 = covered.is_finite().then_some(covered);
        let outline = union::outline(&united, width_m);
        Some(union::in_degrees(&outline, frame))
    }
}
