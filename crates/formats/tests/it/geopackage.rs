//! GeoPackages of the simulator against what it counted, and hostile ones.

use crate::collect::{Collected, one, read_with};
use rusqlite::Connection;
use std::collections::BTreeMap;
use tramline_formats::{Limits, ReadOptions, Tree, Verdict, detect, registry};
use tramline_model::{OperationType, Property, ReadError};
use tramline_samples::{Operation, Plan, Simulated, simulate, write};

fn small(operation: Operation) -> Simulated {
    simulate(&Plan {
        pass_records: 20,
        passes: 3,
        ..Plan::new(operation)
    })
}

fn read(bytes: Vec<u8>) -> Collected {
    read_with(&one("a.gpkg", bytes), "geopackage", &ReadOptions::default())
}

fn bytes_of(run: &Simulated, srs: i64) -> Vec<u8> {
    write::geopackage::points(run, srs).remove(0).1
}

#[test]
fn points_come_with_their_values_in_degrees_and_in_utm() {
    let run = small(Operation::Harvest);
    for srs in [4326, 32_615] {
        let got = read(bytes_of(&run, srs));
        assert_eq!(got.failures, Vec::<String>::new());
        assert_eq!(got.rows() as u64, run.truth.records);
        let operation = &got.operations[0];
        assert_eq!(operation.operation_type, OperationType::Harvested);
        assert_eq!(
            (operation.name.as_str(), operation.file_format),
            (run.plan.task.as_str(), "GPKG")
        );
        assert_eq!(operation.crop.as_deref(), Some("Corn"));
        assert!(operation.assumed_units.is_empty());
        assert_eq!(
            got.unit(Property::WetMassPerArea).map(|u| u.symbol),
            Some("kg/ha")
        );
        let longitudes = got.numbers(Property::Longitude);
        let latitudes = got.numbers(Property::Latitude);
        let yields = got.numbers(Property::WetMassPerArea);
        for (row, record) in run.records.iter().enumerate() {
            assert!(
                (longitudes[row].unwrap_or(0.0) - record.longitude).abs() < 1e-8,
                "{srs}"
            );
            assert!(
                (latitudes[row].unwrap_or(0.0) - record.latitude).abs() < 1e-8,
                "{srs}"
            );
            assert_eq!(yields[row], Some(record.rate * 1e4));
        }
        assert_eq!(got.instants()[3], Some(run.records[3].time_ms));
        // The boundary is named, and no machine file.
        assert_eq!(got.operations.len(), 1);
        let other = got
            .findings
            .iter()
            .find(|f| f.code == "geopackage.other-layer");
        assert!(other.is_some_and(|f| f.text.contains("Boundary")));
    }
}

/// A changed copy of the sample.
fn changed(srs: i64, sql: &str) -> Vec<u8> {
    let mut connection = Connection::open_in_memory().expect("opens");
    let bytes = bytes_of(&small(Operation::Planting), srs);
    connection
        .deserialize_read_exact("main", bytes.as_slice(), bytes.len(), false)
        .expect("a database");
    connection.execute_batch(sql).expect("valid sql");
    connection.serialize("main").expect("serialises").to_vec()
}

#[test]
fn coordinate_systems_that_are_not_known_are_refused_by_name() {
    let got = read(changed(31_467, ""));
    assert!(
        got.failures.len() == 1 && got.failures[0].contains("EPSG:31467"),
        "{:?}",
        got.failures
    );
    let column_map = BTreeMap::from([("crs".to_owned(), "EPSG:32615".to_owned())]);
    let options = ReadOptions {
        column_map,
        ..ReadOptions::default()
    };
    let got = read_with(&one("a.gpkg", changed(31_467, "")), "geopackage", &options);
    assert_eq!(got.endings.len(), 1);
    // By the definition alone.
    let wkt = "UPDATE gpkg_spatial_ref_sys SET organization = 'NONE', definition = \
        'PROJCS[\"u\",GEOGCS[\"g\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563]],\
        PRIMEM[\"Greenwich\",0],UNIT[\"degree\",0.0174532925199433]],\
        PROJECTION[\"Transverse_Mercator\"],PARAMETER[\"latitude_of_origin\",0],\
        PARAMETER[\"central_meridian\",-93],PARAMETER[\"scale_factor\",0.9996],\
        PARAMETER[\"false_easting\",500000],PARAMETER[\"false_northing\",0],UNIT[\"metre\",1]]' \
        WHERE srs_id > 0";
    let got = read(changed(32_615, wkt));
    let off = got.numbers(Property::Longitude)[0].unwrap_or(0.0) - -93.62;
    assert!(off.abs() < 1e-3, "{off}");
}

#[test]
fn each_layer_with_values_is_a_machine_file_and_names_are_data() {
    let sql = r#"
        ALTER TABLE "Soybean planting" RENAME TO "x"" ; DROP TABLE gpkg_contents; --";
        UPDATE gpkg_contents SET table_name = 'x" ; DROP TABLE gpkg_contents; --' WHERE table_name LIKE 'Soy%';
        UPDATE gpkg_geometry_columns SET table_name = 'x" ; DROP TABLE gpkg_contents; --' WHERE table_name LIKE 'Soy%';
        CREATE TABLE two (geom BLOB, moisture REAL, "a""b" TEXT);
        INSERT INTO two VALUES (x'4750000100000000010100000000000000000024400000000000004940', 14.5, 'x');
        INSERT INTO two VALUES (x'00', 15.5, NULL);
        INSERT INTO gpkg_contents VALUES ('two', 'features', NULL, '', '', 0,0,0,0, 4326);
        INSERT INTO gpkg_geometry_columns VALUES ('two', 'geom', 'POINT', 4326, 0, 0);"#;
    let got = read(changed(4326, sql));
    assert_eq!(got.failures, Vec::<String>::new());
    assert_eq!(got.operations.len(), 2);
    assert_eq!(got.operations[1].name, "two");
    let rows: Vec<u64> = got.endings.iter().map(|e| e.records).collect();
    assert_eq!(rows[1], 2);
    assert!(got.has("geopackage.no-position"));
}

