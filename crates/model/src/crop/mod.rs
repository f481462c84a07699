//! Crops: the names of the standard output, test weights and standard moistures, and how the
//! words of files lead to them. The numbers are data (`data/crops.csv`), and each one names its
//! source (`data/crop-sources.csv`).
//!
//! Two sets of numbers: `compat` is the model service's table, `market` the customary weights and
//! moistures of trade. A test weight is in pounds per US bushel, a moisture in percent wet basis.

mod entry;
mod source;
mod table;
mod words;

pub use entry::{Crop, CropNumbers};
pub(crate) use source::parsed as parsed_sources;
pub use source::{CropSource, SourceStatus, crop_sources};

/// The name that stands for a crop that no table knows.
pub const UNKNOWN: &str = "unknown";

/// Whether a file's word for the crop says that it names none: `Unknown`, `n/a`, `---`, `unbekannt`.
pub fn names_none(text: &str) -> bool {
    const WORDS: [&str; 24] = [
        "unknown",
        "none",
        "no crop",
        "na",
        "n a",
        "nil",
        "null",
        "undefined",
        "unspecified",
        "not set",
        "not specified",
        "default",
        "other",
        "unbekannt",
        "keine",
        "inconnu",
        "inconnue",
        "aucune",
        "desconocido",
        "ninguno",
        "desconhecido",
        "sconosciuto",
        "nieznany",
        "ukendt",
    ];
    if text.len() > 40 {
        return false;
    }
    let plain: String = text
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    let plain = plain.to_lowercase();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    plain.is_empty() || WORDS.contains(&plain.as_str())
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
    fn words_that_name_no_crop_are_told_from_names() {
        for text in [
            "Unknown",
            "N/A",
            "---",
            "",
            " unbekannt ",
            "NOT_SET",
            "Desconocido",
        ] {
            assert!(names_none(text), "{text}");
        }
        for text in [
            "corn",
            "Kürbis",
            "other grains",
            "none such squash",
            &"x".repeat(99),
        ] {
            assert!(!names_none(text), "{text}");
        }
    }

    #[test]
    fn crops_that_are_delivered_by_mass_are_known_in_the_languages_of_displays() {
        let cases = [
            ("POTATOES_FOR_RETAIL", "potatoes for retail"),
            ("Kartoffeln", "potatoes"),
            ("Potatis", "potatoes"),
            ("Ziemniaki", "potatoes"),
            ("Sugarbeets", "sugar beet"),
            ("Zuckerrüben", "sugar beet"),
            ("Betterave sucrière", "sugar beet"),
            ("Remolacha azucarera", "sugar beet"),
            ("Barbabietola da zucchero", "sugar beet"),
            ("Sukkerroer", "sugar beet"),
            ("Suikerbieten", "sugar beet"),
            ("Möhren", "carrots"),
            ("Zanahoria", "carrots"),
            ("Cebola", "onions"),
            ("Uien", "onions"),
            ("Seed Cotton", "cotton"),
            ("Algodão", "cotton"),
            ("Cana-de-açúcar", "sugar cane"),
            ("Silomais", "corn, silage"),
            ("Majs til ensilage", "corn, silage"),
            ("Forage", "forage mix"),
            ("HAYLAGE", "silage"),
            ("Wine Grapes", "grapes"),
            ("Uva", "grapes"),
            ("Heu", "hay"),
        ];
        for (text, expected) in cases {
            let crop = Crop::find(text).expect(text);
            assert_eq!(crop.name, expected, "{text}");
            assert!(crop.mass_only && crop.mass_only_source.is_some(), "{text}");
        }
        for text in [
            "corn",
            "Weizen",
            "Soja",
            "colza",
            "peanuts",
            "rice",
            "grass seeds",
        ] {
            assert!(!Crop::find(text).expect(text).mass_only, "{text}");
        }
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
