//! One operation of a log: its lanes, its columns and the channels that feed them.
//!
//! Rule: sections that hear the same channels are one lane, the width of the implement that one
//! meter serves; rows with meters of their own are lanes of their own.

use super::super::raw::columns::Wanted;
use super::super::raw::{Channel, Element, Group, Metadata, Operation};
use super::rules;
use super::scan::Scan;
use arrow_schema::{Schema, SchemaRef};
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{OperationType, Property, Unit};

/// A section within a lane.
pub(crate) struct Section {
    pub(crate) width_m: f64,
    /// State column, as a slot of [`Wanted::states`], and the byte in it.
    pub(crate) state: Option<(usize, usize)>,
}

/// A channel that feeds a column of a lane.
#[derive(Clone, Copy)]
pub(crate) struct Feed {
    /// Slot of [`Wanted::numbers`].
    pub(crate) slot: usize,
    /// From raw to the column's unit.
    pub(crate) factor: f64,
}

/// What gets a row of its own.
pub(crate) struct Lane {
    /// The element's number, when there are several lanes.
    pub(crate) number: i64,
    pub(crate) sections: Vec<Section>,
    pub(crate) width_m: f64,
    /// Middle, as a share of the edge from the left.
    pub(crate) share: f64,
    pub(crate) forward_m: f64,
    pub(crate) right_m: f64,
    /// By column.
    pub(crate) feeds: Vec<Option<Feed>>,
    /// Index into [`Plan::products`].
    pub(crate) product: Option<usize>,
}

pub(crate) struct Column {
    pub(crate) property: Property,
    pub(crate) unit: &'static Unit,
    source: SourceColumn,
}

/// A channel of the raw form.
pub(crate) struct RawColumn {
    pub(crate) name: String,
    pub(crate) scale: f64,
    pub(crate) source: SourceColumn,
}

/// How one operation is read.
pub(crate) struct Plan {
    pub(crate) kind: OperationType,
    /// The display's own word.
    pub(crate) word: &'static str,
    pub(crate) wanted: Wanted,
    pub(crate) lanes: Vec<Lane>,
    pub(crate) columns: Vec<Column>,
    /// By slot of [`Wanted::numbers`].
    pub(crate) raw: Vec<RawColumn>,
    /// Names of products that stand side by side on the implement.
    pub(crate) products: Vec<String>,
    pub(crate) has_elevation: bool,
    /// Forward and right from the receiver to the implement, where no edge was logged.
    pub(crate) from_receiver_m: Option<(f64, f64)>,
}

impl Plan {
    /// The operation's plan; `None` without a group for it in the equipment tree.
    pub(crate) fn new(metadata: &Metadata, operation: &Operation, scan: &Scan) -> Option<Self> {
        let (machine, group) = metadata.group(operation.id)?;
        let (kind, word) = rules::operation(operation.kind);
        let mut plan = Self::empty(kind, word, scan);
        let others: Vec<i64> = metadata.operations.iter().map(|other| other.id).collect();
        let groups: Vec<&Group> = std::iter::once(group)
            .chain(
                metadata
                    .machines
                    .iter()
                    .flat_map(|machine| &machine.groups)
                    .filter(|other| !others.contains(&other.id)),
            )
            .collect();
        let channels = plan.channels(&groups, scan);
        plan.states(group);
        plan.lanes(group, &groups, &channels);
        plan.products(metadata, operation);
        let edge = group
            .frames
            .iter()
            .find(|frame| scan.edges.contains_key(&frame.id));
        plan.wanted.edge = edge.map(|frame| frame.id);
        if edge.is_none() {
            let receiver = metadata
                .sources
                .iter()
                .find(|source| source.machine == machine.id)
                .or_else(|| metadata.sources.first());
            let frame = group.frames.first();
            let forward = frame.map_or(0.0, |frame| frame.offset_mm[0] / 1000.0);
            let offset = receiver.map_or((0.0, 0.0), |r| (r.offset_m[0], r.offset_m[1]));
            plan.from_receiver_m = Some((forward - offset.0, -offset.1));
        }
        Some(plan)
    }

    /// The track alone, of a log without operation.
    pub(crate) fn track(metadata: &Metadata, scan: &Scan) -> Self {
        let kind = OperationType::Other("datacollection".to_owned());
        let mut plan = Self::empty(kind, "no operation", scan);
        let groups: Vec<&Group> = metadata.machines.iter().flat_map(|m| &m.groups).collect();
        plan.channels(&groups, scan);
        plan.lanes.push(Lane {
            number: 0,
            sections: Vec::new(),
            width_m: 0.0,
            share: 0.5,
            forward_m: 0.0,
            right_m: 0.0,
            feeds: Vec::new(),
            product: None,
        });
        plan.from_receiver_m = Some((0.0, 0.0));
        plan
    }

