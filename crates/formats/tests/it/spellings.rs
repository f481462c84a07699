//! Tables that write the same two places, numbers and times in different ways, as data: what stands in
//! the cells is known by construction.

use crate::collect::{one, read_with};
use std::collections::BTreeMap;
use tramline_formats::{ReadOptions, Tree, detect};
use tramline_model::{Days, Property};

fn options(columns: &[(&str, &str)]) -> ReadOptions {
    let owned = |(title, meaning): &(&str, &str)| ((*title).to_owned(), (*meaning).to_owned());
    ReadOptions {
        column_map: columns.iter().map(owned).collect::<BTreeMap<_, _>>(),
        ..ReadOptions::default()
    }
}

/// Rows of a table: a title line, and twice the same cells with the second place.
fn table(titles: &str, first: &str, second: &str) -> String {
    let mut text = format!("{titles}\n");
    for row in 0..8 {
        text.push_str(if row % 2 == 0 { first } else { second });
        text.push('\n');
    }
    text
}

/// Longitude and latitude of the first two rows, north of the equator in Iowa.
const NORTH: [(f64, f64); 2] = [(-93.25, 43.208_472_222), (-93.25, 43.208_5)];

#[test]
fn one_place_in_every_spelling() {
    type Case = (
        &'static str,
        &'static str,
        &'static str,
        &'static [(&'static str, &'static str)],
    );
    #[rustfmt::skip]
    let cases: [Case; 21] = [
        ("Longitude,Latitude,Yield(bu/ac)", "-93.25,43.208472222,180", "-93.25,43.2085,181", &[]),
        ("Latitude;Longitude;Ertrag(t/ha)", "43,208472222;-93,25;9,5", "43,2085;-93,25;9,6", &[]),
        ("Länge;Breite;Ertrag(t/ha)", "-93,25;43,208472222;9,5", "-93,25;43,2085;9,6", &[]),
        ("Longitud;Latitud;Rendimiento(t/ha)", "-93,25;43,208472222;9,5", "-93,25;43,2085;9,6", &[]),
        ("lon,lat,yield(t/ha)", "\"-93,25\",\"43,208472222\",\"9,5\"", "\"-93,25\",\"43,2085\",\"9,6\"", &[]),
        ("lon,lat,yield(t/ha)", "93°15'00\"W,43°12'30.5\"N,9.5", "93°15'00\"W,43°12'30.6\"N,9.6", &[]),
        ("lon,lat,yield(t/ha)", "-93 15.0,43 12.50833333,9.5", "-93 15.0,43 12.51,9.6", &[]),
        ("lon,EW,lat,NS,yield(t/ha)", "9315.0,W,4312.50833333,N,9.5", "9315.0,W,4312.51,N,9.6", &[]),
        ("lon,EW,lat,NS,yield(t/ha)", "93.25,W,43.208472222,N,9.5", "93.25,W,43.2085,N,9.6", &[]),
        ("lon,lat,yield(t/ha)", "W93.25,N43.208472222,9.5", "W93.25,N43.2085,9.6", &[]),
        ("lon,lat,yield(t/ha)", "\"9315.0,W\",\"4312.50833333,N\",9.5", "\"9315.0,W\",\"4312.51,N\",9.6", &[]),
        ("lon,lat,yield(t/ha)", "-932500000,432084722,9.5", "-932500000,432085000,9.6", &[]),
        // Exchanged.
        ("lon,lat,yield(t/ha)", "43.208472222,-93.25,9.5", "43.2085,-93.25,9.6", &[]),
        ("X,Y,yield(t/ha)", "-93.25,43.208472222,9.5", "-93.25,43.2085,9.6", &[]),
        ("geometry,yield(t/ha),moisture(%)", "POINT (-93.25 43.208472222),9.5,14", "POINT (-93.25 43.2085),9.6,14", &[]),
        ("wkt,yield(t/ha),moisture(%)", "SRID=4326;POINT(-93.25 43.208472222),9.5,14", "SRID=4326;POINT(-93.25 43.2085),9.6,14", &[]),
        (".geo,yield(t/ha),moisture(%)", "\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[-93.25,43.208472222]}\",9.5,14",
            "\"{\"\"type\"\":\"\"Point\"\",\"\"coordinates\"\":[-93.25,43.2085]}\",9.6,14", &[]),
        // UTM zone 15 north, by PROJ.
        ("Easting,Northing,yield(t/ha)", "479691.934,4783996.039,9.5", "479691.943,4783999.124,9.6", &[("crs", "EPSG:32615")]),
        ("East;North;Ertrag(t/ha)", "479691,934;4783996,039;9,5", "479691,943;4783999,124;9,6", &[("crs", "UTM 15N")]),
        ("Rechtswert;Hochwert;Ertrag(t/ha)", "479.691,934;4.783.996,039;9,5", "479.691,943;4.783.999,124;9,6", &[("crs", "EPSG:26915")]),
        // Only the caller knows the columns.
        ("FID,F1,F2,F3", "1,-93.25,43.208472222,9.5", "2,-93.25,43.2085,9.6",
            &[("F1", "longitude"), ("F2", "latitude"), ("F3", "wetMassPerArea:t/ha")]),
    ];
    for (titles, first, second, columns) in cases {
        let tree = one("table.csv", table(titles, first, second));
        let options = options(columns);
        let claimed = detect(&tree, None, &options);
        assert_eq!(claimed.claims.len(), 1, "{titles}: {:?}", claimed.unclaimed);
        let read = read_with(&tree, "text", &options);
        assert_eq!(
            (read.failures.as_slice(), read.rows()),
            (&[] as &[String], 8),
            "{titles}"
        );
        let (x, y) = (
            read.numbers(Property::Longitude),
            read.numbers(Property::Latitude),
        );
        for (row, (east, north)) in NORTH.iter().enumerate() {
            let (x, y) = (x[row].unwrap_or(f64::NAN), y[row].unwrap_or(f64::NAN));
            assert!(
                (x - east).abs() < 2e-7 && (y - north).abs() < 2e-7,
                "{titles}: {x} {y}"
            );
        }
    }
}

