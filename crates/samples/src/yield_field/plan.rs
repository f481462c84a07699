//! The plan of a field: what is driven, by what machine, and how its monitor errs.

/// The field, the machine and its monitor. Names are invented, masses are wet.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldPlan {
    pub seed: u64,
    /// Length of the passes.
    pub length_m: f64,
    /// Width of the field; the passes fill it as [`FieldPlan::full_passes`] tells.
    pub across_m: f64,
    pub header_m: f64,
    /// Speed in the passes; slower in the turns.
    pub speed_m_s: f64,
    /// Time from record to record.
    pub interval_s: f64,
    /// Mean of the yield over the field, and its standard deviation.
    pub mean_kg_ha: f64,
    pub deviation_kg_ha: f64,
    /// Distance at which the correlation of the yield has fallen to about a third.
    pub patch_m: f64,
    /// Pure delay from the header to the sensor.
    pub delay_s: f64,
    /// Mean time of the exponential mixing, which comes on top of the delay.
    pub mixing_s: f64,
    /// Standard deviation of the sensor's reading, as a share of it.
    pub noise: f64,
    /// Share of the records with a spike: the reading times 0.2 or times 2.5.
    pub spikes: f64,
    /// Share of the passes in which the machine crawls once.
    pub crawls: f64,
    /// Share of the header that is filled in the last pass; 0 leaves that pass out.
    pub last_pass_share: f64,
    /// In the last pass the header stays over the field, in part over what is cut already.
    /// Otherwise it follows the edge of the crop and stands out of the field.
    pub last_pass_inside: bool,
    /// The operator sets the width of the last pass, so the monitor logs what is cut.
    pub operator_sets_width: bool,
    /// Way behind the end of the crop on which the header is still down.
    pub overrun_m: f64,
    /// Standard deviation of the error of the positions, which changes slowly.
    pub position_error_m: f64,
    /// Direction of the first pass, degrees clockwise from north.
    pub bearing_deg: f64,
    /// Mean moisture in percent.
    pub moisture: f64,
    /// Corner of the field where the first pass begins at its left, WGS 84 degrees.
    pub latitude: f64,
    pub longitude: f64,
    /// The monitor goes on logging while the header is up.
    pub logs_header_up: bool,
}
