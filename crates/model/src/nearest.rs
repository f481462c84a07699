//! The name that a person probably meant: for refusals of words that nothing knows.
//!
//! Rule: letter case and everything that is neither letter nor digit do not count. A word that is
//! unlike all names has no nearest one.

use strsim::{damerau_levenshtein, jaro_winkler};

/// Letters of a word that are looked at: what is longer is no name.
const LETTERS: usize = 100;
/// Alike enough to be told, of 1.
const ALIKE: f64 = 0.82;
/// Letters that may be wrong, as one in so many.
const ONE_WRONG_IN: usize = 3;

/// The known name that is most like `word`; of equals the first. `None` where none is alike.
///
/// ```
/// use tramline_model::nearest;
/// let known = ["default", "metric", "imperial"];
/// assert_eq!(nearest("Metrik", known), Some("metric"));
/// assert_eq!(nearest("furlongs", known), None);
/// ```
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = letters(word);
    if wanted.is_empty() {
        return None;
    }
    let mut best: Option<(f64, &str)> = None;
    for name in known {
        let alike = likeness(&wanted, &letters(name));
        if alike >= ALIKE && best.is_none_or(|(most, _)| alike > most) {
            best = Some((alike, name));
        }
    }
    best.map(|(_, name)| name)
}

/// `; did you mean NAME?`, or nothing where no name is alike: the end of a refusal.
pub fn did_you_mean<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, known).map_or_else(String::new, |name| format!("; did you mean `{name}`?"))
}

fn letters(text: &str) -> String {
    text.chars()
        .filter(|letter| letter.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .take(LETTERS)
        .collect()
}

/// 1 for the same letters, 0 for words that have nothing to do with each other.
fn likeness(wanted: &str, name: &str) -> f64 {
    let (short, long) = (
        wanted.chars().count().min(name.chars().count()),
        wanted.chars().count().max(name.chars().count()),
    );
    if long == 0 || short == 0 {
        return 0.0;
    }
    let wrong = damerau_levenshtein(wanted, name);
    if wrong == 0 {
        return 1.0;
    }
    // A part of the name, or the name and more: at least half of it.
    let part = short >= 3 && (name.contains(wanted) || wanted.contains(name));
    let by_part = if part && short * 2 >= long { 0.9 } else { 0.0 };
    let by_letters = if wrong * ONE_WRONG_IN <= long {
        jaro_winkler(wanted, name).max(ALIKE)
    } else {
        0.0
    };
    by_letters.max(by_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_spelling_is_found_or_none_is_told() {
        let keys = [
            "outOfStandardOperations",
            "operationsRemoveOutliers",
            "operationsOutliersLimit",
            "filterProfile",
            "fileImages",
            "unitMeasurement",
        ];
        let properties = [
            "wetMassPerArea",
            "dryMassPerArea",
            "dryMass",
            "harvestMoisture",
        ];
        let makers = ["CNHI", "JohnDeere", "Trimble", "AgLeader"];
        let cases: &[(&str, &[&str], Option<&str>)] = &[
            (
                "outofstandardOperation",
                &keys,
                Some("outOfStandardOperations"),
            ),
            ("FilterProfil", &keys, Some("filterProfile")),
            ("fileimage", &keys, Some("fileImages")),
            ("unitMesurement", &keys, Some("unitMeasurement")),
            ("sunshine", &keys, None),
            ("", &keys, None),
            ("dryMassPerHectare", &properties, Some("dryMassPerArea")),
            ("wet_mass_per_area", &properties, Some("wetMassPerArea")),
            ("moisture", &properties, Some("harvestMoisture")),
            ("John Deere", &makers, Some("JohnDeere")),
            ("Deere", &makers, Some("JohnDeere")),
            ("Trimbel", &makers, Some("Trimble")),
            ("Nobody", &makers, None),
            ("ürgendwas", &makers, None),
        ];
        for (word, known, expected) in cases {
            assert_eq!(nearest(word, known.iter().copied()), *expected, "{word}");
        }
        assert_eq!(nearest(&"x".repeat(1 << 16), keys), None);
        assert_eq!(did_you_mean("Trimbel", makers), "; did you mean `Trimble`?");
        assert_eq!(did_you_mean("Nobody", makers), "");
    }
}
