//! Fits, distributions and tests against scikit-learn, scipy and statsmodels (tests/golden/math.py).

use autograft::math::elastic::{ALWAYS, Design, Family, Lambdas, Options, Path, Response, Tuner, fit};
use autograft::math::pca::Pca;
use autograft::math::tests as t;
use autograft::math::{dist, logistic, stats};
use autograft::rng::Rng;
use serde_json::Value;

fn golden() -> Value {
    serde_json::from_str(include_str!("golden/math.json")).unwrap()
}
fn floats(v: &Value) -> Vec<f64> {
    v.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}
fn classes(v: &Value) -> Vec<u32> {
    floats(v).into_iter().map(|c| c as u32).collect()
}
#[track_caller]
fn near(found: f64, expected: f64, tolerance: f64, what: &str) {
    assert!((found - expected).abs() <= tolerance * (1.0 + expected.abs()), "{what}: {found} instead of {expected}");
}
#[track_caller]
fn all_near(found: &[f64], expected: &Value, tolerance: f64, what: &str) {
    let expected = floats(expected);
    assert_eq!(found.len(), expected.len(), "{what}");
    for (f, e) in found.iter().zip(&expected) {
        near(*f, *e, tolerance, what);
    }
}

#[test]
fn penalised_fits_equal_scikit_learn() {
    for problem in golden()["problems"].as_array().unwrap() {
        let (n, p) = (problem["n"].as_u64().unwrap() as usize, problem["p"].as_u64().unwrap() as usize);
        let x = floats(&problem["x"]);
        let (values, binary, many) =
            (floats(&problem["values"]), classes(&problem["binary"]), classes(&problem["classes"]));
        for case in problem["fits"].as_array().unwrap() {
            let (alpha, lambda) = (case["alpha"].as_f64().unwrap(), case["lam"].as_f64().unwrap());
            let (response, family) = match case["y"].as_str().unwrap() {
                "values" => (Response::Values(&values), Family::Gaussian),
                "binary" => (Response::Classes { y: &binary, classes: 2 }, Family::Binomial),
                _ => (Response::Classes { y: &many, classes: 3 }, Family::Multinomial),
            };
            let s = fit(Design::from_rows(&x, n, p).unwrap(), response, alpha, lambda).unwrap();
            let what = format!("{family:?} n {n} alpha {alpha} lambda {lambda}");
            assert!(s.converged && s.family == family, "{what}");
            all_near(&s.coefficients, &case["coefficients"], 1e-6, &what);
            // With a lasso the three intercepts of scikit-learn are fixed up to a constant too.
            all_near(&s.intercepts, &case["intercepts"], 2e-6, &what);
            if alpha > 0.0 {
                let zeros = |b: &[f64]| b.iter().map(|v| v.abs() < 1e-9).collect::<Vec<_>>();
                assert_eq!(zeros(&s.coefficients), zeros(&floats(&case["coefficients"])), "{what}");
            }
        }
        let w = &problem["weighted"];
        let (weights, lambda) = (floats(&w["weights"]), w["lam"].as_f64().unwrap());
        for (name, response) in
            [("values", Response::Values(&values)), ("binary", Response::Classes { y: &binary, classes: 2 })]
        {
            let design = Design::new(n, p, Some(&weights), true, |i, j| x[i * p + j]).unwrap();
            let s = fit(design, response, 0.0, lambda).unwrap();
            all_near(&s.coefficients, &w[name]["coefficients"], 1e-6, name);
            all_near(&s.intercepts, &w[name]["intercepts"], 1e-6, name);
        }
    }
}

