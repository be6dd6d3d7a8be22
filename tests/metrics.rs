//! Every metric against scikit-learn, scipy and statsmodels (tests/golden/metrics.py), and against pROC and dcurves.

use crate::shared::shared;
use autograft::math::loess::loess;
use autograft::metrics::*;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/metrics.json")).unwrap()
}
fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap_or(f64::INFINITY)).collect()
}
fn events(v: &Value) -> Vec<bool> {
    v.as_array().unwrap().iter().map(|x| x.as_u64() == Some(1)).collect()
}
fn classes(v: &Value) -> Vec<u32> {
    v.as_array().unwrap().iter().map(|x| x.as_u64().unwrap() as u32).collect()
}
#[track_caller]
fn near(found: f64, expected: &Value, what: &str) {
    let e = expected.as_f64().unwrap();
    assert!((found - e).abs() <= 1e-9 * (1.0 + e.abs()), "{what}: {found} instead of {e}");
}
fn metric(name: &str) -> Metric {
    serde_json::from_value(Value::from(name)).unwrap()
}

#[test]
fn binary_metrics_equal_the_references() {
    for case in golden()["binary"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let (y, p) = (classes(&case["y"]), floats(&case["p"]));
        let truth = Truth::Classes { y: &y, classes: 2 };
        let both: Vec<f64> = p.iter().flat_map(|p| [1.0 - p, *p]).collect();
        let expected = case["metrics"].as_object().unwrap();
        assert_eq!(expected.len(), Metric::OF_CLASSES.len(), "every metric has a golden number");
        for (key, value) in expected {
            near(metric(key).compute(truth, &p).unwrap(), value, &format!("{name}: {key}"));
            assert_eq!(metric(key).compute(truth, &both), metric(key).compute(truth, &p), "both layouts, {key}");
            assert_eq!(metric(key).as_str(), key);
        }
        let y = events(&case["y"]);
        let d = calibration::distance(&y, &p).unwrap();
        for (found, e) in [d.ici, d.e50, d.e90, d.e_max].iter().zip(case["distance"].as_array().unwrap()) {
            near(*found, e, name);
        }
        near(calibration::in_the_large(&y, &p).unwrap().se, &case["in_the_large_se"], name);
        let c = calibration::slope(&y, &p).unwrap();
        near(c.intercept.value, &case["intercept"], name);
        near(c.intercept.se, &case["intercept_se"], name);
        near(c.slope.se, &case["slope_se"], name);
        let at = threshold::Confusion::at(&y, &p, 0.3);
        near(at.sensitivity().unwrap(), &case["at_0_3"]["sensitivity"], name);
        near(at.specificity().unwrap(), &case["at_0_3"]["specificity"], name);
        near(at.ppv().unwrap(), &case["at_0_3"]["ppv"], name);
        near(at.npv().unwrap(), &case["at_0_3"]["npv"], name);
    }
}

#[test]
fn curves_equal_scikit_learn() {
    for case in golden()["binary"].as_array().unwrap() {
        let points = ranking::curve(&events(&case["y"]), &floats(&case["p"]));
        let (fpr, tpr) = (floats(&case["roc"]["fpr"]), floats(&case["roc"]["tpr"]));
        let thresholds = floats(&case["roc"]["threshold"]);
        assert_eq!(points.len(), fpr.len());
        for (i, point) in points.iter().enumerate() {
            assert!((point.false_positive_rate - fpr[i]).abs() < 1e-12 && (point.sensitivity - tpr[i]).abs() < 1e-12);
            assert_eq!(point.threshold, thresholds[i]);
        }
        // scikit-learn's curve has the same points, the first at precision 1 and recall 0.
        let (precision, recall) = (floats(&case["pr"]["precision"]), floats(&case["pr"]["recall"]));
        for (point, (p, r)) in points.iter().zip(precision.iter().zip(&recall)) {
            assert!((point.precision - p).abs() < 1e-12 && (point.sensitivity - r).abs() < 1e-12);
        }
    }
}

#[test]
fn metrics_of_several_classes_equal_scikit_learn() {
    for case in golden()["classes"].as_array().unwrap() {
        let (y, p) = (classes(&case["y"]), floats(&case["p"]));
        let k = case["classes"].as_u64().unwrap() as usize;
        for (key, value) in case["metrics"].as_object().unwrap() {
            near(metric(key).compute(Truth::Classes { y: &y, classes: k }, &p).unwrap(), value, key);
        }
        // The same rows in a task with one class more, of whom nobody is here.
        let wider: Vec<f64> = p.chunks(k).flat_map(|r| r.iter().copied().chain([0.0])).collect();
        let truth = Truth::Classes { y: &y, classes: k + 1 };
        assert_eq!(Metric::Auroc.compute(truth, &wider), None);
        assert_eq!(
            Metric::LogLoss.compute(truth, &wider),
            Metric::LogLoss.compute(Truth::Classes { y: &y, classes: k }, &p)
        );
    }
}

