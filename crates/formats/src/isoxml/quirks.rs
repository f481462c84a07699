//! Makers of terminals, by the words that their task data carry, and what their files do that the
//! standard does not expect. Evidence: public task data sets that the tests read, named by terminal.
//!
//! Rule: no maker switches code on or off. A quirk is met by a rule that is right for every file,
//! since software of one maker writes what terminals of another logged; this table says which rule.

use tramline_model::Provider;

/// A maker of terminals or of the software behind them.
#[derive(Debug)]
pub struct Maker {
    /// Lower-case words of `TaskControllerManufacturer` or `ManagementSoftwareManufacturer`.
    words: &'static [&'static str],
    /// What people call the maker.
    pub name: &'static str,
    /// The API's provider; `Leaf` where it has no code for the maker.
    pub provider: Provider,
    /// What the files of the maker do.
    pub quirks: &'static [Quirk],
}

/// Something that a maker's files do.
#[derive(Debug)]
pub struct Quirk {
    /// What the files do.
    pub what: &'static str,
    /// The rule of the reader that meets it.
    pub rule: &'static str,
}

const fn maker(
    name: &'static str,
    words: &'static [&'static str],
    provider: Provider,
    quirks: &'static [Quirk],
) -> Maker {
    Maker {
        words,
        name,
        provider,
        quirks,
    }
}

const fn quirk(what: &'static str, rule: &'static str) -> Quirk {
    Quirk { what, rule }
}

/// Makers in the order in which their words are looked for: an alliance's brands first.
pub static MAKERS: &[Maker] = &[
    maker(
        "CNH (Case IH, New Holland, Steyr)",
        &["cnh", "case ih", "new holland", "steyr"],
        Provider::Cnhi,
        &[
            quirk(
                "position status fixed in the header of the log",
                "the log's template decides",
            ),
            quirk(
                "one DDI and element several times, told apart by PGN bits",
                "values are keyed by their place in the header",
            ),
            quirk(
                "COV and JSN files beside the task data",
                "left out, with the reason",
            ),
        ],
    ),
    maker(
        "Trimble",
        &["trimble"],
        Provider::Trimble,
        &[
            quirk(
                "encoding spelled ISO8859-1, without its hyphen",
                "aliases of encodings",
            ),
            quirk(
                "time logs of 0 bytes",
                "empty logs are noted and cost nothing",
            ),
            quirk(
                "yield in a DDI of its own",
                "the device's own name and unit say so",
            ),
        ],
    ),
    maker(
        "Fendt",
        &["fendt"],
        Provider::Leaf,
        &[quirk(
            "one DDI and element several times, told apart by PGN bits",
            "values are keyed by their place in the header",
        )],
    ),
    maker(
        "MicroTrak",
        &["microtrak", "micro-trak"],
        Provider::Leaf,
        &[],
    ),
    maker(
        "AGCO",
        &["agco"],
        Provider::Leaf,
        &[
            quirk(
                "positions 0/0 before the first fix",
                "kept for totals, without place",
            ),
            quirk(
                "device class 105 of a sprayer controller",
                "logged values tell the kind of work before the class does",
            ),
        ],
    ),
    maker(
        "KRONE",
        &["krone"],
        Provider::Leaf,
        &[
            quirk(
                "position status 15 with good positions",
                "the status is a column and no filter",
            ),
            quirk(
                "a chopper that says device class 0, a baler that says 7",
                "logged values tell the kind of work before the class does",
            ),
            quirk(
                "work cut into two tasks at midnight",
                "each task is a machine file; merging adds them",
            ),
        ],
    ),
    maker(
        "CCI",
        &["cci"],
        Provider::Leaf,
        &[
            quirk(
                "position status 15 with good positions",
                "the status is a column and no filter",
            ),
            quirk(
                "headers of logs without closing tag",
                "their tags are read one by one",
            ),
            quirk(
                "one log named by several tasks",
                "counted once, for the first",
            ),
        ],
    ),
    maker(
        "Topcon",
        &["topcon"],
        Provider::Leaf,
        &[
            quirk(
                "task times two hours from the log's",
                "the offset comes from GPS time, else from a time with zone",
            ),
            quirk(
                "devices and products in external files",
                "read; a missing one is a finding",
            ),
        ],
    ),
    maker(
        "Kverneland",
        &["kverneland"],
        Provider::Leaf,
        &[
            quirk(
                "names of files in other letters than in the task data",
                "letter case is ignored within a folder",
            ),
            quirk(
                "logs whose every position is 0/0",
                "kept for totals, without place",
            ),
        ],
    ),
    maker("SDF (Deutz-Fahr)", &["sdf", "deutz"], Provider::Leaf, &[]),
    maker("CLAAS", &["claas"], Provider::Leaf, &[]),
    maker(
        "Müller-Elektronik",
        &[
            "müller-elektronik",
            "mueller-elektronik",
            "müller elektronik",
        ],
        Provider::Leaf,
        &[],
    ),
    maker("Amazone", &["amazone"], Provider::Leaf, &[]),
    maker("Kuhn", &["kuhn"], Provider::Leaf, &[]),
    maker("Teknomika", &["teknomika"], Provider::Leaf, &[]),
    maker("Hexagon", &["hexagon"], Provider::Leaf, &[]),
    maker(
        "Ag Leader",
        &["ag leader", "agleader"],
        Provider::AgLeader,
        &[],
    ),
    maker("Stara", &["stara"], Provider::Stara, &[]),
    maker("Raven", &["raven"], Provider::RavenSlingshot, &[]),
    maker(
        "John Deere",
        &["john deere", "deere"],
        Provider::JohnDeere,
        &[],
    ),
    maker(
        "Precision Planting",
        &["precision planting"],
        Provider::PrecisionPlanting,
        &[],
    ),
];

