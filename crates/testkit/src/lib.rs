//! What the end-to-end tests of Tramline do to sample data, and the tests themselves (`tests/it`).
//!
//! [`corrupt`] breaks the files of any sample systematically; the program `bridge-sample` stands in
//! for a converter of closed formats. The samples are made by `tramline_samples`. Rule: nothing
//! that is shipped depends on this crate.

pub mod corrupt;
