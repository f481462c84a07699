//! The crop of each row by the words of its file, and what the crop's numbers are.
//!
//! Rule: the account's own numbers go before those of the table. A crop that no table knows is
//! `unknown`, or keeps the file's own word where incomplete work passes.

use crate::points::batch::Points;
use crate::points::columns::{Columns, Texts};
use crate::points::context::Context;
use crate::points::crop_rules::CropRules;
use crate::points::noticed::Noticed;
use tramline_model::crop::{UNKNOWN, names_none};
use tramline_model::{Crop, Property};

/// Names of crops that are remembered.
const CROP_WORDS: usize = 4_096;
/// Letters of an unknown crop's name that a finding shows.
const SHOWN: usize = 80;

/// Gives every row the name of its crop that the tables know.
pub(crate) fn normalise(points: &mut Points, context: &Context, noticed: &mut Noticed) {
    let Some(named) = words(&points.columns, context) else {
        return;
    };
    let Noticed {
        crop_names, counts, ..
    } = noticed;
    let named = named.map(|text| {
        if crop_names.len() > CROP_WORDS {
            return Some(UNKNOWN.to_owned());
        }
        if let Some(name) = crop_names.get(text) {
            return Some(name.clone());
        }
        if context.lenient && names_none(text) {
            return None;
        }
        let crop = Crop::find(text);
        let name = match crop {
            Some(crop) => crop.name.to_owned(),
            None if context.lenient => own_word(text),
            None => UNKNOWN.to_owned(),
        };
        if crop.is_none() {
            counts
                .unknown_crops
                .insert(text.chars().take(SHOWN).collect());
        }
        crop_names.insert(text.to_owned(), name.clone());
        Some(name)
    });
    points.columns.set_text(Property::Crop, named);
}

/// A word of the file as a name: lower case, single blanks, not too long.
fn own_word(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    let name = words.join(" ").to_lowercase();
    name.chars().take(SHOWN).collect()
}

/// The crop of each row in the words of the file, or as it was given.
fn words(columns: &Columns, context: &Context) -> Option<Texts> {
    let logged = columns.text(Property::Crop);
    let Some(crop) = &context.crop else {
        return logged.cloned();
    };
    // Given at upload it stands; of the file as a whole it fills what the points do not say.
    let Some(texts) = logged.filter(|_| !context.crop_given) else {
        return Some(Texts::constant(crop, columns.rows));
    };
    let mut texts = texts.clone();
    if texts.keys.iter().any(|key| *key < 0) {
        let key = i32::try_from(texts.values.len()).unwrap_or(-1);
        texts.values.push(crop.clone());
        for slot in texts.keys.iter_mut().filter(|slot| **slot < 0) {
            *slot = key;
        }
    }
    Some(texts)
}

/// The numbers of the crop of each row.
pub(super) struct Numbers {
    keys: Vec<i32>,
    by_key: Vec<CropRules>,
    rows: usize,
}

impl Numbers {
    pub(super) fn of(columns: &Columns, context: &Context) -> Self {
        let texts = columns.text(Property::Crop);
        let numbers = |name: &String| {
            let crop = Crop::find(name).filter(|_| name != UNKNOWN);
            crop.map_or_else(CropRules::default, |crop| context.crop_rules(crop))
        };
        Self {
            keys: texts.map(|texts| texts.keys.clone()).unwrap_or_default(),
            by_key: texts
                .map(|texts| texts.values.iter().map(numbers).collect())
                .unwrap_or_default(),
            rows: columns.rows,
        }
    }

    /// Of a row; `None` without a crop.
    pub(super) fn at(&self, row: usize) -> Option<CropRules> {
        let key = usize::try_from(*self.keys.get(row)?).ok()?;
        self.by_key.get(key).copied()
    }

    /// Rows that name no crop.
    pub(super) fn rows_without(&self) -> usize {
        let named = self.keys.iter().filter(|key| **key >= 0).count();
        self.rows - named.min(self.rows)
    }
}
