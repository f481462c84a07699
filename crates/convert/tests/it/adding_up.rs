//! Points add up, whatever comes in: random tables of every type, in batches of any size.

use crate::hand::{Table, convert, description};
use tramline_convert::{Configuration, FilterProfile, Options, StepStatus};
use tramline_model::{OperationType, Property};

/// A small generator of numbers (xorshift), the same each time.
struct Dice(u64);

impl Dice {
    fn next(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn value(&mut self) -> Option<f64> {
        match self.next(12) {
            0 => None,
            1 => Some(f64::NAN),
            2 => Some(f64::INFINITY),
            3 => Some(0.0),
            4 => Some(-1.0),
            5 => Some(1e300),
            _ => Some(self.next(1_000) as f64 / 7.0),
        }
    }
}

fn table(dice: &mut Dice, rows: usize) -> Table {
    let mut column = |odd: u64, base: f64| -> Vec<Option<f64>> {
        (0..rows)
            .map(|row| {
                if dice.next(odd) == 0 {
                    dice.value()
                } else {
                    Some(base + row as f64 * 1e-5)
                }
            })
            .collect()
    };
    let longitude = column(9, 10.0);
    let latitude = column(9, 50.0);
    let table = Table::default()
        .number(Property::Longitude, "arcdeg", longitude)
        .number(Property::Latitude, "arcdeg", latitude)
        .number(Property::Elevation, "m", column(7, 100.0))
        .number(Property::Speed, "km/hr", column(3, 8.0))
        .number(Property::EquipmentWidth, "m", column(30, 6.0))
        .number(Property::WetMass, "kg", column(3, 12.0))
        .number(Property::HarvestMoisture, "percentage", column(3, 16.0))
        .number(Property::AppliedRate, "L/ha", column(3, 200.0))
        .number(Property::SeedRate, "seeds/m2", column(3, 8.0))
        .number(Property::TillageDepthActual, "mm", column(3, 80.0));
    let instants: Vec<Option<i64>> = (0..rows)
        .map(|row| match dice.next(20) {
            0 => None,
            1 => Some(0),
            2 => Some(i64::MAX),
            3 => Some(i64::MIN),
            _ => Some(1_700_000_000_000 + row as i64 * 1_000),
        })
        .collect();
    let crops = [
        Some("corn"),
        Some("CORN_WET"),
        None,
        Some("moon dust"),
        Some("wheat"),
    ];
    let statuses = [Some("On"), Some("On"), Some("On"), Some("Off"), None];
    let crops: Vec<_> = (0..rows).map(|_| crops[dice.next(5) as usize]).collect();
    let statuses: Vec<_> = (0..rows).map(|_| statuses[dice.next(5) as usize]).collect();
    let sections: Vec<_> = (0..rows).map(|_| dice.next(4) as i64).collect();
    table
        .instants(instants)
        .text(Property::Crop, crops)
        .text(Property::RecordingStatus, statuses)
        .integers(Property::SectionId, sections)
}

#[test]
fn random_tables_add_up_for_every_type_and_profile() {
    let types = ["applied", "planted", "harvested", "tillage", "guidance"];
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    for round in 0..60 {
        let rows = dice.next(400) as usize;
        let table = table(&mut dice, rows);
        let mut configuration = Configuration {
            cleanup_standard_geojson: dice.next(4) != 0,
            out_of_standard_operations: dice.next(4) == 0,
            ..Configuration::default()
        };
        configuration.filter_profile = match dice.next(4) {
            0 => FilterProfile::None,
            1 => FilterProfile::Recommended,
            2 => FilterProfile::Depurate,
            _ => FilterProfile::Compat,
        };
        let options = Options {
            configuration,
            ..Options::default()
        };
        let kind = OperationType::from_name(types[round % types.len()]);
        let slice = 1 + dice.next(150) as usize;
        let converted = convert(description(kind, &table), &table, &options, slice);
        let points = &converted.report.points;
        let standard = converted
            .report
            .steps
            .get(tramline_convert::Step::StandardGeojson)
            .unwrap();
        assert_eq!(points.read, rows as u64);
        assert!(points.add_up(true), "{points:?}");
        assert_eq!(
            points.standard > 0,
            standard.status == StepStatus::Processed,
            "{points:?}"
        );
        let has_standard = converted.report.artifacts.contains_key("standardGeojson");
        assert_eq!(has_standard, standard.status == StepStatus::Processed);
        let files = converted.sink.files.lock().unwrap();
        for name in converted.report.artifacts.values() {
            assert!(files.contains_key(name), "{name} is named and not written");
        }
        for name in files.keys() {
            // Single images are named by the list of images, which has them in the zip too.
            let image = name.contains("/images/");
            let named = image || converted.report.artifacts.values().any(|n| n == name);
            assert!(named, "{name} is written and not named");
        }
    }
}
