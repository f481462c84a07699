//! Text forms of stored columns over HTTP, and the text that a version before stored.

use crate::calibrations::{converting, place, stick};
use crate::http::{Client, Service};
use reqwest::{Method, Response};
use sqlx::Row;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use std::path::Path;
use tramline_server::migrate;

async fn ask(client: &Client, path: &str, headers: &[(&str, &str)]) -> Response {
    let mut request = client.request(Method::GET, path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header(answer: &Response, name: &str) -> Option<String> {
    let value = answer.headers().get(name)?;
    Some(value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn a_rendering_has_ranges_once_it_is_complete_and_a_tag_at_once() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let path = format!(
        "{}/artifacts/standardGeojson",
        place(&files["Harvest North Forty"])
    );
    // Asked for a part while there is nothing yet: the whole comes as it grows, or the part if the
    // rendering is complete before the answer begins.
    let first = ask(&client, &path, &[("range", "bytes=5-9")]).await;
    let tag = header(&first, "etag").unwrap();
    assert_eq!(
        header(&first, "content-type").unwrap(),
        "application/geo+json"
    );
    let status = first.status();
    let part = first.bytes().await.unwrap();
    let whole = ask(&client, &path, &[]).await.bytes().await.unwrap();
    match status.as_u16() {
        200 => assert!(part == whole),
        206 => assert!(part == whole[5..10]),
        other => panic!("{other}"),
    }
    let known = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    let size = whole.len();
    for (asked, status, part) in [
        (known("range", "bytes=5-9"), 206, 5..10),
        (known("range", "bytes=-4"), 206, size - 4..size),
        (known("range", &format!("bytes={size}-")), 416, 0..0),
        (known("if-none-match", &tag), 304, 0..0),
        (known("if-none-match", "\"another\""), 200, 0..size),
    ] {
        let answer = ask(&client, &path, &[(&asked.0, &asked.1)]).await;
        assert_eq!(answer.status(), status, "{asked:?}");
        if status < 300 {
            assert_eq!(header(&answer, "etag").unwrap(), tag);
            assert_eq!(header(&answer, "accept-ranges").unwrap(), "bytes");
            assert!(answer.bytes().await.unwrap() == whole[part], "{asked:?}");
        }
    }
    for coding in ["gzip", "zstd"] {
        let answer = ask(&client, &path, &[("accept-encoding", coding)]).await;
        assert_eq!(header(&answer, "content-encoding").unwrap(), coding);
        let packed = header(&answer, "etag").unwrap();
        assert_ne!(packed, tag, "other bytes, another tag");
        assert!(answer.bytes().await.unwrap().len() < size / 2);
        let asked = [("accept-encoding", coding), ("if-none-match", &packed)];
        let answer = ask(&client, &path, &asked).await;
        assert_eq!(
            (answer.status().as_u16(), header(&answer, "etag")),
            (304, Some(packed.clone()))
        );
        // A part of the packed bytes is none of the plain ones.
        let asked = [("range", "bytes=0-0"), ("if-range", packed.as_str())];
        assert_eq!(ask(&client, &path, &asked).await.status(), 200);
    }
    service.stop().await;
}

async fn database(folder: &Path) -> SqlitePool {
    let options = SqliteConnectOptions::new().filename(folder.join("tramline.db"));
    SqlitePool::connect_with(options).await.unwrap()
}

#[tokio::test]
async fn stored_text_is_served_until_it_is_forgotten_and_then_rendered() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let harvest = place(&files["Harvest North Forty"]);
    let standard = format!("{harvest}/artifacts/standardGeojson");
    let rendered = ask(&client, &standard, &[]).await.bytes().await.unwrap();
    let folder = service.stop().await;

    // The folder as the version before left it: text stored beside the columns, and text alone.
    let pool = database(folder.path()).await;
    let id = files["Harvest North Forty"]["id"].as_str().unwrap();
    for kind in ["standardGeojson", "rawGeojson"] {
        let key = format!("runs/before/1/{kind}");
        let path = folder.path().join("blobs").join(&key);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, kind).unwrap();
        sqlx::query("INSERT INTO artifacts VALUES (?, ?, ?, ?, 'hash')")
            .bind(id)
            .bind(kind)
            .bind(&key)
            .bind(kind.len() as i64)
            .execute(&pool)
            .await
            .unwrap();
    }
    sqlx::query("DELETE FROM artifacts WHERE file_id = ? AND kind = 'rawGeoparquet'")
        .bind(id)
        .execute(&pool)
        .await
        .unwrap();
    pool.close().await;
    let service = Service::start_again(folder, converting).await;
    let client = service.client("adviser").await;
    let answer = ask(&client, &standard, &[]).await;
    assert_eq!(header(&answer, "etag").unwrap(), "\"hash\"");
    assert_eq!(header(&answer, "accept-ranges").unwrap(), "bytes");
    assert_eq!(answer.bytes().await.unwrap(), "standardGeojson");
    let refused = migrate(service.folder.path()).await;
    assert!(refused.is_err(), "the service is at work on it");
    let folder = service.stop().await;

    assert_eq!(migrate(folder.path()).await.unwrap(), (1, 15));
    assert_eq!(migrate(folder.path()).await.unwrap(), (0, 0));
    assert!(
        !folder
            .path()
            .join("blobs/runs/before/1/standardGeojson")
            .exists()
    );
    let pool = database(folder.path()).await;
    let kinds =
        sqlx::query("SELECT kind FROM artifacts WHERE file_id = ? AND kind LIKE '%Geojson'")
            .bind(id)
            .fetch_all(&pool)
            .await
            .unwrap();
    let kinds: Vec<String> = kinds.iter().map(|row| row.get(0)).collect();
    assert_eq!(kinds, ["rawGeojson"], "nothing that cannot be rendered");
    pool.close().await;
    let service = Service::start_again(folder, converting).await;
    let client = service.client("adviser").await;
    assert!(ask(&client, &standard, &[]).await.bytes().await.unwrap() == rendered);
    let raw = format!("{harvest}/artifacts/rawGeojson");
    assert_eq!(
        ask(&client, &raw, &[]).await.bytes().await.unwrap(),
        "rawGeojson"
    );
    service.stop().await;
}
