//! Whether risks are right on average, and along their range.
//!
//! Van Calster et al., BMC Med 2019;17:230 (the hierarchy); Austin and Steyerberg, Stat Med 2019;38:4051–4065 (ICI).

use super::probability::CLIP;
use crate::math::dist::normal_quantile;
use crate::math::loess::loess;
use crate::math::logistic::sigmoid;
use crate::math::stats::{mean, quantile, quantile_sorted};
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

fn both_classes(y: &[bool]) -> bool {
    y.iter().any(|&e| e) && y.iter().any(|&e| !e)
}

/// Calibration in the large: a of logit P(y) = a + lp, lp as an offset. 0 is ideal, positive means risks too low.
/// `None` with one class only.
pub fn in_the_large(y: &[bool], p: &[f64]) -> Option<Coefficient> {
    if !both_classes(y) || y.len() != p.len() {
        return None;
    }
    let lp: Vec<f64> = p.iter().map(|&p| logit(p)).collect();
    let events = y.iter().filter(|&&e| e).count() as f64;
    // The score is decreasing in a: Newton inside a bracket cannot run away.
    let (mut low, mut high) = (-80.0, 80.0);
    let mut a = 0.0;
    for _ in 0..200 {
        let (mut expected, mut information) = (0.0, 0.0);
        for &x in &lp {
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
    let information: f64 = lp.iter().map(|&x| sigmoid(a + x)).map(|q| q * (1.0 - q)).sum();
    Some(Coefficient { value: a, se: 1.0 / libm::sqrt(information) })
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
    let likelihood = |a: f64, b: f64| -> f64 {
        let term = |(&x, &e): (&f64, &bool)| {
            let eta = a + b * x;
            let s = if e { -eta } else { eta };
            if s > 0.0 { -(s + libm::log1p(libm::exp(-s))) } else { -libm::log1p(libm::exp(s)) }
        };
        x.iter().zip(y).map(term).sum()
    };
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

/// One bin of a calibration plot.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Bin {
    /// Mean predicted risk.
    pub predicted: f64,
    /// Share of events.
    pub observed: f64,
    /// Wilson's 95 % interval of that share.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// Rows.
    pub n: usize,
    /// Events.
    pub events: usize,
}

/// Wilson's interval of a share (J Am Stat Assoc 1927;22:209–212). NaN without rows.
pub fn wilson(events: usize, n: usize, level: f64) -> (f64, f64) {
    let (n, z) = (n as f64, normal_quantile(0.5 + level / 2.0));
    let share = events as f64 / n;
    let centre = (share + z * z / (2.0 * n)) / (1.0 + z * z / n);
    let half = z / (1.0 + z * z / n) * libm::sqrt(share * (1.0 - share) / n + z * z / (4.0 * n * n));
    ((centre - half).max(0.0), (centre + half).min(1.0))
}

/// The calibration plot in bins of about equal size, cut at the quantiles (type 7) of the risk; equal risks share a bin.
pub fn binned(y: &[bool], p: &[f64], bins: usize) -> Vec<Bin> {
    let mut sorted = p.to_vec();
    sorted.sort_by(f64::total_cmp);
    let mut cuts: Vec<f64> = (1..bins).map(|b| quantile_sorted(&sorted, b as f64 / bins as f64)).collect();
    cuts.dedup();
    into_bins(y, p, cuts.len() + 1, |risk| cuts.iter().filter(|&&cut| risk > cut).count())
}

fn into_bins(y: &[bool], p: &[f64], bins: usize, place: impl Fn(f64) -> usize) -> Vec<Bin> {
    let mut members: Vec<Vec<usize>> = vec![Vec::new(); bins];
    for (row, &risk) in p.iter().enumerate().take(y.len()) {
        members[place(risk).min(bins - 1)].push(row);
    }
    members
        .iter()
        .filter(|rows| !rows.is_empty())
        .map(|rows| {
            let events = rows.iter().filter(|&&r| y[r]).count();
            let (low, high) = wilson(events, rows.len(), 0.95);
            let risks: Vec<f64> = rows.iter().map(|&r| p[r]).collect();
            let observed = events as f64 / rows.len() as f64;
            Bin { predicted: mean(&risks), observed, low, high, n: rows.len(), events }
        })
        .collect()
}

/// Expected calibration error: Σ n_b/n |observed − predicted| over `bins` bins of equal width (Naeini et al., AAAI
/// 2015). It depends on the bins: a secondary measure.
pub fn ece(y: &[bool], p: &[f64], bins: usize) -> f64 {
    let bins = bins.max(1);
    let n = y.len() as f64;
    into_bins(y, p, bins, |risk| (risk.max(0.0) * bins as f64) as usize)
        .iter()
        .map(|b| b.n as f64 / n * (b.observed - b.predicted).abs())
        .sum()
}

/// Span of the calibration curve: the share of rows in each local fit (R's default).
pub const SPAN: f64 = 0.75;

/// The smooth calibration curve: loess of degree 1 (local line, tricube weights, span [`SPAN`], no robustness
/// iterations, no interpolation), cut to [0, 1], at each of `at`. Degree 1 and not R's 2: with tens of events the
/// quadratic swings at the ends. `None` with one class only.
pub fn curve(y: &[bool], p: &[f64], at: &[f64]) -> Option<Vec<f64>> {
    if !both_classes(y) || y.len() != p.len() {
        return None;
    }
    let observed: Vec<f64> = y.iter().map(|&e| f64::from(u8::from(e))).collect();
    Some(loess(p, &observed, at, SPAN, 1).into_iter().map(|v| v.clamp(0.0, 1.0)).collect())
}

/// Distances of the risks from the calibration curve.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Distance {
    /// Integrated calibration index: the mean.
    pub ici: f64,
    /// The median.
    pub e50: f64,
    /// The 90th percentile.
    pub e90: f64,
    /// The largest.
    pub e_max: f64,
}

/// Rows from which on the curve is computed on a grid and interpolated: a fit at each of n rows costs n².
const EXACT_UP_TO: usize = 1000;

/// ICI, E50, E90 and Emax against [`curve`]. Over 1,000 rows the curve is computed at 500 quantiles of the risk and
/// interpolated linearly. `None` with one class only.
pub fn distance(y: &[bool], p: &[f64]) -> Option<Distance> {
    let smooth = if p.len() <= EXACT_UP_TO {
        curve(y, p, p)?
    } else {
        let mut sorted = p.to_vec();
        sorted.sort_by(f64::total_cmp);
        let mut grid: Vec<f64> = (0..=500).map(|i| quantile_sorted(&sorted, f64::from(i) / 500.0)).collect();
        grid.dedup();
        let at_grid = curve(y, p, &grid)?;
        p.iter().map(|&risk| interpolate(&grid, &at_grid, risk)).collect()
    };
    let off: Vec<f64> = p.iter().zip(&smooth).map(|(a, b)| (a - b).abs()).collect();
    Some(Distance { ici: mean(&off), e50: quantile(&off, 0.5), e90: quantile(&off, 0.9), e_max: quantile(&off, 1.0) })
}

fn interpolate(grid: &[f64], value: &[f64], x: f64) -> f64 {
    let right = grid.partition_point(|&g| g < x).clamp(1, grid.len().max(2) - 1);
    match (grid.get(right - 1), grid.get(right)) {
        (Some(&a), Some(&b)) if b > a => value[right - 1] + (x - a) / (b - a) * (value[right] - value[right - 1]),
        _ => value.first().copied().unwrap_or(f64::NAN),
    }
}
