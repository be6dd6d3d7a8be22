//! Transfer learning for biomedicine, in a browser or on a terminal: does what was learned in a source cohort
//! help in a target cohort, by how much, and how sure are we?
//!
//! The house and its arrows are in `ARCHITECTURE.md`; every module uses only what stands above it here.

#[doc(hidden)]
pub mod cohort;
#[doc(hidden)]
pub mod device;
pub mod error;
#[doc(hidden)]
pub mod evaluate;
#[doc(hidden)]
pub mod explain;
#[doc(hidden)]
pub mod generate;
#[doc(hidden)]
pub mod math;
#[doc(hidden)]
pub mod methods;
#[doc(hidden)]
pub mod metrics;
#[doc(hidden)]
pub mod nets;
#[doc(hidden)]
pub mod plan;
#[doc(hidden)]
pub mod preprocess;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod rng;
#[doc(hidden)]
pub mod session;
#[doc(hidden)]
pub mod shift;
#[doc(hidden)]
pub mod split;
#[doc(hidden)]
pub mod table;
pub mod text;
#[doc(hidden)]
pub mod train;
#[doc(hidden)]
pub mod transferability;
#[doc(hidden)]
pub mod trees;
#[doc(hidden)]
pub mod watch;
#[doc(hidden)]
pub mod web;

pub use error::{Code, Error, Result};
