//! Sample sizes against pmsampsize and pmvalsampsize; optimism, subgroups and crossings by hand and by simulation.

use crate::measures::{floats, golden, near};
use autograft::Code;
use autograft::evaluate::Reason;
use autograft::evaluate::contrast::smallest_detectable;
use autograft::evaluate::crossing::{PairedGain, Place, crossing};
use autograft::evaluate::optimism::{Refit, leave_one_out, no_information, optimism, point_632};
use autograft::evaluate::sample_size::{binary, continuous, refuse_classes, validation};
use autograft::evaluate::subgroup::{Column, Name, Subgroups, Told, cuts, subgroups};
use autograft::math::logistic::sigmoid;
use autograft::metrics::{Truth, Why, calibration, delong, numbers};
use autograft::rng::Rng;
use serde_json::Value;

fn of(v: &Value, key: &str) -> f64 {
    v[key].as_f64().unwrap()
}

#[test]
fn binary_sample_sizes_equal_pmsampsize() {
    for case in golden()["sample_size"]["binary"].as_array().unwrap() {
        let assumed = binary::Assumed {
            r2: of(case, "r2"),
            parameters: of(case, "parameters") as usize,
            prevalence: of(case, "prevalence"),
            shrinkage: of(case, "shrinkage"),
        };
        let n = binary::develop(assumed).unwrap();
        let found = [n.by_shrinkage, n.by_optimism, n.by_risk].map(|v| v as f64);
        assert_eq!(found.to_vec(), floats(&case["needed"]), "{assumed:?}");
        near(n.events, of(case, "events"), 1e-12, "events");
        near(n.r2_max, of(case, "r2_max"), 1e-12, "largest R²");
    }
    // As published with R's package.
    let published = |r2, parameters, prevalence| {
        let n = binary::develop(binary::Assumed { r2, parameters, prevalence, shrinkage: 0.9 }).unwrap();
        (n.by_shrinkage, n.by_optimism, n.by_risk, n.n)
    };
    assert_eq!(published(0.288, 24, 0.174), (623, 662, 221, 662));
    assert_eq!(published(0.55, 24, 0.174), (255, 532, 221, 532));
    assert_eq!(published(0.288, 36, 0.174), (934, 992, 221, 992));
    assert_eq!(published(0.288, 24, 0.25), (623, 590, 289, 623));
}

#[test]
fn continuous_sample_sizes_equal_pmsampsize() {
    for case in golden()["sample_size"]["continuous"].as_array().unwrap() {
        let assumed = continuous::Assumed {
            r2: of(case, "r2"),
            parameters: of(case, "parameters") as usize,
            mean: of(case, "mean"),
            sd: of(case, "sd"),
            shrinkage: of(case, "shrinkage"),
        };
        let n = continuous::develop(assumed).unwrap();
        let found = [n.by_shrinkage, n.by_optimism, n.by_residual, n.by_mean].map(|v| v as f64);
        assert_eq!(found.to_vec(), floats(&case["needed"]), "{assumed:?}");
    }
    let published = continuous::Assumed { r2: 0.2, parameters: 25, mean: 1.9, sd: 0.6, shrinkage: 0.9 };
    let n = continuous::develop(published).unwrap();
    assert_eq!((n.by_shrinkage, n.by_optimism, n.by_residual), (918, 401, 259));
}

#[test]
fn r2_from_auroc_is_what_the_simulation_approaches() {
    for case in golden()["sample_size"]["aurocs"].as_array().unwrap() {
        let found = binary::r2_from_auroc(of(case, "auroc"), of(case, "prevalence")).unwrap();
        near(found, of(case, "integral"), 1e-10, "by quadrature");
        // A million rows: a standard error of a few 1e-4.
        near(found, of(case, "simulated"), 2e-3, "by pmsampsize's simulation");
    }
}

