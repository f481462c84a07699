//! The configuration that holds for a user: the defaults, then the owner's keys, then the user's
//! own keys. A key that is set on the user stays as it is when the owner changes theirs.

use crate::db::Keys;
use crate::error::{StoreError, Stored};
use crate::state::State;
use serde_json::{Value, json};
use tramline_convert::{CleanupRules, Configuration, Literal, Operator};

/// What values a key takes.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Flag,
    /// From 0 to 100.
    Percent,
    /// 0 or more.
    Number,
    Choice(&'static [&'static str]),
    /// `required`, `optional`, a flag, or the nested form of the contract.
    Optional,
    Rules,
    Object,
}

/// Every key of the contract and ours, with what it is before anybody sets it.
fn known() -> Vec<(&'static str, Kind, Value)> {
    let rules = serde_json::to_value(CleanupRules::default()).unwrap_or_default();
    let off = || json!(false);
    let on = || json!(true);
    vec![
        ("cleanupStandardGeojson", Kind::Flag, on()),
        ("cleanupRules", Kind::Rules, rules),
        ("originalOperationData", Kind::Flag, on()),
        (
            "unitMeasurement",
            Kind::Choice(&["DEFAULT", "IMPERIAL", "METRIC"]),
            json!("DEFAULT"),
        ),
        ("enableOutsideFieldGeojson", Kind::Flag, off()),
        ("enableGeoparquetOutput", Kind::Flag, off()),
        ("enablePolygonOutput", Kind::Flag, off()),
        ("cropOptional", Kind::Optional, json!("required")),
        ("seedRateOptional", Kind::Optional, json!("required")),
        ("fieldOperationCreation", Kind::Flag, on()),
        ("outOfStandardOperations", Kind::Flag, off()),
        ("operationsFilteredGeojson", Kind::Flag, on()),
        ("operationsRemoveOutliers", Kind::Flag, on()),
        ("operationsOutliersLimit", Kind::Number, json!(3)),
        ("operationsMergeRange", Kind::Number, json!(5)),
        ("operationsMergeRangeHarvested", Kind::Number, json!(21)),
        ("operationsProcessingRange", Kind::Number, json!(12)),
        ("splitOperationsByField", Kind::Flag, on()),
        ("splitOperationsByProvider", Kind::Flag, on()),
        ("splitOperationsByTillType", Kind::Flag, off()),
        ("summarizeByProductEntry", Kind::Flag, on()),
        ("enableOperationsSession", Kind::Flag, off()),
        ("operationsImageCreation", Kind::Flag, off()),
        ("operationsImageAsGeoTiff", Kind::Flag, off()),
        ("operationsImageAttributeCreation", Kind::Object, json!({})),
        ("automaticFixBoundary", Kind::Flag, on()),
        ("fieldsAttachIntersection", Kind::Percent, json!(0.01)),
        ("fieldsAutoMerge", Kind::Flag, off()),
        ("fieldsMergeIntersection", Kind::Percent, json!(0.01)),
        ("fieldsAutoSync", Kind::Flag, on()),
        ("operationsAutoSync", Kind::Flag, on()),
        ("customDataSync", Kind::Flag, on()),
        (
            "organizationDataSync",
            Kind::Choice(&["ALL", "SELECTED_ONLY"]),
            json!("ALL"),
        ),
        ("syncPartnerData", Kind::Flag, off()),
        ("implementsAutoSync", Kind::Flag, off()),
        ("machinesAutoSync", Kind::Flag, off()),
        ("operatorsAutoSync", Kind::Flag, off()),
        ("productsAutoSync", Kind::Flag, off()),
        ("zonesAutoSync", Kind::Flag, off()),
        ("irrigationProcessingRange", Kind::Number, json!(12)),
        ("generateProviderImages", Kind::Flag, off()),
        ("filesImageAttributeCreation", Kind::Object, json!({})),
        ("geoimagesColorRamp", Kind::Object, json!({})),
        (
            "geoimagesProjection",
            Kind::Choice(&["EPSG:3857", "EPSG:4326"]),
            json!("EPSG:3857"),
        ),
        ("geoimagesResolution", Kind::Number, json!(0.000_01)),
        (
            "geoimagesShape",
            Kind::Choice(&["ROUND", "SQUARE"]),
            json!("SQUARE"),
        ),
        (
            "summaryGeometry",
            Kind::Choice(&["BUFFER", "CONVEX_HULL"]),
            json!("BUFFER"),
        ),
        (
            "filterProfile",
            Kind::Choice(&["compat", "recommended", "depurate", "none"]),
            json!("compat"),
        ),
        (
            "cropTable",
            Kind::Choice(&["compat", "market"]),
            json!("compat"),
        ),
        ("capDryMass", Kind::Flag, on()),
    ]
}

