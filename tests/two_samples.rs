//! Tests of two samples as matrices (kernels, distances, moments, classifiers) and label shift, against numpy, scipy and
//! scikit-learn (tests/golden/shift.py), and their behaviour where nothing differs.

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Side, View};
use autograft::error::{Code, Result};
use autograft::math::rows::Rows;
use autograft::rng::Rng;
use autograft::shift::{
    BANDWIDTHS, Both, Confusion, LIMITS, Limits, PERMUTATIONS, Ridge, Said, bbse, classifier_test, corrected,
    correlations, cross_fit, energy, mmd, moments, refitted, saerens,
};
use autograft::split::Respect;
use autograft::watch::{Event, Pulse, Quiet, Watch, block_on};
use serde_json::Value;
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

fn golden(part: &str) -> Value {
    serde_json::from_str::<Value>(include_str!("golden/shift.json")).unwrap()[part].take()
}
fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}
#[track_caller]
fn near(ours: f64, theirs: &Value, tolerance: f64, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= tolerance * (1.0 + theirs.abs()), "{what}: {ours} and {theirs}");
}
fn quietly<T>(future: impl Future<Output = Result<T>>) -> Result<T> {
    block_on(future)
}
fn normal(rows: usize, p: usize, mean: f64, rng: &mut Rng) -> Vec<f64> {
    (0..rows * p).map(|_| rng.normal() + mean).collect()
}

#[test]
fn kernels_and_distances_are_scipys() {
    let golden = golden("samples");
    let (s, t) = (list(&golden["source"]), list(&golden["target"]));
    let (source, target) = Rows::pair(&s, &t, 5).unwrap();
    let pulse = Pulse::new(&Quiet);
    let found = quietly(mmd(source, target, &BANDWIDTHS, 3999, 1, &pulse)).unwrap();
    for ((at, multiple), theirs) in found.bandwidths.iter().zip(BANDWIDTHS).zip(golden["mmd2"].as_array().unwrap()) {
        near(at.sigma, &serde_json::json!(multiple * golden["median"].as_f64().unwrap()), 1e-12, "sigma");
        near(at.mmd2, theirs, 1e-9, "mmd2");
    }
    // Other permutations than ours: both p are counts of 4,000 with a standard error of about 0.001.
    near(found.bandwidths[1].p, &golden["mmd_p"], 0.004, "p");
    let least = found.bandwidths.iter().map(|b| b.p).fold(1.0, f64::min);
    assert!(found.p >= least && found.p <= 3.0 * least + 1e-12, "{found:?}");
    let found = quietly(energy(source, target, 3999, 1, &pulse)).unwrap();
    near(found.distance, &golden["energy"], 1e-9, "energy");
    near(found.p, &golden["energy_p"], 0.004, "p");
}

#[test]
fn permutation_tests_keep_their_level_and_never_say_zero() {
    let mut rng = Rng::stream(11, "level");
    let pulse = Pulse::new(&Quiet);
    let replicates = 200;
    let (mut by_mmd, mut by_energy) = (0, 0);
    for seed in 0..replicates {
        // Skewed, so that no normal theory helps.
        let s: Vec<f64> = normal(25, 3, 0.0, &mut rng).iter().map(|v| libm::exp(*v)).collect();
        let t: Vec<f64> = normal(14, 3, 0.0, &mut rng).iter().map(|v| libm::exp(*v)).collect();
        let (source, target) = Rows::pair(&s, &t, 3).unwrap();
        by_mmd += usize::from(quietly(mmd(source, target, &BANDWIDTHS, 99, seed, &pulse)).unwrap().p <= 0.05);
        by_energy += usize::from(quietly(energy(source, target, 99, seed, &pulse)).unwrap().p <= 0.05);
    }
    // Binomial(200, 0.05): over 19 has a chance of 0.3 %.
    assert!(by_mmd <= 19 && by_energy <= 19, "{by_mmd} and {by_energy} of {replicates}");
    let (s, t) = (normal(40, 2, 0.0, &mut rng), normal(40, 2, 9.0, &mut rng));
    let (source, target) = Rows::pair(&s, &t, 2).unwrap();
    let far = quietly(mmd(source, target, &[1.0], PERMUTATIONS, 1, &pulse)).unwrap();
    assert_eq!((far.p, far.bandwidths[0].p), (0.001, 0.001));
    assert_eq!(quietly(energy(source, target, PERMUTATIONS, 1, &pulse)).unwrap().p, 0.001);
    // The order of the rows changes neither statistic; the same seed says the same.
    let again = quietly(mmd(source, target, &[1.0], PERMUTATIONS, 1, &pulse)).unwrap();
    assert_eq!(far, again);
}

