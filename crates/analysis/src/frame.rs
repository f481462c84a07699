//! A plane around one field: transverse Mercator on WGS 84 with its centre in the field, so that
//! lengths are true to 1e-7 over 2 km either way and areas need no zone's scale.

use crate::records::Records;
use proj4rs::Proj;

/// A plane with its origin at a place on the ellipsoid.
pub struct LocalFrame {
    plane: Proj,
    degrees: Proj,
}

impl LocalFrame {
    /// A plane around a place in degrees. `None` where there is none: beyond the poles, or at
    /// values that are no numbers.
    pub fn at(longitude: f64, latitude: f64) -> Option<Self> {
        if !(longitude.abs() <= 360.0 && latitude.abs() < 89.9) {
            return None;
        }
        let text = format!(
            "+proj=etmerc +lat_0={latitude} +lon_0={longitude} +k=1 +x_0=0 +y_0=0 +ellps=WGS84 +units=m"
        );
        Some(Self {
            plane: Proj::from_proj_string(&text).ok()?,
            degrees: Proj::from_proj_string("+proj=longlat +ellps=WGS84").ok()?,
        })
    }

    /// A plane around the median of the positions that are numbers: a few places far away, as a
    /// receiver without a fix logs them, do not move it.
    pub fn around(longitudes: &[f64], latitudes: &[f64]) -> Option<Self> {
        let median = |values: &[f64]| {
            let finite = values.iter().copied().filter(|value| value.is_finite());
            let mut finite: Vec<f64> = finite.collect();
            let middle = finite.len() / 2;
            finite.get(middle)?;
            let (_, median, _) = finite.select_nth_unstable_by(middle, f64::total_cmp);
            Some(*median)
        };
        Self::at(median(longitudes)?, median(latitudes)?)
    }

    /// East and north of the origin in metres; not a number where the plane does not reach.
    pub fn metres(&self, longitude: f64, latitude: f64) -> (f64, f64) {
        let mut point = (longitude.to_radians(), latitude.to_radians());
        if !(longitude.is_finite() && latitude.is_finite()) {
            return (f64::NAN, f64::NAN);
        }
        match proj4rs::transform::transform(&self.degrees, &self.plane, &mut point) {
            Ok(()) => point,
            Err(_) => (f64::NAN, f64::NAN),
        }
    }

    /// Metres east and north of all records, by row.
    pub fn places(&self, records: &Records) -> (Vec<f64>, Vec<f64>) {
        let places = records.longitude.iter().zip(&records.latitude);
        places
            .map(|(longitude, latitude)| self.metres(*longitude, *latitude))
            .unzip()
    }

    /// Longitude and latitude in degrees of a place on the plane.
    pub fn degrees(&self, east: f64, north: f64) -> (f64, f64) {
        let mut point = (east, north);
        match proj4rs::transform::transform(&self.plane, &self.degrees, &mut point) {
            Ok(()) => (point.0.to_degrees(), point.1.to_degrees()),
            Err(_) => (f64::NAN, f64::NAN),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use geo::{Distance, Geodesic, Point};

    #[test]
    fn lengths_are_geodesic_and_the_way_back_leads_home() {
        for latitude in [-55.0, 0.0, 42.0, 68.0] {
            let frame = LocalFrame::at(-93.6, latitude).expect("a plane");
            for (east, north) in [(0.002, 0.001), (-0.01, 0.015), (0.0, -0.02)] {
                let place = (-93.6 + east, latitude + north);
                let (x, y) = frame.metres(place.0, place.1);
                let expected = Geodesic.distance(Point::new(-93.6, latitude), Point::from(place));
                assert!((x.hypot(y) / expected - 1.0).abs() < 1e-7, "{latitude}");
                let (longitude, back) = frame.degrees(x, y);
                assert!((longitude - place.0).abs() < 1e-11 && (back - place.1).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn a_place_far_away_does_not_move_the_plane() {
        let longitudes = [8.03, 8.031, -93.8, 8.032, f64::NAN];
        let frame = LocalFrame::around(&longitudes, &[52.36; 5]).expect("a plane");
        let (x, _) = frame.metres(8.031, 52.36);
        assert!(x.abs() < 100.0, "{x}");
    }

    #[test]
    fn places_that_are_none_give_no_numbers() {
        assert!(LocalFrame::at(f64::NAN, 0.0).is_none());
        assert!(LocalFrame::around(&[], &[]).is_none());
        let frame = LocalFrame::at(0.0, 0.0).expect("a plane");
        assert!(frame.metres(f64::NAN, 1.0).0.is_nan());
    }
}
