//! From the coordinates of a file to WGS 84 degrees: by the WKT of a `.prj` or a layer, by an EPSG code
//! or by a name that people use ([`named`]). Geographic and projected systems only; anything that
//! needs grids, pipelines or a local frame is refused.

mod datums;
mod named;
mod reach;

pub(crate) use named::Named;

use proj4rs::Proj;
use tramline_model::{Place, ReadError};

/// Longest WKT that is parsed.
const WKT_BYTES: usize = 64 << 10;
/// Deepest nesting that is parsed; real ones have five levels.
const WKT_DEPTH: usize = 16;
const HINT: &str = "export in geographic WGS 84 coordinates or in UTM, with the .prj";

/// How coordinates become degrees.
pub(crate) enum Projection {
    /// Degrees on WGS 84 or on a datum that is the same within a metre (NAD83, ETRS89).
    Degrees,
    Transform {
        source: Box<Proj>,
        target: Box<Proj>,
        metres_per_unit: f64,
        /// The datum is an older one, and its shift good to a few metres.
        approximate: bool,
    },
}

/// A place on the earth, or not a number where a system has none.
const DEGREES: &str = "+proj=longlat +datum=WGS84 +no_defs";

impl Projection {
    /// Reads the text of a `.prj`.
    ///
    /// # Errors
    /// Unsupported, naming the prj, when its coordinate system is none we can turn into degrees.
    pub(crate) fn from_wkt(bytes: &[u8], place: &Place) -> Result<Self, ReadError> {
        Self::parse(bytes).map_err(|why| {
            let what = format!("the coordinate system of the .prj cannot be used: {why}");
            ReadError::unsupported(place.clone(), what, HINT)
        })
    }

    /// Reads a WKT; an error is the reason why it is not usable.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        if bytes.len() > WKT_BYTES {
            return Err(format!("it is {} bytes long", bytes.len()));
        }
        let text = String::from_utf8_lossy(bytes);
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\0');
        let keyword: String = text
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect::<String>()
            .to_uppercase();
        let known = ["GEOGCS", "PROJCS", "GEOGCRS", "PROJCRS", "GEODCRS"];
        if !known.contains(&keyword.as_str()) {
            let shown: String = text
                .chars()
                .take(24)
                .map(|c| if c.is_control() { ' ' } else { c })
                .collect();
            return Err(format!("`{shown}` is not a geographic or projected system"));
        }
        let mut depth = 0_usize;
        for c in text.chars() {
            match c {
                '[' | '(' => depth += 1,
                ']' | ')' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > WKT_DEPTH {
                return Err(format!("it is nested more than {WKT_DEPTH} levels deep"));
            }
        }
        // Some writers put a blank before the bracket, which the parser does not take.
        let text = text.replace(" [", "[");
        let definition = proj4wkt::wkt_to_projstring(&text).map_err(|e| e.to_string())?;
        if definition.contains("+proj=longlat") && !in_degrees(&text) {
            return Err("its angles are not in degrees".to_owned());
        }
        Self::by_definition(&definition, || datums::shift(&text))
    }

    /// By a definition of PROJ. `shift` is asked for an older datum that the definition tells no shift of.
    fn by_definition(
        definition: &str,
        shift: impl Fn() -> Option<&'static str>,
    ) -> Result<Self, String> {
        if ["nadgrids", "geoidgrids", "pipeline"]
            .iter()
            .any(|word| definition.contains(word))
        {
            return Err("it needs grid files".to_owned());
        }
        if is_degrees(definition) {
            return Ok(Self::Degrees);
        }
        let source = Proj::from_proj_string(definition).map_err(|e| e.to_string())?;
        let target = Proj::from_proj_string(DEGREES).map_err(|e| e.to_string())?;
        if source.is_geocent() || !source.has_inverse() {
            return Err("it cannot be converted to degrees".to_owned());
        }
        let told = definition.contains("+towgs84=") || definition.contains("+datum=");
        let approximate = is_foreign(&source) && !told;
        let source = if approximate {
            let Some(shift) = shift() else {
                return Err("its datum has no known shift to WGS 84".to_owned());
            };
            Proj::from_proj_string(&format!(
                "{} +towgs84={shift}",
                definition.replace("+no_defs", "")
            ))
            .map_err(|e| e.to_string())?
        } else {
            source
        };
        let metres_per_unit = source.to_meter();
        let (source, target) = (Box::new(source), Box::new(target));
        Ok(Self::Transform {
            source,
            target,
            metres_per_unit,
            approximate,
        })
    }

    /// Whether positions are good to a few metres only.
    pub(crate) fn is_approximate(&self) -> bool {
        matches!(
            self,
            Self::Transform {
                approximate: true,
                ..
            }
        )
    }

    /// Degrees of longitude and latitude; `None` where a position has no place on the earth.
    pub(crate) fn degrees(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let (x, y, _) = self.point(x, y, 0.0);
        (x.is_finite() && y.is_finite()).then_some((x, y))
    }

    /// A position in degrees and its area in square metres. A position that is not finite, or has no
    /// place on the earth in this system, becomes not a number.
    pub(crate) fn point(&self, x: f64, y: f64, area: f64) -> (f64, f64, f64) {
        if !(x.is_finite() && y.is_finite()) {
            return (f64::NAN, f64::NAN, area);
        }
        match self {
            Self::Degrees => (x, y, area * square_metres_per_square_degree(y)),
            Self::Transform {
                source,
                target,
                metres_per_unit,
                ..
            } => {
                let mut area = area * metres_per_unit * metres_per_unit;
                let mut point = (x, y, 0.0);
                if source.is_latlong() {
                    point = (x.to_radians(), y.to_radians(), 0.0);
                    area *= square_metres_per_square_degree(y);
                }
                match proj4rs::transform::transform(source, target, &mut point) {
                    Ok(()) if point.0.is_finite() && point.1.is_finite() => {
                        (point.0.to_degrees(), point.1.to_degrees(), area)
                    }
                    _ => (f64::NAN, f64::NAN, area),
                }
            }
        }
    }
}

