//! What a model of the source says of the shift: the facts. They are found where models are known
//! ([`crate::transferability::source_model`]).

use super::disde::Disde;
use super::prior::{Bbse, Saerens};
use serde::{Deserialize, Serialize};

/// What the loss of the source model is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LossKind {
    /// Half the squared distance of the probabilities from what happened: (p − y)² of two classes; 0 to 1.
    Brier,
    /// The squared error over the variance of the label in the source: about 1 for a guess at the mean.
    Squared,
}

/// What a linear model of the source says of the target. It is cross-fitted over five folds of the source: a source row is
/// predicted by the model that did not see it, a target row by all five.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ByModel {
    /// Labelled source rows that the models were fitted on: at most 2,000.
    pub source_rows: usize,
    /// Labelled target rows; those that were set aside for testing are not looked at.
    pub target_rows: usize,
    /// The loss.
    pub loss: LossKind,
    /// What moved; none where there were too few labelled rows.
    pub moved: Option<Disde>,
    /// How often each class occurs in the target; none for numbers.
    pub priors: Option<Priors>,
    /// What the model's outputs are worth in the target; none without labels.
    pub worth: Option<Worth>,
}

/// The shares of the classes in the target, as the source model makes them out from the features alone.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Priors {
    /// The classes.
    pub classes: Vec<String>,
    /// The event's place among them.
    pub event: usize,
    /// Target rows that were looked at, with and without label.
    pub rows: usize,
    /// Black-box shift estimation; none where the model does not tell the classes apart.
    pub bbse: Option<Bbse>,
    /// By expectation maximisation.
    pub saerens: Option<Saerens>,
    /// The shares among the labelled target rows; empty without labels.
    pub observed: Vec<Observed>,
    /// The event's share by `bbse` minus the observed one, with its 95 % interval (square and add of both intervals). One that
    /// leaves out 0 says that more than the classes' shares has moved, and that the estimates are not to be trusted.
    pub gap: Option<(f64, f64, f64)>,
}

/// The share of a class among labelled rows.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Observed {
    /// Its share.
    pub share: f64,
    /// Lower end of the 95 % interval (Wilson).
    pub low: f64,
    /// Upper end.
    pub high: f64,
}

/// A score of transferability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ScoreKind {
    /// The log evidence per row of a Bayesian linear model on the outputs and a constant.
    LogMe,
    /// The log expected empirical prediction.
    Leep,
    /// The spread of the outputs that lies between the classes (shrunken).
    HScore,
}

/// A score beside what chance gives.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Score {
    /// Which.
    pub kind: ScoreKind,
    /// The score; higher is better.
    pub value: f64,
    /// Its mean where the labels were dealt out anew.
    pub by_chance: f64,
    /// The 95 % quantile there.
    pub chance_high: f64,
    /// (1 + deals that score as high) / (1 + deals).
    pub p: f64,
}

/// What the source model's outputs say of the target's labels before anything is trained there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Worth {
    /// Labelled target rows: one of each patient.
    pub rows: usize,
    /// How often the labels were dealt out anew.
    pub deals: usize,
    /// The scores that are defined for such labels.
    pub scores: Vec<Score>,
}
