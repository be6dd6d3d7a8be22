//! DeLong's covariance of AUROCs on the same rows, and the paired test.
//!
//! DeLong, DeLong and Clarke-Pearson, Biometrics 1988;44:837–845; the placements by ranks as Sun and Xu, IEEE Signal
//! Processing Letters 2014;21:1389–1393. It carries the variance of testing only: not valid for models that were
//! fitted on the evaluated rows (Demler, Stat Med 2012;31:2577–2587).

use super::ranking::one_against_rest;
use super::why::{Estimate, Why, scores};
use crate::math::dist;
use crate::math::logistic::sigmoid;
use crate::math::stats::{covariance, mean, ranks};
use serde::{Deserialize, Serialize};

/// The structural components of one AUROC.
#[derive(Debug, Clone, PartialEq)]
pub struct Placements {
    /// For each event, the share of non-events under it.
    pub events: Vec<f64>,
    /// For each non-event, the share of events over it.
    pub others: Vec<f64>,
}

impl Placements {
    /// Of scores on rows with both classes; `None` otherwise. Events and non-events stand in the rows' order.
    pub fn of(y: &[bool], score: &[f64]) -> Option<Self> {
        let split = |wanted: bool| -> Vec<f64> {
            score.iter().zip(y).filter(|(_, e)| **e == wanted).map(|(s, _)| *s).collect()
        };
        let (x, z) = (split(true), split(false));
        if x.is_empty() || z.is_empty() || y.len() != score.len() {
            return None;
        }
        let (m, n) = (x.len() as f64, z.len() as f64);
        let both = ranks(&[x.as_slice(), z.as_slice()].concat());
        let events = both.iter().zip(ranks(&x)).map(|(all, own)| (all - own) / n).collect();
        let others = both[x.len()..].iter().zip(ranks(&z)).map(|(all, own)| 1.0 - (all - own) / m).collect();
        Some(Self { events, others })
    }

    /// The AUROC.
    pub fn auroc(&self) -> f64 {
        mean(&self.events)
    }

    /// The mean of several (the same rows, other models): the components of the mean AUROC.
    pub fn average(many: &[Placements]) -> Option<Placements> {
        let first = many.first()?;
        if many.iter().any(|p| p.events.len() != first.events.len() || p.others.len() != first.others.len()) {
            return None;
        }
        let column = |get: &dyn Fn(&Placements) -> &Vec<f64>, i: usize| {
            many.iter().map(|p| get(p)[i]).sum::<f64>() / many.len() as f64
        };
        Some(Placements {
            events: (0..first.events.len()).map(|i| column(&|p| &p.events, i)).collect(),
            others: (0..first.others.len()).map(|i| column(&|p| &p.others, i)).collect(),
        })
    }

    /// Covariance of the two AUROCs: S₁₀/m + S₀₁/n. NaN with fewer than two of a class.
    pub fn covariance(&self, other: &Placements) -> f64 {
        covariance(&self.events, &other.events) / self.events.len() as f64
            + covariance(&self.others, &other.others) / self.others.len() as f64
    }

    /// Variance of the AUROC.
    pub fn variance(&self) -> f64 {
        self.covariance(self)
    }

    /// Variance of the difference of the two AUROCs.
    pub fn variance_of_difference(&self, other: &Placements) -> f64 {
        self.variance() + other.variance() - 2.0 * self.covariance(other)
    }
}

/// An AUROC with its interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct AurocInterval {
    /// The AUROC.
    pub auroc: f64,
    /// DeLong's standard error.
    pub se: f64,
    /// Lower end, not under 0.
    pub low: f64,
    /// Upper end, not over 1.
    pub high: f64,
}

/// The AUROC with DeLong's normal interval of this `level` (0.95), cut at 0 and 1. `None` with fewer than two of a class.
pub fn interval(y: &[bool], score: &[f64], level: f64) -> Option<AurocInterval> {
    let placements = Placements::of(y, score)?;
    let (auroc, se) = (placements.auroc(), libm::sqrt(placements.variance()));
    let half = dist::normal_quantile(0.5 + level / 2.0) * se;
    se.is_finite().then(|| AurocInterval { auroc, se, low: (auroc - half).max(0.0), high: (auroc + half).min(1.0) })
}

/// A paired comparison of two AUROCs.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PairedTest {
    /// First minus second.
    pub difference: f64,
    /// Standard error of the difference.
    pub se: f64,
    /// difference / se; 0 where the scores rank alike.
    pub z: f64,
    /// Two-sided.
    pub p: f64,
}

