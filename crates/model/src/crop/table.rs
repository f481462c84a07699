//! The crops as `data/crops.csv` has them, and the ways from words to a crop.

use super::entry::{Crop, CropNumbers};
use super::source::source_of_key;
use super::words::{bag, bag_without_condition};
use std::collections::HashMap;
use std::sync::OnceLock;

/// A density that means "not defined" in the model service's table.
const PLACEHOLDER_LB_BU: f64 = 1.0;

impl Crop {
    /// Every crop of the table, by name.
    pub fn all() -> &'static [Self] {
        &table().crops
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

struct Table {
    crops: Vec<Crop>,
    by_name: HashMap<&'static str, usize>,
    by_words: HashMap<String, usize>,
}

impl Table {
    /// By the whole name, then by its words, then by its words without the grain's condition.
    fn find(&self, text: &str) -> Option<&Crop> {
        let plain = text.trim().to_lowercase().replace('_', " ");
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let index = self
            .by_name
            .get(plain.as_str())
            .or_else(|| self.by_words.get(&bag(&plain)))
            .or_else(|| self.by_words.get(&bag_without_condition(&plain)))?;
        self.crops.get(*index)
    }
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table {
            crops: Vec::new(),
            by_name: HashMap::new(),
            by_words: HashMap::new(),
        };
        let mut aliases: Vec<(&'static str, usize)> = Vec::new();
        for line in include_str!("../../data/crops.csv").lines().skip(1) {
            let mut cells = line.split(';');
            let mut cell = || cells.next().unwrap_or_default();
            let name = cell();
            if name.is_empty() {
                continue;
            }
            let compat = numbers([cell(), cell(), cell(), cell()]);
            let market = numbers([cell(), cell(), cell(), cell()]);
            let mass_only = cell() == "yes";
            let mass_only_source = source_of_key(cell()).filter(|_| mass_only);
            let index = table.crops.len();
            aliases.extend(
                cell()
                    .split('|')
                    .filter(|a| !a.is_empty())
                    .map(|a| (a, index)),
            );
            table.crops.push(Crop {
                name,
                compat,
                market,
                mass_only,
                mass_only_source,
            });
            table.by_name.insert(name, index);
            // Of `wheat, hard red winter` and `hard red winter wheat` the first one stands.
            let words = bag(name);
            if name.contains(',') || !table.by_words.contains_key(&words) {
                table.by_words.insert(words, index);
            }
        }
        for (alias, index) in aliases {
            table.by_name.entry(alias).or_insert(index);
            table.by_words.entry(bag(alias)).or_insert(index);
        }
        table
    })
}

/// The cells of one table: weight, its source, moisture, its source.
fn numbers([weight, weight_source, moisture, moisture_source]: [&str; 4]) -> CropNumbers {
    let test_weight_lb_bu = weight
        .parse()
        .ok()
        .filter(|weight| *weight > PLACEHOLDER_LB_BU);
    let standard_moisture: Option<f64> = moisture.parse().ok();
    CropNumbers {
        test_weight_lb_bu,
        test_weight_source: test_weight_lb_bu.and_then(|_| source_of_key(weight_source)),
        standard_moisture,
        standard_moisture_source: standard_moisture.and_then(|_| source_of_key(moisture_source)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_density_of_one_is_no_density() {
        let found = numbers(["1", "model", "12", "model"]);
        assert_eq!(found.test_weight_lb_bu, None);
        assert_eq!(found.test_weight_source, None);
        assert_eq!(found.kilograms_per_litre(), None);
        assert_eq!(found.standard_moisture, Some(12.0));
        assert_eq!(found.standard_moisture_source.map(|s| s.key), Some("model"));
        assert_eq!(numbers([""; 4]), CropNumbers::default());
    }
}