/// Stops at the n-th question.
struct Stops(Cell<u32>);
impl Watch for Stops {
    fn event(&self, _event: Event) {}
    fn now_ms(&self) -> f64 {
        0.0
    }
    fn cancelled(&self) -> bool {
        self.0.set(self.0.get().saturating_sub(1));
        self.0.get() == 0
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}

#[test]
fn what_cannot_be_compared_is_an_error_of_its_own() {
    let pulse = Pulse::new(&Quiet);
    let code = |s: &[f64], t: &[f64], p: usize| -> Code {
        match Rows::pair(s, t, p) {
            Err(e) => e.code(),
            Ok((s, t)) => {
                let by = [
                    quietly(mmd(s, t, &BANDWIDTHS, 9, 1, &pulse)).map(|_| ()),
                    quietly(energy(s, t, 9, 1, &pulse)).map(|_| ()),
                ];
                let codes: Vec<Code> = by.into_iter().map(|r| r.unwrap_err().code()).collect();
                assert_eq!(codes[0], codes[1]);
                codes[0]
            }
        }
    };
    assert_eq!(code(&[1.0, f64::NAN], &[1.0, 2.0], 1), Code::MissingCells);
    assert_eq!(code(&[1.0, 2.0], &[f64::INFINITY, 2.0], 1), Code::MissingCells);
    assert_eq!(code(&[1.0], &[1.0, 2.0], 1), Code::TooFewRows);
    assert_eq!(code(&[], &[1.0, 2.0], 1), Code::TooFewRows);
    assert_eq!(code(&[1.0, 2.0], &[1.0, 2.0], 0), Code::NothingVaries);
    assert_eq!(code(&[3.0; 8], &[3.0; 6], 2), Code::NothingVaries);
    let (s, t) = ([0.0, 1.0, 2.0, 3.0], [1.0, 2.0, 3.0]);
    let (source, target) = Rows::pair(&s, &t, 1).unwrap();
    assert_eq!(quietly(mmd(source, target, &BANDWIDTHS, 0, 1, &pulse)).unwrap_err().code(), Code::OutOfRange);
    assert_eq!(quietly(mmd(source, target, &[-1.0], 9, 1, &pulse)).unwrap_err().code(), Code::OutOfRange);
    assert_eq!(correlations(source, target).unwrap_err().code(), Code::TooFewRows);
    for after in [1, 2, 4] {
        let watch = Stops(Cell::new(after));
        let pulse = Pulse::new(&watch);
        assert_eq!(quietly(energy(source, target, 999, 1, &pulse)).unwrap_err().code(), Code::Cancelled);
    }
}

#[test]
fn over_the_limit_rows_are_drawn_and_a_small_side_stays_whole() {
    let mut rng = Rng::stream(12, "limit");
    let (s, t) = (normal(4100, 1, 0.0, &mut rng), normal(30, 1, 0.0, &mut rng));
    let (source, target) = Rows::pair(&s, &t, 1).unwrap();
    let found = quietly(energy(source, target, 9, 1, &Pulse::new(&Quiet))).unwrap();
    assert_eq!((found.source_rows, found.target_rows), (3970, 30));
}

#[test]
fn moments_and_correlations_are_scipys() {
    let golden = golden("samples");
    let (s, t) = (list(&golden["source"]), list(&golden["target"]));
    let (source, target) = Rows::pair(&s, &t, 5).unwrap();
    let found = quietly(moments(source, target, 99, 1, &Pulse::new(&Quiet))).unwrap();
    for (ours, name) in [
        (found.means, "means"),
        (found.covariances, "covariances"),
        (found.covariance_entry, "covariance_entry"),
        (found.bures, "bures"),
    ] {
        near(ours, &golden[name], 1e-8, name);
    }
    assert!((found.frechet - found.means - found.bures).abs() < 1e-12 && found.p.unwrap() <= 0.02, "{found:?}");
    let pairs = correlations(source, target).unwrap();
    let q = list(&golden["correlations_q"]);
    for ((ours, theirs), q) in pairs.iter().zip(golden["correlations"].as_array().unwrap()).zip(q) {
        let theirs = list(theirs);
        assert_eq!((ours.first, ours.second), (theirs[0] as usize, theirs[1] as usize));
        assert!((ours.source - theirs[2]).abs() < 1e-12 && (ours.target - theirs[3]).abs() < 1e-12);
        assert!((ours.p - theirs[4]).abs() < 1e-12 && (ours.q - q).abs() < 1e-12);
    }
    // More columns than rows: nothing differs but by chance, and chance is what it is compared with.
    let mut rng = Rng::stream(13, "wide");
    let (s, t) = (normal(12, 30, 0.0, &mut rng), normal(10, 30, 0.0, &mut rng));
    let (source, target) = Rows::pair(&s, &t, 30).unwrap();
    let found = quietly(moments(source, target, 99, 1, &Pulse::new(&Quiet))).unwrap();
    let chance = found.frechet_by_chance.unwrap();
    assert!(
        found.frechet > 10.0 && (found.frechet / chance - 1.0).abs() < 0.25 && found.p.unwrap() > 0.01,
        "{found:?}"
    );
    // A shift of the means by 10 and nothing else: the distance is the shift.
    let moved: Vec<f64> = s.iter().enumerate().map(|(i, v)| if i % 30 == 0 { v + 10.0 } else { *v }).collect();
    let (source, moved) = Rows::pair(&s, &moved, 30).unwrap();
    let found = quietly(moments(source, moved, 0, 1, &Pulse::new(&Quiet))).unwrap();
    assert!((found.means - 100.0).abs() < 1e-9 && found.bures < 1e-5 && found.p.is_none(), "{found:?}");
    // A constant column has no correlation, and two that are equal keep a perfect one.
    let columns: Vec<f64> = (0..10).flat_map(|i| [f64::from(i * i % 7), 4.0, f64::from(i * i % 7)]).collect();
    let x = Rows::new(&columns, 3).unwrap();
    let pairs = correlations(x, x).unwrap();
    assert_eq!((pairs.len(), pairs[0].first, pairs[0].second, pairs[0].p), (1, 0, 2, 1.0));
    let flat = vec![1.0; 20];
    let flat = Rows::new(&flat, 2).unwrap();
    assert_eq!(correlations(flat, flat).unwrap_err().code(), Code::NothingVaries);
}

fn sides(n: usize, m: usize) -> Vec<bool> {
    (0..n + m).map(|row| row >= n).collect()
}

#[test]
fn a_classifier_tells_samples_apart_as_far_as_they_are() {
    let mut rng = Rng::stream(14, "apart");
    let pulse = Pulse::new(&Quiet);
    let target = sides(60, 40);
    let fitted = |x: &[f64], by: &dyn autograft::shift::Discriminator| {
        let side: Vec<u32> = target.iter().map(|t| u32::from(*t)).collect();
        let respect = Respect { strata: Some(&side), groups: None, keys: None };
        quietly(cross_fit(by, Rows::new(x, 2).unwrap(), &target, respect, 5, 1, &pulse))
    };
    let alike = normal(100, 2, 0.0, &mut rng);
    let mut apart = alike.clone();
    apart[120..].iter_mut().for_each(|v| *v += 8.0);
    let test = |x: &[f64]| classifier_test(&fitted(x, &Ridge).unwrap(), &target).unwrap();
    let (same, other) = (test(&alike), test(&apart));
    assert!(other.auroc == 1.0 && other.error == 0.0 && other.proxy_a == 2.0, "{other:?}");
    assert!(other.p < 1e-6, "{other:?}");
    assert!(same.low < 0.5 && same.high > 0.5 && same.proxy_a < 0.5 && same.p > 0.01, "{same:?}");
    // Any closure of that shape is a classifier: one that says nothing is half wrong.
    let coin = |_: Rows<'_>, t: &[bool], train: &[usize], test: &[usize]| {
        let those = train.iter().filter(|&&row| t[row]).count() as f64;
        Ok(vec![libm::log(those / (train.len() as f64 - those)); test.len()])
    };
    let said = fitted(&alike, &coin).unwrap();
    let test = classifier_test(&said, &target).unwrap();
    assert_eq!((test.auroc, test.error, test.proxy_a), (0.5, 0.5, 0.0));
    assert!(said.log_ratio().iter().all(|v| v.abs() < 1e-12));
    let broken = |_: Rows<'_>, _: &[bool], _: &[usize], test: &[usize]| Ok(vec![f64::NAN; test.len()]);
    assert_eq!(fitted(&alike, &broken).unwrap_err().code(), Code::NotFinite);
    let x = Rows::new(&alike, 2).unwrap();
    let one_side = quietly(cross_fit(&Ridge, x, &[true; 100], Respect::default(), 5, 1, &pulse));
    assert_eq!(one_side.unwrap_err().code(), Code::OneClass);
    let few = quietly(cross_fit(&Ridge, x, &sides(97, 3), Respect::default(), 5, 1, &pulse));
    assert_eq!(few.unwrap_err().code(), Code::TooFewRows);
}

