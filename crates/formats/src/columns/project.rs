//! Projected positions of a table, by the coordinate system that the caller's column map names.

use proj4rs::Proj;

/// A coordinate system given as `EPSG:<code>`.
pub(crate) struct Projection {
    source: Proj,
    target: Proj,
}

impl Projection {
    /// Whether a code stands for longitude and latitude on WGS 84, NAD83 or ETRS89, which are the
    /// same within a metre.
    pub(crate) fn is_degrees(code: i64) -> bool {
        matches!(code, 4_326 | 4_979 | 4_269 | 4_258 | 84)
    }

    /// UTM zones on WGS 84, ETRS89 and NAD83, and web Mercator. An error tells what is known.
    pub(crate) fn from_code(text: &str) -> Result<Self, String> {
        let unknown = || {
            format!(
                "coordinate system `{text}` is not known; known are EPSG:32601 to 32660, 32701 to \
                 32760, 25828 to 25838, 26901 to 26923 and 3857"
            )
        };
        let digits = text.trim().rsplit(':').next().unwrap_or_default();
        let code: u32 = digits.parse().ok().ok_or_else(unknown)?;
        let definition = match code {
            32_601..=32_660 => format!("+proj=utm +zone={} +datum=WGS84 +units=m", code - 32_600),
            32_701..=32_760 => format!(
                "+proj=utm +zone={} +south +datum=WGS84 +units=m",
                code - 32_700
            ),
            25_828..=25_838 => format!("+proj=utm +zone={} +ellps=GRS80 +units=m", code - 25_800),
            26_901..=26_923 => format!("+proj=utm +zone={} +ellps=GRS80 +units=m", code - 26_900),
            3_857 => {
                "+proj=merc +a=6378137 +b=6378137 +lon_0=0 +x_0=0 +y_0=0 +k=1 +units=m".to_owned()
            }
            _ => return Err(unknown()),
        };
        let source = Proj::from_proj_string(&definition).map_err(|e| e.to_string())?;
        let target =
            Proj::from_proj_string("+proj=longlat +datum=WGS84").map_err(|e| e.to_string())?;
        Ok(Self { source, target })
    }

    /// Degrees of longitude and latitude.
    pub(crate) fn degrees(&self, x: f64, y: f64) -> Option<(f64, f64)> {
        let mut point = (x, y, 0.0);
        proj4rs::transform::transform(&self.source, &self.target, &mut point).ok()?;
        let (lon, lat) = (point.0.to_degrees(), point.1.to_degrees());
        (lon.is_finite() && lat.is_finite()).then_some((lon, lat))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utm_agrees_with_an_independent_transformation() {
        // From a table that has both: a wheat field in zone 12 north.
        let projection = Projection::from_code("EPSG:32612").expect("known");
        let (lon, lat) = projection
            .degrees(533_826.426, 5_304_536.267)
            .expect("on earth");
        assert!(
            (lon - -110.547_467_5).abs() < 2e-6 && (lat - 47.893_264_8).abs() < 2e-6,
            "{lon} {lat}"
        );
        assert!(Projection::from_code("EPSG:31467").is_err());
        assert!(Projection::from_code("mars").is_err());
    }
}
