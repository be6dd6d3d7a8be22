//! What stands beside the verdict: curves with bands, operating points, several classes, agreement of numbers.

use crate::measures::{floats, near};
use autograft::evaluate::agreement::agree;
use autograft::evaluate::bands::{Bands, Folds, Judge, POINTS, abscissa};
use autograft::evaluate::bootstrap::{Settings, Units};
use autograft::evaluate::calls::{self, Share};
use autograft::math::logistic::sigmoid;
use autograft::metrics::operating::{Measure, operating};
use autograft::metrics::ranking::{curve, precision_at, sensitivity_at};
use autograft::metrics::weighted::Weighted;
use autograft::metrics::{Metric, Truth, Why, agreement};
use autograft::rng::Rng;
use autograft::watch::{Pulse, Quiet, block_on};
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/panel.json")).unwrap()
}

fn whole(v: &Value) -> Vec<u32> {
    v.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as u32).collect()
}

/// The golden folds: rows, truth, risks.
fn folds(g: &Value) -> Vec<(Vec<u32>, Vec<bool>, Vec<f64>)> {
    let y = whole(&g["y"]);
    let fold = |f: &Value| {
        let rows = whole(&f["rows"]);
        let truth = rows.iter().map(|&r| y[r as usize] == 1).collect();
        (rows, truth, floats(&f["risk"]))
    };
    g["folds"].as_array().unwrap().iter().map(fold).collect()
}

fn sorted(folds: &[(Vec<u32>, Vec<bool>, Vec<f64>)]) -> Folds {
    Folds::new(&folds.iter().map(|(rows, y, risk)| Judge { rows, y, risk }).collect::<Vec<_>>())
}

#[test]
fn curves_and_bands_equal_scikit_learn_on_the_same_resamples_of_patients() {
    let g = golden();
    let folds = folds(&g);
    let patient = whole(&g["patient"]);
    let units = Units::new(patient.len(), Some(&patient));
    let given = g["given"].as_array().unwrap().iter().map(whole).collect();
    let settings = Settings { given: Some(given), ..Settings::new(0, 0) };
    let mut bands = Bands::new(vec![sorted(&folds)], &units, settings).unwrap();
    while bands.bootstrap().step() {}
    let found = bands.finish(0.95).remove(0);
    let (value, low, high) = (floats(&g["value"]), floats(&g["low"]), floats(&g["high"]));
    assert_eq!(g["undefined"], 0, "every resample has a fold with both classes");
    for (k, point) in found.roc.iter().chain(&found.pr).enumerate() {
        assert_eq!(point.x, abscissa(k % POINTS));
        near(point.value.unwrap(), value[k], 1e-12, "curve");
        match (point.low, point.high) {
            (Some(below), Some(above)) => {
                near(below, low[k], 1e-12, "low");
                near(above, high[k], 1e-12, "high");
            }
            _ => assert!(low[k] == high[k], "no band only where nothing varies: {k}"),
        }
    }
    assert!(found.roc.iter().chain(&found.pr).filter(|point| point.low.is_none()).count() < 5);
}

/// The one pass over sorted rows tells what the two functions of a curve tell, digit for digit.
#[test]
fn a_traced_curve_is_the_mean_of_the_folds_own() {
    let folds = folds(&golden());
    let (n, mut expected) = (36, vec![0.0; 2 * POINTS]);
    for (_, y, risk) in &folds {
        let points = curve(y, risk);
        for k in 0..POINTS {
            expected[k] += sensitivity_at(&points, abscissa(k));
            expected[POINTS + k] += precision_at(&points, abscissa(k));
        }
    }
    let found = sorted(&folds).curves(&vec![1; n]);
    let expected: Vec<f64> = expected.iter().map(|sum| sum / folds.len() as f64).collect();
    assert_eq!(found, expected);
    // A fold of one class, or with a number that is none, does not count.
    let mut more = folds.clone();
    more.push((vec![0, 1], vec![true, true], vec![0.1, 0.2]));
    more.push((vec![0, 1], vec![true, false], vec![0.1, f64::NAN]));
    assert_eq!(sorted(&more).curves(&vec![1; n]), expected);
    let units = Units::new(n, None);
    assert_eq!(Bands::new(vec![sorted(&more[6..])], &units, Settings::new(9, 1)).err(), Some(Why::OneClass));
}

