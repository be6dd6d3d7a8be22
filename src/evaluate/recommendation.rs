//! Which method to begin with, from what the tables show before anything is fitted.
//!
//! One rule, fixed on made cohorts and then held against hospitals that it had not seen (docs/studies/recommendation.md).
//! It counts rows and nothing else: it never looks at how a method did, so that following it costs the verdict nothing.

use serde::{Deserialize, Serialize};

use super::contrast::Evidence;

/// What stands for the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// Tables, some rows labelled.
    Labelled,
    /// Tables without labels.
    Unlabelled,
    /// A saved linear model.
    Linear,
    /// A saved network.
    Network,
    /// Saved boosted trees.
    Trees,
}

impl SourceKind {
    /// Of a saved model's form, as its file says it.
    pub fn of_form(form: &str) -> Self {
        match form {
            "linear" => SourceKind::Linear,
            "trees" => SourceKind::Trees,
            _ => SourceKind::Network,
        }
    }
}

/// Why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Because {
    /// The source has no labels: there is nothing to carry over.
    NoSourceLabels,
    /// The target has no labels: nothing can be learned from it.
    NoTargetLabels,
    /// The saved model of the source is a network: only it can be trained on.
    Network,
    /// The saved model of the source is boosted trees: likewise.
    Trees,
    /// Too few labelled rows of the scarcest class (or too few rows with a number) for more than a correction.
    Few {
        /// Rows of the scarcest class, or rows.
        found: u32,
        /// How many the rule asks for.
        needed: u32,
    },
    /// Enough of them to let the data say how much of the source to keep.
    Enough {
        /// Likewise.
        found: u32,
        /// Likewise.
        needed: u32,
    },
}

/// The recommendation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recommendation {
    /// The method's id.
    pub method: String,
    /// Why.
    pub because: Because,
}

/// The rule. `target` counts the target's labelled rows that are there to learn from; `None` without a label.
pub fn recommend(source: SourceKind, target: Option<&Evidence>) -> Recommendation {
    let (method, because) = match (source, target) {
        (SourceKind::Unlabelled, _) => ("target_only_linear", Because::NoSourceLabels),
        (SourceKind::Network, None) => ("source_only", Because::NoTargetLabels),
        (SourceKind::Trees, None) => ("source_only_trees", Because::NoTargetLabels),
        (_, None) => ("source_only_linear", Because::NoTargetLabels),
        (SourceKind::Network, Some(_)) => ("hanczar", Because::Network),
        (SourceKind::Trees, Some(_)) => ("continued_trees", Because::Trees),
        (SourceKind::Labelled | SourceKind::Linear, Some(rows)) => by_rows(rows),
    };
    Recommendation { method: method.to_owned(), because }
}

/// The fewest rows of the scarcest class with which the made cohorts were tried; with fewer the ladder decides by a test
/// and keeps the source's coefficients unless the rows speak against them.
pub const LEAST_OF_CLASS: usize = 5;
/// The same for numbers.
pub const LEAST_VALUES: usize = 10;

fn by_rows(rows: &Evidence) -> (&'static str, Because) {
    let (found, needed) = match rows {
        Evidence::Classes(counts) => (counts.iter().min().copied().unwrap_or(0), LEAST_OF_CLASS),
        Evidence::Values(found) => (*found, LEAST_VALUES),
    };
    let (few, found, needed) = (found < needed, found as u32, needed as u32);
    // The penalty towards the source, chosen inside the training rows, has the source as it is at one end and nearly the
    // target's own fit at the other: on the made cohorts no single method did better on average.
    match few {
        true => ("recalibration", Because::Few { found, needed }),
        false => ("ridge_to_source", Because::Enough { found, needed }),
    }
}
