//! Layers of a database to machine files.

use super::database::Database;
use super::findings;
use super::geometry;
use super::schema::{LAYERS, Layer};
use crate::claim::{Claim, ReadOptions, Verdict};
use crate::shared::columns::describe::may_name_work;
use crate::shared::columns::{Title, map_titles};
use crate::shared::layer::{self, Each, Feature, Names, Next, Source, Value};
use crate::shared::other_data::other_data_unasked;
use crate::source::{EntryId, Limits, Tree};
use rusqlite::types::ValueRef;
use tramline_model::{Finding, Place, ReadError, Receiver, Severity};

const HINT: &str = "save the layer with its values as GeoPackage, GeoJSON or CSV";

/// Reads a claimed file: every layer with a known value is a machine file, the others are named.
pub(super) fn read(
    tree: &Tree,
    claim: &Claim,
    limits: &Limits,
    options: &ReadOptions,
    receiver: &mut dyn Receiver,
) -> Result<(), ReadError> {
    let database = Database::open(tree, claim.main, limits)?;
    let layers = Layer::all(&database)?;
    let place = tree.place(claim.main);
    let mut others = Vec::new();
    let mut data = Vec::new();
    for layer in &layers {
        match reason_against(layer, &database, options)? {
            Ok(columns) => data.push((layer, columns)),
            Err(why) => others.push((format!("{:.60}", layer.title), why)),
        }
    }
    if data.is_empty() {
        let what = if layers.is_empty() {
            "no points: the GeoPackage has no layer of features".to_owned()
        } else {
            let shown = others
                .iter()
                .take(10)
                .map(|(title, why)| format!("`{title}` {why}"))
                .collect::<Vec<_>>()
                .join("; ");
            format!(
                "missing required properties: no layer of the GeoPackage is machine data: {shown}"
            )
        };
        return Err(ReadError::malformed(place, what, HINT));
    }
    opening(tree, claim, &layers, &others, receiver);
    let only = data.len() == 1;
    for (layer, columns) in data {
        let mut source = Table {
            database: &database,
            layer,
            columns,
        };
        let facts = layer::Layer {
            place: Place::inside(place.entry.clone(), format!("layer {:.60}", layer.title)),
            path: &place.entry,
            title: Some(&layer.title),
            several: !only,
            file_format: "GPKG",
            provider: None,
            crs: layer.crs(&database)?,
            noun: "layer",
            hint: HINT,
            codes: &findings::LAYER,
        };
        match layer::read(&facts, &mut source, limits, options, receiver) {
            Ok(()) => {}
            Err(ReadError::Stopped(stop)) => return Err(stop.into()),
            Err(error) if only => return Err(error),
            // The other layers are good.
            Err(error) => receiver.failed(Some(layer::unread(&facts)), error)?,
        }
    }
    Ok(())
}

/// Largest file that is opened to tell a drawing from data before it is read.
const DRAWING_BYTES: u64 = 16 << 20;

/// Why a small file is no machine data: all its layers are polygons or lines without known values, or
/// all are of another kind than work.
pub(super) fn no_work(tree: &Tree, id: EntryId, options: &ReadOptions) -> Option<Verdict> {
    if tree.entry(id).size > DRAWING_BYTES {
        return None;
    }
    let database = Database::open(tree, id, &Limits::default()).ok()?;
    let layers = Layer::all(&database).ok()?;
    let mut others = Vec::new();
    for layer in &layers {
        let shapes = ["POLYGON", "LINE", "CURVE", "SURFACE"];
        let columns = layer.columns(&database).ok()?.unwrap_or_default();
        let names: Vec<&str> = columns.iter().map(String::as_str).collect();
        if let Some(reason) = other_data_unasked(&names, options) {
            others.push(reason);
            continue;
        }
        let data = reason_against(layer, &database, options).ok()?;
        if data.is_ok() || !shapes.iter().any(|shape| layer.kind.contains(shape)) {
            return None;
        }
    }
    if let Some(reason) = others.into_iter().next() {
        return Some(Verdict::OtherData { reason });
    }
    let first = layers.first()?;
    let reason = format!(
        "not machine data: polygons or lines without rates or yields (`{:.60}`), a boundary or \
         guidance",
        first.title
    );
    Some(Verdict::NotMachineData { reason })
}

