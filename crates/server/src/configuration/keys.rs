//! Every known key: what its value may be, what holds without it, and what it steers. The page
//! `docs/configuration.md` says the same to people.

use crate::db::Keys;
use serde_json::{Value, json};
use tramline_convert::CleanupRules;

/// What a value may be.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    Flag,
    /// A number above the first (or equal, where `true`) and up to the second.
    Number(f64, bool, f64),
    /// A whole number from 0 up to this one.
    Whole(u32),
    /// One of these names.
    Name(&'static [&'static str]),
    /// `required`, `optional`, a flag, or objects around them.
    Optional,
    /// Type of operation to property to flag.
    Attributes,
    /// Position to red, green, blue and perhaps alpha.
    Ramp,
    CleanupRules,
}

/// A key with the value that holds without it.
pub(super) struct Key {
    pub(super) name: &'static str,
    pub(super) shape: Shape,
    default: fn() -> Value,
}

const DAYS: Shape = Shape::Whole(3_650);
const MONTHS: Shape = Shape::Whole(1_200);
const PERCENT: Shape = Shape::Number(0.0, true, 100.0);

const fn flag(name: &'static str, default: bool) -> Key {
    Key {
        name,
        shape: Shape::Flag,
        default: if default { yes } else { no },
    }
}

const fn key(name: &'static str, shape: Shape, default: fn() -> Value) -> Key {
    Key {
        name,
        shape,
        default,
    }
}

fn yes() -> Value {
    Value::Bool(true)
}

fn no() -> Value {
    Value::Bool(false)
}

fn required() -> Value {
    "required".into()
}

/// In the order in which they are answered.
pub(super) const KEYS: &[Key] = &[
    flag("cleanupStandardGeojson", true),
    key("cleanupRules", Shape::CleanupRules, cleanup_rules),
    flag("originalOperationData", true),
    key(
        "unitMeasurement",
        Shape::Name(&["DEFAULT", "IMPERIAL", "METRIC"]),
        || "DEFAULT".into(),
    ),
    flag("enableOutsideFieldGeojson", false),
    flag("enableGeoparquetOutput", false),
    flag("enablePolygonOutput", false),
    key("cropOptional", Shape::Optional, required),
    key("seedRateOptional", Shape::Optional, required),
    flag("fieldOperationCreation", true),
    flag("outOfStandardOperations", false),
    flag("operationsFilteredGeojson", true),
    flag("operationsRemoveOutliers", true),
    key(
        "operationsOutliersLimit",
        Shape::Number(0.0, false, 100.0),
        || 3.into(),
    ),
    key("operationsMergeRange", DAYS, || 5.into()),
    key("operationsMergeRangeHarvested", DAYS, || 21.into()),
    key("operationsProcessingRange", MONTHS, || 12.into()),
    flag("splitOperationsByField", true),
    flag("splitOperationsByProvider", true),
    flag("splitOperationsByTillType", false),
    flag("summarizeByProductEntry", true),
    flag("enableOperationsSession", false),
    flag("operationsImageCreation", false),
    flag("operationsImageAsGeoTiff", false),
    key(
        "operationsImageAttributeCreation",
        Shape::Attributes,
        image_attributes,
    ),
    flag("automaticFixBoundary", true),
    key("fieldsAttachIntersection", PERCENT, || json!(0.01)),
    flag("fieldsAutoMerge", false),
    key("fieldsMergeIntersection", PERCENT, || json!(0.01)),
    flag("fieldsAutoSync", true),
    flag("operationsAutoSync", true),
    flag("customDataSync", true),
    key(
        "organizationDataSync",
        Shape::Name(&["ALL", "SELECTED_ONLY"]),
        || "ALL".into(),
    ),
    flag("syncPartnerData", false),
    flag("implementsAutoSync", false),
    flag("machinesAutoSync", false),
    flag("operatorsAutoSync", false),
    flag("productsAutoSync", false),
    flag("zonesAutoSync", false),
    key("irrigationProcessingRange", MONTHS, || 12.into()),
    // Extensions.
    key(
        "filterProfile",
        Shape::Name(&["compat", "recommended", "depurate", "none"]),
        || "compat".into(),
    ),
    key("cropTable", Shape::Name(&["compat", "market"]), || {
        "compat".into()
    }),
    flag("capDryMass", true),
    flag("fileImages", true),
    key("imageRamp", Shape::Name(&["model", "accessible"]), || {
        "model".into()
    }),
    flag("reconcileMachines", false),
    // In no present documentation of the contract; old clients send them.
    flag("generateProviderImages", false),
    key("filesImageAttributeCreation", Shape::Attributes, || {
        json!({})
    }),
    key("geoimagesColorRamp", Shape::Ramp, color_ramp),
    key(
        "geoimagesProjection",
        Shape::Name(&["EPSG:3857", "EPSG:4326"]),
        || "EPSG:3857".into(),
    ),
    key(
        "geoimagesResolution",
        Shape::Number(0.0, false, 1.0),
        || json!(0.000_01),
    ),
    key("geoimagesShape", Shape::Name(&["ROUND", "SQUARE"]), || {
        "SQUARE".into()
    }),
    key(
        "summaryGeometry",
        Shape::Name(&["BUFFER", "CONVEX_HULL"]),
        || "BUFFER".into(),
    ),
];

/// The key of that name.
pub(super) fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|key| key.name == name)
}

/// Whether a key of that name is known.
pub(crate) fn known(name: &str) -> bool {
    find(name).is_some()
}

/// The complete set, as it holds where nobody said anything.
pub(crate) fn defaults() -> Keys {
    KEYS.iter()
        .map(|key| (key.name.to_owned(), (key.default)()))
        .collect()
}

/// A set that is given replaces all of it.
fn cleanup_rules() -> Value {
    serde_json::to_value(CleanupRules::default()).unwrap_or_default()
}

fn color_ramp() -> Value {
    json!({
        "0%": [200, 0, 0],
        "35%": [255, 40, 0],
        "45%": [255, 150, 0],
        "55%": [255, 240, 0],
        "65%": [0, 230, 0],
        "75%": [0, 190, 0],
        "100%": [0, 130, 0],
        "nv": [0, 0, 0, 0],
    })
}

const HARVESTED: &str = "area distance elevation equipmentWidth harvestMoisture wetMass wetMassPerArea wetVolume \
     wetVolumePerArea dryMass dryMassPerArea dryVolume dryVolumePerArea speed heading cropFlow \
     proteinPercentage fuelRate fuelUsed";
const PLANTED: &str = "heading distance elevation seedRate area equipmentWidth speed seedRateTarget seedDepth \
     fuelRate fuelUsed downForce singulation";
const APPLIED: &str = "heading distance elevation appliedRate area equipmentWidth speed appliedRateTarget fuelRate \
     fuelUsed";
const TILLAGE: &str = "area heading distance elevation equipmentWidth tillageDepthTarget speed tillageDepthActual \
     fuelRate fuelUsed";

/// No image of any property.
fn image_attributes() -> Value {
    let off = |names: &str| {
        let pairs = names.split_whitespace().map(|name| (name.to_owned(), no()));
        Value::Object(pairs.collect())
    };
    json!({
        "harvested": off(HARVESTED),
        "planted": off(PLANTED),
        "applied": off(APPLIED),
        "tillage": off(TILLAGE),
    })
}
