//! Which columns of a table become which standard columns, and which sections get rows of their
//! own.

use crate::raven_fmis::raw::job::{Column, Segment};
use crate::raven_fmis::raw::tab::{self, FIXED, Row};
use crate::shared::ddi;
use crate::shared::ddi::rules::{Hold, RULES, Rule};
use arrow_schema::{Field, Schema, SchemaRef};
use std::collections::BTreeSet;
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{OperationType, Property, Unit};

/// Sections of an implement at most: as many as the condensed work states can tell of.
const SECTIONS: usize = 256;
/// Instants that decide on the clock.
const SAMPLE: usize = 2_048;

/// What the first pass counts.
pub(super) struct Survey {
    pub(super) rows: u64,
    /// Fields of the longest row.
    pub(super) widest: usize,
    /// Texts of the first instants.
    pub(super) instants: Vec<(String, String)>,
    pub(super) has_elevation: bool,
    /// By value column: cells with a number, those that are not 0, those with decimals.
    counts: Vec<(u64, u64, u64)>,
}

impl Survey {
    pub(super) fn new(columns: usize) -> Self {
        Self {
            rows: 0,
            widest: 0,
            instants: Vec::new(),
            has_elevation: false,
            counts: vec![(0, 0, 0); columns],
        }
    }

    pub(super) fn add(&mut self, row: Row<'_>) {
        self.rows += 1;
        if self.instants.len() < SAMPLE {
            self.instants
                .push((row.instant().to_owned(), String::new()));
        }
        let mut fields = 0;
        for (at, field) in row.fields().enumerate() {
            fields = at + 1;
            let value = tab::number(field);
            self.has_elevation |= at == 4 && value.is_some_and(|value| value != 0.0);
            let slot = at.checked_sub(FIXED).and_then(|at| self.counts.get_mut(at));
            if let (Some(slot), Some(value)) = (slot, value) {
                slot.0 += 1;
                slot.1 += u64::from(value != 0.0);
                slot.2 += u64::from(value.fract() != 0.0);
            }
        }
        self.widest = self.widest.max(fields);
    }

    /// Whether values stand in the units of the dictionary: raw ones are whole numbers.
    pub(super) fn scaled(&self) -> bool {
        self.counts.iter().any(|(_, _, fractions)| *fractions > 0)
    }

    fn filled(&self, column: usize) -> bool {
        self.counts
            .get(column)
            .is_some_and(|(count, ..)| *count > 0)
    }

    /// Cells of an identifier that are not 0.
    pub(super) fn nonzero(&self, segment: &Segment, ddi: u16) -> u64 {
        let columns = segment.columns.iter().zip(&self.counts);
        columns
            .filter(|(column, _)| column.ddi == ddi)
            .map(|(_, (_, nonzero, _))| nonzero)
            .sum()
    }
}

/// A standard column.
pub(super) struct Slot {
    pub(super) property: Property,
    pub(super) unit: &'static Unit,
    pub(super) factor: f64,
    source: SourceColumn,
    /// By lane (one when there are none): the value column that feeds it.
    pub(super) columns: Vec<Option<usize>>,
}

/// Where the work state of a row stands.
pub(super) enum State {
    /// DDI 141 of these columns: on if any is.
    Columns(Vec<usize>),
    /// Two bits of DDI 161 to 176: column and place in it.
    Bits(usize, u32),
    /// All of DDI 161 to 176: on if any section is.
    AnyBits(Vec<usize>),
    Unknown,
}

/// A row of each record.
pub(super) struct Lane {
    /// `None` when the record is one row.
    pub(super) section: Option<i64>,
    pub(super) state: State,
    /// DDI 67, working width in mm.
    pub(super) width: Option<usize>,
}

/// The layout of the points.
pub(super) struct Plan {
    pub(super) slots: Vec<Slot>,
    pub(super) lanes: Vec<Lane>,
    pub(super) has_elevation: bool,
    /// The factor from cells to raw values of DDI 67.
    pub(super) width_m: f64,
}