#[test]
fn a_warm_path_equals_single_cold_fits() {
    let golden = golden();
    let problem = &golden["problems"][1];
    let (n, p, x) = (30, 80, floats(&problem["x"]));
    let y = classes(&problem["binary"]);
    let response = Response::Classes { y: &y, classes: 2 };
    for alpha in [0.0, 0.5, 1.0] {
        let options = Options { alpha, lambdas: Lambdas::Auto(20), tolerance: 1e-14 };
        let path = Path::new(Design::from_rows(&x, n, p).unwrap(), response, options).unwrap();
        let all = path.run();
        assert!(all.len() > 5);
        assert!(all.windows(2).all(|w| w[1].explained >= w[0].explained - 1e-9), "more is explained as λ falls");
        if alpha > 0.0 {
            assert_eq!(all[0].nonzero, 0, "nothing at the largest λ");
            assert!(all[1].nonzero > 0, "something right after it");
        }
        let at = all.len() / 2;
        let cold = fit(Design::from_rows(&x, n, p).unwrap(), response, alpha, all[at].lambda).unwrap();
        for (a, b) in all[at].coefficients.iter().zip(&cold.coefficients) {
            near(*a, *b, 1e-6, "warm and cold");
        }
    }
}

/// The conditions of the optimum, from the definition, with 1,500 columns that the strong rule must screen.
#[test]
fn wide_lasso_fits_satisfy_the_optimality_conditions() {
    let (n, p) = (60, 1500);
    let mut rng = Rng::stream(1, "wide");
    let x: Vec<f64> = (0..n * p).map(|_| rng.normal()).collect();
    let y: Vec<u32> = (0..n).map(|i| u32::from(x[i * p] - x[i * p + 1] + 0.5 * rng.normal() > 0.0)).collect();
    let options = Options { alpha: 0.9, lambdas: Lambdas::Auto(15), tolerance: 1e-14 };
    let design = Design::from_rows(&x, n, p).unwrap();
    let mut path = Path::new(design, Response::Classes { y: &y, classes: 2 }, options).unwrap();
    let mut checked = 0;
    while let Some(s) = path.step() {
        let risk = s.predict(&x, p);
        let off: Vec<f64> = y.iter().zip(&risk).map(|(&y, p)| f64::from(y) - p).collect();
        near(off.iter().sum::<f64>() / n as f64, 0.0, 1e-7, "the intercept is free");
        for j in 0..p {
            let column: Vec<f64> = (0..n).map(|i| x[i * p + j]).collect();
            let (m, v) = (stats::mean(&column), stats::variance(&column) * (n - 1) as f64 / n as f64);
            let g: f64 = column.iter().zip(&off).map(|(x, r)| (x - m) / v.sqrt() * r).sum::<f64>() / n as f64;
            let b = s.coefficients[j] * v.sqrt();
            if b == 0.0 {
                assert!(g.abs() <= 0.9 * s.lambda + 1e-7, "column {j} was screened wrongly");
            } else {
                near(g, s.lambda * (0.9 * b.signum() + 0.1 * b), 1e-6, "gradient");
            }
            checked += 1;
        }
    }
    assert!(checked >= 5 * p);
}

#[test]
fn separated_classes_and_constant_columns_give_finite_fits() {
    // Column 0 separates, column 1 is constant.
    let x: Vec<f64> = (0..20).flat_map(|i| [f64::from(i), 7.0]).collect();
    let y: Vec<u32> = (0..20).map(|i| u32::from(i >= 10)).collect();
    for alpha in [0.0, 0.5, 1.0] {
        let options = Options { alpha, ..Options::default() };
        let path = Path::new(Design::from_rows(&x, 20, 2).unwrap(), Response::Classes { y: &y, classes: 2 }, options);
        for s in path.unwrap().run() {
            assert!(s.coefficients.iter().chain(&s.intercepts).all(|v| v.is_finite()));
            assert_eq!(s.coefficients[1], 0.0);
        }
    }
    let z: Vec<bool> = y.iter().map(|c| *c == 1).collect();
    let first: Vec<f64> = x.iter().step_by(2).copied().collect();
    assert_eq!(logistic::fit(&first, 20, 1, &z), None, "the maximum does not exist");
}

