//! One crop of the table, with the numbers of both sets and where they come from.

use super::source::{CropSource, crop_sources};

/// Test weight and standard moisture of one crop in one table, each with its source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CropNumbers {
    /// Pounds per US bushel; `None` when the table has no real one: there are no volumes then.
    pub test_weight_lb_bu: Option<f64>,
    /// Where the test weight comes from.
    pub test_weight_source: Option<&'static CropSource>,
    /// Percent, wet basis.
    pub standard_moisture: Option<f64>,
    /// Where the standard moisture comes from.
    pub standard_moisture_source: Option<&'static CropSource>,
}

impl CropNumbers {
    /// Kilograms in one litre.
    pub fn kilograms_per_litre(&self) -> Option<f64> {
        const POUND: f64 = 0.453_592_37;
        const BUSHEL_LITRES: f64 = 35.239_070_166_88;
        self.test_weight_lb_bu
            .map(|weight| weight * POUND / BUSHEL_LITRES)
    }
}

/// One crop of the table.
#[derive(Clone, Debug, PartialEq)]
pub struct Crop {
    /// As in the standard output: lower case, qualified behind a comma.
    pub name: &'static str,
    /// Numbers of the model service's table.
    pub compat: CropNumbers,
    /// Numbers that are customary in trade.
    pub market: CropNumbers,
    /// Taken fresh and delivered by mass (roots, forage, fibre, cane, fruit): its machines have no
    /// moisture of grain, and nobody measures it by volume.
    pub mass_only: bool,
    /// Where that is said.
    pub mass_only_source: Option<&'static CropSource>,
}

impl Crop {
    /// The sources of what is known of the crop, each once.
    pub fn sources(&self) -> impl Iterator<Item = &'static CropSource> {
        let cited = [
            self.compat.test_weight_source,
            self.compat.standard_moisture_source,
            self.market.test_weight_source,
            self.market.standard_moisture_source,
            self.mass_only_source,
        ];
        crop_sources()
            .iter()
            .filter(move |source| cited.contains(&Some(*source)))
    }
}
