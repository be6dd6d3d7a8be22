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
    /// How well the domains are mixed in the features, not in the picture; absent for one domain.
    pub mixing: Option<Mixing>,
    /// The same of persons whom this model has never seen, where several are judged in turn.
    pub strangers: Option<Mixing>,
}

/// Local Domain Perplexity: see [`crate::metrics::perplexity`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Mixing {
    /// How many domains, or persons, with equally many rows of each.
    pub domains: u32,
    /// Neighbours of each row that it looks at: as many as a domain has rows.
    pub neighbours: u32,
    /// From 1 / domains, each row among its own, to about `shuffled`.
    pub perplexity: f64,
    /// The same of the same neighbourhoods where the rows' domains are shuffled: nothing more could be mixed.
    pub shuffled: f64,
}
