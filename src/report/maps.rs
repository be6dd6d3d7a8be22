//! What networks make of both domains: a picture of their features, and how well the domains are mixed in it.

use serde::{Deserialize, Serialize};

/// One method's map of one fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeatureMap {
    /// The method.
    pub method: String,
    /// The domains: the source's, then the target.
    pub domains: Vec<String>,
    /// Each row's domain.
    pub domain: Vec<u32>,
    /// Each row's class, where the label is classes.
    pub class: Vec<Option<String>>,
    /// Each row's value, where the label is a number.
    pub value: Vec<Option<f64>>,
    /// Each row's two coordinates of t-SNE.
    pub points: Vec<(f64, f64)>,
    /// Local Domain Perplexity of the features, not of the picture; absent for one domain.
    pub perplexity: Option<f64>,
    /// Neighbours of each row that it looks at.
    pub neighbours: u32,
    /// The same of persons whom this model has never seen, where several are judged in turn.
    pub strangers: Option<Strangers>,
}

/// Persons from whom nothing was learned.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Strangers {
    /// How many.
    pub people: u32,
    /// Local Domain Perplexity of their judged rows' features, equally many of each.
    pub perplexity: f64,
}
