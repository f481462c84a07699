//! FlatGeobuf 3: the header, the index where there is one, and a flat buffer for each feature.
//!
//! Rule: the features stand in the order of the file. That is the way of the machine, in which
//! neighbours lie side by side, so the index is packed in that order too and nothing is sorted. Up
//! to a million features that all have a place have an index (about 100 MB while it is made); others
//! have none, so that memory stays that of a batch. The crate's own writer holds every feature's
//! place in any case and sorts a second copy; here its tables and its tree are used.

use super::columns::{Column, Type};
use super::features::Features;
use super::files::Files;
use super::names;
use super::source::Source;
use crate::WriteError;
use crate::wkb::{Kind, NOWHERE, Shape, widen};
use ::flatgeobuf::packed_r_tree::{NodeItem, PackedRTree};
use ::flatgeobuf::{
    Column as Title, ColumnArgs, ColumnType, Crs, CrsArgs, GeometryType, Header, HeaderArgs,
};
use flatbuffers::{FlatBufferBuilder, WIPOffset};
use std::io::{Seek, SeekFrom, Write};

const ENDING: &str = ".fgb";
const MAGIC: &[u8] = b"fgb\x03fgb\0";
const INDEXED: u64 = 1_000_000;

pub(super) fn write(source: &Source, layer: &str, files: &mut Files<'_>) -> Result<(), WriteError> {
    let look = Look::at(source)?;
    let indexed = look.indexed();
    let mut out = files.create(ENDING)?;
    let failed = files.failed(ENDING);
    let mut builder = FlatBufferBuilder::new();
    out.write_all(MAGIC).map_err(&failed)?;
    let header = header(&mut builder, source, layer, &look, indexed);
    out.write_all(header).map_err(&failed)?;
    let start = MAGIC.len() + header.len();
    let count = usize::try_from(look.rows).unwrap_or(usize::MAX);
    let node_size = PackedRTree::DEFAULT_NODE_SIZE;
    if indexed {
        // The index is written when the places of the features are known.
        let length = PackedRTree::index_size(count, node_size);
        out.seek(SeekFrom::Start((start + length) as u64))
            .map_err(&failed)?;
    }
    let mut features = Features::default();
    let mut nodes: Vec<NodeItem> = Vec::with_capacity(if indexed { count } else { 0 });
    let mut at = 0;
    source.each(|rows| {
        for row in 0..rows.len() {
            let [west, south, east, north] = features.build(rows, row)?;
            let bytes = features.bytes();
            out.write_all(bytes).map_err(&failed)?;
            if indexed {
                let mut node = NodeItem::bounds(west, south, east, north);
                node.offset = at;
                nodes.push(node);
                at += bytes.len() as u64;
            }
        }
        Ok(())
    })?;
    if indexed {
        let [west, south, east, north] = look.bounds;
        let extent = NodeItem::bounds(west, south, east, north);
        let tree = PackedRTree::build(&nodes, &extent, node_size)
            .map_err(|cause| failed(std::io::Error::other(cause.to_string())))?;
        drop(nodes);
        out.seek(SeekFrom::Start(start as u64)).map_err(&failed)?;
        tree.stream_write(&mut out).map_err(&failed)?;
    }
    out.flush().map_err(failed)
}

/// What must be known before the first feature.
struct Look {
    rows: u64,
    placed: u64,
    bounds: [f64; 4],
}

impl Look {
    fn at(source: &Source) -> Result<Self, WriteError> {
        let mut look = Self {
            rows: 0,
            placed: 0,
            bounds: NOWHERE,
        };
        let mut shape = Shape::default();
        source.bare().each(|rows| {
            look.rows += rows.len() as u64;
            for row in 0..rows.len() {
                if rows.shape(row, &mut shape)?.is_some() {
                    look.placed += 1;
                    widen(&mut look.bounds, shape.bounds());
                }
            }
            Ok(())
        })?;
        Ok(look)
    }

    fn indexed(&self) -> bool {
        self.rows > 0 && self.rows == self.placed && self.rows <= INDEXED
    }
}

fn header<'a>(
    builder: &'a mut FlatBufferBuilder<'_>,
    source: &Source,
    layer: &str,
    look: &Look,
    indexed: bool,
) -> &'a [u8] {
    let names = names::unique(&source.columns, &["fid", "geom"], None);
    let columns: Vec<WIPOffset<Title<'_>>> = source
        .columns
        .iter()
        .zip(&names)
        .map(|(column, name)| title(builder, column, name))
        .collect();
    let columns = builder.create_vector(&columns);
    let (org, wgs84) = (
        builder.create_string("EPSG"),
        builder.create_string("WGS 84"),
    );
    let crs = CrsArgs {
        org: Some(org),
        code: 4326,
        name: Some(wgs84),
        ..CrsArgs::default()
    };
    let crs = Crs::create(builder, &crs);
    let name = builder.create_string(layer);
    let envelope = (look.placed > 0).then(|| builder.create_vector(&look.bounds));
    let arguments = HeaderArgs {
        name: Some(name),
        envelope,
        geometry_type: match source.kind {
            Kind::Point => GeometryType::Point,
            Kind::Polygon => GeometryType::Polygon,
            Kind::MultiPolygon => GeometryType::MultiPolygon,
        },
        columns: Some(columns),
        features_count: look.rows,
        index_node_size: if indexed {
            PackedRTree::DEFAULT_NODE_SIZE
        } else {
            0
        },
        crs: Some(crs),
        ..HeaderArgs::default()
    };
    let header = Header::create(builder, &arguments);
    builder.finish_size_prefixed(header, None);
    builder.finished_data()
}

fn title<'a>(
    builder: &mut FlatBufferBuilder<'a>,
    column: &Column,
    name: &str,
) -> WIPOffset<Title<'a>> {
    let (name, title) = (
        builder.create_string(name),
        builder.create_string(&column.title()),
    );
    let arguments = ColumnArgs {
        name: Some(name),
        title: Some(title),
        type_: match column.kind {
            Type::Real => ColumnType::Double,
            Type::Integer => ColumnType::Long,
            Type::Boolean => ColumnType::Bool,
            Type::Instant => ColumnType::DateTime,
            Type::Text => ColumnType::String,
            Type::Json => ColumnType::Json,
        },
        ..ColumnArgs::default()
    };
    Title::create(builder, &arguments)
}