#[test]
fn validation_sample_sizes_equal_pmvalsampsize() {
    for case in golden()["sample_size"]["validation"].as_array().unwrap() {
        let n = validation::validate(validation::Assumed {
            prevalence: of(case, "prevalence"),
            auroc: of(case, "auroc"),
            lp_mean: of(case, "lp_mean"),
            lp_sd: of(case, "lp_sd"),
            oe_width: of(case, "oe_width"),
            slope_width: of(case, "slope_width"),
            auroc_width: of(case, "auroc_width"),
        })
        .unwrap();
        let package = floats(&case["package"]);
        // The package searches the O/E width in steps and simulates the slope's information; the AUROC's is exact.
        near(n.by_oe as f64, of(case, "by_oe").ceil(), 1e-12, "O/E, solved");
        near(n.by_oe as f64, package[0], 0.01, "O/E, package");
        near(n.by_slope as f64, of(case, "by_slope").ceil(), 1e-12, "slope, quadrature");
        near(n.by_slope as f64, package[1], 0.01, "slope, package");
        assert_eq!(n.by_auroc as f64, package[2]);
        assert_eq!(n.n, n.by_oe.max(n.by_slope).max(n.by_auroc));
    }
}

#[test]
fn impossible_assumptions_are_refused_by_name() {
    let good = binary::Assumed { r2: 0.1, parameters: 10, prevalence: 0.2, shrinkage: 0.9 };
    let refuses = |a: binary::Assumed, field: &str| {
        let e = binary::develop(a).unwrap_err();
        assert_eq!(e.code(), Code::OutOfRange);
        assert_eq!(e.facts()[0], ("field".to_owned(), field.to_owned()));
    };
    refuses(binary::Assumed { r2: 0.64, ..good }, "r2");
    refuses(binary::Assumed { r2: 0.0, ..good }, "r2");
    refuses(binary::Assumed { r2: f64::NAN, ..good }, "r2");
    refuses(binary::Assumed { parameters: 0, ..good }, "parameters");
    refuses(binary::Assumed { prevalence: 1.0, ..good }, "prevalence");
    refuses(binary::Assumed { shrinkage: 1.0, ..good }, "shrinkage");
    let c = continuous::Assumed { r2: 0.2, parameters: 10, mean: 5.0, sd: 1.0, shrinkage: 0.9 };
    for (bad, field) in [
        (continuous::Assumed { mean: 0.0, ..c }, "mean"),
        (continuous::Assumed { sd: 0.0, ..c }, "sd"),
        (continuous::Assumed { parameters: 2, ..c }, "parameters"),
    ] {
        assert_eq!(continuous::develop(bad).unwrap_err().facts()[0].1, field);
    }
    // No study could meet these.
    refuses(binary::Assumed { r2: 1e-9, ..good }, "n");
    assert_eq!(continuous::develop(continuous::Assumed { mean: 1e-6, ..c }).unwrap_err().facts()[0].1, "n");
    assert_eq!(binary::r2_from_auroc(0.5, 0.2).unwrap_err().code(), Code::OutOfRange);
    assert_eq!(binary::r2_from_auroc(1.0, 0.2).unwrap_err().code(), Code::OutOfRange);
    assert!(refuse_classes(2).is_ok());
    let e = refuse_classes(4).unwrap_err();
    assert_eq!(e.code(), Code::SampleSizeClasses);
    assert!(e.to_string().contains('4') && !e.hint().is_empty());
}

#[test]
fn optimism_by_hand() {
    let refit = |on_sample, on_original| Refit { on_sample, on_original };
    let found = optimism(0.9, &[refit(0.92, 0.80), refit(0.88, 0.82), refit(0.90, 0.78)]).unwrap();
    near(found.optimism, 0.1, 1e-12, "optimism");
    near(found.corrected, 0.8, 1e-12, "corrected");
    near(found.monte_carlo_se, (0.0012_f64 / 3.0).sqrt(), 1e-12, "sd .0346 of .12, .06, .12, over √3");
    assert_eq!(optimism(0.9, &[refit(0.9, 0.8)]), Err(Why::TooFew { found: 1, needed: 2 }));
    assert_eq!(optimism(f64::NAN, &[refit(0.9, 0.8); 3]), Err(Why::NotFinite));
    assert_eq!(optimism(0.9, &[refit(f64::NAN, 0.8), refit(0.9, 0.8)]), Err(Why::Lost { lost: 1, of: 2 }));
}

