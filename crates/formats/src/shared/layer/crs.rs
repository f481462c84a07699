//! The coordinate system of a layer: by its EPSG code or its WKT.

use crate::shared::projection::{Named, Projection};

/// A coordinate system.
pub(crate) enum Crs {
    /// Longitude and latitude in degrees.
    Degrees,
    /// By its definition.
    Projection(Box<Projection>),
    /// By a code or name.
    Named(Box<Named>),
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
        let known = (epsg && code > 0).then(|| Named::of_code(code));
        if let Some(Ok(named)) = known {
            return Some(Self::named(named));
        }
        let wkt = wkt.trim();
        let told = !wkt.is_empty() && !wkt.eq_ignore_ascii_case("undefined");
        match told.then(|| Projection::parse(wkt.as_bytes())) {
            Some(Ok(Projection::Degrees)) => Some(Self::Degrees),
            Some(Ok(projection)) => Some(Self::Projection(Box::new(projection))),
            Some(Err(why)) => Some(Self::Unknown(format!("{organisation}:{code}, {why:.120}"))),
            None if code > 0 => Some(Self::Unknown(format!("{organisation}:{code}"))),
            None => None,
        }
    }

    /// A system that was named.
    pub(crate) fn named(named: Named) -> Self {
        match named.projection {
            Projection::Degrees => Self::Degrees,
            Projection::Transform { .. } => Self::Named(Box::new(named)),
        }
    }

    fn projection(&self) -> Option<&Projection> {
        match self {
            Self::Degrees => Some(&Projection::Degrees),
            Self::Projection(projection) => Some(projection),
            Self::Named(named) => Some(&named.projection),
            Self::Unknown(_) => None,
        }
    }

    /// Degrees of longitude and latitude.
    pub(crate) fn degrees(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        match self {
            Self::Degrees => Some((x, y)),
            other => other.projection()?.degrees(x, y),
        }
    }

    /// Positions are good to a few metres only.
    pub(crate) fn is_approximate(&self) -> bool {
        self.projection().is_some_and(Projection::is_approximate)
    }

    /// Square metres of an area at a position, both in the units of the file.
    pub(crate) fn area_m2(&self, at: (f64, f64), area: f64) -> f64 {
        self.projection()
            .map_or(area, |projection| projection.point(at.0, at.1, area).2)
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
            Crs::find("EPSG", 4_267, ""),
            Some(Crs::Unknown(_))
        ));
        let local = r#"LOCAL_CS["shed",UNIT["Foot",0.3048]]"#;
        assert!(matches!(Crs::find("", 0, local), Some(Crs::Unknown(why)) if why.contains("shed")));
    }
}
