//! Shapefile sets of the corpus: rows, operation, crop, units and sums. The expected numbers were
//! taken by hand from GDAL (`pyogrio`), not from this reader.

use arrow_array::{Array, Float64Array, Int64Array, RecordBatch};
use std::io::Read;
use std::path::PathBuf;
use tramline_formats::{Limits, ReadOptions, Tree, Verdict, detect};
use tramline_model::{
    Ending, Finding, OperationDescription, Provider, ReadError, Receiver, Stop, records,
};

const FOLDERS: &[&str] = &[
    "deere-sampledata/shapefiles",
    "deere-ofpedata",
    "sms-ofpetrial",
    "sms-stripsyield",
    "agleader-pacu-basswood",
];

#[derive(Default)]
struct Collected {
    operation: Option<OperationDescription>,
    raw: Vec<RecordBatch>,
    points: Vec<RecordBatch>,
    ending: Option<Ending>,
    error: Option<String>,
    findings: Vec<Finding>,
}

impl Receiver for Collected {
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop> {
        assert!(self.operation.is_none(), "one machine file per shapefile");
        self.operation = Some(operation);
        Ok(())
    }
    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        self.raw.push(batch.clone());
        Ok(())
    }
    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        let schema = &self.operation.as_ref().expect("begun").points_schema;
        assert_eq!(&batch.schema(), schema);
        self.points.push(batch.clone());
        Ok(())
    }
    fn finish(&mut self, ending: Ending) -> Result<(), Stop> {
        self.ending = Some(ending);
        Ok(())
    }
    fn failed(&mut self, _: Option<OperationDescription>, error: ReadError) -> Result<(), Stop> {
        self.error = Some(error.to_string());
        Ok(())
    }
    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Collected {
    fn sum(&self, name: &str) -> f64 {
        let of = |batch: &RecordBatch| -> f64 {
            let column = batch
                .column_by_name(name)
                .unwrap_or_else(|| panic!("no column {name}"));
            match column.as_any().downcast_ref::<Float64Array>() {
                Some(numbers) => numbers.iter().flatten().sum(),
                None => {
                    let whole = column
                        .as_any()
                        .downcast_ref::<Int64Array>()
                        .expect("numbers");
                    whole.iter().flatten().sum::<i64>() as f64
                }
            }
        };
        self.points.iter().map(of).sum()
    }

    fn unit(&self, name: &str) -> String {
        let schema = self
            .operation
            .as_ref()
            .map(|o| o.points_schema.clone())
            .expect("begun");
        let field = schema
            .field_with_name(name)
            .unwrap_or_else(|_| panic!("no column {name}"));
        records::unit_of(field).map_or("", |u| u.symbol).to_owned()
    }
}

fn corpus() -> Option<PathBuf> {
    let root = std::env::var_os("TRAMLINE_CORPUS").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpus"),
        PathBuf::from,
    );
    let found = root.join("vendor").is_dir();
    if !found {
        crate::skip::skipped(&format!("no corpus at {}", root.display()));
    }
    found.then_some(root)
}

fn unzipped(path: &std::path::Path) -> Tree {
    let file = std::fs::File::open(path).expect("the corpus file opens");
    let mut archive = zip::ZipArchive::new(file).expect("a zip");
    let mut files = Vec::new();
    for i in 0..archive.len() {
        let mut member = archive.by_index(i).expect("a member");
        let mut bytes = Vec::new();
        member.read_to_end(&mut bytes).expect("its bytes");
        let name = member.name().expect("a readable name").into_owned();
        files.push((name, bytes));
    }
    Tree::from_files(files)
}

/// Reads every claimed shapefile of a tree: path of the main entry, verdict, what came out.
fn read_all(tree: &Tree) -> Vec<(String, Verdict, Collected)> {
    let detection = detect(tree, Some("SHAPEFILE"), &ReadOptions::default());
    let mut all = Vec::new();
    for claim in &detection.claims {
        let mut collected = Collected::default();
        if claim.verdict == Verdict::Read {
            let format = tramline_formats::registry::by_id(claim.format).expect("registered");
            let read = (format.read)(
                tree,
                claim,
                &Limits::default(),
                &ReadOptions::default(),
                &mut collected,
            );
            if let Err(error) = read {
                collected.error = Some(error.to_string());
            }
        }
        all.push((
            tree.entry(claim.main).path.clone(),
            claim.verdict.clone(),
            collected,
        ));
    }
    all
}

