//! The one test binary: every module of tests.

mod architecture;
mod split;
mod words;
mod metrics;
mod shared;
mod evaluate;
