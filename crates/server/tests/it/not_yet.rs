//! What the contract has and this version does not make yet: operations, farms, growers, machines. Lists are empty
//! lists, ids are unknown, and requests that cannot be used are refused as everywhere.

use crate::http::{Client, Service, read};
use reqwest::Method;
use serde_json::{Value, json};

const ID: &str = "00000000-0000-4000-8000-00000000000a";
const OPERATIONS: &str = "/services/operations/api/operations";
const FIELDS: &str = "/services/fields/api";
const BETA: &str = "/services/beta/api";

/// Every list, with filters that it has.
fn lists(user: &str) -> Vec<(String, String)> {
    let of_user = format!("leafUserId={user}");
    let times =
        "createdTime=2020-01-01T00:00&beforeCreatedTime=9999-12-31&afterCreatedTime=0000-01-01";
    let machines = format!("name=a&originType=FILE_POOLED&{times}&sort=name,modelYear,desc");
    vec![
        (
            OPERATIONS.to_owned(),
            format!(
                "{of_user}&provider=JohnDeere&startTime=0000-01-01&endTime=9999-12-31T23:59:59Z\
                 &updatedTime=2020-01-01&operationType=planted&fieldId=my-field&sort=startTime,type,desc"
            ),
        ),
        (
            format!("{FIELDS}/farms"),
            format!("{of_user}&growerId=7&provider=Leaf"),
        ),
        (
            format!("{FIELDS}/growers"),
            format!("{of_user}&provider=CNHI"),
        ),
        (
            format!("{FIELDS}/users/{user}/farms"),
            "growerId=7".to_owned(),
        ),
        (
            format!("{FIELDS}/users/{user}/growers"),
            "provider=CNHI".to_owned(),
        ),
        (format!("{BETA}/users/{user}/machines"), machines),
        (
            format!("{BETA}/users/{user}/implements"),
            format!("name=a&{times}"),
        ),
        (format!("{BETA}/users/{user}/operators"), String::new()),
    ]
}

async fn list(client: &Client, path: &str) -> (String, String, Value) {
    let answer = client.request(Method::GET, path).send().await.unwrap();
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let (total, link) = (header("x-total-count"), header("link"));
    let (status, body) = read(answer).await;
    assert_eq!(status, 200, "{path}: {body}");
    (total, link, body)
}

#[tokio::test]
async fn lists_are_empty_on_every_page() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    for (path, filters) in lists(&user) {
        for query in ["", "page=0&size=100", "page=7&size=5", "page=x", &filters] {
            let address = format!("{path}?{query}");
            let (total, link, body) = list(&client, &address).await;
            assert_eq!((total.as_str(), &body), ("0", &json!([])), "{address}");
            assert!(
                link.contains("rel=\"first\"") && !link.contains("rel=\"next\""),
                "{address}: {link}"
            );
        }
    }
    let wrapped = list(&client, &format!("{OPERATIONS}?envelope=operations&size=5")).await;
    assert_eq!(wrapped.0, "0");
    assert_eq!(wrapped.2, json!({"message": "SUCCESS", "operations": []}));
}

#[tokio::test]
async fn their_parameters_are_judged() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let of_user = format!("{BETA}/users/{user}");
    for (path, name) in [
        (format!("{OPERATIONS}?leafUserId=x"), "leafUserId"),
        (format!("{OPERATIONS}?provider=Nobody"), "provider"),
        (format!("{OPERATIONS}?startTime=soon"), "startTime"),
        (format!("{OPERATIONS}?endTime=10000-01-01"), "endTime"),
        (
            format!("{OPERATIONS}?updatedTime=-000001-01-01"),
            "updatedTime",
        ),
        (format!("{OPERATIONS}?operationType=baled"), "operationType"),
        (format!("{OPERATIONS}?sort=fileName"), "sort"),
        (format!("{OPERATIONS}?envelope=files"), "envelope"),
        (format!("{FIELDS}/farms?growerId=x"), "growerId"),
        (format!("{FIELDS}/growers?leafUserId=x"), "leafUserId"),
        (format!("{of_user}/machines?originType=FOUND"), "originType"),
        (format!("{of_user}/machines?sort=age"), "sort"),
        (
            format!("{of_user}/machines/{ID}/files?distanceValue=far"),
            "distanceValue",
        ),
        (format!("{of_user}/implements?createdTime=x"), "createdTime"),
    ] {
        let (status, problem) = client.get(&path).await;
        assert_eq!(status, 400, "{path}: {problem}");
        assert_eq!(problem["fieldErrors"][0]["field"], name, "{path}");
    }
    for path in ["machines", "implements", "operators"] {
        let (status, _) = client.get(&format!("{BETA}/users/{ID}/{path}")).await;
        assert_eq!(status, 404, "{path} of an unknown user");
        let (status, _) = service.anybody().get(&format!("{of_user}/{path}")).await;
        assert_eq!(status, 401, "{path} without a token");
    }
}

