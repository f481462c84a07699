//! Maps made for the asking: images of seven classes, and GeoTIFF.
//!
//! Rule: the ground of a stored output is burnt once and kept for a while, within a bound; each
//! property is then a look-up.

use super::read::known_file;
use super::stored::StoredFile;
use crate::api::caller::{BaseUrl, Caller};
use crate::api::documents::bytes::Binary;
use crate::api::documents::images::{ClassMap, Geotiff};
use crate::api::entity::{body, held, tagged, unchanged};
use crate::api::path::{FileId, GeotiffName, ImageName};
use crate::api::problem::Problem;
use crate::api::query::{Word, Words, Written, listed, query};
use crate::blobs::LocalCopy;
use crate::blocking::blocking;
use crate::error::StoreError;
use crate::state::State;
use crate::store::FileRow;
use axum::extract::{self, Path};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};
use std::sync::Arc;
use tramline_convert::StoredOutput;
use tramline_convert::maps::{ClassColours, Map, MapError, MapPlane, class_entry};

/// Changes when the same points make other maps.
const EDITION: u32 = 2;

/// Outputs that maps are made of.
pub(crate) struct Mapped;

impl Words for Mapped {
    type Word = StoredOutput;

    fn words() -> Vec<(&'static str, StoredOutput)> {
        listed(&StoredOutput::MAPPED, StoredOutput::name)
    }
}

/// Planes of maps.
pub(crate) struct Crs;

impl Words for Crs {
    type Word = MapPlane;

    fn words() -> Vec<(&'static str, MapPlane)> {
        vec![("3857", MapPlane::WebMercator), ("utm", MapPlane::Utm)]
    }
}

/// Colours of maps.
pub(crate) struct Ramp;

impl Words for Ramp {
    /// With its name.
    type Word = (&'static str, ClassColours);

    fn words() -> Vec<(&'static str, Self::Word)> {
        let all = [
            ("property", ClassColours::Property),
            ("model", ClassColours::Model),
            ("accessible", ClassColours::Accessible),
        ];
        listed(&all, |(name, _)| name)
    }
}

query! {
    /// Which map.
    MapQuery {
        /// The points that it is made of; the filtered ones (the default) where there are some.
        output: Word<Mapped> = "output",
        /// Plane of a GeoTIFF: `3857` is Web Mercator (the default), `utm` the UTM zone of the field.
        crs: Written<Word<Crs>> = "crs",
        /// Colours of an image: `property` chooses by what the property is, `accessible` is viridis, `model`
        /// red to green; those of the configuration without it.
        ramp: Word<Ramp> = "ramp",
    }
}

impl MapQuery {
    /// The query of links that choose the same; empty where nothing is chosen.
    fn chosen(&self) -> String {
        let chosen = [
            ("output", self.output.map(StoredOutput::name)),
            ("ramp", self.ramp.map(|(name, _)| name)),
            ("crs", self.crs.as_ref().map(|(text, _)| text.as_str())),
        ];
        let chosen = chosen
            .into_iter()
            .filter_map(|(key, value)| Some(format!("{key}={}", value?)));
        let chosen = chosen.collect::<Vec<_>>().join("&");
        if chosen.is_empty() {
            chosen
        } else {
            format!("?{chosen}")
        }
    }
}

impl From<MapError> for Problem {
    fn from(cause: MapError) -> Self {
        match cause {
            MapError::NoProperty { .. } => Self::new(StatusCode::NOT_FOUND, cause.to_string()),
            MapError::NoGround | MapError::NoZone | MapError::TooManyRows { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, cause.to_string())
            }
            cause => StoreError::corrupt("points", cause).into(),
        }
    }
}

/// The map of a request.
struct Asked {
    map: Arc<Map>,
    /// Its points.
    points: LocalCopy,
    colours: ClassColours,
    /// Of what it is made: the same tag, the same bytes.
    tag: String,
    file: FileRow,
    query: String,
}

async fn asked(
    state: &State,
    caller: &Caller,
    id: &str,
    query: MapQuery,
) -> Result<Asked, Problem> {
    let chosen = query.chosen();
    let plane = query.crs.map(|(_, plane)| plane).unwrap_or_default();
    let file = known_file(state, caller, id).await?;
    let stored = StoredFile::of(state, caller, &file).await?;
    let (artifact, points) = stored.for_map(query.output).await?;
    let colours = match query.ramp {
        Some((_, colours)) => colours,
        None => {
            let user = &file.user_id;
            let own = crate::configuration::for_user(state, &caller.account, user).await?;
            own.image_ramp.into()
        }
    };
    let copy = points.clone();
    let make = move || Map::read(copy.path(), plane);
    let map = state.kept.map(artifact.sha256.clone(), plane, make).await?;
    Ok(Asked {
        map,
        points,
        colours,
        tag: format!("\"{}-{colours:?}-{plane:?}-{EDITION}\"", artifact.sha256),
        file,
        query: chosen,
    })
}

/// Images of the file's properties in seven classes that hold as much area each
///
/// Drawn of the filtered points, of the standard ones where there are none. Colours and ranges are
/// in `legend`.
#[utoipa::path(get, path = "/services/operations/api/files/{id}/imagesV2", operation_id = "listClassMaps",
    tag = "files", params(FileId, MapQuery),
    responses(
        (status = 200, description = "An entry for each property that has a map.", body = [ClassMap]),
        (status = 422, description = "No map can be made of this file.", body = Problem),
    ))]
