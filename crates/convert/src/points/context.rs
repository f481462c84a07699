//! What holds for every batch of a machine file: what the file says as a whole, what the caller
//! gave, and what the configuration wants. Nothing here changes while points pass.

use super::cleanup_rules::Compiled;
use super::crop_rules::CropRules;
use super::products::Products;
use super::unit_table::UnitTable;
use crate::calibration::Calibrate;
use crate::configuration::{Configuration, CropTable, OwnCropNumbers};
use crate::fields::Clip;
use crate::plausible::absent::AbsentRules;
use std::collections::BTreeMap;
use tramline_formats::ReadOptions;
use tramline_model::{Crop, OperationDescription, OperationType, Property, records};

/// 2100-01-01T00:00:00Z: the latest instant when the caller names none.
const LATEST_MS: i64 = 4_102_444_800_000;

/// The settings of the standardising steps for one machine file.
pub(crate) struct Context {
    pub(crate) operation: OperationType,
    pub(crate) original_operation: Option<String>,
    /// Of the file as a whole, or given at upload.
    pub(crate) crop: Option<String>,
    pub(crate) crop_given: bool,
    /// Work that lacks something passes: a crop that no table knows keeps its name.
    pub(crate) lenient: bool,
    pub(crate) variety: Option<String>,
    /// Metres, given at upload for points without a width.
    pub(crate) width_m: Option<f64>,
    /// Later instants are not believed; milliseconds since 1970 UTC.
    pub(crate) latest_ms: i64,
    pub(crate) units: UnitTable,
    /// What each property can be.
    pub(crate) absent: AbsentRules,
    /// The source has polygons instead of points, and no distance: steps between them are none of
    /// the machine.
    pub(crate) logs_no_step: bool,
    /// The source is a log of instants of the whole machine that has no distance: times are known
    /// better than ways.
    pub(crate) logs_instants: bool,
    /// The source is a log that has records of what was not worked.
    pub(crate) tells_rest: bool,
    /// The source has a column of distances.
    pub(crate) has_distance: bool,
    /// The source logs distance and interval: smoother than steps between positions.
    pub(crate) logs_way: bool,
    pub(crate) table: CropTable,
    pub(crate) own_numbers: BTreeMap<&'static str, OwnCropNumbers>,
    /// A derived dry mass never exceeds the wet mass.
    pub(crate) cap: bool,
    pub(crate) calibration: Calibrate,
    pub(crate) cleanup: Option<Compiled>,
    /// The rules that do not ask for a crop in the machine.
    pub(crate) cleanup_without_mass: Option<Compiled>,
    /// Dropped rows are handed on too: their sensors tell of other places.
    pub(crate) hands_on_all: bool,
    pub(crate) products: Products,
    /// Fields that the work is cut to.
    pub(crate) clip: Option<Clip>,
}

impl Context {
    /// `units` and `logs_way` come from the columns of the source.
    pub(crate) fn new(
        description: &OperationDescription,
        configuration: &Configuration,
        read: &ReadOptions,
        calibration: Calibrate,
        hands_on_all: bool,
        (units, logs_way): (UnitTable, bool),
    ) -> Self {
        let rules = &configuration.cleanup_rules;
        let schema = &description.points_schema;
        let cleans = configuration.cleanup_standard_geojson;
        Self {
            operation: description.operation_type.clone(),
            original_operation: description.original_operation_type.clone(),
            crop: read.crop.clone().or_else(|| description.crop.clone()),
            crop_given: read.crop.is_some(),
            lenient: configuration.out_of_standard_operations,
            variety: description.variety.clone(),
            width_m: read.equipment_width_m.filter(|w| *w > 0.0 && w.is_finite()),
            latest_ms: read.latest_instant_ms.unwrap_or(LATEST_MS),
            absent: AbsentRules::new(&units),
            units,
            logs_way,
            logs_no_step: records::outline_index(schema).is_some()
                && schema.index_of(Property::Distance.name()).is_err(),
            logs_instants: records::log_index(schema).is_some()
                && records::machine_indices(schema).is_none()
                && schema.index_of(Property::Distance.name()).is_err(),
            tells_rest: records::log_index(schema).is_some()
                && schema.index_of(Property::RecordingStatus.name()).is_ok(),
            has_distance: schema.index_of(Property::Distance.name()).is_ok(),
            table: configuration.crop_table,
            own_numbers: configuration
                .crop_numbers
                .iter()
                .filter_map(|(word, numbers)| Some((Crop::find(word)?.name, *numbers)))
                .collect(),
            cap: configuration.cap_dry_mass,
            calibration,
            cleanup: cleans.then(|| Compiled::new(rules)),
            cleanup_without_mass: cleans.then(|| Compiled::without_mass(rules)),
            hands_on_all,
            products: Products::new(description),
            clip: None,
        }
    }

    pub(crate) fn is_harvest(&self) -> bool {
        self.operation == OperationType::Harvested
    }

    /// The account's own numbers of a crop, else those of the table.
    pub(crate) fn crop_rules(&self, crop: &Crop) -> CropRules {
        let mut weight_given = false;
        let mut numbers = match self.table {
            CropTable::Compat => crop.compat,
            CropTable::Market => crop.market,
        };
        if let Some(own) = self.own_numbers.get(crop.name) {
            if let Some(weight) = own.test_weight.filter(|w| *w > 1.0 && *w < 200.0) {
                numbers.test_weight_lb_bu = Some(weight);
                weight_given = true;
            }
            if let Some(moisture) = own.standard_moisture.filter(|m| (0.0..100.0).contains(m)) {
                numbers.standard_moisture = Some(moisture);
            }
        }
        CropRules::of(crop, numbers, weight_given)
    }

    /// Cleanup rules on names that are no property.
    pub(crate) fn unknown_rules(&self) -> &[String] {
        self.cleanup.as_ref().map_or(&[], |rules| &rules.unknown)
    }
}
