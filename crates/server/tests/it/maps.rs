//! Maps over HTTP: images of classes and GeoTIFF, to whom, and what is refused.

use crate::calibrations::{converting, place, stick};
use crate::http::{Client, Service};
use reqwest::Method;

async fn fetch(client: &Client, url: &str) -> (u16, String, Vec<u8>) {
    let answer = client.request(Method::GET, url).send().await.unwrap();
    let status = answer.status().as_u16();
    let content = answer.headers().get("content-type");
    let content = content.map_or_else(String::new, |text| text.to_str().unwrap().to_owned());
    (status, content, answer.bytes().await.unwrap().to_vec())
}

/// The path of a URL that the service gave.
fn path(url: &str) -> String {
    url.split_once("/services")
        .map(|(_, rest)| format!("/services{rest}"))
        .unwrap()
}

#[tokio::test]
async fn a_file_has_maps_for_its_own_account() {
    let service = Service::start(converting).await;
    let client = service.client("adviser").await;
    let files = stick(&client).await;
    let file = place(&files["Harvest North Forty"]);
    let (status, list) = client.get(&format!("{file}/imagesV2")).await;
    assert_eq!(status, 200, "{list}");
    let entry = list
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["property"] == "wetMassPerArea")
        .unwrap();
    assert_eq!(entry["legend"]["ranges"][0]["colorCode"], "#471357");
    assert!(entry["extent"]["xmin"].as_f64() < entry["extent"]["xmax"].as_f64());
    assert_eq!(entry["url"], entry["downloadUrl"]);
    let url = path(entry["url"].as_str().unwrap());
    let (status, content, bytes) = fetch(&client, &url).await;
    assert_eq!((status, content.as_str()), (200, "image/png"));
    assert!(bytes.starts_with(b"\x89PNG"));
    let (status, content, bytes) = fetch(&client, &format!("{url}.aux.xml")).await;
    assert_eq!((status, content.as_str()), (200, "application/xml"));
    assert!(String::from_utf8(bytes).unwrap().contains("GeoTransform"));

    let (_, list) = client
        .get(&format!("{file}/imagesV2?ramp=accessible&output=standard"))
        .await;
    assert_eq!(list[0]["legend"]["ranges"][0]["colorCode"], "#440154");
    let url = list[0]["url"].as_str().unwrap();
    assert!(
        url.ends_with(".png?output=standard&ramp=accessible"),
        "{url}"
    );

    for (query, epsg) in [("", 3857_u16), ("?crs=utm", 32_615)] {
        let (status, list) = client.get(&format!("{file}/geotiffImages{query}")).await;
        assert_eq!(status, 200, "{list}");
        let entry = list.as_array().unwrap();
        let entry = entry.iter().find(|entry| entry["property"] == "speed");
        let url = path(entry.unwrap()["url"].as_str().unwrap());
        let (status, content, bytes) = fetch(&client, &url).await;
        assert_eq!((status, content.as_str()), (200, "image/tiff"), "{url}");
        let key = epsg.to_le_bytes();
        let has = bytes.windows(2).any(|two| two == key);
        assert!(bytes.starts_with(b"II*\0") && has, "{query}");
    }
    let all = format!("{file}/geotiffImages");
    let (_, list) = client.get(&all).await;
    for entry in list.as_array().unwrap() {
        let url = path(entry["url"].as_str().unwrap());
        let answer = client.request(Method::GET, &url).send().await.unwrap();
        assert_eq!(answer.status(), 200, "what is listed is there: {url}");
        let tag = answer.headers()["etag"].clone();
        let again = client
            .request(Method::GET, &url)
            .header("if-none-match", tag);
        assert_eq!(again.send().await.unwrap().status(), 304, "{url}");
    }
    for (query, status) in [
        ("imagesV2?ramp=blue", 400),
        ("imagesV2?output=raw", 400),
        ("geotiffImages?crs=4326", 400),
        ("imagesV2/nothing.png", 404),
        ("imagesV2/speed.gif", 404),
        ("geotiffImages/speed", 404),
        ("geotiffImages/seedRate.tif", 404),
    ] {
        let (found, answer) = client.get(&format!("{file}/{query}")).await;
        assert_eq!(found, status, "{query}: {answer}");
    }
    let other = service.client("other").await;
    for name in [
        "imagesV2",
        "imagesV2/speed.png",
        "geotiffImages",
        "geotiffImages/speed.tif",
    ] {
        let path = format!("{file}/{name}");
        assert_eq!(fetch(&other, &path).await.0, 404, "{name}");
        assert_eq!(fetch(&service.anybody(), &path).await.0, 401, "{name}");
    }
}
