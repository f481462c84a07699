//! The analysis of a machine file: gathers batches to blocks, looks at each, and knows the ground of
//! every row.

use super::block::{BLOCK, Block};
use super::gather::Gathered;
use super::ground::Ground;
use super::judgement::Cleaning;
use super::machines::{self, ComparedMachine};
use super::places::TrackNames;
use crate::configuration::{Configuration, FilterProfile};
use crate::paint::Patch;
use crate::points::fate::Fate;
use crate::points::standardised::Standardised;
use arrow_array::{Array, BinaryArray, RecordBatch};
use std::sync::OnceLock;
use tramline_analysis::anchor::{self, AnchorFound};
use tramline_analysis::frame::LocalFrame;
use tramline_analysis::lag;
use tramline_analysis::lattice::Lattice;
use tramline_analysis::odometer::{self, Odometer};
use tramline_analysis::records::{NO_TIME, Records};
use tramline_analysis::spread::{self, Spread};
use tramline_analysis::statistics::quantiles;
use tramline_analysis::track::{Headings, Tracks};
use tramline_model::OperationType;

/// Gaps between polygons of sources without a width that are closed in the outline for people.
const SEAM_M: f64 = 1.0;

/// The ground of a machine file in numbers.
pub(crate) struct Covered {
    pub(crate) records: u64,
    pub(crate) passes: u64,
    pub(crate) worked_m2: f64,
    /// Without what was covered twice.
    pub(crate) united_m2: Option<f64>,
    /// The source has polygons, which tell no passes.
    pub(crate) polygons: bool,
}

/// Gathers standard batches and looks at them block by block.
pub(crate) struct Analysis {
    profile: FilterProfile,
    reconciles: bool,
    block: Gathered,
    /// Rows of the spool so far.
    spooled: usize,
    names: TrackNames,
    frame: Option<LocalFrame>,
    /// From the plane of the footprints to degrees; made for the first one that is asked for.
    lattice: OnceLock<Option<Lattice>>,
    pub(crate) ground: Ground,
    pub(crate) cleaning: Cleaning,
    /// Machines of the first block beside the one with the most records.
    pub(crate) machines: Vec<ComparedMachine>,
    pub(crate) anchor: Option<AnchorFound>,
    /// The clock is coarser than the log.
    pub(crate) spread: Option<Spread>,
    /// How the distance of the first block agrees with its positions.
    pub(crate) odometer: Option<Odometer>,
    /// Usual width of the first block, metres.
    pub(crate) width_m: Option<f64>,
    /// The last block, kept for the statistics of files that have only one.
    single: Option<Block>,
    blocks: u32,
}

impl Analysis {
    /// With the profile that is in force ([`FilterProfile::None`] when nothing is filtered).
    pub(crate) fn new(profile: FilterProfile, configuration: &Configuration) -> Self {
        Self {
            profile,
            reconciles: configuration.reconcile_machines,
            block: Gathered::default(),
            spooled: 0,
            names: TrackNames::default(),
            frame: None,
            lattice: OnceLock::new(),
            ground: Ground::default(),
            cleaning: Cleaning::new(profile, &configuration.filter_parameters),
            machines: Vec::new(),
            anchor: None,
            spread: None,
            odometer: None,
            width_m: None,
            single: None,
            blocks: 0,
        }
    }

    /// Whether rows that the cleanup dropped are of use: only for a lag.
    pub(crate) fn wants_all(&self, operation: &OperationType) -> bool {
        self.profile == FilterProfile::Recommended && *operation == OperationType::Harvested
    }

    /// Adds rows in the order of the spool, with the polygons that the source has for them. Passive
    /// rows are not in the spool.
    pub(crate) fn add(
        &mut self,
        results: &Standardised<'_>,
        batch: &RecordBatch,
        outlines: Option<&BinaryArray>,
        fate: impl Fn(usize) -> Fate,
    ) {
        if let Some(outlines) = outlines {
            let spooled = (0..batch.num_rows()).filter(|row| fate(*row) != Fate::Passive);
            for (place, row) in spooled.enumerate() {
                if row < outlines.len() && outlines.is_valid(row) {
                    let place = self.spooled + place;
                    self.ground.outlines.add(place, outlines.value(row));
                }
            }
        }
        let spooled = (0..batch.num_rows()).filter(|row| fate(*row) != Fate::Passive);
        self.spooled += spooled.count();
        self.block
            .add(results.operation, &mut self.names, batch, outlines, fate);
        if self.block.len() >= BLOCK {
            self.look(results);
        }
    }

    /// Looks at what is left.
    pub(crate) fn finish(&mut self, results: &Standardised<'_>) {
        if self.block.len() > 0 || self.blocks == 0 {
            self.look(results);
        }
        if self.blocks > 1 {
            self.single = None;
        }
        self.cleaning.settle();
    }

    /// Whether yields of several machines were brought together.
    pub(crate) fn reconciled(&self) -> bool {
        self.reconciles && self.cleaning.decides()
    }

    /// The block of a file that has only one.
    pub(crate) fn single(&self) -> Option<&Block> {
        self.single.as_ref()
    }

