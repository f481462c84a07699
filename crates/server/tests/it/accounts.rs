//! The life of an account over HTTP: its tokens, its password, its limits, its log and its end, and what an
//! operator does beside the running service.

use crate::http::{BATCH, Client, KEYS, PASSWORD, Service, USERS, read, until};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use std::path::PathBuf;
use tramline_server::store::{Accounts, By, Logins, Quota, Quotas};
use tramline_server::{Server, Settings, change_password, open_database, remove_account};

const ACCOUNT: &str = "/api/account";
const NEW_PASSWORD: &str = "furrow by furrow by furrow, slowly";

/// A converter that finds nothing wrong with any upload.
fn content(settings: &mut Settings) {
    settings.converter = Some(PathBuf::from("/bin/true"));
}

async fn log_in(service: &Service, name: &str, password: &str) -> (u16, Value) {
    let body = json!({"username": name, "password": password});
    service.anybody().post("/api/authenticate", &body).await
}

fn with_token(service: &Service, answer: &Value) -> Client {
    let mut client = service.anybody();
    let token = answer["id_token"].as_str().unwrap();
    client
        .headers
        .push(("authorization", format!("Bearer {token}")));
    client
}

async fn upload(client: &Client, user: &str, bytes: &str) -> (u16, Value) {
    let part = Part::bytes(bytes.as_bytes().to_vec()).file_name("stick.zip");
    let request = client
        .request(
            Method::POST,
            &format!("{BATCH}?leafUserId={user}&provider=Other"),
        )
        .multipart(Form::new().part("file", part));
    read(request.send().await.unwrap()).await
}

/// The day for which uploads are counted.
fn day() -> i64 {
    jiff::Timestamp::now().as_second().div_euclid(86_400)
}

/// Actions of the log, the oldest first.
async fn actions(client: &Client) -> Vec<String> {
    let (status, list) = client.get(&format!("{ACCOUNT}/audit?size=100")).await;
    assert_eq!(status, 200, "{list}");
    let list = list.as_array().unwrap().iter().rev();
    list.map(|entry| entry["action"].as_str().unwrap().to_owned())
        .collect()
}

/// What an operator does on the folder of a service that runs.
async fn beside<T>(
    service: &Service,
    work: impl AsyncFnOnce(&tramline_server::store::Sqlite) -> T,
) -> T {
    let database = open_database(service.folder.path()).await.unwrap();
    let done = work(&database).await;
    database.close().await;
    done
}

async fn id_of(database: &tramline_server::store::Sqlite, name: &str) -> String {
    database.account_by_name(name).await.unwrap().unwrap().id
}

#[tokio::test]
async fn an_account_reads_its_limits_and_its_use() {
    let service = Service::start(|settings| {
        content(settings);
        settings.account_files = 0;
    })
    .await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let before = day();
    assert_eq!(upload(&client, &user, "seven b").await.0, 201);
    let (status, account) = client.get(ACCOUNT).await;
    assert_eq!(status, 200);
    assert_eq!(account["username"], "adviser");
    assert_eq!(
        (&account["users"], account["lastLoginTime"].is_string()),
        (&json!(1), true)
    );
    let today = &account["use"]["uploadsToday"];
    assert!(*today == 1 || day() > before, "but where midnight came");
    assert_eq!(
        account["use"],
        json!({"bytes": 7, "files": 0, "uploadsToday": today})
    );
    let limits = &account["limits"];
    assert_eq!(limits["bytes"], 500_000_000_000_u64);
    assert_eq!(limits["uploadsPerDay"], 10_000);
    assert!(limits.get("files").is_none(), "no limit");
    service.stop().await;
}

#[tokio::test]
async fn tokens_are_listed_and_end_one_by_one() {
    let service = Service::start(|_| {}).await;
    let first = service.client("adviser").await;
    let second = service.client("adviser").await;
    let (_, list) = second.get(&format!("{ACCOUNT}/tokens")).await;
    let list = list.as_array().unwrap();
    let current: Vec<&Value> = list.iter().map(|token| &token["current"]).collect();
    assert_eq!(current, [true, false], "the newest first");
    let other = list[1]["id"].as_str().unwrap();
    let place = format!("{ACCOUNT}/tokens/{other}");
    let stranger = service.client("other").await;
    assert_eq!(stranger.delete(&place).await, 404);
    assert_eq!(first.get(ACCOUNT).await.0, 200);
    assert_eq!(second.delete(&place).await, 204);
    assert_eq!(second.delete(&place).await, 404);
    assert_eq!(first.get(ACCOUNT).await.0, 401);
    assert_eq!(second.get(ACCOUNT).await.0, 200);
    assert_eq!(second.delete(&format!("{ACCOUNT}/tokens/x")).await, 400);

    let third = service.client("adviser").await;
    let revoke = format!("{ACCOUNT}/revoke-tokens");
    assert_eq!(second.post(&revoke, &Value::Null).await.0, 204);
    for client in [&second, &third] {
        assert_eq!(client.get(ACCOUNT).await.0, 401);
    }
    assert_eq!(stranger.get(ACCOUNT).await.0, 200);
    let again = service.client("adviser").await;
    let told = actions(&again).await;
    let last = &told[told.len() - 4..];
    assert_eq!(last, ["tokenRevoked", "login", "tokensRevoked", "login"]);
    service.stop().await;
}

