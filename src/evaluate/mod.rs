//! From scores of folds to the verdict: the arithmetic, without models, files or waiting.
//!
//! The estimand: the expected difference in one metric, transfer minus target-only, on new target patients, over target
//! training sets of the size at hand, the source fixed. Two designs reach it: [`cv`] and [`held_out`].

pub mod agreement;
pub mod applicability;
pub mod association;
pub mod bands;
pub mod bootstrap;
pub mod calls;
pub mod contrast;
pub mod critical;
pub mod crossing;
pub mod curve;
pub mod cv;
pub mod held_out;
pub mod influence;
pub mod optimism;
pub mod panel;
pub mod recommendation;
pub mod sample_size;
pub mod sites;
pub mod subgroup;

pub use contrast::{Contrast, Design, Evidence, Reason, Verdict};