#[test]
fn refitting_under_permutations_gives_an_exact_p() {
    let mut rng = Rng::stream(15, "refit");
    let pulse = Pulse::new(&Quiet);
    let target = sides(20, 15);
    let mut rejected = 0;
    for seed in 0..60 {
        let x = normal(35, 2, 0.0, &mut rng);
        let p = quietly(refitted(&Ridge, Rows::new(&x, 2).unwrap(), &target, 19, seed, &pulse)).unwrap();
        assert!((0.05..=1.0).contains(&p));
        rejected += usize::from(p <= 0.05);
    }
    // Binomial(60, 0.05): over 9 has a chance of 0.1 %.
    assert!(rejected <= 9, "{rejected} of 60");
    let mut x = normal(35, 2, 0.0, &mut rng);
    x[40..].iter_mut().for_each(|v| *v += 3.0);
    let p = quietly(refitted(&Ridge, Rows::new(&x, 2).unwrap(), &target, 19, 1, &pulse)).unwrap();
    assert_eq!(p, 0.05);
}

fn cohort(columns: Vec<Vec<f32>>, kinds: Vec<FeatureKind>, side: Side, group: Option<Vec<u32>>) -> Cohort {
    let features =
        kinds.into_iter().enumerate().map(|(place, kind)| Feature { name: format!("x{place}"), kind }).collect();
    let x = View::all(Frame { features, columns });
    let id = (0..x.len()).map(|row| row.to_string()).collect();
    Cohort { x, y: None, id, domain: "d".into(), group, time: None, outcome: None, side }
}

