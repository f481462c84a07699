//! The words of titles: what each word means in nine languages, from `data/title-words.csv`.
//!
//! Rule: a title is cut into words (blanks, signs, a capital after a small letter), letters are
//! folded to a to z, and every word means what the table says. A word may mean several things; the
//! rules of `by_words.rs` decide. In the table `=word` is the whole word, `word` its beginning and
//! `*word` any part of it, as languages that join words need.

use std::collections::HashMap;
use std::sync::OnceLock;
use tramline_model::Crop;

/// What a word of a title can mean. The names are those of the table's first column.
macro_rules! meanings {
    ($($variant:ident $name:literal),* $(,)?) => {
        /// What a word of a title can mean.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Word { $($variant),* }

        impl Word {
            const ALL: &[(Self, &str)] = &[$((Self::$variant, $name)),*];
        }
    };
}

meanings! {
    Yield "yield", Mass "mass", Volume "volume", Flow "flow", Moisture "moisture",
    Protein "protein", Width "width", Distance "distance", Speed "speed", Area "area",
    Rate "rate", Target "target", Applied "applied", Seed "seed", Count "count", Depth "depth",
    Tillage "tillage", Elevation "elevation", Heading "heading", Duration "duration", Wet "wet",
    Dry "dry", Net "net", Gross "gross", Crop "crop", Variety "variety", Product "product",
    Field "field", Farm "farm", Grower "grower", Machine "machine", Operation "operation",
    Date "date", Time "time", Status "status", Name "name", Noise "noise", Refused "refused",
}

/// A set of meanings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Words(u64);

impl Words {
    pub(super) const fn of(list: &[Word]) -> Self {
        let mut bits = 0;
        let mut at = 0;
        while at < list.len() {
            bits |= 1 << list[at] as u64;
            at += 1;
        }
        Self(bits)
    }

    pub(super) const fn has(self, word: Word) -> bool {
        self.0 & (1 << word as u64) != 0
    }

    pub(super) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub(super) const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// The words of one title.
#[derive(Clone, Debug, Default)]
pub(super) struct Read {
    /// What each word may mean; empty for a word that the table does not have.
    pub(super) tokens: Vec<Words>,
    /// The words as they were compared.
    pub(super) texts: Vec<String>,
}

/// Words of a title that are looked at.
const TOKENS: usize = 16;
/// A word this long that is cut off stands for the words that begin with it.
const CUT: usize = 4;

impl Read {
    /// Cuts a title into words and looks each one up.
    pub(super) fn of(title: &str) -> Self {
        let texts = cut(title);
        let tokens = texts.iter().map(|text| table().meaning(text)).collect();
        Self { tokens, texts }
    }

    /// Whether a word can have the meaning.
    pub(super) fn has(&self, word: Word) -> bool {
        self.tokens.iter().any(|t| t.has(word))
    }

    /// Whether a word says that the column is something else: a price, a pressure, a lag.
    pub(super) fn refused(&self) -> bool {
        self.tokens.contains(&Words::of(&[Word::Refused]))
    }

