//! What more than one format uses: titles and values of tables, layers, coordinates, task data, encodings.
//!
//! Rule: nothing here names a format's folder, so that a format can use any of it and goes or comes alone.

pub mod columns;
pub mod ddi;
pub(crate) mod glob;
pub(crate) mod ground;
pub(crate) mod job_path;
pub(crate) mod layer;
pub(crate) mod other_data;
pub(crate) mod outline;
pub(crate) mod projection;
pub(crate) mod protobuf;
pub(crate) mod task_data;
pub(crate) mod words;
pub mod xml;
