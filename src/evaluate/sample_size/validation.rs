//! Judging a model of two classes on other patients: how many, for intervals of the widths that one wants.
//!
//! Riley et al., Stat Med 2021;40:4230–4251; BMJ 2024;384:e074821.

use super::continuous::first;
use super::{ceil, inside, reachable};
use crate::error::Result;
use crate::math::logistic::sigmoid;
use serde::{Deserialize, Serialize};

/// What is assumed, and the widths of the 95 % intervals that one wants.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Assumed {
    /// The event's share.
    pub prevalence: f64,
    /// The expected AUROC.
    pub auroc: f64,
    /// Mean of the linear predictor (logit of the risks), taken as normal.
    pub lp_mean: f64,
    /// Its standard deviation.
    pub lp_sd: f64,
    /// Width of the interval of observed over expected; pmvalsampsize takes 0.2.
    pub oe_width: f64,
    /// Of the calibration slope; 0.2.
    pub slope_width: f64,
    /// Of the AUROC; 0.1.
    pub auroc_width: f64,
}

/// The patients that each criterion asks for.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Needed {
    /// The largest of the three.
    pub n: usize,
    /// For observed over expected, expected to be 1.
    pub by_oe: usize,
    /// For the calibration slope, expected to be 1.
    pub by_slope: usize,
    /// For the AUROC (Newcombe's standard error).
    pub by_auroc: usize,
    /// n · prevalence.
    pub events: f64,
}

/// The three criteria.
///
/// # Errors
/// [`crate::Code::OutOfRange`] with the field's name, or for an n over ten million.
pub fn validate(assumed: Assumed) -> Result<Needed> {
    let Assumed { prevalence, auroc, lp_mean, lp_sd, oe_width, slope_width, auroc_width } = assumed;
    inside("prevalence", prevalence, 0.0, 1.0)?;
    inside("auroc", auroc, 0.5, 1.0)?;
    inside("lp_mean", lp_mean, -30.0, 30.0)?;
    inside("lp_sd", lp_sd, 0.0, 30.0)?;
    for (field, width) in [("oe_width", oe_width), ("slope_width", slope_width), ("auroc_width", auroc_width)] {
        inside(field, width, 0.0, 10.0)?;
    }
    // exp(1.96 s) − exp(−1.96 s) = width, at O/E = 1.
    let se_log = libm::asinh(oe_width / 2.0) / 1.96;
    let by_oe = ceil((1.0 - prevalence) / (prevalence * se_log * se_log));
    let [i00, i01, i11] = information(lp_mean, lp_sd);
    let se_slope = slope_width / (2.0 * 1.96);
    let by_slope = ceil(i00 / (se_slope * se_slope * (i00 * i11 - i01 * i01)));
    let by_auroc = first(2, |n| 2.0 * 1.96 * newcombe(auroc, prevalence, n as f64) <= auroc_width);
    let n = reachable(by_oe.max(by_slope).max(by_auroc))?;
    Ok(Needed { n, by_oe, by_slope, by_auroc, events: n as f64 * prevalence })
}

/// Standard error of an AUROC, from the AUROC alone (Newcombe, Stat Med 2006;25:559–573, method 4).
pub fn newcombe(auroc: f64, prevalence: f64, n: f64) -> f64 {
    let pairs = n / 2.0 - 1.0;
    let spread = 1.0 + pairs * (1.0 - auroc) / (2.0 - auroc) + pairs * auroc / (1.0 + auroc);
    libm::sqrt(auroc * (1.0 - auroc) * spread / (n * n * prevalence * (1.0 - prevalence)))
}

/// Expected information of one patient on (a, b) of logit P(y) = a + b·lp at (0, 1), lp normal.
fn information(mean: f64, sd: f64) -> [f64; 3] {
    const STEP: f64 = 1.0 / 64.0;
    let mut out = [0.0; 3];
    for k in -64 * 10..=64 * 10 {
        let u = f64::from(k) * STEP;
        let lp = mean + sd * u;
        let q = sigmoid(lp);
        let w = STEP * libm::exp(-0.5 * u * u) / libm::sqrt(std::f64::consts::TAU) * q * (1.0 - q);
        out = [out[0] + w, out[1] + w * lp, out[2] + w * lp * lp];
    }
    out
}
