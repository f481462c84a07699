//! Logins and bodies as somebody sends them who means no good.

use crate::http::{BATCH, Client, PATIENCE, Service, until};
use serde_json::json;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tramline_server::{Proxies, Settings};

const LOGIN: &str = "/api/authenticate";

/// Tries a wrong password until it is told to wait; how many were looked at. A try that comes when its wait is over is
/// looked at and makes the next wait twice as long, so that the end comes on a slow machine too.
async fn tries_until_told_to_wait(client: &Client, name: &str) -> u32 {
    let wrong = json!({"username": name, "password": "not the password"});
    for looked_at in 0_u32.. {
        let sent = client.request(reqwest::Method::POST, LOGIN).json(&wrong);
        let answer = sent.send().await.unwrap();
        let wait = answer.headers().get("retry-after").cloned();
        let (status, body) = crate::http::read(answer).await;
        if status == 401 {
            assert_eq!(body["detail"], "Bad credentials");
            continue;
        }
        assert_eq!((status, &body["errorKey"]), (429, &json!("tooManyLogins")));
        let wait: u64 = wait.unwrap().to_str().unwrap().parse().unwrap();
        let longest = 1 << looked_at.checked_sub(5).expect("five cost no wait");
        assert!((1..=longest).contains(&wait), "{wait} s after {looked_at}");
        return looked_at;
    }
    unreachable!()
}

#[tokio::test]
async fn wrong_passwords_cost_waits_and_never_say_whether_the_name_exists() {
    let service = Service::start(|_| {}).await;
    let anybody = service.anybody();
    for name in ["adviser", "nobody"] {
        assert!(tries_until_told_to_wait(&anybody, name).await >= 5);
    }
    // Another name at the same address still may.
    service.client("other").await;
    service.stop().await;
}

#[tokio::test]
async fn an_address_behind_a_trusted_proxy_is_the_clients_own() {
    let service = Service::start(|settings| {
        settings.trusted_proxies = Proxies::of(["127.0.0.0/8"]).unwrap();
    })
    .await;
    let wrong = json!({"username": "adviser", "password": "not the password"});
    let mut client = service.anybody();
    client.headers = vec![("x-forwarded-for", "203.0.113.7".to_owned())];
    tries_until_told_to_wait(&client, "adviser").await;
    client.headers = vec![("x-forwarded-for", "203.0.113.8".to_owned())];
    assert_eq!(client.post(LOGIN, &wrong).await.0, 401);
    service.stop().await;
}

/// Sends a part of a request; what is answered, and after how long.
async fn half_sent(address: &str, head: &str, body: &str) -> (String, Duration) {
    // Before the service can begin to wait.
    let begun = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let head = format!("{head}\r\nhost: tramline\r\n\r\n{body}");
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    let read = stream.read_to_string(&mut answer);
    let read = tokio::time::timeout(PATIENCE, read).await;
    read.expect("an answer").unwrap();
    (answer, begun.elapsed())
}

/// When a form with files is cut off where nothing is set.
fn by_default() -> Duration {
    Duration::from_secs(Settings::default().idle_body_seconds)
}

#[tokio::test]
async fn bodies_that_stop_arriving_are_cut_off_whatever_they_are() {
    let service = Service::start(|settings| settings.idle_body_seconds = 1).await;
    let client = service.client("adviser").await;
    let token = &client.headers[0].1;
    let form = "content-type: multipart/form-data; boundary=x\r\ncontent-length: 1000";
    let upload =
        format!("POST {BATCH}?provider=Other HTTP/1.1\r\nauthorization: {token}\r\n{form}");
    let boundaries = format!(
        "POST /services/uploadservice/api/upload HTTP/1.1\r\nauthorization: {token}\r\n{form}"
    );
    let address = client.address();
    let begun_file =
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\nPK";
    for (head, body) in [
        (&upload, ""),
        (&upload, begun_file),
        (&boundaries, begun_file),
    ] {
        let (answer, after) = half_sent(&address, head, body).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
        assert!(answer.contains("bodyTooSlow"), "{answer}");
        assert!(
            after >= Duration::from_millis(900) && after < by_default(),
            "{after:?}"
        );
    }
    service.nothing_incoming().await;
    service.stop().await;
}

#[tokio::test]
async fn a_small_body_has_ten_seconds() {
    let service = Service::start(|_| {}).await;
    let head =
        format!("POST {LOGIN} HTTP/1.1\r\ncontent-type: application/json\r\ncontent-length: 60");
    let (answer, after) = half_sent(&service.anybody().address(), &head, "{\"username\":").await;
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(
        after >= Duration::from_secs(9) && after < by_default(),
        "{after:?}"
    );
    service.stop().await;
}

#[tokio::test]
async fn beyond_its_bound_a_connection_is_told_and_closed() {
    let service = Service::start(|settings| settings.connections_per_address = 2).await;
    let address = service.anybody().address();
    let mut held = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(&address).await.unwrap();
        let request = b"GET /health/live HTTP/1.1\r\nhost: tramline\r\n\r\n";
        stream.write_all(request).await.unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.unwrap();
        assert_eq!(&answer, b"HTTP/1.1 200");
        held.push(stream);
    }
    let mut third = TcpStream::connect(&address).await.unwrap();
    let mut answer = String::new();
    third.read_to_string(&mut answer).await.unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 5"),
        "{answer}"
    );
    drop(held);
    service.stop().await;
}

#[tokio::test]
async fn an_upload_whose_token_ends_meanwhile_is_refused() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let token = &client.headers[0].1;
    let begun =
        "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.zip\"\r\n\r\nPK";
    let rest = "\r\n--x--\r\n";
    let length = begun.len() + rest.len();
    let head = format!(
        "POST {BATCH}?leafUserId={user}&provider=Other HTTP/1.1\r\nhost: tramline\r\nauthorization: {token}\r\n\
         content-type: multipart/form-data; boundary=x\r\ncontent-length: {length}\r\n\r\n{begun}"
    );
    let mut stream = TcpStream::connect(client.address()).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    // The body is taken in as soon as its file is there.
    let incoming = service.folder.path().join("incoming");
    until("the file", async || {
        let files = std::fs::read_dir(&incoming).unwrap().count();
        (files > 0).then_some(())
    })
    .await;
    let (status, _) = client.post("/api/account/revoke-tokens", &json!({})).await;
    assert!(status < 300, "{status}");
    stream.write_all(rest.as_bytes()).await.unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 401");
    service.stop().await;
}

#[tokio::test]
async fn a_large_upload_that_is_refused_has_its_answer() {
    let service = Service::start(|_| {}).await;
    let client = service.anybody();
    let body = vec![0_u8; 64 << 20];
    for _ in 0..5 {
        let sent = client.request(reqwest::Method::POST, &format!("{BATCH}?provider=Other"));
        let sent = sent.header("content-type", "multipart/form-data; boundary=x");
        let answer = sent.body(body.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 401);
    }
    service.stop().await;
}