/// The trees of a corpus folder: each zip, and the loose files together.
fn trees(folder: &std::path::Path) -> Vec<(String, Tree)> {
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder")
        .filter_map(|e| Some(e.ok()?.path()))
        .collect();
    names.sort();
    let loose: Vec<(String, Vec<u8>)> = names
        .iter()
        .filter(|p| p.is_file() && p.extension().is_none_or(|e| e != "zip"))
        .map(|p| {
            (
                p.file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned(),
                std::fs::read(p).expect("bytes"),
            )
        })
        .collect();
    let mut trees = vec![("loose".to_owned(), Tree::from_files(loose))];
    for path in names
        .iter()
        .filter(|p| p.extension().is_some_and(|e| e == "zip"))
    {
        trees.push((
            path.file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned(),
            unzipped(path),
        ));
    }
    trees
}

/// What one set gives: rows, work, crop, and sums by column with the column's unit.
struct Expected {
    /// Part of `folder/zip!path` that names the set.
    set: &'static str,
    rows: u64,
    operation: &'static str,
    provider: Provider,
    crop: Option<&'static str>,
    /// Sums of longitude and latitude in degrees.
    position: (f64, f64),
    sums: &'static [(&'static str, &'static str, f64)],
}

const HARVEST: &str = "harvested";

