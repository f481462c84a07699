//! What stands in paths: each id and name once, as the description of the API has it.

use super::files::artifact_words;
use super::query::enumeration;
use utoipa::IntoParams;
use utoipa::openapi::path::{Parameter, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
use utoipa::openapi::{RefOr, Required, Schema};

fn id() -> RefOr<Schema> {
    let format = SchemaFormat::Custom("uuid".to_owned());
    ObjectBuilder::new()
        .schema_type(Type::String)
        .format(Some(format))
        .into()
}

fn text() -> RefOr<Schema> {
    ObjectBuilder::new().schema_type(Type::String).into()
}

fn whole(most: u32) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::Integer)
        .minimum(Some(0))
        .maximum(Some(most))
        .into()
}

fn ending(pattern: &str, example: &str) -> RefOr<Schema> {
    ObjectBuilder::new()
        .schema_type(Type::String)
        .pattern(Some(pattern))
        .examples([example])
        .into()
}

/// Declares a part of paths: its name there and its schema.
macro_rules! path {
    ( $( $(#[doc = $doc:literal])+ $part:ident = $name:literal, $schema:expr; )* ) => {
        $(
            $(#[doc = $doc])+
            pub(crate) struct $part;

            impl IntoParams for $part {
                fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                    vec![described($name, &[$($doc),+], $schema)]
                }
            }
        )*
    };
}

fn described(name: &str, docs: &[&str], schema: RefOr<Schema>) -> Parameter {
    let docs: Vec<&str> = docs.iter().map(|line| line.trim()).collect();
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(docs.join("\n")))
        .schema(Some(schema))
        .build()
}

path! {
    /// Id of the machine file, a UUID.
    FileId = "id", id();
    /// Id of the batch, a UUID.
    BatchId = "id", id();
    /// Id of the user, a UUID.
    UserId = "id", id();
    /// Id of the user, a UUID.
    LeafUserId = "leafUserId", id();
    /// Id of the field: a UUID, or the text that the client chose when it made the field.
    FieldId = "id", text();
    /// Id of the boundary, a UUID.
    BoundaryId = "boundaryId", id();
    /// Id of the API key, a UUID; not the key itself.
    KeyId = "id", id();
    /// Id of the token, a UUID; not the token itself.
    TokenId = "id", id();
    /// Id of the webhook, a UUID.
    WebhookId = "id", id();
    /// Which artifact, by its name or by the name of its file. Not every file has all of them. The upload is also
    /// `original` with the ending that it came with.
    ArtifactKind = "kind", artifacts();
    /// A property with `.png` behind it for the image, with `.png.aux.xml` for its georeference (GDAL).
    ImageName = "name", ending(r"^[A-Za-z]+\.png(\.aux\.xml)?$", "wetMassPerArea.png");
    /// A property with `.tif` behind it.
    GeotiffName = "name", ending(r"^[A-Za-z]+\.tif$", "wetMassPerArea.tif");
    /// Zoom level of the tile; 0 is the whole world.
    TileZoom = "z", whole(30);
    /// Column of the tile, counted from the west.
    TileColumn = "x", whole(u32::MAX);
    /// Row of the tile, counted from the north, with `.mvt` behind it.
    TileRow = "y", ending(r"^[0-9]+\.mvt$", "5595.mvt");
}

fn artifacts() -> RefOr<Schema> {
    let names = artifact_words();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    enumeration(&names)
}
