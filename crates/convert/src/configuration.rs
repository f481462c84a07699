//! The configuration object of the API, as far as it steers conversion. Keys that are not known
//! are kept and reported, never refused.

use crate::image_choice::{ColorRamp, ImageAttributes};
use crate::maps::ClassColours;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use tramline_model::UnitSystem;
use tramline_render::Ramp;

/// Configuration keys, camelCase on the wire; absent keys have the contract's default.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Configuration {
    /// Drop points that fail `cleanupRules` from the standard output.
    pub cleanup_standard_geojson: bool,
    /// A custom set replaces the default one as a whole.
    pub cleanup_rules: CleanupRules,
    /// Names of farm, field and grower in the summary.
    pub original_operation_data: bool,
    pub unit_measurement: UnitSystem,
    /// `"optional"`, `true` or `{"standardGeoJson":{"planted":{"crop":"optional"}}}`.
    pub crop_optional: serde_json::Value,
    pub seed_rate_optional: serde_json::Value,
    /// Let files through that lack required properties or are of another type.
    #[serde(alias = "outofStandardOperations")]
    pub out_of_standard_operations: bool,
    /// Make the filtered output.
    pub operations_filtered_geojson: bool,
    /// The harvest outlier rule of the filtered output.
    pub operations_remove_outliers: bool,
    /// Standard deviations of the outlier rule.
    pub operations_outliers_limit: f64,
    pub summarize_by_product_entry: bool,
    /// GeoParquet beside GeoJSON (service; the command line asks by `Options::geoparquet`).
    pub enable_geoparquet_output: bool,
    pub enable_polygon_output: bool,
    /// Extension.
    pub filter_profile: FilterProfile,
    /// Extension.
    pub crop_table: CropTable,
    /// Extension: own numbers by crop, before those of the table.
    pub crop_numbers: BTreeMap<String, OwnCropNumbers>,
    /// Extension: numbers of the `recommended` profile; `false` turns a test off.
    pub filter_parameters: BTreeMap<String, serde_json::Value>,
    /// Extension: yields of several machines in one file are brought together in the filtered
    /// output.
    pub reconcile_machines: bool,
    /// Extension: an image of each numeric property.
    pub file_images: bool,
    /// Extension: the colours of the images.
    pub image_ramp: ImageRamp,
    /// Colours of the images with the ramp `model`.
    pub geoimages_color_ramp: ColorRamp,
    /// Which properties have an image, by operation; all of an operation that is not named.
    pub files_image_attribute_creation: ImageAttributes,
    /// Extension: dry mass never above wet mass.
    pub cap_dry_mass: bool,
    /// Keys that do not steer conversion, as given.
    #[serde(flatten)]
    pub other: BTreeMap<String, serde_json::Value>,
}

impl Default for Configuration {
    fn default() -> Self {
        Self {
            cleanup_standard_geojson: true,
            cleanup_rules: CleanupRules::default(),
            original_operation_data: true,
            unit_measurement: UnitSystem::Default,
            crop_optional: serde_json::Value::Null,
            seed_rate_optional: serde_json::Value::Null,
            out_of_standard_operations: false,
            operations_filtered_geojson: true,
            operations_remove_outliers: true,
            operations_outliers_limit: 3.0,
            summarize_by_product_entry: true,
            enable_geoparquet_output: false,
            enable_polygon_output: false,
            filter_profile: FilterProfile::Compat,
            crop_table: CropTable::Compat,
            crop_numbers: BTreeMap::new(),
            filter_parameters: BTreeMap::new(),
            reconcile_machines: false,
            file_images: true,
            image_ramp: ImageRamp::Model,
            geoimages_color_ramp: ColorRamp::default(),
            files_image_attribute_creation: ImageAttributes::new(),
            cap_dry_mass: true,
            other: BTreeMap::new(),
        }
    }
}

impl Configuration {
    /// The colours of the images.
    pub(crate) fn ramp(&self) -> Ramp {
        match self.image_ramp {
            ImageRamp::Model => self.geoimages_color_ramp.ramp(),
            ImageRamp::Accessible => Ramp::accessible(),
        }
    }

    /// The colours of maps in classes.
    pub fn class_colours(&self) -> ClassColours {
        match self.image_ramp {
            ImageRamp::Model => ClassColours::Model,
            ImageRamp::Accessible => ClassColours::Accessible,
        }
    }

    /// Whether the footprints are written.
    pub fn makes_polygons(&self) -> bool {
        self.enable_polygon_output || self.enable_geoparquet_output
    }

    /// Whether planting needs no crop.
    pub fn crop_is_optional(&self) -> bool {
        is_optional(&self.crop_optional)
    }