    fn empty(kind: OperationType, word: &'static str, scan: &Scan) -> Self {
        Self {
            kind,
            word,
            wanted: Wanted {
                positions: true,
                ..Wanted::default()
            },
            lanes: Vec::new(),
            columns: Vec::new(),
            raw: Vec::new(),
            products: Vec::new(),
            has_elevation: scan.has_elevation,
            from_receiver_m: None,
        }
    }

    /// Gives each channel that logged anything a slot; slots by channel id.
    fn channels(&mut self, groups: &[&Group], scan: &Scan) -> HashMap<i64, usize> {
        let mut slots = HashMap::new();
        let mut owners: HashMap<i64, i64> = HashMap::new();
        for element in groups.iter().flat_map(|group| &group.elements) {
            for channel in &element.channels {
                owners.entry(*channel).or_insert(element.id);
            }
        }
        let mut names: BTreeMap<String, u32> = BTreeMap::new();
        for channel in groups.iter().flat_map(|group| &group.channels) {
            if !scan.channels.contains(&channel.id) || slots.contains_key(&channel.id) {
                continue;
            }
            slots.insert(channel.id, self.wanted.numbers.len());
            self.wanted.numbers.push(channel.id);
            let owner = owners.get(&channel.id).copied().unwrap_or(channel.id);
            let label = rules::label(channel.representation);
            let mut name = format!("{} {label} {owner}", channel.representation);
            let count = names.entry(name.clone()).or_insert(0);
            *count += 1;
            if *count > 1 {
                name = format!("{name} #{count}");
            }
            let good = channel.scale.is_finite() && channel.scale != 0.0;
            self.raw.push(RawColumn {
                name,
                scale: if good { channel.scale } else { 1.0 },
                source: SourceColumn {
                    name: label.to_owned(),
                    code: channel.representation.to_string(),
                    unit: channel.unit.clone(),
                },
            });
        }
        slots
    }

    fn states(&mut self, group: &Group) {
        for element in &group.elements {
            let id = element.state_column;
            if id != 0 && element.is_section && !self.wanted.states.contains(&id) {
                self.wanted.states.push(id);
            }
        }
    }

    fn lanes(&mut self, group: &Group, groups: &[&Group], slots: &HashMap<i64, usize>) {
        let by_id: HashMap<i64, &Channel> = groups
            .iter()
            .flat_map(|group| &group.channels)
            .map(|channel| (channel.id, channel))
            .collect();
        // Of the whole machine and of no element, as fuel is.
        let listed: HashSet<i64> = group
            .elements
            .iter()
            .flat_map(|element| element.channels.iter().copied())
            .collect();
        let shared: Vec<i64> = groups
            .iter()
            .flat_map(|group| &group.channels)
            .map(|channel| channel.id)
            .filter(|id| slots.contains_key(id) && !listed.contains(id))
            .filter(|id| {
                let channel = by_id.get(id);
                channel.is_some_and(|channel| rules::property(channel, &self.kind).is_some())
            })
            .take(64)
            .collect();
        let mut lanes: Vec<(Vec<i64>, Vec<&Element>)> = Vec::new();
        let mut lane_of: HashMap<Vec<i64>, usize> = HashMap::new();
        for section in group.elements.iter().filter(|element| element.is_section) {
            let heard = heard(group, section, |id| {
                by_id
                    .get(&id)
                    .is_some_and(|channel| rules::property(channel, &self.kind).is_some())
            });
            let lane = lane_of.entry(heard.clone()).or_insert(lanes.len());
            match lanes.get_mut(*lane) {
                Some((_, sections)) => sections.push(section),
                None => lanes.push((heard, vec![section])),
            }
        }
        for (channels, _) in &lanes {
            for id in channels.iter().chain(&shared) {
                if let Some(channel) = by_id.get(id).filter(|_| slots.contains_key(id)) {
                    self.column(channel);
                }
            }
        }
        for (channels, sections) in lanes {
            let feeds = self
                .columns
                .iter()
                .map(|column| {
                    channels.iter().chain(&shared).find_map(|id| {
                        let channel = by_id.get(id)?;
                        let slot = slots.get(id).copied()?;
                        let (property, unit) = rules::property(channel, &self.kind)?;
                        let factor = unit.factor_to(column.unit)?;
                        (property == column.property).then_some(Feed {
                            slot,
                            factor: factor / channel.scale,
                        })
                    })
                })
                .collect();
            self.lanes.push(lane(&sections, feeds, &self.wanted.states));
        }
    }

    fn column(&mut self, channel: &Channel) {
        let Some((property, unit)) = rules::property(channel, &self.kind) else {
            return;
        };
        if self.columns.iter().any(|known| known.property == property) {
            return;
        }
        self.columns.push(Column {
            property,
            unit: rules::column_unit(unit),
            source: SourceColumn {
                name: rules::label(channel.representation).to_owned(),
                code: channel.representation.to_string(),
                unit: channel.unit.clone(),
            },
        });
    }