/// Whether a system is on an ellipsoid other than that of WGS 84, which belongs to a datum that lies up
/// to 600 m off.
fn is_foreign(source: &Proj) -> bool {
    (source.ellipse_parameters().0 - 6_378_137.0).abs() > 1.5
}

/// Whether a definition is longitude and latitude on an ellipsoid and datum like WGS 84.
fn is_degrees(definition: &str) -> bool {
    let value = |key: &str| {
        definition
            .split_whitespace()
            .find_map(|p| p.strip_prefix(key))
    };
    let near = |key: &str, expected: f64| {
        value(key)
            .and_then(|v| v.parse::<f64>().ok())
            .is_some_and(|v| (v - expected).abs() < 0.001)
    };
    let alike = near("+a=", 6_378_137.0) && near("+rf=", 298.257_223);
    let no_shift =
        value("+towgs84=").is_none_or(|s| s.split(',').all(|v| v.trim().parse() == Ok(0.0)));
    value("+proj=") == Some("longlat") && alike && no_shift && value("+pm=").is_none()
}

/// Whether the angular unit of a WKT is the degree, or not given.
fn in_degrees(wkt: &str) -> bool {
    let upper = wkt.to_uppercase();
    let Some(at) = upper.rfind("UNIT[") else {
        return true;
    };
    let number = upper.get(at..).and_then(|rest| rest.split(',').nth(1));
    let number = number.map(|n| n.trim_end_matches([']', ')', ' ']).trim());
    let number = number
        .and_then(|n| n.split([']', ')']).next())
        .and_then(|n| n.trim().parse::<f64>().ok());
    number.is_none_or(|n| (n - std::f64::consts::PI / 180.0).abs() < 1e-8)
}

/// Square metres of one square degree at a latitude, on the WGS 84 ellipsoid.
fn square_metres_per_square_degree(latitude: f64) -> f64 {
    const A: f64 = 6_378_137.0;
    const E2: f64 = 0.006_694_379_990_14;
    let (sin, cos) = latitude.to_radians().sin_cos();
    let w2 = 1.0 - E2 * sin * sin;
    let north = A * (1.0 - E2) / (w2 * w2.sqrt());
    let east = A / w2.sqrt() * cos;
    (std::f64::consts::PI / 180.0).powi(2) * north * east
}

#[cfg(test)]
mod tests;