#[test]
fn a_class_that_nobody_has_gets_next_to_no_probability() {
    let mut rng = Rng::stream(2, "absent");
    let x: Vec<f64> = (0..120).map(|_| rng.normal()).collect();
    let y: Vec<u32> = (0..40).map(|i| if x[i * 3] > 0.0 { 2 } else { 0 }).collect();
    for alpha in [0.0, 0.6] {
        let s =
            fit(Design::from_rows(&x, 40, 3).unwrap(), Response::Classes { y: &y, classes: 3 }, alpha, 0.05).unwrap();
        for row in s.predict(&x, 3).chunks(3) {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-12 && row[1] < 1e-6, "{row:?}");
        }
    }
}

#[test]
fn beside_an_offset_the_penalty_draws_towards_it() {
    let (n, p) = (60, 4);
    let mut rng = Rng::stream(8, "offset");
    let x: Vec<f64> = (0..n * p).map(|_| rng.normal()).collect();
    let eta = |i: usize| 1.5 * x[i * p] - x[i * p + 1];
    let offset: Vec<f64> = (0..n).map(eta).collect();
    let y: Vec<u32> = (0..n).map(|i| u32::from(0.5 * eta(i) - 0.8 + rng.normal() > 0.0)).collect();
    let design = || Design::from_rows(&x, n, p).unwrap();
    let beside = |response, alpha, lambda| {
        let options = Options { alpha, lambdas: Lambdas::Given(vec![lambda]), tolerance: 1e-14 };
        Path::beside(Some(&offset), design(), response, options).unwrap().step().unwrap()
    };
    let classes = Response::Classes { y: &y, classes: 2 };
    // So strong that nothing moves but the intercept, which is that of maximum likelihood: the residuals add to 0.
    for alpha in [0.0, 0.5] {
        let held = beside(classes, alpha, 1e6);
        assert!(held.coefficients.iter().all(|b| b.abs() < 1e-5), "{held:?}");
        let risk = |i: usize| logistic::sigmoid(offset[i] + held.intercepts[0]);
        near((0..n).map(|i| f64::from(y[i]) - risk(i)).sum::<f64>(), 0.0, 1e-4, "the intercept is free");
        // Stationary at a penalty that lets it move.
        let s = beside(classes, alpha, 0.05);
        let risk = |i: usize| logistic::sigmoid(offset[i] + s.linear(&x[i * p..(i + 1) * p])[0]);
        for j in 0..p {
            let column: Vec<f64> = (0..n).map(|i| x[i * p + j]).collect();
            let (m, v) = (stats::mean(&column), stats::variance(&column) * (n - 1) as f64 / n as f64);
            let off = |i: usize| f64::from(y[i]) - risk(i);
            let g: f64 = (0..n).map(|i| (column[i] - m) / v.sqrt() * off(i)).sum::<f64>() / n as f64;
            let b = s.coefficients[j] * v.sqrt();
            if b == 0.0 {
                assert!(g.abs() <= 0.05 * alpha + 1e-7, "{g}");
            } else {
                near(g, 0.05 * (alpha * b.signum() + (1.0 - alpha) * b), 1e-6, "gradient");
            }
        }
    }
    // Of numbers: the fit of what the offset leaves.
    let values: Vec<f64> = (0..n).map(|i| eta(i) + 3.0 + 0.3 * x[i * p + 2]).collect();
    let left: Vec<f64> = (0..n).map(|i| values[i] - offset[i]).collect();
    let (a, b) =
        (beside(Response::Values(&values), 0.0, 0.1), fit(design(), Response::Values(&left), 0.0, 0.1).unwrap());
    for (a, b) in a.coefficients.iter().chain(&a.intercepts).zip(b.coefficients.iter().chain(&b.intercepts)) {
        near(*a, *b, 1e-9, "the same as of the rest");
    }
}

