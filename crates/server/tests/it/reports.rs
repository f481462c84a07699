//! The page for people over HTTP, and the ADAPT Standard: made of what is stored, for its account.

use crate::calibrations::{converting, place, stick};
use crate::http::{Client, Service};
use reqwest::Method;
use serde_json::Value;
use tramline_convert::{FileStatus, Input, Options};
use tramline_formats::Tree;
use tramline_outputs::MemorySink;

async fn page(client: &Client, path: &str) -> (reqwest::header::HeaderMap, String) {
    let answer = client.request(Method::GET, path).send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 200);
    (answer.headers().clone(), answer.text().await.unwrap())
}

#[tokio::test]
async fn the_page_for_people_holds_all_it_needs_and_tells_no_path() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    for (name, file) in &files {
        let path = format!("{}/report", place(file));
        let (headers, html) = page(&client, &path).await;
        assert_eq!(headers["content-type"], "text/html; charset=utf-8");
        let policy = headers["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'"), "{policy}");
        assert!(headers.get("content-disposition").is_none());
        let lower = html.to_lowercase();
        for word in [
            "<script",
            "javascript:",
            "<link",
            "<iframe",
            " onload=",
            "http://",
            "https://",
        ] {
            assert!(!lower.contains(word), "{name}: {word}");
        }
        let root = service.folder.path().display().to_string();
        let id = file["id"].as_str().unwrap();
        for text in [root.as_str(), "/tmp", "TASKDATA/", ".parquet", id] {
            assert!(!html.contains(text), "{name}: {text}");
        }
        assert!(
            html.contains("<h1>") && html.ends_with("</html>\n"),
            "{name}"
        );
        if file["status"] == "processed" {
            assert!(
                html.contains("data:image/png;base64,"),
                "{name} has its map"
            );
        }
        let kept = format!("{}/export?format=report", place(file));
        let (headers, same) = page(&client, &kept).await;
        let disposition = headers["content-disposition"].to_str().unwrap();
        assert!(disposition.contains(".html\""), "{disposition}");
        assert_eq!(html, same);
    }
    let path = format!("{}/report", place(&files["Harvest North Forty"]));
    let other = service.client("other").await;
    assert_eq!(other.get(&path).await.0, 404);
    assert_eq!(service.anybody().get(&path).await.0, 401);
}

#[tokio::test]
async fn the_adapt_standard_reads_again_with_the_same_totals() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let processed = files
        .iter()
        .filter(|(_, file)| file["status"] == "processed");
    let mut read = 0;
    for (name, file) in processed {
        let path = format!("{}/export?format=adapt", place(file));
        let answer = client.request(Method::GET, &path).send().await.unwrap();
        assert_eq!(answer.headers()["content-type"], "application/zip");
        let folder = tempfile::tempdir().unwrap();
        let zip = folder.path().join("set.zip");
        std::fs::write(&zip, answer.bytes().await.unwrap()).unwrap();
        let tree = Tree::open(&zip, &Default::default()).unwrap();
        let input = Input {
            name: "set.zip".to_owned(),
            sha256: "00".repeat(32),
            size_bytes: 0,
        };
        let mut sink = MemorySink::default();
        let report =
            tramline_convert::run(&tree, &input, &Options::default(), &mut sink, &mut |_| {})
                .unwrap();
        let [back] = report.files.as_slice() else {
            panic!("{name}: {:?}", report.files);
        };
        assert_eq!(
            back.status,
            FileStatus::Processed,
            "{name}: {:?}",
            back.steps
        );
        assert_eq!(
            Value::from(back.points.read),
            file["report"]["points"]["standard"]
        );
        let summary = sink.files.lock().unwrap()[&back.artifacts["summary"]].clone();
        let summary: Value = serde_json::from_slice(&summary).unwrap();
        let area = |summary: &Value| {
            summary["properties"]["totalArea"]["value"]
                .as_f64()
                .unwrap()
        };
        let (ours, wanted) = (area(&summary), area(&file["summary"]));
        assert!(
            (ours / wanted - 1.0).abs() < 1e-3,
            "{name}: {ours} {wanted}"
        );
        read += 1;
    }
    assert!(read >= 4, "{read}");
}
