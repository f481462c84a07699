//! From task data and time logs to standard points.
