//! Measures with their intervals against statsmodels, skmisc.loess, dcurves (tests/golden/evaluate.py) and pROC; and what
//! each says where it is not defined.

use crate::shared::shared;
use autograft::math::tests::mcnemar;
use autograft::metrics::calibration::{self, Smoother};
use autograft::metrics::operating::{Rule, operating};
use autograft::metrics::sorted::Sorted;
use autograft::metrics::weighted::Weighted;
use autograft::metrics::{
    Estimate, Metric, Truth, Why, agreement, decision, delong, numbers, probability, ranking, risks, threshold,
};
use autograft::rng::Rng;
use serde_json::Value;

pub fn golden() -> Value {
    serde_json::from_str(include_str!("golden/evaluate.json")).unwrap()
}
pub fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}
pub fn data() -> (Vec<bool>, Vec<f64>, Vec<f64>) {
    let g = golden();
    (floats(&g["y"]).iter().map(|v| *v == 1.0).collect(), floats(&g["p"]), floats(&g["q"]))
}
#[track_caller]
pub fn near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{what}: {found} instead of {expected}");
}
#[track_caller]
fn same(e: Estimate, expected: &Value, tolerance: f64, what: &str) {
    let expected = floats(expected);
    near(e.value, expected[0], tolerance, what);
    near(e.low, expected[1], tolerance, &format!("{what}, low"));
    near(e.high, expected[2], tolerance, &format!("{what}, high"));
}

#[test]
fn calibration_intervals_equal_statsmodels() {
    let g = golden();
    let (y, p, q) = data();
    for (case, p) in g["calibration"].as_array().unwrap().iter().zip([p, q]) {
        let large = calibration::in_the_large_interval(&y, &p, 0.95).unwrap();
        same(large.wald, &case["large"], 1e-9, "in the large");
        near(large.low, case["large_lr"][0].as_f64().unwrap(), 1e-9, "in the large, likelihood");
        near(large.high, case["large_lr"][1].as_f64().unwrap(), 1e-9, "in the large, likelihood");
        let slope = calibration::slope_interval(&y, &p, 0.95).unwrap();
        same(slope.wald, &case["slope"], 1e-9, "slope");
        near(slope.low, case["slope_lr"][0].as_f64().unwrap(), 1e-9, "slope, likelihood");
        near(slope.high, case["slope_lr"][1].as_f64().unwrap(), 1e-9, "slope, likelihood");
        let u = calibration::recalibration(&y, &p).unwrap();
        for (found, expected) in [u.chi_square, u.u, u.p].iter().zip(floats(&case["recalibration"])) {
            near(*found, expected, 1e-9, "recalibration");
        }
        let s = calibration::spiegelhalter(&y, &p).unwrap();
        near(s.z, case["spiegelhalter"][0].as_f64().unwrap(), 1e-12, "z");
        near(s.p, case["spiegelhalter"][1].as_f64().unwrap(), 1e-12, "p of z");
        same(calibration::observed_over_expected(&y, &p, 0.95).unwrap(), &case["oe"], 1e-12, "O/E");
    }
}

/// skmisc.loess is R's own code; it rounds its weights near 0 and 1 of the reach.
#[test]
fn the_curve_of_r_equals_its_loess() {
    let g = &golden()["loess"];
    let (y, p, _) = data();
    let found = calibration::curve_by(Smoother::R, &y, &p, &floats(&g["at"])).unwrap();
    for (found, expected) in found.iter().zip(floats(&g["curve"])) {
        near(*found, expected, 1e-7, "loess");
    }
    let d = calibration::distance_by(Smoother::R, &y, &p).unwrap();
    for (found, expected) in [d.ici, d.e50, d.e90, d.e_max].iter().zip(floats(&g["distance"])) {
        near(*found, expected, 1e-7, "distance");
    }
    assert_ne!(d, calibration::distance(&y, &p).unwrap(), "ours is the line");
}

