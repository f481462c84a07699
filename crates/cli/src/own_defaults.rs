//! What the command line sets otherwise than the service, as keys of the configuration.
//!
//! Rules: this is the one place of such defaults; `--config` and `--set` override each of them. Work that
//! lacks something is kept, and what it lacks is said. Units are metric, so that a column means the same
//! in every file of a run. Pictures are of what people map, not of all
//! numbers of the log.

use serde_json::{Map, Value, json};
use tramline_model::{OperationType, Property};

/// The keys and their values.
pub(crate) fn own_defaults() -> Map<String, Value> {
    Map::from_iter([
        ("outOfStandardOperations".to_owned(), json!(true)),
        ("unitMeasurement".to_owned(), json!("METRIC")),
        ("filesImageAttributeCreation".to_owned(), pictures()),
    ])
}

/// What people map of each kind of work.
fn pictures() -> Value {
    let other = OperationType::Other("other".to_owned());
    let kinds = OperationType::FIELD_WORK.iter().chain([&other]);
    let named = kinds.map(|operation| {
        let mapped = mapped(operation).iter();
        let mapped: Map<String, Value> = mapped
            .map(|property| (property.name().to_owned(), json!(true)))
            .collect();
        (operation.name().to_owned(), Value::Object(mapped))
    });
    Value::Object(named.collect())
}

/// The properties with a picture. Yield is mass per area, dry and as it was harvested, since a file may
/// have one of them only; volumes look the same.
fn mapped(operation: &OperationType) -> &'static [Property] {
    use Property as P;
    match operation {
        OperationType::Harvested => &[
            P::DryMassPerArea,
            P::WetMassPerArea,
            P::HarvestMoisture,
            P::ProteinPercentage,
            P::Elevation,
            P::Speed,
        ],
        OperationType::Planted => &[
            P::SeedRate,
            P::SeedRateTarget,
            P::SeedDepth,
            P::DownForce,
            P::Singulation,
            P::Elevation,
            P::Speed,
        ],
        OperationType::Applied => &[P::AppliedRate, P::AppliedRateTarget, P::Elevation, P::Speed],
        OperationType::Tillage => &[
            P::TillageDepthActual,
            P::TillageDepthTarget,
            P::Elevation,
            P::Speed,
        ],
        OperationType::Other(_) => &[P::Elevation, P::Speed],
    }
}
