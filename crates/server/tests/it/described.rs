//! What the service says of itself in its OpenAPI document, for tests that go over everything.

use crate::http::Client;
use reqwest::Method;
use serde_json::Value;

/// An operation of the document.
pub(crate) struct Described {
    pub(crate) method: Method,
    /// As it is described, with names in braces.
    pub(crate) path: String,
    pub(crate) operation: Value,
}

/// Every operation of the document, and the document.
pub(crate) async fn described(client: &Client) -> (Vec<Described>, Value) {
    let (status, document) = client.get("/openapi.json").await;
    assert_eq!(status, 200);
    let mut all = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            if let Ok(method) = method.to_ascii_uppercase().parse() {
                let (path, operation) = (path.clone(), operation.clone());
                all.push(Described {
                    method,
                    path,
                    operation,
                });
            }
        }
    }
    assert!(all.len() > 80, "{}", all.len());
    (all, document)
}

impl Described {
    /// The path with something in place of each name: the user where one is wanted.
    pub(crate) fn filled(&self, user: &str) -> String {
        let mut filled = String::new();
        for part in self.path.split('/').skip(1) {
            filled.push('/');
            filled.push_str(match part {
                "{leafUserId}" => user,
                part if part.contains('{') => "00000000-0000-4000-8000-00000000000a",
                part => part,
            });
        }
        filled
    }

    /// The schema of its JSON body, where it has one.
    pub(crate) fn body<'a>(&'a self, document: &'a Value) -> Option<&'a Value> {
        let content = &self.operation["requestBody"]["content"]["application/json"];
        let mut schema = content.get("schema")?;
        while let Some(place) = schema["$ref"].as_str() {
            schema = document.pointer(place.trim_start_matches('#')).unwrap();
        }
        Some(schema)
    }
}
