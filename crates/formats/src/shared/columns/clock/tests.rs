//! Times of columns: what is an instant, what a day, and what only counts.

use super::*;

fn clock(columns: TimeColumns, rows: &[(&str, &str)]) -> Option<Clock> {
    let owned = |(date, time): &(&str, &str)| ((*date).to_owned(), (*time).to_owned());
    let rows: Vec<(String, String)> = rows.iter().map(owned).collect();
    Clock::from_rows(columns, Family::Generic, &rows, &ReadOptions::default())
}

fn one(texts: &[&str]) -> Option<Clock> {
    let rows: Vec<(&str, &str)> = texts.iter().map(|text| (*text, "")).collect();
    clock(TimeColumns::One(0), &rows)
}

const PAIR: TimeColumns = TimeColumns::DateAndTime { date: 0, time: 1 };

#[test]
fn one_text_with_date_and_time() {
    // By `date -u -d … +%s`.
    #[rustfmt::skip]
    let cases = [
        ("2017-08-26T18:36:52.000Z", 1_503_772_612_000, true), ("2017-08-26T20:36:52+02:00", 1_503_772_612_000, true),
        ("2017-08-26 18:36:52.250", 1_503_772_612_250, false), ("8/26/2017 6:36:52 PM", 1_503_772_612_000, false),
        ("26-Aug-2017 18:36:52", 1_503_772_612_000, false), ("20170826 18:36:52", 1_503_772_612_000, false),
        ("20170826T183652Z", 1_503_772_612_000, true), ("26.08.2017 18:36:52", 1_503_772_612_000, false),
        ("26. August 2017, 18:36:52", 1_503_772_612_000, false), ("26/08/2017 6:36:52 p. m.", 1_503_772_612_000, false),
        ("26 août 2017 18h36:52", 1_503_772_612_000, false), ("26 de agosto de 2017 18:36:52", 1_503_772_612_000, false),
        ("Sat Aug 26 2017 18:36:52", 1_503_772_612_000, false), ("2017-08-26 18:36:52 UTC", 1_503_772_612_000, true),
        ("1503772612", 1_503_772_612_000, true), ("1503772612000", 1_503_772_612_000, true),
        ("42973.77560185", 1_503_772_612_000, false), ("42973,77560185", 1_503_772_612_000, false),
    ];
    for (text, ms, zoned) in cases {
        let found = one(&[text]);
        let clock = found.unwrap_or_else(|| panic!("{text}"));
        let read = clock.read(text, "").map(|found| (found - ms).abs() <= 1);
        assert_eq!(read, Some(true), "{text}: {:?}", clock.read(text, ""));
        assert_eq!(clock.source == "logged UTC", zoned, "{text}");
    }
    for text in [
        "",
        "NA",
        "yesterday",
        "13/32/2017",
        "2017-02-30",
        "1",
        "99:99:99",
        "T",
        "é/é/é",
        "0.5",
    ] {
        let found = one(&[text]).filter(|clock| clock.gives_instants() || clock.gives_days());
        assert!(found.is_none(), "{text}: {found:?}");
    }
}

#[test]
fn a_day_is_no_instant() {
    let day = 17_112;
    #[rustfmt::skip]
    let one_column: [&[&str]; 11] = [
        &["2016-11-07", "2016-11-07"], &["2016-11-07T", "2016-11-07T"], &["11/7/2016", "11/7/2016", "11/30/2016"],
        &["07.11.2016"], &["20161107", "20161107"], &["42681", "42681", "42681"], &["7 November 2016"],
        &["2016-11-07 00:00:00", "2016-11-07 00:00:00"], &["2016-11-07T00:00:00Z", "2016-11-07T00:00:00Z"],
        &["1478476800", "1478476800"], &["11/7/2016 12:00:00 AM", "11/7/2016 12:00:00 AM", "11/13/2016 12:00:00 AM"],
    ];
    for texts in one_column {
        let mut clock = one(texts).unwrap_or_else(|| panic!("{texts:?}"));
        assert!(clock.gives_days(), "{texts:?}: {clock:?}");
        assert_eq!(clock.note(texts[0], ""), None);
        assert_eq!(clock.days().map(|days| days.first), Some(day), "{texts:?}");
    }
    // A time column that repeats the date, is empty, or stands at midnight.
    for (date, time) in [
        ("11/7/2016", "11/7/2016"),
        ("2016-11-07", ""),
        ("7.11.2016", "00:00:00"),
        ("2016-11-07", "0"),
    ] {
        let mut clock =
            clock(PAIR, &[(date, time), (date, time)]).unwrap_or_else(|| panic!("{date} {time}"));
        assert!(clock.gives_days(), "{date} {time}: {clock:?}");
        assert_eq!(
            (clock.note(date, time), clock.days().is_some()),
            (None, true),
            "{date} {time}"
        );
    }
    let mut two = one(&["2016-11-07", "2016-11-09"]).expect("days");
    two.note("2016-11-07", "");
    two.note("2016-11-09", "");
    assert_eq!(
        two.days(),
        Some(Days {
            first: day,
            last: day + 2
        })
    );
    // Rows that lost their time beside rows that have one.
    let mixed = one(&["2016-11-07 10:00:00", "2016-11-07"]).expect("instants");
    assert!(mixed.gives_instants() && mixed.read("2016-11-07", "").is_none());
}

