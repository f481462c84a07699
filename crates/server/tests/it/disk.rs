//! A service whose disk is short of space: what it refuses, what it goes on doing, and what it says.

use crate::api_keys::{content, upload};
use crate::http::{BATCH, Service, until};
use serde_json::{Value, json};

/// More than any disk has.
const NEVER: u64 = u64::MAX;

#[tokio::test]
async fn an_upload_without_room_is_refused_before_its_body_and_all_else_goes_on() {
    let service = Service::start(content).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    // A trial that takes long says so, and is made again.
    let ready = until("readiness", async || {
        let (status, ready) = client.get("/health/ready").await;
        (status == 200).then_some(ready)
    });
    assert_eq!(ready.await, json!({"status": "ready"}));
    let (status, batch) = upload(&client, &user, "bytes", "one").await;
    assert_eq!((status, batch.get("statusDetails")), (201, None));
    let folder = service.stop().await;

    let service = Service::start_again(folder, |settings| settings.free_bytes_min = NEVER).await;
    let client = service.client("adviser").await;
    // Nothing of the body is sent: the refusal does not wait for it.
    let path = format!("{BATCH}?leafUserId={user}&provider=Other");
    let length = "content-length: 1000000\r\ncontent-type: multipart/form-data; boundary=x";
    let answer = service.raw(&client, &path, length).await;
    assert!(answer.starts_with("HTTP/1.1 507 "), "{answer}");
    assert!(answer.contains("\r\nretry-after: 60\r\n"), "{answer}");
    let problem: Value = serde_json::from_str(answer.split("\r\n\r\n").last().unwrap()).unwrap();
    assert_eq!(problem["errorKey"], "storageFull");
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("bytes free, and"), "{detail}");
    assert!(
        !detail.contains(service.folder.path().to_str().unwrap()),
        "{detail}"
    );
    assert!(problem["hint"].as_str().unwrap().contains("space"));
    let boundaries = "/services/uploadservice/api/upload";
    let form = reqwest::multipart::Form::new().text("leafUserId", user.clone());
    let request = client.request(reqwest::Method::POST, boundaries);
    let answer = request.multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), 507);

    let id = batch["id"].as_str().unwrap();
    let (status, waiting) = client.get(&format!("{BATCH}/{id}")).await;
    assert_eq!(status, 200);
    assert_eq!(waiting["status"], "RECEIVED");
    assert_eq!(waiting["statusDetails"], "waits for disk space");
    let reason = until("the only reason", async || {
        let (status, ready) = client.get("/health/ready").await;
        assert_eq!(status, 503, "{ready}");
        match ready["reasons"].as_array().unwrap().as_slice() {
            [reason] => Some(reason.as_str().unwrap().to_owned()),
            _ => None,
        }
    });
    let reason = reason.await;
    assert!(reason.contains("the disk of"), "{reason}");
    assert_eq!(client.get("/health/live").await.0, 200);
    // What is small is still written.
    client.user().await;
    service.nothing_incoming().await;
}
