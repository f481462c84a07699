//! Crops: the names of the standard output, test weights and standard moistures, and how the
//! words of files lead to them. The numbers are data (`data/crops.csv`), and each one names its
//! source (`data/crop-sources.csv`).
//!
//! Two sets of numbers: `compat` is the model service's table, `market` the customary weights and
//! moistures of trade. A test weight is in pounds per US bushel, a moisture in percent wet basis.

mod source;
mod table;
mod words;

pub use source::{CropSource, SourceStatus, crop_sources};

use table::table;

/// Test weight and standard moisture of one crop in one table, each with its source.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CropNumbers {
    /// Pounds per US bushel; `None` when the table has no real one: there are no volumes then.
    pub test_weight_lb_bu: Option<f64>,
    pub test_weight_source: Option<&'static CropSource>,
    /// Percent, wet basis.
    pub standard_moisture: Option<f64>,
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
    pub compat: CropNumbers,
    pub market: CropNumbers,
    /// Delivered by mass only (sugar cane): volumes are not expected.
    pub mass_only: bool,
}

/// The name that stands for a crop that no table knows.
pub const UNKNOWN: &str = "unknown";

impl Crop {
    /// Every crop of the table, by name.
    pub fn all() -> &'static [Self] {
        &table().crops
    }

    /// The sources of the crop's numbers in both tables, each once.
    pub fn sources(&self) -> impl Iterator<Item = &'static CropSource> {
        let cited = [
            self.compat.test_weight_source,
            self.compat.standard_moisture_source,
            self.market.test_weight_source,
            self.market.standard_moisture_source,
        ];
        crop_sources()
            .iter()
            .filter(move |source| cited.contains(&Some(*source)))
    }

    /// The crop that a file's word means: `CORN_WET`, `Wheat (Hrd Rd Spr)`, `Soja`, …. Text as
    /// long as no name of a crop is not looked at.
    ///
    /// ```
    /// use tramline_model::Crop;
    /// assert_eq!(Crop::find("WHEAT_HARD_RED_SPR").map(|c| c.name), Some("wheat, hard red spring"));
    /// assert_eq!(Crop::find("moon dust"), None);
    /// ```
    pub fn find(text: &str) -> Option<&'static Self> {
        if text.len() > 120 {
            return None;
        }
        table().find(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> Option<&'static str> {
        Crop::find(text).map(|crop| crop.name)
    }

    #[test]
    fn words_of_files_lead_to_names_of_the_table() {
        let cases = [
            ("Corn", "corn"),
            ("CORN_WET", "corn"),
            ("milho", "corn"),
            ("Körnermais", "corn"),
            ("MAIS", "corn"),
            ("corn, waxy", "corn"),
            ("White Corn", "corn, white"),
            ("soja", "soybeans"),
            ("SOYBEANS", "soybeans"),
            ("Soybean", "soybeans"),
            ("WHEAT_HARD_RED_SPR", "wheat, hard red spring"),
            ("Wheat (Sft Rd Wtr)", "wheat, soft red winter"),
            ("WHEAT_HARD_RED_WINTER", "wheat, hard red winter"),
            ("hard red winter wheat", "hard red winter wheat"),
            ("wheat (hrd rd spr)", "wheat (hrd rd spr)"),
            ("Trigo", "wheat"),
            ("Winterweizen", "winter wheat"),
            ("barley, spring", "spring barley"),
            ("Peas (Field)", "field peas"),
            ("Oats", "oats"),
            ("Zuckerrüben", "sugar beet"),
        ];
        for (text, expected) in cases {
            assert_eq!(name(text), Some(expected), "{text}");
        }
        assert_eq!(name("unobtainium"), None);
        assert_eq!(name(""), None);
        assert_eq!(name(&"corn ".repeat(50)), None);
    }

    #[test]
    fn every_name_finds_itself_and_numbers_are_sane() {
        assert!(Crop::all().len() > 200);
        for crop in Crop::all() {
            assert_eq!(name(crop.name), Some(crop.name));
            for numbers in [crop.compat, crop.market] {
                assert!(
                    numbers
                        .test_weight_lb_bu
                        .is_none_or(|w| w > 1.0 && w < 130.0)
                );
                assert!(
                    numbers
                        .standard_moisture
                        .is_none_or(|m| (1.0..=20.0).contains(&m))
                );
            }
        }
        let corn = Crop::find("corn").expect("in the table");
        assert_eq!(corn.compat.standard_moisture, Some(15.0));
        assert_eq!(corn.market.standard_moisture, Some(15.5));
        // 56 lb/bu is 720.82 kg/m3 (12.8718597805 kg/m3 for one lb/bu).
        let density = corn
            .compat
            .kilograms_per_litre()
            .expect("has a test weight");
        assert!((density * 1000.0 / (56.0 * 12.871_859_780_5) - 1.0).abs() < 1e-9);
    }
}