#[test]
fn the_parts_of_brier_add_up() {
    let (y, p, q) = data();
    for p in [&p, &q] {
        let parts = calibration::brier_parts(&y, p, 10).unwrap();
        let sum = parts.reliability - parts.resolution + parts.uncertainty + parts.within;
        near(sum, probability::brier(&y, p), 1e-14, "sum");
        assert!(parts.within.abs() < 0.02 && parts.reliability >= 0.0 && parts.resolution > 0.0);
    }
    // Equal risks in each bin: nothing is left within. By hand: bins .2 (1 of 4) and .8 (2 of 2), prevalence 1/2.
    let y = [true, false, false, false, true, true];
    let parts = calibration::brier_parts(&y, &[0.2, 0.2, 0.2, 0.2, 0.8, 0.8], 2).unwrap();
    near(parts.reliability, (4.0 * 0.05_f64.powi(2) + 2.0 * 0.2_f64.powi(2)) / 6.0, 1e-15, "reliability");
    near(parts.resolution, (4.0 * 0.25_f64.powi(2) + 2.0 * 0.5_f64.powi(2)) / 6.0, 1e-15, "resolution");
    assert!(parts.within.abs() < 1e-15);
}

#[test]
fn a_threshold_and_its_shares_equal_the_references() {
    let g = &golden()["operating"];
    let (y, p, _) = data();
    let at = operating(&y, &p, 0.3, 0.95).unwrap();
    let pairs = [
        ("sensitivity", at.sensitivity),
        ("specificity", at.specificity),
        ("ppv", at.ppv),
        ("npv", at.npv),
        ("accuracy", at.accuracy),
        ("mcc", at.mcc),
    ];
    for (name, found) in pairs {
        same(found.unwrap(), &g[name], 1e-9, name);
    }
    near(at.mcc.unwrap().se.unwrap(), g["mcc_se"].as_f64().unwrap(), 1e-9, "se of MCC");
    assert_eq!(Rule::Youden.choose(&y, &p), Ok(g["youden"].as_f64().unwrap()));
    assert_eq!(Rule::Sensitivity(0.9).choose(&y, &p), Ok(g["sensitivity_90"].as_f64().unwrap()));
    assert_eq!(Rule::Risk(0.1).choose(&y, &p), Ok(0.1));
    // Chosen there, it keeps its promise there.
    let t = Rule::Sensitivity(0.9).choose(&y, &p).unwrap();
    assert!(operating(&y, &p, t, 0.95).unwrap().sensitivity.unwrap().value >= 0.9);
    assert_eq!(Rule::Risk(1.2).choose(&y, &p), Err(Why::NotFinite));
    assert_eq!(Rule::Youden.choose(&[true, true], &[0.1, 0.2]), Err(Why::OneClass));
    // One class: what has a denominator is told.
    let one = operating(&[true, true], &[0.1, 0.9], 0.5, 0.95).unwrap();
    assert_eq!((one.sensitivity.unwrap().value, one.specificity, one.mcc), (0.5, None, None));
    assert_eq!(operating(&[true], &[f64::NAN], 0.5, 0.95), Err(Why::NotFinite));
    assert_eq!(operating(&[], &[], 0.5, 0.95), Err(Why::NoRows));
}

fn asah() -> Option<(Vec<bool>, [Vec<f64>; 3])> {
    let text = shared("oracles/aSAH.csv")?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').collect();
    let rows: Vec<Vec<&str>> = lines.map(|l| l.split(',').collect()).collect();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let column = |name: &str| -> Vec<f64> { rows.iter().map(|r| r[at(name)].parse().unwrap()).collect() };
    let y = rows.iter().map(|r| r[at("outcome")] == "Poor").collect();
    Some((y, [column("wfns"), column("s100b"), column("ndka")]))
}

