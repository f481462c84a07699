//! Tests of the straight path, with truth from outside.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod adding_up;
mod clocks;
mod corpus;
mod drift;
mod exports;
mod fields;
mod formulas;
mod gartner;
mod hand;
mod located;
mod maps;
mod outlines;
mod plausible;
mod polygons;
mod provider;
mod settings;
mod steps;
mod systems;
