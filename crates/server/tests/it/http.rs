//! A running server on a folder of its own, and a client of it.

use reqwest::{Method, RequestBuilder, Response};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tramline_server::{Server, Settings, add_account, open_database, use_tls};

pub(crate) const CONFIGS: &str = "/services/config/api/configs";
pub(crate) const HOOKS: &str = "/services/alerts/api/alerts/webhooks";
pub(crate) const KEYS: &str = "/services/usermanagement/api/api-keys";
pub(crate) const BATCH: &str = "/services/operations/api/batch";
pub(crate) const USERS: &str = "/services/usermanagement/api/users";
/// Of every account.
pub(crate) const PASSWORD: &str = "seed drill under rain";
/// How long what must come may take: on a slow machine with other work, too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(300);
/// From one look to the next.
const PAUSE: Duration = Duration::from_millis(20);

/// Asks again until there is an answer.
pub(crate) async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let asked = async {
        loop {
            if let Some(found) = ask().await {
                return found;
            }
            tokio::time::sleep(PAUSE).await;
        }
    };
    let found = tokio::time::timeout(PATIENCE, asked).await;
    found.unwrap_or_else(|_| panic!("{what} does not come"))
}

/// A server without workers: nothing is converted.
pub(crate) struct Service {
    server: Server,
    pub(crate) folder: tempfile::TempDir,
}

impl Service {
    /// Starts with the accounts `adviser` and `other`.
    pub(crate) async fn start(change: impl FnOnce(&mut Settings)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = open_database(folder.path()).await.unwrap();
        for name in ["adviser", "other"] {
            add_account(&database, name, PASSWORD).await.unwrap();
        }
        database.close().await;
        Self::start_again(folder, change).await
    }

    pub(crate) async fn start_again(
        folder: tempfile::TempDir,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        use_tls();
        let mut settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data: folder.path().to_owned(),
            workers: 0,
            free_bytes_min: 0,
            ..Settings::default()
        };
        change(&mut settings);
        let server = Server::start(settings).await.unwrap();
        Self { server, folder }
    }

    /// Ends the server; its folder stays.
    pub(crate) async fn stop(self) -> tempfile::TempDir {
        self.server.stop().await;
        self.folder
    }

    /// Waits until nothing of what came in or went out is left half way: it goes with its answer, or just after.
    pub(crate) async fn nothing_incoming(&self) {
        let incoming = self.folder.path().join("incoming");
        until("the end of what is left in `incoming`", async || {
            let left = std::fs::read_dir(&incoming).unwrap().count();
            (left == 0).then_some(())
        })
        .await;
    }

    /// Where the figures are.
    pub(crate) fn metrics(&self) -> std::net::SocketAddr {
        self.server.metrics[0]
    }

    pub(crate) fn anybody(&self) -> Client {
        Client {
            base: format!("http://{}", self.server.address),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            headers: Vec::new(),
        }
    }

    /// The answer to the head of a POST whose body never comes.
    pub(crate) async fn raw(&self, client: &Client, path: &str, headers: &str) -> String {
        let mut stream = TcpStream::connect(self.server.address).await.unwrap();
        let mut head =
            format!("POST {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
        for (name, value) in &client.headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str("\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    }

    pub(crate) async fn client(&self, name: &str) -> Client {
        let mut client = self.anybody();
        let body = json!({"username": name, "password": PASSWORD});
        let answer = client.post("/api/authenticate", &body).await;
        let token = answer.1["id_token"].as_str().unwrap().to_owned();
        client
            .headers
            .push(("authorization", format!("Bearer {token}")));
        client
    }
}

#[derive(Clone)]
pub(crate) struct Client {
    base: String,
    http: reqwest::Client,
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Client {
    /// Of the server, as `address:port`.
    pub(crate) fn address(&self) -> String {
        self.base.trim_start_matches("http://").to_owned()
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        request
    }

    /// Status and body; null where there is none.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
    ) -> (u16, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(body);
        }
        read(request.send().await.unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.send(Method::GET, path, None).await
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(Method::POST, path, Some(body)).await
    }

    pub(crate) async fn patch(&self, path: &str, body: &Value) -> (u16, Value) {
        self.send(Method::PATCH, path, Some(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> u16 {
        self.send(Method::DELETE, path, None).await.0
    }

    /// The id of a new user.
    pub(crate) async fn user(&self) -> String {
        let (status, user) = self.post(USERS, &json!({"name": "Example Farm"})).await;
        assert_eq!(status, 201);
        user["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn remove_user(&self, id: &str) -> u16 {
        self.delete(&format!("{USERS}/{id}")).await
    }
}

pub(crate) async fn read(answer: Response) -> (u16, Value) {
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or_default())
}
