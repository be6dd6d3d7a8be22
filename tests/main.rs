//! The one test binary: every module of tests.

mod split;
mod metrics;
mod shared;
