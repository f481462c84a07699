//! Every time log of the ISOXML corpus against what an independent decoder found in it
//! (`corpus/isoxml/expected.json`), and what each set's task data must give.

use crate::skip::skipped;
use serde_json::Value;
use std::path::PathBuf;
use tramline_formats::isoxml::raw::{TaskData, TimeLog, ddi};
use tramline_formats::{Limits, ReadOptions, Tree};

/// The corpus folder of a format; `None`, loudly, when it is not there.
pub(crate) fn corpus(format: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TRAMLINE_CORPUS").map_or_else(
        || {
            PathBuf::from(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/../../../shared/corpus"
            ))
        },
        PathBuf::from,
    );
    let folder = root.join(format);
    if folder.is_dir() {
        return Some(folder);
    }
    skipped(&format!(
        "no corpus at {} (set TRAMLINE_CORPUS)",
        folder.display()
    ));
    None
}

fn expected() -> Option<(PathBuf, Value)> {
    let folder = corpus("isoxml")?;
    let text = std::fs::read_to_string(folder.join("expected.json")).expect("expected.json");
    Some((folder, serde_json::from_str(&text).expect("json")))
}

/// Differences found, so that one run tells them all.
#[derive(Default)]
struct Differences(Vec<String>);

impl Differences {
    fn check<T: PartialEq + std::fmt::Debug>(&mut self, what: &str, ours: T, theirs: T) {
        if ours != theirs {
            self.0
                .push(format!("{what}: ours {ours:?}, expected {theirs:?}"));
        }
    }

    /// Expected numbers have ten significant digits.
    fn near(&mut self, what: &str, ours: f64, theirs: &Value) {
        let theirs = theirs.as_f64().unwrap_or(f64::NAN);
        if (ours - theirs).abs() > theirs.abs().max(1e-12) * 1e-9 {
            self.0
                .push(format!("{what}: ours {ours}, expected {theirs}"));
        }
    }
}

fn instant(value: &Value) -> Option<i64> {
    let time: jiff::civil::DateTime = value.as_str()?.parse().expect("date and time");
    let timestamp = jiff::tz::TimeZone::UTC
        .to_timestamp(time)
        .expect("in range");
    Some(timestamp.as_millisecond())
}

fn bbox_raw(log: &TimeLog) -> Option<[i64; 4]> {
    let mut bbox: Option<[i64; 4]> = None;
    for (lat, lon) in log.latitude.iter().zip(&log.longitude) {
        let (lat, lon) = (i64::from(*lat), i64::from(*lon));
        let in_range = lat.abs() <= 900_000_000 && lon.abs() <= 1_800_000_000;
        if (lat, lon) == (0, 0) || !in_range {
            continue;
        }
        let b = bbox.get_or_insert([lon, lat, lon, lat]);
        *b = [b[0].min(lon), b[1].min(lat), b[2].max(lon), b[3].max(lat)];
    }
    bbox
}

/// Count, minimum, maximum and sum of one value of the header, if it was logged.
type Column = Option<(u64, i64, i64, i64)>;

/// By header index.
fn columns(log: &TimeLog) -> Vec<Column> {
    let mut columns = vec![None; log.header.values.len()];
    for (index, raw) in log.value_index.iter().zip(&log.value) {
        let raw = i64::from(*raw);
        let column: &mut Option<_> = &mut columns[usize::from(*index)];
        let c = column.get_or_insert((0, raw, raw, 0));
        *c = (c.0 + 1, c.1.min(raw), c.2.max(raw), c.3 + raw);
    }
    columns
}

