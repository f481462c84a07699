//! Vector tiles over HTTP.

use crate::calibrations::{converting, place, stick};
use crate::http::{CONFIGS, Client, Service};
use reqwest::{Method, Response};
use serde_json::{Value, json};

async fn ask(client: &Client, path: &str, etag: Option<&str>) -> Response {
    let mut request = client.request(Method::GET, path);
    if let Some(etag) = etag {
        request = request.header("if-none-match", etag);
    }
    request.send().await.unwrap()
}

#[tokio::test]
async fn a_file_has_tiles_for_those_who_may_see_it() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let tiles = format!("{}/tiles", place(&files["Harvest North Forty"]));
    let whole = format!("{tiles}/0/0/0.mvt");
    let answer = ask(&client, &whole, None).await;
    assert_eq!(answer.status(), 200);
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "application/vnd.mapbox-vector-tile");
    assert_eq!(header("cache-control"), "private, no-cache");
    let etag = header("etag");
    let bytes = answer.bytes().await.unwrap();
    let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(has(&bytes, "points") && has(&bytes, "timestamp"));
    let again = ask(&client, &whole, Some(&etag)).await;
    assert_eq!(again.status(), 304);

    let some = ask(&client, &format!("{whole}?columns=timestamp"), None).await;
    assert_eq!(some.status(), 200);
    let some = some.bytes().await.unwrap();
    assert!(some.len() < bytes.len() && has(&some, "timestamp"));
    let filtered = format!("{whole}?artifact=filteredGeoparquet&columns=timestamp");
    for (path, status) in [
        (filtered, 200),
        (format!("{tiles}/10/0/0.mvt"), 204),
        (format!("{tiles}/40/0/0.mvt"), 204),
        (format!("{tiles}/3/4294967295/0.mvt"), 204),
        (format!("{tiles}/3/1/2"), 404),
        (format!("{tiles}/-1/0/0.mvt"), 404),
        (format!("{tiles}/a/0/0.mvt"), 404),
        (format!("{whole}?columns=nothing"), 400),
        (format!("{whole}?artifact=originalFile"), 400),
        (format!("{whole}?output=filtered"), 200),
        (format!("{whole}?output=raw"), 400),
        (format!("{whole}?artifact=polygonGeoparquet"), 404),
        (format!("{whole}?output=polygon"), 404),
    ] {
        assert_eq!(ask(&client, &path, None).await.status(), status, "{path}");
    }
    let other = service.client("other").await;
    assert_eq!(ask(&other, &whole, None).await.status(), 404);
    assert_eq!(ask(&other, &whole, Some(&etag)).await.status(), 404);
    assert_eq!(ask(&service.anybody(), &whole, None).await.status(), 401);
}

#[tokio::test]
async fn a_file_with_polygons_has_tiles_of_its_swaths() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let without = stick(&client).await;
    let whole = |file: &Value| format!("{}/tiles/0/0/0.mvt", place(file));
    let path = format!("{}?output=polygon", whole(&without["Harvest North Forty"]));
    let (status, problem) = client.get(&path).await;
    assert_eq!(status, 404);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("enablePolygonOutput"), "{problem}");

    let change = json!({"enablePolygonOutput": true});
    assert_eq!(client.patch(CONFIGS, &change).await.0, 200);
    let files = stick(&client).await;
    let whole = whole(&files["Harvest North Forty"]);
    let mut tiles = Vec::new();
    for query in [
        "artifact=polygonGeoparquet",
        "output=polygon",
        "output=polygon&columns=timestamp",
    ] {
        let answer = ask(&client, &format!("{whole}?{query}"), None).await;
        assert_eq!(answer.status(), 200, "{query}");
        tiles.push(answer.bytes().await.unwrap());
    }
    let has = |bytes: &[u8], text: &str| bytes.windows(text.len()).any(|w| w == text.as_bytes());
    assert!(has(&tiles[0], "swaths") && !has(&tiles[0], "points"));
    assert_eq!(tiles[0], tiles[1]);
    assert!(tiles[2].len() < tiles[1].len() && has(&tiles[2], "timestamp"));
    let points = ask(&client, &format!("{whole}?output=standard"), None).await;
    assert!(has(&points.bytes().await.unwrap(), "points"));
}
