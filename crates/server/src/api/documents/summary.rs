//! The summary of a machine file: a GeoJSON feature.

use super::geojson::{FeatureType, MultiPolygon};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// An amount and its unit.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Total {
    /// The amount, in `unit`; null where it cannot be known, such as an area without any width.
    #[schema(required)]
    value: Option<f64>,
    /// Unit of the value.
    #[schema(example = "ha")]
    unit: String,
}

/// How a property was distributed over the points. The average of a property per area is its total divided by the area.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Statistic {
    /// Average, in `unit`.
    avg: f64,
    /// Least value, in `unit`.
    min: f64,
    /// Greatest value, in `unit`.
    max: f64,
    /// Unit of the numbers.
    #[schema(example = "t/ha")]
    unit: String,
}

/// The seed rate of a variety, and the rate that was set.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct PlantedRate {
    /// Average, in `unit`.
    avg: f64,
    /// Least value, in `unit`.
    min: f64,
    /// Greatest value, in `unit`.
    max: f64,
    /// Average of the rate that was set, in `unit`.
    avg_target: Option<f64>,
    /// Least rate that was set, in `unit`.
    min_target: Option<f64>,
    /// Greatest rate that was set, in `unit`.
    max_target: Option<f64>,
    /// Unit of the numbers.
    #[schema(example = "seeds/ha")]
    unit: String,
}

/// Names in the source, as far as it has them.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct OriginalOperationData {
    /// Name of the farm.
    original_operation_farm: Option<String>,
    /// Name of the field.
    original_operation_field: Option<String>,
    /// Name of the grower.
    original_operation_grower: Option<String>,
    /// The source's own word for the kind of work.
    original_operation_type: Option<String>,
}

/// What a machine is: one that drives, or one that works behind or before it.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum MachineKind {
    Machine,
    Implement,
}

/// A machine or an implement.
#[derive(ToSchema)]
#[schema(as = MachineInfo, rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Machine {
    /// Its name in the source.
    name: String,
    /// Which of the two it is.
    r#type: MachineKind,
    /// Its serial number.
    serial_number: Option<String>,
    /// Its maker; `unknown` where the source does not say.
    brand: String,
}

/// A variety or hybrid: what was planted or harvested of it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Variety {
    /// Its name; the crop's where the source names none.
    name: String,
    /// The ground that it was on.
    area: Option<Total>,
    /// Planting: the seed rate.
    rate: Option<PlantedRate>,
    /// Planting: the seed of it.
    total_planted: Option<Total>,
    /// Harvest: the moisture, percent.
    harvest_moisture: Option<Statistic>,
    /// Harvest: mass as harvested.
    wet_mass: Option<Total>,
    /// Harvest: mass at the crop's standard moisture.
    dry_mass: Option<Total>,
    /// Harvest: volume as harvested.
    wet_volume: Option<Total>,
    /// Harvest: volume at the crop's standard moisture.
    dry_volume: Option<Total>,
    /// Harvest: mass per area as harvested.
    wet_mass_per_area: Option<Total>,
    /// Harvest: mass per area at the crop's standard moisture.
    dry_mass_per_area: Option<Total>,
    /// Harvest: volume per area as harvested.
    wet_volume_per_area: Option<Total>,
    /// Harvest: volume per area at the crop's standard moisture.
    dry_volume_per_area: Option<Total>,
}

/// A product that was applied.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct AppliedProduct {
    /// Its name; `unknown` where the source names none.
    name: String,
    /// `Component` of the mix, or its `Carrier`.
    #[schema(example = "Component")]
    r#type: String,
    /// How much of it per area.
    rate: Option<Total>,
    /// How much of it in all.
    total_applied: Option<Total>,
    /// The ground that it was on.
    area: Option<Total>,
}

/// A total of the machine's display, with ours beside it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct DisplayTotal {
    /// What the display calls it.
    name: String,
    /// The display's value, in `unit`.
    value: f64,
    /// Unit of both values.
    #[schema(example = "ha")]
    unit: String,
    /// Our value, in `unit`, where there is one that compares.
    ours: Option<f64>,
    /// How far ours is above (or below) the display's, percent of the display's.
    difference_percentage: Option<f64>,
    /// The likely cause of a difference of 2 % or more, for people.
    cause: Option<String>,
}

