//! Crops: the names of the standard output, test weights and standard moistures, and how the
//! words of files lead to them. The numbers are data (`data/crops.csv`, with their source).
//!
//! Two sets of numbers: `compat` is the model service's table, `market` the customary weights and
//! moistures of trade. A test weight is in pounds per US bushel, a moisture in percent wet basis.

use std::collections::HashMap;
use std::sync::OnceLock;

/// Test weight and standard moisture of one crop in one table.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct CropNumbers {
    /// Pounds per US bushel; `None` when the table has no real one.
    pub test_weight_lb_bu: Option<f64>,
    /// Percent, wet basis.
    pub standard_moisture: Option<f64>,
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

struct Table {
    crops: Vec<Crop>,
    by_name: HashMap<&'static str, usize>,
    by_words: HashMap<String, usize>,
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
        for line in include_str!("../data/crops.csv").lines().skip(1) {
            let mut cells = line.split(';');
            let mut cell = || cells.next().unwrap_or_default();
            let name = cell();
            if name.is_empty() {
                continue;
            }
            let compat = numbers(cell(), cell());
            let market = numbers(cell(), cell());
            let mass_only = cell() == "yes";
            let _source = cell();
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

fn numbers(weight: &str, moisture: &str) -> CropNumbers {
    CropNumbers {
        test_weight_lb_bu: weight.parse().ok(),
        standard_moisture: moisture.parse().ok(),
    }
}

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
        let table = table();
        let plain = text.trim().to_lowercase().replace('_', " ");
        let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
        let index = table
            .by_name
            .get(plain.as_str())
            .or_else(|| table.by_words.get(&bag(&plain)))
            .or_else(|| table.by_words.get(&bag_without_condition(&plain)))?;
        table.crops.get(*index)
    }
}

/// The words of a name in alphabetical order, abbreviations of displays written out.
fn bag(text: &str) -> String {
    sorted(words(text))
}

/// As [`bag`], without words that tell the condition of the grain and not its kind.
fn bag_without_condition(text: &str) -> String {
    sorted(words(text).filter(|word| {
        !matches!(
            *word,
            "wet" | "dry" | "grain" | "harvest" | "crop" | "commercial" | "conventional"
        )
    }))
}

fn sorted<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let mut words: Vec<&str> = words.collect();
    words.sort_unstable();
    words.join(" ")
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'')
        .filter(|w| !w.is_empty())
        .map(|word| match word {
            "hrd" => "hard",
            "sft" => "soft",
            "rd" => "red",
            "wht" => "white",
            "spr" | "sprg" => "spring",
            "wtr" | "wint" | "wntr" | "win" => "winter",
            "drm" | "dur" => "durum",
            "soybean" => "soybeans",
            other => other,
        })
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
