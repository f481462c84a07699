//! The description of a machine file: from names, metadata and what is the same in all rows.

use super::claim::Files;
use super::layout::Layout;
use super::map::plan::{self, Constants, Feed};
use super::map::trimble;
use super::open::Stream;
use super::raw::cells;
use super::raw::dbf::{RowReader, Rows};
use crate::claim::{Claim, ReadOptions};
use crate::shared::columns::Family;
use crate::source::Tree;
use arrow_schema::Schema;
use std::sync::Arc;
use tramline_model::{
    Machine, MachineKind, OperationDescription, Product, Property, Provider, ReadError,
};

/// Describes a dataset. Columns that say one thing in all rows go into the description and out of
/// the layout.
pub(super) fn describe(
    tree: &Tree,
    claim: &Claim,
    files: &Files,
    layout: &mut Layout,
    constants: &Constants,
    options: &ReadOptions,
) -> OperationDescription {
    let entries: Vec<String> = claim
        .entries
        .iter()
        .map(|id| tree.entry(*id).path.clone())
        .collect();
    let name = tree.name(files.shp);
    let metadata = layout.metadata.as_ref();
    let mut description = OperationDescription {
        name: name
            .rsplit_once('.')
            .map_or(name, |(stem, _)| stem)
            .to_owned(),
        file_format: "SHAPEFILE",
        provider: provider(layout),
        operation_type: layout.operation.clone(),
        operation_reason: layout.operation_reason.clone(),
        original_operation_type: metadata
            .and_then(|m| m.operation())
            .map(|o| o.0)
            .or_else(|| layout.word.clone()),
        operation_description: None,
        grower: None,
        farm: None,
        field: None,
        crop: None,
        variety: None,
        products: Vec::new(),
        tank_mix: false,
        machines: Vec::new(),
        entries,
        points_schema: Arc::new(Schema::empty()),
        time_source: layout
            .clock
            .as_ref()
            .map_or("none", |c| c.source)
            .to_owned(),
        assumed_units: Vec::new(),
    };
    if layout.trimble {
        let given = options.operation_type.is_some();
        trimble::describe(&tree.entry(files.shp).path, given, &mut description);
    }
    if let Some(metadata) = metadata {
        metadata.describe(&mut description);
    }
    settle_constants(&mut description, &mut layout.feeds, constants, layout.deere);
    if let Some(crop) = &options.crop {
        description.crop = Some(crop.clone());
    }
    description.assumed_units = layout
        .feeds
        .iter()
        .filter(|f| f.assumed)
        .filter_map(|f| Some((f.property, f.unit?)))
        .collect();
    description.points_schema = layout.schema();
    description
}

fn provider(layout: &Layout) -> Provider {
    match layout.family {
        _ if layout.deere => Provider::JohnDeere,
        _ if layout.trimble => Provider::Trimble,
        Family::SmsNamed | Family::SmsTemplate1 | Family::AgLeaderText => Provider::AgLeader,
        _ => Provider::Leaf,
    }
}

/// Reads the columns that may have one text in all rows, as far as one of them still has.
pub(super) fn constants(
    mut table: RowReader<Stream<'_>>,
    feeds: &[Feed],
) -> Result<Constants, ReadError> {
    let mut found = Constants::default();
    let watched: Vec<usize> = feeds
        .iter()
        .filter(|f| plan::may_be_constant(f.property))
        .map(|f| f.column)
        .collect();
    let mut rows = Rows::default();
    while watched.iter().any(|c| found.open(*c)) {
        table.read(table.rows_per_read(), &mut rows)?;
        if rows.len() == 0 {
            break;
        }
        let kept: Vec<usize> = (0..rows.len()).filter(|row| !rows.deleted(*row)).collect();
        for index in watched
            .iter()
            .filter(|c| found.open(**c))
            .copied()
            .collect::<Vec<_>>()
        {
            if let Some(column) = table.header.columns.get(index) {
                let cells =
                    cells::column(column, &rows, &kept, table.header.version, table.encoding);
                found.add(index, &cells);
            }
        }
    }
    Ok(found)
}

/// Moves what is the same in all rows into the description, and drops columns that say the same
/// as the metadata file.
fn settle_constants(
    description: &mut OperationDescription,
    feeds: &mut Vec<Feed>,
    constants: &Constants,
    deere: bool,
) {
    feeds.retain(|feed| {
        let Some(text) = constants
            .get(feed.column)
            .filter(|_| plan::may_be_constant(feed.property))
        else {
            // Without any text there is nothing to say per row either.
            return !plan::may_be_constant(feed.property) || !constants.open(feed.column);
        };
        match feed.property {
            Property::Crop if description.crop.is_none() => {
                description.crop = plan::crop(text, deere);
            }
            Property::Variety => description.variety = Some(text.to_owned()),
            Property::Product if description.products.is_empty() => {
                description.products.push(Product {
                    name: text.to_owned(),
                    kind: None,
                    rate: None,
                });
            }
            Property::Machinery if description.machines.is_empty() && !deere => {
                description.machines.push(Machine {
                    name: text.to_owned(),
                    kind: MachineKind::Machine,
                    serial_number: None,
                    brand: None,
                });
            }
            _ => {}
        }
        false
    });
}
