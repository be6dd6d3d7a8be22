//! The evaluation beside the verdict: see [`crate::report::evaluation`].

use crate::error::Result;
use crate::evaluate::agreement::{Agreed, agree};
use crate::evaluate::bands::{Bands, Curves, Folds};
use crate::evaluate::bootstrap::{Settings, Units};
use crate::evaluate::contrast::Design;
use crate::evaluate::panel::{Measured, Panel, Request};
use crate::math::dist::normal_quantile;
use crate::metrics::calibration::{self, observed_over_expected, recalibration, spiegelhalter};
use crate::metrics::ranking::one_against_rest;
use crate::metrics::{Metric, Truth, delong};
use crate::report::evaluation::{Beside, Calibrated, Evaluated, Evaluation, OfClass, Ranged};
use crate::watch::Pulse;

/// The level of every interval.
const LEVEL: f64 = 0.95;
/// What one evaluation may cost: resamples × rows × methods.
const WORK: usize = 30_000_000;
/// Bootstrap samples at most, and at least.
const RESAMPLES: (usize, usize) = (200, 1000);

/// Each evaluated patient's mean prediction by every method.
pub(super) struct Averaged<'a> {
    /// What was observed.
    pub truth: Truth<'a>,
    /// The classes' names, of more than two; else empty.
    pub classes: &'a [String],
    /// The methods: id, role, predictions as [`Metric::compute`] takes them; the baseline first.
    pub methods: Vec<(String, String, Vec<f64>)>,
    /// Patients that have several rows.
    pub clusters: Option<&'a [u32]>,
    /// Where the predictions come from.
    pub design: Design,
    /// The declared metric.
    pub metric: Metric,
    /// The plan's seed.
    pub seed: u64,
}

/// `None` where nothing can be resampled: one class, no rows. `folds` of each method, for the curves of two classes.
pub(super) async fn evaluate(
    averaged: &Averaged<'_>,
    folds: Vec<Folds>,
    pulse: &Pulse<'_>,
) -> Result<Option<Evaluation>> {
    let n = averaged.truth.len();
    let two = match averaged.truth {
        Truth::Classes { y, classes: 2 } => Some(y.iter().map(|&c| c == 1).collect::<Vec<bool>>()),
        _ => None,
    };
    let metrics: &[Metric] = match averaged.truth {
        Truth::Classes { classes: 2, .. } => &[
            Metric::Auroc,
            Metric::Auprc,
            Metric::Brier,
            Metric::ScaledBrier,
            Metric::LogLoss,
            Metric::CalibrationInTheLarge,
            Metric::CalibrationSlope,
        ],
        Truth::Classes { .. } => &[
            Metric::Auroc,
            Metric::HandTill,
            Metric::LogLoss,
            Metric::Brier,
            Metric::ScaledBrier,
            Metric::BalancedAccuracy,
            Metric::Mcc,
            Metric::Accuracy,
        ],
        Truth::Values(_) => &[
            Metric::R2,
            Metric::Rmse,
            Metric::Mae,
            Metric::Pearson,
            Metric::CalibrationInTheLarge,
            Metric::CalibrationSlope,
        ],
    };
    let thresholds = two.as_deref().map_or_else(Vec::new, thresholds);
    let predictions: Vec<&[f64]> = averaged.methods.iter().map(|(_, _, p)| p.as_slice()).collect();
    let units = Units::new(n, averaged.clusters);
    let resamples = (WORK / (n * predictions.len()).max(1)).clamp(RESAMPLES.0, RESAMPLES.1);
    let request = Request {
        truth: averaged.truth,
        predictions: &predictions,
        metrics,
        roc: &[],
        pr: &[],
        thresholds: &thresholds,
        calibration: &[],
    };
    // The jackknife leaves each patient out once: with thousands the correction it serves is nothing.
    let settings = Settings { jackknife: n <= 2000, ..Settings::new(resamples, averaged.seed) };
    let mut agreements = agreements(averaged, &settings, pulse).await?.into_iter();
    let mut each = each_class(averaged, &units, &settings, pulse).await?.into_iter();
    let mut curves = match Bands::new(folds, &units, settings.clone()) {
        Ok(mut bands) => {
            bands.bootstrap().run(pulse).await?;
            bands.finish(LEVEL)
        }
        Err(_) => Vec::new(),
    }
    .into_iter();
    let Ok(mut panel) = Panel::new(request, &units, settings) else { return Ok(None) };
    panel.bootstrap().run(pulse).await?;
    let found = panel.finish(LEVEL);
    let beside = beside(averaged, two.as_deref(), found.get(1).map_or(&[], |transfer| &transfer.gains));
    let prevalence = two.as_ref().map_or(0.0, |y| y.iter().filter(|e| **e).count() as f64 / n as f64);
    Ok(Some(Evaluation {
        resamples: resamples as u32,
        treat_all: thresholds.iter().map(|&t| (t, prevalence - (1.0 - prevalence) * t / (1.0 - t))).collect(),
        beside,
        methods: averaged
            .methods
            .iter()
            .zip(found)
            .map(|((id, role, p), panel)| {
                let Curves { roc, pr } = curves.next().unwrap_or_default();
                Evaluated {
                    id: id.clone(),
                    role: role.clone(),
                    metrics: panel.metrics.iter().map(ranged).collect(),
                    gains: panel.gains.iter().map(ranged).collect(),
                    decision: panel.decision,
                    over_default: panel.over_default,
                    avoided: panel.avoided,
                    decision_gain: panel.decision_gain,
                    roc,
                    pr,
                    agreement: agreements.next().flatten(),
                    classes: each.next().unwrap_or_default(),
                    calibration: two.as_ref().and_then(|y| calibrated(y, p)),
                }
            })
            .collect(),
    }))
}

