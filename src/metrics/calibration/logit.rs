//! Calibration on the logit scale: in the large, and the slope.

use crate::math::logistic::{sigmoid, softplus};
use crate::math::stats::mean;
use crate::metrics::probability::CLIP;
use serde::{Deserialize, Serialize};

/// A coefficient and its standard error.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Coefficient {
    /// The estimate.
    pub value: f64,
    /// From the information matrix at the estimate.
    pub se: f64,
}

/// The two coefficients of logit P(y) = intercept + slope · lp.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct LogitCalibration {
    /// a; to be read with the slope only (for the mean level see [`in_the_large`]).
    pub intercept: Coefficient,
    /// b: 1 is ideal, under 1 means too extreme predictions.
    pub slope: Coefficient,
}

/// logit p, p clipped at [`CLIP`].
pub fn logit(p: f64) -> f64 {
    let p = p.clamp(CLIP, 1.0 - CLIP);
    libm::log(p) - libm::log1p(-p)
}

pub(super) fn both_classes(y: &[bool]) -> bool {
    y.iter().any(|&e| e) && y.iter().any(|&e| !e)
}

/// Calibration in the large: a of logit P(y) = a + lp, lp as an offset. 0 is ideal, positive means risks too low.
/// `None` with one class only.
pub fn in_the_large(y: &[bool], p: &[f64]) -> Option<Coefficient> {
    if !both_classes(y) || y.len() != p.len() {
        return None;
    }
    let lp: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    let (value, information) = intercept_beside(y, &lp);
    Some(Coefficient { value, se: 1.0 / libm::sqrt(information) })
}

/// The a that maximises the likelihood of logit P(y) = a + offset, and the information there. Both classes are present.
pub(super) fn intercept_beside(y: &[bool], offset: &[f64]) -> (f64, f64) {
    let events = y.iter().filter(|&&e| e).count() as f64;
    // The score is decreasing in a: Newton inside a bracket cannot run away. logit p lies within ±34.6.
    let widest = offset.iter().fold(0.0_f64, |w, v| w.max(v.abs()));
    let (mut low, mut high) = (-45.0 - widest, 45.0 + widest);
    let mut a = 0.0;
    for _ in 0..200 {
        let (mut expected, mut information) = (0.0, 0.0);
        for &x in offset {
            let q = sigmoid(a + x);
            expected += q;
            information += q * (1.0 - q);
        }
        let score = events - expected;
        *if score > 0.0 { &mut low } else { &mut high } = a;
        let newton = a + score / information;
        let next = if newton > low && newton < high { newton } else { (low + high) / 2.0 };
        let step = (next - a).abs();
        a = next;
        if step < 1e-13 * (1.0 + a.abs()) {
            break;
        }
    }
    (a, offset.iter().map(|&x| sigmoid(a + x)).map(|q| q * (1.0 - q)).sum())
}

/// The log-likelihood of logit P(y) = a + b·x.
pub(super) fn log_likelihood(y: &[bool], x: &[f64], a: f64, b: f64) -> f64 {
    let term = |(&x, &e): (&f64, &bool)| {
        let eta = a + b * x;
        -softplus(if e { -eta } else { eta })
    };
    x.iter().zip(y).map(term).sum()
}

/// Calibration slope and intercept by maximum likelihood (Cox, Biometrika 1958;45:562–565). `None` with one class
/// only, constant predictions, or when the predictions separate the classes (the slope is infinite).
pub fn slope(y: &[bool], p: &[f64]) -> Option<LogitCalibration> {
    if !both_classes(y) || y.len() != p.len() {
        return None;
    }
    let raw: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    // Centred and scaled, so that the 2 × 2 system is well conditioned.
    let (centre, spread) = (mean(&raw), crate::math::stats::sd(&raw));
    if spread.is_nan() || spread <= 1e-12 {
        return None;
    }
    let x: Vec<f64> = raw.iter().map(|v| (v - centre) / spread).collect();
    let prevalence = y.iter().filter(|&&e| e).count() as f64 / y.len() as f64;
    let (mut a, mut b) = (logit(prevalence), 0.0);
    let likelihood = |a: f64, b: f64| log_likelihood(y, &x, a, b);
    let mut now = likelihood(a, b);
    for _ in 0..100 {
        let (mut g0, mut g1, mut h00, mut h01, mut h11) = (0.0, 0.0, 0.0, 0.0, 0.0);
        for (&x, &e) in x.iter().zip(y) {
            let q = sigmoid(a + b * x);
            let r = f64::from(u8::from(e)) - q;
            let w = q * (1.0 - q);
            g0 += r;
            g1 += r * x;
            h00 += w;
            h01 += w * x;
            h11 += w * x * x;
        }
        let det = h00 * h11 - h01 * h01;
        if det.is_nan() || det <= 1e-14 * y.len() as f64 {
            return None;
        }
        let (da, db) = ((h11 * g0 - h01 * g1) / det, (h00 * g1 - h01 * g0) / det);
        let mut step = 1.0;
        let mut next = likelihood(a + da, b + db);
        while next < now - 1e-12 * now.abs() && step > 1e-6 {
            step /= 2.0;
            next = likelihood(a + step * da, b + step * db);
        }
        a += step * da;
        b += step * db;
        now = next;
        if da.abs() + db.abs() < 1e-11 * (1.0 + a.abs() + b.abs()) {
            let to_raw = 1.0 / spread;
            let (v_aa, v_bb, v_ab) = (h11 / det, h00 / det, -h01 / det);
            let c = centre / spread;
            return Some(LogitCalibration {
                intercept: Coefficient { value: a - b * c, se: libm::sqrt(v_aa + c * c * v_bb - 2.0 * c * v_ab) },
                slope: Coefficient { value: b * to_raw, se: libm::sqrt(v_bb) * to_raw },
            });
        }
    }
    None
}
