//! From the model to files: one folder for each output. Writers take record batches as they come
//! and hold no more than one.

#![warn(missing_docs)]

pub mod adapt_standard;
pub mod disk;
pub mod export;
pub mod geojson;
pub mod geoparquet;
pub mod page;
mod sink;
mod values;
mod wkb;

pub use sink::{FolderSink, MemorySink, Sink, WriteError};

use arrow_schema::{Field, Fields};
use std::collections::HashSet;

/// Field metadata that marks a text column as holding JSON, when `1`: GeoJSON writes it as it
/// stands, so whoever marks a column answers for its text being valid JSON on one line.
pub const JSON: &str = "tramline.json";

fn is_json(field: &Field) -> bool {
    field.metadata().get(JSON).is_some_and(|value| value == "1")
}

/// Names of the columns in the output: their own, with `_2`, `_3`, … behind those that are
/// `taken` or came before. Raw columns bear names of the source, which may repeat.
fn unique_names(fields: &Fields, taken: &[&str]) -> Vec<String> {
    let own: HashSet<&str> = fields.iter().map(|field| field.name().as_str()).collect();
    let mut used: HashSet<String> = taken.iter().map(|name| (*name).to_owned()).collect();
    fields
        .iter()
        .map(|field| {
            let mut name = field.name().clone();
            let mut count = 1_usize;
            while used.contains(&name) || (count > 1 && own.contains(name.as_str())) {
                count += 1;
                name = format!("{}_{count}", field.name());
            }
            used.insert(name.clone());
            name
        })
        .collect()
}