/// How each method's numbers agree with the truth; empty of classes.
async fn agreements(averaged: &Averaged<'_>, settings: &Settings, pulse: &Pulse<'_>) -> Result<Vec<Option<Agreed>>> {
    let Truth::Values(y) = averaged.truth else { return Ok(Vec::new()) };
    let mut out = Vec::new();
    for (_, _, p) in &averaged.methods {
        // A smooth curve for each resample is the dearest number here.
        let settings = Settings { resamples: (settings.resamples / 2).max(RESAMPLES.0), ..settings.clone() };
        out.push(agree(y, p, averaged.clusters, settings, LEVEL, pulse).await?.ok());
    }
    Ok(out)
}

/// Each class against the rest, for each method, on the resamples of the whole panel; empty unless there are more than two.
async fn each_class(
    averaged: &Averaged<'_>,
    units: &Units,
    settings: &Settings,
    pulse: &Pulse<'_>,
) -> Result<Vec<Vec<OfClass>>> {
    const METRICS: &[Metric] = &[Metric::Auroc, Metric::Auprc, Metric::CalibrationInTheLarge, Metric::CalibrationSlope];
    let Truth::Classes { y, classes } = averaged.truth else { return Ok(Vec::new()) };
    let mut out = vec![Vec::new(); averaged.methods.len()];
    for (class, name) in averaged.classes.iter().enumerate() {
        let event: Vec<u32> = y.iter().map(|&c| u32::from(c as usize == class)).collect();
        let risks: Vec<Vec<f64>> =
            averaged.methods.iter().map(|(_, _, p)| one_against_rest(y, classes, p, class).1).collect();
        let predictions: Vec<&[f64]> = risks.iter().map(Vec::as_slice).collect();
        let request = Request {
            truth: Truth::Classes { y: &event, classes: 2 },
            predictions: &predictions,
            metrics: METRICS,
            roc: &[],
            pr: &[],
            thresholds: &[],
            calibration: &[],
        };
        let Ok(mut panel) = Panel::new(request, units, settings.clone()) else { continue };
        panel.bootstrap().run(pulse).await?;
        for (of, panel) in out.iter_mut().zip(panel.finish(LEVEL)) {
            let rows = event.iter().sum();
            of.push(OfClass { name: name.clone(), rows, metrics: panel.metrics.iter().map(ranged).collect() });
        }
    }
    Ok(out)
}

/// From 1 % on, in steps that a chart can show, to well over the share of events.
fn thresholds(y: &[bool]) -> Vec<f64> {
    let share = y.iter().filter(|e| **e).count() as f64 / y.len().max(1) as f64;
    let top = (3.0 * share).clamp(0.2, 0.9);
    (0..40).map(|step| 0.01 + (top - 0.01) * f64::from(step) / 39.0).collect()
}

fn ranged(measured: &Measured) -> Ranged {
    let (low, high, why) = match measured.interval {
        Ok(interval) => (Some(interval.low), Some(interval.high), None),
        Err(why) => (None, None, Some(why)),
    };
    Ranged { metric: measured.metric, value: measured.value, low, high, why }
}

fn calibrated(y: &[bool], p: &[f64]) -> Option<Calibrated> {
    let ratio = observed_over_expected(y, p, LEVEL).ok()?;
    let distance = calibration::distance(y, p)?;
    let (test, z) = (recalibration(y, p).ok()?, spiegelhalter(y, p).ok()?);
    Some(Calibrated {
        observed_over_expected: ratio.value,
        oe_low: ratio.low,
        oe_high: ratio.high,
        ici: distance.ici,
        e50: distance.e50,
        e90: distance.e90,
        e_max: distance.e_max,
        u: test.u,
        u_p: test.p,
        spiegelhalter_z: z.z,
        spiegelhalter_p: z.p,
    })
}

fn beside(averaged: &Averaged<'_>, two: Option<&[bool]>, gains: &[Measured]) -> Vec<Beside> {
    let empty = |rule: &str, refused: &str| Beside {
        rule: rule.to_owned(),
        estimate: None,
        low: None,
        high: None,
        p: None,
        refused: Some(refused.to_owned()),
    };
    let bootstrap = match gains.iter().find(|gain| gain.metric == averaged.metric).map(|gain| gain.interval) {
        Some(Ok(interval)) => Beside {
            rule: "bootstrap".to_owned(),
            estimate: Some(interval.value),
            low: Some(interval.low),
            high: Some(interval.high),
            p: None,
            refused: None,
        },
        _ => empty("bootstrap", "undefined"),
    };
    let delong = match (two, averaged.methods.as_slice()) {
        _ if averaged.metric != Metric::Auroc => empty("delong", "kind"),
        _ if averaged.design != Design::HeldOut => empty("delong", "not_independent"),
        _ if averaged.clusters.is_some() => empty("delong", "clustered"),
        (Some(y), [(_, _, baseline), (_, _, transfer), ..]) => match delong::paired(y, transfer, baseline) {
            Some(test) => {
                let half = normal_quantile(0.5 + LEVEL / 2.0) * test.se;
                Beside {
                    rule: "delong".to_owned(),
                    estimate: Some(test.difference),
                    low: Some(test.difference - half),
                    high: Some(test.difference + half),
                    p: Some(test.p),
                    refused: None,
                }
            }
            None => empty("delong", "undefined"),
        },
        _ => empty("delong", "kind"),
    };
    vec![bootstrap, delong]
}
