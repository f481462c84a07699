//! Whole small datasets through `claim` and `read`: pairing of shapes and rows, damage, kinds of
//! shapes and columns.

use super::*;
use crate::claim::{ReadOptions, Verdict};
use crate::source::{Limits, Tree};
use arrow_array::cast::AsArray;
use arrow_array::{Array, Float64Array, RecordBatch, StringArray};
use tramline_model::{Ending, Finding, OperationDescription, ReadError, Receiver, Stop, records};

const WGS84: &str = r#"GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]"#;

#[derive(Default)]
struct Got {
    operation: Option<OperationDescription>,
    raw: Vec<RecordBatch>,
    points: Vec<RecordBatch>,
    ending: Option<Ending>,
    findings: Vec<std::borrow::Cow<'static, str>>,
    error: Option<String>,
}

impl Receiver for Got {
    fn begin(&mut self, operation: OperationDescription) -> Result<(), Stop> {
        self.operation = Some(operation);
        Ok(())
    }
    fn raw(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
        self.raw.push(batch.clone());
        Ok(())
    }
    fn points(&mut self, batch: &RecordBatch) -> Result<(), Stop> {
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
        self.findings.push(finding.code);
    }
}

impl Got {
    fn numbers(&self, name: &str) -> Vec<Option<f64>> {
        let column = |b: &RecordBatch| {
            let column = b
                .column_by_name(name)
                .unwrap_or_else(|| panic!("no column {name}"))
                .clone();
            column
                .as_any()
                .downcast_ref::<Float64Array>()
                .expect("numbers")
                .iter()
                .collect::<Vec<_>>()
        };
        self.points.iter().flat_map(column).collect()
    }

    fn raw_texts(&self, name: &str) -> Vec<Option<String>> {
        let column = |b: &RecordBatch| {
            let column = b
                .column_by_name(name)
                .unwrap_or_else(|| panic!("no column {name}"))
                .clone();
            let texts = column
                .as_any()
                .downcast_ref::<StringArray>()
                .expect("texts");
            texts
                .iter()
                .map(|t| t.map(str::to_owned))
                .collect::<Vec<_>>()
        };
        self.raw.iter().flat_map(column).collect()
    }
}

fn shp(shape_type: i32, records: &[Vec<u8>]) -> Vec<u8> {
    let mut body = Vec::new();
    for (i, content) in records.iter().enumerate() {
        body.extend((i as i32 + 1).to_be_bytes());
        body.extend((content.len() as i32 / 2).to_be_bytes());
        body.extend(content);
    }
    let mut file = 9994_i32.to_be_bytes().to_vec();
    file.extend([0; 20]);
    file.extend(((body.len() as i32 + 100) / 2).to_be_bytes());
    file.extend(1000_i32.to_le_bytes());
    file.extend(shape_type.to_le_bytes());
    file.extend([0; 64]);
    file.extend(body);
    file
}

fn point(x: f64, y: f64) -> Vec<u8> {
    [&1_i32.to_le_bytes()[..], &x.to_le_bytes(), &y.to_le_bytes()].concat()
}

fn polygon(rings: &[&[(f64, f64)]]) -> Vec<u8> {
    let points: usize = rings.iter().map(|r| r.len()).sum();
    let mut content = 5_i32.to_le_bytes().to_vec();
    content.extend([0; 32]);
    content.extend((rings.len() as i32).to_le_bytes());
    content.extend((points as i32).to_le_bytes());
    let mut start = 0_i32;
    for ring in rings {
        content.extend(start.to_le_bytes());
        start += ring.len() as i32;
    }
    for (x, y) in rings.iter().flat_map(|r| r.iter()) {
        content.extend(x.to_le_bytes());
        content.extend(y.to_le_bytes());
    }
    content
}

/// Columns (name, kind, length) and rows of cells; a row that begins with `*` is deleted.
fn dbf(columns: &[(&str, u8, u8)], rows: &[(bool, Vec<&[u8]>)]) -> Vec<u8> {
    let row_bytes: usize = 1 + columns.iter().map(|c| usize::from(c.2)).sum::<usize>();
    let mut file = vec![3, 126, 1, 1];
    file.extend((rows.len() as u32).to_le_bytes());
    file.extend((33 + 32 * columns.len() as u16).to_le_bytes());
    file.extend((row_bytes as u16).to_le_bytes());
    file.extend([0; 20]);
    for (name, kind, length) in columns {
        let mut descriptor = [0_u8; 32];
        descriptor[..name.len()].copy_from_slice(name.as_bytes());
        (descriptor[11], descriptor[16]) = (*kind, *length);
        file.extend(descriptor);
    }
    file.push(0x0d);
    for (deleted, cells) in rows {
        file.push(if *deleted { b'*' } else { b' ' });
        for (cell, (_, _, length)) in cells.iter().zip(columns) {
            let mut bytes = cell.to_vec();
            bytes.resize(usize::from(*length), b' ');
            file.extend(bytes);
        }
    }
    file.push(0x1a);
    file
}

