//! A metric of many weightings of the same rows: what a bootstrap asks for thousands of times.
//!
//! What can be prepared once is (sorting, the losses of rows); the rest is computed on the repeated rows.

use super::calibration::Refit;
use super::sorted::Sorted;
use super::tally::{Bins, Calls, Moments};
use super::{Metric, Truth, probability, ranking, threshold};
use crate::math::stats::sum;

/// One metric of one set of predictions, ready for any counts a row.
#[derive(Debug)]
pub struct Weighted<'a> {
    metric: Metric,
    truth: Truth<'a>,
    prediction: &'a [f64],
    way: Way,
}

#[derive(Debug)]
enum Way {
    /// Areas under the curves of each class against the rest (one entry with two classes).
    Areas(Vec<Sorted>),
    /// The mean of the rows' losses.
    Mean(Vec<f64>),
    /// The root of that mean.
    Root(Vec<f64>),
    /// 1 − mean loss over that of the prevalences.
    Scaled { losses: Vec<f64>, classes: usize },
    /// Calibration in the large, refitted.
    Intercept(Refit),
    /// The calibration slope, refitted.
    Slope(Refit),
    /// What follows from who is called what.
    Calls(Calls),
    /// The expected calibration error.
    Bins(Bins),
    /// What follows from means, variances and the covariance of two numbers.
    Moments(Moments),
    /// On the repeated rows.
    Rows,
}

impl<'a> Weighted<'a> {
    /// Prepares. `None` where [`Metric::compute`] is undefined on the rows as they are.
    ///
    /// # Shapes
    /// As [`Metric::compute`].
    pub fn new(metric: Metric, truth: Truth<'a>, prediction: &'a [f64]) -> Option<Self> {
        metric.compute(truth, prediction)?;
        let way = way(metric, truth, prediction).unwrap_or(Way::Rows);
        Some(Self { metric, truth, prediction, way })
    }

    /// The metric of the rows, each repeated as often as its weight says. `None` where it is undefined.
    pub fn value(&self, weights: &[u32]) -> Option<f64> {
        match &self.way {
            Way::Areas(sorted) => {
                let area = |s: &Sorted| match self.metric {
                    Metric::Auprc => s.average_precision(weights),
                    _ => s.auroc(weights),
                };
                let total: Option<f64> = sorted.iter().map(area).sum();
                Some(total? / sorted.len() as f64)
            }
            Way::Mean(losses) => weighted_mean(losses, weights),
            Way::Root(losses) => weighted_mean(losses, weights).map(libm::sqrt),
            Way::Scaled { losses, classes } => {
                let worst = self.worst(weights, *classes)?;
                Some(1.0 - weighted_mean(losses, weights)? / worst)
            }
            Way::Intercept(fit) => fit.in_the_large(weights),
            Way::Slope(fit) => fit.slope(weights),
            Way::Calls(calls) => match self.metric {
                Metric::Mcc => calls.mcc(weights),
                _ => calls.balanced_accuracy(weights),
            },
            Way::Bins(bins) => bins.ece(weights),
            Way::Moments(moments) => match self.metric {
                Metric::R2 => moments.r2(weights),
                Metric::Pearson => moments.pearson(weights),
                _ => moments.slope(weights),
            },
            Way::Rows => self.on_rows(weights),
        }
    }

    /// The loss of telling everybody the prevalences.
    fn worst(&self, weights: &[u32], classes: usize) -> Option<f64> {
        let Truth::Classes { y, .. } = self.truth else { return None };
        let mut counts = vec![0u64; classes.max(2)];
        for (&class, &weight) in y.iter().zip(weights) {
            *counts.get_mut(class as usize)? += u64::from(weight);
        }
        let all = counts.iter().sum::<u64>() as f64;
        let worst = if classes <= 2 {
            let share = counts[1] as f64 / all;
            share * (1.0 - share)
        } else {
            1.0 - counts.iter().map(|&c| c as f64 / all).map(|s| s * s).sum::<f64>()
        };
        (worst > 1e-12).then_some(worst)
    }

    fn on_rows(&self, weights: &[u32]) -> Option<f64> {
        let width = self.prediction.len() / self.truth.len().max(1);
        let rows: Vec<usize> =
            weights.iter().enumerate().flat_map(|(row, &w)| std::iter::repeat_n(row, w as usize)).collect();
        let p: Vec<f64> =
            rows.iter().flat_map(|&r| self.prediction[r * width..(r + 1) * width].iter().copied()).collect();
        match self.truth {
            Truth::Values(y) => {
                let y: Vec<f64> = rows.iter().map(|&r| y[r]).collect();
                self.metric.compute(Truth::Values(&y), &p)
            }
            Truth::Classes { y, classes } => {
                let y: Vec<u32> = rows.iter().map(|&r| y[r]).collect();
                self.metric.compute(Truth::Classes { y: &y, classes }, &p)
            }
        }
    }
}

fn weighted_mean(losses: &[f64], weights: &[u32]) -> Option<f64> {
    let n: u64 = weights.iter().map(|&w| u64::from(w)).sum();
    (n > 0).then(|| sum(losses.iter().zip(weights).map(|(l, &w)| l * f64::from(w))) / n as f64)
}

