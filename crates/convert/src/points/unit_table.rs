//! The unit of each property: that of the standard output, or of another unit system.

use tramline_model::unit_choice::{output_unit, unit_of_kind};
use tramline_model::{Property, Unit, UnitSystem};

/// Output units by property, with what the source logged in, of which another system's follow.
#[derive(Clone, Debug)]
pub(crate) struct UnitTable {
    system: UnitSystem,
    /// Most units of the source are those of the United States.
    imperial: bool,
    /// By property: the unit of the source's column.
    sources: Vec<Option<&'static Unit>>,
    /// By property: the unit of the output.
    units: Vec<Option<&'static Unit>>,
}

impl UnitTable {
    /// The units of properties that no source column has.
    pub(crate) fn new(system: UnitSystem, imperial: bool) -> Self {
        let units = Property::ALL
            .iter()
            .map(|property| output_unit(*property, None, system, imperial))
            .collect();
        Self {
            system,
            imperial,
            sources: vec![None; Property::ALL.len()],
            units,
        }
    }

    /// Takes in a source column of a property in `from`; the output's unit, `None` where the
    /// property has none.
    pub(crate) fn take(
        &mut self,
        property: Property,
        from: &'static Unit,
    ) -> Option<&'static Unit> {
        let to = output_unit(property, Some(from), self.system, self.imperial)?;
        if let Some(slot) = self.units.get_mut(property as usize) {
            *slot = Some(to);
        }
        if let Some(slot) = self.sources.get_mut(property as usize) {
            slot.get_or_insert(from);
        }
        Some(to)
    }

    /// The unit of a source's own column, which is no property.
    pub(crate) fn of_own(&self, from: &'static Unit) -> &'static Unit {
        unit_of_kind(from, self.system)
    }

    /// The unit of a product's planned rate: that of rates of its kind.
    pub(crate) fn of_rate(&self, from: &'static Unit) -> &'static Unit {
        if self.system == UnitSystem::Default {
            return from;
        }
        let rate = output_unit(
            Property::AppliedRate,
            Some(from),
            self.system,
            self.imperial,
        );
        rate.unwrap_or(from)
    }

    /// The unit of the source's column of a property; `None` where no column has it.
    pub(crate) fn source(&self, property: Property) -> Option<&'static Unit> {
        self.sources.get(property as usize).copied().flatten()
    }

    /// The output unit of a property.
    pub(crate) fn get(&self, property: Property) -> Option<&'static Unit> {
        self.units.get(property as usize).copied().flatten()
    }

    /// Base units in one of the property's; `None` where it has no unit.
    pub(crate) fn factor(&self, property: Property) -> Option<f64> {
        self.get(property).map(|unit| unit.factor)
    }

    /// The same properties in another unit system.
    pub(crate) fn in_system(&self, system: UnitSystem) -> Self {
        if system == self.system {
            return self.clone();
        }
        let units = Property::ALL
            .iter()
            .zip(&self.sources)
            .map(|(property, source)| output_unit(*property, *source, system, self.imperial))
            .collect();
        Self {
            system,
            units,
            ..self.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    //! A table follows the source in its own system, and the system asked for in another.

    use super::*;

    #[test]
    fn another_system_is_made_of_the_source() {
        let mut table = UnitTable::new(UnitSystem::Default, false);
        let feet = Unit::known("ft");
        assert_eq!(table.take(Property::EquipmentWidth, feet), Some(feet));
        assert_eq!(table.get(Property::EquipmentWidth), Some(feet));
        let metric = table.in_system(UnitSystem::Metric);
        assert_ne!(metric.get(Property::EquipmentWidth), Some(feet));
        let back = metric.in_system(UnitSystem::Default);
        assert_eq!(back.get(Property::EquipmentWidth), Some(feet));
        assert_eq!(table.factor(Property::Distance), Some(1.0));
    }
}
