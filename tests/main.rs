//! The one test binary: every module of tests.

mod architecture;
mod cohorts;
mod methods;
mod metrics;
mod shared;
mod evaluate;
mod split;
mod table;
mod words;
mod math;