/// Number properties that cleanup rules may ask about; text properties follow.
const NUMBERS: &[&str] = &[
    "wetMass",
    "wetMassPerArea",
    "wetVolume",
    "wetVolumePerArea",
    "appliedRate",
    "seedRate",
    "harvestMoisture",
    "tillageDepthActual",
    "products",
    "area",
];
const TEXTS: &[&str] = &["recordingStatus", "crop"];

fn rules(value: &Value) -> Result<(), String> {
    let rules: CleanupRules =
        serde_json::from_value(value.clone()).map_err(|cause| cause.to_string())?;
    for (property, conditions) in &rules.0 {
        for condition in conditions {
            let number = matches!(condition.value, Literal::Number(_));
            let equality = matches!(condition.operator, Operator::Eq | Operator::Ne);
            let fits = if NUMBERS.contains(&property.as_str()) {
                number && !equality
            } else if TEXTS.contains(&property.as_str()) {
                !number && equality
            } else {
                return Err(format!(
                    "`{property}` is none of {}, {}",
                    NUMBERS.join(", "),
                    TEXTS.join(", ")
                ));
            };
            if !fits {
                return Err(format!(
                    "`{property}`: numbers are compared with GT, GTE, LT, LTE, texts with EQ, NE"
                ));
            }
        }
    }
    Ok(())
}

fn fits(kind: Kind, value: &Value) -> Result<(), String> {
    let number = value.as_f64();
    match kind {
        Kind::Flag if value.is_boolean() => Ok(()),
        Kind::Flag => Err("is neither true nor false".to_owned()),
        Kind::Percent if number.is_some_and(|n| (0.0..=100.0).contains(&n)) => Ok(()),
        Kind::Percent => Err("is not a number from 0 to 100".to_owned()),
        Kind::Number if number.is_some_and(|n| n >= 0.0) => Ok(()),
        Kind::Number => Err("is not a number of 0 or more".to_owned()),
        Kind::Choice(choices) if value.as_str().is_some_and(|text| choices.contains(&text)) => {
            Ok(())
        }
        Kind::Choice(choices) => Err(format!("is none of {}", choices.join(", "))),
        Kind::Optional => match value {
            Value::Bool(_) | Value::Object(_) => Ok(()),
            Value::String(text) if text == "required" || text == "optional" => Ok(()),
            _ => Err("is neither `required` nor `optional`".to_owned()),
        },
        Kind::Rules => rules(value),
        Kind::Object if value.is_object() => Ok(()),
        Kind::Object => Err("is not an object".to_owned()),
    }
}

/// The spelling under which a key is kept.
fn spelling(key: &str) -> &str {
    if key == "outofStandardOperations" {
        "outOfStandardOperations"
    } else {
        key
    }
}

/// Takes the keys of a request; the key and what is wrong with it otherwise. Keys that nobody
/// knows are kept: the contract's set grows.
pub(crate) fn accept(given: Keys) -> Result<Keys, (String, String)> {
    let known = known();
    let mut keys = Keys::new();
    for (key, value) in given {
        if key == "apiOwnerUsername" || key == "leafUserId" {
            continue;
        }
        if value.is_null() {
            return Err((
                key,
                "cannot be null; delete the user's configuration to inherit".to_owned(),
            ));
        }
        let key = spelling(&key).to_owned();
        match known.iter().find(|(name, ..)| *name == key) {
            Some((_, kind, _)) => fits(*kind, &value).map_err(|wrong| (key.clone(), wrong))?,
            None => tracing::warn!(key, "unknown configuration key is stored"),
        }
        keys.insert(key, value);
    }
    Ok(keys)
}

/// The owner's complete set: defaults with the stored keys over them.
pub(crate) fn complete(stored: Keys) -> Keys {
    let mut keys: Keys = known()
        .into_iter()
        .map(|(name, _, value)| (name.to_owned(), value))
        .collect();
    keys.extend(stored);
    keys
}

/// What a user's files are converted with, as it is now.
pub(crate) async fn for_user(state: &State, account: &str, user: &str) -> Stored<Configuration> {
    let keys = effective(state, account, user).await?;
    serde_json::from_value(Value::Object(keys))
        .map_err(|cause| StoreError::document("configuration", cause))
}

/// All keys that hold for a user.
pub(crate) async fn effective(state: &State, account: &str, user: &str) -> Stored<Keys> {
    let owner = state
        .db
        .configuration(account, "")
        .await?
        .unwrap_or_default();
    let own = state
        .db
        .configuration(account, user)
        .await?
        .unwrap_or_default();
    let mut keys = complete(owner);
    keys.extend(own);
    Ok(keys)
}
