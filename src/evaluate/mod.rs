//! From scores of folds to the verdict: the arithmetic, without models, files or waiting.
//!
//! The estimand: the expected difference in one metric, transfer minus target-only, on new target patients, over target
//! training sets of the size at hand, the source fixed. Two designs reach it: [`cv`] and [`held_out`].

pub mod contrast;
pub mod curve;
pub mod cv;
pub mod held_out;

pub use contrast::{Contrast, Design, Evidence, Reason, Verdict};
