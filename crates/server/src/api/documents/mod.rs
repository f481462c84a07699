//! Schemas of the documents that conversions write and the service passes on as they are: summary, steps, report,
//! images, points, and of the configuration.
//!
//! Rule: what is declared here is written elsewhere (`tramline-convert`, the table of settings); `e2e/answers.py` holds
//! the sample stick against it, so that no member is sent that is not described.

pub(crate) mod bytes;
pub(crate) mod configuration;
pub(crate) mod geojson;
pub(crate) mod images;
pub(crate) mod points;
pub(crate) mod progress;
pub(crate) mod report;
pub(crate) mod steps;
pub(crate) mod summary;