/// The numbers of pROC's own tests.
#[test]
fn unpaired_delong_and_the_paired_interval_equal_proc() {
    let Some((y, [wfns, s100b, ndka])) = asah() else { return };
    let unpaired = |a: &[f64], b: &[f64]| delong::unpaired((&y, a), (&y, b)).unwrap();
    for ((a, b), t, p) in [
        ((&wfns, &s100b), 1.43490640926908, 0.152825378808796),
        ((&wfns, &ndka), 3.10125096778969, 0.00220950791756457),
        ((&ndka, &s100b), -1.55995743389685, 0.120192832430845),
    ] {
        near(unpaired(a, b).t, t, 1e-12, "t");
        near(unpaired(a, b).p, p, 1e-12, "p");
    }
    for ((a, b), low, high) in [
        ((&wfns, &s100b), 0.0104061769564846, 0.174214419249478),
        ((&wfns, &ndka), 0.0634011709339876, 0.3600405634833566),
        ((&ndka, &s100b), -0.2876917446341914, 0.0488706064228094),
    ] {
        let i = delong::paired(&y, a, b).unwrap().interval(0.95);
        near(i.low, low, 1e-12, "low");
        near(i.high, high, 1e-12, "high");
    }
    // The logit interval: around the same se, inside (0, 1), not symmetric.
    let (plain, logit) = (delong::interval(&y, &wfns, 0.95).unwrap(), delong::logit_interval(&y, &wfns, 0.95).unwrap());
    near(plain.se, logit.se.unwrap(), 1e-15, "se");
    assert!(logit.low < plain.low && logit.high < plain.high);
}

#[test]
fn average_precision_has_its_logit_interval() {
    let g = golden();
    let (y, _, q) = data();
    same(ranking::average_precision_interval(&y, &q, 0.95).unwrap(), &g["ap_interval"], 1e-9, "AP");
    let y = [true, true, false];
    assert_eq!(ranking::average_precision_interval(&y, &[0.9, 0.8, 0.1], 0.95), Err(Why::Degenerate));
}

#[test]
fn each_class_against_the_rest() {
    let y: Vec<u32> = (0..60).map(|i| i % 3).collect();
    let mut rng = Rng::stream(1, "classes");
    let p: Vec<f64> =
        y.iter().flat_map(|&c| [0, 1, 2].map(|k| rng.uniform() + if c == k { 0.4 } else { 0.0 })).collect();
    let each = delong::of_each_class(&y, 3, &p, 0.95);
    let mean = each.iter().map(|e| e.unwrap().value).sum::<f64>() / 3.0;
    near(mean, ranking::macro_auroc(&y, 3, &p).unwrap(), 1e-14, "macro");
    assert!(each.iter().all(|e| e.unwrap().low > 0.4 && e.unwrap().low < e.unwrap().value));
    let wider: Vec<f64> = p.chunks(3).flat_map(|r| [r[0], r[1], r[2], 0.0]).collect();
    assert_eq!(delong::of_each_class(&y, 4, &wider, 0.95)[3], Err(Why::OneClass));
}

#[test]
fn numbers_agree_with_statsmodels() {
    let g = &golden()["numbers"];
    let (y, p) = (floats(&g["y"]), floats(&g["p"]));
    let line = agreement::line(&y, &p, 0.95).unwrap();
    same(line.intercept, &g["intercept"], 1e-9, "intercept");
    same(line.slope, &g["slope"], 1e-9, "slope");
    same(line.in_the_large, &g["large"], 1e-9, "in the large");
    near(line.slope.value, numbers::calibration(&y, &p).unwrap().slope, 1e-14, "the metric's slope");
    let limits = agreement::limits(&y, &p, 0.95, 0.95).unwrap();
    same(limits.bias, &g["bias"], 1e-9, "bias");
    near(limits.sd, g["sd"].as_f64().unwrap(), 1e-12, "sd");
    same(limits.lower, &g["lower"], 1e-9, "lower limit");
    same(limits.upper, &g["upper"], 1e-9, "upper limit");
    let curve = agreement::curve(Smoother::STEADY, &p, &p, &[50.0, 60.0]).unwrap();
    near(curve[0], 50.0, 1e-9, "a line stays a line");
    assert_eq!(agreement::line(&y, &vec![3.0; y.len()], 0.95), Err(Why::Constant));
    assert_eq!(agreement::limits(&[1.0], &[1.0], 0.95, 0.95), Err(Why::TooFew { found: 1, needed: 3 }));
    assert_eq!(agreement::line(&[1.0, f64::NAN, 2.0], &[1.0; 3], 0.95), Err(Why::NotFinite));
    assert_eq!(agreement::line(&[], &[], 0.95), Err(Why::NoRows));
    assert_eq!(agreement::line(&[1.0, 2.0], &[1.0], 0.95), Err(Why::Lengths));
}

