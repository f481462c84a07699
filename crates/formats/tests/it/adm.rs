//! AgGateway ADM: the public cards as their catalogs say, and both versions of one card.

use crate::collect::{Collected, claims, read_with, tree_of};
use crate::isoxml_corpus::corpus;
use tramline_formats::{ReadOptions, Tree, Verdict};
use tramline_model::Property as P;
use tramline_samples::{Operation, Plan, simulate, write};

#[test]
fn a_public_card_gives_the_operations_of_its_catalog() {
    let Some(folder) = corpus("vendor").map(|f| f.join("adm-plugin-testcards")) else {
        return;
    };
    let tree = tree_of(&folder.join("ADMDoc_V1_0_8.zip"));
    let got = read_with(&tree, "adm", &ReadOptions::default());
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.operations.len(), 22);
    assert!(!got.has("adm.count-differs") && !got.has("adm.damaged"));
    for operation in &got.operations {
        assert_eq!(operation.operation_type.name(), "harvested");
        assert_eq!(operation.crop.as_deref(), Some("Corn"));
        assert!(
            operation
                .field
                .as_deref()
                .is_some_and(|f| f.contains("Field #"))
        );
    }
    // Iowa, corn: a display's simulator on real ground.
    let (lat, lon) = (got.numbers(P::Latitude), got.numbers(P::Longitude));
    assert!(lat.iter().flatten().all(|v| (41.0..43.0).contains(v)));
    assert!(lon.iter().flatten().all(|v| (-95.0..-92.0).contains(v)));
    let moisture: Vec<f64> = got
        .numbers(P::HarvestMoisture)
        .into_iter()
        .flatten()
        .collect();
    let (least, most) = moisture
        .iter()
        .fold((f64::MAX, f64::MIN), |(a, b), v| (a.min(*v), b.max(*v)));
    assert!(
        least >= -1e-6 && most <= 100.0,
        "moisture {least} to {most}"
    );
    let (mut area_m2, mut mass_kg) = (0.0, 0.0);
    let (width, way) = (got.numbers(P::EquipmentWidth), got.numbers(P::Distance));
    let (mass, on) = (got.numbers(P::WetMass), got.texts(P::RecordingStatus));
    for row in 0..mass.len() {
        if on[row].as_deref() == Some("On") {
            area_m2 += width[row].unwrap_or(0.0) * way[row].unwrap_or(0.0);
            mass_kg += mass[row].unwrap_or(0.0);
        }
    }
    let yield_t_ha = mass_kg / area_m2 * 10.0;
    assert!(
        (9.0..13.0).contains(&yield_t_ha),
        "{yield_t_ha} t/ha on {area_m2} m2"
    );
}

#[test]
fn cards_without_logs_say_so() {
    let Some(folder) = corpus("vendor").map(|f| f.join("adm-plugin-testcards")) else {
        return;
    };
    for name in ["ADMSetup_V1_0_8", "FlagSessionLayers_V1", "TestDatacard_V1"] {
        let tree = tree_of(&folder.join(format!("{name}.zip")));
        let claims = claims(&tree, "adm");
        assert_eq!(claims.len(), 1, "{name}");
        let Verdict::NotMachineData { reason } = &claims[0].verdict else {
            panic!("{name}: {:?}", claims[0].verdict);
        };
        assert!(reason.contains("without logged data"), "{reason}");
    }
}

fn card(operation: Operation, version: write::adm::Version) -> Collected {
    let plan = Plan {
        pass_records: 20,
        passes: 2,
        sections: 3,
        wedge: true,
        ..Plan::new(operation)
    };
    let tree = Tree::from_files(write::adm::card(&simulate(&plan), version));
    let got = read_with(&tree, "adm", &ReadOptions::default());
    assert_eq!(got.failures, Vec::<String>::new());
    got
}

#[test]
fn both_versions_of_a_card_read_the_same() {
    for operation in [
        Operation::Harvest,
        Operation::Planting,
        Operation::Spraying,
        Operation::Tillage,
    ] {
        let one = card(operation, write::adm::Version::One);
        let two = card(operation, write::adm::Version::Two);
        assert_eq!(one.points, two.points, "{operation:?}");
        assert_eq!(one.raw, two.raw, "{operation:?}");
        let (one, two) = (&one.operations[0], &two.operations[0]);
        assert_eq!(one.operation_type, two.operation_type);
        assert_eq!(
            (&one.grower, &one.farm, &one.field),
            (&two.grower, &two.farm, &two.field)
        );
        assert_eq!((&one.crop, &one.variety), (&two.crop, &two.variety));
        assert_eq!(
            (&one.products, &one.machines),
            (&two.products, &two.machines)
        );
        assert!(one.grower.is_some() && one.field.is_some() && !one.machines.is_empty());
    }
}

#[test]
fn missing_documents_are_named() {
    let run = simulate(&Plan {
        pass_records: 20,
        passes: 1,
        ..Plan::new(Operation::Harvest)
    });
    let whole = write::adm::card(&run, write::adm::Version::Two);
    let without = |part: &str| -> Tree {
        let files = whole
            .iter()
            .filter(|(path, _)| !path.contains(part))
            .cloned();
        Tree::from_files(files)
    };
    let claim = &claims(&without("Catalog"), "adm")[0];
    assert!(
        matches!(&claim.verdict, Verdict::Recognised { text, .. } if text.contains("Catalog.adm"))
    );
    let got = read_with(&without("Meter"), "adm", &ReadOptions::default());
    assert_eq!(got.operations.len(), 1, "positions without values");
    let tree = Tree::from_files(whole.iter().cloned().map(|(path, bytes)| {
        let cut = if path.contains("OperationData") {
            bytes.len() / 2
        } else {
            bytes.len()
        };
        (path, bytes[..cut].to_vec())
    }));
    let got = read_with(&tree, "adm", &ReadOptions::default());
    assert!(got.has("adm.damaged") && !got.points.is_empty());
}
