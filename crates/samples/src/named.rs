//! Samples by name, `<format>/<what>`: small ones of every writer, so that thousands of attacks on
//! them take seconds.
//!
//! Rule: the name says the format that reads it and the work; the bytes of a name never change.

use crate::{Files, Operation, Plan, Simulated, simulate, write};

/// A sample and its name.
struct Named {
    name: &'static str,
    make: fn() -> Files,
}

const fn named(name: &'static str, make: fn() -> Files) -> Named {
    Named { name, make }
}

/// Three passes of twelve records; sections switch off in a wedge.
fn small(operation: Operation) -> Simulated {
    simulate(&Plan {
        pass_records: 12,
        passes: 3,
        sections: 4,
        wedge: true,
        ..Plan::new(operation)
    })
}

fn harvest() -> Simulated {
    small(Operation::Harvest)
}

fn planting() -> Simulated {
    small(Operation::Planting)
}

fn spraying() -> Simulated {
    small(Operation::Spraying)
}

static ALL: &[Named] = &[
    named("isoxml/planting-and-spraying", || {
        write::isoxml::task_set(&[&planting(), &spraying()])
    }),
    named("isoxml/harvest", || write::isoxml::task_set(&[&harvest()])),
    named("isoxml/topcon-spraying", || {
        write::topcon::stick(&[&spraying()])
    }),
    named("deere_gen4/harvest", || write::deere_gen4::card(&harvest())),
    named("deere_greenstar/planting", || {
        write::deere_greenstar::card(&planting())
    }),
    named("adm/harvest-version-1", || {
        write::adm::card(&harvest(), write::adm::Version::One)
    }),
    named("adm/planting-version-2", || {
        write::adm::card(&planting(), write::adm::Version::Two)
    }),
    named("shapefile/deere-harvest", || {
        write::shapefile::deere(&harvest())
    }),
    named("shapefile/sms-planting", || {
        write::shapefile::sms(&planting())
    }),
    named("shapefile/trimble-spraying", || {
        write::trimble::aggps(&spraying())
    }),
    named("text/ag-leader-harvest", || {
        write::text::ag_leader_advanced(&harvest())
    }),
    named("text/sms-spraying", || write::text::sms(&spraying())),
    named("text/csv-harvest", || write::text::csv(&harvest())),
    named("geojson/planting", || write::geojson::points(&planting())),
    named("raven_fmis/spraying", || write::raven::fmis(&[&spraying()])),
    named("raven_viper/spraying", || {
        write::raven_viper::unpacked(&spraying())
    }),
    named("geopackage/planting", || {
        write::geopackage::points(&planting(), 4326)
    }),
    named("flatgeobuf/spraying-with-index", || {
        write::flatgeobuf::points(&spraying(), true)
    }),
    named("flatgeobuf/harvest", || {
        write::flatgeobuf::points(&harvest(), false)
    }),
    named("kml/harvest", || write::kml::points(&harvest())),
    named("kml/zipped-harvest", || write::kml::zipped(&harvest())),
];

/// The names of all samples.
pub fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|sample| sample.name)
}

/// The files of a sample; `None` where there is none of this name.
pub fn sample(name: &str) -> Option<Files> {
    let found = ALL.iter().find(|sample| sample.name == name);
    found.map(|sample| (sample.make)())
}