    /// Products that share the width: which lane has which.
    fn products(&mut self, metadata: &Metadata, operation: &Operation) {
        let side_by_side = operation.products.len() > 1
            && operation
                .products
                .iter()
                .any(|share| share.from > 0.0 || share.to < 100.0);
        if !side_by_side {
            return;
        }
        for share in &operation.products {
            let name = metadata.products.iter().find(|known| known.id == share.id);
            let Some(name) = name.map(|known| known.name.clone()) else {
                continue;
            };
            let index = self.products.len();
            self.products.push(name);
            for lane in &mut self.lanes {
                if (share.from..share.to).contains(&(lane.share * 100.0)) {
                    lane.product = Some(index);
                }
            }
        }
        if self.lanes.len() < 2 {
            self.products.clear();
            for lane in &mut self.lanes {
                lane.product = None;
            }
        }
    }

    /// The property that names a lane's product.
    pub(crate) fn product_property(&self) -> Property {
        if self.kind == OperationType::Planted {
            Property::Variety
        } else {
            Property::Product
        }
    }

    pub(crate) fn has_sections(&self) -> bool {
        self.lanes.iter().any(|lane| !lane.sections.is_empty())
    }

    /// Index of the column whose values are a mass flow.
    pub(crate) fn flow(&self) -> Option<usize> {
        self.columns
            .iter()
            .position(|column| column.property == Property::CropFlow)
    }

    /// Columns of the points, in the order in which the writer fills them.
    pub(crate) fn schema(&self) -> SchemaRef {
        let none = SourceColumn::default();
        let unit = |symbol| Some(Unit::known(symbol));
        let mut fields = vec![
            records::field(Property::Longitude, unit("arcdeg"), &none),
            records::field(Property::Latitude, unit("arcdeg"), &none),
            records::field(Property::Timestamp, None, &none),
            records::field(Property::Heading, unit("arcdeg"), &none),
            records::field(Property::Distance, unit("m"), &none),
            records::field(Property::Speed, unit("m/s"), &none),
            records::field(Property::SamplingInterval, unit("s"), &none),
        ];
        if self.has_elevation {
            fields.push(records::field(Property::Elevation, unit("m"), &none));
        }
        if self.has_sections() {
            fields.push(records::field(Property::RecordingStatus, None, &none));
            fields.push(records::field(Property::EquipmentWidth, unit("m"), &none));
        }
        if self.lanes.len() > 1 {
            fields.push(records::field(Property::SectionId, None, &none));
        }
        if !self.products.is_empty() {
            fields.push(records::field(self.product_property(), None, &none));
        }
        if self.flow().is_some() {
            fields.push(records::field(Property::WetMass, unit("kg"), &none));
        }
        for column in &self.columns {
            fields.push(records::field(
                column.property,
                Some(column.unit),
                &column.source,
            ));
        }
        Arc::new(Schema::new(fields))
    }
}

/// Channels with a meaning that a section hears: its own, those of its one row sensor, else those
/// of its parents.
fn heard(group: &Group, section: &Element, means: impl Fn(i64) -> bool) -> Vec<i64> {
    let of = |element: &Element| -> Vec<i64> {
        let channels = element.channels.iter().copied();
        channels.filter(|id| means(*id)).collect()
    };
    let mut channels = of(section);
    let mut rows = group
        .elements
        .iter()
        .filter(|element| element.parent == section.id && !element.is_section);
    if let (Some(row), None) = (rows.next(), rows.next()) {
        channels.extend(of(row));
    }
    let mut above = section.parent;
    let mut steps = 0;
    while channels.is_empty() && above != 0 && steps < 8 {
        let Some(parent) = group.elements.iter().find(|element| element.id == above) else {
            break;
        };
        channels = of(parent);
        above = parent.parent;
        steps += 1;
    }
    channels.sort_unstable();
    channels.dedup();
    channels
}

fn lane(sections: &[&Element], feeds: Vec<Option<Feed>>, states: &[i64]) -> Lane {
    let sane = |width: f64| {
        if width.is_finite() && (0.0..200.0).contains(&width) {
            width
        } else {
            0.0
        }
    };
    let begin = sections.iter().map(|s| s.begin).fold(f64::MAX, f64::min);
    let end = sections.iter().map(|s| s.end).fold(f64::MIN, f64::max);
    let middle = (begin + end) / 2.0;
    let count = sections.len().max(1) as f64;
    let mean = |axis: usize| {
        let offsets = sections.iter().filter_map(|s| s.offset_mm.get(axis));
        offsets.sum::<f64>() / count / 1000.0
    };
    Lane {
        number: sections.first().map_or(0, |section| section.id),
        width_m: sections.iter().map(|section| sane(section.width_m)).sum(),
        share: if middle.is_finite() {
            middle.clamp(0.0, 1.0)
        } else {
            0.5
        },
        forward_m: mean(0),
        right_m: mean(1),
        sections: sections
            .iter()
            .map(|section| Section {
                width_m: sane(section.width_m),
                state: states
                    .iter()
                    .position(|id| *id == section.state_column)
                    .map(|slot| (slot, section.state_byte)),
            })
            .collect(),
        feeds,
        product: None,
    }
}
