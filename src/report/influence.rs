//! Which source rows carry the most weight, and which sites.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::explain::influence::Measure;

/// What each source row does to the loss on held-out target patients: positive where it helps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Influence {
    /// What was measured.
    pub measure: Measure,
    /// `source`: through the source model that the method starts from; `transferred`: in the method's own model.
    pub whose: String,
    /// Source rows that were measured.
    pub rows: u32,
    /// Source rows with a label.
    pub of: u32,
    /// Folds that it is averaged over: each row's influence on the held-out patients of each.
    pub folds: u32,
    /// (Σ|v|)²/Σv²: as many rows as would carry the same if all carried alike.
    pub effective: f64,
    /// The share of the whole that the hundredth of the rows with most has.
    pub top_share: f64,
    /// Each source domain.
    pub sites: Vec<SiteInfluence>,
    /// The rows that help most, the best first.
    pub helping: Vec<RowInfluence>,
    /// The rows that harm most, the worst first.
    pub harming: Vec<RowInfluence>,
}

/// A source domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SiteInfluence {
    /// Its name.
    pub domain: String,
    /// Rows that were measured.
    pub rows: u32,
    /// The mean over its rows.
    pub mean: f64,
    /// Its share in Σ|v|.
    pub share: f64,
    /// The share of its rows that harm.
    pub harming: f64,
    /// What one of its rows weighs beside one of the target's, in methods that give weights.
    pub weight: Option<f64>,
}

/// A source row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RowInfluence {
    /// Its domain.
    pub domain: String,
    /// What the person calls it.
    pub id: String,
    /// Its label.
    pub label: Value,
    /// The mean over the folds.
    pub value: f64,
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
}
