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

use super::contrast::{Contrast, Design, Evidence, Parts};
use super::cv::Resampled;
use crate::math::dist::t_quantile;
use crate::math::stats::{mean, variance};
use crate::metrics::delong::Placements;
use crate::metrics::{Metric, Truth, probability, ranking, threshold};
use crate::rng::Rng;
use std::collections::BTreeMap;

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
    let units = cluster_rows(truth.len(), clusters);
    let (n, c) = (truth.len() as f64, units.len() as f64);
    let test = if known {
        let sums = units.iter().map(|rows| rows.iter().map(|&r| influence[r]).sum::<f64>());
        c / (c - 1.0) * sums.map(|s| s * s).sum::<f64>() / (n * n)
    } else {
        let first = fits.whole.first().filter(|_| RESAMPLED.contains(&metric))?;
        bootstrap(truth, &units, seed, |sample| sample.compute(metric, first))
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
        let (a, b) = (side(&|f| events_risk(y.len(), f.transfer)), side(&|f| events_risk(y.len(), f.target_only)));
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
    let units = cluster_rows(truth.len(), clusters);
    let n = truth.len() as f64;
    let df = units.len() as f64 - 1.0;
    if known {
        let sums = units.iter().map(|rows| rows.iter().map(|&r| influence[r]).sum::<f64>());
        let c = units.len() as f64;
        return (c / (c - 1.0) * sums.map(|s| s * s).sum::<f64>() / (n * n), df);
    }
    let gain = |sample: &Sample<'_>, fit: &Fit<'_>| {
        Some(metric.gain(sample.compute(metric, fit.transfer)?, sample.compute(metric, fit.target_only)?))
    };
    let variance = bootstrap(truth, &units, seed, |sample| {
        let gains: Option<Vec<f64>> = fits.iter().map(|fit| gain(sample, fit)).collect();
        gains.map(|gains| mean(&gains))
    });
    (variance, df)
}

fn events_risk(n: usize, p: &[f64]) -> Vec<f64> {
    if p.len() == n { p.to_vec() } else { p.chunks_exact(2).map(|row| row[1]).collect() }
}

fn cluster_rows(n: usize, clusters: Option<&[u32]>) -> Vec<Vec<usize>> {
    let mut units: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
    for row in 0..n {
        let id = clusters.and_then(|c| c.get(row)).map_or(row as u64, |&c| u64::from(c));
        units.entry(id).or_default().push(row);
    }
    units.into_values().collect()
}

/// The influence function of each row on the metric (mean 0), where one is known in closed form.
fn influences(metric: Metric, truth: Truth<'_>, p: &[f64]) -> Option<Vec<f64>> {
    let centred = |losses: Vec<f64>| {
        let m = mean(&losses);
        losses.into_iter().map(|l| l - m).collect::<Vec<f64>>()
    };
    match truth {
        Truth::Values(y) => {
            let errors: Vec<f64> = y.iter().zip(p).map(|(y, p)| y - p).collect();
            match metric {
                Metric::Mae => Some(centred(errors.iter().map(|e| e.abs()).collect())),
                // d√m = dm / (2√m).
                Metric::Rmse => {
                    let squares: Vec<f64> = errors.iter().map(|e| e * e).collect();
                    let rmse = libm::sqrt(mean(&squares));
                    (rmse > 0.0).then(|| centred(squares).into_iter().map(|v| v / (2.0 * rmse)).collect())
                }
                _ => None,
            }
        }
        Truth::Classes { y, classes } => {
            let two = classes == 2;
            let risk = if two { events_risk(y.len(), p) } else { Vec::new() };
            let event: Vec<bool> = y.iter().map(|&c| c == 1).collect();
            match metric {
                Metric::LogLoss if two => Some(centred(probability::log_losses(&event, &risk))),
                Metric::LogLoss => {
                    let one = |(r, &c): (usize, &u32)| {
                        probability::log_loss_classes(&[c], classes, &p[r * classes..(r + 1) * classes])
                    };
                    Some(centred(y.iter().enumerate().map(one).collect()))
                }
                Metric::Brier if two => {
                    let one = |(e, p): (&bool, &f64)| probability::brier(&[*e], &[*p]);
                    Some(centred(event.iter().zip(&risk).map(one).collect()))
                }
                Metric::Brier => {
                    let one = |(r, &c): (usize, &u32)| {
                        probability::brier_classes(&[c], classes, &p[r * classes..(r + 1) * classes])
                    };
                    Some(centred(y.iter().enumerate().map(one).collect()))
                }
                Metric::Accuracy => {
                    let called = if two {
                        risk.iter().map(|&p| u32::from(p >= 0.5)).collect()
                    } else {
                        threshold::most_probable(classes, p)
                    };
                    Some(centred(y.iter().zip(&called).map(|(a, b)| f64::from(u8::from(a == b))).collect()))
                }
                Metric::Auroc if two => auroc_influence(&event, &risk),
                Metric::Auroc => {
                    let mut out = vec![0.0; y.len()];
                    for class in 0..classes {
                        let (event, score) = ranking::one_against_rest(y, classes, p, class);
                        for (sum, v) in out.iter_mut().zip(auroc_influence(&event, &score)?) {
                            *sum += v / classes as f64;
                        }
                    }
                    Some(out)
                }
                _ => None,
            }
        }
    }
}

/// (placement − AUROC) / share of the row's class.
fn auroc_influence(event: &[bool], score: &[f64]) -> Option<Vec<f64>> {
    let placements = Placements::of(event, score)?;
    let auroc = placements.auroc();
    let n = event.len() as f64;
    let (m, k) = (placements.events.len() as f64, placements.others.len() as f64);
    let (mut events, mut others) = (placements.events.iter(), placements.others.iter());
    event
        .iter()
        .map(
            |&e| {
                if e { events.next().map(|v| (v - auroc) * n / m) } else { others.next().map(|v| (v - auroc) * n / k) }
            },
        )
        .collect()
}

/// A bootstrap sample of the test patients.
struct Sample<'a> {
    truth: Truth<'a>,
    rows: Vec<usize>,
}

impl Sample<'_> {
    fn compute(&self, metric: Metric, p: &[f64]) -> Option<f64> {
        let width = p.len() / self.truth.len().max(1);
        let p: Vec<f64> = self.rows.iter().flat_map(|&r| p[r * width..(r + 1) * width].iter().copied()).collect();
        match self.truth {
            Truth::Values(y) => metric.compute(Truth::Values(&self.rows.iter().map(|&r| y[r]).collect::<Vec<_>>()), &p),
            Truth::Classes { y, classes } => {
                let y: Vec<u32> = self.rows.iter().map(|&r| y[r]).collect();
                metric.compute(Truth::Classes { y: &y, classes }, &p)
            }
        }
    }
}

/// Variance of a value over bootstrap samples of patients; NaN where many samples have none.
fn bootstrap(truth: Truth<'_>, units: &[Vec<usize>], seed: u64, value: impl Fn(&Sample<'_>) -> Option<f64>) -> f64 {
    let draw = |b| {
        let mut rng = Rng::child(seed, "bootstrap", b);
        let rows = (0..units.len()).flat_map(|_| units[rng.below(units.len())].iter().copied()).collect();
        value(&Sample { truth, rows })
    };
    let values: Vec<f64> = (0..BOOTSTRAPS).filter_map(draw).collect();
    // With a tenth lost the rest is a selection: no variance is better than a flattering one.
    if values.len() * 10 < BOOTSTRAPS * 9 { f64::NAN } else { variance(&values) }
}
