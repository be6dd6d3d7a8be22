//! A contrast of two procedures, and what may be said of it.

use crate::math::dist::{t_quantile, t_two_sided};
use crate::math::tests::holm;
use crate::metrics::{Metric, Truth};
use serde::{Deserialize, Serialize};

/// Fewer events, or non-events (rows of any class), than this among the evaluated rows: no verdict, by rule. With
/// fewer, an AUROC moves by more than .05 when one patient changes places.
pub const LEAST_EVENTS: usize = 10;
/// The same for numbers: as many rows as the rule for two classes implies.
pub const LEAST_ROWS: usize = 20;
/// z of 2.5 % and of 20 %: two-sided 5 %, power 80 %.
pub const DETECTABLE: f64 = 1.96 + 0.84;

/// The smallest true difference that a comparison with this standard error shows at two-sided 5 % with a power of 80 %.
pub fn smallest_detectable(se: f64) -> f64 {
    DETECTABLE * se
}

/// How the data were divided.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Design {
    /// Repeated k-fold cross-validation of the target.
    Cv,
    /// A given test set, the variance of training from half-samples.
    HeldOut,
    /// Each site held out in turn.
    Sites,
}

/// What was evaluated: rows of each class, or rows. Each row counts once, however often it was predicted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Evidence {
    /// Rows of each class of the task.
    Classes(Vec<usize>),
    /// Rows with a number.
    Values(usize),
}

impl Evidence {
    /// Counts the evaluated rows.
    pub fn of(truth: Truth<'_>) -> Self {
        match truth {
            Truth::Values(y) => Evidence::Values(y.len()),
            Truth::Classes { y, classes } => {
                let count = |class: usize| y.iter().filter(|&&c| c as usize == class).count();
                Evidence::Classes((0..classes).map(count).collect())
            }
        }
    }

    /// The rule that forbids a verdict, if one does.
    pub fn too_few(&self) -> Option<Reason> {
        match self {
            Evidence::Values(found) => {
                (*found < LEAST_ROWS).then_some(Reason::TooFewRows { found: *found, needed: LEAST_ROWS })
            }
            Evidence::Classes(counts) => counts
                .iter()
                .enumerate()
                .filter(|(_, n)| **n < LEAST_EVENTS)
                .min_by_key(|(_, n)| **n)
                .map(|(class, &found)| Reason::TooFewEvents { class: class as u32, found, needed: LEAST_EVENTS }),
        }
    }
}

/// What may be said.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Verdict {
    /// The interval lies over 0: transfer is better.
    Helps,
    /// The interval lies under 0: transfer is worse.
    Harms,
    /// Neither was shown.
    CannotTell {
        /// Why.
        reason: Reason,
    },
}

/// Why nothing can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Reason {
    /// The interval holds 0.
    Interval,
    /// A class has fewer evaluated rows than the rule asks for.
    TooFewEvents {
        /// The scarcest class; 1 is the event.
        class: u32,
        /// Its rows.
        found: usize,
        /// The rule.
        needed: usize,
    },
    /// Fewer evaluated rows with a number than the rule asks for.
    TooFewRows {
        /// Rows.
        found: usize,
        /// The rule.
        needed: usize,
    },
    /// Fewer sites than the rule asks for: their spread cannot be known.
    TooFewSites {
        /// Sites with a value.
        found: usize,
        /// The rule.
        needed: usize,
    },
    /// Fewer than two usable folds, or differences that do not vary: there is no standard error.
    Degenerate,
}

/// Transfer against target-only in one metric, turned so that positive is better.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contrast {
    /// The metric.
    pub metric: Metric,
    /// Mean over folds (fits) of the transfer procedure, in the metric's own direction.
    #[serde(with = "nan_as_null")]
    pub transfer: f64,
    /// The same of target-only.
    #[serde(with = "nan_as_null")]
    pub target_only: f64,
    /// The oriented difference: positive where transfer is better.
    #[serde(with = "nan_as_null")]
    pub estimate: f64,
    /// Its standard error, training and testing variance together; NaN (null) where there is none.
    #[serde(with = "nan_as_null")]
    pub se: f64,
    /// Degrees of freedom of the t interval.
    #[serde(with = "nan_as_null")]
    pub df: f64,
    /// Lower end of the 95 % interval.
    #[serde(with = "nan_as_null")]
    pub low: f64,
    /// Upper end of the 95 % interval.
    #[serde(with = "nan_as_null")]
    pub high: f64,
    /// Two-sided p of no difference.
    #[serde(with = "nan_as_null")]
    pub p: f64,
    /// Holm's adjusted p, for secondary contrasts ([`adjust`]).
    pub p_adjusted: Option<f64>,
    /// Folds (fits) in which both values were defined.
    pub n_folds: usize,
    /// Folds (fits) in which one was not, and which were left out.
    pub n_undefined: usize,
    /// The design.
    pub design: Design,
    /// The smallest difference that could have been shown at 80 % power: 2.8 standard errors.
    #[serde(with = "nan_as_null")]
    pub smallest_detectable: f64,
    /// What may be said.
    pub verdict: Verdict,
}