fn way(metric: Metric, truth: Truth<'_>, prediction: &[f64]) -> Option<Way> {
    match truth {
        Truth::Values(y) => {
            let errors = y.iter().zip(prediction).map(|(y, p)| y - p);
            match metric {
                Metric::Rmse => Some(Way::Root(errors.map(|e| e * e).collect())),
                Metric::Mae => Some(Way::Mean(errors.map(f64::abs).collect())),
                Metric::CalibrationInTheLarge => Some(Way::Mean(errors.collect())),
                Metric::R2 | Metric::Pearson | Metric::CalibrationSlope => {
                    Some(Way::Moments(Moments::new(y, prediction)))
                }
                _ => None,
            }
        }
        Truth::Classes { y, classes } if classes <= 2 => {
            let event: Vec<bool> = y.iter().map(|&c| c == 1).collect();
            let p = event_risks(y.len(), prediction);
            let briers = || event.iter().zip(&p).map(|(&e, &p)| probability::brier(&[e], &[p])).collect();
            match metric {
                Metric::Auroc | Metric::HandTill | Metric::Auprc => {
                    Some(Way::Areas(vec![Sorted::new(&event, &p).ok()?]))
                }
                Metric::Brier => Some(Way::Mean(briers())),
                Metric::ScaledBrier => Some(Way::Scaled { losses: briers(), classes: 2 }),
                Metric::LogLoss => Some(Way::Mean(probability::log_losses(&event, &p))),
                Metric::Accuracy => {
                    let right = |(&e, &p): (&bool, &f64)| f64::from(u8::from((p >= 0.5) == e));
                    Some(Way::Mean(event.iter().zip(&p).map(right).collect()))
                }
                Metric::BalancedAccuracy | Metric::Mcc => {
                    let called = p.iter().map(|&p| u32::from(p >= 0.5)).collect();
                    Some(Way::Calls(Calls::new(y.to_vec(), called, 2)))
                }
                Metric::CalibrationInTheLarge => Some(Way::Intercept(Refit::new(&event, &p)?)),
                Metric::CalibrationSlope => Some(Way::Slope(Refit::new(&event, &p)?)),
                Metric::Ece => Some(Way::Bins(Bins::new(&event, &p, 10))),
                _ => None,
            }
        }
        Truth::Classes { y, classes } => {
            let row = |r: usize| &prediction[r * classes..(r + 1) * classes];
            let each = |loss: fn(&[u32], usize, &[f64]) -> f64| -> Vec<f64> {
                (0..y.len()).map(|r| loss(&y[r..=r], classes, row(r))).collect()
            };
            match metric {
                Metric::Auroc | Metric::Auprc => {
                    let sorted = (0..classes).map(|class| {
                        let (event, score) = ranking::one_against_rest(y, classes, prediction, class);
                        Sorted::new(&event, &score).ok()
                    });
                    Some(Way::Areas(sorted.collect::<Option<_>>()?))
                }
                Metric::HandTill => Some(Way::Areas(pairs(y, classes, prediction)?)),
                Metric::Brier => Some(Way::Mean(each(probability::brier_classes))),
                Metric::ScaledBrier => Some(Way::Scaled { losses: each(probability::brier_classes), classes }),
                Metric::LogLoss => Some(Way::Mean(each(probability::log_loss_classes))),
                Metric::Accuracy => {
                    let called = threshold::most_probable(classes, prediction);
                    Some(Way::Mean(y.iter().zip(&called).map(|(a, b)| f64::from(u8::from(a == b))).collect()))
                }
                Metric::BalancedAccuracy | Metric::Mcc => {
                    let called = threshold::most_probable(classes, prediction);
                    Some(Way::Calls(Calls::new(y.to_vec(), called, classes)))
                }
                _ => None,
            }
        }
    }
}

/// Both directions of every pair of classes, each on the rows of the two: Hand and Till's M is the mean of their areas.
fn pairs(y: &[u32], classes: usize, p: &[f64]) -> Option<Vec<Sorted>> {
    let mut out = Vec::with_capacity(classes * classes.saturating_sub(1));
    for i in 0..classes {
        for j in (0..classes).filter(|&j| j != i) {
            let rows: Vec<u32> =
                (0..y.len() as u32).filter(|&r| y[r as usize] as usize == i || y[r as usize] as usize == j).collect();
            let event: Vec<bool> = rows.iter().map(|&r| y[r as usize] as usize == i).collect();
            let score: Vec<f64> = rows.iter().map(|&r| p[r as usize * classes + i]).collect();
            out.push(Sorted::among(&rows, &event, &score).ok()?);
        }
    }
    Some(out)
}

/// The event's probability of each row, of either layout with two classes (n, or n × 2 by rows).
pub fn event_risks(n: usize, p: &[f64]) -> Vec<f64> {
    if p.len() == n { p.to_vec() } else { p.chunks_exact(2).map(|row| row[1]).collect() }
}
