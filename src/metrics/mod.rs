//! How good a prediction is: pure functions of (truth, prediction). What is undefined on the rows at hand (a class that
//! is absent, a constant truth) is `None`, never a number that looks like one.

pub mod agreement;
pub mod calibration;
pub mod decision;
pub mod delong;
pub mod glucose;
pub mod numbers;
pub mod operating;
pub mod perplexity;
pub mod probability;
pub mod ranking;
pub mod risks;
pub mod sorted;
pub mod tally;
pub mod threshold;
pub mod weighted;
pub mod why;

pub use why::{Estimate, Why};

use serde::{Deserialize, Serialize};

/// What was observed, one entry a row.
#[derive(Debug, Clone, Copy)]
pub enum Truth<'a> {
    /// Class numbers under `classes`; with two classes, 1 is the event.
    Classes {
        /// The class of each row.
        y: &'a [u32],
        /// How many classes the task has, whether or not all are present here.
        classes: usize,
    },
    /// Numbers.
    Values(&'a [f64]),
}

impl Truth<'_> {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Truth::Classes { y, .. } => y.len(),
            Truth::Values(y) => y.len(),
        }
    }
    /// Without rows.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A measure of performance. The formula and its source stand at the function that `compute` calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// Area under the ROC curve; with more than two classes the macro average of one against the rest.
    Auroc,
    /// Hand and Till's M: the mean AUROC over pairs of classes.
    HandTill,
    /// Average precision; with more than two classes the macro average.
    Auprc,
    /// Brier score: 0 to 1 with two classes (the event's term alone), 0 to 2 with more (the sum over classes).
    Brier,
    /// 1 − Brier / Brier of the prevalence.
    ScaledBrier,
    /// Mean negative log-likelihood, probabilities clipped at 1e-15.
    LogLoss,
    /// Share of rows whose most probable class is the true one.
    Accuracy,
    /// Mean over classes of the share found.
    BalancedAccuracy,
    /// Matthews correlation, also for several classes.
    Mcc,
    /// a of logit P(y) = a + lp: 0 is ideal.
    CalibrationInTheLarge,
    /// b of logit P(y) = a + b·lp: 1 is ideal, under 1 means too extreme predictions.
    CalibrationSlope,
    /// Expected calibration error over 10 bins of equal width.
    Ece,
    /// Integrated calibration index: the mean distance from the loess calibration curve.
    Ici,
    /// Root mean squared error, in the label's unit.
    Rmse,
    /// Mean absolute error, in the label's unit.
    Mae,
    /// 1 − residual over total sum of squares of the evaluated rows.
    R2,
    /// Pearson's correlation of truth and prediction.
    Pearson,
    /// Of two classes: the share of events among the rows that are called events, those with a risk of 0.5 or more; 0
    /// where nobody is (as scikit-learn).
    Precision,
    /// Of two classes: the share of the events that are called so at 0.5.
    Recall,
    /// Of two classes: the harmonic mean of precision and recall at 0.5; 0 where nobody is called.
    F1,
}

