//! Whether positions can be of a coordinate system at all: how far they lie from where it is used.
//!
//! Rule: a system is refused only where its points miss by far. A transverse Mercator is used within a
//! few degrees of its central meridian, a cone within some tens of degrees of its parallels; others
//! have no such bound here, but every position has a place on the earth.

use proj4rs::Proj;

/// Beyond this way from its central meridian nobody uses a transverse Mercator: a zone of UTM ends at
/// 334 km, and countries that stretch one over all their land stay below 700 km.
const MERIDIAN_KM: f64 = 900.0;
/// Degrees from the middle of a cone or of an azimuthal system.
const ALONG_DEGREES: f64 = 45.0;
const ACROSS_DEGREES: f64 = 30.0;
/// Kilometres of a degree along a meridian.
const DEGREE_KM: f64 = 111.2;

/// Where a coordinate system is used.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Reach {
    /// Around a meridian: the false easting in the units of the file, and metres in one.
    Meridian {
        false_easting: f64,
        metres_per_unit: f64,
    },
    /// Around a place in degrees.
    Place { longitude: f64, latitude: f64 },
    /// The whole earth.
    Earth,
}

impl Reach {
    /// By the definition of PROJ and what was made of it.
    pub(super) fn of(definition: &str, source: &Proj) -> Self {
        let value = |key: &str| -> Option<f64> {
            let words = definition.split_whitespace();
            words
                .filter_map(|word| word.strip_prefix(key))
                .find_map(|value| value.parse().ok())
        };
        let kind = definition
            .split_whitespace()
            .find_map(|word| word.strip_prefix("+proj="))
            .unwrap_or_default();
        match kind {
            "utm" => Self::Meridian {
                false_easting: 500_000.0,
                metres_per_unit: 1.0,
            },
            // The false easting is in metres in every definition.
            "tmerc" | "etmerc" if !definition.contains("+axis=") => Self::Meridian {
                false_easting: value("+x_0=").unwrap_or(0.0) / source.to_meter(),
                metres_per_unit: source.to_meter(),
            },
            "lcc" | "aea" | "laea" | "omerc" | "somerc" | "sterea" | "cass" | "krovak" | "poly" => {
                let parallels = value("+lat_1=").zip(value("+lat_2="));
                let latitude = parallels
                    .map(|(a, b)| f64::midpoint(a, b))
                    .or(value("+lat_0="));
                let longitude = value("+lon_0=").or(value("+lonc="));
                match (longitude, latitude) {
                    (Some(longitude), Some(latitude)) => Self::Place {
                        longitude,
                        latitude,
                    },
                    _ => Self::Earth,
                }
            }
            _ => Self::Earth,
        }
    }

    /// Kilometres by which a position misses, and from what; `None` where it can be of the system.
    /// `degrees` is what the system makes of it.
    pub(super) fn miss(self, x: f64, degrees: Option<(f64, f64)>) -> Option<(f64, &'static str)> {
        match self {
            Self::Meridian {
                false_easting,
                metres_per_unit,
            } => {
                let km = ((x - false_easting) * metres_per_unit).abs() / 1_000.0;
                (km > MERIDIAN_KM).then_some((km, "the central meridian of its zone"))
            }
            Self::Place {
                longitude,
                latitude,
            } => {
                let (east, north) = degrees?;
                let along = (east - longitude + 540.0).rem_euclid(360.0) - 180.0;
                let across = north - latitude;
                let far = along.abs() > ALONG_DEGREES || across.abs() > ACROSS_DEGREES;
                let along_km = along * DEGREE_KM * latitude.to_radians().cos();
                let km = along_km.hypot(across * DEGREE_KM);
                far.then_some((km, "the middle of its area"))
            }
            Self::Earth => None,
        }
    }
}
