//! The one test binary: every module of tests.

mod architecture;
mod cohorts;
mod device;
mod evaluate;
mod generate;
mod math;
mod command;
mod evaluate;
mod flamby;
mod gradients;
mod math;
mod methods;
mod metrics;
mod preprocess;
mod protocol;
mod shared;
mod shift;
mod split;
mod table;
mod words;