/// Warm refits end where the slow ones do, and are undefined where those are: small samples, where resamples separate
/// the classes or lose one.
#[test]
fn refits_of_resamples_equal_those_from_scratch() {
    let (mut undefined, mut defined) = (0, 0);
    for study in 0..12 {
        let mut rng = Rng::child(3, "refit", study);
        let n = if study < 6 { 14 } else { 120 };
        let y: Vec<u32> = (0..n).map(|i| u32::from(i % 4 == 0)).collect();
        let p: Vec<f64> = y.iter().map(|&e| sigmoid(1.5 * rng.normal() + 2.0 * f64::from(e) - 1.5)).collect();
        let units = Units::new(n, None);
        let mut weights = vec![1; n];
        for metric in [Metric::CalibrationInTheLarge, Metric::CalibrationSlope, Metric::Mcc, Metric::Ece] {
            let Some(ready) = Weighted::new(metric, Truth::Classes { y: &y, classes: 2 }, &p) else { continue };
            for draw in 0..150 {
                units.draw(&mut Rng::child(9, "draw", draw), &mut weights);
                let rows: Vec<usize> = (0..n).flat_map(|r| std::iter::repeat_n(r, weights[r] as usize)).collect();
                let truth: Vec<u32> = rows.iter().map(|&r| y[r]).collect();
                let risk: Vec<f64> = rows.iter().map(|&r| p[r]).collect();
                let slow = metric.compute(Truth::Classes { y: &truth, classes: 2 }, &risk);
                match (ready.value(&weights), slow) {
                    (Some(found), Some(expected)) => {
                        near(found, expected, 1e-9, metric.as_str());
                        defined += 1;
                    }
                    (found, slow) => {
                        assert_eq!(found, slow, "{metric:?}, draw {draw} of {study}");
                        undefined += 1;
                    }
                }
            }
        }
    }
    assert!(undefined > 100 && defined > 6000, "{undefined} {defined}: both kinds were tried");
}

/// Clusters widen: a patient with several rows is drawn whole.
#[test]
fn repeated_patients_widen_the_band() {
    let y: Vec<bool> = (0..60).map(|i| i % 3 == 0).collect();
    let risk: Vec<f64> =
        (0..60).map(|i| f64::from((i * 37) % 60) / 60.0 + f64::from(u8::from(i % 3 == 0)) * 0.2).collect();
    let (y, risk) = ([&y[..]; 4].concat(), [&risk[..]; 4].concat());
    let rows: Vec<u32> = (0..240).collect();
    let patient: Vec<u32> = (0..240).map(|i| i % 60).collect();
    let width = |clusters: Option<&[u32]>| {
        let units = Units::new(240, clusters);
        let judge = Judge { rows: &rows, y: &y, risk: &risk };
        let mut bands = Bands::new(vec![Folds::new(&[judge])], &units, Settings::new(400, 1)).unwrap();
        while bands.bootstrap().step() {}
        let found = bands.finish(0.95).remove(0);
        found.roc[10..60].iter().map(|p| p.high.unwrap() - p.low.unwrap()).sum::<f64>() / 50.0
    };
    let (apart, together) = (width(None), width(Some(&patient)));
    assert!(
        together > 1.6 * apart && together < 2.4 * apart,
        "twice, with four equal rows a patient: {together} {apart}"
    );
}

#[test]
fn differences_that_grow_equal_statsmodels() {
    let g = &golden()["agreement"];
    let (y, p) = (floats(&g["y"]), floats(&g["prediction"]));
    let found = agreement::proportional(&y, &p, 0.95).unwrap();
    let told = [found.slope.value, found.slope.low, found.slope.high, found.p];
    for (found, expected) in told.iter().zip(floats(&g["slope"])) {
        near(*found, expected, 1e-10, "proportional bias");
    }
    assert_eq!(
        agreement::proportional(&y, &y.iter().map(|v| 20.0 - v).collect::<Vec<_>>(), 0.95).err(),
        Some(Why::Constant)
    );
    assert_eq!(agreement::proportional(&y[..2], &p[..2], 0.95), Err(Why::TooFew { found: 2, needed: 3 }));
}

fn told(shares: &[Share], measure: Measure) -> Share {
    *shares.iter().find(|share| share.measure == measure).unwrap()
}

