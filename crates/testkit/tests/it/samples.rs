//! The sample stick itself.

use crate::common::{check_report, convert};
use tramline_formats::Tree;
use tramline_samples::{sample_stick, zip};

#[test]
fn stick_is_the_same_at_every_call() {
    assert_eq!(zip(&sample_stick()), zip(&sample_stick()));
}

#[test]
fn every_entry_of_the_stick_is_a_file_or_has_a_reason() {
    let tree = Tree::from_files(sample_stick());
    let (report, _) = convert(&tree, "stick.zip", &tramline_convert::Options::default());
    check_report(&report, "stick");
}
