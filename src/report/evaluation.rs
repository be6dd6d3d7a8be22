//! What methodologists ask for beside the verdict, from each evaluated patient's mean prediction: intervals over the
//! patients, net benefit, the shape of the calibration. Nothing here decides.

use serde::{Deserialize, Serialize};

use crate::evaluate::agreement::Agreed;
use crate::evaluate::panel::BandPoint;
use crate::metrics::{Metric, Why};

/// Every method, on the same resamples of the same patients. The intervals carry the chance of these patients, not that
/// of training: the verdict's own interval carries both.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Bootstrap samples of patients.
    pub resamples: u32,
    /// The baseline first, then the transferred one, then the others.
    pub methods: Vec<Evaluated>,
    /// Treating everybody: (threshold, net benefit); empty unless there are two classes.
    pub treat_all: Vec<(f64, f64)>,
    /// The declared difference by other rules.
    pub beside: Vec<Beside>,
}

/// One method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Evaluated {
    /// The method.
    pub id: String,
    /// `transfer`, `baseline` or `other`.
    pub role: String,
    /// Metrics with intervals (BCa).
    pub metrics: Vec<Ranged>,
    /// Gains over the baseline, positive where better; empty for the baseline.
    pub gains: Vec<Ranged>,
    /// Net benefit over the risk threshold.
    pub decision: Vec<BandPoint>,
    /// Net benefit minus that of the better of treating all and treating none.
    pub over_default: Vec<BandPoint>,
    /// Interventions avoided a patient, against treating all.
    pub avoided: Vec<BandPoint>,
    /// Net benefit minus the baseline's; empty for the baseline.
    pub decision_gain: Vec<BandPoint>,
    /// Sensitivity over false-positive rate, the mean over the folds at equal rates, with a pointwise 95 % band; two
    /// classes only.
    #[serde(default)]
    pub roc: Vec<BandPoint>,
    /// Precision over recall, likewise.
    #[serde(default)]
    pub pr: Vec<BandPoint>,
    /// How predicted and observed numbers agree; numbers only.
    #[serde(default)]
    pub agreement: Option<Agreed>,
    /// Each class against the rest, of more than two.
    #[serde(default)]
    pub classes: Vec<OfClass>,
    /// Absent unless there are two classes, and where the risks are all alike or separate the classes.
    pub calibration: Option<Calibrated>,
}

/// One class against the rest.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OfClass {
    /// The class.
    pub name: String,
    /// Evaluated rows of it.
    pub rows: u32,
    /// Ranking and calibration of its probability, with intervals (BCa).
    pub metrics: Vec<Ranged>,
}

/// A metric with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ranged {
    /// Which.
    pub metric: Metric,
    /// On all patients.
    pub value: Option<f64>,
    /// 95 % interval.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// Why there is no interval.
    pub why: Option<Why>,
}

/// How the risks agree with what happened.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Calibrated {
    /// Observed over expected events.
    pub observed_over_expected: f64,
    /// Its 95 % interval.
    pub oe_low: f64,
    /// The upper end.
    pub oe_high: f64,
    /// Integrated calibration index: the mean distance of the risks from the smooth curve.
    pub ici: f64,
    /// The median distance.
    pub e50: f64,
    /// The 90th percentile.
    pub e90: f64,
    /// The largest.
    pub e_max: f64,
    /// The unreliability index U = (χ² − 2)/n of the test of intercept 0 and slope 1.
    pub u: f64,
    /// Its p.
    pub u_p: f64,
    /// Spiegelhalter's z.
    pub spiegelhalter_z: f64,
    /// Its p.
    pub spiegelhalter_p: f64,
}

/// The declared difference by another rule than the verdict's.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Beside {
    /// `bootstrap` (patients, BCa) or `delong`.
    pub rule: String,
    /// The difference, positive where transfer is better.
    pub estimate: Option<f64>,
    /// 95 % interval.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
    /// Two-sided p, where the rule gives one.
    pub p: Option<f64>,
    /// Why the rule is not used: `not_independent` (each prediction comes from models that learned from the other
    /// patients), `clustered`, `kind`, `undefined`.
    pub refused: Option<String>,
}