fn files(shp: Vec<u8>, dbf: Vec<u8>, prj: Option<&str>) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("a/x.shp".to_owned(), shp), ("a/x.dbf".to_owned(), dbf)];
    files.extend(prj.map(|p| ("a/x.prj".to_owned(), p.as_bytes().to_vec())));
    files
}

fn run(files: Vec<(String, Vec<u8>)>) -> Got {
    let tree = Tree::from_files(files);
    let mut got = Got::default();
    for claim in (FORMAT.claim)(&tree, &ReadOptions::default()) {
        if claim.verdict != Verdict::Read {
            got.error = Some(format!("{:?}", claim.verdict));
            continue;
        }
        let read = (FORMAT.read)(
            &tree,
            &claim,
            &Limits::default(),
            &ReadOptions::default(),
            &mut got,
        );
        if let Err(error) = read {
            got.error = Some(error.to_string());
        }
    }
    got
}

fn four_points(deleted: &[usize]) -> (Vec<u8>, Vec<u8>) {
    let shapes: Vec<_> = (0..4).map(|i| point(10.0 + f64::from(i), 50.0)).collect();
    let yields: [&[u8]; 4] = [b"0.0", b"1.0", b"2.0", b"3.0"];
    let rows: Vec<_> = (0..4)
        .map(|i| (deleted.contains(&i), vec![yields[i], &b"\"CORN\""[..]]))
        .collect();
    (
        shp(1, &shapes),
        dbf(&[("Yld_Vol_Dr", b'N', 10), ("Crop", b'C', 8)], &rows),
    )
}

/// GDAL pairs (0,0) (2,2) (3,3); readers that skip deleted rows give (0,0) (1,2) (2,3).
#[test]
fn a_deleted_row_takes_its_own_shape_with_it() {
    let (shp, dbf) = four_points(&[1]);
    let got = run(files(shp, dbf, Some(WGS84)));
    assert_eq!(
        got.numbers("longitude"),
        [Some(10.0), Some(12.0), Some(13.0)]
    );
    assert_eq!(
        got.numbers("dryVolumePerArea"),
        [Some(0.0), Some(2.0), Some(3.0)]
    );
    assert_eq!(got.ending.map(|e| e.records), Some(3));
    assert!(
        got.findings
            .iter()
            .any(|code| code == "shapefile.deleted-rows")
    );
    assert_eq!(got.operation.and_then(|o| o.crop).as_deref(), Some("CORN"));
}

#[test]
fn shapes_and_rows_of_different_number_pair_in_order() {
    let (shapes, table) = four_points(&[]);
    let rows: Vec<(bool, Vec<&[u8]>)> = vec![(false, vec![b"7"]), (false, vec![b"8"])];
    let short = dbf(&[("Yld_Vol_Dr", b'N', 10)], &rows);
    let got = run(files(shapes, short, Some(WGS84)));
    assert_eq!(got.numbers("dryVolumePerArea"), [Some(7.0), Some(8.0)]);
    assert!(
        got.findings
            .iter()
            .any(|code| code == "shapefile.rows-missing")
    );
    let got = run(files(shp(1, &[point(10.0, 50.0)]), table, Some(WGS84)));
    assert_eq!(got.numbers("dryVolumePerArea"), [Some(0.0)]);
    assert!(
        got.findings
            .iter()
            .any(|code| code == "shapefile.rows-extra")
    );
}

