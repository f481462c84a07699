//! Calibration over HTTP: kept with the machine file, used by every conversion, taken back whole.

use crate::fixture::Fixture;
use crate::http::{BATCH, Client, Service, read, until};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use tramline_server::store::{Calibrations, Files};

const FILES: &str = "/services/operations/api/files";

/// Set for the converter of these tests.
const CHILD: &str = "TRAMLINE_TEST_CHILD";

/// What the converter of these tests runs: this very program with this test alone. Nothing to do
/// when nobody asks for a converter.
#[test]
#[expect(clippy::exit, reason = "its code is the child's")]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    std::process::exit(tramline_converter::main(tramline_converter::Terms::default()).into());
}

/// Writes a program by another process: one that another test starts at this moment would have a file open that this
/// process writes, and what somebody writes cannot be started.
fn write_program(path: &Path, text: &str) {
    let mut shell = Command::new("sh")
        .args(["-c", "cat > \"$0\" && chmod 755 \"$0\""])
        .arg(path)
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = shell.stdin.take().unwrap();
    input.write_all(text.as_bytes()).unwrap();
    drop(input);
    assert!(shell.wait().unwrap().success());
}

/// A worker, and a converter that is this program. It says at least two threads: with one, as on a machine with one
/// processor, the name of a test is written before what the test writes, on the line of its first message.
pub(crate) fn converting(settings: &mut tramline_server::Settings) {
    let program = std::env::current_exe().unwrap();
    let script = settings.data.join("converter.sh");
    let text = format!(
        "#!/bin/sh\n{CHILD}=1 exec '{}' --exact calibrations::child --nocapture --test-threads=2\n",
        program.display()
    );
    write_program(&script, &text);
    settings.converter = Some(script);
    settings.workers = 1;
}

/// Asks until the answer is as wanted.
pub(crate) async fn wait(client: &Client, path: &str, done: impl Fn(&Value) -> bool) -> Value {
    until(path, async || {
        let (status, answer) = client.get(path).await;
        assert_eq!(status, 200, "{path}: {answer}");
        done(&answer).then_some(answer)
    })
    .await
}

/// The file when its conversion has ended.
async fn ended(client: &Client, path: &str) -> Value {
    wait(client, path, |file| file["status"] != "processing").await
}

/// The machine files of the sample stick, by the name of their work.
pub(crate) async fn stick(client: &Client) -> BTreeMap<String, Value> {
    let user = client.user().await;
    let bytes = tramline_samples::zip(&tramline_samples::sample_stick());
    let part = Part::bytes(bytes).file_name("stick.zip");
    let request = client
        .request(
            Method::POST,
            &format!("{BATCH}?leafUserId={user}&provider=Other"),
        )
        .multipart(Form::new().part("file", part));
    let (status, batch) = read(request.send().await.unwrap()).await;
    assert_eq!(status, 201, "{batch}");
    let id = batch["id"].as_str().unwrap();
    wait(client, &format!("{BATCH}/{id}"), |batch| {
        batch["status"] != "RECEIVED"
    })
    .await;
    let (_, files) = client.get(&format!("{FILES}?batchId={id}")).await;
    let name = |file: &Value| file["report"]["name"].as_str().unwrap().to_owned();
    let list = files.as_array().unwrap();
    list.iter().map(|file| (name(file), file.clone())).collect()
}

pub(crate) fn place(file: &Value) -> String {
    format!("{FILES}/{}", file["id"].as_str().unwrap())
}

/// Every document of a file, byte for byte.
async fn bytes(client: &Client, place: &str) -> BTreeMap<String, Vec<u8>> {
    let mut all = BTreeMap::new();
    for rest in [
        "summary",
        "units",
        "status",
        "artifacts/rawGeojson",
        "artifacts/standardGeojson",
        "artifacts/standardGeoparquet",
        "artifacts/filteredGeojson",
        "artifacts/filteredGeoparquet",
        "artifacts/summary",
    ] {
        let request = client.request(Method::GET, &format!("{place}/{rest}"));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), 200, "{rest}");
        all.insert(rest.to_owned(), answer.bytes().await.unwrap().to_vec());
    }
    all
}