#[test]
fn date_and_time_in_two_columns() {
    let at = Some(1_533_823_502_000);
    #[rustfmt::skip]
    let cases: [(&[(&str, &str)], bool); 9] = [
        (&[("2018-08-09", "14:05:02")], false), (&[("9.8.2018", "14:05:02")], false),
        (&[("8/9/2018", "2:05:02 PM"), ("8/25/2018", "1:00 PM")], false),
        (&[("2018-08-09", "140502"), ("2018-08-09", "141959")], false),
        // Seconds of the day, and the part of a day of a spreadsheet.
        (&[("2018-08-09", "50702"), ("2018-08-09", "50799")], false),
        (&[("43321", "0.586828703704"), ("43321", "0.5869")], false),
        // Some write both into one of the two.
        (&[("2018-08-09", "2018-08-09 14:05:02")], false), (&[("2018-08-09 14:05:02", "")], false),
        (&[("20180809", "14:05:02")], false),
    ];
    for (rows, zoned) in cases {
        let clock = clock(PAIR, rows).unwrap_or_else(|| panic!("{rows:?}"));
        assert!(clock.gives_instants(), "{rows:?}");
        let (date, time) = rows[0];
        assert_eq!(clock.read(date, time), at, "{rows:?}: {clock:?}");
        assert_eq!(clock.source == "logged UTC", zoned, "{rows:?}");
    }
}

#[test]
fn a_clock_of_intervals_is_told_from_one_of_instants() {
    let numbers = |from: f64, step: f64| -> Vec<String> {
        (0..30)
            .map(|i| (from + f64::from(i) * step).to_string())
            .collect()
    };
    // Seconds since the start, of the day, of the GPS week; and texts without a day.
    let clocks: Vec<String> = (0..30).map(|i| format!("10:15:{i:02}")).collect();
    for texts in [
        numbers(0.0, 1.0),
        numbers(36_900.0, 1.0),
        numbers(345_600.5, 1.0),
        clocks,
    ] {
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        let mut clock = one(&texts).unwrap_or_else(|| panic!("{texts:?}"));
        assert!(clock.gives_intervals(), "{clock:?}");
        assert_eq!((clock.note(texts[0], ""), clock.days()), (None, None));
        assert_eq!(
            (clock.interval(texts[0], ""), clock.interval(texts[1], "")),
            (None, Some(1.0))
        );
        // A pause is no interval.
        assert_eq!(clock.interval(texts[29], "").is_some(), 28.0 <= INTERVAL_S);
        assert_eq!(clock.interval(texts[0], ""), None);
    }
    // Five rows share a stamp of five seconds.
    let coarse: Vec<String> = (0..40).map(|i| (36_000 + i / 5 * 5).to_string()).collect();
    let coarse: Vec<&str> = coarse.iter().map(String::as_str).collect();
    let mut clock = one(&coarse).expect("a clock");
    assert!(clock.gives_intervals());
    assert_eq!(clock.interval(coarse[0], ""), Some(1.0));
    // The same interval in every row is not a clock.
    assert!(one(&["1", "1", "1", "1"]).is_none());
}

#[test]
fn instants_that_cannot_be_are_none() {
    let options = ReadOptions {
        latest_instant_ms: Some(1_600_000_000_000),
        ..ReadOptions::default()
    };
    let rows = ["2019-01-01 10:00", "2055-01-01 10:00", "1970-01-01 10:00"];
    let texts: Vec<(String, String)> = rows
        .iter()
        .map(|t| ((*t).to_owned(), String::new()))
        .collect();
    let clock = Clock::from_rows(TimeColumns::One(0), Family::Generic, &texts, &options);
    let clock = clock.expect("one of three");
    let read: Vec<bool> = rows
        .iter()
        .map(|row| clock.read(row, "").is_some())
        .collect();
    assert_eq!(read, [true, false, false]);
}

#[test]
fn a_logger_of_cropscan_writes_the_day_first() {
    let rows = [("5/8/2018".to_owned(), "10:00".to_owned())];
    let of = |family| {
        let clock = Clock::from_rows(PAIR, family, &rows, &ReadOptions::default());
        clock.and_then(|clock| clock.read("5/8/2018", "10:00"))
    };
    let days = |a: Option<i64>, b: Option<i64>| Some((a? - b?) / DAY_MS);
    assert_eq!(days(of(Family::CropScan), of(Family::Generic)), Some(89));
}