impl Metric {
    /// Those of classes, in the order of the tables.
    pub const OF_CLASSES: &'static [Metric] = &[
        Metric::Auroc,
        Metric::HandTill,
        Metric::Auprc,
        Metric::Brier,
        Metric::ScaledBrier,
        Metric::LogLoss,
        Metric::Accuracy,
        Metric::BalancedAccuracy,
        Metric::Mcc,
        Metric::CalibrationInTheLarge,
        Metric::CalibrationSlope,
        Metric::Ece,
        Metric::Ici,
    ];
    /// Those of the experiment over numbers of target rows (Dalkıran et al. 2023): of two classes, at 0.5 where a call is
    /// asked for.
    pub const OF_MODES: &'static [Metric] =
        &[Metric::Mcc, Metric::Auroc, Metric::Auprc, Metric::Precision, Metric::Recall, Metric::F1, Metric::Accuracy];
    /// Those of numbers, in the order of the tables.
    pub const OF_VALUES: &'static [Metric] = &[
        Metric::Rmse,
        Metric::Mae,
        Metric::R2,
        Metric::Pearson,
        Metric::CalibrationInTheLarge,
        Metric::CalibrationSlope,
    ];

    /// The stable name, as in JSON.
    pub fn as_str(self) -> &'static str {
        match self {
            Metric::Auroc => "auroc",
            Metric::HandTill => "hand_till",
            Metric::Auprc => "auprc",
            Metric::Brier => "brier",
            Metric::ScaledBrier => "scaled_brier",
            Metric::LogLoss => "log_loss",
            Metric::Accuracy => "accuracy",
            Metric::BalancedAccuracy => "balanced_accuracy",
            Metric::Mcc => "mcc",
            Metric::CalibrationInTheLarge => "calibration_in_the_large",
            Metric::CalibrationSlope => "calibration_slope",
            Metric::Ece => "ece",
            Metric::Ici => "ici",
            Metric::Rmse => "rmse",
            Metric::Mae => "mae",
            Metric::R2 => "r2",
            Metric::Pearson => "pearson",
            Metric::Precision => "precision",
            Metric::Recall => "recall",
            Metric::F1 => "f1",
        }
    }

    /// True where more is better. The two that have an [`ideal`](Self::ideal) in the middle are compared by their
    /// distance from it, of which less is better.
    pub fn higher_is_better(self) -> bool {
        matches!(
            self,
            Metric::Auroc
                | Metric::HandTill
                | Metric::Auprc
                | Metric::ScaledBrier
                | Metric::Accuracy
                | Metric::BalancedAccuracy
                | Metric::Mcc
                | Metric::R2
                | Metric::Pearson
                | Metric::Precision
                | Metric::Recall
                | Metric::F1
        )
    }

    /// The best value of those that can be missed on both sides.
    pub fn ideal(self) -> Option<f64> {
        match self {
            Metric::CalibrationInTheLarge => Some(0.0),
            Metric::CalibrationSlope => Some(1.0),
            _ => None,
        }
    }

    /// The values that it can take: an interval that leaves them is cut there. `INFINITY` where there is no end.
    pub fn range(self) -> (f64, f64) {
        match self {
            Metric::Auroc | Metric::HandTill | Metric::Auprc | Metric::Accuracy | Metric::BalancedAccuracy => {
                (0.0, 1.0)
            }
            Metric::Ece | Metric::Ici | Metric::Precision | Metric::Recall | Metric::F1 => (0.0, 1.0),
            Metric::Brier => (0.0, 2.0),
            Metric::Mcc | Metric::Pearson => (-1.0, 1.0),
            Metric::ScaledBrier | Metric::R2 => (f64::NEG_INFINITY, 1.0),
            Metric::LogLoss | Metric::Rmse | Metric::Mae => (0.0, f64::INFINITY),
            Metric::CalibrationInTheLarge | Metric::CalibrationSlope => (f64::NEG_INFINITY, f64::INFINITY),
        }
    }

    /// The value turned so that more is always better.
    pub fn oriented(self, value: f64) -> f64 {
        match self.ideal() {
            Some(ideal) => -(value - ideal).abs(),
            None if self.higher_is_better() => value,
            None => -value,
        }
    }

    /// The oriented difference: positive where `transfer` is better than `target_only`.
    pub fn gain(self, transfer: f64, target_only: f64) -> f64 {
        self.oriented(transfer) - self.oriented(target_only)
    }

    /// The value, or `None` where it is undefined: an absent class, a constant truth, a prediction that is not finite,
    /// or a metric of the other kind of label.
    ///
    /// # Shapes
    /// `prediction`: for two classes the event's probability (n) or both (n × 2, by rows); for more, n × classes by
    /// rows; for numbers n.
    pub fn compute(self, truth: Truth<'_>, prediction: &[f64]) -> Option<f64> {
        if truth.is_empty() || prediction.iter().any(|p| !p.is_finite()) {
            return None;
        }
        match truth {
            Truth::Values(y) => self.of_values(y, prediction),
            Truth::Classes { y, classes } if classes <= 2 => {
                let event: Vec<bool> = y.iter().map(|&c| c == 1).collect();
                if prediction.len() == y.len() {
                    self.of_events(&event, prediction)
                } else if prediction.len() == 2 * y.len() {
                    let p: Vec<f64> = prediction.chunks_exact(2).map(|row| row[1]).collect();
                    self.of_events(&event, &p)
                } else {
                    None
                }
            }
            Truth::Classes { y, classes } if prediction.len() == y.len() * classes => {
                self.of_classes(y, classes, prediction)
            }
            Truth::Classes { .. } => None,
        }
    }

    fn of_events(self, y: &[bool], p: &[f64]) -> Option<f64> {
        match self {
            Metric::Auroc | Metric::HandTill => ranking::auroc(y, p),
            Metric::Auprc => ranking::average_precision(y, p),
            Metric::Brier => Some(probability::brier(y, p)),
            Metric::ScaledBrier => probability::scaled_brier(y, p),
            Metric::LogLoss => Some(probability::log_loss(y, p)),
            Metric::Accuracy => Some(threshold::Confusion::at(y, p, 0.5).accuracy()),
            Metric::BalancedAccuracy => threshold::Confusion::at(y, p, 0.5).balanced_accuracy(),
            Metric::Mcc => threshold::Confusion::at(y, p, 0.5).mcc(),
            Metric::Precision => threshold::Confusion::at(y, p, 0.5).precision(),
            Metric::Recall => threshold::Confusion::at(y, p, 0.5).sensitivity(),
            Metric::F1 => threshold::Confusion::at(y, p, 0.5).f1(),
            Metric::CalibrationInTheLarge => calibration::in_the_large(y, p).map(|c| c.value),
            Metric::CalibrationSlope => calibration::slope(y, p).map(|c| c.slope.value),
            Metric::Ece => Some(calibration::ece(y, p, 10)),
            Metric::Ici => calibration::distance(y, p).map(|d| d.ici),
            Metric::Rmse | Metric::Mae | Metric::R2 | Metric::Pearson => None,
        }
    }

    fn of_classes(self, y: &[u32], classes: usize, p: &[f64]) -> Option<f64> {
        match self {
            Metric::Auroc => ranking::macro_auroc(y, classes, p),
            Metric::HandTill => ranking::hand_till(y, classes, p),
            Metric::Auprc => ranking::macro_average_precision(y, classes, p),
            Metric::Brier => Some(probability::brier_classes(y, classes, p)),
            Metric::ScaledBrier => probability::scaled_brier_classes(y, classes, p),
            Metric::LogLoss => Some(probability::log_loss_classes(y, classes, p)),
            Metric::Accuracy => Some(threshold::accuracy(y, &threshold::most_probable(classes, p))),
            Metric::BalancedAccuracy => threshold::balanced_accuracy(y, classes, &threshold::most_probable(classes, p)),
            Metric::Mcc => threshold::mcc(y, classes, &threshold::most_probable(classes, p)),
            _ => None,
        }
    }

    fn of_values(self, y: &[f64], prediction: &[f64]) -> Option<f64> {
        if prediction.len() != y.len() || y.iter().any(|v| !v.is_finite()) {
            return None;
        }
        match self {
            Metric::Rmse => Some(numbers::rmse(y, prediction)),
            Metric::Mae => Some(numbers::mae(y, prediction)),
            Metric::R2 => numbers::r2(y, prediction),
            Metric::Pearson => numbers::pearson(y, prediction),
            Metric::CalibrationInTheLarge => Some(numbers::in_the_large(y, prediction)),
            Metric::CalibrationSlope => numbers::calibration(y, prediction).map(|c| c.slope),
            _ => None,
        }
    }
}
