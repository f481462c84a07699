//! Users, logins and fields as clients of the contract have always asked for them.

use crate::http::{Client, KEYS, PASSWORD, Service, USERS};
use reqwest::Method;
use serde_json::{Value, json};

const FIELDS: &str = "/services/fields/api";

#[tokio::test]
async fn a_token_stands_in_a_header_too() {
    let service = Service::start(|_| {}).await;
    let nobody = service.anybody();
    for remember in [
        json!("true"),
        json!("false"),
        json!(true),
        json!(false),
        json!(null),
    ] {
        let body = json!({"username": "adviser", "password": PASSWORD, "rememberMe": remember});
        let request = nobody
            .request(Method::POST, "/api/authenticate")
            .json(&body);
        let answer = request
            .header("origin", "https://farm.example")
            .send()
            .await
            .unwrap();
        let header = answer.headers()["authorization"]
            .to_str()
            .unwrap()
            .to_owned();
        let exposed = answer.headers()["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(exposed.contains("authorization"), "{exposed}");
        let token: Value = answer.json().await.unwrap();
        assert_eq!(
            header,
            format!("Bearer {}", token["id_token"].as_str().unwrap())
        );
        // As it stands there it can be sent back.
        let mut client = service.anybody();
        client.headers.push(("authorization", header));
        assert_eq!(client.get(USERS).await.0, 200);
    }
    let wrong = json!({"username": "adviser", "password": "wrong"});
    let request = nobody
        .request(Method::POST, "/api/authenticate")
        .json(&wrong);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status().as_u16(), 401);
    assert!(answer.headers().get("authorization").is_none());
}

#[tokio::test]
async fn members_that_nothing_is_known_of_are_null() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let (status, made) = client.post(USERS, &json!({"name": "Example Farm"})).await;
    assert_eq!(status, 201);
    let id = made["id"].as_str().unwrap();
    let path = format!("{USERS}/{id}");
    let (_, changed) = client.patch(&path, &json!({"phone": null})).await;
    let (_, listed) = client.get(USERS).await;
    let whole = json!({"id": id, "name": "Example Farm"});
    let (_, replaced) = client.send(Method::PUT, USERS, Some(&whole)).await;
    let (_, read) = client.get(&path).await;
    for user in [made.clone(), changed, listed[0].clone(), replaced, read] {
        let expected = json!({"id": id, "apiOwnerUsername": "adviser", "name": "Example Farm", "email": null,
            "phone": null, "address": null, "externalId": null, "createdTime": made["createdTime"]});
        assert_eq!(user, expected);
    }
    let (status, _) = client.post(KEYS, &json!({"leafUserId": id})).await;
    assert_eq!(status, 201);
    let (_, keys) = client.get(KEYS).await;
    for member in ["description", "revokedAt"] {
        assert_eq!(keys[0].get(member), Some(&Value::Null), "{member}");
    }
}

fn square(west: f64) -> Value {
    let east = west + 0.01;
    let ring = [
        [west, 50.0],
        [east, 50.0],
        [east, 50.01],
        [west, 50.01],
        [west, 50.0],
    ];
    json!({"type": "MultiPolygon", "coordinates": [[ring]]})
}

async fn field(client: &Client, user: &str, id: &str, more: Value) -> Value {
    let mut body = json!({"id": id, "geometry": square(7.0)});
    body.as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let (status, made) = client
        .post(&format!("{FIELDS}/users/{user}/fields"), &body)
        .await;
    assert_eq!(status, 201, "{made}");
    made
}

