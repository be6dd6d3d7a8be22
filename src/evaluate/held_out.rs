//! A given test set: the variance of training by half-samples, of testing by the patients' influence.
//!
//! The estimate is the mean over *whole* fits, each on all training rows under its own seed. For the variance the
//! training rows are cut into two random halves, many times, and both procedures are fitted on each half:
//! Var_train = mean over cuts of (θ_A − θ_B)² / 4, the balanced half-sample estimate (McCarthy, Rev Int Stat Inst
//! 1969;37:239–264; Shao and Tu, The Jackknife and Bootstrap, 1995, 2.3 and 6.2). For a smooth statistic it is the variance of
//! the whole fit. What a procedure draws at random (a selected penalty, an early stop) enters once, on half the rows,
//! where it is larger: the interval errs on the wide side. The delete-a-tenth jackknife, which also came to mind,
//! multiplies that noise by its number of groups: over 40 draws of SUPPORT2 its error was three times the true one.
//! Var_test: DeLong for the AUROC of two classes, the patients' influence functions for the other metrics that have one,
//! each averaged over the whole fits, else a bootstrap of patients. Total = sum. The degrees of freedom are
//! Satterthwaite's, with one for each cut: contrasts of random halves are nearly uncorrelated.

use super::bootstrap::Units;
use super::contrast::{Contrast, Design, Evidence, Parts};
use super::cv::Resampled;
use super::influence::{influences, variance_over};
use crate::math::dist::t_quantile;
use crate::math::stats::{mean, variance};
use crate::metrics::delong::Placements;
use crate::metrics::weighted::{Weighted, event_risks};
use crate::metrics::{Metric, Truth};
use crate::rng::Rng;

/// One pair of fits on the same training rows, and their predictions on the test set (laid out as
/// [`Metric::compute`] takes them).
#[derive(Debug, Clone, Copy)]
pub struct Fit<'a> {
    /// The transfer procedure's predictions.
    pub transfer: &'a [f64],
    /// Target-only's predictions.
    pub target_only: &'a [f64],
}

/// The fits of a design: on all training rows, and on the two halves of each cut.
#[derive(Debug, Clone)]
pub struct Fits<T> {
    /// On all training rows, under several seeds.
    pub whole: Vec<T>,
    /// On both halves of each cut.
    pub halves: Vec<(T, T)>,
}

/// Mean over cuts of (θ_A − θ_B)² / 4, and the number of cuts where both are defined.
fn half_sample_variance<T>(halves: &[(T, T)], value: impl Fn(&T) -> Option<f64>) -> (f64, f64) {
    let squares: Vec<f64> = halves
        .iter()
        .filter_map(|(a, b)| {
            let difference = value(a)? - value(b)?;
            Some(difference * difference / 4.0)
        })
        .collect();
    (mean(&squares), squares.len() as f64)
}

/// Variance and Satterthwaite's degrees of freedom of training and testing together.
fn total((train, df_train): (f64, f64), (test, df_test): (f64, f64)) -> (f64, f64) {
    let total = train + test;
    (total, total * total / (train * train / df_train + test * test / df_test))
}

/// Bootstrap samples of patients, for metrics without an influence function.
const BOOTSTRAPS: usize = 400;
/// The metrics that a single procedure's interval is resampled for: a smooth calibration curve for each of hundreds of
/// samples would hold the page up.
pub const RESAMPLED: &[Metric] = &[Metric::Auprc, Metric::CalibrationInTheLarge, Metric::CalibrationSlope, Metric::R2];