#[tokio::test]
async fn a_password_is_changed_with_the_one_of_before() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let other = service.client("adviser").await;
    let place = format!("{ACCOUNT}/password");
    let change = async |current: &str, new: &str| {
        let body = json!({"currentPassword": current, "newPassword": new});
        client.send(Method::PUT, &place, Some(&body)).await
    };
    let (status, refused) = change("wrong", NEW_PASSWORD).await;
    assert_eq!(
        (status, &refused["errorKey"]),
        (403, &json!("wrongPassword"))
    );
    for weak in ["short", "password1234", "adviseradviser"] {
        let (status, refused) = change(PASSWORD, weak).await;
        assert_eq!(
            (status, &refused["errorKey"]),
            (400, &json!("weakPassword")),
            "{weak}"
        );
        assert_eq!(refused["fieldErrors"][0]["field"], "newPassword");
    }
    assert_eq!(other.get(ACCOUNT).await.0, 200, "nothing has changed");
    let (status, changed) = change(PASSWORD, NEW_PASSWORD).await;
    assert_eq!(status, 200, "{changed}");
    for ended in [&client, &other] {
        assert_eq!(ended.get(ACCOUNT).await.0, 401);
    }
    let client = with_token(&service, &changed);
    assert_eq!(client.get(ACCOUNT).await.0, 200);
    assert_eq!(log_in(&service, "adviser", PASSWORD).await.0, 401);
    assert_eq!(log_in(&service, "adviser", NEW_PASSWORD).await.0, 200);
    let told = actions(&client).await;
    assert!(
        told.iter().any(|action| action == "loginFailed"),
        "{told:?}"
    );
    let told: Vec<&String> = told
        .iter()
        .filter(|action| *action != "loginFailed")
        .collect();
    let last = &told[told.len() - 2..];
    assert_eq!(last, ["passwordChanged", "login"], "{told:?}");
    service.stop().await;
}

#[tokio::test]
async fn an_account_removes_itself_with_all_that_is_its_own() {
    let service = Service::start(content).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let (_, batch) = upload(&client, &user, "some bytes").await;
    let key = json!({"leafUserId": user});
    let (_, key) = client.post(KEYS, &key).await;
    let remove = async |password: &str| {
        let body = json!({"password": password});
        client.send(Method::DELETE, ACCOUNT, Some(&body)).await
    };
    assert_eq!(client.delete(ACCOUNT).await, 400, "without the password");
    assert_eq!(remove("wrong").await.1["errorKey"], "wrongPassword");
    assert_eq!(client.get(ACCOUNT).await.0, 200);
    assert_eq!(remove(PASSWORD).await.0, 204);
    assert_eq!(client.get(ACCOUNT).await.0, 401);
    assert_eq!(log_in(&service, "adviser", PASSWORD).await.0, 401);
    let mut keyed = service.anybody();
    let key = key["key"].as_str().unwrap().to_owned();
    keyed.headers.push(("x-api-key", key));
    assert_eq!(keyed.get(BATCH).await.0, 401);
    // The rows go beside, soon.
    let database = crate::webhooks::database(service.folder.path()).await;
    let id = batch["id"].as_str().unwrap();
    until("the end of a removed account's rows", async || {
        let rows = sqlx::query(
            "SELECT 1 FROM uploads WHERE id = ? UNION SELECT 1 FROM accounts WHERE username <> 'other'",
        );
        let rows = rows.bind(id).fetch_all(&database).await.unwrap();
        rows.is_empty().then_some(())
    })
    .await;
    assert_eq!(service.client("other").await.get(ACCOUNT).await.0, 200);
    service.stop().await;
}