#[tokio::test]
async fn fields_are_found_by_a_geometry_under_both_paths() {
    let service = Service::start(|_| {}).await;
    let (client, other) = (
        service.client("adviser").await,
        service.client("other").await,
    );
    let (first, second, stranger) = (client.user().await, client.user().await, other.user().await);
    field(&client, &first, "west", json!({})).await;
    field(&client, &second, "east", json!({"geometry": square(7.005)})).await;
    field(&other, &stranger, "theirs", json!({})).await;
    let ids = |fields: &Value| {
        let fields = fields.as_array().unwrap().iter();
        let mut ids: Vec<_> = fields
            .map(|field| field["id"].as_str().unwrap().to_owned())
            .collect();
        ids.sort();
        ids
    };
    let of_user = format!("{FIELDS}/users/{first}/fields/intersects");
    let of_all = format!("{FIELDS}/fields/query/intersects");
    for (path, threshold, expected) in [
        (&of_user, json!(null), vec!["west"]),
        (&of_all, json!(null), vec!["east", "west"]),
        (&of_all, json!(60), vec!["west"]),
        (&of_all, json!(100.0), vec!["west"]),
    ] {
        let body = json!({"geometry": square(7.0), "intersectionThreshold": threshold});
        let (status, found) = client.post(path, &body).await;
        assert_eq!(status, 200, "{path}: {found}");
        assert_eq!(ids(&found), expected, "{path} {threshold}");
    }
    let (_, nowhere) = client
        .post(&of_all, &json!({"geometry": square(9.0)}))
        .await;
    assert_eq!(nowhere, json!([]));
    for path in [&of_user, &of_all] {
        for (body, field) in [
            (json!({}), "geometry"),
            (
                json!({"geometry": square(7.0), "intersectionThreshold": "3"}),
                "intersectionThreshold",
            ),
            (
                json!({"geometry": square(7.0), "intersectionThreshold": 101}),
                "intersectionThreshold",
            ),
        ] {
            let (status, problem) = client.post(path, &body).await;
            assert_eq!(status, 400, "{path}: {problem}");
            assert_eq!(problem["fieldErrors"][0]["field"], field, "{path}");
        }
        let bow =
            json!({"type": "Polygon", "coordinates": [[[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]]});
        let (status, problem) = client.post(path, &json!({"geometry": bow})).await;
        assert_eq!(
            (status, &problem["errorKey"]),
            (400, &json!("invalidGeometry")),
            "{path}"
        );
    }
    assert_eq!(
        service
            .anybody()
            .post(&of_all, &json!({"geometry": square(7.0)}))
            .await
            .0,
        401
    );
}

#[tokio::test]
async fn the_farm_of_a_field_is_a_number_however_it_is_written() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    let made = field(&client, &user, "west", json!({"farmId": "17"})).await;
    assert_eq!(made["farmId"], 17);
    let path = format!("{FIELDS}/users/{user}/fields/west");
    let (status, changed) = client.patch(&path, &json!({"farmId": 18})).await;
    assert_eq!((status, &changed["farmId"]), (200, &json!(18)));
    let (_, found) = client.get(&format!("{FIELDS}/fields?farmId=18")).await;
    assert_eq!(found[0]["id"], "west");
    for (provider, count) in [("Leaf", 1), ("JohnDeere", 0)] {
        let path = format!("{FIELDS}/fields?provider={provider}");
        let (status, found) = client.get(&path).await;
        assert_eq!(
            (status, found.as_array().unwrap().len()),
            (200, count),
            "{provider}"
        );
    }
    assert_eq!(
        client
            .get(&format!("{FIELDS}/fields?provider=Nobody"))
            .await
            .0,
        400
    );
}

#[tokio::test]
async fn the_work_in_a_field_has_its_filters_and_two_paths() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    field(&client, &user, "west", json!({})).await;
    let of_field = format!("{FIELDS}/users/{user}/fields/west/operations");
    let filters = "operationType=other&provider=Leaf&origin=uploaded&crop=corn&startTime=2020-01-01&endTime=2030-01-01&size=5";
    for path in [of_field.clone(), format!("{of_field}/files")] {
        for query in ["", filters] {
            let (status, list) = client.get(&format!("{path}?{query}")).await;
            assert_eq!((status, list), (200, json!([])), "{path} {query}");
        }
        for name in [
            "operationType",
            "provider",
            "origin",
            "startTime",
            "endTime",
        ] {
            let (status, problem) = client.get(&format!("{path}?{name}=x")).await;
            assert_eq!(
                (status, &problem["fieldErrors"][0]["field"]),
                (400, &json!(name)),
                "{path}"
            );
        }
        let file = format!("{path}/00000000-0000-4000-8000-00000000000a");
        assert_eq!(client.get(&file).await.0, 404, "{file}");
        assert_eq!(client.get(&format!("{path}/x")).await.0, 400, "{path}");
        assert_eq!(
            client.get(&path.replace("west", "east")).await.0,
            404,
            "{path}"
        );
    }
}

