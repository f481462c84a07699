//! Files and batches answer as the public page says, and say beside it what else is known.

use crate::calibrations::{converting, place, stick, wait};
use crate::http::{BATCH, CONFIGS, Client, KEYS, Service, read};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const FILES: &str = "/services/operations/api/files";
const HARVEST: &str = "Harvest North Forty";

fn zip() -> Part {
    Part::bytes(b"no zip".to_vec()).file_name("stick.zip")
}

async fn upload(client: &Client, query: &str, form: Form) -> (u16, Value) {
    let request = client.request(Method::POST, &format!("{BATCH}?{query}"));
    read(request.multipart(form).send().await.unwrap()).await
}

/// The batch of an upload, when it has ended, and its files.
async fn converted(client: &Client, query: &str, bytes: Vec<u8>) -> (Value, Vec<Value>) {
    let part = Part::bytes(bytes).file_name("stick.zip");
    let (status, batch) = upload(client, query, Form::new().part("file", part)).await;
    assert_eq!(status, 201, "{batch}");
    let id = batch["id"].as_str().unwrap();
    let path = format!("{BATCH}/{id}");
    let batch = wait(client, &path, |batch| batch["status"] != "RECEIVED").await;
    let (_, files) = client.get(&format!("{FILES}?batchId={id}")).await;
    (batch, files.as_array().unwrap().clone())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key]
        .as_str()
        .unwrap_or_else(|| panic!("{key}: {value}"))
}

#[tokio::test]
async fn an_upload_says_what_it_lacks_or_has_twice() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let key = json!({"leafUserId": user, "description": "stick"});
    let (status, made) = client.post(KEYS, &key).await;
    assert_eq!(status, 201, "{made}");
    let mut keyed = service.anybody();
    keyed
        .headers
        .push(("x-api-key", text(&made, "key").to_owned()));
    let owner = format!("leafUserId={user}");
    let other = format!("{owner}&provider=Other");
    let file = || Form::new().part("file", zip());
    let cases = [
        (&owner, file(), "`provider`: is required"),
        (
            &format!("{owner}&provider="),
            file(),
            "`provider`: is required",
        ),
        (
            &owner,
            file().text("provider", " "),
            "`provider`: is required",
        ),
        (
            &owner,
            file().text("provider", "Nobody"),
            "`provider`: is none of Other, Leaf,",
        ),
        (
            &other,
            file().text("provider", "Leaf"),
            "`provider`: is given as `Other` and as `Leaf`",
        ),
        (
            &other,
            file().text("leafUserId", "x"),
            "`leafUserId`: is given as",
        ),
        (
            &format!("{other}&fileFormat=GIF"),
            file(),
            "`fileFormat`: is none of ADAPT",
        ),
        (
            &other,
            file().text("fileFormat", "GIF"),
            "`fileFormat`: is none of ADAPT",
        ),
        (
            &other,
            Form::new().part("upload", zip()),
            "`upload`: holds the file `stick.zip`",
        ),
        (
            &other,
            file().part("files", zip()),
            "`files`: holds the file `stick.zip`",
        ),
        (
            &other,
            file().part("file", zip()),
            "`file`: comes twice; a request takes one zip",
        ),
        (
            &other,
            Form::new().text("crop", "Corn"),
            "`file`: is required",
        ),
    ];
    for (query, form, expected) in cases {
        let (status, problem) = upload(&client, query, form).await;
        assert_eq!(status, 400, "{expected}: {problem}");
        let detail = text(&problem, "detail");
        assert!(detail.starts_with(expected), "{expected}: {detail}");
        assert_eq!(problem["message"], "error.validation");
        let field = expected.split('`').nth(1).unwrap();
        assert_eq!(problem["fieldErrors"][0]["field"], field, "{problem}");
    }
    for (query, form) in [(&owner, file()), (&String::new(), file())] {
        let (status, problem) = upload(&keyed, query, form).await;
        assert_eq!(
            (status, text(&problem, "message")),
            (400, "error.validation")
        );
    }
    let (status, problem) = client.get(&format!("{FILES}?fileFormat=GIF")).await;
    assert_eq!(status, 400);
    for code in ["ADAPTADM", "DATCLIMATE", "TRIMBLE", "GEOJSON", "GEN4"] {
        assert!(text(&problem, "detail").contains(code), "{problem}");
        let query = format!("{FILES}?fileFormat={}", code.to_lowercase());
        assert_eq!(client.get(&query).await, (200, json!([])));
    }
}