/// A result that cannot be true.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct ImplausibleResult {
    /// What the result is of.
    #[schema(example = "wetMassPerArea")]
    property: String,
    /// The result, in `unit`.
    value: f64,
    /// Unit of the numbers.
    #[schema(required)]
    unit: Option<String>,
    /// Least value that can be true, in `unit`.
    low: f64,
    /// Greatest value that can be true, in `unit`.
    high: f64,
    /// The unit in which the logged numbers would make sense, if there is one.
    #[schema(required)]
    suggested_unit: Option<String>,
    /// Two numbers of the file that contradict each other, for people, if there are.
    #[schema(required)]
    proof: Option<String>,
}

/// The ground that was covered, in hectares and metres whatever the unit system.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Coverage {
    /// Ground of all records together, hectares.
    worked_area: Total,
    /// Ground that was covered, each part counted once, hectares.
    covered_area: Total,
    /// Ground that was covered again, hectares.
    overlap_area: Total,
    /// The same in percent of the worked area.
    overlap_percentage: Option<f64>,
    /// Records that the ground is of.
    records: u64,
    /// Passes over the field.
    passes: Option<u64>,
    /// Spans of work without a longer pause.
    sessions: Option<u64>,
    /// Usual width of a pass, metres.
    swath: Option<Total>,
    /// Where on the ground of its record a position lies.
    position_of_record: Option<RecordPosition>,
}

/// Where on the ground of its record a position lies.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum RecordPosition {
    Start,
    Middle,
    End,
}

/// How the filtered output is made.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) enum CleaningProfile {
    Compat,
    Recommended,
    Depurate,
    None,
}

/// The lag of a sensor, looked for by comparing opposed passes.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct SensorLag {
    /// The lag, seconds.
    seconds: f64,
    /// Whether the values were moved by it.
    applied: bool,
    /// Why it was applied or not, for people.
    why: String,
    /// How well opposed passes agree without it: correlation, -1 to 1, without unit.
    #[schema(required)]
    correlation_before: Option<f64>,
    /// How well opposed passes agree with it: correlation, -1 to 1, without unit.
    #[schema(required)]
    correlation_after: Option<f64>,
    /// Pairs of points of opposed passes.
    pairs: u64,
}

/// Lags of the sensors that were looked at.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct SensorLags {
    /// The lag of the flow of the crop.
    flow: Option<SensorLag>,
    /// The lag of the moisture.
    moisture: Option<SensorLag>,
}

/// How the yield of one machine of the file compares with the others beside it.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct MachineAgreement {
    /// Name of the machine.
    name: String,
    /// What its values have to be multiplied by to agree with the others.
    #[schema(required)]
    factor: Option<f64>,
    /// Pairs of points beside each other.
    pairs: u64,
    /// Whether the difference is too large to be chance.
    matters: bool,
    /// Whether the factor was applied.
    applied: bool,
}

/// How a rate spreads, and how well neighbouring passes agree.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Spread {
    /// Points with a value.
    points: u64,
    /// Mean of the points, in `unit`.
    mean: f64,
    /// Mean weighted by the area of the points, in `unit`; null without areas.
    #[schema(required)]
    mean_by_area: Option<f64>,
    /// Standard deviation weighted by area, in `unit`; null without areas.
    #[schema(required)]
    standard_deviation_by_area: Option<f64>,
    /// 5th percentile, in `unit`.
    p5: f64,
    /// Median, in `unit`.
    p50: f64,
    /// 95th percentile, in `unit`.
    p95: f64,
    /// Unit of the numbers.
    #[schema(example = "kg/ha")]
    unit: String,
    /// Standard deviation in percent of the mean.
    coefficient_of_variation: Option<f64>,
    /// How well opposed neighbouring passes agree: correlation, -1 to 1, without unit.
    pass_correlation: Option<f64>,
    /// Variance between points at the same place, square of `unit`.
    nugget: Option<f64>,
    /// The same in percent of the whole variance.
    nugget_percentage: Option<f64>,
}