/// DeLong's test of two scores on the same rows. `None` with fewer than two of a class.
pub fn paired(y: &[bool], first: &[f64], second: &[f64]) -> Option<PairedTest> {
    let (a, b) = (Placements::of(y, first)?, Placements::of(y, second)?);
    let variance = a.variance_of_difference(&b);
    if !variance.is_finite() {
        return None;
    }
    let (difference, se) = (a.auroc() - b.auroc(), libm::sqrt(variance.max(0.0)));
    let z = if se > 0.0 { difference / se } else { 0.0 };
    Some(PairedTest { difference, se, z, p: 2.0 * dist::normal_cdf(-z.abs()) })
}

/// The AUROC with DeLong's standard error and the interval on the logit scale, expit(logit A ± z·se / (A(1 − A))): it
/// stays inside (0, 1) and covers better near 1 (Pepe, The Statistical Evaluation of Medical Tests, 2003, 5.2.4; Qin and
/// Hotilovac, Stat Methods Med Res 2008;17:207–221).
///
/// # Errors
/// What [`scores`] says; [`Why::TooFew`] with fewer than two of a class; [`Why::Degenerate`] when the classes are
/// separated: the standard error is 0 there, and no interval of this kind exists.
pub fn logit_interval(y: &[bool], score: &[f64], level: f64) -> Result<Estimate, Why> {
    let (auroc, se) = auroc_and_se(y, score)?;
    if se <= 0.0 || auroc <= 0.0 || auroc >= 1.0 {
        return Err(Why::Degenerate);
    }
    let half = dist::normal_quantile(0.5 + level / 2.0) * se / (auroc * (1.0 - auroc));
    let eta = libm::log(auroc / (1.0 - auroc));
    Ok(Estimate { value: auroc, se: Some(se), low: sigmoid(eta - half), high: sigmoid(eta + half) })
}

fn auroc_and_se(y: &[bool], score: &[f64]) -> Result<(f64, f64), Why> {
    scores(y, score)?;
    let events = y.iter().filter(|&&e| e).count();
    let scarce = events.min(y.len() - events);
    if scarce < 2 {
        return Err(Why::TooFew { found: scarce, needed: 2 });
    }
    let placements = Placements::of(y, score).ok_or(Why::OneClass)?;
    Ok((placements.auroc(), libm::sqrt(placements.variance().max(0.0))))
}

/// The AUROC of each class against the rest, with its [`logit_interval`].
///
/// # Shapes
/// `p`: n × classes by rows; answer: one a class.
pub fn of_each_class(y: &[u32], classes: usize, p: &[f64], level: f64) -> Vec<Result<Estimate, Why>> {
    (0..classes)
        .map(|class| {
            let (event, score) = one_against_rest(y, classes, p, class);
            logit_interval(&event, &score, level)
        })
        .collect()
}

/// A comparison of two AUROCs on different patients.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct UnpairedTest {
    /// First minus second.
    pub difference: f64,
    /// Standard error of the difference.
    pub se: f64,
    /// difference / se.
    pub t: f64,
    /// Welch and Satterthwaite's degrees of freedom over rows, as in pROC.
    pub df: f64,
    /// Two-sided, of Student's t.
    pub p: f64,
}

/// DeLong's test of scores on two groups of patients who share nobody, each a (truth, score).
///
/// # Errors
/// What [`scores`] says of a group; [`Why::TooFew`]; [`Why::Degenerate`] when neither AUROC has a variance.
pub fn unpaired(first: (&[bool], &[f64]), second: (&[bool], &[f64])) -> Result<UnpairedTest, Why> {
    let ((a, se_a), (b, se_b)) = (auroc_and_se(first.0, first.1)?, auroc_and_se(second.0, second.1)?);
    let (v, w) = (se_a * se_a, se_b * se_b);
    if v + w <= 0.0 {
        return Err(Why::Degenerate);
    }
    let (difference, se) = (a - b, libm::sqrt(v + w));
    let rows = |y: &[bool]| y.len() as f64 - 1.0;
    let df = (v + w) * (v + w) / (v * v / rows(first.0) + w * w / rows(second.0));
    Ok(UnpairedTest { difference, se, t: difference / se, df, p: dist::t_two_sided(difference / se, df) })
}

impl PairedTest {
    /// The normal interval of the difference.
    pub fn interval(&self, level: f64) -> Estimate {
        Estimate::wald(self.difference, self.se, dist::normal_quantile(0.5 + level / 2.0))
    }
}
