//! The provider that a caller gives, beside the maker that was recognised; the names of files.

use crate::hand::{Converted, Table, convert, description};
use tramline_convert::Options;
use tramline_model::{OperationDescription, OperationType, Property, Provider};

fn run(recognised: Provider, given: Option<Provider>) -> Converted {
    let table = Table::default()
        .number(Property::Longitude, "arcdeg", [Some(10.0), Some(10.0001)])
        .number(Property::Latitude, "arcdeg", [Some(50.0), Some(50.0)])
        .number(Property::EquipmentWidth, "m", [Some(6.0), Some(6.0)])
        .number(Property::TillageDepthActual, "cm", [Some(10.0), Some(11.0)]);
    let options = Options {
        provider: given,
        ..Options::default()
    };
    let description = OperationDescription {
        provider: recognised,
        ..description(OperationType::Tillage, &table)
    };
    convert(description, &table, &options, 7)
}

#[test]
fn the_given_provider_stands_and_the_recognised_one_beside_it() {
    use Provider::{AgLeader, JohnDeere, Leaf, Other};
    for (recognised, given, provider, detected, told) in [
        (JohnDeere, None, JohnDeere, None, false),
        (Leaf, None, Leaf, None, false),
        (
            JohnDeere,
            Some(JohnDeere),
            JohnDeere,
            Some(JohnDeere),
            false,
        ),
        (JohnDeere, Some(AgLeader), AgLeader, Some(JohnDeere), true),
        (JohnDeere, Some(Other), Other, Some(JohnDeere), false),
        (JohnDeere, Some(Leaf), Leaf, Some(JohnDeere), false),
        (Leaf, Some(AgLeader), AgLeader, None, false),
        (Other, Some(AgLeader), AgLeader, None, false),
    ] {
        let report = run(recognised, given).report;
        let case = format!("{recognised} {given:?}");
        assert_eq!(report.provider, provider, "{case}");
        assert_eq!(report.detected_provider, detected, "{case}");
        let mut findings = report.findings.iter();
        let found = findings.find(|finding| finding.code == "convert.other-provider");
        assert_eq!(found.is_some(), told, "{case}");
        let text = serde_json::to_string(&report).unwrap();
        assert_eq!(
            text.contains("detectedProvider"),
            detected.is_some(),
            "{case}"
        );
    }
}

/// Addresses of the service end in these names.
#[test]
fn the_kinds_know_the_names_of_their_files() {
    let report = run(Provider::Leaf, None).report;
    assert!(report.artifacts.len() > 8, "{:?}", report.artifacts);
    for (kind, name) in &report.artifacts {
        assert_eq!(
            name,
            &format!("{}/{}", report.dir, kind.file_name()),
            "{kind}"
        );
    }
}