/// The two means, the estimate with its standard error, and the folds behind them.
#[derive(Debug, Clone, Copy)]
pub(super) struct Parts {
    pub transfer: f64,
    pub target_only: f64,
    pub estimate: f64,
    pub se: f64,
    pub df: f64,
    pub n_folds: usize,
    pub n_undefined: usize,
}

impl Contrast {
    pub(super) fn new(metric: Metric, design: Design, evidence: &Evidence, parts: Parts) -> Self {
        let Parts { transfer, target_only, estimate, se, df, n_folds, n_undefined } = parts;
        // A se of rounding errors alone is no se.
        let usable = estimate.is_finite() && se.is_finite() && se > 1e-12 && df > 0.0;
        let se = if usable { se } else { f64::NAN };
        let half = t_quantile(0.975, df) * se;
        let (low, high) = (estimate - half, estimate + half);
        let verdict = match evidence.too_few() {
            Some(reason) => Verdict::CannotTell { reason },
            None if !usable || !half.is_finite() => Verdict::CannotTell { reason: Reason::Degenerate },
            None if low > 0.0 => Verdict::Helps,
            None if high < 0.0 => Verdict::Harms,
            None => Verdict::CannotTell { reason: Reason::Interval },
        };
        // Two values of a metric are never farther apart than its range is wide. NaN stays NaN.
        let (least, most) = metric.range();
        let widest = most - least;
        let inside = |end: f64| if end.is_nan() { end } else { end.clamp(-widest, widest) };
        Self {
            metric,
            transfer,
            target_only,
            estimate,
            se,
            df,
            low: inside(low),
            high: inside(high),
            p: if usable { t_two_sided(estimate / se, df) } else { f64::NAN },
            p_adjusted: None,
            n_folds,
            n_undefined,
            design,
            smallest_detectable: smallest_detectable(se),
            verdict,
        }
    }
}

/// Fills `p_adjusted` of a family of secondary contrasts by Holm. Those without a p are not counted.
pub fn adjust(family: &mut [Contrast]) {
    let with_p: Vec<usize> = (0..family.len()).filter(|&i| family[i].p.is_finite()).collect();
    let adjusted = holm(&with_p.iter().map(|&i| family[i].p).collect::<Vec<_>>());
    for (i, p) in with_p.into_iter().zip(adjusted) {
        family[i].p_adjusted = Some(p);
    }
}

/// "Ranks better, calibrated worse."
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BetterWorse {
    /// The AUROC's interval lies over 0, and that of log-loss, Brier or the calibration slope under 0.
    Shown,
    /// The AUROC's estimate is positive, and those of log-loss and Brier negative.
    Suspected,
}

/// Whether transfer ranks better but is calibrated worse, among contrasts of one procedure. The slope's contrast compares
/// distances from 1, so that its direction is the same as of the others.
pub fn ranks_better_calibrated_worse(contrasts: &[Contrast]) -> Option<BetterWorse> {
    let of = |metric: Metric| contrasts.iter().find(|c| c.metric == metric);
    let auroc = of(Metric::Auroc)?;
    let worse = [Metric::LogLoss, Metric::Brier, Metric::CalibrationSlope];
    if auroc.low > 0.0 && worse.iter().filter_map(|&m| of(m)).any(|c| c.high < 0.0) {
        return Some(BetterWorse::Shown);
    }
    let negative = |metric| of(metric).is_some_and(|c| c.estimate < 0.0);
    (auroc.estimate > 0.0 && negative(Metric::LogLoss) && negative(Metric::Brier)).then_some(BetterWorse::Suspected)
}

/// JSON has no NaN: null both ways.
mod nan_as_null {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(value: &f64, s: S) -> Result<S::Ok, S::Error> {
        value.is_finite().then_some(*value).serialize(s)
    }
    pub fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<f64, D::Error> {
        Ok(Option::<f64>::deserialize(d)?.unwrap_or(f64::NAN))
    }
}
