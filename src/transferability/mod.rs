//! What a source model is worth in the target, before or without adapting it: scores of its features and predictions, and
//! the parts of its loss that a shift of x and a shift of y given x have.
//!
//! LogME, LEEP and the H-score rank source models *for one target*: a value by itself says nothing, and none of them is a
//! performance. They are computed on labelled target rows that the model was not fitted on.

pub mod h_score;
pub mod leep;
pub mod logme;
pub mod source_model;

pub use crate::shift::disde;

use crate::error::{Code, Result};

/// How many classes `y` names, each of them with a row.
fn classes_of(y: &[u32], n: usize) -> Result<Vec<usize>> {
    if y.len() != n {
        return Err(Code::Internal.err().with("reason", "labels and features differ in rows"));
    }
    let most = y.iter().copied().max().map_or(0, |m| m as usize + 1);
    let counts: Vec<usize> = (0..most).map(|k| y.iter().filter(|&&c| c as usize == k).count()).collect();
    if counts.iter().filter(|c| **c > 0).count() < 2 {
        return Err(Code::OneClass.err().with("found", counts.len()));
    }
    Ok(counts)
}