/// How the filtered output was made.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct Cleaning {
    /// The profile that was asked for.
    profile: CleaningProfile,
    /// The profile that was used, as the one asked for cannot judge this file.
    used_instead: Option<CleaningProfile>,
    /// Lags of sensors.
    lag: Option<SensorLags>,
    /// Seconds at the start of a pass in which the machine fills.
    pass_start_seconds: Option<f64>,
    /// Seconds at the end of a pass in which the machine empties.
    pass_end_seconds: Option<f64>,
    /// Number of points by the reason for which they were left out.
    dropped: BTreeMap<String, u64>,
    /// How the machines of the file compare.
    machines: Option<Vec<MachineAgreement>>,
    /// The rate before.
    before: Option<Spread>,
    /// The rate after.
    after: Option<Spread>,
}

/// A mass and its unit.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct CalibrationMass {
    /// The mass, in `unit`.
    value: f64,
    /// Unit of the value.
    #[schema(example = "t")]
    unit: String,
}

/// A load of a calibrated harvest.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct CalibratedLoad {
    /// When it begins, ISO 8601.
    #[schema(format = DateTime)]
    start_time: String,
    /// When it ends, ISO 8601.
    #[schema(format = DateTime)]
    end_time: String,
    /// What its masses and volumes were multiplied by.
    factor: f64,
    /// Its mass by the display.
    monitor_mass: CalibrationMass,
    /// Its mass by the scale.
    scale_mass: CalibrationMass,
    /// Points in it.
    points: u64,
}

/// The calibration of a harvest, as it was applied.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct AppliedCalibration {
    /// What masses and volumes were multiplied by.
    factor: f64,
    /// The mass by the display.
    monitor_mass: CalibrationMass,
    /// The mass by the scale.
    scale_mass: Option<CalibrationMass>,
    /// Loads of the harvest, each with its factor.
    loads: Option<Vec<CalibratedLoad>>,
    /// Points of no load.
    points_in_no_load: Option<u64>,
}