#[test]
fn rows_that_never_judge_are_always_learned_from() {
    // The target's relation is learned from source rows that no fold leaves out; were they judged by, or left out, or of
    // no weight, the chosen fit would differ.
    let (n, p) = (90, 3);
    let mut rng = Rng::stream(9, "always");
    let x: Vec<f64> = (0..n * p).map(|_| rng.normal()).collect();
    let y: Vec<f64> = (0..n).map(|i| x[i * p] + 0.1 * rng.normal()).collect();
    let fold_of: Vec<usize> = (0..n).map(|i| if i < 70 { ALWAYS } else { i % 4 }).collect();
    let tuner = || Tuner::new(x.clone(), p, Response::Values(&y), fold_of.clone(), &[0.0], 20).unwrap();
    let found = tuner().run().unwrap();
    let weighted = tuner().weighted((0..n).map(|i| if i < 70 { 0.0 } else { 2.0 }).collect()).run().unwrap();
    // With 70 rows of weight 0 it is the tuning of 20 rows.
    let rest: Vec<f64> = x[70 * p..].to_vec();
    let alone =
        Tuner::new(rest, p, Response::Values(&y[70..]), fold_of[70..].to_vec(), &[0.0], 20).unwrap().run().unwrap();
    for (a, b) in weighted.solution.coefficients.iter().zip(&alone.solution.coefficients) {
        near(*a, *b, 1e-9, "weight 0 is absence");
    }
    near(found.solution.coefficients[0], 1.0, 0.05, "the relation");
    assert!((found.solution.coefficients[0] - alone.solution.coefficients[0]).abs() > 1e-6);
}

#[test]
fn bad_problems_are_refused() {
    let design = || Design::from_rows(&[1.0, 2.0, 3.0, 4.0], 4, 1).unwrap();
    let code = |r: autograft::Result<_>| r.map(|_: autograft::math::elastic::Solution| ()).unwrap_err().code();
    let two = Response::Classes { y: &[0, 1, 0, 1], classes: 2 };
    assert_eq!(code(fit(design(), Response::Classes { y: &[1; 4], classes: 2 }, 0.0, 1.0)), autograft::Code::OneClass);
    assert_eq!(code(fit(design(), two, 1.5, 1.0)), autograft::Code::OutOfRange);
    assert_eq!(code(fit(design(), two, 0.5, 0.0)), autograft::Code::OutOfRange);
    assert_eq!(Design::from_rows(&[1.0, f64::NAN], 2, 1).unwrap_err().code(), autograft::Code::NotFinite);
    assert_eq!(Design::from_rows(&[1.0], 1, 1).unwrap_err().code(), autograft::Code::TooFewRows);
}

#[test]
fn tuning_finds_signal_and_admits_noise() {
    let (n, p) = (120, 30);
    let mut rng = Rng::stream(4, "tune");
    let x: Vec<f64> = (0..n * p).map(|_| rng.normal()).collect();
    let fold_of: Vec<usize> = (0..n).map(|i| i % 5).collect();
    let y: Vec<u32> = (0..n).map(|i| u32::from(2.0 * x[i * p] + rng.normal() > 0.0)).collect();
    let noise: Vec<u32> = (0..n).map(|_| u32::from(rng.uniform() < 0.5)).collect();
    let tune = |y: &[u32]| {
        Tuner::new(x.clone(), p, Response::Classes { y, classes: 2 }, fold_of.clone(), &[0.0, 0.5, 1.0], 30)
            .unwrap()
            .run()
            .unwrap()
    };
    let found = tune(&y);
    let largest = found.solution.coefficients.iter().map(|b| b.abs()).fold(0.0, f64::max);
    assert_eq!(found.solution.coefficients[0].abs(), largest);
    assert!(found.alpha > 0.0, "one column of thirty: a lasso");
    let best = found.candidates.iter().map(|c| c.deviance).fold(f64::MAX, f64::min);
    assert!(best < 1.0, "{best}");
    let nothing = tune(&noise);
    let spread = stats::sd(&nothing.solution.predict(&x, p));
    assert!(spread < 0.1, "predictions of noise should hardly vary: {spread}");
    // The candidate's deviance is what its definition says.
    let c = found.candidates.iter().find(|c| c.alpha == found.alpha && c.lambda == found.solution.lambda).unwrap();
    let mut total = 0.0;
    for k in 0..5 {
        let rows: Vec<usize> = (0..n).filter(|i| fold_of[*i] != k).collect();
        let design = Design::new(rows.len(), p, None, true, |i, j| x[rows[i] * p + j]).unwrap();
        let yk: Vec<u32> = rows.iter().map(|&i| y[i]).collect();
        let s = fit(design, Response::Classes { y: &yk, classes: 2 }, c.alpha, c.lambda).unwrap();
        for i in (0..n).filter(|i| fold_of[*i] == k) {
            let risk = s.predict(&x[i * p..(i + 1) * p], p)[0];
            total -= 2.0 * if y[i] == 1 { risk.ln() } else { (1.0 - risk).ln() };
        }
    }
    near(c.deviance, total / n as f64, 1e-3, "inner deviance");
}