fn total(file: &Value) -> f64 {
    let total = &file["summary"]["properties"]["totalWetMass"];
    total["value"].as_f64().unwrap()
}

fn near(found: f64, expected: f64) {
    assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
}

#[tokio::test]
async fn a_calibration_stays_with_the_file_until_it_is_taken_back() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let harvest = &files["Harvest North Forty"];
    let place = place(harvest);
    let path = format!("{place}/calibrate");
    let before = bytes(&client, &place).await;
    assert_eq!(client.get(&path).await.0, 404);
    assert_eq!(client.delete(&path).await, 404);

    let (status, answer) = client.post(&path, &json!({"factor": 1.1})).await;
    assert_eq!(status, 200, "{answer}");
    assert_eq!(answer["id"], harvest["id"]);
    let file = ended(&client, &place).await;
    assert_eq!(file["status"], "processed", "{file}");
    near(total(&file), total(harvest) * 1.1);
    let summary = |file: &Value, key: &str| file["summary"]["properties"][key].clone();
    assert_eq!(summary(&file, "calibration")["factor"], 1.1);
    assert_eq!(summary(&file, "totalArea"), summary(harvest, "totalArea"));
    let codes = file["report"]["findings"].as_array().unwrap();
    assert!(codes.iter().any(|f| f["code"] == "convert.calibrated"));
    assert_eq!(client.get(&path).await, (200, json!({"factor": 1.1})));
    for (name, other) in &files {
        let (_, now) = client.get(&self::place(other)).await;
        assert_eq!(now == *other, name != "Harvest North Forty", "{name}");
    }

    // Processed again, as it was asked for or for another reason.
    let changed = bytes(&client, &place).await;
    assert_ne!(changed, before);
    let (status, _) = client.post(&format!("{place}/reprocess"), &json!({})).await;
    assert_eq!(status, 200);
    ended(&client, &place).await;
    assert!(bytes(&client, &place).await == changed, "reprocessed");

    // By weight, in another unit than the summary's.
    let given = json!({"scaleMass": {"value": 18_000.0, "unit": "kg"}});
    assert_eq!(client.post(&path, &given).await.0, 200);
    let file = ended(&client, &place).await;
    let kilograms = match summary(&file, "totalWetMass")["unit"].as_str() {
        Some("lb") => total(&file) * 0.453_592_37,
        Some("t") => total(&file) * 1_000.0,
        _ => total(&file),
    };
    near(kilograms, 18_000.0);
    near(
        summary(&file, "calibration")["monitorMass"]["value"]
            .as_f64()
            .unwrap(),
        total(harvest),
    );
    assert_eq!(client.get(&path).await, (200, given));

    assert_eq!(client.delete(&path).await, 200);
    let file = ended(&client, &place).await;
    assert_eq!(file["id"], harvest["id"]);
    assert!(bytes(&client, &place).await == before, "the same bytes");
    assert_eq!(client.get(&path).await.0, 404);
}

