//! Exports over HTTP: the formats, the choice of columns and box, what is refused, and to whom.

use crate::calibrations::{converting, place, stick};
use crate::http::{Client, Service};
use reqwest::Method;
use serde_json::Value;

async fn fetch(client: &Client, path: &str) -> (u16, String, Vec<u8>) {
    let answer = client.request(Method::GET, path).send().await.unwrap();
    let status = answer.status().as_u16();
    let name = answer.headers().get("content-disposition");
    let name = name.map_or_else(String::new, |name| name.to_str().unwrap().to_owned());
    (status, name, answer.bytes().await.unwrap().to_vec())
}

#[tokio::test]
async fn a_file_is_exported_for_its_own_account() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let path = format!("{}/export", place(&files["Harvest North Forty"]));
    for (format, start) in [
        ("gpkg", b"SQLite format 3".as_slice()),
        ("fgb", b"fgb\x03"),
        ("csv", b"longitude,latitude,"),
        ("shp", b"PK\x03\x04"),
        ("geojson", b"{\"type\":\"FeatureCollection\""),
        ("parquet", b"PAR1"),
        ("pmtiles", b"PMTiles\x03"),
        ("adapt", b"PK\x03\x04"),
    ] {
        let (status, name, bytes) = fetch(&client, &format!("{path}?format={format}")).await;
        assert_eq!(status, 200, "{format}: {}", String::from_utf8_lossy(&bytes));
        let ending = match format {
            "shp" | "adapt" => "zip",
            other => other,
        };
        assert!(name.contains(&format!(".{ending}\"")), "{name}");
        assert!(bytes.starts_with(start), "{format}");
    }
    let (_, _, all) = fetch(
        &client,
        &format!("{path}?format=csv&columns=speed,distance"),
    )
    .await;
    let text = String::from_utf8(all).unwrap();
    let titles = text.lines().next().unwrap();
    assert!(titles.starts_with("longitude,latitude,speed [") && titles.contains(",distance ["));
    let feet = format!("{path}?format=csv&columns=speed,distance&units=imperial");
    let (_, _, feet) = fetch(&client, &feet).await;
    let text = String::from_utf8(feet).unwrap();
    assert!(text.starts_with("longitude,latitude,speed [ft/s],distance [ft]\r\n"));
    let far = format!("{path}?format=csv&columns=speed&bbox=0,-1,1,0");
    let (status, _, none) = fetch(&client, &far).await;
    assert_eq!(status, 200);
    assert_eq!(String::from_utf8(none).unwrap().lines().count(), 1);
    for (query, word) in [
        ("", "format"),
        ("?format=xlsx", "gpkg"),
        ("?format=csv&columns=nothing", "`nothing`"),
        ("?format=csv&bbox=1,2,3", "west"),
        ("?format=csv&bbox=3,2,1,4", "west"),
        ("?format=csv&output=raw", "filtered"),
        ("?format=csv&units=default", "metric, imperial"),
        ("?format=adapt&columns=speed", "always of the whole file"),
        ("?format=report&units=metric", "always of the whole file"),
    ] {
        let (status, answer) = client.get(&format!("{path}{query}")).await;
        assert_eq!(status, 400, "{query}: {answer}");
        assert!(
            answer["detail"].as_str().unwrap().contains(word),
            "{answer}"
        );
    }
    for format in ["csv", "adapt"] {
        let (status, _) = client
            .get(&format!("{path}?format={format}&output=polygon"))
            .await;
        assert_eq!(status, 404);
    }
    let other = service.client("other").await;
    let refused: (u16, Value) = other.get(&format!("{path}?format=csv")).await;
    assert_eq!(refused.0, 404);
    let nobody = service.anybody().get(&format!("{path}?format=csv")).await;
    assert_eq!(nobody.0, 401);
    service.nothing_incoming().await;
}
