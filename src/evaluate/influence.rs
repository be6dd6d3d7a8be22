//! Influence functions: how much each row moves a metric, and the variance over patients that follows.

use crate::math::stats::mean;
use crate::metrics::delong::Placements;
use crate::metrics::weighted::event_risks;
use crate::metrics::{Metric, Truth, probability, ranking, threshold};

/// The influence function of each row on the metric (mean 0), where one is known in closed form.
pub fn influences(metric: Metric, truth: Truth<'_>, p: &[f64]) -> Option<Vec<f64>> {
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
            let risk = if two { event_risks(y.len(), p) } else { Vec::new() };
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

/// Variance of a mean of influences over n rows, units (patients) drawn independently: c/(c − 1) Σ (sum in unit)² / n².
pub fn variance_over(units: &[Vec<u32>], influence: &[f64]) -> f64 {
    let (n, c) = (influence.len() as f64, units.len() as f64);
    let sums = units.iter().map(|rows| rows.iter().map(|&r| influence[r as usize]).sum::<f64>());
    c / (c - 1.0) * sums.map(|s| s * s).sum::<f64>() / (n * n)
}