#[tokio::test]
async fn what_an_operator_does_holds_for_the_next_request() {
    let service = Service::start(content).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let (_, key) = client.post(KEYS, &json!({"leafUserId": user})).await;
    let mut keyed = service.anybody();
    let key = key["key"].as_str().unwrap().to_owned();
    keyed.headers.push(("x-api-key", key));
    assert_eq!(keyed.get(BATCH).await.0, 200);

    let set_disabled = async |disabled| {
        beside(&service, async |database| {
            let id = id_of(database, "adviser").await;
            let done = database.set_disabled(&id, disabled, By::operator());
            assert!(done.await.unwrap());
        })
        .await;
    };
    set_disabled(true).await;
    for answer in [
        client.get(ACCOUNT).await,
        keyed.get(BATCH).await,
        log_in(&service, "adviser", PASSWORD).await,
        upload(&keyed, &user, "bytes").await,
    ] {
        assert_eq!(
            (answer.0, &answer.1["errorKey"]),
            (403, &json!("accountDisabled"))
        );
    }
    assert_eq!(
        log_in(&service, "adviser", "wrong").await.0,
        401,
        "nothing to learn"
    );
    set_disabled(false).await;
    assert_eq!(client.get(ACCOUNT).await.0, 200);
    assert_eq!(keyed.get(BATCH).await.0, 200);

    beside(&service, async |database| {
        let id = id_of(database, "adviser").await;
        assert!(database.revoke_tokens(&id, By::operator()).await.unwrap());
    })
    .await;
    assert_eq!(client.get(ACCOUNT).await.0, 401);
    assert_eq!(keyed.get(BATCH).await.0, 200, "keys are no tokens");
    let client = service.client("adviser").await;
    beside(&service, async |database| {
        change_password(database, "adviser", NEW_PASSWORD)
            .await
            .unwrap();
    })
    .await;
    assert_eq!(client.get(ACCOUNT).await.0, 401);
    assert_eq!(log_in(&service, "adviser", PASSWORD).await.0, 401);
    let (_, answer) = log_in(&service, "adviser", NEW_PASSWORD).await;
    let client = with_token(&service, &answer);
    let (_, list) = client.get(&format!("{ACCOUNT}/audit")).await;
    let list = list.as_array().unwrap();
    let by = |action: &str| {
        let entry = list.iter().find(|entry| entry["action"] == action);
        entry.unwrap()["actor"].as_str().unwrap()
    };
    let actions = [
        "login",
        "loginFailed",
        "passwordChanged",
        "accountDisabled",
        "keyMade",
    ];
    assert_eq!(
        actions.map(by),
        ["owner", "unknown", "operator", "operator", "owner"]
    );
    beside(&service, async |database| {
        remove_account(database, "adviser").await.unwrap();
    })
    .await;
    assert_eq!(client.get(ACCOUNT).await.0, 401);
    assert_eq!(keyed.get(BATCH).await.0, 401);
    assert_eq!(log_in(&service, "adviser", NEW_PASSWORD).await.0, 401);
    service.stop().await;
}

