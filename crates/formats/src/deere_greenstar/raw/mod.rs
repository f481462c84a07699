//! A GreenStar log as it stands: the `.fdl` (XML that describes blocks of work) and the `.fdd`
//! (rows of each block, in the EvenByteDelta coding).

pub(crate) mod log;
pub(crate) mod rows;
pub(crate) mod setup;

pub(crate) use log::{Block, Log, Meter, MeterColumn, Navigation, Role, Section};
pub(crate) use rows::{Column, ColumnKind, Segments};
