//! Vector tiles over HTTP.

use crate::calibrations::{converting, place, stick};
use crate::http::{Client, Service};
use reqwest::{Method, Response};

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
    ] {
        assert_eq!(ask(&client, &path, None).await.status(), status, "{path}");
    }
    let other = service.client("other").await;
    assert_eq!(ask(&other, &whole, None).await.status(), 404);
    assert_eq!(ask(&other, &whole, Some(&etag)).await.status(), 404);
    assert_eq!(ask(&service.anybody(), &whole, None).await.status(), 401);
}