#[test]
fn net_benefit_of_counts_equals_dcurves_and_the_plain_one() {
    let g = &golden()["net_benefit"];
    let (y, p, _) = data();
    let thresholds = floats(&g["thresholds"]);
    let sorted = Sorted::new(&y, &p).unwrap();
    let called = sorted.called(&thresholds);
    let found = decision::weighted(&sorted, &vec![1; y.len()], &thresholds, &called);
    let plain = decision::decision_curve(&y, &p, &thresholds);
    for (k, (model, all)) in found.iter().enumerate() {
        near(*model, floats(&g["model"])[k], 1e-12, "model");
        near(*all, floats(&g["all"])[k], 1e-12, "all");
        near(plain[k].avoided.unwrap(), floats(&g["avoided"])[k], 1e-12, "avoided");
        assert_eq!((*model, *all), (plain[k].model, plain[k].all), "bit for bit");
    }
    // At threshold 0 everybody is treated: risk ≥ 0.
    assert_eq!(decision::net_benefit(&y, &p, 0.0).unwrap().model, decision::net_benefit(&y, &p, 0.0).unwrap().all);
    assert_eq!(decision::weighted(&sorted, &vec![0; y.len()], &thresholds, &called), []);
}

/// Counts must say what the repeated rows say, for every metric of every kind of label.
#[test]
fn weighted_metrics_equal_those_of_the_repeated_rows() {
    let mut rng = Rng::stream(7, "weighted");
    let n = 60;
    let weights: Vec<u32> = (0..n).map(|_| rng.below(4) as u32).collect();
    let rows: Vec<usize> = (0..n).flat_map(|r| std::iter::repeat_n(r, weights[r] as usize)).collect();
    let three: Vec<u32> = (0..n).map(|_| rng.below(3) as u32).collect();
    let two: Vec<u32> = three.iter().map(|&c| u32::from(c == 1)).collect();
    let raw: Vec<f64> = (0..3 * n).map(|_| (rng.uniform() * 20.0).ceil() / 20.0).collect();
    let p3: Vec<f64> = raw.chunks(3).flat_map(|r| r.iter().map(move |v| v / r.iter().sum::<f64>())).collect();
    let p2: Vec<f64> = raw.chunks(3).map(|r| r[0]).collect();
    let values: Vec<f64> = raw.chunks(3).map(|r| r[1] * 3.0 + r[0]).collect();
    let again = |y: &[u32]| -> Vec<u32> { rows.iter().map(|&r| y[r]).collect() };
    let repeated = |p: &[f64], width: usize| -> Vec<f64> {
        rows.iter().flat_map(|&r| p[r * width..(r + 1) * width].to_vec()).collect()
    };
    let (two_again, three_again, values_again) = (again(&two), again(&three), repeated(&values, 1));
    for &metric in Metric::OF_CLASSES {
        for (truth, expected, p, width) in [
            (Truth::Classes { y: &two, classes: 2 }, Truth::Classes { y: &two_again, classes: 2 }, &p2, 1),
            (Truth::Classes { y: &three, classes: 3 }, Truth::Classes { y: &three_again, classes: 3 }, &p3, 3),
        ] {
            let Some(ready) = Weighted::new(metric, truth, p) else {
                assert!(width == 3 && metric.compute(truth, p).is_none(), "{metric:?}");
                continue;
            };
            let expected = metric.compute(expected, &repeated(p, width)).unwrap();
            near(ready.value(&weights).unwrap(), expected, 1e-13, metric.as_str());
            near(ready.value(&vec![1; n]).unwrap(), metric.compute(truth, p).unwrap(), 1e-13, metric.as_str());
        }
    }
    for &metric in Metric::OF_VALUES {
        let ready = Weighted::new(metric, Truth::Values(&values), &p2).unwrap();
        let expected = metric.compute(Truth::Values(&values_again), &repeated(&p2, 1)).unwrap();
        near(ready.value(&weights).unwrap(), expected, 1e-13, metric.as_str());
    }
    // The area is exact: integers until the last division.
    let event: Vec<bool> = two.iter().map(|&c| c == 1).collect();
    let sorted = Sorted::new(&event, &p2).unwrap();
    assert_eq!(sorted.auroc(&vec![1; n]), ranking::auroc(&event, &p2));
    let none: Vec<u32> = event.iter().map(|&e| u32::from(e)).collect();
    assert_eq!((sorted.auroc(&none), sorted.average_precision(&none), sorted.curve(&none).len()), (None, None, 0));
    let curve: Vec<bool> = rows.iter().map(|&r| event[r]).collect();
    assert_eq!(sorted.curve(&weights), ranking::curve(&curve, &repeated(&p2, 1)));
}

