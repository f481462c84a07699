//! Zips that end too early. What is attacked otherwise are the cases of `fixtures/`.

use crate::common::{check_report, convert};
use tramline_convert::Options;
use tramline_formats::{Limits, Tree};
use tramline_samples::{named, zip};

#[test]
fn cut_zips_are_refused_or_read() {
    let folder = tempfile::tempdir().unwrap();
    let name = "isoxml/planting-and-spraying";
    let bytes = zip(&named::sample(name).unwrap());
    for n in 0..60 {
        let length = bytes.len() * n / 60;
        let path = folder.path().join(format!("{n}.zip"));
        std::fs::write(&path, bytes.get(..length).unwrap_or_default()).unwrap();
        if let Ok(tree) = Tree::open(&path, &Limits::default()) {
            check_report(&convert(&tree, name, &Options::default()).0, name);
        }
    }
}