#[tokio::test]
async fn what_cannot_be_used_is_told() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let harvest = place(&files["Harvest North Forty"]);
    let path = format!("{harvest}/calibrate");
    let instants = |key: &str| {
        let text = files["Harvest North Forty"][key].as_str().unwrap();
        text.parse::<jiff::Timestamp>().unwrap()
    };
    let (start, end) = (instants("operationStartTime"), instants("operationEndTime"));
    let mass = json!({"value": 1, "unit": "t"});
    let year = json!({"startTime": "2001-01-01T00:00:00Z", "endTime": "2001-01-02T00:00:00Z",
        "scaleMass": mass});
    for (body, field) in [
        (json!({"factor": 0}), "factor"),
        (json!({"factor": 6}), "factor"),
        (
            json!({"scaleMass": {"value": 18_000, "unit": "t"}}),
            "scaleMass",
        ),
        (
            json!({"scaleMass": {"value": 18, "unit": "bu"}}),
            "scaleMass.unit",
        ),
        (json!({"loads": [year]}), "loads"),
        (json!({"loads": [{}]}), "loads[0].startTime"),
        (json!({"weight": 1}), "weight"),
        (json!([]), "calibration"),
    ] {
        let (status, problem) = client.post(&path, &body).await;
        assert_eq!(status, 400, "{body} {problem}");
        assert_eq!(problem["errorKey"], "calibrationInvalid", "{problem}");
        assert_eq!(problem["fieldErrors"][0]["field"], field, "{problem}");
        assert!(problem["hint"].is_string(), "{problem}");
    }
    let request = client.request(Method::POST, &path).body("{");
    let (status, problem) = read(request.send().await.unwrap()).await;
    assert_eq!((status, &problem["status"]), (400, &json!(400)));
    assert_eq!(client.get(&path).await.0, 404, "nothing was kept");
    let factor = json!({"factor": 1.1});
    let planting = format!("{}/calibrate", place(&files["Planting North Forty"]));
    let (status, problem) = client.post(&planting, &factor).await;
    assert_eq!(status, 400);
    assert_eq!(problem["errorKey"], "fileNotHarvested");

    // Another account's file is as an unknown one.
    let other = service.client("other").await;
    assert_eq!(other.post(&path, &factor).await.0, 404);
    assert_eq!(other.get(&path).await.0, 404);
    assert_eq!(other.delete(&path).await, 404);
    assert_eq!(service.anybody().post(&path, &factor).await.0, 401);

    // What only the conversion can see: a load whose weight is no match for what was logged.
    let middle = (start.as_millisecond() + end.as_millisecond()) / 2;
    let middle = jiff::Timestamp::from_millisecond(middle).unwrap();
    let load = json!({"startTime": start.to_string(), "endTime": middle.to_string(),
        "scaleMass": {"value": 900, "unit": "t"}});
    let (status, answer) = client.post(&path, &json!({"loads": [load]})).await;
    assert_eq!(status, 200, "{answer}");
    let file = ended(&client, &harvest).await;
    assert_eq!(file["status"], "failed");
    let (_, steps) = client.get(&format!("{harvest}/status")).await;
    let step = &steps["standardGeojson"];
    assert_eq!(step["message"], "the calibration cannot be used");
    assert!(
        step["detail"]
            .as_str()
            .unwrap()
            .contains("between 0.2 and 5")
    );
    assert!(step["hint"].as_str().unwrap().contains("units"), "{step}");
    // Taken back, the file is there again.
    assert_eq!(client.delete(&path).await, 200);
    let file = ended(&client, &harvest).await;
    assert_eq!(file["status"], "processed");
}

#[tokio::test]
async fn a_file_under_way_is_not_calibrated() {
    const ONE: &str = "00000000-0000-0000-0000-000000000001";
    let fixture = Fixture::new(0).await;
    let (upload, key) = fixture.upload("one").await;
    let first = fixture.lease(60).await;
    let (file, _) = fixture.file(ONE, &first, &key);
    fixture.convert(&first, vec![file]).await;
    let (db, account) = (&fixture.db, &fixture.account);
    let set = async |text: Option<&str>| {
        let work = fixture.work(&upload);
        db.calibrate_file(account, ONE, text, &work).await.unwrap()
    };
    assert!(set(Some("{\"factor\":1.1}")).await);
    assert!(!set(Some("{\"factor\":1.2}")).await, "it is processing");
    assert!(!set(None).await);
    let kept = db.calibrations_of_upload(account, &upload).await.unwrap();
    assert_eq!(kept, [(ONE.to_owned(), "{\"factor\":1.1}".to_owned())]);
    let strange = db.calibration("another account", ONE).await.unwrap();
    assert_eq!(strange, None);
    db.remove_file(account, ONE).await.unwrap();
    let kept = db.calibrations_of_upload(account, &upload).await.unwrap();
    assert!(kept.is_empty(), "it goes with its file");
}
