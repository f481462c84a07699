//! Features in the order of their instants: writers sort them along a curve for their index, and
//! what is derived from one point to the next needs the order of the drive.
//!
//! Rule: only for files of at most [`SORTED_BYTES`], which lie in memory for it.

use super::raw::{Header, decode};
use crate::claim::ReadOptions;
use crate::shared::columns::clock::{Clock, Setting};
use crate::shared::columns::{TimeColumns, Title, map_titles};
use crate::shared::layer::{Feature, Value, time_texts};
use crate::source::{EntryId, Limits, Tree};

/// Largest file that is put in order.
const SORTED_BYTES: u64 = 512 << 20;
/// Features that decide on the clock.
const SAMPLE: usize = 2_048;
/// A root, a list of fields and a table without any.
const LEAST_BYTES: u32 = 12;

/// Begin and length of a feature's buffer.
type Stretch = (u32, u32);

/// A file in memory, and where its features stand.
pub(super) struct Order {
    bytes: Vec<u8>,
    places: Vec<Stretch>,
    /// What ends the file before its end.
    pub(super) fault: Option<String>,
}

impl Order {
    /// The features by their instants; `None` when the file is too large or has no instants.
    pub(super) fn by_time(
        tree: &Tree,
        entry: EntryId,
        header: &Header,
        first: u64,
        (limits, options): (&Limits, &ReadOptions),
    ) -> Option<Self> {
        let names = header.columns.iter();
        let titles: Vec<Title> = names.map(|column| Title::from_text(&column.name)).collect();
        let mapping = map_titles(&titles, &options.column_map);
        let bytes = tree
            .bytes(entry, limits.entry_bytes.min(SORTED_BYTES))
            .ok()?;
        let (places, fault) = places(&bytes, usize::try_from(first).ok()?, header);
        let mut order = Self {
            bytes,
            places,
            fault,
        };
        let mut sample: Vec<Vec<Value>> = Vec::new();
        let mut feature = Feature::default();
        for bytes in order.features().take(SAMPLE) {
            if decode(bytes, header, &mut feature).is_ok() {
                sample.push(feature.values.clone());
            }
        }
        let setting = Setting {
            family: mapping.family,
            titles: &titles,
            options,
            utc: false,
        };
        let clock = Clock::find(&setting, &mapping, |columns| {
            sample.iter().map(|row| time_texts(columns, row)).collect()
        });
        let clock = clock.filter(Clock::gives_instants)?;
        let mut instants = Vec::with_capacity(order.places.len());
        order.each_text(header, clock.columns, |date, time| {
            instants.push(clock.read(date, time).unwrap_or(i64::MAX));
        });
        if instants.iter().all(|instant| *instant == i64::MAX) {
            return None;
        }
        let mut sorted: Vec<(i64, Stretch)> = instants.into_iter().zip(order.places).collect();
        sorted.sort_by_key(|(instant, _)| *instant);
        order.places = sorted.into_iter().map(|(_, place)| place).collect();
        Some(order)
    }

    /// Buffers of the features.
    pub(super) fn features(&self) -> impl Iterator<Item = &[u8]> {
        let places = self.places.iter();
        places.filter_map(|(begin, length)| {
            let begin = *begin as usize;
            self.bytes.get(begin..begin.checked_add(*length as usize)?)
        })
    }

    fn each_text(&self, header: &Header, time: TimeColumns, mut each: impl FnMut(&str, &str)) {
        let mut feature = Feature::default();
        for bytes in self.features() {
            // A damaged one has no instant, and is told of when it is read.
            if decode(bytes, header, &mut feature).is_err() {
                feature.clear();
            }
            let (date, clock) = time_texts(time, &feature.values);
            each(&date, &clock);
        }
    }
}

/// Where the buffers of the features stand, and what ends the list before the file ends.
fn places(bytes: &[u8], first: usize, header: &Header) -> (Vec<Stretch>, Option<String>) {
    let mut places = Vec::new();
    let mut at = first;
    loop {
        let left = bytes.get(at..).unwrap_or_default();
        let Some((length, rest)) = left.split_first_chunk::<4>() else {
            let fault = if left.is_empty() {
                header.missing(places.len() as u64)
            } else {
                Some("the file is truncated within a length".to_owned())
            };
            return (places, fault);
        };
        let length = u32::from_le_bytes(*length);
        let begin = u32::try_from(at + 4).ok();
        let (Some(begin), true) = (begin, length as usize <= rest.len()) else {
            return (places, Some("the file is truncated".to_owned()));
        };
        if length < LEAST_BYTES {
            return (
                places,
                Some("the feature is damaged: it is not a flat buffer".to_owned()),
            );
        }
        places.push((begin, length));
        at += 4 + length as usize;
    }
}