/// The maker of the terminal, else of the software behind it.
pub fn maker_of(terminal: Option<&str>, software: Option<&str>) -> Option<&'static Maker> {
    let named = |text: Option<&str>| {
        let text = text?.to_lowercase();
        MAKERS
            .iter()
            .find(|maker| maker.words.iter().any(|word| contains_word(&text, word)))
    };
    named(terminal).or_else(|| named(software))
}

/// Whether a word stands in a text and is no part of a longer one (`cci` in `Vaccine`).
fn contains_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text.get(..at).and_then(|rest| rest.chars().next_back());
        let after = text
            .get(at + word.len()..)
            .and_then(|rest| rest.chars().next());
        !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn terminals_are_known_by_the_words_in_their_files() {
        let cases = [
            (
                Some("CNH Industrial N.V."),
                None,
                "CNH (Case IH, New Holland, Steyr)",
                Provider::Cnhi,
            ),
            (
                Some("Trimble Navigation"),
                None,
                "Trimble",
                Provider::Trimble,
            ),
            (Some("AGCO GmbH / Fendt"), None, "Fendt", Provider::Leaf),
            (Some("AGCO"), Some("Toolbox"), "AGCO", Provider::Leaf),
            (Some("KRONE Smart Connect"), None, "KRONE", Provider::Leaf),
            (Some("CCI"), Some("FarmSystem"), "CCI", Provider::Leaf),
            (
                Some("Topcon Precision Agriculture"),
                Some("FarmFacts"),
                "Topcon",
                Provider::Leaf,
            ),
            (
                Some("Kverneland Group Mechatronics"),
                None,
                "Kverneland",
                Provider::Leaf,
            ),
            (
                Some("SDF Guidance"),
                Some("Farmdok"),
                "SDF (Deutz-Fahr)",
                Provider::Leaf,
            ),
            (None, Some("Stara S.A."), "Stara", Provider::Stara),
            (
                Some("unknown"),
                Some("Raven Industries"),
                "Raven",
                Provider::RavenSlingshot,
            ),
            (
                Some("Ag Leader Technology"),
                None,
                "Ag Leader",
                Provider::AgLeader,
            ),
            (
                Some("Müller-Elektronik GmbH"),
                None,
                "Müller-Elektronik",
                Provider::Leaf,
            ),
        ];
        for (terminal, software, name, provider) in cases {
            let maker = maker_of(terminal, software).expect(name);
            assert_eq!(
                (maker.name, maker.provider),
                (name, provider),
                "{terminal:?}"
            );
        }
        assert!(maker_of(Some("Vaccine Ltd"), Some("dev4Ag")).is_none());
        assert!(maker_of(None, None).is_none());
    }
}
