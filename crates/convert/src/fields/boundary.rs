//! The boundary of a field: a multipolygon in WGS 84 degrees, checked by the contract's words.

use super::rings::{Fault, check};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use geo::{BooleanOps, BoundingRect, Coord, GeodesicArea, LineString, MultiPolygon, Polygon};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Value, json};

/// Vertices of one boundary.
const VERTICES: usize = 100_000;
const WKB_POLYGON: u32 = 3;
const WKB_MULTIPOLYGON: u32 = 6;

/// A valid boundary.
#[derive(Clone, Debug, PartialEq)]
pub struct Boundary {
    area: MultiPolygon<f64>,
}

/// Why a geometry is no boundary: the contract's word, and what and where for people.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{text}")]
pub struct InvalidBoundary {
    /// What is wrong, in one word for programs.
    pub word: &'static str,
    /// What is wrong, for people.
    pub text: String,
}

fn invalid(word: &'static str, text: impl Into<String>) -> InvalidBoundary {
    InvalidBoundary {
        word,
        text: text.into(),
    }
}

impl From<Fault> for InvalidBoundary {
    fn from(fault: Fault) -> Self {
        let text = format!("{} at POINT ({} {})", fault.text, fault.at.x, fault.at.y);
        invalid(fault.word, text)
    }
}

impl Boundary {
    /// From a GeoJSON geometry (or a Feature with one): Polygon or MultiPolygon. Positions that
    /// repeat are joined; anything else that is wrong is refused.
    pub fn from_geojson(value: &Value) -> Result<Self, InvalidBoundary> {
        let geometry = if value["type"] == "Feature" {
            &value["geometry"]
        } else {
            value
        };
        let coordinates = &geometry["coordinates"];
        let polygons: Vec<&Value> = match geometry["type"].as_str() {
            Some("Polygon") => vec![coordinates],
            Some("MultiPolygon") => coordinates.as_array().into_iter().flatten().collect(),
            _ => {
                let text = "the geometry is neither a Polygon nor a MultiPolygon";
                return Err(invalid("NOT_ALLOWED_GEOMETRY_TYPE", text));
            }
        };
        let mut vertices = 0;
        let polygons = polygons
            .into_iter()
            .map(|rings| polygon(rings, &mut vertices))
            .collect::<Result<Vec<_>, _>>()?;
        if polygons.is_empty() {
            return Err(invalid("TOO_FEW_POINTS", "the geometry is empty"));
        }
        check(&polygons)?;
        Ok(Self {
            area: MultiPolygon::new(polygons),
        })
    }

    /// A GeoJSON MultiPolygon.
    pub fn to_geojson(&self) -> Value {
        let ring = |ring: &LineString<f64>| -> Vec<[f64; 2]> {
            ring.coords().map(|c| [c.x, c.y]).collect()
        };
        let polygons: Vec<Vec<Vec<[f64; 2]>>> = self
            .area
            .iter()
            .map(|polygon| {
                let rings = std::iter::once(polygon.exterior()).chain(polygon.interiors());
                rings.map(ring).collect()
            })
            .collect();
        json!({ "type": "MultiPolygon", "coordinates": polygons })
    }

