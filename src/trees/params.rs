//! How trees are grown; the names, defaults and meanings are XGBoost's.

use crate::error::{Code, Result};
use serde::{Deserialize, Serialize};

/// How splits are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Search {
    /// Between all neighbouring values (`tree_method = "exact"`).
    Exact,
    /// Between bins of quantiles (`"hist"`).
    Hist,
}

/// The settings of boosting.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Params {
    /// Learning rate: how much of each tree is taken, 0 to 1.
    pub eta: f64,
    /// Least loss reduction of a split. Exact search grows first and prunes bottom-up, histogram search does not grow
    /// on.
    pub gamma: f64,
    /// Levels of splits, 0 to 20.
    pub max_depth: usize,
    /// Least sum of Hessians in a child.
    pub min_child_weight: f64,
    /// Largest absolute leaf value before `eta`; 0 is no bound. Helps logistic loss with very rare events.
    pub max_delta_step: f64,
    /// Share of the rows that each tree sees (at least one row), drawn without replacement.
    pub subsample: f64,
    /// Share of the columns of each tree (at least one).
    pub colsample_bytree: f64,
    /// Share of the tree's columns at each level (at least one).
    pub colsample_bylevel: f64,
    /// L2 penalty of leaf values.
    pub lambda: f64,
    /// L1 penalty of leaf values.
    pub alpha: f64,
    /// Factor on the weight of events (label 1) in logistic loss.
    pub scale_pos_weight: f64,
    /// The prediction before the first tree, as a probability or a value; absent: estimated from the labels (0 where
    /// rows have margins of their own).
    pub base_score: Option<f64>,
    /// How splits are searched.
    pub search: Search,
    /// Most bins a column in histogram search, 2 to 256.
    pub max_bin: usize,
}

impl Default for Params {
    fn default() -> Self {
        Self {
            eta: 0.3,
            gamma: 0.0,
            max_depth: 6,
            min_child_weight: 1.0,
            max_delta_step: 0.0,
            subsample: 1.0,
            colsample_bytree: 1.0,
            colsample_bylevel: 1.0,
            lambda: 1.0,
            alpha: 0.0,
            scale_pos_weight: 1.0,
            base_score: None,
            search: Search::Hist,
            max_bin: 256,
        }
    }
}

impl Params {
    /// Every setting is in its range.
    ///
    /// # Errors
    /// [`Code::OutOfRange`] naming the setting.
    pub fn check(&self) -> Result<()> {
        const LEAST: f64 = 1e-6;
        let fields = [
            ("eta", self.eta, LEAST, 1.0),
            ("gamma", self.gamma, 0.0, f64::MAX),
            ("max_depth", self.max_depth as f64, 0.0, 20.0),
            ("min_child_weight", self.min_child_weight, 0.0, f64::MAX),
            ("max_delta_step", self.max_delta_step, 0.0, f64::MAX),
            ("subsample", self.subsample, LEAST, 1.0),
            ("colsample_bytree", self.colsample_bytree, LEAST, 1.0),
            ("colsample_bylevel", self.colsample_bylevel, LEAST, 1.0),
            ("lambda", self.lambda, 0.0, f64::MAX),
            ("alpha", self.alpha, 0.0, f64::MAX),
            ("scale_pos_weight", self.scale_pos_weight, LEAST, 1e6),
            ("max_bin", self.max_bin as f64, 2.0, 256.0),
            ("base_score", self.base_score.unwrap_or(0.0), f64::MIN, f64::MAX),
        ];
        match fields.iter().find(|(_, value, low, high)| !(low..=high).contains(&value)) {
            None => Ok(()),
            Some((field, value, low, high)) => Err(Code::OutOfRange
                .err()
                .with("field", field)
                .with("value", value)
                .with("low", low)
                .with("high", high)),
        }
    }
}