#[test]
fn point_632_follows_the_paper() {
    for row in golden()["point_632"].as_array().unwrap() {
        let r = floats(row);
        let found = point_632(r[0], r[1], r[2]).unwrap();
        near(found.plain, r[3], 1e-12, ".632");
        near(found.plus, r[4], 1e-12, ".632+");
        near(found.overfitting, r[5], 1e-12, "R");
    }
    assert_eq!(point_632(0.1, f64::NAN, 0.5), Err(Why::NotFinite));
    // γ of a two-class error: p₁(1 − q₁) + q₁(1 − p₁).
    let (y, called) = ([1, 1, 1, 0], [1, 0, 0, 0]);
    near(no_information(4, |t, p| f64::from(u8::from(y[t] != called[p]))), 0.75 * 0.75 + 0.25 * 0.25, 1e-15, "γ");
    // Rows count once each, however often they were out of the bag.
    near(leave_one_out(3, [(0, 1.0), (0, 0.0), (1, 1.0)]).unwrap(), 0.75, 1e-15, "leave one out");
    assert_eq!(leave_one_out(3, []), Err(Why::NoRows));
    assert_eq!(smallest_detectable(0.1), 2.8 * 0.1);
}

struct Cohort {
    y: Vec<u32>,
    p: Vec<f64>,
    level: Vec<Option<u32>>,
    age: Vec<f64>,
}

/// 600 rows; in level 1 the risks are too low by 1 on the logit scale, level 2 is tiny.
fn cohort() -> Cohort {
    let mut rng = Rng::stream(5, "subgroups");
    let mut c = Cohort { y: vec![], p: vec![], level: vec![], age: vec![] };
    for i in 0..600 {
        let level = if i < 12 { 2 } else { u32::from(i % 2 == 0) };
        let lp = rng.normal() * 1.2 - 0.5;
        let shift = if level == 1 { 1.0 } else { 0.0 };
        c.y.push(u32::from(rng.uniform() < sigmoid(lp + shift)));
        c.p.push(sigmoid(lp));
        c.level.push(if i % 50 == 13 { None } else { Some(level) });
        c.age.push(if i % 60 == 7 { f64::NAN } else { 20.0 + 60.0 * rng.uniform() });
    }
    c
}

fn run(c: &Cohort, clusters: Option<&[u32]>) -> Subgroups {
    let names = ["a", "b", "tiny", "nobody"].map(str::to_owned);
    let column = Column::Levels { of: &c.level, names: &names };
    subgroups(Truth::Classes { y: &c.y, classes: 2 }, &c.p, clusters, column)
}

fn told(t: &Told) -> autograft::metrics::Estimate {
    let Told::Is(e) = t else { panic!("{t:?}") };
    *e
}

#[test]
fn subgroups_tell_what_they_can_and_say_what_they_cannot() {
    let c = cohort();
    let found = run(&c, None);
    let names: Vec<&Name> = found.groups.iter().map(|g| &g.name).collect();
    assert_eq!(names.len(), 4, "nobody is left out: {names:?}");
    assert_eq!(found.groups[3].name, Name::Missing);
    assert_eq!(found.groups.iter().map(|g| g.n).sum::<usize>(), 600);
    // Each group equals the measure on its rows.
    let rows: Vec<usize> = (0..600).filter(|&r| c.level[r] == Some(1)).collect();
    let y: Vec<bool> = rows.iter().map(|&r| c.y[r] == 1).collect();
    let p: Vec<f64> = rows.iter().map(|&r| c.p[r]).collect();
    let b = &found.groups[1];
    assert_eq!(told(&b.performance), delong::logit_interval(&y, &p, 0.95).unwrap());
    let wald = calibration::in_the_large_interval(&y, &p, 0.95).unwrap().wald;
    near(told(b.in_the_large.as_ref().unwrap()).low, wald.low, 1e-12, "in the large");
    assert_eq!((b.n, b.events), (y.len(), Some(y.iter().filter(|e| **e).count())));
    assert!(told(b.in_the_large.as_ref().unwrap()).low > 0.5, "risks too low by 1");
    assert!(told(&b.score).low < told(&b.score).value);
    let tiny = &found.groups[2];
    let reason = Reason::TooFewEvents { class: 1, found: tiny.events.unwrap(), needed: 10 };
    assert!(tiny.events.unwrap() < 10, "{tiny:?}");
    let expected = match tiny.performance {
        Told::CannotTell { reason: Reason::TooFewEvents { class: 0, .. } } => {
            Reason::TooFewEvents { class: 0, found: tiny.n - tiny.events.unwrap(), needed: 10 }
        }
        _ => reason,
    };
    for said in [&tiny.performance, tiny.in_the_large.as_ref().unwrap(), &tiny.score] {
        assert_eq!(*said, Told::CannotTell { reason: expected });
    }
    // They differ in calibration, and not in how they rank.
    assert!(found.in_the_large.unwrap().p < 1e-4 && found.performance.unwrap().p > 0.01, "{found:?}");
    assert_eq!(found.in_the_large.unwrap().df, 1.0);
}

