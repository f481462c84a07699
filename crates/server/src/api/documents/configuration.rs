//! The configuration: its members are the table of settings.

use std::borrow::Cow;
use tramline_model::settings::{SETTINGS, Setting, Shape};
use utoipa::openapi::schema::{
    AdditionalProperties, ArrayBuilder, ObjectBuilder, OneOfBuilder, Type,
};
use utoipa::openapi::{Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// How the value of a point compares with that of a condition; texts take `EQ` and `NE`, numbers the others.
#[derive(ToSchema)]
#[schema(rename_all = "UPPERCASE")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum CleanupOperator {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Ne,
}

/// A number or a text that a condition compares with.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum CleanupValue {
    Number(f64),
    Text(String),
}

/// A condition that a point must meet to stay.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct CleanupCondition {
    /// How the value of the point compares with `value`.
    operator: CleanupOperator,
    /// What is compared with, in the unit of the output.
    value: CleanupValue,
}

/// Keys of a configuration.
pub(crate) struct Configuration;

fn typed(kind: Type) -> ObjectBuilder {
    ObjectBuilder::new().schema_type(kind)
}

fn number(from: f64, to: f64) -> ObjectBuilder {
    typed(Type::Number).minimum(Some(from)).maximum(Some(to))
}

/// A word, a flag, or objects around one.
fn optional() -> OneOfBuilder {
    let words = typed(Type::String).enum_values(Some(["required", "optional"]));
    OneOfBuilder::new()
        .item(words)
        .item(typed(Type::Boolean))
        .item(free())
}

fn free() -> ObjectBuilder {
    typed(Type::Object).additional_properties(Some(AdditionalProperties::FreeForm(true)))
}

fn rules() -> ObjectBuilder {
    let conditions = ArrayBuilder::new().items(Ref::from_schema_name(CleanupCondition::name()));
    typed(Type::Object).additional_properties(Some(Schema::from(conditions)))
}

fn attributes() -> ObjectBuilder {
    let flags = typed(Type::Object).additional_properties(Some(Schema::from(typed(Type::Boolean))));
    typed(Type::Object).additional_properties(Some(Schema::from(flags)))
}

fn ramp() -> ObjectBuilder {
    let part = typed(Type::Integer).minimum(Some(0)).maximum(Some(255));
    let colour = ArrayBuilder::new()
        .items(part)
        .min_items(Some(3))
        .max_items(Some(4));
    typed(Type::Object).additional_properties(Some(Schema::from(colour)))
}

/// The schema of a setting.
fn member(setting: &Setting) -> Schema {
    // Links of the documentation lead nowhere from here.
    let mut about = String::new();
    let mut rest = setting.doc;
    while let Some((before, after)) = rest.split_once("](") {
        about.push_str(&before.replacen('[', "", 1));
        rest = after.split_once(')').map_or("", |(_, rest)| rest);
    }
    about.push_str(rest);
    if setting.stored_only {
        about.push_str(" Kept, and used by nothing yet.");
    }
    let about = Some(about.trim().to_owned());
    let default = setting.listed.then(|| setting.default());
    let simple = |object: ObjectBuilder| -> Schema {
        let object = object.description(about.clone()).default(default.clone());
        Schema::Object(object.build())
    };
    match setting.shape {
        Shape::ReadOnly => simple(typed(Type::String).read_only(true)),
        Shape::Flag => simple(typed(Type::Boolean)),
        Shape::Above(from, to) => simple(
            typed(Type::Number)
                .exclusive_minimum(Some(from))
                .maximum(Some(to)),
        ),
        Shape::From(from, to) => simple(number(from, to)),
        Shape::Whole(to) => simple(typed(Type::Integer).minimum(Some(0)).maximum(Some(to))),
        Shape::Name(names) => simple(typed(Type::String).enum_values(Some(names.to_vec()))),
        Shape::Optional => Schema::OneOf(optional().description(about).default(default).build()),
        Shape::Attributes => simple(attributes()),
        Shape::Ramp => simple(ramp()),
        Shape::CleanupRules => simple(rules()),
        Shape::Object => simple(free()),
    }
}

impl PartialSchema for Configuration {
    fn schema() -> RefOr<Schema> {
        let mut object = typed(Type::Object);
        for setting in SETTINGS {
            object = object.property(setting.name, member(setting));
        }
        object
            .additional_properties(Some(AdditionalProperties::FreeForm(true)))
            .description(Some(
                "Keys of a configuration. A key that nothing knows is kept. A user without a key of their own has the \
                 account's value.",
            ))
            .into()
    }
}

impl ToSchema for Configuration {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Configuration")
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        let name = CleanupCondition::name().into_owned();
        schemas.push((name, CleanupCondition::schema()));
        CleanupCondition::schemas(schemas);
    }
}
