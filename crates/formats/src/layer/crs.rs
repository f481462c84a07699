//! The coordinate system of a layer: by its EPSG code or its WKT.

use crate::columns::project;
use crate::shapefile;

/// A coordinate system.
pub(crate) enum Crs {
    /// Longitude and latitude in degrees.
    Degrees,
    Code(Box<project::Projection>),
    Wkt(Box<shapefile::Projection>),
    /// It is told, and we cannot turn it into degrees; why.
    Unknown(String),
}

impl Crs {
    /// By code, else by definition. `None` when neither tells anything.
    pub(crate) fn find(organisation: &str, code: i64, wkt: &str) -> Option<Self> {
        let epsg = matches!(
            organisation.to_ascii_lowercase().as_str(),
            "" | "epsg" | "ogc"
        );
        let known = if epsg && project::Projection::is_degrees(code) {
            Some(Self::Degrees)
        } else if epsg && code > 0 {
            let projection = project::Projection::from_code(&code.to_string());
            projection
                .ok()
                .map(|projection| Self::Code(Box::new(projection)))
        } else {
            None
        };
        let wkt = wkt.trim();
        let told = !wkt.is_empty() && !wkt.eq_ignore_ascii_case("undefined");
        known.or_else(
            || match told.then(|| shapefile::Projection::parse(wkt.as_bytes())) {
                Some(Ok(shapefile::Projection::Degrees)) => Some(Self::Degrees),
                Some(Ok(projection)) => Some(Self::Wkt(Box::new(projection))),
                Some(Err(why)) => Some(Self::Unknown(format!("{organisation}:{code}, {why:.120}"))),
                None if code > 0 => Some(Self::Unknown(format!("{organisation}:{code}"))),
                None => None,
            },
        )
    }

    /// Degrees of longitude and latitude.
    pub(crate) fn degrees(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        match self {
            Self::Degrees => Some((x, y)),
            Self::Code(projection) => projection.degrees(x, y),
            Self::Wkt(projection) => {
                let (x, y, _) = projection.point(x, y, 0.0);
                (x.is_finite() && y.is_finite()).then_some((x, y))
            }
            Self::Unknown(_) => None,
        }
    }

    /// Positions are good to a few metres only.
    pub(crate) fn is_approximate(&self) -> bool {
        matches!(self, Self::Wkt(projection) if projection.is_approximate())
    }

    /// Square metres of an area at a position, both in the units of the file.
    pub(crate) fn area_m2(&self, at: (f64, f64), area: f64) -> f64 {
        match self {
            Self::Wkt(projection) => projection.point(at.0, at.1, area).2,
            Self::Degrees => shapefile::Projection::Degrees.point(at.0, at.1, area).2,
            Self::Code(_) | Self::Unknown(_) => area,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const UTM: &str = r#"PROJCS["WGS 84 / UTM zone 15N",GEOGCS["WGS 84",DATUM["WGS_1984",SPHEROID["WGS 84",6378137,298.257223563]],PRIMEM["Greenwich",0],UNIT["degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],PARAMETER["latitude_of_origin",0],PARAMETER["central_meridian",-93],PARAMETER["scale_factor",0.9996],PARAMETER["false_easting",500000],PARAMETER["false_northing",0],UNIT["metre",1]]"#;

    #[test]
    fn code_and_definition_give_the_same_degrees() {
        for (organisation, code, wkt) in [("EPSG", 32_615, ""), ("NONE", 7, UTM)] {
            let crs = Crs::find(organisation, code, wkt);
            let found = crs.and_then(|crs| crs.degrees(640_819.191, 5_100_203.173));
            let (lon, lat) = found.unwrap_or_default();
            assert!((lon + 91.180_037_398_66).abs() < 1e-7, "{lon}");
            assert!((lat - 46.040_910_837_1).abs() < 1e-7, "{lat}");
        }
    }

    #[test]
    fn what_is_not_known_says_so() {
        assert!(matches!(Crs::find("EPSG", 4_326, ""), Some(Crs::Degrees)));
        assert!(Crs::find("NONE", 0, "undefined").is_none());
        assert!(matches!(
            Crs::find("EPSG", 31_467, ""),
            Some(Crs::Unknown(_))
        ));
        let local = r#"LOCAL_CS["shed",UNIT["Foot",0.3048]]"#;
        assert!(matches!(Crs::find("", 0, local), Some(Crs::Unknown(why)) if why.contains("shed")));
    }
}