fn compare(what: &str, log: &TimeLog, expected: &Value, differences: &mut Differences) {
    // Where the strict decode stopped early, the numbers with resynchronisation count.
    let whole = expected.get("resync").unwrap_or(expected);
    let d = differences;
    d.check(
        &format!("{what} records"),
        Some(log.records as u64),
        whole["records"].as_u64(),
    );
    d.check(
        &format!("{what} first"),
        log.time_ms.first().copied(),
        instant(&whole["first"]),
    );
    d.check(
        &format!("{what} last"),
        log.time_ms.last().copied(),
        instant(&whole["last"]),
    );
    d.check(
        &format!("{what} values"),
        Some(log.value.len() as u64),
        whole["values_total"].as_u64(),
    );
    d.check(
        &format!("{what} offsets"),
        log.value_offsets.len(),
        log.records + 1,
    );
    let skipped = whole
        .get("skipped_bytes")
        .and_then(Value::as_u64)
        .unwrap_or(0);
    let gaps = whole.get("gaps").and_then(Value::as_u64).unwrap_or(0);
    d.check(&format!("{what} skipped"), log.skipped_bytes, skipped);
    d.check(&format!("{what} gaps"), u64::from(log.gaps), gaps);
    if whole.get("earliest").is_some() {
        let (first, last) = (log.time_ms.iter().min(), log.time_ms.iter().max());
        d.check(
            &format!("{what} earliest"),
            first.copied(),
            instant(&whole["earliest"]),
        );
        d.check(
            &format!("{what} latest"),
            last.copied(),
            instant(&whole["latest"]),
        );
        let theirs: Option<[i64; 4]> =
            serde_json::from_value(whole["bbox_raw"].clone()).expect("four numbers");
        d.check(&format!("{what} bbox"), bbox_raw(log), theirs);
    } else if let Some(bbox) = whole["bbox"].as_array() {
        let ours = bbox_raw(log).unwrap_or_default();
        for (ours, theirs) in ours.iter().zip(bbox) {
            d.near(&format!("{what} bbox"), *ours as f64 * 1e-7, theirs);
        }
    }
    let columns = columns(log);
    compare_values(what, log, &columns, whole, d);
    if expected.get("resync").is_none() {
        d.check(
            &format!("{what} header"),
            Some(columns.len()),
            expected["dlv"].as_array().map(Vec::len),
        );
        let template: String = log.header.position_in_record.iter().collect();
        let theirs = expected["header"]["ptn_binary"].as_str();
        d.check(&format!("{what} template"), Some(template.as_str()), theirs);
    }
}

/// Value by value of the header.
fn compare_values(
    what: &str,
    log: &TimeLog,
    columns: &[Column],
    whole: &Value,
    d: &mut Differences,
) {
    for theirs in whole["dlv"].as_array().expect("dlv") {
        let index = theirs["index"].as_u64().expect("index") as usize;
        let what = format!("{what} dlv {index}");
        let Some(header) = log.header.values.get(index) else {
            d.0.push(format!("{what}: not in our header"));
            continue;
        };
        d.check(
            &format!("{what} ddi"),
            Some(u64::from(header.ddi)),
            theirs["ddi"].as_u64(),
        );
        d.check(
            &format!("{what} det"),
            header.device_element.as_deref(),
            theirs["det"].as_str(),
        );
        let (count, min, max, sum) = columns[index].unwrap_or_default();
        d.check(
            &format!("{what} count"),
            Some(count),
            theirs["count"].as_u64(),
        );
        if count == 0 {
            continue;
        }
        d.check(
            &format!("{what} min"),
            Some(min),
            theirs["raw_min"].as_i64(),
        );
        d.check(
            &format!("{what} max"),
            Some(max),
            theirs["raw_max"].as_i64(),
        );
        d.check(
            &format!("{what} sum"),
            Some(sum),
            theirs["raw_sum"].as_i64(),
        );
        if let Some(scaled) = theirs.get("ddi_scaled") {
            let resolution = ddi::lookup(header.ddi).map_or(1.0, |ddi| ddi.resolution);
            d.near(
                &format!("{what} scaled min"),
                min as f64 * resolution,
                &scaled["min"],
            );
            d.near(
                &format!("{what} scaled max"),
                max as f64 * resolution,
                &scaled["max"],
            );
            d.near(
                &format!("{what} scaled sum"),
                sum as f64 * resolution,
                &scaled["sum"],
            );
        }
    }
}

#[test]
fn time_logs_agree_with_the_independent_decoder() {
    let Some((folder, expected)) = expected() else {
        return;
    };
    let mut differences = Differences::default();
    let (mut compared, mut absent, mut records) = (0, 0, 0);
    for (dataset, expected) in expected.as_object().expect("object") {
        let path = folder.join(dataset);
        if !path.is_dir() {
            continue;
        }
        let tree = Tree::open(&path, &Limits::default()).expect("opens");
        for set in expected["sets"].as_array().expect("sets") {
            let main = set["taskdata"].as_str().expect("path");
            let main = tree
                .ids()
                .find(|id| tree.entry(*id).path == main)
                .expect("main file");
            for log in set["tlg"].as_array().into_iter().flatten() {
                let name = log["name"].as_str().expect("name");
                let stem = name.trim_end_matches(".bin").trim_end_matches(".BIN");
                let xml = tree.sibling(main, &format!("{stem}.xml"));
                let bin = tree.sibling(main, &format!("{stem}.bin"));
                let (Some(xml), Some(bin)) = (xml, bin) else {
                    assert!(log.get("records").is_none(), "{dataset} {name}");
                    absent += 1;
                    continue;
                };
                let what = format!("{dataset} {name}");
                match TimeLog::read(&tree, xml, bin, name, &Limits::default()) {
                    Ok(ours) if log.get("records").is_some() => {
                        compare(&what, &ours, log, &mut differences);
                        compared += 1;
                        records += ours.records;
                    }
                    // The other decoder refuses headers without closing tag and empty ones.
                    Ok(ours) => {
                        let known = ours.records == 1_599 || ours.records == 0;
                        assert!(known, "{what}: {} records", ours.records);
                        assert!(!ours.findings.is_empty(), "{what}");
                    }
                    Err(error) => differences.0.push(format!("{what}: {error}")),
                }
            }
        }
    }
    let all = differences.0.len();
    differences.0.truncate(40);
    assert!(all == 0, "{all} differences:\n{}", differences.0.join("\n"));
    assert!(
        compared >= 100 && records > 400_000,
        "{compared} logs, {records} records; {absent} logs without files"
    );
}