/// Totals, averages and names of the work. Which members there are depends on the kind of work and on what the source has.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct SummaryProperties {
    /// Kind of work: `applied`, `planted`, `harvested`, `tillage`, or another word where `outOfStandardOperations`
    /// lets it through.
    #[schema(example = "harvested")]
    operation_type: String,
    /// The source's own word for it.
    original_operation_type: Option<String>,
    /// Names in the source, unless `originalOperationData` is off.
    original_operation_data: Option<OriginalOperationData>,
    /// What the source says of the work.
    #[schema(example = "Pre-Emerge")]
    operation_description: Option<String>,
    /// Time of the first point, ISO 8601 in UTC; null without times.
    #[schema(required, format = DateTime)]
    start_time: Option<String>,
    /// Time of the last point, ISO 8601 in UTC; null without times.
    #[schema(required, format = DateTime)]
    end_time: Option<String>,
    /// Extension: the time zone of the place.
    #[schema(example = "America/Chicago")]
    time_zone: Option<String>,
    /// Extension: first day of the work at its place.
    #[schema(format = Date)]
    local_start_day: Option<String>,
    /// Extension: last day of the work at its place.
    #[schema(format = Date)]
    local_end_day: Option<String>,
    /// Names of the crops, lower case.
    crop: Option<Vec<String>>,
    /// The worked ground: the areas of all points together.
    total_area: Option<Total>,
    /// The way driven while working.
    total_distance: Option<Total>,
    /// Height of the ground.
    elevation: Option<Statistic>,
    /// Speed over ground.
    speed: Option<Statistic>,
    /// Machines and implements.
    machinery: Option<Vec<Machine>>,
    /// Fuel used in all.
    total_fuel_used: Option<Total>,
    /// Planting: seed per area, as planted.
    seed_rate: Option<Statistic>,
    /// Planting: seed per area, as set.
    seed_rate_target: Option<Statistic>,
    /// Planting: depth of the seed.
    seed_depth: Option<Statistic>,
    /// Planting: force of the row units on the soil.
    down_force: Option<Statistic>,
    /// Planting: force beyond the one that keeps the row units in the soil.
    down_force_margin: Option<Statistic>,
    /// Planting: share of seeds that were placed singly, percent.
    singulation: Option<Statistic>,
    /// Planting: share of seeds that are missing, percent.
    skips: Option<Statistic>,
    /// Planting: share of seeds that were placed twice, percent.
    doubles: Option<Statistic>,
    /// Planting: share of the time in which the row units touched the soil, percent.
    ground_contact: Option<Statistic>,
    /// Planting: deviation of the spacing of seeds, percent.
    spacing_variation: Option<Statistic>,
    /// Planting: how quietly the row units ran, percent.
    ride_quality: Option<Statistic>,
    /// Planting: distance from seed to seed.
    seed_spacing: Option<Statistic>,
    /// Planting: the seed; seeds are whole numbers.
    total_planted: Option<Total>,
    /// Application: product per area, as applied.
    applied_rate: Option<Statistic>,
    /// Application: product per area, as set.
    applied_rate_target: Option<Statistic>,
    /// Application: product in all.
    total_applied: Option<Total>,
    /// Application: the products.
    products: Option<Vec<AppliedProduct>>,
    /// Application: whether several products were in the tank.
    tank_mix: Option<bool>,
    /// Harvest: moisture, percent.
    harvest_moisture: Option<Statistic>,
    /// Extension, harvest: moisture of the whole mass, percent.
    harvest_moisture_mass_weighted: Option<Total>,
    /// Harvest: mass as harvested, by point.
    wet_mass: Option<Statistic>,
    /// Harvest: mass at the crop's standard moisture, by point.
    dry_mass: Option<Statistic>,
    /// Harvest: mass per area as harvested.
    wet_mass_per_area: Option<Statistic>,
    /// Harvest: mass per area at the crop's standard moisture.
    dry_mass_per_area: Option<Statistic>,
    /// Harvest: volume as harvested, by point.
    wet_volume: Option<Statistic>,
    /// Harvest: volume at the crop's standard moisture, by point.
    dry_volume: Option<Statistic>,
    /// Harvest: volume per area as harvested.
    wet_volume_per_area: Option<Statistic>,
    /// Harvest: volume per area at the crop's standard moisture.
    dry_volume_per_area: Option<Statistic>,
    /// Harvest: mass as harvested.
    total_wet_mass: Option<Total>,
    /// Harvest: mass at the crop's standard moisture.
    total_dry_mass: Option<Total>,
    /// Harvest: volume as harvested.
    total_wet_volume: Option<Total>,
    /// Harvest: volume at the crop's standard moisture.
    total_dry_volume: Option<Total>,
    /// Harvest: flow of the crop through the machine.
    crop_flow: Option<Statistic>,
    /// Harvest: protein of the grain, percent.
    protein_percentage: Option<Statistic>,
    /// Extension, harvest: the calibration that was applied.
    calibration: Option<AppliedCalibration>,
    /// Planting and harvest: varieties or hybrids.
    varieties: Option<Vec<Variety>>,
    /// Tillage: depth as worked.
    tillage_depth_actual: Option<Statistic>,
    /// Tillage: depth as set.
    tillage_depth_target: Option<Statistic>,
    /// Tillage: kinds of it.
    till_type: Option<Vec<String>>,
    /// Extension: totals of the machine's display beside ours.
    display_totals: Option<Vec<DisplayTotal>>,
    /// Extension: results that cannot be true.
    plausibility: Option<Vec<ImplausibleResult>>,
    /// Extension: the ground that was covered.
    coverage: Option<Coverage>,
    /// Extension: how the filtered output was made.
    cleaning: Option<Cleaning>,
}

/// The summary of a machine file, as a GeoJSON feature.
#[derive(ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "describes a body")]
pub(crate) struct FileSummary {
    /// Always `Feature`.
    r#type: FeatureType,
    /// Totals, averages and names.
    properties: SummaryProperties,
    /// The worked area.
    geometry: MultiPolygon,
}
