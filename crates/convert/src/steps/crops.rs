//! The crop of each row by the words of its file, and what the crop's numbers make of its mass.
//!
//! Rule: the account's own numbers go before those of the table.

use super::columns::{Texts, Work};
use super::standard::{CROP_WORDS, Standard};
use super::yields;
use crate::configuration::{CropTable, OwnCropNumbers};
use std::collections::BTreeMap;
use tramline_model::{Crop, CropNumbers, Property, crop::UNKNOWN};

impl Standard {
    pub(super) fn normalise_crops(&mut self, work: &mut Work) {
        let named = if let Some(crop) = &self.crop {
            // Given at upload it stands; of the file as a whole it fills what the points do not say.
            match work.text(Property::Crop).filter(|_| !self.crop_given) {
                Some(texts) if texts.keys.iter().all(|key| *key >= 0) => texts.clone(),
                Some(texts) => {
                    let mut texts = texts.clone();
                    let key = i32::try_from(texts.values.len()).unwrap_or(-1);
                    texts.values.push(crop.clone());
                    for slot in texts.keys.iter_mut().filter(|slot| **slot < 0) {
                        *slot = key;
                    }
                    texts
                }
                None => Texts::constant(crop, work.rows),
            }
        } else if let Some(texts) = work.text(Property::Crop) {
            texts.clone()
        } else {
            return;
        };
        let named = named.map(|text| {
            if self.crops.len() > CROP_WORDS {
                return Some(UNKNOWN.to_owned());
            }
            if !self.crops.contains_key(text) {
                let crop = Crop::find(text);
                let numbers = crop.map(|crop| numbers_of(crop, self.table, &self.own_numbers));
                let name = crop.map_or(UNKNOWN, |crop| crop.name).to_owned();
                if crop.is_none() {
                    self.counts
                        .unknown_crops
                        .insert(text.chars().take(80).collect());
                }
                self.crops.insert(text.to_owned(), (name, numbers));
            }
            self.crops.get(text).map(|(name, _)| name.clone())
        });
        work.set_text(Property::Crop, named);
    }

    pub(super) fn fill_yields(&mut self, work: &mut Work, seconds: &[f64]) {
        let by_key: Vec<Option<CropNumbers>> = work
            .text(Property::Crop)
            .map(|texts| {
                texts
                    .values
                    .iter()
                    .map(|name| {
                        let crop = Crop::find(name).filter(|_| name != UNKNOWN);
                        Some(crop.map_or_else(CropNumbers::default, |crop| {
                            numbers_of(crop, self.table, &self.own_numbers)
                        }))
                    })
                    .collect()
            })
            .unwrap_or_default();
        let keys: Vec<i32> = work
            .text(Property::Crop)
            .map(|texts| texts.keys.clone())
            .unwrap_or_default();
        let without = work.rows - keys.iter().filter(|key| **key >= 0).count().min(work.rows);
        self.counts.without_crop += without as u64;
        let units = self.units.clone();
        yields::fill(
            work,
            |row| {
                let key = keys.get(row).copied().unwrap_or(-1);
                usize::try_from(key)
                    .ok()
                    .and_then(|key| by_key.get(key).copied().flatten())
            },
            |property| units.get(property as usize).copied().flatten(),
            seconds,
            self.cap,
            &mut self.counts.yields,
            &mut self.derived,
        );
    }

    /// The yield columns anew, without counting again what was noticed the first time.
    pub(super) fn fill_again(&mut self, work: &mut Work) {
        let noticed = std::mem::take(&mut self.counts.yields);
        let (derived, without_crop) = (self.derived.clone(), self.counts.without_crop);
        let seconds = vec![f64::NAN; work.rows];
        self.fill_yields(work, &seconds);
        self.counts.yields = noticed;
        self.counts.without_crop = without_crop;
        self.derived = derived;
    }
}

/// The account's own numbers of a crop, else those of the table.
fn numbers_of(
    crop: &Crop,
    table: CropTable,
    own: &BTreeMap<&'static str, OwnCropNumbers>,
) -> CropNumbers {
    let mut numbers = match table {
        CropTable::Compat => crop.compat,
        CropTable::Market => crop.market,
    };
    if let Some(own) = own.get(crop.name) {
        if let Some(weight) = own.test_weight.filter(|w| *w > 1.0 && *w < 200.0) {
            numbers.test_weight_lb_bu = Some(weight);
        }
        if let Some(moisture) = own.standard_moisture.filter(|m| (0.0..100.0).contains(m)) {
            numbers.standard_moisture = Some(moisture);
        }
    }
    numbers
}