#[test]
fn repeated_patients_widen_subgroups() {
    let c = cohort();
    let each: Vec<u32> = (0..600).collect();
    let (plain, alone) = (run(&c, None), run(&c, Some(&each)));
    let b = |s: &Subgroups| (told(&s.groups[1].performance), told(s.groups[1].in_the_large.as_ref().unwrap()));
    near(b(&plain).0.se.unwrap(), b(&alone).0.se.unwrap(), 2e-3, "a patient a row: about DeLong's");
    // Every row twice: the same numbers, the same spread, though there are twice as many rows.
    let twice = |v: &[f64]| -> Vec<f64> { v.iter().flat_map(|x| [*x, *x]).collect() };
    let doubled = Cohort {
        y: c.y.iter().flat_map(|x| [*x, *x]).collect(),
        p: twice(&c.p),
        level: c.level.iter().flat_map(|x| [*x, *x]).collect(),
        age: twice(&c.age),
    };
    let patient: Vec<u32> = (0..1200).map(|r| r / 2).collect();
    let together = run(&doubled, Some(&patient));
    near(b(&together).0.se.unwrap(), b(&alone).0.se.unwrap(), 1e-12, "AUROC");
    near(b(&together).1.se.unwrap(), b(&plain).1.se.unwrap(), 2e-2, "in the large, the sandwich");
    assert!(b(&run(&doubled, None)).0.se.unwrap() < 0.75 * b(&together).0.se.unwrap(), "rows as if they were patients");
}

#[test]
fn bands_and_numbers() {
    let c = cohort();
    let edges = cuts(&c.age, 3);
    assert_eq!(edges.len(), 2);
    assert_eq!(cuts(&[1.0, 1.0, 1.0, 2.0], 4), [1.25], "ties make fewer bands");
    assert!(cuts(&[], 3).is_empty() && cuts(&[4.0; 9], 3).is_empty());
    let column = Column::Bands { values: &c.age, cuts: &edges };
    let found = subgroups(
        Truth::Values(&c.age.iter().map(|a| if a.is_nan() { 1.0 } else { *a }).collect::<Vec<_>>()),
        &vec![50.0; 600],
        None,
        column,
    );
    assert_eq!(found.groups[0].name, Name::Band { low: None, high: Some(edges[0]) });
    assert_eq!(found.groups[2].name, Name::Band { low: Some(edges[1]), high: None });
    assert_eq!((found.groups[3].name.clone(), found.groups[3].n), (Name::Missing, 10));
    assert_eq!(found.groups[3].performance, Told::CannotTell { reason: Reason::TooFewRows { found: 10, needed: 20 } });
    let y: Vec<f64> = c.age.iter().copied().filter(|a| *a < edges[0]).collect();
    near(told(&found.groups[0].performance).value, numbers::rmse(&y, &vec![50.0; y.len()]), 1e-12, "RMSE");
    assert!(told(found.groups[0].in_the_large.as_ref().unwrap()).high < 0.0, "the young lie under 50");
    // A constant truth, well predicted: nothing varies, nothing is told.
    let same = subgroups(Truth::Values(&[2.0; 40]), &[2.0; 40], None, Column::Bands { values: &[1.0; 40], cuts: &[] });
    assert_eq!(same.groups[0].performance, Told::CannotTell { reason: Reason::Degenerate });
    let short = subgroups(Truth::Values(&[2.0; 40]), &[2.0; 40], None, Column::Bands { values: &[1.0], cuts: &[] });
    assert!(short.groups.is_empty());
}