#[test]
fn calls_are_judged_as_the_four_counts_say_and_compared_in_pairs() {
    let n = 200;
    let y: Vec<bool> = (0..n).map(|i| i % 3 == 0).collect();
    let mut rng = Rng::stream(5, "calls");
    let mut called = |right: f64| -> Vec<bool> { y.iter().map(|&e| e == (rng.uniform() < right)).collect() };
    let calls = vec![called(0.7), called(0.85)];
    let judge = |clusters: Option<&[u32]>| {
        block_on(calls::judge(&y, &calls, clusters, Settings::new(600, 1), 0.95, &Pulse::new(&Quiet))).unwrap()
    };
    let found = judge(None);
    for (judged, called) in found.iter().zip(&calls) {
        let risk: Vec<f64> = called.iter().map(|&c| f64::from(u8::from(c))).collect();
        let at = operating(&y, &risk, 0.5, 0.95).unwrap();
        assert_eq!(judged.counts, at.counts);
        for measure in Measure::ALL {
            let (share, expected) = (told(&judged.shares, measure), measure.told(&at).unwrap());
            assert_eq!(
                (share.value, share.low, share.high),
                (Some(expected.value), Some(expected.low), Some(expected.high))
            );
        }
    }
    assert!(found[0].gains.is_empty());
    for measure in Measure::ALL {
        let gain = told(&found[1].gains, measure);
        let difference =
            told(&found[1].shares, measure).value.unwrap() - told(&found[0].shares, measure).value.unwrap();
        near(gain.value.unwrap(), difference, 1e-15, measure.as_str());
        assert!(gain.low.unwrap() < difference && difference < gain.high.unwrap());
    }
    // The paired difference of two shares of the same 67 patients: McNemar's standard error, √(b + c − (b − c)²/n) / n.
    let (mut b, mut c, mut m) = (0.0, 0.0, 0.0);
    for ((_, &first), &second) in y.iter().zip(&calls[0]).zip(&calls[1]).filter(|((y, _), _)| **y) {
        m += 1.0;
        b += f64::from(u8::from(second && !first));
        c += f64::from(u8::from(first && !second));
    }
    let se = ((b + c - (b - c) * (b - c) / m) / (m * m)).sqrt();
    let gain = told(&found[1].gains, Measure::Sensitivity);
    near((gain.high.unwrap() - gain.low.unwrap()) / 3.92, se, 0.012, "McNemar");
    // Four equal rows a patient: twice as wide, about.
    let patient: Vec<u32> = (0..n as u32).map(|i| i % 50).collect();
    let wide = |of: &[calls::Judged]| {
        let share = told(&of[0].shares, Measure::Specificity);
        share.high.unwrap() - share.low.unwrap()
    };
    let clustered = judge(Some(&patient));
    assert_ne!(wide(&clustered), wide(&found));
    let quadruple = |v: &[bool]| [v, v, v, v].concat();
    let (four, fourfold) = (quadruple(&y), vec![quadruple(&calls[0])]);
    let patients: Vec<u32> = (0..4 * n as u32).map(|i| i % n as u32).collect();
    let judged = |clusters| {
        let pulse = Pulse::new(&Quiet);
        wide(&block_on(calls::judge(&four, &fourfold, clusters, Settings::new(600, 1), 0.95, &pulse)).unwrap())
    };
    let ratio = judged(Some(&patients)) / judged(None);
    assert!((1.7..2.3).contains(&ratio), "{ratio}");
    // Nobody is called: what has no denominator has no number.
    let none = vec![vec![false; n]];
    let pulse = Pulse::new(&Quiet);
    let nobody = block_on(calls::judge(&y, &none, None, Settings::new(50, 1), 0.95, &pulse)).unwrap().remove(0);
    assert_eq!((told(&nobody.shares, Measure::Ppv).value, told(&nobody.shares, Measure::Mcc).low), (None, None));
    assert_eq!(told(&nobody.shares, Measure::Specificity).value, Some(1.0));
}

#[test]
fn agreement_is_told_with_intervals_over_patients() {
    let n = 150;
    let mut rng = Rng::stream(8, "agree");
    let y: Vec<f64> = (0..n).map(|_| 50.0 + 10.0 * rng.normal()).collect();
    // Too extreme, and too high by 3 on average.
    let p: Vec<f64> = y.iter().map(|v| 53.0 + 1.5 * (v - 50.0) + 4.0 * rng.normal()).collect();
    let pulse = Pulse::new(&Quiet);
    let agreed = |y: &[f64], p: &[f64], clusters: Option<&[u32]>| {
        block_on(agree(y, p, clusters, Settings::new(400, 1), 0.95, &pulse)).unwrap()
    };
    let plain = agreed(&y, &p, None).unwrap();
    assert_eq!(plain.limits, agreement::limits(&y, &p, 0.95, 0.95).unwrap());
    assert_eq!(plain.line, agreement::line(&y, &p, 0.95).unwrap());
    assert_eq!(plain.proportional, agreement::proportional(&y, &p, 0.95).ok());
    assert!(plain.line.slope.high < 0.8 && (plain.limits.bias.value - 3.0).abs() < 1.5);
    assert_eq!(plain.curve.len(), 41);
    for point in &plain.curve {
        let on = plain.line.intercept.value + plain.line.slope.value * point.x;
        assert!(point.low.unwrap() <= point.value.unwrap() && point.value.unwrap() <= point.high.unwrap());
        assert!(
            point.low.unwrap() - 3.0 < on && on < point.high.unwrap() + 3.0,
            "a line stays about a line: {point:?}"
        );
    }
    // Four equal rows a patient tell no more than one: resampled patients know, Student does not.
    let four = |v: &[f64]| [v, v, v, v].concat();
    let patient: Vec<u32> = (0..4 * n as u32).map(|i| i % n as u32).collect();
    let together = agreed(&four(&y), &four(&p), Some(&patient)).unwrap();
    let wide = |e: autograft::metrics::Estimate| e.high - e.low;
    for (one, other) in [
        (plain.limits.bias, together.limits.bias),
        (plain.limits.upper, together.limits.upper),
        (plain.line.slope, together.line.slope),
        (plain.line.intercept, together.line.intercept),
        (plain.proportional.unwrap().slope, together.proportional.unwrap().slope),
    ] {
        let ratio = wide(other) / wide(one);
        assert!((0.75..1.3).contains(&ratio), "{ratio}");
    }
    let apart = agreed(&four(&y), &four(&p), None).unwrap();
    assert!(wide(together.limits.bias) > 1.6 * wide(apart.limits.bias));
    assert_eq!(agreed(&y, &vec![1.0; n], None), Err(Why::Constant));
    assert_eq!(agreed(&y[..2], &p[..2], None), Err(Why::TooFew { found: 2, needed: 3 }));
}