/// Sums from GDAL 3.x (`pyogrio`), positions of polygons from GEOS centroids, areas of geographic
/// polygons from `pyproj.Geod`, of projected ones planar from GEOS.
#[rustfmt::skip]
const SETS: &[Expected] = &[
    Expected { set: "Corn Rescue Use 1", rows: 38_380, operation: "applied", provider: Provider::JohnDeere, crop: None,
        position: (-3575187.033089, 1599211.433958),
        sums: &[("appliedRate", "gal/ac", 517922.30340374), ("appliedRateTarget", "gal/ac", 475964.78881943), ("distance", "ft", 120532.29765887), ("equipmentWidth", "ft", 431530.0)] },
    Expected { set: "Priaxor Fastac Use 1", rows: 31_346, operation: "applied", provider: Provider::JohnDeere, crop: None,
        position: (-2919950.316494, 1306116.272020),
        sums: &[("appliedRate", "gal/ac", 480928.48881677), ("appliedRateTarget", "gal/ac", 470158.68910752), ("distance", "ft", 85850.79325122), ("equipmentWidth", "ft", 352705.0)] },
    Expected { set: "SB 2 PowerMax only Use 1", rows: 4_015, operation: "applied", provider: Provider::JohnDeere, crop: None,
        position: (-374004.740068, 167293.266307),
        sums: &[("appliedRate", "gal/ac", 76644.33782156), ("equipmentWidth", "ft", 45326.25)] },
    Expected { set: "Sonic Tilled Use 1", rows: 28_650, operation: "applied", provider: Provider::JohnDeere, crop: None,
        position: (-2668812.887563, 1193782.682563),
        sums: &[("appliedRate", "gal/ac", 385959.41154708), ("equipmentWidth", "ft", 322520.0)] },
    Expected { set: "MyJohnDeere - Harvest", rows: 40_960, operation: HARVEST, provider: Provider::JohnDeere, crop: Some("SOYBEANS"),
        position: (-3815518.166734, 1706714.040623),
        sums: &[("dryVolumePerArea", "bu/ac", 3196942.55646056), ("wetMassPerArea", "lb/ac", 192470375.9023048), ("distance", "ft", 219385.80100739), ("equipmentWidth", "ft", 204800.0)] },
    Expected { set: "Harvest Data - Point - EachSection", rows: 134_725, operation: HARVEST, provider: Provider::JohnDeere, crop: Some("CORN_WET"),
        position: (-12594895.939143, 5626967.833304),
        sums: &[("dryVolumePerArea", "bu/ac", 20203942.50770454), ("wetMassPerArea", "lb/ac", 1158611661.1620014), ("equipmentWidth", "ft", 336812.49343832)] },
    Expected { set: "Harvest Data - Point - EachSensor", rows: 11_230, operation: HARVEST, provider: Provider::JohnDeere, crop: Some("CORN_WET"),
        position: (-1049847.328949, 469035.818157),
        sums: &[("dryVolumePerArea", "bu/ac", 1684934.18720798), ("wetMassPerArea", "lb/ac", 96623422.92182058), ("distance", "ft", 13697.39281284)] },
    Expected { set: "Harvest Data - Point - OneHertz", rows: 2_514, operation: HARVEST, provider: Provider::JohnDeere, crop: Some("CORN_WET"),
        position: (-235023.730581, 105000.517796),
        sums: &[("dryVolumePerArea", "bu/ac", 336545.23978394), ("wetMassPerArea", "lb/ac", 19310194.3526996), ("distance", "ft", 19194.94301329)] },
    // One crossed polygon: GEOS puts its centre outside of it, we take the middle of its extent.
    Expected { set: "Harvest Data - Polygon - EachSensor", rows: 11_230, operation: HARVEST, provider: Provider::JohnDeere, crop: Some("CORN_WET"),
        position: (-1049847.328980, 469035.818079),
        sums: &[("dryVolumePerArea", "bu/ac", 1684934.18720798), ("area", "m2", 38136.904044)] },
    Expected { set: "Harvest Data - Polygon - OneHertz", rows: 2_243, operation: HARVEST, provider: Provider::JohnDeere, crop: Some("CORN_WET"),
        position: (-209689.007910, 93681.863143),
        sums: &[("dryVolumePerArea", "bu/ac", 335860.0785872), ("area", "m2", 38122.304655)] },
    Expected { set: "FarmerB Farms Inc.", rows: 18_400, operation: HARVEST, provider: Provider::JohnDeere, crop: Some("wheat"),
        position: (-2008811.263030, 847016.098218),
        sums: &[("dryVolumePerArea", "bu/ac", 1282707.30969482), ("wetMassPerArea", "lb/ac", 76975044.19236985), ("distance", "ft", 76059.56616852)] },
    Expected { set: "FarmerB_AA1617_2016_POLY", rows: 6_069, operation: "applied", provider: Provider::Leaf, crop: None,
        position: (-662622.806070, 279408.729815),
        sums: &[("appliedRate", "gal/ac", 116003.61796), ("area", "m2", 887661.226424)] },
    Expected { set: "FarmerB_AA1617_POLY", rows: 5_802, operation: "applied", provider: Provider::Leaf, crop: None,
        position: (-633567.508494, 267179.165816),
        sums: &[("appliedRate", "gal/ac", 101958.44254), ("area", "m2", 536439.772436)] },
    Expected { set: "FarmerB_PRO_PRO_2016", rows: 939, operation: "protein", provider: Provider::Leaf, crop: None,
        position: (-102522.491689, 43232.071224), sums: &[("proteinPercentage", "prcnt", 11948.7936)] },
    Expected { set: "FarmerB_PRO_PRO_2017", rows: 934, operation: "protein", provider: Provider::Leaf, crop: None,
        position: (-101968.673874, 43002.226993), sums: &[("proteinPercentage", "prcnt", 8722.4559)] },
    Expected { set: "FarmerB_YE_YLD_2014", rows: 47_872, operation: HARVEST, provider: Provider::Leaf, crop: Some("winter wheat"),
        position: (-5226722.161558, 2203976.150822),
        sums: &[("dryVolumePerArea", "bu/ac", 2053898.886), ("cropFlow", "lb/s", 661308.52), ("equipmentWidth", "in", 20579520.0)] },
    Expected { set: "Millview-Wheat (Hrd Rd Spr) seeding", rows: 23_047, operation: "planted", provider: Provider::JohnDeere, crop: Some("WHEAT_HRD_RD_SPR"),
        position: (-2227995.106291, 1141954.652640),
        sums: &[("seedRate", "lb/ac", 3696399.47917872), ("seedRateTarget", "lb/ac", 4111728.01536518)] },
    Expected { set: "FarmerI_AA16", rows: 2_360, operation: "applied", provider: Provider::AgLeader, crop: None,
        position: (-260901.534046, 113011.180051), sums: &[("appliedRate", "lb/ac", 359504.067), ("area", "m2", 895427.391992)] },
    Expected { set: "FarmerI_YE_YLD_2016", rows: 21_551, operation: HARVEST, provider: Provider::Leaf, crop: Some("winter wheat"),
        position: (-2382458.591414, 1032005.382931),
        sums: &[("dryVolumePerArea", "bu/ac", 691160.041), ("cropFlow", "lb/s", 218678.93), ("equipmentWidth", "in", 8701560.0)] },
    Expected { set: "as-applied-simple1", rows: 2_081, operation: "planted", provider: Provider::AgLeader, crop: None,
        position: (-34749.162878, 81415.424274), sums: &[("seedRateTarget", "ksds/ac", 2663682.7834)] },
    Expected { set: "yield-simple1", rows: 3_365, operation: HARVEST, provider: Provider::AgLeader, crop: None,
        position: (-56190.522870, 131649.546306), sums: &[("dryVolumePerArea", "bu/ac", 200931.1258)] },
    Expected { set: "2007-basswood", rows: 2_970, operation: HARVEST, provider: Provider::AgLeader, crop: Some("SOYBEANS"),
        position: (-277025.831468, 123371.541515),
        sums: &[("cropFlow", "lb/s", 27782.3), ("dryVolumePerArea", "bu/ac", 163946.5255), ("distance", "in", 526203.0), ("equipmentWidth", "in", 891000.0)] },
    Expected { set: "2007-interim", rows: 3_264, operation: HARVEST, provider: Provider::AgLeader, crop: Some("SOYBEANS"),
        position: (-304362.905412, 135642.213356),
        sums: &[("cropFlow", "lb/s", 27708.96), ("dryVolumePerArea", "bu/ac", 184239.7887)] },
    Expected { set: "curated-2013-basswood", rows: 3_655, operation: HARVEST, provider: Provider::Leaf, crop: Some("Soybeans"),
        position: (-340918.338901, 151825.989556), sums: &[("equipmentWidth", "ft", 109650.0), ("cropFlow", "lb/s", 24127.9005), ("dryVolumePerArea", "bu/ac", 118619.7069)] },
    Expected { set: "curated-2015-interim", rows: 7_699, operation: HARVEST, provider: Provider::Leaf, crop: Some("Soybeans"),
        position: (-717919.880359, 319947.429263), sums: &[("equipmentWidth", "ft", 223265.61070000002), ("cropFlow", "lb/s", 92376.8292), ("dryVolumePerArea", "bu/ac", 452208.8506)] },
    Expected { set: "2012-basswood", rows: 4_240, operation: HARVEST, provider: Provider::AgLeader, crop: Some("CORN"),
        position: (-395484.368182, 176126.425551),
        sums: &[("cropFlow", "lb/s", 79764.52), ("dryVolumePerArea", "bu/ac", 494640.7554), ("distance", "in", 624215.0), ("equipmentWidth", "in", 1017600.0)] },
];

