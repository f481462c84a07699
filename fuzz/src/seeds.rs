//! First inputs of each target: samples of our own writers, small, so that a change of a byte is tried quickly.
//!
//! Rule: nothing of a corpus; the same inputs at each call. `samples` alone knows where the samples come from.

use crate::{Target, encode};
use tramline_convert::{Input, Options};
use tramline_formats::Tree;
use tramline_model::Artifact;
use tramline_outputs::MemorySink;
use tramline_samples::{Files, Operation, Plan, Simulated, simulate, write, zip};

/// Inputs of a target.
pub fn of(target: Target) -> Vec<Vec<u8>> {
    let samples = samples();
    let all = samples.iter().map(|(_, files)| files);
    match target {
        Target::Container => all
            .map(|files| zip(files))
            .chain([nested(&samples)])
            .collect(),
        Target::Detection => all.map(|files| encode(files)).collect(),
        Target::Reader(format) => {
            let own = samples.iter().filter(|(id, _)| *id == format.id);
            own.map(|(_, files)| encode(files)).collect()
        }
    }
}

/// A zip of all samples that are zips themselves.
fn nested(samples: &[(&str, Files)]) -> Vec<u8> {
    let inner = samples
        .iter()
        .take(3)
        .enumerate()
        .map(|(number, (id, files))| (format!("{number}-{id}.zip"), zip(files)));
    zip(&inner.collect::<Files>())
}

/// Samples by the id of the format that reads them.
fn samples() -> Vec<(&'static str, Files)> {
    let harvest = simulated(Operation::Harvest);
    let planting = simulated(Operation::Planting);
    let spraying = simulated(Operation::Spraying);
    let mut list = vec![
        ("isoxml", write::isoxml::task_set(&[&planting, &spraying])),
        ("isoxml", write::isoxml::task_set(&[&harvest])),
        ("deere_gen4", write::deere_gen4::card(&harvest)),
        ("deere_greenstar", write::deere_greenstar::card(&planting)),
        ("adm", write::adm::card(&harvest, write::adm::Version::One)),
        ("adm", write::adm::card(&planting, write::adm::Version::Two)),
        ("shapefile", write::shapefile::deere(&harvest)),
        ("shapefile", write::shapefile::sms(&planting)),
        ("shapefile", write::trimble::aggps(&spraying)),
        ("text", write::text::ag_leader_advanced(&harvest)),
        ("text", write::text::sms(&spraying)),
        ("text", write::text::csv(&harvest)),
        ("geojson", write::geojson::points(&planting)),
        ("raven_fmis", write::raven::fmis(&[&spraying])),
        ("raven_viper", write::raven_viper::unpacked(&spraying)),
        ("geopackage", write::geopackage::points(&planting, 4_326)),
        ("flatgeobuf", write::flatgeobuf::points(&spraying, true)),
        ("flatgeobuf", write::flatgeobuf::points(&harvest, false)),
        ("kml", write::kml::points(&harvest)),
    ];
    let standard = adapt_standard(&write::text::ag_leader_advanced(&harvest));
    list.push(("adapt_standard", standard));
    list.extend(CARDS.iter().map(|files| ("markers", card(files))));
    list
}

fn simulated(operation: Operation) -> Simulated {
    simulate(&Plan {
        pass_records: 6,
        passes: 2,
        sections: 2,
        ..Plan::new(operation)
    })
}

/// What the converter writes as a data set of the ADAPT Standard.
fn adapt_standard(files: &Files) -> Files {
    let tree = Tree::from_files(files.clone());
    let input = Input {
        name: "sample".to_owned(),
        sha256: "00".repeat(32),
        size_bytes: 0,
    };
    let options = Options {
        adapt: true,
        ..Options::default()
    };
    let mut sink = MemorySink::default();
    let Ok(report) = tramline_convert::run(&tree, &input, &options, &mut sink, &mut |_| {}) else {
        return Files::new();
    };
    let Ok(written) = sink.files.lock() else {
        return Files::new();
    };
    let artifacts = report.files.iter().flat_map(|file| &file.artifacts);
    artifacts
        .filter(|(kind, _)| {
            [Artifact::AdaptStandard, Artifact::AdaptStandardRecords].contains(kind)
        })
        .filter_map(|(_, name)| {
            let short = name.rsplit('/').next().unwrap_or_default();
            Some((format!("set/{short}"), written.get(name)?.clone()))
        })
        .collect()
}

/// Names of cards that are known and not read, and first bytes of their files.
const CARDS: &[&[(&str, &[u8])]] = &[
    &[("Card.CN1/INDEX.VY1", b"x"), ("Card.CN1/log/1.bin", b"x")],
    &[
        ("2015_x/a.agdata", b"SQLite format 3\0"),
        ("2015_x/a.agsetup", b"x"),
    ],
    &[
        (
            "AgOpenGPS/Fields/a/Field.txt",
            b"2020-April-17\n$FieldDir\n",
        ),
        ("AgOpenGPS/Fields/a/Sections.txt", b"1\n2,3,4\n"),
    ],
    &[
        ("harvest_1.dat", b"x"),
        ("b.jdp/1234.bin", b"x"),
        ("a.rpt", b"x"),
    ],
];

fn card(files: &[(&str, &[u8])]) -> Files {
    let owned = files
        .iter()
        .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
    owned.collect()
}

#[cfg(test)]
mod tests {
    use super::of;
    use crate::receiver::Touching;
    use crate::{Target, input, limits, targets};
    use tramline_formats::{Claim, ReadOptions, Verdict};

    #[test]
    fn every_target_has_seeds_and_runs_them() {
        for target in targets() {
            let seeds = of(target);
            assert!(!seeds.is_empty(), "no seed of {}", target.name());
            for seed in seeds {
                target.run(&seed);
            }
        }
    }

    #[test]
    fn seeds_reach_to_the_points_of_their_reader() {
        for target in targets() {
            let Target::Reader(format) = target else {
                continue;
            };
            let options = ReadOptions::default();
            for seed in of(target) {
                let tree = input::tree(&seed, "upload");
                let claims = (format.claim)(&tree, &options);
                let mut receiver = Touching::default();
                let is_read = |claim: &&Claim| claim.verdict == Verdict::Read;
                for claim in claims.iter().filter(is_read) {
                    let read = (format.read)(&tree, claim, &limits(), &options, &mut receiver);
                    assert!(read.is_ok(), "{}: {read:?}", format.id);
                }
                assert!(
                    !claims.is_empty(),
                    "{} claims nothing of {tree:?}",
                    format.id
                );
                let is_named_only = claims.iter().all(|claim| claim.verdict != Verdict::Read);
                assert!(is_named_only || receiver.begun() > 0, "{}", format.id);
            }
        }
    }
}
