//! How requests reach the service: upgrades that are offered, preflights, slashes too many, requests for heads only.

use crate::described::described;
use crate::http::{BATCH, Service, USERS};
use reqwest::{Client as Http, Method};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// The offer that Java's own client makes with every request.
const OFFER: &str = "Connection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA\r\n\
                     Upgrade: h2c\r\n";

#[tokio::test]
async fn an_offer_of_http_2_is_answered_over_http_1() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let token = &client.headers[0].1;
    let user = r#"{"name": "Example Farm"}"#;
    let length = user.len();
    let head = format!("Host: localhost\r\nAuthorization: {token}\r\n{OFFER}");
    let mut stream = TcpStream::connect(client.address()).await.unwrap();
    // One connection: it is neither taken over nor closed.
    for (request, status) in [
        (format!("GET {BATCH} HTTP/1.1\r\n{head}\r\n"), 200),
        (
            format!(
                "POST {USERS} HTTP/1.1\r\n{head}Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{user}"
            ),
            201,
        ),
        (
            format!("POST {USERS} HTTP/1.1\r\n{head}Content-Length: 2\r\n\r\n[]"),
            400,
        ),
        (format!("GET {USERS} HTTP/1.1\r\n{head}\r\n"), 200),
    ] {
        stream.write_all(request.as_bytes()).await.unwrap();
        let answer = answer(&mut stream).await;
        let expected = format!("HTTP/1.1 {status} ");
        assert!(answer.starts_with(&expected), "{request}\n{answer}");
        assert!(
            !answer.to_ascii_lowercase().contains("\r\nupgrade:"),
            "{answer}"
        );
    }
}

/// One answer with the length of its body.
async fn answer(stream: &mut TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&read).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().find_map(|line| {
                line.to_ascii_lowercase()
                    .strip_prefix("content-length: ")?
                    .parse()
                    .ok()
            });
            if body.len() >= length.unwrap_or(0_usize) {
                return text;
            }
        }
        let mut bytes = [0; 4096];
        let count = stream.read(&mut bytes).await.unwrap();
        assert!(count > 0, "the connection ended: {text}");
        read.extend_from_slice(&bytes[..count]);
    }
}

#[tokio::test]
async fn browsers_may_send_every_method_and_header_to_every_path() {
    let service = Service::start(|_| {}).await;
    let nobody = service.anybody();
    let (all, _) = described(&nobody).await;
    let mut asked: Vec<(String, String)> = all
        .iter()
        .map(|one| {
            (
                one.filled("00000000-0000-4000-8000-00000000000a"),
                one.method.to_string(),
            )
        })
        .collect();
    asked.push(("/no/such/path".to_owned(), "PATCH".to_owned()));
    for (path, method) in asked {
        let request = nobody
            .request(Method::OPTIONS, &path)
            .header("origin", "https://farm.example")
            .header("access-control-request-method", &method)
            .header(
                "access-control-request-headers",
                "authorization, content-type, accept, x-api-key, idempotency-key, if-none-match, range",
            );
        let answer = request.send().await.unwrap();
        assert!(
            answer.status().is_success(),
            "{method} {path}: {}",
            answer.status()
        );
        let allowed = |name: &str| {
            answer.headers()[name]
                .to_str()
                .unwrap()
                .to_ascii_lowercase()
        };
        assert_eq!(allowed("access-control-allow-origin"), "*", "{path}");
        let methods = allowed("access-control-allow-methods");
        assert!(
            methods.contains(&method.to_ascii_lowercase()),
            "{method} {path}: {methods}"
        );
        for header in ["authorization", "content-type", "x-api-key", "range"] {
            let headers = allowed("access-control-allow-headers");
            assert!(headers.contains(header), "{path}: {headers}");
        }
    }
    let login = nobody
        .request(Method::GET, BATCH)
        .header("origin", "https://farm.example");
    let answer = login.send().await.unwrap();
    let exposed = answer.headers()["access-control-expose-headers"]
        .to_str()
        .unwrap();
    assert!(exposed.contains("authorization"), "{exposed}");
}

#[tokio::test]
async fn slashes_too_many_and_requests_for_the_head_change_nothing() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let (all, _) = described(&client).await;
    // Addresses as they are, which a client of the library would tidy.
    let http = Http::builder().no_proxy().build().unwrap();
    let status = async |method: Method, path: String| {
        let address = format!("http://{}{path}", client.address());
        let mut request = http.request(method, address);
        for (name, value) in &client.headers {
            request = request.header(*name, value);
        }
        let answer = request.send().await.unwrap();
        let status = answer.status().as_u16();
        (status, answer.bytes().await.unwrap())
    };
    let mut ok = 0;
    for one in all.iter().filter(|one| one.method == Method::GET) {
        let path = one.filled(&user);
        let (expected, _) = status(Method::GET, path.clone()).await;
        ok += usize::from(expected == 200);
        for other in [
            format!("{path}/"),
            format!("{path}//"),
            format!("/{path}"),
            path.replacen("/", "//", 3),
            path.replace('/', "//"),
            format!("{path}/?page=0"),
        ] {
            let (found, _) = status(Method::GET, other.clone()).await;
            assert_eq!(found, expected, "{other}");
        }
        for path in [path.clone(), format!("{path}/")] {
            let (found, body) = status(Method::HEAD, path.clone()).await;
            assert_eq!((found, body.len()), (expected, 0), "HEAD {path}");
        }
    }
    assert!(ok > 20, "{ok}");
    // With a body, and beside names that hold an escaped slash.
    let answer = client.request(Method::POST, &format!("/{USERS}/"));
    let answer = answer
        .json(&serde_json::json!({"name": "Example Farm"}))
        .send()
        .await
        .unwrap();
    assert_eq!(answer.status().as_u16(), 201);
    let escaped = format!("/services/fields/api/users/{user}/fields/a%2F%2Fb");
    assert_eq!(status(Method::GET, escaped).await.0, 404);
}
