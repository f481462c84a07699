//! Every real upload of the corpus opens, every entry reads to its end with the right checksum,
//! and the Deere cards give one claim each with all logs that another program found in them.

use super::isoxml_corpus::corpus;
use std::collections::HashSet;
use tramline_formats::{Limits, ReadOptions, Tree, Verdict, detect};

#[test]
fn every_real_upload_opens_and_reads_to_its_end() {
    let mut entries = 0;
    for group in ["agro", "isoxml", "vendor"] {
        let Some(root) = corpus(group) else { return };
        for set in std::fs::read_dir(root).expect("corpus") {
            let set = set.expect("set").path();
            let tree = Tree::open(&set, &Limits::default()).expect("a real upload is not refused");
            let mut seen = HashSet::new();
            let detection = detect(&tree, None, &ReadOptions::default());
            let claimed = detection
                .claims
                .iter()
                .flat_map(|claim| claim.entries.clone());
            for id in claimed.chain(detection.unclaimed.iter().map(|u| u.entry)) {
                assert!(seen.insert(id), "twice: {}", tree.entry(id).path);
            }
            assert_eq!(seen.len(), tree.entries().len(), "{}", set.display());
            for id in tree.ids() {
                let mut stream = tree.stream(id).expect("stream");
                let read = std::io::copy(&mut stream, &mut std::io::sink());
                assert_eq!(
                    read.expect("sound"),
                    tree.entry(id).size,
                    "{}",
                    tree.entry(id).path
                );
                entries += 1;
            }
        }
    }
    assert!(entries > 1_000, "{entries} entries: is the corpus whole?");
}

#[test]
fn deere_cards_are_recognised_with_all_their_logs() {
    let Some(root) = corpus("vendor") else { return };
    let root = root.join("deere-sampledata");
    let logs = |table: &str| -> HashSet<String> {
        let text = std::fs::read_to_string(root.join(table)).expect("table of another decoder");
        // The name of the log, whichever column holds it.
        let name = |line: &str| {
            let end = line.find(".fdd").or_else(|| line.find(".jdl"))?;
            let start = line
                .get(..end)?
                .rfind(['/', ',', '"', '\\'])
                .map_or(0, |at| at + 1);
            line.get(start..end + 4).map(str::to_lowercase)
        };
        text.lines().filter_map(name).collect()
    };
    let tree = Tree::open(&root, &Limits::default()).expect("opened");
    let detection = detect(&tree, None, &ReadOptions::default());
    let mut recognised = HashSet::new();
    for claim in &detection.claims {
        if claim.format.starts_with("deere_") {
            recognised.extend(claim.entries.iter().map(|id| tree.name(*id).to_lowercase()));
        }
    }
    for table in ["decoded-fdd-counts.csv", "decoded-jdl-counts.csv"] {
        let logs = logs(table);
        assert!(logs.len() > 50, "{table}: {}", logs.len());
        let lost: Vec<_> = logs.difference(&recognised).collect();
        assert!(lost.is_empty(), "{table}: {lost:?}");
    }
    // Setup-only cards: three GS3 zips and one of Gen4 are named so by their maker.
    let setup = detection.claims.iter().filter(|claim| {
        let path = &tree.entry(claim.main).path;
        path.contains(" Setup ") && matches!(claim.verdict, Verdict::NotMachineData { .. })
    });
    assert!(setup.count() >= 4);
}