impl Plan {
    pub(super) fn new(segment: &Segment, survey: &Survey, kind: &OperationType) -> Self {
        let letter = match kind {
            OperationType::Harvested => 'H',
            OperationType::Planted => 'P',
            OperationType::Applied => 'A',
            OperationType::Tillage => 'T',
            OperationType::Other(_) => '-',
        };
        let mut rules: Vec<&Rule> = Vec::new();
        for rule in RULES {
            let known = rule.property != Property::Speed
                && (letter == '-' || rule.operations.contains(letter))
                && !columns_of(segment, survey, rule.ddi).is_empty();
            if !known {
                continue;
            }
            let nonzero = |rule: &Rule| survey.nonzero(segment, rule.ddi);
            match rules.iter_mut().find(|r| r.property == rule.property) {
                // Of two identifiers for one property the one with more values that are not 0.
                Some(other) if nonzero(rule) > nonzero(other) => *other = rule,
                Some(_) => {}
                None => rules.push(rule),
            }
        }
        drop_strange_targets(&mut rules);
        let sections = sections(segment, survey, &rules);
        let lanes: Vec<Option<i64>> = if (2..=SECTIONS).contains(&sections.len()) {
            sections.iter().copied().map(Some).collect()
        } else {
            vec![None]
        };
        let slots = rules
            .iter()
            .map(|rule| slot(rule, segment, survey, &lanes))
            .collect();
        let all = lanes.len();
        let lane = |(index, section): (usize, &Option<i64>)| Lane {
            section: *section,
            state: state(segment, survey, *section, index),
            width: width(segment, survey, *section, all),
        };
        Self {
            slots,
            lanes: lanes.iter().enumerate().map(lane).collect(),
            has_elevation: survey.has_elevation,
            // Millimetres, whichever way they are written: the step of DDI 67 is 1 mm.
            width_m: 0.001,
        }
    }

    /// Whether any column of work was found.
    pub(super) fn has_values(&self) -> bool {
        !self.slots.is_empty()
    }

    pub(super) fn has_state(&self) -> bool {
        self.lanes
            .iter()
            .any(|lane| !matches!(lane.state, State::Unknown))
    }

    pub(super) fn has_width(&self) -> bool {
        self.lanes.iter().any(|lane| lane.width.is_some())
    }

    pub(super) fn has_sections(&self) -> bool {
        self.lanes.iter().any(|lane| lane.section.is_some())
    }

    /// Columns of the points, in the order in which they are written.
    pub(super) fn schema(&self, instants: bool) -> SchemaRef {
        use Property as P;
        let known = |property, unit: &'static str, name: &str| {
            let source = SourceColumn {
                name: name.to_owned(),
                ..SourceColumn::default()
            };
            records::field(property, Unit::from_symbol(unit), &source)
        };
        let mut fields: Vec<Field> = vec![
            known(P::Longitude, "arcdeg", "lon"),
            known(P::Latitude, "arcdeg", "lat"),
        ];
        if instants {
            fields.push(known(P::Timestamp, "", "timestamp"));
        }
        if self.has_elevation {
            fields.push(known(P::Elevation, "m", "elevation"));
        }
        fields.push(known(P::Distance, "m", "cumulative distance"));
        fields.push(known(P::Speed, "m/s", "speed"));
        if self.has_state() {
            fields.push(known(P::RecordingStatus, "", ""));
        }
        if self.has_width() {
            fields.push(known(P::EquipmentWidth, "m", ""));
        }
        if self.has_sections() {
            fields.push(known(P::SectionId, "", "EquipmentSection"));
        }
        for slot in &self.slots {
            fields.push(records::field(slot.property, Some(slot.unit), &slot.source));
        }
        Arc::new(Schema::new(fields))
    }
}

/// Columns of an identifier that hold numbers.
fn columns_of(segment: &Segment, survey: &Survey, ddi: u16) -> Vec<(usize, Column)> {
    let columns = segment.columns.iter().copied().enumerate();
    columns
        .filter(|(at, column)| column.ddi == ddi && survey.filled(*at))
        .collect()
}

