//! Mathematics on the host, in f64.

pub mod stats;