#[test]
fn what_the_caller_says_is_never_dropped_in_silence() {
    let text = table("lon,lat,yield(t/ha)", "-93.25,43.2,9.5", "-93.25,43.3,9.6");
    let read = read_with(
        &one("t.csv", text),
        "text",
        &options(&[("crs", "EPSG:28355")]),
    );
    assert_eq!((read.failures.len(), read.rows()), (0, 8));
    assert!(read.has("columns.crs-not-used"), "{:?}", read.findings);
}

#[test]
fn what_is_missing_is_said() {
    #[rustfmt::skip]
    type Case<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)], &'a [&'a str]);
    let cases: [Case<'_>; 7] = [
        (
            "East,North,Yield(t/ha)",
            "654321.5,6370000.2,2.5",
            &[],
            &[
                "a table with yield",
                "East and North in metres",
                "give the coordinate system",
                "28355",
            ],
        ),
        (
            "X,Y,Yield(t/ha)",
            "12.5,250.25,2.5",
            &[],
            &["from a corner of the field", "longitude and latitude"],
        ),
        (
            "East,North,Yield(t/ha)",
            "654321.5,6370000.2,2.5",
            &[("crs", "EPSG:5347")],
            &["EPSG:5347", "km from the central meridian"],
        ),
        (
            "East,North,Yield(t/ha)",
            "654321.5,6370000.2,2.5",
            &[("crs", "mars")],
            &["`mars` is not known", "EPSG"],
        ),
        (
            "East,North,Yield(t/ha)",
            "654321.5,6370000.2,2.5",
            &[("crs", "EPSG:4267")],
            &["EPSG:4267"],
        ),
        (
            "F1,F2,Yield(t/ha)",
            "654321.5,6370000.2,2.5",
            &[("F1", "longitude"), ("F2", "latitude")],
            &["F1 and F2 in metres"],
        ),
        (
            "wkt,Yield(t/ha),n",
            "POINT (654321.5 6370000.2),2.5,1",
            &[],
            &["points in metres", "give the coordinate system"],
        ),
    ];
    for (titles, row, columns, words) in cases {
        let read = read_with(
            &one("t.csv", table(titles, row, row)),
            "text",
            &options(columns),
        );
        let text = read.failures.join(" ");
        for word in words {
            assert!(text.contains(word), "{titles} {columns:?}: {text}");
        }
    }
}

