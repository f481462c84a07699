//! The analysis against figures of other programs and against simulated truth.

mod barley;
mod depurate;