/// A ring of 0.001 by 0.001 degrees at the equator with a hole of a quarter in its middle:
/// 110.574 m by 111.320 m, less a quarter.
#[test]
fn polygons_have_a_centre_and_an_area_in_square_metres() {
    let outer = [
        (0.0, 0.0),
        (0.0, 0.001),
        (0.001, 0.001),
        (0.001, 0.0),
        (0.0, 0.0),
    ];
    let hole = [
        (0.00025, 0.00025),
        (0.00075, 0.00025),
        (0.00075, 0.00075),
        (0.00025, 0.00075),
        (0.00025, 0.00025),
    ];
    let crossed = [(0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, 0.0)];
    let shapes = shp(
        5,
        &[
            polygon(&[&outer, &hole]),
            polygon(&[&crossed]),
            polygon(&[]),
        ],
    );
    let rows: Vec<(bool, Vec<&[u8]>)> = vec![(false, vec![b"7"]); 3];
    let got = run(files(
        shapes,
        dbf(&[("Rt_Apd_Ms_", b'N', 10)], &rows),
        Some(WGS84),
    ));
    let (x, y, area) = (
        got.numbers("longitude"),
        got.numbers("latitude"),
        got.numbers("area"),
    );
    assert!((x[0].expect("x") - 0.0005).abs() < 1e-12 && (y[0].expect("y") - 0.0005).abs() < 1e-12);
    let expected = 110.574_27 * 111.319_49 * 0.75;
    assert!(
        (area[0].expect("area") / expected - 1.0).abs() < 1e-6,
        "{area:?}"
    );
    assert_eq!(
        (x[1], y[1]),
        (Some(0.5), Some(0.5)),
        "no area: the middle of the extent"
    );
    assert_eq!((x[2], y[2], area[2]), (None, None, None));
    let index = records::outline_index(got.points[0].schema_ref()).expect("outlines");
    let outlines = got.points[0].column(index).as_binary::<i32>();
    // Outer ring against the clock, then the hole.
    let wkb = outlines.value(0);
    assert_eq!(wkb[..13], [1, 3, 0, 0, 0, 2, 0, 0, 0, 5, 0, 0, 0]);
    assert_eq!(wkb.len(), 9 + 2 * (4 + 5 * 16));
    let number = |at: usize| f64::from_le_bytes(wkb[at..at + 8].try_into().expect("eight bytes"));
    let corner = |at: usize| (number(at), number(at + 8));
    assert_eq!((corner(13), corner(29)), ((0.0, 0.0), (0.001, 0.0)));
    assert_eq!(corner(13 + 84), (0.00025, 0.00025));
    assert!(outlines.is_valid(1) && outlines.is_null(2));
    assert!(got.raw[0].column_by_name("outline").is_none());
}

#[test]
fn prescriptions_and_boundaries_are_no_machine_data() {
    let ring = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)];
    let rows: Vec<(bool, Vec<&[u8]>)> = vec![(false, vec![b"7"])];
    for (name, word) in [("rate", "prescription"), ("Name", "boundary")] {
        let got = run(files(
            shp(5, &[polygon(&[&ring])]),
            dbf(&[(name, b'N', 10)], &rows),
            Some(WGS84),
        ));
        assert!(got.error.expect("a verdict").contains(word));
    }
    let mut set = files(
        shp(5, &[polygon(&[&ring])]),
        dbf(&[("speed", b'N', 10)], &rows),
        Some(WGS84),
    );
    set.push((
        "a/x-Deere-Metadata.json".to_owned(),
        br#"{"ShapeDataType":"Boundary"}"#.to_vec(),
    ));
    assert!(run(set).error.expect("a verdict").contains("boundary"));
}

#[test]
fn coordinates_without_prj_must_be_degrees() {
    let (shapes, table) = four_points(&[]);
    assert!(
        run(files(shapes, table.clone(), None))
            .findings
            .iter()
            .any(|code| code == "shapefile.prj-missing")
    );
    let metres = shp(1, &[point(640_819.0, 5_100_203.0)]);
    assert!(
        run(files(metres, table, None))
            .error
            .expect("an error")
            .contains(".prj")
    );
}

#[test]
fn cells_that_are_no_numbers_are_null_and_text_is_decoded() {
    let shapes: Vec<_> = (0..3).map(|i| point(10.0 + f64::from(i), 50.0)).collect();
    let rows: Vec<(bool, Vec<&[u8]>)> = vec![
        (false, vec![b"**********", b"M\xfchle", b"T", &[7, 0, 0, 0]]),
        (
            false,
            vec![b"-1.#IND", "Mühle".as_bytes(), b"?", &[255, 255, 255, 255]],
        ),
        (false, vec![b"12.5", b"\"F0:HILL\"", b"n", &[0, 0, 0, 128]]),
    ];
    let columns = [
        ("Yld_Vol_Dr", b'N', 10),
        ("Note", b'C', 12),
        ("Flag", b'L', 1),
        ("Count", b'I', 4),
    ];
    let got = run(files(shp(1, &shapes), dbf(&columns, &rows), Some(WGS84)));
    assert_eq!(got.numbers("dryVolumePerArea"), [None, None, Some(12.5)]);
    let owned = |t: &str| Some(t.to_owned());
    assert_eq!(
        got.raw_texts("Note"),
        [owned("Mühle"), owned("Mühle"), owned("F0:HILL")]
    );
    assert_eq!(got.raw_texts("Flag"), [owned("T"), None, owned("F")]);
    let count = got.raw[0].column_by_name("Count").expect("raw").clone();
    let count = count
        .as_any()
        .downcast_ref::<Float64Array>()
        .expect("numbers")
        .values()
        .to_vec();
    assert_eq!(count, [7.0, -1.0, -2_147_483_648.0]);
}

