//! Tests of the model's data through its public interface.

mod crop_page;
mod crop_tables;
mod limits_page;
mod page;
mod settings;
