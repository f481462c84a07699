//! The canonical data of Tramline: properties, units, crops, operations, findings, settings and
//! the columns that records travel in. No input or output, no format, no clock.
//!
//! Rule: absent is null. Positions are WGS 84 degrees, instants are UTC milliseconds, and every
//! column says its property, its unit and what the source called it.

#![warn(missing_docs)]

pub mod adapt_standard;
pub mod crop;
pub mod finding;
mod full_disk;
pub mod limits;
mod nearest;
pub mod operation;
pub mod property;
pub mod provider;
pub mod receiver;
pub mod records;
pub mod settings;
pub mod unit;
pub mod unit_choice;
mod unit_spelling;
pub mod words;

pub use crop::{Crop, CropNumbers, CropSource, SourceStatus, crop_sources};
pub use finding::{Code, Finding, Place, Severity};
pub use full_disk::tells_full_disk;
pub use nearest::{did_you_mean, nearest};
pub use operation::{
    DisplayTotal, Machine, MachineKind, OperationDescription, OperationType, Product, Rate,
    TotalQuantity,
};
pub use property::{Kind, Property};
pub use provider::Provider;
pub use receiver::{Days, Ending, ReadError, Receiver, Stop};
pub use unit::{Dimension, Unit};
pub use unit_choice::UnitSystem;
pub use words::{
    Artifact, BoundaryStatus, DropReason, FieldKind, FieldStatus, FileOrigin, FileStatus,
    FilterReason, JobKind, RefusedStandard,
};