    /// Well-known binary of a MultiPolygon, little-endian.
    pub fn to_wkb(&self) -> Vec<u8> {
        let mut bytes = vec![1];
        let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX).to_le_bytes();
        bytes.extend(WKB_MULTIPOLYGON.to_le_bytes());
        bytes.extend(count(self.area.0.len()));
        for polygon in &self.area {
            bytes.push(1);
            bytes.extend(WKB_POLYGON.to_le_bytes());
            bytes.extend(count(1 + polygon.interiors().len()));
            for ring in std::iter::once(polygon.exterior()).chain(polygon.interiors()) {
                bytes.extend(count(ring.0.len()));
                for position in ring.coords() {
                    bytes.extend(position.x.to_le_bytes());
                    bytes.extend(position.y.to_le_bytes());
                }
            }
        }
        bytes
    }

    /// Reads what [`Self::to_wkb`] wrote; `None` for anything else.
    pub fn from_wkb(bytes: &[u8]) -> Option<Self> {
        let mut rest = Bytes(bytes);
        rest.head(WKB_MULTIPOLYGON)?;
        let mut polygons = Vec::new();
        for _ in 0..rest.count()? {
            rest.head(WKB_POLYGON)?;
            let mut rings = Vec::new();
            for _ in 0..rest.count()? {
                let mut ring = Vec::new();
                for _ in 0..rest.count()? {
                    let (x, y) = (rest.number()?, rest.number()?);
                    ring.push(Coord { x, y });
                }
                rings.push(LineString::new(ring));
            }
            let mut rings = rings.into_iter();
            polygons.push(Polygon::new(rings.next()?, rings.collect()));
        }
        rest.0.is_empty().then(|| Self {
            area: MultiPolygon::new(polygons),
        })
    }

    /// On the ellipsoid, in hectares.
    pub fn area_ha(&self) -> f64 {
        self.area.geodesic_area_unsigned() / 10_000.0
    }

    /// West, south, east, north.
    pub fn bounds(&self) -> [f64; 4] {
        self.area.bounding_rect().map_or([0.0; 4], |rect| {
            [rect.min().x, rect.min().y, rect.max().x, rect.max().y]
        })
    }

    pub(super) fn polygons(&self) -> &MultiPolygon<f64> {
        &self.area
    }

    /// The common area as a share of this one and of the other, in percent.
    pub fn overlap_percent(&self, other: &Self) -> (f64, f64) {
        let common = self
            .intersection(other)
            .map_or(0.0, |common| common.area_ha());
        let percent = |whole: f64| {
            if whole > 0.0 {
                100.0 * common / whole
            } else {
                0.0
            }
        };
        (percent(self.area_ha()), percent(other.area_ha()))
    }

    /// What both cover; `None` when they do not meet.
    pub fn intersection(&self, other: &Self) -> Option<Self> {
        let ([w, s, e, n], [ow, os, oe, on]) = (self.bounds(), other.bounds());
        if w > oe || ow > e || s > on || os > n {
            return None;
        }
        let area = self.area.intersection(&other.area);
        (!area.0.is_empty()).then_some(Self { area })
    }
}

/// Base64 of its well-known binary.
impl Serialize for Boundary {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(self.to_wkb()))
    }
}

impl<'de> Deserialize<'de> for Boundary {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let bytes = STANDARD.decode(text).map_err(D::Error::custom)?;
        Self::from_wkb(&bytes).ok_or_else(|| D::Error::custom("no well-known binary of a boundary"))
    }
}

/// Bytes that are read from the front.
struct Bytes<'a>(&'a [u8]);

impl Bytes<'_> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*head)
    }

    fn head(&mut self, kind: u32) -> Option<()> {
        (self.take::<1>()? == [1] && u32::from_le_bytes(self.take()?) == kind).then_some(())
    }

    fn count(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take()?))
    }

    fn number(&mut self) -> Option<f64> {
        Some(f64::from_le_bytes(self.take()?))
    }
}

fn polygon(rings: &Value, vertices: &mut usize) -> Result<Polygon<f64>, InvalidBoundary> {
    let mut read = Vec::new();
    for ring in rings.as_array().into_iter().flatten() {
        read.push(self::ring(ring, vertices)?);
    }
    let mut rings = read.into_iter();
    let exterior = rings
        .next()
        .ok_or_else(|| invalid("TOO_FEW_POINTS", "a polygon has no ring"))?;
    Ok(Polygon::new(exterior, rings.collect()))
}

fn ring(ring: &Value, vertices: &mut usize) -> Result<LineString<f64>, InvalidBoundary> {
    let positions = ring.as_array().map(Vec::as_slice).unwrap_or_default();
    *vertices += positions.len();
    if *vertices > VERTICES {
        let text = format!("the geometry has more than {VERTICES} positions");
        return Err(invalid("INVALID_COORDINATE", text));
    }
    let mut read: Vec<Coord<f64>> = Vec::with_capacity(positions.len());
    for position in positions {
        let number = |index: usize| position[index].as_f64();
        let (Some(x), Some(y)) = (number(0), number(1)) else {
            return Err(invalid(
                "INVALID_COORDINATE",
                "a position is not two numbers",
            ));
        };
        if !(-180.0..=180.0).contains(&x) || !(-90.0..=90.0).contains(&y) {
            let text = format!("POINT ({x} {y}) is not longitude and latitude in degrees");
            return Err(invalid("INVALID_COORDINATE", text));
        }
        let position = Coord { x, y };
        if read.last() != Some(&position) {
            read.push(position);
        }
    }
    let closed = read.first() == read.last();
    if read.len() < 4 && (closed || read.len() < 3) {
        let text = "a ring has less than four positions (the last repeats the first)";
        return Err(invalid("TOO_FEW_POINTS", text));
    }
    if !closed {
        return Err(invalid(
            "RING_NOT_CLOSED",
            "the last position of a ring is not its first",
        ));
    }
    Ok(LineString::new(read))
}