/// The contrast over the fits. `clusters` (a patient, a family) keep test rows together; `seed` serves the bootstrap.
pub fn contrast(
    metric: Metric,
    truth: Truth<'_>,
    clusters: Option<&[u32]>,
    fits: &Fits<Fit<'_>>,
    seed: u64,
) -> Contrast {
    let scored: Vec<(&Fit<'_>, f64, f64)> = fits
        .whole
        .iter()
        .filter_map(|f| Some((f, metric.compute(truth, f.transfer)?, metric.compute(truth, f.target_only)?)))
        .collect();
    let gain =
        |f: &Fit<'_>| Some(metric.gain(metric.compute(truth, f.transfer)?, metric.compute(truth, f.target_only)?));
    let used: Vec<&Fit<'_>> = scored.iter().map(|s| s.0).collect();
    let (variance, df) =
        total(half_sample_variance(&fits.halves, gain), test_variance(metric, truth, clusters, &used, seed));
    let side = |get: fn(&(&Fit<'_>, f64, f64)) -> f64| mean(&scored.iter().map(get).collect::<Vec<_>>());
    let gains: Vec<f64> = scored.iter().map(|(_, a, b)| metric.gain(*a, *b)).collect();
    let parts = Parts {
        transfer: side(|s| s.1),
        target_only: side(|s| s.2),
        estimate: mean(&gains),
        se: libm::sqrt(variance),
        df,
        n_folds: scored.len(),
        n_undefined: fits.whole.len() - scored.len(),
    };
    Contrast::new(metric, Design::HeldOut, &Evidence::of(truth), parts)
}

/// One procedure's metric over its fits' predictions, with the interval of [`contrast`]. Metrics without an influence
/// function are resampled on the first fit alone, which errs on the wide side. `None` where the metric is undefined, or
/// is none whose variance is worth its time ([`RESAMPLED`]).
pub fn single(
    metric: Metric,
    truth: Truth<'_>,
    clusters: Option<&[u32]>,
    fits: &Fits<&[f64]>,
    seed: u64,
) -> Option<Resampled> {
    let mut influence = vec![0.0; truth.len()];
    let mut values = Vec::new();
    let mut known = true;
    for p in &fits.whole {
        values.push(metric.compute(truth, p)?);
        let Some(of_rows) = influences(metric, truth, p).filter(|_| known) else {
            known = false;
            continue;
        };
        for (sum, v) in influence.iter_mut().zip(of_rows) {
            *sum += v / fits.whole.len() as f64;
        }
    }
    let units = Units::new(truth.len(), clusters);
    let c = units.len() as f64;
    let test = if known {
        variance_over(units.rows(), &influence)
    } else {
        let first = fits.whole.first().filter(|_| RESAMPLED.contains(&metric))?;
        let ready = Weighted::new(metric, truth, first)?;
        bootstrap(&units, seed, |weights| ready.value(weights))
    };
    let train = half_sample_variance(&fits.halves, |p| metric.compute(truth, p));
    let (variance, df) = total(train, (test, c - 1.0));
    if !variance.is_finite() {
        return None;
    }
    let (mean, se) = (mean(&values), libm::sqrt(variance));
    let half = t_quantile(0.975, df) * se;
    Some(Resampled { mean, se, df, low: mean - half, high: mean + half })
}

/// Variance of the mean gain over draws of test patients, and its degrees of freedom.
fn test_variance(
    metric: Metric,
    truth: Truth<'_>,
    clusters: Option<&[u32]>,
    fits: &[&Fit<'_>],
    seed: u64,
) -> (f64, f64) {
    if fits.is_empty() {
        return (f64::NAN, f64::NAN);
    }
    if let (Metric::Auroc, Truth::Classes { y, classes: 2 }, None) = (metric, truth, clusters) {
        let event: Vec<bool> = y.iter().map(|&c| c == 1).collect();
        let side = |get: &dyn Fn(&Fit<'_>) -> Vec<f64>| -> Option<Placements> {
            let all: Option<Vec<Placements>> = fits.iter().map(|f| Placements::of(&event, &get(f))).collect();
            Placements::average(&all?)
        };
        let (a, b) = (side(&|f| event_risks(y.len(), f.transfer)), side(&|f| event_risks(y.len(), f.target_only)));
        if let (Some(a), Some(b)) = (a, b) {
            let scarce = a.events.len().min(a.others.len()) as f64;
            return (a.variance_of_difference(&b), scarce - 1.0);
        }
        return (f64::NAN, f64::NAN);
    }
    // The influence of a row on the mean gain: linear, so the mean over fits of the influences on each.
    let mut influence = vec![0.0; truth.len()];
    let mut known = true;
    for fit in fits {
        match (influences(metric, truth, fit.transfer), influences(metric, truth, fit.target_only)) {
            (Some(a), Some(b)) => {
                let sign = if metric.higher_is_better() { 1.0 } else { -1.0 };
                for ((sum, a), b) in influence.iter_mut().zip(a).zip(b) {
                    *sum += sign * (a - b) / fits.len() as f64;
                }
            }
            _ => known = false,
        }
    }
    let units = Units::new(truth.len(), clusters);
    let df = units.len() as f64 - 1.0;
    if known {
        return (variance_over(units.rows(), &influence), df);
    }
    let ready = |p| Weighted::new(metric, truth, p);
    let mut sides = Vec::with_capacity(fits.len());
    for fit in fits {
        let (Some(a), Some(b)) = (ready(fit.transfer), ready(fit.target_only)) else { return (f64::NAN, df) };
        sides.push((a, b));
    }
    let variance = bootstrap(&units, seed, |weights| {
        let gain = |(a, b): &(Weighted<'_>, Weighted<'_>)| Some(metric.gain(a.value(weights)?, b.value(weights)?));
        let gains: Option<Vec<f64>> = sides.iter().map(gain).collect();
        gains.map(|gains| mean(&gains))
    });
    (variance, df)
}

/// Variance of a value over bootstrap samples of patients; NaN where many samples have none.
fn bootstrap(units: &Units, seed: u64, value: impl Fn(&[u32]) -> Option<f64>) -> f64 {
    let mut weights = vec![1; units.n()];
    let draw = |b| {
        units.draw(&mut Rng::child(seed, "bootstrap", b), &mut weights);
        value(&weights)
    };
    let values: Vec<f64> = (0..BOOTSTRAPS).filter_map(draw).collect();
    // With a tenth lost the rest is a selection: no variance is better than a flattering one.
    if values.len() * 10 < BOOTSTRAPS * 9 { f64::NAN } else { variance(&values) }
}
