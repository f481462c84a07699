//! Ids of the elements of a set: of two elements with one id the first counts.

use super::findings::DUPLICATE_ID;
use crate::shared::xml::Element;
use std::collections::HashSet;
use tramline_model::{Finding, Place, Severity};

/// Findings of one kind that are told one by one.
const MAX_FINDINGS: usize = 20;

/// Ids seen so far.
pub(super) struct Ids {
    place: Place,
    seen: HashSet<String>,
    repeated: usize,
}

impl Ids {
    /// None yet; `place` is the main file.
    pub(super) fn new(place: Place) -> Self {
        Self {
            place,
            seen: HashSet::new(),
            repeated: 0,
        }
    }

    /// Whether the id of an element is new; notes it when it is not. Elements without id are new.
    pub(super) fn first(&mut self, element: &Element, findings: &mut Vec<Finding>) -> bool {
        let Some(id) = element.text("A") else {
            return true;
        };
        if self.seen.insert(id.to_owned()) {
            return true;
        }
        self.repeated += 1;
        if self.repeated <= MAX_FINDINGS {
            let text =
                format!("the id `{id:.40}` is used more than once; the first element counts");
            let place = Place::inside(self.place.entry.clone(), format!("{id:.40}"));
            findings.push(
                Finding::new(&DUPLICATE_ID, Severity::Warning, place, text)
                    .value("id", format!("{id:.40}"))
                    .hint("give each element an id of its own in the program that made the file"),
            );
        }
        false
    }
    /// How many were repeated, where that is more than were told one by one.
    pub(super) fn finding(self) -> Option<Finding> {
        (self.repeated > MAX_FINDINGS).then(|| {
            let text = format!(
                "{} elements in total use an id that another element already has",
                self.repeated
            );
            Finding::new(&DUPLICATE_ID, Severity::Warning, self.place, text)
                .value("ids", self.repeated)
        })
    }
}