#[test]
fn cohorts_become_one_finite_matrix_that_knows_no_sides() {
    let kinds = || {
        let levels = |names: &[&str]| FeatureKind::Category { levels: names.iter().map(|n| (*n).to_owned()).collect() };
        vec![
            FeatureKind::Number,
            levels(&["f", "m"]),
            levels(&["a", "b", "c"]),
            FeatureKind::Number,
            FeatureKind::Number,
        ]
    };
    let nan = f32::NAN;
    let source = cohort(
        vec![vec![1.0, 2.0, nan, 4.0], vec![0.0, 1.0, 1.0, 0.0], vec![0.0, 1.0, 2.0, nan], vec![7.0; 4], vec![nan; 4]],
        kinds(),
        Side::Source,
        Some(vec![0, 0, 1, 2]),
    );
    let target = cohort(
        vec![vec![5.0, 6.0, 7.0], vec![1.0, 1.0, nan], vec![0.0, 0.0, 1.0], vec![7.0; 3], vec![1.0, 2.0, 3.0]],
        kinds(),
        Side::Target,
        None,
    );
    let pulse = Pulse::new(&Quiet);
    let gather = |limits| quietly(Both::gather(std::slice::from_ref(&source), &target, limits, 1, &pulse)).unwrap();
    let both = gather(LIMITS);
    assert_eq!(both.columns, ["x0", "x1 = m", "x2 = a", "x2 = b", "x2 = c"].map(str::to_owned).to_vec());
    assert_eq!((both.source_rows(), both.one_sided, both.features, both.features_of), (4, 1, 3, 5));
    let all = both.all().unwrap();
    for j in 0..both.p() {
        let column = all.column(j);
        assert!(autograft::math::stats::mean(&column).abs() < 1e-12, "column {j}");
        assert!((autograft::math::stats::variance(&column) - 1.0).abs() < 1e-12, "column {j}");
    }
    // The missing number is the median of both sides, 4.5: between the 4 and the 5.
    let x0 = all.column(0);
    assert!((x0[2] - (x0[3] + x0[4]) / 2.0).abs() < 1e-12, "{x0:?}");
    assert!(both.groups.is_some());
    let apart = gather(Limits { one_a_group: true, ..LIMITS });
    assert_eq!((apart.source_rows(), apart.target.len()), (3, 6));
    assert!(apart.groups.is_none());
    let (s, t) = apart.sides().unwrap();
    assert_eq!((s.n(), t.n()), (3, 3));
    let nothing = cohort(vec![vec![1.0; 4]], vec![FeatureKind::Number], Side::Source, None);
    let none = quietly(Both::gather(std::slice::from_ref(&nothing), &nothing, LIMITS, 1, &pulse)).unwrap();
    assert_eq!(none.all().unwrap_err().code(), Code::NothingVaries);
}