#[tokio::test]
async fn an_upload_over_the_limits_is_refused_with_what_is_used() {
    let service = Service::start(|settings| {
        content(settings);
        settings.account_bytes = 3_000;
        settings.account_uploads_per_day = 3;
    })
    .await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let before = day();
    let (_, first) = upload(&client, &user, &"a".repeat(1_000)).await;
    let (status, refused) = upload(&client, &user, &"b".repeat(2_001)).await;
    assert_eq!(
        (status, &refused["errorKey"]),
        (403, &json!("quotaExceeded")),
        "{refused}"
    );
    assert!(
        refused["detail"]
            .as_str()
            .unwrap()
            .starts_with("the account has stored 1000 of 3000 bytes")
    );
    assert!(refused["hint"].is_string());
    // A deleted batch makes room, and what an operator allows holds at once.
    let place = format!("{BATCH}/{}", first["id"].as_str().unwrap());
    assert_eq!(client.delete(&place).await, 204);
    let own = Quota {
        bytes: Some(0),
        ..Quota::default()
    };
    beside(&service, async |database| {
        let id = id_of(database, "adviser").await;
        database.set_quota(&id, own, By::operator()).await.unwrap();
    })
    .await;
    for bytes in [&"c".repeat(4_000), "and more"] {
        assert_eq!(upload(&client, &user, bytes).await.0, 201);
    }
    let part = Part::bytes(b"one more".to_vec()).file_name("stick.zip");
    let request = client
        .request(
            Method::POST,
            &format!("{BATCH}?leafUserId={user}&provider=Other"),
        )
        .multipart(Form::new().part("file", part));
    let answer = request.send().await.unwrap();
    if day() > before {
        return; // Midnight came, and the count begins anew.
    }
    let wait: u32 = answer.headers()["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!(wait <= 86_400);
    let (status, refused) = read(answer).await;
    assert_eq!(
        (status, &refused["errorKey"]),
        (429, &json!("uploadsPerDayExceeded"))
    );
    assert_eq!(
        upload(&service.client("other").await, &user, "x").await.0,
        404,
        "another account has its own"
    );
    service.stop().await;
}

#[tokio::test]
async fn a_key_shows_when_it_was_used() {
    let service = Service::start(content).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let (_, key) = client.post(KEYS, &json!({"leafUserId": user})).await;
    assert!(client.get(KEYS).await.1[0].get("lastUsedAt").is_none());
    let mut keyed = service.anybody();
    let key = key["key"].as_str().unwrap().to_owned();
    keyed.headers.push(("x-api-key", key));
    assert_eq!(upload(&keyed, &user, "bytes").await.0, 201);
    until("the time of the use", async || {
        let shown = client.get(KEYS).await.1[0]["lastUsedAt"].is_string();
        shown.then_some(())
    })
    .await;
    let (_, list) = client.get(&format!("{ACCOUNT}/audit?size=1")).await;
    assert_eq!(
        (&list[0]["action"], &list[0]["actor"]),
        (&json!("upload"), &json!("key"))
    );
    assert!(list[0]["requestId"].is_string() && list[0]["actorId"].is_string());
    service.stop().await;
}

#[tokio::test]
async fn the_log_is_read_by_time_and_holds_no_names() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let body = json!({"name": "Grower Secretname", "email": "grower@example.org"});
    let (_, user) = client.post(USERS, &body).await;
    for _ in 0..3 {
        assert_eq!(
            log_in(&service, "adviser", "a wrong guess at it").await.0,
            401
        );
    }
    assert_eq!(
        log_in(&service, "nobody", "a wrong guess at it").await.0,
        401
    );
    let (_, list) = client.get(&format!("{ACCOUNT}/audit")).await;
    let text = list.to_string();
    for hidden in ["Secretname", "grower@", "wrong guess", PASSWORD] {
        assert!(!text.contains(hidden), "{text}");
    }
    let list = list.as_array().unwrap();
    let failed = list.iter().filter(|entry| entry["action"] == "loginFailed");
    let failed: u64 = failed.map(|entry| entry["times"].as_u64().unwrap()).sum();
    assert_eq!(
        failed, 3,
        "in one entry, or in two where an hour ends between them"
    );
    let made = list.iter().find(|entry| entry["action"] == "userMade");
    let made = made.unwrap();
    assert_eq!(made["subject"], user["id"]);
    let time = made["time"].as_str().unwrap();
    let (_, found) = client
        .get(&format!("{ACCOUNT}/audit?from={time}&to={time}"))
        .await;
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(client.get(&format!("{ACCOUNT}/audit?from=x")).await.0, 400);
    service.stop().await;
}

#[tokio::test]
async fn a_password_that_would_do_no_longer_still_opens_its_account() {
    let service = Service::start(|_| {}).await;
    let folder = service.stop().await;
    let database = open_database(folder.path()).await.unwrap();
    let hash = tramline_server::hash_password("short").unwrap();
    assert!(database.add_account("old", &hash).await.unwrap());
    database.close().await;
    let service = Service::start_again(folder, |_| {}).await;
    assert_eq!(log_in(&service, "old", "short").await.0, 200);
    service.stop().await;
}

#[tokio::test]
async fn the_first_account_has_a_good_password_or_the_service_does_not_start() {
    let start = async |password: Option<&str>| {
        let folder = tempfile::tempdir().unwrap();
        let settings = Settings {
            listen: ([127, 0, 0, 1], 0).into(),
            data: folder.path().to_owned(),
            workers: 0,
            bootstrap_user: Some("adviser".to_owned()),
            bootstrap_password: password.map(str::to_owned),
            ..Settings::default()
        };
        match Server::start(settings).await {
            Ok(server) => {
                let has = server.has_account;
                server.stop().await;
                Ok(has)
            }
            Err(cause) => Err(cause.to_string()),
        }
    };
    assert_eq!(start(Some(PASSWORD)).await, Ok(true));
    assert_eq!(start(None).await, Ok(false));
    let refused = start(Some("adviser12345")).await.unwrap_err();
    assert!(
        refused.contains("`bootstrap_password`") && refused.contains("easy to guess"),
        "{refused}"
    );
    let refused = start(Some("seven c")).await.unwrap_err();
    assert!(refused.contains("at least 12"), "{refused}");
}
