//! What the meters of one operation become: columns, sections and their widths.
//!
//! Rule: a harvest's mass and moisture are logged for each section with the value of the whole
//! header, so one value counts; rates that differ between sections are rows of their own.

use super::super::raw::{Catalog, Meter, Use};
use super::rules;
use arrow_schema::{Schema, SchemaRef};
use std::collections::HashMap;
use std::sync::Arc;
use tramline_model::records::{self, SourceColumn};
use tramline_model::{OperationType, Property, Unit};

/// A standard column and the meters that fill it, the first with a value counts.
pub(crate) struct Column {
    pub(crate) property: Property,
    pub(crate) unit: &'static Unit,
    pub(crate) meters: Vec<usize>,
    /// By section: the meter of its own.
    pub(crate) own: Vec<Option<usize>>,
    source: SourceColumn,
}

/// A section with its state.
pub(crate) struct Section {
    pub(crate) element: i64,
    pub(crate) number: i64,
    pub(crate) width_m: Option<f64>,
    pub(crate) lateral_m: f64,
    /// Index of the meter of its recording status.
    pub(crate) state: Option<usize>,
}

pub(crate) struct Plan {
    pub(crate) operation: OperationType,
    pub(crate) columns: Vec<Column>,
    pub(crate) sections: Vec<Section>,
    /// Width where no section is on, or none has one.
    pub(crate) full_width_m: Option<f64>,
    /// A row for each section.
    pub(crate) lanes: bool,
    pub(crate) has_elevation: bool,
}

/// What the first pass over the records saw of each meter.
pub(crate) struct Seen {
    /// Unit of the first number.
    pub(crate) units: Vec<Option<&'static Unit>>,
    pub(crate) counts: Vec<u64>,
    /// Whether rates differ between the sections of a record.
    pub(crate) rates_differ: bool,
    pub(crate) has_elevation: bool,
}

impl Plan {
    pub(crate) fn new(
        operation: &OperationType,
        catalog: &Catalog,
        uses: &[Use],
        meters: &[Meter],
        seen: &Seen,
    ) -> Self {
        let mut columns: Vec<Column> = Vec::new();
        let depth_of: HashMap<i64, (i64, i64)> =
            uses.iter().map(|u| (u.id, (u.depth, u.order))).collect();
        let mut order: Vec<usize> = (0..meters.len()).collect();
        order.sort_by_key(|index| {
            let meter = meters.get(*index);
            meter
                .and_then(|m| depth_of.get(&m.element))
                .copied()
                .unwrap_or((0, 0))
        });
        for index in order.iter().copied() {
            let (Some(meter), Some(Some(unit))) = (meters.get(index), seen.units.get(index)) else {
                continue;
            };
            let Some(property) = rules::property(&meter.code, operation) else {
                continue;
            };
            let Some(own) = rules::column_unit(property, unit) else {
                continue;
            };
            match columns
                .iter_mut()
                .find(|column| column.property == property)
            {
                Some(column) if column.unit.dimension == own.dimension => column.meters.push(index),
                Some(_) => {}
                None => columns.push(Column {
                    property,
                    unit: own,
                    meters: vec![index],
                    own: Vec::new(),
                    source: SourceColumn {
                        name: meter.code.clone(),
                        code: String::new(),
                        unit: meter.unit.clone(),
                    },
                }),
            }
        }
        let states: HashMap<i64, usize> = meters
            .iter()
            .enumerate()
            .filter(|(index, meter)| {
                meter.code == "dtRecordingStatus" && seen.counts.get(*index).is_some_and(|n| *n > 0)
            })
            .map(|(index, meter)| (meter.element, index))
            .collect();
        let configuration = |found: &Use| catalog.configurations.get(&found.configuration);
        let deepest = uses
            .iter()
            .filter(|u| states.contains_key(&u.id))
            .map(|u| u.depth)
            .max();
        let deepest = deepest.or_else(|| {
            let sections = uses
                .iter()
                .filter(|u| configuration(u).is_some_and(|c| c.is_section));
            sections.map(|u| u.depth).max()
        });
        let mut sections: Vec<Section> = uses
            .iter()
            .filter(|found| Some(found.depth) == deepest)
            .map(|found| Section {
                element: found.id,
                number: found.order,
                width_m: configuration(found)
                    .and_then(|c| c.width_m)
                    .filter(|w| *w > 0.0),
                lateral_m: configuration(found).map_or(0.0, |c| c.lateral_m),
                state: states.get(&found.id).copied(),
            })
            .collect();
        sections.sort_by_key(|section| section.number);
        for column in &mut columns {
            let of_element = column.meters.iter().rev().filter_map(|index| {
                let meter = meters.get(*index)?;
                Some((meter.element, *index))
            });
            let of_element: HashMap<i64, usize> = of_element.collect();
            let own = sections
                .iter()
                .map(|section| of_element.get(&section.element).copied());
            column.own = own.collect();
        }
        let sum: f64 = sections.iter().filter_map(|section| section.width_m).sum();
        let widest = uses
            .iter()
            .filter_map(|found| configuration(found)?.width_m)
            .fold(0.0, f64::max);
        let full_width_m = Some(if sum > 0.0 { sum } else { widest }).filter(|w| *w > 0.0);
        Self {
            operation: operation.clone(),
            columns,
            lanes: seen.rates_differ && sections.len() > 1,
            sections,
            full_width_m,
            has_elevation: seen.has_elevation,
        }
    }

    pub(crate) fn has_state(&self) -> bool {
        self.sections.iter().any(|section| section.state.is_some())
    }

    /// Columns of the points, in the order in which the writer fills them.
    pub(crate) fn schema(&self) -> SchemaRef {
        let none = SourceColumn::default();
        let unit = |symbol| Some(Unit::known(symbol));
        let mut fields = vec![
            records::field(Property::Longitude, unit("arcdeg"), &none),
            records::field(Property::Latitude, unit("arcdeg"), &none),
            records::field(Property::Timestamp, None, &none),
        ];
        if self.has_elevation
            && !self
                .columns
                .iter()
                .any(|c| c.property == Property::Elevation)
        {
            fields.push(records::field(Property::Elevation, unit("m"), &none));
        }
        if self.has_state() {
            fields.push(records::field(Property::RecordingStatus, None, &none));
        }
        if self.full_width_m.is_some() {
            fields.push(records::field(Property::EquipmentWidth, unit("m"), &none));
        }
        if self.lanes {
            fields.push(records::field(Property::SectionId, None, &none));
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