#[test]
fn label_shift_is_numpys_and_near_the_truth() {
    let golden = golden("prior");
    let truth: Vec<u32> = list(&golden["truth"]).iter().map(|v| *v as u32).collect();
    let (source, target) = (list(&golden["source"]), list(&golden["target"]));
    let pulse = Pulse::new(&Quiet);
    for (confusion, name) in [(Confusion::Hard, "hard"), (Confusion::Soft, "soft")] {
        let found = quietly(bbse(
            Said { truth: &truth, source: &source, target: &target, classes: 3 },
            confusion,
            200,
            1,
            &pulse,
        ))
        .unwrap();
        near(found.condition, &golden[name]["condition"], 1e-9, "condition");
        for ((prior, theirs), actual) in
            found.priors.iter().zip(list(&golden[name]["priors"])).zip(list(&golden["actual"]))
        {
            assert!((prior.target - theirs).abs() < 1e-10, "{name}: {prior:?} and {theirs}");
            let (low, high) = (prior.low.unwrap(), prior.high.unwrap());
            assert!(low < prior.target && prior.target < high && low < actual && actual < high, "{name}: {prior:?}");
        }
        assert_eq!(found.failed, 0);
        let weighted: f64 = found.weights.iter().zip(&found.priors).map(|(w, p)| w * p.source).sum();
        assert!((weighted - 1.0).abs() < 1e-12);
    }
    let shares: Vec<f64> = (0..3).map(|k| truth.iter().filter(|&&y| y == k).count() as f64 / 400.0).collect();
    let found = quietly(saerens(&target, &shares, 100, 1, &pulse)).unwrap();
    for (prior, theirs) in found.priors.iter().zip(list(&golden["saerens"])) {
        assert!((prior.target - theirs).abs() < 1e-6, "{prior:?} and {theirs}");
        assert!(prior.low.unwrap() < theirs && theirs < prior.high.unwrap());
    }
    near(found.likelihood_ratio, &golden["likelihood_ratio"], 1e-8, "likelihood ratio");
    near(found.p, &golden["saerens_p"], 1e-9, "p");
    let back = corrected(&target, &shares, &[0.2, 0.3, 0.5]).unwrap();
    assert!(back.iter().zip(list(&golden["corrected"])).all(|(a, b)| (a - b).abs() < 1e-12));
    assert!(corrected(&target, &shares, &shares).unwrap().iter().zip(&target).all(|(a, b)| (a - b).abs() < 1e-12));
    assert!(corrected(&target, &[0.5, 0.0, 0.5], &shares).is_none());
}

#[test]
fn label_shift_says_where_it_cannot_be_estimated() {
    let pulse = Pulse::new(&Quiet);
    let ask = |truth: &[u32], source: &[f64], target: &[f64]| {
        quietly(bbse(Said { truth, source, target, classes: 2 }, Confusion::Soft, 5, 1, &pulse)).unwrap_err().code()
    };
    // A model that says the same of everybody.
    assert_eq!(ask(&[0, 1, 0, 1], &[0.5; 8], &[0.5; 4]), Code::NeedNotMet);
    assert_eq!(ask(&[0, 0], &[0.5; 4], &[0.5; 4]), Code::OneClass);
    assert_eq!(ask(&[0, 1], &[0.5; 4], &[]), Code::TooFewRows);
    assert_eq!(ask(&[0, 1], &[0.5, 0.5, f64::NAN, 0.5], &[0.5; 4]), Code::MissingCells);
    assert_eq!(quietly(saerens(&[0.5; 4], &[1.0, 0.0], 0, 1, &pulse)).unwrap_err().code(), Code::OneClass);
    assert_eq!(quietly(saerens(&[], &[0.5, 0.5], 0, 1, &pulse)).unwrap_err().code(), Code::TooFewRows);
    // No shift: the likelihood ratio keeps its level. Calibrated risks of a logistic model, priors unchanged.
    let mut rng = Rng::stream(16, "prior");
    let mut rejected = 0;
    for _ in 0..200 {
        let risks: Vec<f64> = (0..150)
            .flat_map(|_| {
                let y = f64::from(u8::from(rng.uniform() < 0.4));
                let x = rng.normal() + 1.5 * y;
                let odds = 0.4 / 0.6 * libm::exp(1.5 * x - 1.125);
                [1.0 / (1.0 + odds), odds / (1.0 + odds)]
            })
            .collect();
        rejected += usize::from(quietly(saerens(&risks, &[0.6, 0.4], 0, 1, &pulse)).unwrap().p < 0.05);
    }
    assert!(rejected <= 19, "{rejected} of 200");
}