#[tokio::test]
async fn every_id_is_unknown() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let mut paths = vec![
        format!("{FIELDS}/growers/7"),
        format!("{FIELDS}/users/{user}/growers/7"),
        format!("{FIELDS}/users/{user}/farms/7"),
    ];
    for kind in ["machines", "implements", "operators"] {
        paths.push(format!("{BETA}/users/{user}/{kind}/{ID}"));
    }
    paths.push(format!("{BETA}/users/{user}/machines/{ID}/files"));
    for output in [
        "",
        "/summary",
        "/standardGeojson",
        "/filteredGeojson",
        "/standardGeoparquet",
        "/filteredGeoparquet",
        "/images",
        "/imagesV2",
        "/geotiffImages",
        "/units",
        "/machines",
        "/implements",
        "/operators",
        "/sessions",
        "/files",
    ] {
        paths.push(format!("{OPERATIONS}/{ID}{output}"));
    }
    for path in &paths {
        let (status, problem) = client.get(path).await;
        assert_eq!((status, &problem["status"]), (404, &json!(404)), "{path}");
        assert!(
            problem["detail"].as_str().unwrap().starts_with("no such "),
            "{path}: {problem}"
        );
        // What is no id at all is told apart.
        let malformed = path.replace(ID, "x").replace("/7", "/x");
        let (status, problem) = client.get(&malformed).await;
        assert_eq!(status, 400, "{malformed}: {problem}");
        assert_eq!(problem["fieldErrors"][0]["field"], "id", "{malformed}");
        assert_eq!(service.anybody().get(path).await.0, 401, "{path}");
    }
}

#[tokio::test]
async fn operations_cannot_be_made_again() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let ring = json!([[7.0, 50.0], [7.01, 50.0], [7.01, 50.01], [7.0, 50.0]]);
    let field = json!({"id": "west", "geometry": {"type": "Polygon", "coordinates": [ring]}});
    let (status, _) = client
        .post(&format!("{FIELDS}/users/{user}/fields"), &field)
        .await;
    assert_eq!(status, 201);
    let reprocess = format!("{OPERATIONS}/reprocess");
    for (path, body, status, field) in [
        (format!("{OPERATIONS}/{ID}/reprocess"), json!({}), 404, None),
        (
            format!("{OPERATIONS}/x/reprocess"),
            json!({}),
            400,
            Some("id"),
        ),
        (reprocess.clone(), json!({}), 400, Some("leafUserId")),
        (
            reprocess.clone(),
            json!({"leafUserId": "x"}),
            400,
            Some("leafUserId"),
        ),
        (
            reprocess.clone(),
            json!({"leafUserId": user}),
            400,
            Some("fieldId"),
        ),
        (
            reprocess.clone(),
            json!({"leafUserId": user, "fieldIds": [7]}),
            400,
            Some("fieldIds[0]"),
        ),
        (
            reprocess.clone(),
            json!({"leafUserId": ID, "fieldId": "west"}),
            404,
            None,
        ),
        (
            reprocess.clone(),
            json!({"leafUserId": user, "fieldId": "east"}),
            404,
            None,
        ),
        (
            reprocess.clone(),
            json!({"leafUserId": user, "fieldId": "west"}),
            404,
            None,
        ),
        (
            reprocess,
            json!({"leafUserId": user, "fieldIds": ["west"]}),
            404,
            None,
        ),
        (
            format!("{OPERATIONS}/cropOperationByField"),
            json!({"id": ID}),
            404,
            None,
        ),
        (
            format!("{OPERATIONS}/CropOperationByField"),
            json!({"id": ID}),
            404,
            None,
        ),
        (
            format!("{OPERATIONS}/CropOperationByField"),
            json!({"id": "x"}),
            400,
            Some("id"),
        ),
        (
            format!("{OPERATIONS}/cropOperationByField"),
            json!({}),
            400,
            Some("id"),
        ),
    ] {
        let (answered, problem) = client.post(&path, &body).await;
        assert_eq!(answered, status, "{path} {body}: {problem}");
        let expected = field.map_or(Value::Null, Value::from);
        assert_eq!(
            problem["fieldErrors"][0]["field"], expected,
            "{path} {body}"
        );
    }
}
