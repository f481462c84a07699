//! A column of products in a harvest or a planting: the crop, or its variety.
//!
//! Rule: a product that is a crop's name is the crop; in an export of SMS any other one is the
//! variety, as that program calls varieties products.

use super::{Family, Mapping};
use std::collections::BTreeSet;
use tramline_model::{Crop, OperationType, Property};

/// Different texts of a column that are looked at.
const TEXTS: usize = 64;

/// Settles what the column of products is, by its texts in the first rows.
pub(crate) fn settle<'t, Texts>(
    mapping: &mut Mapping,
    operation: Option<&OperationType>,
    texts: impl Fn(usize) -> Texts,
) where
    Texts: Iterator<Item = &'t str>,
{
    // A number is no crop, but for the exports that number crops.
    let crop = mapping.column(Property::Crop);
    if let Some(at) = crop.filter(|_| mapping.family != Family::DeereOperationsCenter) {
        let mut names = texts(at).map(str::trim).filter(|t| !t.is_empty()).take(200);
        if names.next().is_some_and(|t| t.parse::<f64>().is_ok())
            && names.all(|t| t.parse::<f64>().is_ok())
            && let Some(slot) = mapping.columns.get_mut(at)
        {
            *slot = None;
        }
    }
    let operation = operation.or(mapping.operation_type.as_ref());
    let grown = matches!(
        operation,
        Some(OperationType::Harvested | OperationType::Planted)
    );
    let Some(at) = mapping.column(Property::Product).filter(|_| grown) else {
        return;
    };
    let different: BTreeSet<&str> = texts(at)
        .map(|text| text.trim().trim_matches('"').trim())
        .filter(|text| !text.is_empty())
        .take(4_096)
        .collect();
    if different.is_empty() || different.len() > TEXTS {
        return;
    }
    let crops = different.iter().all(|text| Crop::find(text).is_some());
    let sms = matches!(mapping.family, Family::SmsNamed | Family::SmsTemplate1);
    let property = if crops {
        Property::Crop
    } else if sms {
        Property::Variety
    } else {
        return;
    };
    if mapping.column(property).is_none()
        && let Some(Some(meaning)) = mapping.columns.get_mut(at)
    {
        meaning.property = property;
    }
}
