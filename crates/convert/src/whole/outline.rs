//! The worked area as the summary's geometry: the covered ground, or buffers around the points of
//! files that know no width.

use super::consumer::{Consumer, Out, Rows, Subject};
use super::point_outline::PointOutline;
use crate::describe::summary;
use crate::error::RunError;
use crate::points::standardised::Standardised;
use arrow_array::{Array, Float64Array, RecordBatch};
use serde_json::value::to_raw_value;
use tramline_model::Property;
use tramline_outputs::Sink;

enum Outline<'a> {
    /// Known from the widths.
    Covered(&'a geo::MultiPolygon<f64>),
    Around(PointOutline),
}

/// Every summary has a geometry.
pub(crate) fn begin<'a>(
    subject: &Subject<'a>,
    _: &mut dyn Sink,
) -> Result<Option<Box<dyn Consumer + 'a>>, RunError> {
    let outline = match subject.covered {
        Some(covered) => Outline::Covered(covered),
        None => {
            let results = subject.standard.standardised();
            let bounds = results.totals.bounds.unwrap_or_default();
            Outline::Around(PointOutline::new(bounds, buffer_radius(&results)))
        }
    };
    Ok(Some(Box::new(outline)))
}

impl Consumer for Outline<'_> {
    fn batch(
        &mut self,
        batch: &RecordBatch,
        _: &Rows<'_>,
        _: &mut Out<'_>,
    ) -> Result<(), RunError> {
        if let Self::Around(around) = self {
            surround(around, batch);
        }
        Ok(())
    }

    fn finish(self: Box<Self>, out: &mut Out<'_>) -> Result<(), RunError> {
        let geometry = match *self {
            Self::Covered(covered) => to_raw_value(&summary::geometry(covered)),
            Self::Around(around) => to_raw_value(&around.geometry()),
        };
        out.described.geometry = Some(geometry.map_err(RunError::shape)?);
        Ok(())
    }
}

fn surround(around: &mut PointOutline, batch: &RecordBatch) {
    let column = |property: Property| {
        batch
            .column_by_name(property.name())
            .and_then(|array| array.as_any().downcast_ref::<Float64Array>())
    };
    if let (Some(longitudes), Some(latitudes)) =
        (column(Property::Longitude), column(Property::Latitude))
    {
        for (longitude, latitude) in longitudes.iter().zip(latitudes) {
            if let (Some(longitude), Some(latitude)) = (longitude, latitude) {
                around.add(longitude, latitude);
            }
        }
    }
}

/// Half the implement's width, else half the way between points, in metres.
fn buffer_radius(results: &Standardised<'_>) -> f64 {
    let metres = |property: Property| {
        let factor = results.units.factor(property).unwrap_or(1.0);
        let mean = results.totals.statistic(property).mean();
        mean.map(|mean| mean * factor)
    };
    let width = metres(Property::EquipmentWidth).filter(|w| *w > 0.0);
    width.or_else(|| metres(Property::Distance)).unwrap_or(2.0) / 2.0
}
