//! The steps of a machine file, one file each; their order is in `plan.rs`.
