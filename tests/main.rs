//! The one test binary: every module of tests.

mod architecture;
mod cohorts;
mod methods;
mod split;
mod words;
mod metrics;
mod shared;
mod evaluate;