#[test]
fn code_of_the_database_does_not_run() {
    let table = "'Soybean planting'";
    let rename = "ALTER TABLE \"Soybean planting\" RENAME TO real;";
    let names = format!(
        "UPDATE gpkg_contents SET table_name = {table} WHERE table_name = 'real';
         UPDATE gpkg_geometry_columns SET table_name = {table} WHERE table_name = 'real';"
    );
    for (what, sql) in [
        (
            "a view that never ends",
            format!(
                "{rename} CREATE VIEW {table} AS WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT \
                 n + 1 FROM c) SELECT n AS geom, n AS moisture FROM c; {names}"
            ),
        ),
        (
            "a virtual table",
            format!("{rename} CREATE VIRTUAL TABLE {table} USING fts5(geom, moisture); {names}"),
        ),
        (
            "a list of layers that never ends",
            "ALTER TABLE gpkg_contents RENAME TO c0; CREATE VIEW gpkg_contents AS WITH RECURSIVE \
             c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT n AS table_name, n AS \
             identifier, 'features' AS data_type FROM c;"
                .to_owned(),
        ),
    ] {
        let got = read(changed(4326, &sql));
        assert!(
            got.operations.is_empty() && got.failures.len() == 1,
            "{what}"
        );
    }
    // A generated column is not among the columns, whatever it would compute.
    let sql =
        "ALTER TABLE \"Soybean planting\" ADD COLUMN bomb TEXT AS (hex(zeroblob(900000000)));";
    let got = read(changed(4326, sql));
    assert_eq!(got.endings.len(), 1);
    // Values beyond the limit end the layer, and what came before is kept.
    let sql = "INSERT INTO \"Soybean planting\" (crop) VALUES (hex(zeroblob(12000000)));";
    let got = read(changed(4326, sql));
    assert!(got.has("geopackage.unreadable-rest") || !got.failures.is_empty());
    assert_eq!(got.endings.len() + got.failures.len(), 1);
}

#[test]
fn what_is_no_layer_of_data_says_why() {
    // Points without their table may be meant as data: that is a failure, with the list.
    let got = read(changed(4326, "DROP TABLE \"Soybean planting\""));
    assert!(
        got.failures[0].contains("Boundary") && got.failures[0].contains("own"),
        "{:?}",
        got.failures
    );
    let got = read(changed(4326, "DELETE FROM gpkg_contents"));
    assert!(got.failures[0].contains("no layer"), "{:?}", got.failures);
    for (bytes, word) in [
        (b"no database".to_vec(), "SQLite"),
        (b"SQLite format 3\0".to_vec(), "truncated"),
        (Vec::new(), "SQLite"),
    ] {
        let got = read(bytes);
        assert!(got.failures[0].contains(word), "{:?}", got.failures);
    }
    let tree = one("a.gpkg", bytes_of(&small(Operation::Planting), 4326));
    let format = registry::by_id("geopackage").expect("registered");
    let claim = (format.claim)(&tree, &ReadOptions::default()).remove(0);
    let limits = Limits {
        entry_bytes: 1_000,
        ..Limits::default()
    };
    let mut got = Collected::default();
    let read = (format.read)(&tree, &claim, &limits, &ReadOptions::default(), &mut got);
    assert!(matches!(read, Err(ReadError::Limit { .. })));
}

#[test]
fn boundaries_are_not_machine_data() {
    let sql = "DELETE FROM gpkg_contents WHERE identifier <> 'Boundary'";
    let tree = one("a.gpkg", changed(4326, sql));
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_eq!(detection.machine_data().count(), 0);
    assert!(matches!(
        &detection.claims[0].verdict,
        Verdict::NotMachineData { reason } if reason.contains("Boundary")
    ));
}

#[test]
fn unsaved_changes_are_told_and_write_ahead_mode_is_read() {
    let mut bytes = bytes_of(&small(Operation::Planting), 4326);
    bytes[18] = 2;
    bytes[19] = 2;
    let tree = Tree::from_files([
        ("a.gpkg".to_owned(), bytes),
        ("a.gpkg-wal".to_owned(), vec![1; 64]),
    ]);
    let detection = detect(&tree, None, &ReadOptions::default());
    assert_eq!(detection.claims.len(), 1);
    assert!(detection.unclaimed.is_empty());
    let got = read_with(&tree, "geopackage", &ReadOptions::default());
    assert_eq!(got.endings.len(), 1);
    assert!(got.has("geopackage.unsaved-changes"));
}

#[test]
fn broken_databases_never_panic() {
    let good = bytes_of(&small(Operation::Planting), 4326);
    for n in 0..200 {
        let read_cut = read(good[..good.len() * n / 200].to_vec());
        assert!(
            read_cut.endings.len() + read_cut.failures.len() >= 1,
            "cut {n}"
        );
    }
    for n in 0..1_500_usize {
        let mut bytes = good.clone();
        // Headers of pages first, then anywhere.
        let at = if n % 2 == 0 {
            (n % 40) * 4_096 % bytes.len() + n % 12
        } else {
            n.wrapping_mul(7_919) % bytes.len()
        };
        bytes[at] ^= [0xff, 0x80, 0x01, 0x20][n % 4];
        let _ = read(bytes);
    }
}
