//! Features of FlatGeobuf, one flat buffer each.

use super::source::Rows;
use crate::WriteError;
use crate::geojson::push_instant;
use crate::values::Cell;
use crate::wkb::{Kind, NOWHERE, Shape};
use ::flatgeobuf::{Feature, FeatureArgs, Geometry, GeometryArgs, GeometryType};
use flatbuffers::{FlatBufferBuilder, WIPOffset};

/// Builds one feature after the other in the same memory.
#[derive(Default)]
pub(super) struct Features {
    builder: FlatBufferBuilder<'static>,
    shape: Shape,
    properties: Vec<u8>,
    text: Vec<u8>,
}

impl Features {
    /// Builds the feature of a row; gives its box.
    pub(super) fn build(&mut self, rows: &Rows<'_>, row: usize) -> Result<[f64; 4], WriteError> {
        self.builder.reset();
        self.set_properties(rows, row)?;
        let mut bounds = NOWHERE;
        let geometry = match rows.shape(row, &mut self.shape)? {
            None => None,
            Some(kind) => {
                bounds = self.shape.bounds();
                let multi = rows.multi();
                Some(match kind {
                    Kind::Point => {
                        let xy = self
                            .builder
                            .create_vector(self.shape.corners.as_flattened());
                        let arguments = GeometryArgs {
                            xy: Some(xy),
                            ..GeometryArgs::default()
                        };
                        Geometry::create(&mut self.builder, &arguments)
                    }
                    Kind::Polygon | Kind::MultiPolygon => {
                        polygons(&mut self.builder, &self.shape, multi)
                    }
                })
            }
        };
        let properties = self.builder.create_vector(&self.properties);
        let arguments = FeatureArgs {
            geometry,
            properties: Some(properties),
            ..FeatureArgs::default()
        };
        let feature = Feature::create(&mut self.builder, &arguments);
        self.builder.finish_size_prefixed(feature, None);
        Ok(bounds)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        self.builder.finished_data()
    }

    /// Number of the column and value of all that are there.
    fn set_properties(&mut self, rows: &Rows<'_>, row: usize) -> Result<(), WriteError> {
        let out = &mut self.properties;
        out.clear();
        for (place, values) in rows.values.iter().enumerate() {
            let cell = values.cell(row);
            if cell == Cell::Null {
                continue;
            }
            let place = u16::try_from(place).map_err(|cause| {
                WriteError::Refused(format!(
                    "FlatGeobuf cannot be written: it holds at most 65536 columns, and the file has {} \
                     ({cause}); choose fewer columns",
                    rows.values.len()
                ))
            })?;
            out.extend_from_slice(&place.to_le_bytes());
            let text = match cell {
                Cell::Null => continue,
                Cell::Real(value) => {
                    out.extend_from_slice(&value.to_le_bytes());
                    continue;
                }
                Cell::Integer(value) => {
                    out.extend_from_slice(&value.to_le_bytes());
                    continue;
                }
                Cell::Boolean(value) => {
                    out.push(value.into());
                    continue;
                }
                Cell::Instant(value) => {
                    self.text.clear();
                    push_instant(&mut self.text, value);
                    self.text.as_slice()
                }
                Cell::Text(value) => value.as_bytes(),
            };
            let length = u32::try_from(text.len()).map_err(|cause| {
                WriteError::Shape(format!("a text of {} bytes: {cause}", text.len()))
            })?;
            out.extend_from_slice(&length.to_le_bytes());
            out.extend_from_slice(text);
        }
        Ok(())
    }
}

/// A polygon, or in a layer of multipolygons a part for each.
fn polygons<'a>(
    builder: &mut FlatBufferBuilder<'a>,
    shape: &Shape,
    multi: bool,
) -> WIPOffset<Geometry<'a>> {
    let mut parts = Vec::new();
    let mut corners: Vec<f64> = Vec::new();
    let mut ends: Vec<u32> = Vec::new();
    for polygon in shape.polygons() {
        corners.clear();
        ends.clear();
        for ring in polygon {
            corners.extend_from_slice(ring.as_flattened());
            ends.push(u32::try_from(corners.len() / 2).unwrap_or(u32::MAX));
        }
        let xy = builder.create_vector(&corners);
        let ends = (ends.len() > 1).then(|| builder.create_vector(&ends));
        let arguments = GeometryArgs {
            xy: Some(xy),
            ends,
            type_: if multi {
                GeometryType::Polygon
            } else {
                GeometryType::Unknown
            },
            ..GeometryArgs::default()
        };
        parts.push(Geometry::create(builder, &arguments));
    }
    match parts.first() {
        Some(only) if !multi => *only,
        _ => {
            let parts = builder.create_vector(&parts);
            let arguments = GeometryArgs {
                parts: Some(parts),
                ..GeometryArgs::default()
            };
            Geometry::create(builder, &arguments)
        }
    }
}