/// The tree as the FM-1000 manual tells it: metric values, names from the folders.
#[test]
fn trimble_trees_are_metric_and_named_by_their_folders() {
    let ring = [(10.0, 50.0), (10.0, 50.001), (10.001, 50.001), (10.0, 50.0)];
    let columns = [
        ("Speed", b'N', 8),
        ("Swath_wdth", b'N', 8),
        ("Target", b'N', 8),
        ("Appl_Rate", b'N', 8),
        ("Units", b'C', 8),
        ("UTC_Date", b'C', 8),
        ("UTC_Time", b'C', 10),
    ];
    let rows: Vec<(bool, Vec<&[u8]>)> = vec![(
        false,
        vec![
            b"9.5",
            b"24.0",
            b"150",
            b"148.5",
            b"l/ha",
            b"20260701",
            b"10:00:00.5",
        ],
    )];
    let set = files(
        shp(15, &[polygon(&[&ring])]),
        dbf(&columns, &rows),
        Some(WGS84),
    );
    let set = set.into_iter().map(|(path, bytes)| {
        (
            path.replace("a/x", "stick/AgGPS/Data/Hof/Nord/Acker 1/Spritzen/Coverage"),
            bytes,
        )
    });
    let got = run(set.collect());
    assert_eq!(got.error, None);
    let operation = got.operation.as_ref().expect("a machine file");
    assert_eq!(operation.provider, Provider::Trimble);
    assert_eq!(
        (operation.name.as_str(), operation.field.as_deref()),
        ("Spritzen", Some("Acker 1"))
    );
    assert_eq!(operation.time_source, "logged UTC");
    let unit = |name: &str| {
        let field = operation
            .points_schema
            .field_with_name(name)
            .expect("a column");
        records::unit_of(field).map(|u| u.symbol)
    };
    assert_eq!(
        (unit("speed"), unit("equipmentWidth")),
        (Some("km/hr"), Some("m"))
    );
    assert_eq!(
        (unit("appliedRate"), got.numbers("appliedRate")),
        (Some("L/ha"), vec![Some(148.5)])
    );
    assert_eq!(
        (unit("appliedRateTarget"), got.numbers("appliedRateTarget")),
        (Some("L/ha"), vec![Some(150.0)])
    );
}

/// Whatever is cut off, the rows before stay as they are, and nothing panics.
#[test]
fn cut_files_keep_the_rows_before() {
    let (shapes, table) = four_points(&[]);
    for end in 0..shapes.len() {
        let got = run(files(shapes[..end].to_vec(), table.clone(), Some(WGS84)));
        let whole = end.saturating_sub(100) / 28;
        if whole == 0 {
            assert!(got.error.is_some(), "cut at {end}");
            continue;
        }
        assert_eq!(got.numbers("dryVolumePerArea").len(), whole, "cut at {end}");
        assert_eq!(
            got.findings
                .iter()
                .any(|code| code == "shapefile.truncated"),
            !(end - 100).is_multiple_of(28)
        );
    }
    for end in 0..table.len() {
        let got = run(files(shapes.clone(), table[..end].to_vec(), Some(WGS84)));
        let rows = end.saturating_sub(97) / 19;
        assert!(
            got.error.is_some() || got.numbers("longitude").len() == rows,
            "cut at {end}"
        );
    }
}

/// Every byte changed in turn: any answer but a panic, and never more rows than there are.
#[test]
fn changed_bytes_never_panic() {
    let ring = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)];
    let rows: Vec<(bool, Vec<&[u8]>)> = vec![(false, vec![b"7", b"2026-07-01T10:00:00Z"]); 3];
    let table = dbf(&[("Rt_Apd_Ms_", b'N', 10), ("IsoTime", b'C', 24)], &rows);
    let shapes = shp(
        5,
        &[polygon(&[&ring]), polygon(&[&ring, &ring]), polygon(&[])],
    );
    for at in 0..shapes.len().max(table.len()) {
        for value in [0, 1, 5, 8, 11, 13, 0x2a, 0x7f, 0x80, 0xff] {
            let change = |bytes: &[u8]| {
                let mut bytes = bytes.to_vec();
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = value;
                }
                bytes
            };
            for set in [
                files(change(&shapes), table.clone(), Some(WGS84)),
                files(shapes.clone(), change(&table), Some(WGS84)),
            ] {
                let got = run(set);
                let count: usize = got.points.iter().map(RecordBatch::num_rows).sum();
                assert!(count <= 3 + table.len());
            }
        }
    }
}
