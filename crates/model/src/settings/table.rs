//! The table of settings. How a row is written: `declare.rs`.

use super::declare::settings;
use super::images::no_image;
use super::{
    CleanupRules, ColorRamp, CropTable, FilterProfile, ImageAttributes, ImageRamp, ImageStretch,
    OwnCropNumbers, Setting, Shape, Use, plain,
};
use crate::UnitSystem;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

const DAYS: Shape = Shape::Whole(3_650);
const MONTHS: Shape = Shape::Whole(1_200);
const PERCENT: Shape = Shape::From(0.0, 100.0);

settings! {
    stored Owner {
        /// The account.
        "apiOwnerUsername" = "", Shape::ReadOnly, unlisted;
        /// Id of the user, any text; empty for the account itself.
        "leafUserId" = "", Shape::ReadOnly, unlisted;
    }
    Conversion {
        /// Points that fail `cleanupRules` are dropped from the standard output.
        "cleanupStandardGeojson" cleanup_standard_geojson: bool = true, Shape::Flag;
        /// A set that is given replaces all rules: `{"wetMass": [{"operator": "GT", "value": 0}]}`.
        /// Numbers take GT, GTE, LT and LTE, texts EQ and NE. The default rules are in
        /// [outputs](outputs.md).
        "cleanupRules" cleanup_rules: CleanupRules = CleanupRules::default(), Shape::CleanupRules;
        /// The summary has the names of farm, field and grower.
        "originalOperationData" original_operation_data: bool = true, Shape::Flag;
        /// The units of the source, or one system for all.
        "unitMeasurement" unit_measurement: UnitSystem = UnitSystem::Default,
            Shape::Name(&["DEFAULT", "IMPERIAL", "METRIC"]);
    }
    Fields {
        /// Points outside all fields are kept in an output of their own. Needs
        /// `splitOperationsByField`.
        "enableOutsideFieldGeojson" enable_outside_field_geojson: bool = false, Shape::Flag;
    }
    Conversion {
        /// GeoParquet is listed among the outputs. It is always made; the command line has
        /// options for it.
        "enableGeoparquetOutput" enable_geoparquet_output: bool = false, Shape::Flag;
        /// Makes `polygon.parquet`: the ground that each record covers, with the columns of the
        /// points. Also made when `enableGeoparquetOutput` is on.
        "enablePolygonOutput" enable_polygon_output: bool = false, Shape::Flag;
        /// Planting without a crop passes when this is `optional`. Also taken:
        /// `{"standardGeoJson": {"planted": {"crop": "optional"}}}`.
        "cropOptional" crop_optional: Value = Value::from("required"), Shape::Optional;
        /// Planting without a seed rate passes when this is `optional`.
        "seedRateOptional" seed_rate_optional: Value = Value::from("required"), Shape::Optional;
    }
    stored Operations {
        /// Field operations are built.
        "fieldOperationCreation" = true, Shape::Flag;
    }
    Conversion {
        /// Files pass that lack required properties, and work that is no planting, application,
        /// harvest or tillage passes as `other`; what is missing is told. Crops that no table knows
        /// keep their name. The command line has it on, unless `--strict` is given.
        "outOfStandardOperations" | "outofStandardOperations" out_of_standard_operations: bool = false,
            Shape::Flag;
        /// Makes the filtered output.
        "operationsFilteredGeojson" operations_filtered_geojson: bool = true, Shape::Flag;
        /// Harvest points too far from the mean leave the filtered output.
        "operationsRemoveOutliers" operations_remove_outliers: bool = true, Shape::Flag;
        /// How far is too far: number of standard deviations.
        "operationsOutliersLimit" operations_outliers_limit: f64 = 3.0, Shape::Above(0.0, 100.0);
    }
    stored Operations {
        /// Days within which work on a field is one operation, harvest excepted.
        "operationsMergeRange" = 5, DAYS;
        /// Days within which harvest of a field is one operation.
        "operationsMergeRangeHarvested" = 21, DAYS;
        /// Number of months that are fetched from providers.
        "operationsProcessingRange" = 12, MONTHS;
    }
    Fields {
        /// Each field has its own operation. Off: points outside fields are not kept.
        "splitOperationsByField" split_operations_by_field: bool = true, Shape::Flag;
    }
    stored Operations {
        /// Each provider has its own operation.
        "splitOperationsByProvider" = true, Shape::Flag;
        /// Each type of tillage has its own operation.
        "splitOperationsByTillType" = false, Shape::Flag;
    }
    Conversion {
        /// Products of the same name are one entry of the summary.
        "summarizeByProductEntry" summarize_by_product_entry: bool = true, Shape::Flag;
    }
    stored Operations {
        /// Sessions of an operation are listed.
        "enableOperationsSession" = false, Shape::Flag;
    }
    stored Pictures {
        /// Operations have images.
        "operationsImageCreation" = false, Shape::Flag;
        /// Images of operations are GeoTIFF.
        "operationsImageAsGeoTiff" = false, Shape::Flag;
        /// Which properties of an operation have an image.
        "operationsImageAttributeCreation" = no_image(), Shape::Attributes;
    }
    stored Fields {
        /// Boundaries from providers are repaired.
        "automaticFixBoundary" = true, Shape::Flag;
    }
    Fields {
        /// Percent of a file's points that a field must hold to be named.
        "fieldsAttachIntersection" fields_attach_intersection: f64 = 0.01, PERCENT;
        /// Ours: metres from a boundary within which points outside count as inside, for the drift
        /// of receivers; how many did is a finding. 0: the boundary as it is drawn.
        "fieldsBoundaryTolerance" fields_boundary_tolerance: f64 = 0.0, Shape::From(0.0, 100.0);
    }
    stored Fields {
        /// Fields that overlap are merged.
        "fieldsAutoMerge" = false, Shape::Flag;
        /// Percent by which fields must overlap to be merged.
        "fieldsMergeIntersection" = 0.01, PERCENT;
    }
    stored Synchronisation {
        /// Fields are fetched.
        "fieldsAutoSync" = true, Shape::Flag;
        /// Operations are fetched.
        "operationsAutoSync" = true, Shape::Flag;
        /// Fields arrive as previews and are fetched in full when chosen.
        "customDataSync" = true, Shape::Flag;
        /// The organizations from which data are fetched.
        "organizationDataSync" = "ALL", Shape::Name(&["ALL", "SELECTED_ONLY"]);
        /// Data that partners share are fetched.
        "syncPartnerData" = false, Shape::Flag;
        /// Implements are fetched.
        "implementsAutoSync" = false, Shape::Flag;
        /// Machines are fetched.
        "machinesAutoSync" = false, Shape::Flag;
        /// Operators are fetched.
        "operatorsAutoSync" = false, Shape::Flag;
        /// Products are fetched.
        "productsAutoSync" = false, Shape::Flag;
        /// Zones are fetched.
        "zonesAutoSync" = false, Shape::Flag;
        /// Number of months of irrigation that are fetched.
        "irrigationProcessingRange" = 12, MONTHS;
    }
    Conversion {
        /// Ours: how the filtered output is made ([cleaning](cleaning.md)).
        "filterProfile" filter_profile: FilterProfile = FilterProfile::Compat,
            Shape::Name(&["compat", "recommended", "depurate", "none"]);
        /// Ours: numbers of the recommended steps; `false` turns one off
        /// ([cleaning](cleaning.md#the-recommended-steps)).
        "filterParameters" filter_parameters: BTreeMap<String, Value> = BTreeMap::new(), Shape::Object, unlisted;
        /// Ours: `market` takes market test weights and moistures ([crops](crops.md)).
        "cropTable" crop_table: CropTable = CropTable::Compat, Shape::Name(&["compat", "market"]);
        /// Ours: your own numbers by crop, which win over the table's:
        /// `{"corn": {"testWeight": 56, "standardMoisture": 14.5}}` (lb/bu, percent).
        "cropNumbers" crop_numbers: BTreeMap<String, OwnCropNumbers> = BTreeMap::new(), Shape::Object, unlisted;
        /// Ours: dry mass that is derived never exceeds wet mass.
        "capDryMass" cap_dry_mass: bool = true, Shape::Flag;
        /// Ours: each numeric property has an image.
        "fileImages" file_images: bool = true, Shape::Flag;
        /// Ours: the colours of images; `property` chooses by what the property is, `accessible` takes
        /// viridis for all, `model` the contract's red to green.
        "imageRamp" image_ramp: ImageRamp = ImageRamp::Property,
            Shape::Name(&["property", "accessible", "model"]);
        /// Ours: what the ends of the colours stand for; `percentile`: 2 % of the ground lies below the low end
        /// and 2 % above the high end; `fullRange`: the least and the greatest value, as in the
        /// contract.
        "imageStretch" image_stretch: ImageStretch = ImageStretch::Percentile,
            Shape::Name(&["percentile", "fullRange"]);
        /// Ours: yields of several machines in one file are brought together in the filtered
        /// output.
        "reconcileMachines" reconcile_machines: bool = false, Shape::Flag;
    }
    // No present documentation of the contract has the rest; old clients send them.
    stored Pictures {
        /// Files from providers have images.
        "generateProviderImages" = false, Shape::Flag;
    }
    Conversion {
        /// Which properties have an image: of an operation that is named, those that are `true`;
        /// of others, all. `{"harvested": {"wetMassPerArea": true}}`.
        "filesImageAttributeCreation" files_image_attribute_creation: ImageAttributes = ImageAttributes::new(),
            Shape::Attributes;
        /// Colours by percent of the range, such as `"35%": [255, 40, 0]`, that win over `imageRamp`
        /// unless it is `accessible`. The default, red to green, is used when `imageRamp` is `model`.
        "geoimagesColorRamp" geoimages_color_ramp: ColorRamp = ColorRamp::default(), Shape::Ramp;
    }
    stored Pictures {
        /// Projection of images.
        "geoimagesProjection" = "EPSG:3857", Shape::Name(&["EPSG:3857", "EPSG:4326"]);
        /// Degrees of a pixel.
        "geoimagesResolution" = 0.000_01, Shape::Above(0.0, 1.0);
        /// Shape of a point in an image.
        "geoimagesShape" = "SQUARE", Shape::Name(&["ROUND", "SQUARE"]);
    }
    stored Conversion {
        /// How the geometry of a summary is made.
        "summaryGeometry" = "BUFFER", Shape::Name(&["BUFFER", "CONVEX_HULL"]);
    }
}
