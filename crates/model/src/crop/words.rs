//! Words of crop names, compared without regard to their order.

/// The words of a name in alphabetical order, abbreviations of displays written out.
pub(super) fn bag(text: &str) -> String {
    sorted(words(text))
}

/// As [`bag`], without words that tell the condition of the grain and not its kind.
pub(super) fn bag_without_condition(text: &str) -> String {
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
