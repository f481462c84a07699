//! What work the public ISOXML sets are, as their tasks, devices and makers say, and how many
//! instants their logs hold.

use crate::collect::Collected;
use std::collections::BTreeSet;
use tramline_formats::{Limits, ReadOptions, Tree};
use tramline_model::{Property, records};

fn read(dataset: &str) -> Option<Collected> {
    let path = crate::isoxml_corpus::corpus("isoxml")?.join(dataset);
    let tree = Tree::open(&path, &Limits::default()).expect("opens");
    let detection = tramline_formats::detect(&tree, Some("ISO11783"), &ReadOptions::default());
    let mut collected = Collected::default();
    let read = tramline_formats::isoxml::FORMAT.read;
    for claim in detection
        .claims
        .iter()
        .filter(|claim| claim.format == "isoxml")
    {
        let options = ReadOptions::default();
        read(&tree, claim, &Limits::default(), &options, &mut collected).expect("reads");
    }
    Some(collected)
}

#[test]
fn kinds_of_work_are_told() {
    let expected = [
        ("pya-fendt-combine", "harvested"),
        ("dn-valid", "harvested"),
        ("dn-afe-externals", "planted"),
        ("adapt-agco-microtrak", "applied"),
        ("dn-cc-simplified", "tillage"),
        ("armw-186abefa", "swathing"),
    ];
    let mut wrong = Vec::new();
    for (dataset, kind) in expected {
        let Some(collected) = read(dataset) else {
            return;
        };
        let kinds: BTreeSet<String> = collected
            .operations
            .iter()
            .map(|o| o.operation_type.name().to_owned())
            .collect();
        if !kinds.contains(kind) {
            wrong.push(format!(
                "{dataset}: {kinds:?}, not {kind}; failed {:?}",
                collected.failures
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn three_logs_of_one_planter_are_the_same_instants() {
    let Some(collected) = read("dn-afe-externals") else {
        return;
    };
    let of_planter = collected
        .operations
        .iter()
        .position(|o| o.operation_type.name() == "planted");
    let ending = &collected.endings[of_planter.expect("planted")];
    assert_eq!(ending.records, 3 * 3_633);
    let mut instants = BTreeSet::new();
    let mut rows = 0;
    for batch in &collected.points {
        let index = |property| records::column_index(batch, property).expect("column");
        rows += batch.num_rows();
        let time = batch.column(index(Property::Timestamp));
        let time = arrow_array::cast::AsArray::as_primitive::<
            arrow_array::types::TimestampMillisecondType,
        >(time);
        instants.extend(time.iter().flatten());
    }
    // In each log one record repeats time and position of the one before. Every instant has as
    // many rows as sections are laid out.
    assert_eq!(rows % 3_632, 0, "{rows} rows");
    assert!(instants.len() <= 3_632, "{} instants", instants.len());
}
