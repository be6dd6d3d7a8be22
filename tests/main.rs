//! The one test binary: every module of tests.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test fails where it is wrong")]

mod alignment;
mod architecture;
mod bad_input;
mod bootstrap;
mod cohorts;
mod command;
mod convolution;
mod designs;
mod device;
mod evaluate;
mod explain;
mod flamby;
mod generate;
mod gradients;
mod hanczar;
mod impute;
mod linear_methods;
mod math;
mod measures;
mod methods;
mod metrics;
mod panel;
mod paper;
mod preprocess;
mod protocol;
mod recommendation;
mod remedies;
mod self_training;
mod session;
mod several;
mod shared;
mod shift;
mod source_model;
mod split;
mod study;
mod table;
mod transferability;
mod trees;
mod two_samples;
mod weights;
mod words;