#[test]
fn metrics_of_numbers_equal_scikit_learn() {
    let golden = golden();
    let case = &golden["values"][0];
    let (y, p) = (floats(&case["y"]), floats(&case["p"]));
    let expected = case["metrics"].as_object().unwrap();
    assert_eq!(expected.len(), Metric::OF_VALUES.len());
    for (key, value) in expected {
        near(metric(key).compute(Truth::Values(&y), &p).unwrap(), value, key);
    }
    near(numbers::calibration(&y, &p).unwrap().intercept, &case["intercept"], "intercept");
}

#[test]
fn loess_and_wilson_equal_the_references() {
    let golden = golden();
    let l = &golden["loess"];
    let (x, y, at) = (floats(&l["x"]), floats(&l["y"]), floats(&l["at"]));
    for degree in [1, 2] {
        for (found, e) in loess(&x, &y, &at, 0.6, degree).iter().zip(l[format!("degree{degree}")].as_array().unwrap()) {
            near(*found, e, "loess");
        }
    }
    // Without spread the local mean remains.
    assert_eq!(loess(&[2.0; 4], &[0.0, 1.0, 1.0, 0.0], &[2.0], 0.75, 1), [0.5]);
    for row in golden["wilson"].as_array().unwrap() {
        let (low, high) =
            calibration::wilson(row[0].as_u64().unwrap() as usize, row[1].as_u64().unwrap() as usize, 0.95);
        near(low, &row[2], "wilson low");
        near(high, &row[3], "wilson high");
    }
}

#[test]
fn delong_equals_its_definition() {
    for case in golden()["binary"].as_array().unwrap() {
        let (y, a, b) = (events(&case["y"]), floats(&case["p"]), floats(&case["other"]));
        let t = delong::paired(&y, &a, &b).unwrap();
        near(t.difference, &case["delong"]["difference"], "difference");
        near(t.se, &case["delong"]["se"], "se");
        near(t.z, &case["delong"]["z"], "z");
        near(t.p, &case["delong"]["p"], "p");
        near(delong::interval(&y, &a, 0.95).unwrap().se, &case["delong"]["se_first"], "se of one");
    }
}

#[test]
fn delong_equals_proc_on_asah() {
    let Some(text) = shared("oracles/aSAH.csv") else { return };
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap().split(',').map(|c| c.trim_matches('"')).collect();
    let rows: Vec<Vec<&str>> = lines.map(|l| l.split(',').map(|c| c.trim_matches('"')).collect()).collect();
    let at = |name: &str| header.iter().position(|h| *h == name).unwrap();
    let y: Vec<bool> = rows.iter().map(|r| r[at("outcome")] == "Poor").collect();
    let column = |name: &str| -> Vec<f64> { rows.iter().map(|r| r[at(name)].parse().unwrap()).collect() };
    assert_eq!((y.len(), y.iter().filter(|e| **e).count()), (113, 41));
    let (wfns, s100b, ndka) = (column("wfns"), column("s100b"), column("ndka"));
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} instead of {b}");
    close(ranking::auroc(&y, &wfns).unwrap(), 0.823678861788618);
    close(ranking::auroc(&y, &s100b).unwrap(), 0.731368563685637);
    close(ranking::auroc(&y, &ndka).unwrap(), 0.611957994579946);
    let test = |a: &[f64], b: &[f64]| delong::paired(&y, a, b).unwrap();
    close(test(&wfns, &s100b).z, 2.20898359144091);
    close(test(&wfns, &s100b).p, 0.0271757822291882);
    close(test(&wfns, &ndka).z, 2.79777591868904);
    close(test(&wfns, &ndka).p, 0.00514557970691098);
    close(test(&ndka, &s100b).z, -1.39077002573558);
    close(test(&ndka, &s100b).p, 0.164295175223054);
    let ci = delong::interval(&y, &ndka, 0.95).unwrap();
    close(ci.low, 0.501244999271703);
    close(ci.high, 0.722670989888189);
}

#[test]
fn undefined_is_none_and_never_a_number() {
    let one = Truth::Classes { y: &[1, 1, 1], classes: 2 };
    for m in [
        Metric::Auroc,
        Metric::Auprc,
        Metric::ScaledBrier,
        Metric::BalancedAccuracy,
        Metric::Mcc,
        Metric::CalibrationInTheLarge,
        Metric::CalibrationSlope,
        Metric::Ici,
    ] {
        assert_eq!(m.compute(one, &[0.2, 0.5, 0.9]), None, "{m:?}");
    }
    let two = Truth::Classes { y: &[0, 1, 1], classes: 2 };
    for m in Metric::OF_CLASSES {
        assert_eq!(m.compute(two, &[0.2, f64::NAN, 0.9]), None);
        assert_eq!(m.compute(two, &[0.2]), None);
        assert_eq!(m.compute(Truth::Classes { y: &[], classes: 2 }, &[]), None);
        if !Metric::OF_VALUES.contains(m) {
            assert_eq!(m.compute(Truth::Values(&[0.0, 1.0]), &[0.0, 1.0]), None, "{m:?}");
        }
    }
    // Separated: the slope is infinite, and not a large number.
    assert_eq!(
        Metric::CalibrationSlope.compute(Truth::Classes { y: &[0, 0, 1, 1], classes: 2 }, &[0.1, 0.2, 0.8, 0.9]),
        None
    );
    assert_eq!(Metric::CalibrationSlope.compute(two, &[0.4, 0.4, 0.4]), None);
    assert_eq!(Metric::R2.compute(Truth::Values(&[3.0, 3.0]), &[1.0, 2.0]), None);
    assert_eq!(Metric::Pearson.compute(Truth::Values(&[3.0, 4.0]), &[1.0, 1.0]), None);
}