#[test]
fn the_risks_of_both_groups() {
    let y = [true, true, false, false, false];
    let d = risks::distributions(&y, &[1.0, 0.55, 0.0, 0.1, 0.35], 10).unwrap();
    assert_eq!(d.events.counts, [0, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
    assert_eq!(d.others.counts, [1, 1, 0, 1, 0, 0, 0, 0, 0, 0]);
    near(d.discrimination_slope, 0.775 - 0.15, 1e-15, "slope");
    assert_eq!((d.others.quantiles[2], d.events.n), (0.1, 2));
    assert_eq!(risks::distributions(&y, &[1.5, 0.5, 0.0, 0.1, 0.3], 10), Err(Why::NotFinite));
}

#[test]
fn reasons_stand_where_numbers_cannot() {
    let half = [false, false, true, true];
    let (apart, flat) = ([0.1, 0.2, 0.8, 0.9], [0.4; 4]);
    assert_eq!(calibration::slope_interval(&half, &apart, 0.95), Err(Why::Separated));
    // Separated but for a tie at the border: the slope is infinite still.
    assert_eq!(calibration::slope_interval(&half, &[0.1, 0.5, 0.5, 0.9], 0.95), Err(Why::Separated));
    assert_eq!(calibration::recalibration(&half, &apart), Err(Why::Separated));
    assert_eq!(calibration::slope_interval(&half, &flat, 0.95), Err(Why::Constant));
    assert!(calibration::in_the_large_interval(&half, &flat, 0.95).is_ok(), "the level needs no spread");
    assert_eq!(calibration::spiegelhalter(&half, &[0.5; 4]), Err(Why::Degenerate));
    assert!(calibration::spiegelhalter(&[true; 3], &[0.2, 0.4, 0.9]).is_ok());
    assert_eq!(calibration::observed_over_expected(&half, &[0.0; 4], 0.95), Err(Why::Degenerate));
    for (y, p, why) in [
        (&[true, true][..], &[0.1, 0.2][..], Why::OneClass),
        (&[false, false], &[0.1, 0.2], Why::OneClass),
        (&[true, false], &[0.1, f64::NAN], Why::NotFinite),
        (&[true, false], &[0.1, 1.5], Why::NotFinite),
        (&[true, false], &[0.1], Why::Lengths),
        (&[], &[], Why::NoRows),
    ] {
        assert_eq!(calibration::in_the_large_interval(y, p, 0.95), Err(why));
        assert_eq!(calibration::slope_interval(y, p, 0.95), Err(why));
        assert_eq!(calibration::recalibration(y, p), Err(why));
        assert_eq!(calibration::observed_over_expected(y, p, 0.95), Err(why));
        assert_eq!(risks::distributions(y, p, 5), Err(why));
    }
    assert_eq!(delong::logit_interval(&half, &apart, 0.95), Err(Why::Degenerate), "an AUROC of 1 has no such interval");
    assert_eq!(delong::logit_interval(&half, &flat, 0.95), Err(Why::Degenerate));
    assert_eq!(
        delong::logit_interval(&[true, false, false], &[0.2, 0.1, 0.3], 0.95),
        Err(Why::TooFew { found: 1, needed: 2 })
    );
    assert_eq!(delong::unpaired((&half, &apart), (&half, &apart)), Err(Why::Degenerate));
    assert_eq!(Sorted::new(&[true], &[0.5]), Err(Why::OneClass));
    assert_eq!(threshold::Confusion::at(&[], &[], 0.5).mcc(), None);
}

#[test]
fn mcnemar_equals_statsmodels() {
    for row in golden()["mcnemar"].as_array().unwrap() {
        let count = |k: usize| row[k].as_u64().unwrap() as usize;
        near(mcnemar(count(0), count(1)).unwrap().p, row[2].as_f64().unwrap(), 1e-10, "McNemar");
    }
    assert_eq!(mcnemar(0, 0), None);
}