#[tokio::test]
async fn a_file_says_the_provider_that_was_given_and_the_one_that_was_recognised() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let bytes = || tramline_samples::zip(&tramline_samples::sample_stick());
    // Twice the same is one value, in any letter case.
    let query = format!("leafUserId={user}&provider=stara&provider=Stara");
    let (batch, files) = converted(&client, &query, bytes()).await;
    assert_eq!(batch["provider"], "Stara");
    let mut recognised = 0;
    for file in &files {
        assert_eq!(file["provider"], "Stara");
        assert_eq!(file["name"], file["report"]["name"]);
        assert_eq!(file["sourceEntry"], file["report"]["entries"][0]);
        assert!(!text(file, "name").is_empty() && !text(file, "sourceEntry").is_empty());
        let findings = file["report"]["findings"].as_array().unwrap();
        let told = findings
            .iter()
            .filter(|f| f["code"] == "convert.other-provider");
        let told: Vec<&Value> = told.collect();
        assert_eq!(
            told.len(),
            usize::from(file.get("detectedProvider").is_some())
        );
        if let Some(finding) = told.first() {
            recognised += 1;
            let detected = text(file, "detectedProvider");
            assert!(
                !["Stara", "Leaf", "Other"].contains(&detected),
                "{detected}"
            );
            assert!(text(finding, "text").contains(detected), "{finding}");
        }
    }
    assert!(recognised > 0, "makers of the stick");
    let found = async |provider: &str| {
        let (status, list) = client
            .get(&format!("{FILES}?leafUserId={user}&provider={provider}"))
            .await;
        assert_eq!(status, 200);
        list.as_array().unwrap().len()
    };
    assert_eq!(found("Stara").await, files.len());
    assert_eq!(found("JohnDeere").await, 0);
    // `Other` is no claim.
    let query = format!("leafUserId={user}&provider=Other");
    let (batch, files) = converted(&client, &query, bytes()).await;
    assert_eq!(batch["provider"], "Other");
    assert!(
        files
            .iter()
            .any(|file| file.get("detectedProvider").is_some())
    );
    for file in &files {
        assert_eq!(file["provider"], "Other");
        assert!(!file.to_string().contains("convert.other-provider"));
    }
    assert_eq!(found("other").await, files.len());
}

/// The answer of a file's page, and the part of it that must be said.
async fn says(client: &Client, path: &str, words: &[&str]) {
    let (status, problem) = client.get(path).await;
    assert_eq!(status, 404, "{path}: {problem}");
    let said = format!("{} {}", problem["detail"], problem["hint"]);
    for word in words {
        assert!(said.contains(word), "{path}, {word}: {said}");
    }
}