/// The columns of a layer that is machine data, or why it is none.
fn reason_against(
    layer: &Layer,
    database: &Database,
    options: &ReadOptions,
) -> Result<Result<Vec<String>, String>, ReadError> {
    let Some(columns) = layer.columns(database)? else {
        return Ok(Err("is not a table of its own".to_owned()));
    };
    if layer.kind.contains("LINE") || layer.kind.contains("CURVE") {
        return Ok(Err("has lines".to_owned()));
    }
    let titles: Vec<Title> = columns.iter().map(|name| Title::from_text(name)).collect();
    let mapping = map_titles(&titles, &options.column_map);
    let points = layer.kind.contains("POINT");
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    if let Some(other) = other_data_unasked(&names, options) {
        return Ok(Err(format!("is {other}")));
    }
    if mapping.has_values() || (points && may_name_work(&mapping, &titles, options)) {
        return Ok(Ok(columns));
    }
    let shown = columns.iter().take(8).map(|name| format!("{name:.30}"));
    let shown = shown.collect::<Vec<_>>().join(", ");
    Ok(Err(format!("has no known value column ({shown})")))
}

/// What is to be told of the file as a whole.
fn opening(
    tree: &Tree,
    claim: &Claim,
    layers: &[Layer],
    others: &[(String, String)],
    receiver: &mut dyn Receiver,
) {
    let place = tree.place(claim.main);
    let note = |code, severity, text: String| Finding::new(code, severity, place.clone(), text);
    for (title, why) in others.iter().take(20) {
        let text = format!("not machine data: layer `{title}` {why}");
        let finding = note(&findings::OTHER_LAYER, Severity::Note, text);
        receiver.finding(finding.value("layer", title.as_str()));
    }
    if layers.len() >= LAYERS {
        let text = format!("only the first {LAYERS} layers are read");
        let finding = note(&findings::MANY_LAYERS, Severity::Warning, text);
        receiver.finding(finding.value("layers", LAYERS));
    }
    let unsaved = claim
        .entries
        .iter()
        .any(|id| tree.name(*id).ends_with("-wal") && tree.entry(*id).size > 0);
    if unsaved {
        let text = "the changes in the file ending in -wal were not saved into the database and are \
                    left out";
        let finding = note(
            &findings::UNSAVED_CHANGES,
            Severity::Warning,
            text.to_owned(),
        );
        receiver
            .finding(finding.hint("close the program that has the file open, and copy it again"));
    }
}

/// The features of a layer.
struct Table<'a> {
    database: &'a Database,
    layer: &'a Layer,
    columns: Vec<String>,
}

impl Source for Table<'_> {
    fn names(&self, _limits: &Limits) -> Names {
        Names::fixed(self.columns.clone())
    }

    fn pass(
        &mut self,
        _names: &mut Names,
        each: &mut Each<'_>,
    ) -> Result<Option<String>, ReadError> {
        self.database.renew();
        let wrong = |cause: rusqlite::Error| self.database.error(&cause);
        let query = self.layer.query(&self.columns);
        let mut statement = self.database.connection.prepare(&query).map_err(wrong)?;
        let mut rows = statement.query([]).map_err(wrong)?;
        let mut feature = Feature::default();
        while let Some(row) = rows.next().map_err(wrong)? {
            feature.clear();
            if let Ok(ValueRef::Blob(blob)) = row.get_ref(0) {
                // A geometry that is none leaves the feature without position, which is counted.
                let _ = geometry::read(blob, &mut feature);
            }
            for column in 0..self.columns.len() {
                let value = match row.get_ref(column + 1).map_err(wrong)? {
                    ValueRef::Integer(number) => Value::Number(number as f64),
                    ValueRef::Real(number) if number.is_finite() => Value::Number(number),
                    ValueRef::Text(text) => Value::Text(String::from_utf8_lossy(text).into_owned()),
                    ValueRef::Real(_) | ValueRef::Null | ValueRef::Blob(_) => Value::Null,
                };
                feature.set(column, value);
            }
            if each(&feature)? == Next::Stop {
                break;
            }
        }
        Ok(None)
    }
}