#[test]
fn tuning_survives_inner_folds_with_one_class() {
    let x: Vec<f64> = (0..24).map(f64::from).collect();
    let mut y = vec![0; 24];
    (y[3], y[9]) = (1, 1);
    // Both events in inner fold 0: when it is left out, one class remains.
    let fold_of: Vec<usize> = (0..24).map(|i| usize::from(i != 3 && i != 9)).collect();
    let tuned = Tuner::new(x.clone(), 1, Response::Classes { y: &y, classes: 2 }, fold_of, &[0.0], 10).unwrap().run();
    assert!(tuned.is_ok());
    assert!(Tuner::new(x, 1, Response::Classes { y: &y, classes: 2 }, vec![0; 24], &[0.0], 10).is_err());
}

#[test]
fn plain_logistic_regression_equals_statsmodels() {
    let g = &golden()["logistic"];
    let y: Vec<bool> = floats(&g["y"]).iter().map(|v| *v == 1.0).collect();
    let f = logistic::fit(&floats(&g["x"]), y.len(), 2, &y).unwrap();
    let params: Vec<f64> = std::iter::once(f.intercept).chain(f.coefficients.iter().copied()).collect();
    all_near(&params, &g["params"], 1e-9, "params");
    all_near(&f.se, &g["se"], 1e-8, "se");
    near(f.log_likelihood, g["llf"].as_f64().unwrap(), 1e-10, "log-likelihood");
}

#[test]
fn tests_equal_scipy() {
    let golden = golden();
    let g = &golden["tests"];
    let of = |k: &str| floats(&g[k]);
    let check = |found: t::Test, key: &str, tolerance: f64| {
        let expected = of(key);
        near(found.statistic, expected[0], 1e-9, key);
        near(found.p, expected[1], tolerance, key);
    };
    check(t::kolmogorov_smirnov(&of("a"), &of("b")).unwrap(), "ks", 1e-9);
    check(t::kolmogorov_smirnov(&of("at"), &of("bt")).unwrap(), "ks_ties", 1e-9);
    check(t::kolmogorov_smirnov(&of("big_a"), &of("big_b")).unwrap(), "ks_big", 1e-9);
    check(t::mann_whitney(&of("a"), &of("b")).unwrap(), "mw", 1e-9);
    check(t::mann_whitney(&of("at"), &of("bt")).unwrap(), "mw_ties", 1e-9);
    check(t::wilcoxon_signed_rank(&of("d")).unwrap(), "wilcoxon", 1e-9);
    check(t::wilcoxon_signed_rank(&of("dl")).unwrap(), "wilcoxon_ties", 1e-9);
    check(t::chi_square(&of("table"), 3).unwrap(), "chi2", 1e-9);
    all_near(&t::holm(&of("pv")), &g["holm"], 1e-12, "holm");
    all_near(&t::benjamini_hochberg(&of("pv")), &g["bh"], 1e-12, "bh");
    let expected = golden["summary"]["smd"].as_f64().unwrap();
    near(t::standardised_difference(&of("a"), &of("b")).unwrap(), expected, 1e-12, "smd");
}