#[tokio::test]
async fn an_output_that_is_not_there_tells_its_key_or_its_step() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let harvest = place(&files[HARVEST]);
    let keys = json!({"enableGeoparquetOutput": false, "enablePolygonOutput": false});
    assert_eq!(client.patch(CONFIGS, &keys).await.0, 200);
    let polygons = format!("{harvest}/polygonGeoparquet");
    let both = [
        "`enablePolygonOutput` is false",
        "`enableGeoparquetOutput` is false",
        "/reprocess",
    ];
    says(&client, &polygons, &both).await;
    says(
        &client,
        &format!("{harvest}/artifacts/polygon.parquet"),
        &both,
    )
    .await;
    says(
        &client,
        &format!("{harvest}/export?format=csv&output=polygon"),
        &both,
    )
    .await;
    let standard = format!("{harvest}/standardGeoparquet");
    says(&client, &standard, &["`enableGeoparquetOutput` is false"]).await;
    let on = json!({"enablePolygonOutput": true});
    assert_eq!(client.patch(CONFIGS, &on).await.0, 200);
    says(&client, &polygons, &["was converted while", "/reprocess"]).await;
    let keys = json!({"enableGeoparquetOutput": true, "fileImages": false,
        "operationsFilteredGeojson": false});
    assert_eq!(client.patch(CONFIGS, &keys).await.0, 200);
    let (status, body) = client.get(&standard).await;
    assert_eq!(status, 200);
    assert!(text(&body, "downloadStandardGeoparquet").ends_with("/artifacts/standard.parquet"));
    let (status, _) = client
        .post(&format!("{harvest}/reprocess"), &json!({}))
        .await;
    assert_eq!(status, 200);
    wait(&client, &harvest, |file| file["status"] != "processing").await;
    assert_eq!(client.get(&polygons).await.0, 200);
    let images = ["`fileImages` is false", "/reprocess"];
    says(&client, &format!("{harvest}/images/area.png"), &images).await;
    says(&client, &format!("{harvest}/artifacts/images.zip"), &images).await;
    let filtered = ["`operationsFilteredGeojson` is false", "/reprocess"];
    says(
        &client,
        &format!("{harvest}/artifacts/filteredGeojson"),
        &filtered,
    )
    .await;
    says(
        &client,
        &format!("{harvest}/artifacts/nothing"),
        &["standard.geojson", "original.zip"],
    )
    .await;
    let outside = [
        "`splitOperationsByField` is true",
        "`enableOutsideFieldGeojson` is false",
    ];
    says(&client, &format!("{harvest}/outsideFieldGeojson"), &outside).await;
    // A step that failed.
    let table = "Latitude,Longitude,Time,Operation\n52.1,8.1,2024-05-01T10:00:00Z,Baling\n\
                 52.10001,8.1,2024-05-01T10:00:01Z,Baling\n";
    let user = text(&files[HARVEST], "leafUserId");
    let query = format!("leafUserId={user}&provider=Other");
    let bytes = tramline_samples::zip(&[("work.csv".to_owned(), table.as_bytes().to_vec())]);
    let (batch, failed) = converted(&client, &query, bytes).await;
    assert_eq!(batch["status"], "FAILED", "{batch}");
    let failed = place(&failed[0]);
    let (_, status) = client.get(&format!("{failed}/status")).await;
    let message = "unsupported operation type: baling";
    assert_eq!(status["standardGeojson"]["message"], message, "{status}");
    for rest in ["summary", "artifacts/standard.geojson", "export?format=csv"] {
        let step = ["the step `standardGeojson` failed", message];
        says(&client, &format!("{failed}/{rest}"), &step).await;
    }
}

#[tokio::test]
async fn addresses_end_in_the_name_of_a_file() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let harvest = &files[HARVEST];
    for (key, kind, name) in [
        ("originalFile", "originalFile", "original.zip"),
        ("rawGeojson", "rawGeojson", "raw.geojson"),
        ("standardGeojson", "standardGeojson", "standard.geojson"),
        ("filteredGeojson", "filteredGeojson", "filtered.geojson"),
        ("zippedPNGs", "zippedPNGs", "images.zip"),
    ] {
        let path = format!("{}/artifacts", place(harvest));
        let address = text(harvest, key);
        assert!(address.ends_with(&format!("{path}/{name}")), "{address}");
        let (first, rest) = key.split_at(1);
        let download = format!("download{}{rest}", first.to_uppercase());
        assert_eq!(harvest[download.as_str()], harvest[key]);
        let mut answers = Vec::new();
        let ending = name.rsplit_once('.').unwrap().1;
        for last in [name.to_owned(), kind.to_owned(), format!("{kind}.{ending}")] {
            let answer = client.request(Method::GET, &format!("{path}/{last}"));
            let answer = answer.send().await.unwrap();
            assert_eq!(answer.status(), 200, "{last}");
            answers.push((
                answer.headers()["etag"].clone(),
                answer.bytes().await.unwrap(),
            ));
        }
        assert!(!answers[0].1.is_empty());
        assert!(answers.iter().all(|answer| *answer == answers[0]), "{key}");
    }
}

