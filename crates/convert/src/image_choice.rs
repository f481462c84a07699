//! Which properties have an image.

pub(crate) use crate::configuration::ImageAttributes;
use tramline_model::{OperationType, Property};

/// Whether a property of an operation has an image: all have one of operations that are not named,
/// only those that are `true` of one that is.
pub(crate) fn is_wanted(
    attributes: &ImageAttributes,
    operation: &OperationType,
    property: Property,
) -> bool {
    let named = attributes.get(operation.name());
    named.is_none_or(|named| named.get(property.name()).copied().unwrap_or(false))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_operation_that_is_named_has_the_images_that_are_true() {
        let attributes = json!({ "harvested": { "wetMassPerArea": true, "speed": false } });
        let attributes: ImageAttributes = serde_json::from_value(attributes).expect("attributes");
        let wanted = |operation, property| is_wanted(&attributes, &operation, property);
        assert!(wanted(OperationType::Harvested, Property::WetMassPerArea));
        assert!(!wanted(OperationType::Harvested, Property::Speed));
        assert!(!wanted(OperationType::Harvested, Property::Elevation));
        assert!(wanted(OperationType::Planted, Property::Speed));
    }
}
