//! What a row is to the analysis.

/// Whether a row is in the standard output, or could be of use all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// In the standard output.
    Standard,
    /// At work, but dropped as its sensor showed no crop: a lag may give it a value.
    Restorable,
    /// Dropped for another reason: only what its sensor shows counts, for the places before it.
    Passive,
}
