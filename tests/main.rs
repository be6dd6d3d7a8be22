//! The one test binary: every module of tests.

mod architecture;
mod cohorts;
mod evaluate;
mod methods;
mod metrics;
mod protocol;
mod preprocess;
mod shared;
mod split;
mod table;
mod words;
mod math;
