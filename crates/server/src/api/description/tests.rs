//! The description against the contract's list of endpoints. Routes and description are made of
//! one list, so that what is described is routed.

use super::description;
use std::collections::BTreeSet;

const OPERATIONS: &str = "/services/operations/api";

/// The endpoints of the contract.
const CONTRACT: &[(&str, &str)] = &[
    ("get", "/files"),
    ("get", "/files/{id}"),
    ("get", "/files/{id}/summary"),
    ("get", "/files/{id}/standardGeoparquet"),
    ("get", "/files/{id}/polygonGeoparquet"),
    ("get", "/files/{id}/units"),
    ("get", "/files/{id}/status"),
    ("get", "/files/{id}/outsideFieldGeojson"),
    ("get", "/files/{id}/images"),
    ("get", "/files/outsideFieldGeojson"),
    ("get", "/files/uncoveredFiles"),
    ("post", "/files/merge"),
    ("post", "/batch"),
    ("get", "/batch"),
    ("get", "/batch/{id}"),
    ("put", "/batch/{id}/retry"),
    ("get", "/batch/{id}/status"),
];

#[test]
fn every_endpoint_of_the_contract_is_described() {
    let api = serde_json::to_value(description()).unwrap_or_default();
    assert_eq!(api["openapi"], "3.1.0");
    for (method, path) in CONTRACT {
        let operation = &api["paths"][format!("{OPERATIONS}{path}")][method];
        assert!(operation.is_object(), "{method} {path}");
    }
}

/// What is answered without a caller.
const OPEN: &[&str] = &[
    "get /api/formats",
    "get /docs",
    "get /health/live",
    "get /health/ready",
    "get /openapi.json",
    "post /api/authenticate",
];
/// Refusals that a handler may name: they mean something of their own there.
const SPECIAL: &[&str] = &["403", "408", "409", "413", "416", "422", "429"];

#[test]
fn every_operation_has_an_id_of_its_own_a_summary_and_its_refusals() {
    let api = serde_json::to_value(description()).unwrap_or_default();
    let mut ids = BTreeSet::new();
    let mut opened = BTreeSet::new();
    for (path, methods) in api["paths"].as_object().into_iter().flatten() {
        for (method, operation) in methods.as_object().into_iter().flatten() {
            let what = format!("{method} {path}");
            let id = operation["operationId"].as_str().unwrap_or_default();
            assert!(ids.insert(id.to_owned()) && !id.is_empty(), "{what}: {id}");
            assert!(operation["summary"].is_string(), "{what}");
            let responses = operation["responses"].as_object();
            let all: BTreeSet<&str> = responses
                .into_iter()
                .flat_map(|all| all.keys())
                .map(String::as_str)
                .collect();
            if operation["security"] == serde_json::json!([]) {
                opened.insert(what);
                continue;
            }
            assert!(operation["security"].is_null(), "{what}");
            assert!(
                all.contains("401") && all.contains("4XX"),
                "{what}: {all:?}"
            );
            let refusals = all.iter().filter(|status| status.starts_with('4'));
            for status in refusals.filter(|status| !["401", "4XX"].contains(status)) {
                assert!(
                    SPECIAL.contains(status),
                    "{what}: `4XX` says {status} already"
                );
            }
        }
    }
    assert!(ids.len() > 50, "{}", ids.len());
    assert!(opened.iter().eq(OPEN), "{opened:?}");
}

#[test]
fn openapi_is_as_it_was_reviewed() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/openapi.json");
    let mut made = description()
        .to_pretty_json()
        .expect("the description as JSON");
    made.push('\n');
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(path, &made).expect("writing openapi.json");
    }
    let reviewed = std::fs::read_to_string(path).unwrap_or_default();
    let line = made
        .lines()
        .zip(reviewed.lines())
        .position(|(made, reviewed)| made != reviewed);
    assert!(
        made == reviewed,
        "crates/server/openapi.json is not what the handlers say from line {} on: \
         `BLESS=1 cargo test -p tramline-server --lib openapi` rewrites it, and its difference is for review",
        line.unwrap_or_else(|| made.lines().count().min(reviewed.lines().count())) + 1,
    );
}
