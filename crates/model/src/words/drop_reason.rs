//! Why a point is not where it could be.
//!
//! Rule: reasons of the filtered step begin with `filter.`, all others belong to the standard step.
//! Reasons order by their text, as they stand in `report.json`.

use crate::Property;
use std::cmp::Ordering;
use std::fmt;

super::words! {
    /// Why a standard point is not in the filtered output.
    FilterReason {
        /// Another record has the same place and time.
        Duplicate = "filter.duplicate",
        /// The sensor's lag leaves it without a value.
        Lag = "filter.lag",
        /// Slower than half a metre a second.
        Speed = "filter.speed",
        /// Beyond the file's usual speeds.
        SpeedRange = "filter.speed-range",
        /// The speed changed too much.
        SpeedChange = "filter.speed-change",
        /// The machine was filling.
        PassStart = "filter.pass-start",
        /// The machine was emptying.
        PassEnd = "filter.pass-end",
        /// On ground that was covered before.
        Overlap = "filter.overlap",
        /// The header was filled in part.
        PartialSwath = "filter.partial-swath",
        /// Beyond what the crop can yield.
        Limit = "filter.limit",
        /// Beyond the fences of the file.
        Range = "filter.range",
        /// Unlike its neighbours.
        Neighbours = "filter.neighbours",
        /// Without neighbours.
        Isolated = "filter.isolated",
        /// Depurate: at the edge of the field.
        Border = "filter.border",
        /// Depurate: below the least value.
        GlobalMinimum = "filter.global-minimum",
        /// Depurate: above the greatest value.
        GlobalMaximum = "filter.global-maximum",
        /// Beyond so many standard deviations.
        Outlier = "filter.outlier",
        /// Depurate: a local outlier by Moran's index.
        SpatialOutlierLm = "filter.spatial-outlier-lm",
        /// Depurate: a local outlier by Moran's plot.
        SpatialOutlierMp = "filter.spatial-outlier-mp",
    }
}

super::words! {
    /// Why a machine file has no standard output: the reason of all its points.
    RefusedStandard {
        /// The operation is none that the contract converts.
        UnsupportedOperation = "standard.unsupported-operation",
        /// No point has a property that the contract requires.
        MissingProperties = "standard.missing-properties",
        /// No point passed the cleanup.
        NoPoints = "standard.no-points",
        /// The calibration that was given cannot be used.
        CalibrationRefused = "standard.calibration-refused",
    }
}

/// Why a point was dropped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DropReason {
    /// The machine file could not be read to its end.
    ReadFailed,
    /// The record has no position.
    PositionMissing,
    /// The position is 0° east and 0° north: the receiver had none.
    PositionZero,
    /// The position is nowhere on Earth.
    PositionOutOfRange,
    /// The position is a continent away from the rest of the file.
    PositionFar,
    /// It lies outside the fields that the caller gave.
    FieldOutside,
    /// The cleanup rule on this property.
    Cleanup(Property),
    /// The cleanup rule on the rates of products.
    CleanupProducts,
    /// A merge: another source holds the same record.
    MergeDuplicate,
    /// The machine file has no standard output.
    Standard(RefusedStandard),
    /// The filtered step.
    Filter(FilterReason),
}

impl DropReason {
    /// Whether the filtered step dropped it, and not the standard step.
    pub const fn is_of_filter(self) -> bool {
        matches!(self, Self::Filter(_))
    }

    /// Reads a reason; `None` for any other text.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "read.failed" => Some(Self::ReadFailed),
            "position.missing" => Some(Self::PositionMissing),
            "position.zero" => Some(Self::PositionZero),
            "position.out-of-range" => Some(Self::PositionOutOfRange),
            "position.far" => Some(Self::PositionFar),
            "field.outside" => Some(Self::FieldOutside),
            "cleanup.products" => Some(Self::CleanupProducts),
            "merge.duplicate" => Some(Self::MergeDuplicate),
            _ => {
                if let Some(property) = name.strip_prefix("cleanup.") {
                    return Property::from_name(property).map(Self::Cleanup);
                }
                let standard = RefusedStandard::from_name(name).map(Self::Standard);
                standard.or_else(|| FilterReason::from_name(name).map(Self::Filter))
            }
        }
    }

    /// The text in two parts, so that none is put together.
    fn parts(self) -> (&'static str, &'static str) {
        match self {
            Self::ReadFailed => ("read.failed", ""),
            Self::PositionMissing => ("position.missing", ""),
            Self::PositionZero => ("position.zero", ""),
            Self::PositionOutOfRange => ("position.out-of-range", ""),
            Self::PositionFar => ("position.far", ""),
            Self::FieldOutside => ("field.outside", ""),
            Self::Cleanup(property) => ("cleanup.", property.name()),
            Self::CleanupProducts => ("cleanup.products", ""),
            Self::MergeDuplicate => ("merge.duplicate", ""),
            Self::Standard(refused) => (refused.name(), ""),
            Self::Filter(reason) => (reason.name(), ""),
        }
    }

    fn bytes(self) -> impl Iterator<Item = u8> {
        let (first, rest) = self.parts();
        first.bytes().chain(rest.bytes())
    }
}

impl From<FilterReason> for DropReason {
    fn from(reason: FilterReason) -> Self {
        Self::Filter(reason)
    }
}

impl From<RefusedStandard> for DropReason {
    fn from(refused: RefusedStandard) -> Self {
        Self::Standard(refused)
    }
}

impl fmt::Display for DropReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (first, rest) = self.parts();
        f.write_str(first)?;
        f.write_str(rest)
    }
}

super::text_on_the_wire!(DropReason);

impl Ord for DropReason {
    fn cmp(&self, other: &Self) -> Ordering {
        self.bytes().cmp(other.bytes())
    }
}

impl PartialOrd for DropReason {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    //! Reasons are texts at the edge: written, read back, and ordered by them.

    use super::*;

    fn every() -> Vec<DropReason> {
        let mut list = vec![
            DropReason::ReadFailed,
            DropReason::PositionMissing,
            DropReason::PositionZero,
            DropReason::PositionOutOfRange,
            DropReason::PositionFar,
            DropReason::FieldOutside,
            DropReason::CleanupProducts,
            DropReason::MergeDuplicate,
        ];
        list.extend(Property::ALL.iter().map(|p| DropReason::Cleanup(*p)));
        list.extend(RefusedStandard::ALL.iter().map(|r| DropReason::from(*r)));
        list.extend(FilterReason::ALL.iter().map(|r| DropReason::from(*r)));
        list
    }

    #[test]
    fn reasons_are_read_back() {
        for reason in every() {
            let text = reason.to_string();
            assert_eq!(DropReason::from_name(&text), Some(reason), "{text}");
            assert_eq!(text.starts_with("filter."), reason.is_of_filter());
        }
        assert_eq!(DropReason::from_name("cleanup.colour"), None);
    }

    #[test]
    fn reasons_order_as_their_texts() {
        let (mut reasons, mut texts) = (every(), Vec::new());
        reasons.sort();
        texts.extend(every().iter().map(ToString::to_string));
        texts.sort();
        let sorted: Vec<String> = reasons.iter().map(ToString::to_string).collect();
        assert_eq!(sorted, texts);
    }
}