#[tokio::test]
async fn every_year_of_four_digits_filters_every_list() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    let user = client.user().await;
    field(&client, &user, "west", json!({})).await;
    for (path, from, to) in [
        (
            format!("{FIELDS}/fields"),
            "afterCreatedTime",
            "beforeCreatedTime",
        ),
        (
            format!("{FIELDS}/fields"),
            "afterUpdatedTime",
            "beforeUpdatedTime",
        ),
        ("/api/account/audit".to_owned(), "from", "to"),
    ] {
        let count = async |query: String| {
            let (status, list) = client.get(&format!("{path}?{query}")).await;
            assert_eq!(status, 200, "{path}?{query}: {list}");
            list.as_array().unwrap().len()
        };
        for early in [
            "0000-01-01",
            "0000-01-01T00:00:00%2B14:00",
            "0001-01-01T00:00Z",
        ] {
            for late in [
                "9999-12-31",
                "9999-12-31T23:59:59.999999Z",
                "9999-12-31T23:59:59-14:00",
            ] {
                assert!(
                    count(format!("{from}={early}&{to}={late}")).await > 0,
                    "{path} {early} {late}"
                );
                assert_eq!(count(format!("{from}={late}")).await, 0, "{path} {late}");
                assert_eq!(count(format!("{to}={early}")).await, 0, "{path} {early}");
            }
        }
    }
    for (path, names) in [
        (
            "/services/operations/api/files",
            &[
                "createdTime",
                "updatedTime",
                "startTime",
                "operationEndTime",
            ][..],
        ),
        (
            "/services/operations/api/batch",
            &[
                "uploadStartTime",
                "uploadEndTime",
                "processStartTime",
                "processEndTime",
            ],
        ),
        (
            "/services/fields/api/fields",
            &["afterCreatedTime", "beforeUpdatedTime"],
        ),
        ("/api/account/audit", &["from", "to"]),
    ] {
        for name in names {
            for (time, expected) in [
                ("0000-01-01T00:00:00Z", 200),
                ("9999-12-31T23:59:59.999999999-23:59", 200),
                ("-000001-12-31", 400),
                ("%2B010000-01-01", 400),
                ("10000-01-01", 400),
                ("292277-01-01T00:00:00Z", 400),
            ] {
                let (status, problem) = client.get(&format!("{path}?{name}={time}")).await;
                assert_eq!(status, expected, "{path}?{name}={time}: {problem}");
                if status == 400 {
                    assert_eq!(problem["fieldErrors"][0]["field"], *name);
                }
            }
        }
    }
}

#[tokio::test]
async fn lists_are_sorted_by_several_fields_with_one_direction() {
    let service = Service::start(|_| {}).await;
    let client = service.client("adviser").await;
    for (path, sort, status) in [
        (
            "/services/operations/api/files",
            "provider,fileName,desc",
            200,
        ),
        (
            "/services/operations/api/files",
            "provider,desc&sort=fileName",
            200,
        ),
        ("/services/operations/api/files", "id,%20desc", 200),
        (
            "/services/operations/api/files",
            "id%20desc,updatedTime",
            200,
        ),
        (
            "/services/operations/api/batch",
            "status,uploadTimestamp,asc",
            200,
        ),
        ("/services/operations/api/batch", "status,down", 400),
        (
            "/services/operations/api/files/outsideFieldGeojson",
            "createdTime,id,DESC",
            200,
        ),
    ] {
        let (answered, body) = client.get(&format!("{path}?sort={sort}")).await;
        assert_eq!(answered, status, "{path} {sort}: {body}");
    }
}