pub(crate) async fn images(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
    query: MapQuery,
) -> Result<axum::Json<Vec<Value>>, Problem> {
    let asked = asked(&state, &caller, &id, query).await?;
    let (id, chosen) = (asked.file.id, asked.query);
    let list = blocking("map", move || {
        let mut list = Vec::new();
        for layer in asked.map.layers() {
            let Some(legend) = asked
                .map
                .legend(asked.points.path(), *layer, asked.colours)?
            else {
                continue;
            };
            let name = layer.property.name();
            let mut entry = class_entry(&asked.map, *layer, &legend);
            let url =
                format!("{base}/services/operations/api/files/{id}/imagesV2/{name}.png{chosen}");
            entry["url"] = json!(url);
            entry["downloadUrl"] = json!(url);
            list.push(entry);
        }
        Ok::<_, MapError>(list)
    });
    Ok(axum::Json(list.await??))
}

/// One image of classes, `PROPERTY.png`, or its georeference, `PROPERTY.png.aux.xml`
#[utoipa::path(get, path = "/services/operations/api/files/{id}/imagesV2/{name}",
    operation_id = "downloadClassMap", tag = "files", params(FileId, ImageName, MapQuery),
    responses(
        (status = 200, description = "The map, or its georeference.", content_type = "image/png", body = Binary),
        (status = 304, description = "The client has these bytes already."),
        (status = 422, description = "No map can be made of this file.", body = Problem),
    ))]
pub(crate) async fn image(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
    query: MapQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = asked(&state, &caller, &id, query).await?;
    let missing = || Problem::not_found("image of this file");
    if let Some(property) = name.strip_suffix(".png.aux.xml") {
        asked.map.layer(property)?;
        if held(&headers, &asked.tag) {
            return unchanged(&asked.tag);
        }
        let text = asked.map.sidecar().into_bytes();
        return sent(&asked.tag, "application/xml", text);
    }
    let property = name.strip_suffix(".png").ok_or_else(missing)?;
    let layer = asked.map.layer(property)?;
    if held(&headers, &asked.tag) {
        return unchanged(&asked.tag);
    }
    let tag = asked.tag;
    let make = move || asked.map.classes(asked.points.path(), layer, asked.colours);
    let made = blocking("map", make).await??;
    sent(&tag, "image/png", made.ok_or_else(missing)?.png)
}

/// The GeoTIFF of the file's properties
#[utoipa::path(get, path = "/services/operations/api/files/{id}/geotiffImages",
    operation_id = "listGeotiffs", tag = "files", params(FileId, MapQuery),
    responses(
        (status = 200, description = "An entry for each property that has a GeoTIFF.", body = [Geotiff]),
        (status = 422, description = "No GeoTIFF can be made of this file.", body = Problem),
    ))]
pub(crate) async fn geotiffs(
    extract::State(state): extract::State<State>,
    caller: Caller,
    BaseUrl(base): BaseUrl,
    Path(id): Path<String>,
    query: MapQuery,
) -> Result<axum::Json<Vec<Value>>, Problem> {
    let asked = asked(&state, &caller, &id, query).await?;
    let (id, chosen) = (asked.file.id, asked.query);
    let list = blocking("map", move || {
        let mut list = Vec::new();
        for layer in asked.map.layers() {
            if !asked.map.has(asked.points.path(), *layer)? {
                continue;
            }
            let name = layer.property.name();
            let url = format!(
                "{base}/services/operations/api/files/{id}/geotiffImages/{name}.tif{chosen}"
            );
            let unit = layer.unit_symbol();
            list.push(json!({ "property": name, "unit": unit, "url": url, "downloadUrl": url }));
        }
        Ok::<_, MapError>(list)
    });
    Ok(axum::Json(list.await??))
}

/// One property as GeoTIFF, `PROPERTY.tif`: 32 bit numbers in its unit, no value where nothing was worked
#[utoipa::path(get, path = "/services/operations/api/files/{id}/geotiffImages/{name}",
    operation_id = "downloadGeotiff", tag = "files", params(FileId, GeotiffName, MapQuery),
    responses(
        (status = 200, description = "The numbers as GeoTIFF.", content_type = "image/tiff", body = Binary),
        (status = 304, description = "The client has these bytes already."),
        (status = 422, description = "No GeoTIFF can be made of this file.", body = Problem),
    ))]
pub(crate) async fn geotiff(
    extract::State(state): extract::State<State>,
    caller: Caller,
    Path((id, name)): Path<(String, String)>,
    query: MapQuery,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let asked = asked(&state, &caller, &id, query).await?;
    let missing = || Problem::not_found("GeoTIFF of this file");
    let property = name.strip_suffix(".tif").ok_or_else(missing)?;
    let layer = asked.map.layer(property)?;
    if held(&headers, &asked.tag) {
        return unchanged(&asked.tag);
    }
    let tag = asked.tag;
    let make = move || asked.map.geotiff(asked.points.path(), layer);
    let made = blocking("map", make).await??;
    sent(&tag, "image/tiff", made.ok_or_else(missing)?)
}

fn sent(tag: &str, content: &'static str, bytes: Vec<u8>) -> Result<Response, Problem> {
    body(tagged(tag).header(header::CONTENT_TYPE, content), bytes)
}