#[test]
fn corpus_sets_agree_with_gdal() {
    let Some(root) = corpus() else { return };
    let mut met = vec![0; SETS.len()];
    for folder in FOLDERS {
        for (name, tree) in trees(&root.join("vendor").join(folder)) {
            for (path, verdict, read) in read_all(&tree) {
                let set = format!("{folder}/{name}!{path}");
                let Some(at) = SETS.iter().position(|e| set.contains(e.set)) else {
                    assert!(
                        set.contains("Prescription")
                            && matches!(verdict, Verdict::NotMachineData { .. }),
                        "{set} is not expected: {verdict:?}"
                    );
                    continue;
                };
                met[at] += 1;
                check(&set, &SETS[at], &read);
            }
        }
    }
    assert!(met.iter().all(|n| *n == 1), "each set once: {met:?}");
}

fn check(set: &str, expected: &Expected, read: &Collected) {
    assert_eq!(read.error, None, "{set}");
    let operation = read.operation.as_ref().expect("a machine file");
    assert_eq!(operation.operation_type.name(), expected.operation, "{set}");
    assert_eq!(operation.provider, expected.provider, "{set}");
    assert_eq!(operation.crop.as_deref(), expected.crop, "{set}");
    assert_eq!(
        read.ending.as_ref().map(|e| e.records),
        Some(expected.rows),
        "{set}"
    );
    let rows: usize = read.points.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows as u64, expected.rows, "{set}");
    assert_eq!(
        read.raw.iter().map(RecordBatch::num_rows).sum::<usize>(),
        rows,
        "{set}"
    );
    let close = |name: &str, value: f64, expected: f64, relative: f64| {
        let off = (value - expected).abs() / expected.abs();
        assert!(
            off < relative,
            "{set}: {name} is {value} instead of {expected}"
        );
    };
    close(
        "longitude",
        read.sum("longitude"),
        expected.position.0,
        1e-8,
    );
    close("latitude", read.sum("latitude"), expected.position.1, 1e-8);
    for (name, unit, sum) in expected.sums {
        assert_eq!(read.unit(name), *unit, "{set}: {name}");
        close(name, read.sum(name), *sum, 1e-9);
    }
}

#[test]
fn deere_metadata_gives_names_products_and_machines() {
    let Some(root) = corpus() else { return };
    let folder = root.join("vendor/deere-sampledata/shapefiles");
    let tree = unzipped(&folder.join("Export From MyJohnDeere - Application.zip"));
    let (_, _, read) = read_all(&tree)
        .into_iter()
        .find(|r| r.0.contains("Corn Rescue"))
        .expect("the set");
    let operation = read.operation.expect("a machine file");
    assert!(operation.tank_mix);
    let carriers = operation
        .products
        .iter()
        .filter(|p| p.kind == Some("Carrier"))
        .count();
    assert_eq!((operation.products.len(), carriers), (4, 1));
    let first = operation.products[0].rate.expect("a rate");
    assert_eq!((first.value, first.unit.symbol), (40.0, "floz/ac"));
    assert_eq!(operation.time_source, "logged UTC");
    let tree = unzipped(&folder.join("Gen4 - 4600 Harvest Data - Point - OneHertz.zip"));
    let operation = read_all(&tree)
        .remove(0)
        .2
        .operation
        .expect("a machine file");
    assert_eq!(
        operation.machines[0].serial_number.as_deref(),
        Some("1H0S770SVH9999999")
    );
    assert_eq!(operation.variety.as_deref(), Some("CORNVAR-001"));
}