/// Gains that fall as a line in ln n through 0 at `zero`.
fn gains(zero: f64, noise: f64, repeats: usize) -> Vec<PairedGain> {
    let mut rng = Rng::stream(3, "gains");
    let mut out = Vec::new();
    for repeat in 0..repeats {
        for n in [10, 20, 40, 80, 160] {
            out.push(PairedGain { n, repeat, gain: 0.05 * (zero / n as f64).ln() + noise * rng.normal() });
        }
    }
    out
}

#[test]
fn the_crossing_lies_where_it_was_put() {
    let clean = crossing(&gains(60.0, 0.0, 5), 0.95, 1).unwrap();
    let Place::At { n } = clean.place else { panic!("{:?}", clean.place) };
    near(n, 60.0, 1e-9, "a line in ln n is met exactly");
    let at = |place: Place| if let Place::At { n } = place { n } else { panic!("{place:?}") };
    let noisy = crossing(&gains(60.0, 0.03, 20), 0.95, 1).unwrap();
    assert!(at(noisy.low) < 60.0 && at(noisy.high) > 60.0, "{noisy:?}");
    assert!(at(noisy.low) > 30.0 && at(noisy.high) < 120.0 && noisy.share_within == 1.0);
    assert!(noisy.curve.windows(2).all(|w| w[0].1 >= w[1].1));
    assert_eq!(noisy, crossing(&gains(60.0, 0.03, 20), 0.95, 1).unwrap(), "the same seed");
    let (beyond, under) = (Place::NotWithin { largest: 160 }, Place::Never { smallest: 10 });
    let far = crossing(&gains(1000.0, 0.01, 8), 0.95, 1).unwrap();
    assert_eq!((far.low, far.place, far.high, far.share_beyond), (beyond, beyond, beyond, 1.0));
    let never = crossing(&gains(5.0, 0.01, 8), 0.95, 1).unwrap();
    assert_eq!((never.low, never.place, never.high, never.share_never), (under, under, under, 1.0));
    // Near the edges a part of the resamples lies outside: that end is open.
    let edge = crossing(&gains(150.0, 0.05, 12), 0.95, 1).unwrap();
    assert!(edge.share_beyond > 0.05 && edge.high == beyond && at(edge.low) > 40.0, "{edge:?}");
    let edge = crossing(&gains(11.0, 0.05, 12), 0.95, 1).unwrap();
    assert!(edge.share_never > 0.05 && edge.low == under && at(edge.high) < 40.0, "{edge:?}");
}

#[test]
fn a_crossing_without_evidence_has_a_reason() {
    assert_eq!(crossing(&[], 0.95, 1), Err(Why::TooFew { found: 0, needed: 2 }));
    assert_eq!(crossing(&gains(60.0, 0.0, 4), 0.95, 1), Err(Why::TooFew { found: 4, needed: 5 }));
    let one_size: Vec<PairedGain> = gains(60.0, 0.0, 9).into_iter().filter(|g| g.n == 20).collect();
    assert_eq!(crossing(&one_size, 0.95, 1), Err(Why::TooFew { found: 1, needed: 2 }));
    // A size that one repeat alone has: most resamples lose it.
    let mut lopsided: Vec<PairedGain> =
        gains(60.0, 0.0, 6).into_iter().filter(|g| g.n < 160 || g.repeat == 0).collect();
    assert!(matches!(crossing(&lopsided, 0.95, 1), Err(Why::Lost { of: 2000, .. })));
    for g in &mut lopsided {
        g.gain = f64::NAN;
    }
    assert_eq!(crossing(&lopsided, 0.95, 1), Err(Why::TooFew { found: 0, needed: 2 }));
}