    /// Whether planting needs no seed rate.
    pub fn seed_rate_is_optional(&self) -> bool {
        is_optional(&self.seed_rate_optional)
    }

    /// Keys that neither steer conversion nor are known from the contract.
    pub fn unknown_keys(&self) -> impl Iterator<Item = &str> {
        self.other
            .keys()
            .map(String::as_str)
            .filter(|key| !KNOWN_ELSEWHERE.contains(key))
    }
}

/// Keys of the contract that steer other parts (fields, operations, images, synchronisation).
const KNOWN_ELSEWHERE: &[&str] = &[
    "apiOwnerUsername",
    "leafUserId",
    "enableOutsideFieldGeojson",
    "fieldOperationCreation",
    "operationsMergeRange",
    "operationsMergeRangeHarvested",
    "operationsProcessingRange",
    "splitOperationsByField",
    "splitOperationsByProvider",
    "splitOperationsByTillType",
    "enableOperationsSession",
    "operationsImageCreation",
    "operationsImageAsGeoTiff",
    "operationsImageAttributeCreation",
    "automaticFixBoundary",
    "fieldsAttachIntersection",
    "fieldsAutoMerge",
    "fieldsMergeIntersection",
    "fieldsAutoSync",
    "operationsAutoSync",
    "customDataSync",
    "organizationDataSync",
    "syncPartnerData",
    "implementsAutoSync",
    "machinesAutoSync",
    "operatorsAutoSync",
    "productsAutoSync",
    "zonesAutoSync",
    "irrigationProcessingRange",
    "generateProviderImages",
    "geoimagesProjection",
    "geoimagesResolution",
    "geoimagesShape",
    "summaryGeometry",
];

fn is_optional(value: &serde_json::Value) -> bool {
    match value {
        serde_json::Value::Bool(flag) => *flag,
        serde_json::Value::String(text) => text.eq_ignore_ascii_case("optional"),
        serde_json::Value::Object(map) => map.values().any(is_optional),
        _ => false,
    }
}

/// How the filtered output is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FilterProfile {
    /// Speed, then standard deviations.
    #[default]
    Compat,
    Recommended,
    Depurate,
    /// Filtered equals standard.
    None,
}

impl FilterProfile {
    /// Reads a name in any letter case.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.to_ascii_lowercase().as_str() {
            "compat" => Some(Self::Compat),
            "recommended" => Some(Self::Recommended),
            "depurate" => Some(Self::Depurate),
            "none" => Some(Self::None),
            _ => None,
        }
    }
}

/// Which numbers of test weight and standard moisture count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CropTable {
    /// The model service's numbers.
    #[default]
    Compat,
    /// Market test weights and moistures.
    Market,
}

/// Colours of images.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageRamp {
    /// The contract's, red to green.
    #[default]
    Model,
    /// Seven steps of viridis, which people with any colour vision tell apart.
    Accessible,
}

/// Own numbers of a crop; what is absent is the table's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct OwnCropNumbers {
    /// Pounds per US bushel.
    pub test_weight: Option<f64>,
    /// Percent, wet basis.
    pub standard_moisture: Option<f64>,
}

/// Conditions by property, in the order in which they are asked. All conditions of all properties
/// that a point has must hold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct CleanupRules(pub BTreeMap<String, Vec<Condition>>);

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Condition {
    pub operator: Operator,
    pub value: Literal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Operator {
    Gt,
    Gte,
    Lt,
    Lte,
    Eq,
    Ne,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Literal {
    Number(f64),
    Text(String),
}

impl Default for CleanupRules {
    fn default() -> Self {
        let number = |operator, value| Condition {
            operator,
            value: Literal::Number(value),
        };
        let text = |operator, value: &str| Condition {
            operator,
            value: Literal::Text(value.into()),
        };
        let mut rules = BTreeMap::new();
        for property in [
            "wetMass",
            "wetMassPerArea",
            "wetVolume",
            "wetVolumePerArea",
            "appliedRate",
            "seedRate",
        ] {
            rules.insert(property.to_owned(), vec![number(Operator::Gt, 0.0)]);
        }
        rules.insert(
            "harvestMoisture".to_owned(),
            vec![number(Operator::Gt, 0.0), number(Operator::Lt, 100.0)],
        );
        rules.insert(
            "tillageDepthActual".to_owned(),
            vec![number(Operator::Gte, 0.0)],
        );
        rules.insert("recordingStatus".to_owned(), vec![text(Operator::Eq, "On")]);
        rules.insert("crop".to_owned(), vec![text(Operator::Ne, "unknown")]);
        rules.insert("products".to_owned(), vec![number(Operator::Gte, 0.0)]);
        Self(rules)
    }
}