/// A target in another kind of unit than the rate is no target of it.
fn drop_strange_targets(rules: &mut Vec<&Rule>) {
    for (rate, target) in [
        (Property::AppliedRate, Property::AppliedRateTarget),
        (Property::SeedRate, Property::SeedRateTarget),
    ] {
        if let Some(unit) = rules.iter().find(|r| r.property == rate).map(|r| r.unit) {
            rules.retain(|r| r.property != target || r.unit == unit);
        }
    }
}

/// The sections of rates, flows and yields that more than one section logged.
fn sections(segment: &Segment, survey: &Survey, rules: &[&Rule]) -> Vec<i64> {
    let mut all = BTreeSet::new();
    for rule in rules.iter().filter(|rule| rule.hold == Hold::Limited) {
        let columns = columns_of(segment, survey, rule.ddi);
        let own: BTreeSet<i64> = columns.iter().filter_map(|(_, c)| c.section).collect();
        if own.len() > 1 {
            all.extend(own);
        }
    }
    all.into_iter().collect()
}

fn slot(rule: &Rule, segment: &Segment, survey: &Survey, lanes: &[Option<i64>]) -> Slot {
    let entry = ddi::lookup(rule.ddi);
    let columns = columns_of(segment, survey, rule.ddi);
    let whole = columns
        .iter()
        .find(|(_, column)| column.section.is_none())
        .or_else(|| columns.first().filter(|_| columns.len() == 1));
    let of_lane = |section: &Option<i64>| {
        let own = columns
            .iter()
            .find(|(_, column)| section.is_some() && column.section == *section);
        // Without lanes the first column stands for the implement.
        let any = columns.first().filter(|_| section.is_none());
        own.or(whole).or(any).map(|(at, _)| *at)
    };
    // A value with decimals is in the unit of the dictionary, not in its steps.
    let step = entry.map_or(1.0, |ddi| ddi.resolution);
    let factor = if survey.scaled() && step > 0.0 {
        rule.factor / step
    } else {
        rule.factor
    };
    Slot {
        property: rule.property,
        unit: Unit::known(rule.unit),
        factor,
        source: SourceColumn {
            name: entry.map_or_else(String::new, |ddi| ddi.name.to_owned()),
            code: format!("{:04X}", rule.ddi),
            unit: entry.map_or_else(String::new, |ddi| ddi.unit.to_owned()),
        },
        columns: lanes.iter().map(of_lane).collect(),
    }
}

fn state(segment: &Segment, survey: &Survey, section: Option<i64>, lane: usize) -> State {
    let states = columns_of(segment, survey, 141);
    let own = states
        .iter()
        .filter(|(_, column)| section.is_some() && column.section == section);
    let own: Vec<usize> = own.map(|(at, _)| *at).collect();
    if !own.is_empty() {
        return State::Columns(own);
    }
    let bits = |ddi| columns_of(segment, survey, ddi).first().map(|(at, _)| *at);
    if section.is_some() {
        let (block, place) = (lane / 16, lane % 16);
        let ddi = u16::try_from(block)
            .ok()
            .and_then(|b| 161_u16.checked_add(b));
        if let Some(at) = ddi.filter(|ddi| *ddi <= 176).and_then(bits) {
            return State::Bits(at, u32::try_from(place).unwrap_or(0) * 2);
        }
    }
    let whole = states.iter().filter(|(_, column)| column.section.is_none());
    let whole: Vec<usize> = whole.map(|(at, _)| *at).collect();
    if !whole.is_empty() {
        return State::Columns(whole);
    }
    if section.is_none() {
        if !states.is_empty() {
            return State::Columns(states.iter().map(|(at, _)| *at).collect());
        }
        let all: Vec<usize> = (161..=176).filter_map(bits).collect();
        if !all.is_empty() {
            return State::AnyBits(all);
        }
    }
    State::Unknown
}

/// The width column of a lane; that of the whole implement only where it is one row.
fn width(segment: &Segment, survey: &Survey, section: Option<i64>, lanes: usize) -> Option<usize> {
    let columns = columns_of(segment, survey, 67);
    let own = columns.iter().find(|(_, column)| column.section == section);
    let only = columns.first().filter(|_| lanes == 1 && columns.len() == 1);
    own.or(only).map(|(at, _)| *at)
}
