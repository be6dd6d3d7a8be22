//! What happens at a threshold that was chosen on training rows alone.

use serde::{Deserialize, Serialize};

use crate::evaluate::calls::Share;
use crate::metrics::operating::Rule;
use crate::metrics::threshold::Confusion;

/// The compared procedures under one rule.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AtThreshold {
    /// How the threshold is chosen.
    pub rule: Rule,
    /// Patients who were called: those of the first repeat, each once.
    pub rows: u32,
    /// Folds that chose a threshold of their own.
    pub folds: u32,
    /// The baseline first, then the transferred one.
    pub methods: Vec<CalledBy>,
}

/// One procedure.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CalledBy {
    /// The method.
    pub id: String,
    /// `transfer` or `baseline`.
    pub role: String,
    /// The threshold of each fold.
    pub thresholds: Vec<f64>,
    /// The four counts.
    pub counts: Confusion,
    /// Sensitivity and its kin, with 95 % intervals over the patients.
    pub shares: Vec<Share>,
    /// Each minus the baseline's, paired by patient; empty for the baseline.
    pub gains: Vec<Share>,
}
