//! Harvest rows after the sensor's lag is taken back: mass and moisture are those of the place,
//! and what follows from them is computed anew.

use crate::points::columns::{Columns, Texts, number_array};
use crate::points::context::Context;
use crate::points::noticed::Noticed;
use crate::steps::yields;
use arrow_array::{Array, Float64Array, RecordBatch};
use arrow_schema::ArrowError;
use tramline_model::Property;

/// The rows with `mass_kg` and, where it is a number, `moisture` (percent). Rows without mass
/// stay as they are.
pub(crate) fn lagged(
    context: &Context,
    batch: &RecordBatch,
    mass_kg: &[f32],
    moisture: &[f32],
) -> Result<RecordBatch, ArrowError> {
    let rows = batch.num_rows();
    let logged = |property: Property| -> Vec<f64> {
        batch
            .column_by_name(property.name())
            .and_then(|array| array.as_any().downcast_ref::<Float64Array>())
            .map_or_else(
                || vec![f64::NAN; rows],
                |array| array.iter().map(|v| v.unwrap_or(f64::NAN)).collect(),
            )
    };
    let factor = |property| context.units.factor(property).unwrap_or(1.0);
    let at = |values: &[f32], row: usize| values.get(row).map_or(f64::NAN, |v| f64::from(*v));
    let mut computed = Columns::new(rows);
    let mass_factor = factor(Property::WetMass);
    let masses: Vec<f64> = logged(Property::WetMass)
        .into_iter()
        .enumerate()
        .map(|(row, logged)| match at(mass_kg, row) {
            mass if mass.is_nan() => logged,
            mass => mass / mass_factor,
        })
        .collect();
    let flow_factor = factor(Property::CropFlow);
    let interval_factor = factor(Property::SamplingInterval);
    let intervals = logged(Property::SamplingInterval);
    let flows: Vec<f64> = logged(Property::CropFlow)
        .into_iter()
        .enumerate()
        .map(|(row, logged)| {
            let seconds = intervals.get(row).copied().unwrap_or(f64::NAN) * interval_factor;
            let mass = at(mass_kg, row);
            if seconds > 0.0 && !mass.is_nan() && !logged.is_nan() {
                mass / seconds / flow_factor
            } else {
                logged
            }
        })
        .collect();
    let moistures: Vec<f64> = logged(Property::HarvestMoisture)
        .into_iter()
        .enumerate()
        .map(|(row, logged)| match at(moisture, row) {
            late if late.is_nan() => logged,
            late => late,
        })
        .collect();
    computed.set_number(Property::WetMass, masses);
    computed.set_number(Property::CropFlow, flows);
    computed.set_number(Property::HarvestMoisture, moistures);
    computed.set_number(Property::SamplingInterval, intervals);
    computed.set_number(Property::Area, logged(Property::Area));
    if let Some(crops) = batch
        .column_by_name(Property::Crop.name())
        .and_then(Texts::read)
    {
        computed.set_text(Property::Crop, crops);
    }
    // What is noticed now was noticed the first time.
    let seconds = vec![f64::NAN; rows];
    yields::derive(&mut computed, context, &seconds, &mut Noticed::default());
    let mut columns = batch.columns().to_vec();
    let changed = Property::YIELD
        .into_iter()
        .chain([Property::HarvestMoisture, Property::CropFlow]);
    for property in changed {
        if let Ok(index) = batch.schema_ref().index_of(property.name())
            && let Some(slot) = columns.get_mut(index)
        {
            *slot = number_array(computed.take_number(property));
        }
    }
    RecordBatch::try_new(batch.schema(), columns)
}