    /// Whether every word can have one of the meanings, or says nothing (`of`, `average`, `GPS`).
    pub(super) fn only(&self, list: &[Word]) -> bool {
        let wanted = Words::of(list);
        let noise = Words::of(&[Word::Noise]);
        self.tokens
            .iter()
            .all(|t| t.meets(wanted) || t.meets(noise))
    }
}

impl Read {
    /// The last word of a title that a `.dbf` cut: a letter or two that say nothing, but for the
    /// begin of a yield behind a mass or a volume.
    pub(super) fn drop_cut_end(&mut self) {
        let unknown = self.tokens.last().is_some_and(|words| words.is_empty());
        let length = self.texts.last().map_or(0, String::len);
        if !unknown || self.tokens.len() < 2 {
            return;
        }
        if length >= CUT {
            // The name of a crop: `Mass_Cotto`.
            let text = self.texts.last().map_or("", String::as_str);
            let crop = Crop::all().iter().any(|crop| crop.name.starts_with(text));
            if let Some(last) = self.tokens.last_mut().filter(|_| crop) {
                *last = Words::of(&[Word::Crop]);
            }
            return;
        }
        if length > 2 {
            return;
        }
        self.tokens.pop();
        let text = self.texts.pop().unwrap_or_default();
        let amount = self.has(Word::Mass) || self.has(Word::Volume);
        let yields = Words::of(&[Word::Yield]);
        if amount && text.len() == 2 && table().begins_with(&text, yields) {
            self.tokens.push(yields);
            self.texts.push(text);
        }
    }
}

/// The words of a title in letters a to z and digits.
pub(super) fn cut(title: &str) -> Vec<String> {
    let mut list: Vec<String> = Vec::new();
    let mut current = String::new();
    let mut before = ' ';
    for letter in title.chars() {
        if letter == '\'' || letter == '\u{2019}' || !letter.is_alphanumeric() {
            list.push(std::mem::take(&mut current));
        } else {
            let next = before.is_lowercase() && letter.is_uppercase();
            let number = before.is_alphabetic() && letter.is_ascii_digit();
            if next || number {
                list.push(std::mem::take(&mut current));
            }
            fold(letter, &mut current);
        }
        before = letter;
    }
    list.push(current);
    list.retain(|word| !word.is_empty());
    list.truncate(TOKENS);
    list
}

/// A letter without its marks, in small letters of the English alphabet.
fn fold(letter: char, into: &mut String) {
    for small in letter.to_lowercase() {
        match small {
            'à' | 'á' | 'â' | 'ã' | 'ä' | 'å' | 'ą' => into.push('a'),
            'ç' | 'ć' | 'č' => into.push('c'),
            'è' | 'é' | 'ê' | 'ë' | 'ę' => into.push('e'),
            'ì' | 'í' | 'î' | 'ï' => into.push('i'),
            'ł' => into.push('l'),
            'ñ' | 'ń' => into.push('n'),
            'ò' | 'ó' | 'ô' | 'õ' | 'ö' | 'ø' => into.push('o'),
            'ù' | 'ú' | 'û' | 'ü' => into.push('u'),
            'ś' | 'š' => into.push('s'),
            'ý' | 'ÿ' => into.push('y'),
            'ź' | 'ż' | 'ž' => into.push('z'),
            'ß' => into.push_str("ss"),
            'æ' => into.push_str("ae"),
            'œ' => into.push_str("oe"),
            other => into.push(other),
        }
    }
}

struct Table {
    whole: HashMap<&'static str, Words>,
    begins: Vec<(&'static str, Words)>,
    inside: Vec<(&'static str, Words)>,
}

impl Table {
    fn meaning(&self, text: &str) -> Words {
        if let Some(words) = self.whole.get(text) {
            return *words;
        }
        // A joined word means all that its parts mean.
        let begins = self.begins.iter().filter(|(s, _)| text.starts_with(s));
        let inside = self.inside.iter().filter(|(s, _)| text.contains(s));
        let mut found = Words::default();
        for (_, words) in begins.chain(inside) {
            found.add(*words);
        }
        if found.is_empty() && Crop::find(text).is_some() {
            Words::of(&[Word::Crop])
        } else if found.is_empty() {
            self.cut_off(text)
        } else if found.has(Word::Refused) {
            Words::of(&[Word::Refused])
        } else {
            found
        }
    }

    /// Whether a word of this meaning begins so.
    fn begins_with(&self, text: &str, wanted: Words) -> bool {
        let whole = self.whole.iter().map(|(stem, words)| (*stem, *words));
        let begins = self.begins.iter().copied();
        whole
            .chain(begins)
            .any(|(stem, words)| words.meets(wanted) && stem.starts_with(text))
    }

    /// A word whose end is missing, if all words that it can be mean the same.
    fn cut_off(&self, text: &str) -> Words {
        if text.len() < CUT || !text.bytes().all(|b| b.is_ascii_lowercase()) {
            return Words::default();
        }
        let whole = self.whole.iter().map(|(stem, words)| (*stem, *words));
        let others = self.begins.iter().chain(&self.inside).copied();
        let mut all = whole
            .chain(others)
            .filter(|(stem, _)| stem.starts_with(text));
        let Some((_, first)) = all.next() else {
            return Words::default();
        };
        if all.all(|(_, words)| words == first) {
            first
        } else {
            Words::default()
        }
    }
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(|| {
        let mut table = Table {
            whole: HashMap::new(),
            begins: Vec::new(),
            inside: Vec::new(),
        };
        for (name, cells) in rows() {
            let Some((word, _)) = Word::ALL.iter().find(|(_, n)| *n == name) else {
                continue;
            };
            let words = Words::of(&[*word]);
            for stem in cells.iter().flat_map(|cell| cell.split_whitespace()) {
                if let Some(stem) = stem.strip_prefix('=') {
                    table.whole.entry(stem).or_default().add(words);
                } else if let Some(stem) = stem.strip_prefix('*') {
                    table.inside.push((stem, words));
                } else {
                    table.begins.push((stem, words));
                }
            }
        }
        table
    })
}

/// The languages of the table, as their two letters.
pub fn languages() -> Vec<&'static str> {
    let head = TEXT.lines().next().unwrap_or_default();
    head.split(';').skip(1).collect()
}

const TEXT: &str = include_str!("../../../data/title-words.csv");

/// The rows of the table: what a word means, and the words by language.
pub fn rows() -> impl Iterator<Item = (&'static str, Vec<&'static str>)> {
    TEXT.lines().skip(1).filter_map(|line| {
        let mut cells = line.split(';');
        Some((cells.next()?, cells.collect()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_a_row_for_every_meaning_and_folded_words_only() {
        let names: Vec<&str> = rows().map(|(name, _)| name).collect();
        let known: Vec<&str> = Word::ALL.iter().map(|(_, name)| *name).collect();
        assert_eq!(names, known);
        for (name, cells) in rows() {
            assert_eq!(cells.len(), languages().len(), "{name}");
            for stem in cells.iter().flat_map(|c| c.split_whitespace()) {
                let bare = stem.trim_start_matches(['=', '*']);
                assert_eq!(cut(bare), [bare], "{name}: {stem}");
            }
        }
    }

    #[test]
    fn titles_are_cut_into_words() {
        for (title, words) in [
            ("(seco)Masa de rend.", &["seco", "masa", "de", "rend"][..]),
            ("NetYldA", &["net", "yld", "a"]),
            ("Länge d'avance", &["lange", "d", "avance"]),
            ("Yld_Mass_D", &["yld", "mass", "d"]),
            ("F12", &["f", "12"]),
        ] {
            assert_eq!(cut(title), words, "{title}");
        }
    }

    #[test]
    fn joined_and_cut_words_are_known() {
        for (text, word) in [
            ("kornfeuchte", Word::Moisture),
            ("trockenertrag", Word::Dry),
            ("arbeitsbreite", Word::Width),
            ("rendimien", Word::Yield),
            ("prędkość", Word::Speed),
        ] {
            let read = Read::of(text);
            assert!(read.has(word), "{text}: {read:?}");
        }
        assert!(Read::of("xyzzy").tokens[0].is_empty());
    }
}
