//! What every answer has, whatever made it; and figures on a listener of their own.

use crate::http::{BATCH, HOOKS, Service};
use reqwest::{Method, Response};
use serde_json::json;
use tramline_server::Listen;

fn assert_protected(what: &str, answer: &Response) {
    let header = |name: &str| {
        let all: Vec<_> = answer.headers().get_all(name).iter().collect();
        assert_eq!(all.len(), 1, "{what}: {name}");
        all[0].to_str().unwrap().to_owned()
    };
    assert_eq!(header("x-content-type-options"), "nosniff", "{what}");
    assert_eq!(header("referrer-policy"), "no-referrer", "{what}");
    assert_eq!(header("x-frame-options"), "DENY", "{what}");
    assert_eq!(header("cache-control"), "no-store", "{what}");
    let policy = header("content-security-policy");
    for rule in ["default-src", "base-uri", "form-action", "frame-ancestors"] {
        assert!(
            policy.contains(&format!("{rule} 'none'")),
            "{what}: {policy}"
        );
    }
}

#[tokio::test]
async fn every_answer_is_protected_whatever_made_it() {
    let service = Service::start(|_| {}).await;
    let (client, nobody) = (service.client("adviser").await, service.anybody());
    for (who, method, path, status) in [
        (&client, Method::GET, BATCH, 200),
        (&nobody, Method::GET, BATCH, 401),
        (&nobody, Method::GET, "/health/live", 200),
        (&nobody, Method::GET, "/docs", 200),
        (&nobody, Method::GET, "/openapi.json", 200),
        (&nobody, Method::GET, "/metrics", 404),
        (&nobody, Method::GET, "/nothing", 404),
        (&client, Method::PATCH, BATCH, 405),
        (&client, Method::HEAD, BATCH, 200),
        (
            &client,
            Method::GET,
            "/services/operations/api/batch?sort=x",
            400,
        ),
    ] {
        let answer = who.request(method, path);
        let answer = answer.header("x-request-id", "x".repeat(65)).send().await;
        let answer = answer.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{path}");
        assert_protected(path, &answer);
        assert_eq!(answer.headers()["x-request-id"].len(), 36, "{path}");
    }
    let preflight = nobody
        .request(Method::OPTIONS, BATCH)
        .header("origin", "https://farm.example")
        .header("access-control-request-method", "GET")
        .header("access-control-request-headers", "authorization");
    let preflight = preflight.send().await.unwrap();
    assert_eq!(preflight.headers()["access-control-max-age"], "7200");
    assert_protected("preflight", &preflight);
}

#[tokio::test]
async fn figures_have_a_listener_of_their_own() {
    let any: Listen = ([127, 0, 0, 1], 0).into();
    let service = Service::start(|settings| settings.metrics_listen = Some(any)).await;
    let client = service.client("adviser").await;
    assert_eq!(client.get(BATCH).await.0, 200);
    let address = service.metrics();
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let get = async |path: &str| {
        let answer = http.get(format!("http://{address}{path}")).send().await;
        let answer = answer.unwrap();
        assert_protected(path, &answer);
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    let (status, text) = get("/metrics").await;
    assert_eq!(status, 200);
    for name in [
        "tramline_uploads_total ",
        "tramline_logins_failed_total ",
        "tramline_stored_bytes 0",
        "tramline_free_bytes ",
        "tramline_runs{state=\"queued\"} 0",
        "tramline_connections_open ",
    ] {
        assert!(
            text.lines().any(|line| line.starts_with(name)),
            "{name}: {text}"
        );
    }
    let route = format!("route=\"{BATCH}\"");
    assert!(text.contains(&route), "{text}");
    assert_eq!(get(BATCH).await.0, 404);
}

#[tokio::test]
async fn secrets_of_webhooks_are_sealed_in_the_database() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let hook = json!({"name": "receiver", "events": ["fieldCreated"], "secret": "swordfish of the sea",
        "url": "https://receiver.example/hook"});
    let (status, made) = client.post(HOOKS, &hook).await;
    assert_eq!((status, &made["secret"]), (201, &hook["secret"]));
    assert_eq!(client.get(HOOKS).await.1[0], made);
    let folder = service.stop().await;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let secret = b"swordfish of the sea";
            let found = bytes.windows(secret.len()).any(|window| window == secret);
            assert!(!found, "{}", path.display());
        }
    }
}