#[test]
fn tests_of_nothing_are_none() {
    assert_eq!(t::kolmogorov_smirnov(&[], &[1.0]), None);
    assert_eq!(t::mann_whitney(&[1.0], &[]), None);
    assert_eq!(t::wilcoxon_signed_rank(&[0.0, 0.0]), None);
    assert_eq!(t::chi_square(&[3.0, 0.0, 5.0, 0.0], 2), None);
    assert_eq!(t::kolmogorov_smirnov(&[1.0, 1.0], &[1.0]).unwrap().p, 1.0);
    assert_eq!(t::mann_whitney(&[1.0, 1.0], &[1.0; 9]).unwrap().p, 1.0);
    assert_eq!(t::standardised_difference(&[1.0, 1.0], &[2.0, 2.0]), None);
    assert_eq!(t::standardised_difference_of_shares(0.5, 0.5), Some(0.0));
}

#[test]
fn distributions_equal_scipy() {
    let golden = golden();
    let g = &golden["dist"];
    let (q, x) = (floats(&g["q"]), floats(&g["x"]));
    all_near(&q.iter().map(|q| dist::normal_quantile(*q)).collect::<Vec<_>>(), &g["normal"], 1e-12, "normal");
    for (found, e) in x.iter().map(|x| dist::normal_cdf(*x)).zip(floats(&g["normal_cdf"])) {
        assert!((found / e - 1.0).abs() < 1e-12, "relative, in the tail too: {found} {e}");
    }
    for (k, df) in floats(&g["df"]).into_iter().enumerate() {
        for (q, e) in q.iter().zip(floats(&g["t"][k])) {
            near(dist::t_quantile(*q, df), e, 1e-8, &format!("t({df}) at {q}"));
        }
        for (x, e) in x.iter().zip(floats(&g["t_cdf"][k])) {
            near(dist::t_cdf(*x, df), e, 1e-10, "t cdf");
        }
    }
    for row in g["chi2"].as_array().unwrap() {
        let row = floats(row);
        near(dist::chi2_sf(row[0], row[1]), row[2], 1e-10, "chi2");
    }
    for row in g["kolmogorov"].as_array().unwrap() {
        let row = floats(row);
        near(dist::kolmogorov_sf(row[0]), row[1], 1e-10, "kolmogorov");
    }
}

#[test]
fn summaries_equal_numpy() {
    let golden = golden();
    let g = &golden["summary"];
    let z = floats(&g["z"]);
    near(stats::mean(&z), g["mean"].as_f64().unwrap(), 1e-14, "mean");
    near(stats::sd(&z), g["sd"].as_f64().unwrap(), 1e-12, "sd");
    for row in g["quantiles"].as_array().unwrap() {
        near(stats::quantile(&z, row[0].as_f64().unwrap()), row[1].as_f64().unwrap(), 1e-13, "quantile");
    }
    assert_eq!(stats::ranks(&floats(&golden["tests"]["at"])), floats(&g["ranks"]));
    assert_eq!(stats::sum([1e100, 1.0, -1e100]), 1.0);
    assert!(stats::mean(&[]).is_nan() && stats::quantile(&[], 0.5).is_nan());
}

#[test]
fn components_equal_scikit_learn() {
    for case in golden()["pca"].as_array().unwrap() {
        let (n, p) = (case["n"].as_u64().unwrap() as usize, case["p"].as_u64().unwrap() as usize);
        let x = floats(&case["x"]);
        let found = Pca::fit(&x, n, p, 3).unwrap();
        all_near(&found.axes, &case["axes"], 1e-9, "axes");
        all_near(&found.variance, &case["variance"], 1e-9, "variance");
        all_near(&found.variance.iter().map(|v| v / found.total).collect::<Vec<_>>(), &case["share"], 1e-9, "share");
        all_near(&found.scores(&x), &case["scores"], 1e-9, "scores");
    }
    // Two rows have one direction; equal rows have none.
    assert_eq!(Pca::fit(&[1.0, 2.0, 3.0, 5.0, 2.0, 4.0], 2, 3, 3).unwrap().components(), 1);
    assert_eq!(Pca::fit(&[1.0, 2.0, 1.0, 2.0], 2, 2, 2).unwrap_err().code(), autograft::Code::NothingVaries);
}