    fn look(&mut self, results: &Standardised<'_>) {
        self.blocks += 1;
        let mut gathered = std::mem::take(&mut self.block);
        if self.frame.is_none() {
            let records = &gathered.records;
            self.frame = LocalFrame::around(&records.longitude, &records.latitude);
        }
        let Some(frame) = &self.frame else {
            self.cleaning.pass_all(&gathered);
            return;
        };
        let (x, y) = frame.places(&gathered.records);
        let names = &self.names;
        let steps = spread::settle(
            &mut gathered.records,
            (&x, &y),
            &gathered.numbered,
            |track| names.machine(track),
        );
        self.spread = self.spread.or(steps);
        let records = &gathered.records;
        let tracks = Tracks::of_places(records, x, y, Headings::default());
        let anchor = anchor::find(records, &tracks);
        self.odometer = self
            .odometer
            .or_else(|| odometer::compare(records, &tracks, anchor.anchor));
        let widths = machine_widths(records, |_| true);
        let width_m = quantiles(&widths, [0.5]).map_or(f64::NAN, |[median]| median);
        let working = |row: usize| records.working[row];
        let pairs = lag::opposed_pairs(records, &tracks, working, width_m);
        let block = Block {
            gathered,
            tracks,
            anchor,
            width_m,
            pairs,
        };
        self.cleaning.judge(results, &block);
        if results.is_harvest() {
            let found = machines::compare(&block, &self.names, &self.cleaning);
            if self.reconciles && self.cleaning.decides() {
                self.cleaning.reconcile(&block, &self.names, &found);
            }
            if self.machines.is_empty() {
                self.machines = found;
            }
        }
        let wanted = |row: usize| {
            block.gathered.fates[row] == Fate::Standard
                || (block.gathered.fates[row] == Fate::Restorable && self.cleaning.restores())
        };
        let machine = |track| self.names.machine(track);
        self.ground.cover(&block, frame, machine, wanted);
        let gathered = &block.gathered;
        let laid = |row: usize| gathered.is_laid(row);
        if (0..gathered.len()).any(laid) {
            self.anchor.get_or_insert(anchor);
        }
        let widths = machine_widths(&gathered.records, laid);
        if let Some([width_m]) = quantiles(&widths, [0.5]).filter(|[width]| *width > 0.0) {
            self.width_m.get_or_insert(width_m);
        }
        self.single = (self.blocks == 1).then_some(block);
    }

    /// The ground that was covered, in numbers; `None` where there is none.
    pub(crate) fn covered(&self) -> Option<Covered> {
        (self.ground.records > 0).then(|| Covered {
            records: self.ground.records,
            passes: self.ground.passes,
            worked_m2: self.ground.worked_m2,
            united_m2: self.ground.covered_m2,
            polygons: self.ground.has_polygons(),
        })
    }

    /// Asks for the footprints of the rows.
    pub(crate) fn keep_footprints(&mut self) {
        self.ground.keeps_footprints = true;
    }

    /// Whether any row has a footprint.
    pub(crate) fn has_footprints(&self) -> bool {
        self.ground.records > 0
    }

    /// The footprint of a row of the spool: longitude and latitude of its corners, counter-clockwise.
    pub(crate) fn footprint(&self, row: usize) -> Option<[(f64, f64); 4]> {
        let corners = self.ground.footprint(row)?;
        let lattice = self.lattice.get_or_init(|| {
            let frame = self.frame.as_ref()?;
            Lattice::new(self.ground.bounds()?, |x, y| frame.degrees(x, y))
        });
        let lattice = lattice.as_ref()?;
        Some(corners.map(|(x, y)| lattice.at(x, y)))
    }

    /// The covered ground's outline in degrees; `None` where neither widths nor polygons are known.
    pub(crate) fn outline(&mut self) -> Option<geo::MultiPolygon<f64>> {
        let frame = self.frame.as_ref()?;
        let seam_m = self.ground.has_polygons().then_some(SEAM_M);
        self.ground.outline(frame, self.width_m.or(seam_m)?)
    }

    /// The source's polygon of a row of the spool as well-known binary in degrees.
    pub(crate) fn polygon(&self, row: usize) -> Option<&[u8]> {
        self.ground.outlines.wkb(row)
    }

    /// Whether any row has a polygon of the source.
    pub(crate) fn has_polygons(&self) -> bool {
        self.ground.has_polygons()
    }

    /// The ground of a row of the spool in degrees.
    pub(crate) fn patch(&self, row: usize) -> Option<Patch> {
        let rings = self.ground.outlines.rings(row).map(Patch::Rings);
        rings.or_else(|| self.footprint(row).map(Patch::Quad))
    }
}

/// Widths of the wanted rows that worked at each instant, all sections together.
fn machine_widths(records: &Records, wanted: impl Fn(usize) -> bool) -> Vec<f64> {
    let mut widths: Vec<f64> = Vec::new();
    let mut last = NO_TIME;
    for row in 0..records.len() {
        let (width, time) = (f64::from(records.width_m[row]), records.time_ms[row]);
        let worked = records.working[row] && width > 0.0;
        if !worked || !wanted(row) {
            continue;
        }
        match widths.last_mut() {
            Some(sum) if time != NO_TIME && time == last => *sum += width,
            _ => widths.push(width),
        }
        last = time;
    }
    widths
}
