//! A field that is driven up and down, and the projection written once more.

use tramline_tiles::{Column, Footprints, NO_TEXT, Source, Values};

pub(crate) const WEST: f64 = 8.5;
pub(crate) const SOUTH: f64 = 52.25;

pub(crate) struct Field {
    pub(crate) longitudes: Vec<f64>,
    pub(crate) latitudes: Vec<f64>,
    pub(crate) yields: Vec<f64>,
    pub(crate) times: Vec<f64>,
    pub(crate) crops: Vec<u32>,
}

/// So many points, two metres apart, in passes of 200 points nine metres beside each other.
pub(crate) fn field(count: usize) -> Field {
    let metre = 1.0 / 111_195.0;
    let east = metre / SOUTH.to_radians().cos();
    let place = |row: usize| {
        let (pass, along) = (row / 200, row % 200);
        let along = if pass.is_multiple_of(2) {
            along
        } else {
            199 - along
        };
        (
            pass as f64 * 9.0 * east + WEST,
            along as f64 * 2.0 * metre + SOUTH,
        )
    };
    let (longitudes, latitudes) = (0..count).map(place).unzip();
    Field {
        longitudes,
        latitudes,
        yields: (0..count)
            .map(|row| {
                if row % 10 == 3 {
                    f64::NAN
                } else {
                    5.0 + (row % 977) as f64 / 100.0
                }
            })
            .collect(),
        times: (0..count).map(|row| 1.5e12 + row as f64 * 1e3).collect(),
        crops: (0..count)
            .map(|row| match row % 7 {
                0 => NO_TEXT,
                key => (key % 2) as u32,
            })
            .collect(),
    }
}

impl Field {
    pub(crate) fn source(&self) -> Source {
        Source::new(&self.longitudes, &self.latitudes, self.columns()).expect("a source")
    }

    pub(crate) fn swaths(&self, footprints: Footprints) -> Source {
        Source::swaths(footprints, self.columns()).expect("a source")
    }

    fn columns(&self) -> Vec<Column> {
        let numbers = |name: &str, numbers: &[f64], unit: &str| Column {
            name: name.to_owned(),
            unit: Some(unit.to_owned()),
            values: Values::Numbers(numbers.to_vec()),
        };
        vec![
            numbers("yield", &self.yields, "t1ha-1"),
            Column {
                name: "crop".to_owned(),
                unit: None,
                values: Values::Texts {
                    keys: self.crops.clone(),
                    texts: vec!["barley".to_owned(), "colza d'hiver é".to_owned()],
                },
            },
            numbers("timestamp", &self.times, "ms"),
        ]
    }

    /// Tile and units in it, not rounded.
    pub(crate) fn project(&self, zoom: u8, row: usize) -> ((u32, u32), (f64, f64)) {
        project(self.longitudes[row], self.latitudes[row], zoom)
    }
}

pub(crate) fn project(longitude: f64, latitude: f64, zoom: u8) -> ((u32, u32), (f64, f64)) {
    let side = f64::from(1_u32 << zoom);
    let x = (longitude + 180.0) / 360.0 * side;
    let y = (1.0 - latitude.to_radians().tan().asinh() / std::f64::consts::PI) / 2.0 * side;
    let units = |place: f64| (place - place.floor()) * 4_096.0;
    ((x as u32, y as u32), (units(x), units(y)))
}
