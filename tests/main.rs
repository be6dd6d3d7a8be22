//! The one test binary: every module of tests.

mod architecture;
mod cohorts;
mod evaluate;
mod math;
mod methods;
mod metrics;
mod preprocess;
mod protocol;
mod shared;
mod split;
mod table;
mod words;
mod math;
mod generate;
mod math;
mod methods;
mod metrics;
mod metrics;
mod shared;
mod shared;
mod split;
mod split;
mod words;
mod words;
