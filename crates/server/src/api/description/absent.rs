//! Members that may be absent.
//!
//! Rule: an answer leaves out what does not exist. So in a schema that only answers have, a member that is not required
//! is never null.

use std::collections::BTreeSet;
use utoipa::openapi::schema::{AdditionalProperties, ArrayItems, SchemaType, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema};

const PREFIX: &str = "#/components/schemas/";

/// Takes null from all such members.
pub(super) fn describe(api: &mut OpenApi) {
    let sent = sent(api);
    let Some(components) = &mut api.components else {
        return;
    };
    for (name, schema) in &mut components.schemas {
        if !sent.contains(name)
            && let RefOr::T(Schema::Object(object)) = schema
        {
            for (member, schema) in &mut object.properties {
                if !object.required.contains(member) {
                    never_null(schema);
                }
            }
        }
    }
}

fn never_null(schema: &mut RefOr<Schema>) {
    let RefOr::T(whole) = schema else { return };
    match whole {
        Schema::Object(object) => one_type(&mut object.schema_type),
        Schema::Array(array) => one_type(&mut array.schema_type),
        // Null, or a schema of its own.
        Schema::OneOf(choice) => {
            choice.items.retain(|item| !is_null(item));
            if choice.items.len() == 1
                && let Some(item) = choice.items.pop()
            {
                *schema = item;
            }
        }
        _ => {}
    }
}

fn one_type(kind: &mut SchemaType) {
    if let SchemaType::Array(kinds) = kind {
        kinds.retain(|kind| *kind != Type::Null);
        if kinds.len() == 1
            && let Some(one) = kinds.pop()
        {
            *kind = SchemaType::Type(one);
        }
    }
}

fn is_null(item: &RefOr<Schema>) -> bool {
    matches!(item, RefOr::T(Schema::Object(object)) if object.schema_type == SchemaType::Type(Type::Null))
}

/// Names of the schemas that bodies of requests have.
fn sent(api: &OpenApi) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let items = api.paths.paths.values();
    let operations = items.flat_map(|item| [&item.post, &item.put, &item.patch, &item.delete]);
    for operation in operations.flatten() {
        if let Some(RefOr::T(body)) = &operation.request_body {
            for content in body.content.values() {
                if let RefOr::T(content) = content
                    && let Some(schema) = &content.schema
                {
                    gather(api, schema, &mut names);
                }
            }
        }
    }
    names
}

fn gather(api: &OpenApi, schema: &RefOr<Schema>, names: &mut BTreeSet<String>) {
    match schema {
        RefOr::Ref(Ref { ref_location, .. }) => {
            let Some(name) = ref_location.strip_prefix(PREFIX) else {
                return;
            };
            if names.insert(name.to_owned()) {
                let components = api.components.iter();
                let found = components.filter_map(|all| all.schemas.get(name));
                found.for_each(|schema| gather(api, schema, names));
            }
        }
        RefOr::T(Schema::Object(object)) => {
            let members = object.properties.values();
            members.for_each(|schema| gather(api, schema, names));
            if let Some(AdditionalProperties::RefOr(schema)) =
                object.additional_properties.as_deref()
            {
                gather(api, schema, names);
            }
        }
        RefOr::T(Schema::Array(array)) => {
            if let ArrayItems::RefOrSchema(schema) = &array.items {
                gather(api, schema, names);
            }
        }
        RefOr::T(Schema::OneOf(choice)) => {
            let items = choice.items.iter();
            items.for_each(|schema| gather(api, schema, names));
        }
        RefOr::T(_) => {}
    }
}