#[tokio::test]
async fn points_outside_fields_need_both_keys_and_come_back() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let harvest = place(&files[HARVEST]);
    let user = text(&files[HARVEST], "leafUserId").to_owned();
    let own = format!("{CONFIGS}/{user}");
    let on = json!({"enableOutsideFieldGeojson": true});
    assert_eq!(client.post(&own, &on).await.0, 201);
    let ring = json!([
        [-93.63, 41.97],
        [-93.6195, 41.97],
        [-93.6195, 41.99],
        [-93.63, 41.99],
        [-93.63, 41.97]
    ]);
    let field = json!({"name": "West", "geometry": {"type": "Polygon", "coordinates": [ring]}});
    let fields = format!("/services/fields/api/users/{user}/fields");
    assert_eq!(client.post(&fields, &field).await.0, 201);
    wait(&client, &harvest, |file| file["fields"] != json!([])).await;
    let single = format!("{harvest}/outsideFieldGeojson");
    let (status, shown) = client.get(&single).await;
    assert_eq!(status, 200, "{shown}");
    assert!(text(&shown, "outsideFieldGeojson").ends_with("/artifacts/outside-field.geojson"));
    let lists = [
        format!("{FILES}/outsideFieldGeojson?leafUserId={user}"),
        format!("{FILES}/outsideFieldGeojson"),
    ];
    let lists_it = async |list: &str| {
        let (_, listed) = client.get(list).await;
        let mut listed = listed.as_array().unwrap().iter();
        listed.any(|file| file["id"] == files[HARVEST]["id"])
    };
    let artifact = |name: &str| format!("{harvest}/artifacts/{name}");
    for (place, off, on) in [
        (
            &own,
            json!({"splitOperationsByField": false}),
            json!({"splitOperationsByField": true}),
        ),
        (
            &own,
            json!({"enableOutsideFieldGeojson": false}),
            on.clone(),
        ),
    ] {
        assert_eq!(client.patch(place, &off).await.0, 200);
        let (key, _) = off.as_object().unwrap().iter().next().unwrap();
        let word = format!("`{key}` is false");
        says(&client, &single, &[&word]).await;
        for name in [
            "outsideFieldGeojson",
            "outside-field.geojson",
            "outsideFieldGeoparquet",
        ] {
            says(&client, &artifact(name), &[&word]).await;
        }
        for list in &lists {
            assert_eq!(client.get(list).await, (200, json!([])));
        }
        assert_eq!(client.patch(place, &on).await.0, 200);
        assert_eq!(client.get(&single).await, (200, shown.clone()));
        for list in &lists {
            assert!(lists_it(list).await, "{list}");
        }
        let answer = client.request(Method::GET, &artifact("outside-field.geojson"));
        assert_eq!(answer.send().await.unwrap().status(), 200);
    }
    // The owner's key holds where the user has none.
    let split = json!({"splitOperationsByField": false});
    assert_eq!(client.patch(CONFIGS, &split).await.0, 200);
    assert_eq!(client.get(&single).await.0, 200, "the user's own key wins");
    assert_eq!(client.delete(&own).await, 204);
    says(&client, &single, &["`splitOperationsByField` is false"]).await;
    let both = json!({"splitOperationsByField": true, "enableOutsideFieldGeojson": true});
    assert_eq!(client.patch(CONFIGS, &both).await.0, 200);
    assert!(lists_it(&lists[1]).await);
}

