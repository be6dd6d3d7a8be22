//! What goes along with a prediction, feature by feature: the rank correlation of what was predicted with what was
//! measured (Spearman), with the two-sided p of t = ρ √((n − 2) / (1 − ρ²)) and Benjamini and Hochberg's q over the features.
//!
//! It describes the model's predictions, not the world: a feature can go along with them because the model uses it,
//! because it goes with one that the model uses, or because both differ between groups of patients.

use serde::{Deserialize, Serialize};

use crate::math::dist::t_two_sided;
use crate::math::stats::{correlation, ranks};
use crate::math::tests::benjamini_hochberg;

/// One feature.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Associated {
    /// Its name.
    pub feature: String,
    /// Rows that have a value.
    pub rows: u32,
    /// Spearman's ρ.
    pub rho: f64,
    /// Two-sided, of one feature.
    pub p: f64,
    /// Among all features: the share of false finds if this one and all before it are taken.
    pub q: f64,
}

/// Fewer rows than this have no rank correlation worth naming.
const FEWEST: usize = 8;

/// The features, the surest first; those without enough values, or that do not vary, are left out.
///
/// `columns`: name and values (NaN is missing) in the order of `predicted`.
pub fn associate(columns: &[(String, Vec<f64>)], predicted: &[f64]) -> Vec<Associated> {
    let mut found: Vec<Associated> = columns.iter().filter_map(|(name, x)| one(name, x, predicted)).collect();
    let all: Vec<f64> = found.iter().map(|one| one.p).collect();
    for (one, q) in found.iter_mut().zip(benjamini_hochberg(&all)) {
        one.q = q;
    }
    found.sort_by(|a, b| a.p.total_cmp(&b.p).then_with(|| b.rho.abs().total_cmp(&a.rho.abs())));
    found
}

fn one(name: &str, x: &[f64], predicted: &[f64]) -> Option<Associated> {
    let there = || x.iter().zip(predicted).filter(|(x, p)| x.is_finite() && p.is_finite());
    let n = there().count();
    if n < FEWEST {
        return None;
    }
    let (a, b): (Vec<f64>, Vec<f64>) = there().map(|(x, p)| (*x, *p)).unzip();
    let rho = correlation(&ranks(&a), &ranks(&b));
    if !rho.is_finite() {
        return None;
    }
    let freedom = (n - 2) as f64;
    let p = if rho.abs() >= 1.0 { 0.0 } else { t_two_sided(rho * libm::sqrt(freedom / (1.0 - rho * rho)), freedom) };
    Some(Associated { feature: name.to_owned(), rows: n as u32, rho, p, q: p })
}