#[test]
fn certainty_is_clipped_and_gain_knows_its_direction() {
    let wrong = Metric::LogLoss.compute(Truth::Classes { y: &[1], classes: 2 }, &[0.0]).unwrap();
    assert!((wrong - 34.538776394910684).abs() < 1e-9);
    assert!(
        Metric::Auroc.gain(0.8, 0.7) > 0.0 && Metric::Brier.gain(0.1, 0.2) > 0.0 && Metric::Rmse.gain(3.0, 2.0) < 0.0
    );
    assert!(Metric::CalibrationSlope.gain(1.1, 0.7) > 0.0 && Metric::CalibrationSlope.gain(1.4, 0.9) < 0.0);
}

#[test]
fn auroc_is_symmetric_and_counts_ties_by_half() {
    let y = [true, false, true, false, true];
    let s = [0.3, 0.3, 0.9, 0.1, 0.1];
    let a = ranking::auroc(&y, &s).unwrap();
    let turned: Vec<f64> = s.iter().map(|v| -v).collect();
    assert_eq!(a + ranking::auroc(&y, &turned).unwrap(), 1.0);
    assert_eq!(ranking::auroc(&y, &[0.5; 5]), Some(0.5));
    // By hand: pairs (.3,.3)=.5 (.3,.1)=1 (.9,.3)=1 (.9,.1)=1 (.1,.3)=0 (.1,.1)=.5.
    assert_eq!(a, 4.0 / 6.0);
}

#[test]
fn the_grid_of_a_large_table_stays_near_the_exact_curve() {
    let mut rng = autograft::rng::Rng::stream(3, "ici");
    let p: Vec<f64> = (0..1500).map(|_| rng.uniform()).collect();
    let y: Vec<bool> = p.iter().map(|p| rng.uniform() < p * p).collect();
    let exact = calibration::curve(&y, &p, &p).unwrap();
    let ici = exact.iter().zip(&p).map(|(a, b)| (a - b).abs()).sum::<f64>() / 1500.0;
    assert!((calibration::distance(&y, &p).unwrap().ici - ici).abs() < 2e-4);
    assert!((0.1..0.25).contains(&ici), "E|p − p²| is 1/6: {ici}");
}

#[test]
fn bins_hold_everybody_and_equal_risks_together() {
    let p = [0.1, 0.1, 0.1, 0.1, 0.4, 0.5, 0.6, 0.9];
    let y = [false, false, true, false, false, true, true, true];
    let bins = calibration::binned(&y, &p, 4);
    assert_eq!(bins.iter().map(|b| b.n).sum::<usize>(), 8);
    assert_eq!(bins.iter().map(|b| b.events).sum::<usize>(), 4);
    assert_eq!(bins[0].n, 4);
    assert!(bins.iter().all(|b| b.low <= b.observed && b.observed <= b.high));
}

#[test]
fn net_benefit_equals_r_dcurves() {
    let (Some(data), Some(result)) =
        (shared("oracles/df_binary.csv"), shared("oracles/r_simple_binary_dca_result_df.csv"))
    else {
        return;
    };
    let table = |text: &str| -> (Vec<String>, Vec<Vec<String>>) {
        let mut lines = text.lines().map(|l| l.split(',').map(|c| c.trim_matches('"').to_owned()).collect::<Vec<_>>());
        (lines.next().unwrap(), lines.collect())
    };
    let (head, rows) = table(&data);
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let y: Vec<bool> = rows.iter().map(|r| matches!(r[at("cancer")].as_str(), "TRUE" | "True" | "1")).collect();
    let age: Vec<f64> = rows.iter().map(|r| r[at("age")].parse().unwrap()).collect();
    // R's model is a logistic regression on age; ours must be the same to compare at all.
    let risk = autograft::math::logistic::fit(&age, y.len(), 1, &y).unwrap().risks(&age);
    let (head, rows) = table(&result);
    let at = |name: &str| head.iter().position(|h| h == name).unwrap();
    let mut compared = 0;
    for row in &rows {
        let (t, expected): (f64, f64) = (
            row[at("threshold")].parse().unwrap(),
            match row[at("net_benefit")].parse() {
                Ok(v) => v,
                Err(_) => continue,
            },
        );
        if t <= 0.0 || t >= 1.0 {
            continue;
        }
        let found = decision::net_benefit(&y, &risk, t).unwrap();
        let found = match row[at("variable")].as_str() {
            "all" => found.all,
            "none" => 0.0,
            _ => found.model,
        };
        assert!((found - expected).abs() < 1e-12, "at {t}: {found} instead of {expected}");
        compared += 1;
    }
    assert!(compared > 200, "{compared}");
}