#[test]
fn a_header_without_closing_tag_still_gives_its_records() {
    let Some(folder) = corpus("isoxml") else {
        return;
    };
    let tree = Tree::open(&folder.join("dn-broken-timelogs"), &Limits::default()).expect("opens");
    let main = tree
        .ids()
        .find(|id| tree.name(*id) == "TASKDATA.XML")
        .expect("main file");
    let entry = |name| tree.sibling(main, name).expect("in the folder");
    let (xml, bin) = (entry("TLG00003.xml"), entry("TLG00003.bin"));
    let log = TimeLog::read(&tree, xml, bin, "TLG00003", &Limits::default()).expect("recovered");
    assert_eq!(log.records, 1_599);
    assert!(
        log.findings
            .iter()
            .any(|f| f.code == "isoxml.xml-recovered")
    );
}

#[test]
fn task_data_agree_with_the_independent_reader() {
    let Some((folder, expected)) = expected() else {
        return;
    };
    let mut differences = Differences::default();
    for (dataset, expected) in expected.as_object().expect("object") {
        let path = folder.join(dataset);
        if !path.is_dir() {
            continue;
        }
        let tree = Tree::open(&path, &Limits::default()).expect("opens");
        for set in expected["sets"].as_array().expect("sets") {
            let main = set["taskdata"].as_str().expect("path");
            let what = format!("{dataset} {main}");
            let main = tree
                .ids()
                .find(|id| tree.entry(*id).path == main)
                .expect("main file");
            let data = match TaskData::read(&tree, main, &Limits::default()) {
                Ok(data) => data,
                Err(error) => {
                    differences.0.push(format!("{what}: {error}"));
                    continue;
                }
            };
            let length = |key: &str| set[key].as_array().map(Vec::len);
            // What the other reader refuses as a whole has no lists.
            let Some(tasks) = length("tasks") else {
                continue;
            };
            let unique = !data
                .findings
                .iter()
                .any(|f| f.code == "isoxml.duplicate-id");
            if unique {
                differences.check(&format!("{what} tasks"), data.tasks.len(), tasks);
                let devices = length("devices").unwrap_or(0);
                differences.check(&format!("{what} devices"), data.devices.len(), devices);
                let elements: usize = data.devices.iter().map(|d| d.elements.len()).sum();
                let theirs: u64 = set["devices"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(|d| d["det"].as_u64())
                    .sum();
                differences.check(&format!("{what} elements"), elements as u64, theirs);
            }
            let logs: usize = data.tasks.iter().map(|t| t.logs.len()).sum();
            differences.check(&format!("{what} logs"), Some(logs), length("tlg"));
        }
    }
    let all = differences.0.len();
    differences.0.truncate(40);
    assert!(all == 0, "{all} differences:\n{}", differences.0.join("\n"));
}

#[test]
fn every_main_file_is_claimed_with_its_folder() {
    let Some((folder, expected)) = expected() else {
        return;
    };
    for (dataset, expected) in expected.as_object().expect("object") {
        let path = folder.join(dataset);
        if !path.is_dir() {
            continue;
        }
        let tree = Tree::open(&path, &Limits::default()).expect("opens");
        let detection = tramline_formats::detect(&tree, Some("ISO11783"), &ReadOptions::default());
        // An archive that lies beside the unpacked files is a set of its own.
        let unpacked = |id| !tree.entry(id).path.contains(".zip/");
        let claims = detection
            .claims
            .iter()
            .filter(|c| c.format == "isoxml" && unpacked(c.main));
        assert_eq!(
            Some(claims.count() as u64),
            expected["taskdata_files"].as_u64(),
            "{dataset}"
        );
        for left in detection
            .unclaimed
            .iter()
            .map(|u| u.entry)
            .filter(|id| unpacked(*id))
        {
            let name = tree.name(left).to_lowercase();
            let standard =
                name.ends_with(".bin") || name.starts_with("tlg") && name.ends_with(".xml");
            assert!(
                !standard || name.starts_with("._"),
                "{dataset}: {name} is not claimed"
            );
        }
    }
}