#[tokio::test]
async fn the_files_of_a_batch_are_grouped_all_or_by_page_in_the_order_asked_for() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let batch = text(&files[HARVEST], "batchId").to_owned();
    let path = format!("{BATCH}/{batch}/status");
    let mut ids: Vec<String> = files
        .values()
        .map(|file| text(file, "id").to_owned())
        .collect();
    ids.sort();
    let done = files.values().filter(|file| file["status"] == "processed");
    let done: Vec<&str> = done.map(|file| text(file, "id")).collect();
    let processed = |ids: &[String]| -> Vec<String> {
        let ids = ids.iter().filter(|id| done.contains(&id.as_str()));
        ids.cloned().collect()
    };
    let down: Vec<String> = ids.iter().rev().cloned().collect();
    let grouped = async |query: &str| {
        let answer = client.request(Method::GET, &format!("{path}{query}"));
        let answer = answer.send().await.unwrap();
        let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
        let (total, link) = (header("x-total-count"), header("link"));
        let (status, body) = read(answer).await;
        assert_eq!(status, 200, "{body}");
        assert_eq!(total, ids.len().to_string());
        let group = &body["converted"]["leafFiles"];
        let group: Vec<String> = serde_json::from_value(group.clone()).unwrap();
        (group, link)
    };
    let (mut all, link) = grouped("").await;
    assert!(
        !link.contains("next") && link.contains("/status>; rel=\"last\""),
        "{link}"
    );
    all.sort();
    assert_eq!(all, processed(&ids));
    let (group, _) = grouped("?sort=id,desc").await;
    assert_eq!(group, processed(&down));
    let (group, link) = grouped("?sort=id&size=2&page=1").await;
    assert_eq!(group, processed(&ids[2..4]));
    assert!(
        link.contains("rel=\"next\"") && link.contains("rel=\"prev\""),
        "{link}"
    );
    let (group, _) = grouped("?sort=id,desc&page=0").await;
    assert_eq!(group, processed(&down), "a page has 20");
    let (status, problem) = client.get(&format!("{path}?sort=colour")).await;
    assert_eq!(status, 400);
    assert!(
        text(&problem, "detail").contains("sizeInBytes"),
        "{problem}"
    );
}

#[tokio::test]
async fn an_archive_nested_too_deep_costs_nobody_anything() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let mut members = tramline_samples::sample_stick();
    let mut nested = b"deep down".to_vec();
    for level in 0..4 {
        nested = tramline_samples::zip(&[(format!("{level}.zip"), nested)]);
    }
    let query = format!("leafUserId={user}&provider=Other");
    let alone = tramline_samples::zip(&[("corner/deep.zip".to_owned(), nested.clone())]);
    let (_, plain) = converted(&client, &query, tramline_samples::zip(&members)).await;
    members.push(("corner/deep.zip".to_owned(), nested));
    let (batch, files) = converted(&client, &query, tramline_samples::zip(&members)).await;
    assert_eq!(
        (text(&batch, "status"), files.len()),
        ("PROCESSED", plain.len())
    );
    let left_out = |batch: &Value| {
        let ignored = batch["ignoredEntries"].as_array().unwrap();
        let mut deep = ignored
            .iter()
            .filter(|e| text(e, "entry").starts_with("corner/deep.zip/"));
        let reason = text(deep.next().unwrap(), "reason");
        assert!(
            reason.starts_with("archives are nested too deep"),
            "{reason}"
        );
        let codes = batch["findings"].as_array().unwrap().iter();
        assert!(
            codes
                .clone()
                .any(|f| f["code"] == "source.unreadable-entry"),
            "{batch}"
        );
    };
    left_out(&batch);
    let (batch, files) = converted(&client, &query, alone).await;
    assert_eq!((text(&batch, "status"), files.len()), ("FAILED", 0));
    assert_eq!(batch["statusDetails"], "No valid files found");
    left_out(&batch);
}
