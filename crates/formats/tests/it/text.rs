//! Delimited text: files of the corpus against counts and sums taken with another program, and
//! what must not be claimed.

use crate::collect::{claims, one, read_with, tree_of};
use crate::isoxml_corpus::corpus;
use std::collections::BTreeMap;
use tramline_formats::{ReadOptions, Tree};
use tramline_model::{OperationType, Property, Provider};

fn options() -> ReadOptions {
    ReadOptions::default()
}

#[test]
fn every_table_of_the_corpus_gives_its_rows() {
    let Some(vendor) = corpus("vendor") else { return };
    // Rows counted with Python's csv module, header excluded.
    let cases = [
        ("yield-agridat/gartner.corn.txt", 4_949, Provider::Leaf),
        ("yield-agridat/lasrosas.corn.txt", 3_443, Provider::Leaf),
        ("agleader-pacu-basswood/2012-basswood.txt", 4_240, Provider::AgLeader),
        ("agleader-yieldcleanr/sample1.txt", 21_917, Provider::AgLeader),
        ("agleader-yieldcleanr/sample2.txt", 36_869, Provider::AgLeader),
        ("sms-stripsyield/2007-basswood.txt", 2_970, Provider::AgLeader),
        ("sms-stripsyield/2007-interim.txt", 3_264, Provider::AgLeader),
        ("csv-pyprecag/area2_yield_ISO-8859-1.csv", 1_543, Provider::AgLeader),
        ("deere-ofpedata/FarmerB_PRO_PRO_2016_sec35middle.csv", 1_183, Provider::Leaf),
        ("deere-ofpedata/FarmerB_PRO_PRO_2018_sec35middle.csv", 654, Provider::Leaf),
        ("deere-ofpedata/FarmerI_PRO_PRO_2016_henrys.csv", 1_316, Provider::Leaf),
        ("deere-ofpedata/FarmerI_PRO_PRO_2018_henrys.csv", 563, Provider::Leaf),
        ("deere-ofpedata/SEC 1 EAST_SN1228_2019.csv", 2_220, Provider::Leaf),
    ];
    for (name, rows, provider) in cases {
        let read = read_with(&tree_of(&vendor.join(name)), "text", &options());
        assert_eq!(read.failures, Vec::<String>::new(), "{name}");
        eprintln!("{name}: {} {:?} {:?}", read.rows(), read.operations[0].operation_type, read.findings.iter().map(|f| f.text.clone()).collect::<Vec<_>>());
        assert_eq!(read.rows(), rows, "{name}");
        assert_eq!(read.operations[0].provider, provider, "{name}");
    }
}

#[test]
fn prose_is_not_claimed() {
    for text in ["readme, with words, and commas\nin lines, of text, too\n", "", "x\n"] {
        assert!(claims(&one("README.txt", text), "text").is_empty());
    }
    let _ = (Tree::default(), BTreeMap::<String, String>::new(), OperationType::Applied, Property::Area);
}