#[test]
fn a_day_stays_the_day_and_an_instant_an_instant() {
    /// 2016-11-07.
    const DAY: i32 = 17_112;
    const NOON: i64 = 1_478_520_000_000;
    #[rustfmt::skip]
    let days: [(&str, &str); 9] = [
        ("Date", "11/7/2016"), ("Datum", "07.11.2016"), ("Fecha", "07/11/2016"), ("Date,Time", "11/7/2016,11/7/2016"),
        ("Date,Time", "2016-11-07,00:00:00"), ("Time", "1478476800"), ("Date", "42681"), ("Data", "7 listopada 2016"),
        ("Timestamp", "2016-11-07T"),
    ];
    for (title, cell) in days {
        let row = format!("-93.25,43.2,180,{cell}");
        let text = table(&format!("lon,lat,yield(bu/ac),{title}"), &row, &row);
        let read = read_with(&one("t.csv", text), "text", &ReadOptions::default());
        assert_eq!(read.failures, [""; 0], "{title}");
        let days = read.endings[0].days;
        assert_eq!(
            days,
            Some(Days {
                first: DAY,
                last: DAY
            }),
            "{title} {cell}"
        );
        assert!(read.has("columns.day-only"), "{title} {cell}");
        let schema = read.operations[0].points_schema.clone();
        assert!(
            schema.field_with_name("timestamp").is_err(),
            "{title} {cell}"
        );
    }
    #[rustfmt::skip]
    let instants: [(&str, &str); 7] = [
        ("Date,Time", "11/7/2016,12:00:00 PM"), ("Datum,Uhrzeit", "07.11.2016,12:00:00"), ("Fecha,Hora", "07/11/2016,12:00:00 p. m."),
        ("Timestamp", "2016-11-07T12:00:00Z"), ("Time", "1478520000"), ("Date", "42681.5"),
        ("Date / Time", "7 Nov 2016 12:00"),
    ];
    for (title, cell) in instants {
        let row = format!("-93.25,43.2,180,{cell}");
        let text = table(&format!("lon,lat,yield(bu/ac),{title}"), &row, &row);
        let read = read_with(&one("t.csv", text), "text", &ReadOptions::default());
        assert_eq!(read.failures, [""; 0], "{title}");
        assert_eq!(
            (read.instants()[0], read.endings[0].days),
            (Some(NOON), None),
            "{title} {cell}"
        );
    }
    // Seconds of the day: the second row is no HHMMSS.
    let rows = ["43200", "43275"].map(|time| format!("-93.25,43.2,180,2016-11-07,{time}"));
    let text = table("lon,lat,yield(bu/ac),Date,Time", &rows[0], &rows[1]);
    let read = read_with(&one("t.csv", text), "text", &ReadOptions::default());
    assert_eq!(read.instants()[..2], [Some(NOON), Some(NOON + 75_000)]);
}

#[test]
fn a_clock_that_only_counts_gives_intervals() {
    let mut text = "lon,lat,yield(bu/ac),Time\n".to_owned();
    for second in 0..20 {
        let north = 43.2 + f64::from(second) * 2e-5;
        text.push_str(&format!("-93.25,{north:.6},180,{}\n", 36_900 + second));
    }
    let read = read_with(&one("t.csv", text), "text", &ReadOptions::default());
    assert!(
        read.has("columns.clock-of-intervals"),
        "{:?}",
        read.findings
    );
    let intervals = read.numbers(Property::SamplingInterval);
    assert_eq!(
        (intervals[0], intervals[1], intervals[19]),
        (None, Some(1.0), Some(1.0))
    );
}

#[test]
fn layers_ask_the_callers_columns_too() {
    let feature = |n: u32| {
        format!(
            r#"{{"type":"Feature","geometry":null,"properties":{{"a":"{}","b":"-93,25","c":9.5}}}}"#,
            format_args!("43,2{n}")
        )
    };
    let features: Vec<String> = (1..9).map(feature).collect();
    let text = format!(
        r#"{{"type":"FeatureCollection","features":[{}]}}"#,
        features.join(",")
    );
    let tree: Tree = one("t.geojson", text);
    let map = options(&[
        ("a", "latitude"),
        ("b", "longitude"),
        ("c", "wetMassPerArea:t/ha"),
    ]);
    let read = read_with(&tree, "geojson", &map);
    assert_eq!(
        (read.failures.as_slice(), read.rows()),
        (&[] as &[String], 8)
    );
    assert_eq!(read.numbers(Property::Latitude)[0], Some(43.21));
    assert_eq!(read.numbers(Property::Longitude)[0], Some(-93.25));
}
