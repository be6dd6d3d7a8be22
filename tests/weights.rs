//! Importance weights and feature alignment against scipy, scikit-learn and POT (tests/golden/transfer.py), and the
//! behaviour that the field's libraries ask of theirs.

use autograft::error::{Code, Result};
use autograft::math::align::{Shrinkage, Subspaces, Tca, coral, monge};
use autograft::math::covariance::{ledoit_wolf, sample};
use autograft::math::kernel::{gaussian, gram, median_distance, square_distance};
use autograft::math::rows::Rows;
use autograft::math::spd;
use autograft::math::weights::{
    Health, Kliep, Ulsif, beyond, choose_kliep, choose_ulsif, from_log_odds, kmm, normalised, overlap, ulsif_left_out,
};
use autograft::rng::Rng;
use autograft::watch::{Pulse, Quiet, block_on};
use serde_json::Value;

fn golden(part: &str) -> Value {
    serde_json::from_str::<Value>(include_str!("golden/transfer.json")).unwrap()[part].take()
}
fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}
#[track_caller]
fn all_near(ours: &[f64], theirs: &[f64], tolerance: f64, what: &str) {
    assert_eq!(ours.len(), theirs.len(), "{what}");
    let size = 1.0 + theirs.iter().fold(0.0, |m: f64, v| m.max(v.abs()));
    for (a, b) in ours.iter().zip(theirs) {
        assert!((a - b).abs() <= tolerance * size, "{what}: {a} and {b}");
    }
}
fn normal(rows: usize, p: usize, mean: f64, sd: f64, rng: &mut Rng) -> Vec<f64> {
    (0..rows * p).map(|_| rng.normal() * sd + mean).collect()
}
fn code<T>(result: Result<T>) -> Code {
    result.err().unwrap().code()
}

/// 50 source rows where the target is, 50 far from it.
fn toy() -> (Vec<f64>, Vec<f64>) {
    let mut rng = Rng::stream(1, "toy");
    let mut source = normal(50, 1, 0.0, 0.1, &mut rng);
    source.extend(normal(50, 1, 1.0, 0.1, &mut rng));
    (source, normal(100, 1, 0.0, 0.1, &mut rng))
}

#[test]
fn each_estimator_finds_the_half_of_the_source_that_is_like_the_target() {
    let (s, t) = toy();
    let (source, target) = Rows::pair(&s, &t, 1).unwrap();
    let pulse = Pulse::new(&Quiet);
    let halves = |w: &[f64]| (w[..50].iter().sum::<f64>(), w[50..].iter().sum::<f64>());

    // exp(−10 d²) and exp(−100 d²).
    let sigmas = [libm::sqrt(0.05), libm::sqrt(0.005)];
    let found = block_on(choose_kliep(source, target, &sigmas, 1, &pulse)).unwrap();
    let (inside, outside) = halves(&found.ratio(&s));
    assert!(inside > 90.0 && outside < 0.5, "KLIEP: {inside} and {outside}");
    assert!((inside + outside - 100.0).abs() < 1e-6 && found.gap < 1e-4, "the mean over the source is 1: {found:?}");

    let found = block_on(kmm(source, target, libm::sqrt(0.5), 1000.0, &pulse)).unwrap();
    let (inside, outside) = halves(&found.weights);
    assert!(inside > 50.0 && outside < 0.1, "KMM: {inside} and {outside}, {} iterations", found.iterations);

    for alpha in [0.0, 0.5] {
        let found = block_on(choose_ulsif(source, target, alpha, &sigmas, &[1e-3, 1e-2, 0.1, 1.0], 1, &pulse)).unwrap();
        let ratio = found.ratio(&s);
        let (inside, outside) = halves(&ratio);
        assert!(inside > 20.0 * outside, "uLSIF α = {alpha}: {inside} and {outside}");
        let largest = ratio.iter().copied().fold(0.0, f64::max);
        assert!(alpha == 0.0 || largest < 1.2 / alpha, "the relative ratio is at most 1/α: {largest}");
    }
}

#[test]
fn weights_reach_the_optimum_that_scipy_finds() {
    let (w, k) = (golden("weights"), golden("kmm"));
    let (s, t) = (list(&w["source"]), list(&w["target"]));
    let (source, target) = Rows::pair(&s, &t, 2).unwrap();
    let pulse = Pulse::new(&Quiet);
    let found = block_on(kmm(source, target, 1.0, 5.0, &pulse)).unwrap();
    let theirs = k["objective"].as_f64().unwrap();
    assert!((found.objective - theirs).abs() < 1e-6 * theirs.abs(), "{} and {theirs}", found.objective);
    assert!(found.gap <= 1.1e-7 * theirs.abs() && found.weights.iter().all(|w| (0.0..=5.0).contains(w)));
    // The weights are many, the smoothed ones one.
    let smoothed = spd::product(&gram(source, source, 1.0), &found.weights, 40, 40, 1);
    all_near(&smoothed, &list(&k["smoothed"]), 2e-3, "K w");

    for case in golden("ulsif").as_array().unwrap() {
        let alpha = case["alpha"].as_f64().unwrap();
        let found = Ulsif::fit(source, target, alpha, 1.0, 0.1, 1).unwrap();
        all_near(&found.theta, &list(&case["theta"]), 1e-10, "theta");
    }
    let orders: (Vec<usize>, Vec<usize>) = ((0..40).collect(), (0..30).collect());
    let score = ulsif_left_out((source, target), (1.0, 0.1), &orders.0, &orders.1, 1).unwrap();
    let theirs = golden("ulsif_loo")["whole"].as_f64().unwrap();
    assert!((score - theirs).abs() < 1e-10, "left out by formula {score}, by fitting anew {theirs}");

    let found = block_on(Kliep::fit(source, target, 1.0, 1, &pulse)).unwrap();
    let theirs = golden("kliep")["likelihood"].as_f64().unwrap();
    assert!((found.likelihood - theirs).abs() < 2e-5 && theirs - found.likelihood <= found.gap + 1e-9, "{found:?}");
    all_near(&[found.ratio(&s).iter().sum::<f64>()], &[40.0], 1e-9, "Σ w");
}

#[test]
fn weights_from_odds_are_the_density_ratio() {
    // N(0, 1) and N(1, 1): ln of the ratio is x − ½.
    let log_odds: Vec<f64> = (-30..30).map(|i| f64::from(i) / 10.0 - 0.5 + 3.0).collect();
    let w = from_log_odds(&log_odds, None).unwrap();
    for (a, b) in w.windows(2).zip(log_odds.windows(2)) {
        assert!((libm::log(a[1] / a[0]) - (b[1] - b[0])).abs() < 1e-12);
    }
    assert!((autograft::math::stats::mean(&w) - 1.0).abs() < 1e-12);
    let cut = from_log_odds(&log_odds, Some(2.0)).unwrap();
    let largest = |w: &[f64]| w.iter().copied().fold(0.0, f64::max);
    assert!(largest(&cut) < largest(&w) && (autograft::math::stats::mean(&cut) - 1.0).abs() < 1e-12);
    assert_eq!(from_log_odds(&[1e6, 0.0], None).unwrap(), [2.0, 0.0]);
    assert!(from_log_odds(&[f64::NAN, 0.0], None).is_none() && from_log_odds(&[], None).is_none());
    assert!(normalised(&[0.0, 0.0]).is_none() && normalised(&[-1.0, 2.0]).is_none());
}

#[test]
fn health_says_when_all_weight_is_on_one_patient() {
    let even = Health::of(&[3.0; 40]).unwrap();
    assert_eq!((even.ess, even.largest_share, even.enough, even.unused), (40.0, 1.0 / 40.0, true, 0));
    let mut one = vec![0.0; 400];
    one[7] = 1e200;
    let one = Health::of(&one).unwrap();
    assert_eq!(
        (one.ess, one.largest_share, one.top_percent_share, one.enough, one.unused),
        (1.0, 1.0, 1.0, false, 399)
    );
    assert!((Health::of(&[1.0, 2.0, 3.0]).unwrap().ess - 36.0 / 14.0).abs() < 1e-12);
    assert!(Health::of(&[]).is_none() && Health::of(&[1.0, f64::NAN]).is_none());

    let mut rng = Rng::stream(2, "overlap");
    let (s, t) = (normal(400, 2, 0.0, 1.0, &mut rng), normal(300, 2, 0.0, 1.0, &mut rng));
    let (source, target) = Rows::pair(&s, &t, 2).unwrap();
    let same = overlap(source, target, 1).unwrap();
    assert!(same.outside < 0.05, "{same:?}");
    let far: Vec<f64> = t.iter().map(|v| v + 50.0).collect();
    assert_eq!(overlap(source, Rows::new(&far, 2).unwrap(), 1).unwrap().outside, 1.0);
    // ln 9 = 2.197: two of four are nine times likelier in the target.
    assert_eq!(beyond(&[2.19, 2.2, -3.0, 30.0], 0.9), Some(0.5));
    assert!(beyond(&[], 0.9).is_none() && beyond(&[0.0], 0.4).is_none() && beyond(&[f64::NAN], 0.9).is_none());
    assert!(overlap(Rows::new(&s[..18], 2).unwrap(), target, 1).is_none(), "nine rows have no support to speak of");
}

#[test]
fn weights_are_refused_where_there_are_none() {
    let pulse = Pulse::new(&Quiet);
    let (s, t) = ([0.0, 0.1, 0.2, 0.3, 0.4, 0.5], [100.0, 100.1, 100.2, 100.3, 100.4]);
    let (source, target) = Rows::pair(&s, &t, 1).unwrap();
    // Disjoint: no target row is within reach of a source row.
    assert_eq!(code(block_on(Kliep::fit(source, target, 0.5, 1, &pulse))), Code::NothingVaries);
    assert_eq!(code(block_on(choose_kliep(source, target, &[0.1, 0.5], 1, &pulse))), Code::NothingVaries);
    let flat = Ulsif::fit(source, target, 0.0, 0.5, 0.1, 1).unwrap().ratio(&s);
    assert!(Health::of(&flat).is_none_or(|h| !h.enough), "{flat:?}");
    for bad in [0.0, -1.0, f64::NAN] {
        assert_eq!(code(block_on(kmm(source, target, bad, 10.0, &pulse))), Code::OutOfRange);
        assert_eq!(code(Ulsif::fit(source, target, 0.0, bad, 0.1, 1)), Code::OutOfRange);
        assert_eq!(code(Ulsif::fit(source, target, 0.0, 1.0, bad, 1)), Code::OutOfRange);
        assert_eq!(code(block_on(Kliep::fit(source, target, bad, 1, &pulse))), Code::OutOfRange);
    }
    assert_eq!(code(Ulsif::fit(source, target, 1.0, 1.0, 0.1, 1)), Code::OutOfRange);
    let one = Rows::new(&[1.0], 1).unwrap();
    assert_eq!(code(block_on(kmm(one, target, 1.0, 10.0, &pulse))), Code::TooFewRows);
    assert_eq!(code(block_on(choose_ulsif(one, target, 0.0, &[1.0], &[0.1], 1, &pulse))), Code::TooFewRows);
    assert_eq!(code(block_on(choose_kliep(source, one, &[1.0], 1, &pulse))), Code::TooFewRows);
    assert!(median_distance(one, one, 1).is_none(), "equal rows have no scale");
}

/// Means and sample covariance of rows.
fn moments(x: &[f64], p: usize) -> (Vec<f64>, Vec<f64>) {
    let found = sample(Rows::new(x, p).unwrap(), 1).unwrap();
    (found.mean, found.matrix)
}

#[test]
fn maps_equal_scipys_and_give_the_targets_moments() {
    let golden = golden("align");
    let (s, t) = (list(&golden["source"]), list(&golden["target"]));
    let (source, target) = Rows::pair(&s, &t, 4).unwrap();
    let c = sample(source, 1).unwrap().matrix;
    all_near(&spd::sqrt(&c, 4).unwrap(), &list(&golden["root"]), 1e-10, "root");
    all_near(&spd::inverse_sqrt(&c, 4).unwrap(), &list(&golden["inverse_root"]), 1e-9, "inverse root");
    let plain = Shrinkage::Ridge { lambda: 0.0 };
    let by_coral = coral(source, target, plain).unwrap();
    all_near(&by_coral.matrix, &list(&golden["coral"]), 1e-9, "CORAL");
    let shrunken = coral(source, target, Shrinkage::LedoitWolf).unwrap();
    all_near(&shrunken.matrix, &list(&golden["coral_shrunken"]), 1e-9, "CORAL, shrunken");
    let by_monge = monge(source, target, plain).unwrap();
    all_near(&by_monge.matrix, &list(&golden["monge"]), 1e-9, "Monge");
    let (mean, covariance) = moments(&t, 4);
    for map in [&by_coral, &by_monge] {
        let (m, c) = moments(&map.apply(&s), 4);
        all_near(&m, &mean, 1e-10, "means");
        all_near(&c, &covariance, 1e-9, "covariances");
    }
    // Of the two, Monge's moves the rows least.
    let cost = |moved: &[f64]| moved.iter().zip(&s).map(|(a, b)| (a - b) * (a - b)).sum::<f64>();
    assert!(cost(&by_monge.apply(&s)) < cost(&by_coral.apply(&s)));
    let back = coral(source, source, plain).unwrap();
    all_near(&back.apply(&s), &s, 1e-9, "a sample to itself");

    let found = ledoit_wolf(source).unwrap();
    all_near(&[found.shrinkage], &[golden["shrinkage"].as_f64().unwrap()], 1e-12, "shrinkage");
    all_near(&found.matrix, &list(&golden["covariance"]), 1e-12, "Ledoit and Wolf");
    let wide = list(&golden["wide"]);
    let found = ledoit_wolf(Rows::new(&wide, 20).unwrap()).unwrap();
    all_near(&[found.shrinkage], &[golden["wide_shrinkage"].as_f64().unwrap()], 1e-12, "shrinkage of 8 × 20");
    all_near(&found.matrix, &list(&golden["wide_covariance"]), 1e-12, "8 × 20");

    let found = Subspaces::fit(source, target, 2).unwrap();
    let (a, b) = (found.of_source(&s), found.of_target(&t));
    let across: Vec<f64> = a.chunks(2).flat_map(|x| b.chunks(2).map(move |y| x[0] * y[0] + x[1] * y[1])).collect();
    all_near(&across, &list(&golden["subspace"]), 1e-9, "aligned subspaces");
}

#[test]
fn transfer_components_solve_the_symmetric_problem() {
    let golden = golden("align");
    let (s, t) = (list(&golden["source"]), list(&golden["target"]));
    let (source, target) = Rows::pair(&s, &t, 4).unwrap();
    for mu in ["0.1", "1.0", "10.0"] {
        let case = &golden["tca"][mu];
        let found = Tca::fit(source, target, 3, mu.parse().unwrap(), 4.0).unwrap();
        all_near(&found.values, &list(&case["values"]), 1e-9, "values");
        let both = [s.as_slice(), t.as_slice()].concat();
        let (ours, theirs) = (found.transform(&both), list(&case["embedding"]));
        for k in 0..3 {
            let column = |z: &[f64]| z.chunks(3).map(|row| row[k]).collect::<Vec<f64>>();
            let (a, b) = (column(&ours), column(&theirs));
            let sign = a.iter().zip(&b).map(|(x, y)| x * y).sum::<f64>().signum();
            all_near(&a.iter().map(|v| v * sign).collect::<Vec<f64>>(), &b, 1e-7, "embedding");
        }
        // Wᵀ (I + μ K L K) W = I, computed from the definition.
        let all = Rows::new(&both, 4).unwrap();
        let (k, n) = (gram(all, all, 4.0), 55);
        let e: Vec<f64> = (0..n).map(|i| if i < 30 { 1.0 / 30.0 } else { -1.0 / 25.0 }).collect();
        let u = spd::product(&k, &e, n, n, 1);
        for a in 0..3 {
            for b in 0..3 {
                let column = |c: usize| found.w.chunks(3).map(move |row| row[c]);
                let along = |c: usize| column(c).zip(&u).map(|(w, u)| w * u).sum::<f64>();
                let inner = column(a).zip(column(b)).map(|(x, y)| x * y).sum::<f64>();
                let value = inner + mu.parse::<f64>().unwrap() * along(a) * along(b);
                assert!((value - f64::from(u8::from(a == b))).abs() < 1e-8, "{a} {b} {value}");
            }
        }
    }
    assert_eq!(code(Tca::fit(source, target, 2, 0.0, 1.0)), Code::OutOfRange);
    assert_eq!(code(Tca::fit(source, target, 2, 1.0, f64::NAN)), Code::OutOfRange);
    let flat = [1.0; 8];
    let flat = Rows::new(&flat, 2).unwrap();
    assert_eq!(code(Tca::fit(flat, flat, 2, 1.0, 1.0)), Code::NothingVaries);
    let one = Rows::new(&flat.values()[..2], 2).unwrap();
    assert_eq!(code(Tca::fit(one, flat, 2, 1.0, 1.0)), Code::TooFewRows);
}

#[test]
fn maps_stand_few_rows_many_columns_and_constants() {
    let mut rng = Rng::stream(3, "few");
    let (s, t) = (normal(6, 15, 0.0, 1.0, &mut rng), normal(5, 15, 2.0, 3.0, &mut rng));
    let (source, target) = Rows::pair(&s, &t, 15).unwrap();
    for map in [coral(source, target, Shrinkage::LedoitWolf), monge(source, target, Shrinkage::LedoitWolf)] {
        let moved = map.unwrap().apply(&s);
        assert!(moved.iter().all(|v| v.is_finite()));
        all_near(&moments(&moved, 15).0, &moments(&t, 15).0, 1e-9, "means");
    }
    assert!(Subspaces::fit(source, target, 15).unwrap().source.components() <= 5);
    let mut held = s.clone();
    held.chunks_mut(15).for_each(|row| row[3] = 1.0);
    let held = Rows::new(&held, 15).unwrap();
    assert!(coral(held, target, Shrinkage::Ridge { lambda: 1e-5 }).unwrap().apply(&s).iter().all(|v| v.is_finite()));
    let flat = [1.0; 30];
    let flat = Rows::new(&flat, 15).unwrap();
    assert_eq!(code(coral(flat, target, Shrinkage::LedoitWolf)), Code::NothingVaries);
    assert_eq!(code(monge(source, flat, Shrinkage::Ridge { lambda: 0.0 })), Code::NothingVaries);
    let one = Rows::new(&s[..15], 15).unwrap();
    assert_eq!(code(coral(one, target, Shrinkage::LedoitWolf)), Code::TooFewRows);
    assert_eq!(code(coral(source, Rows::new(&t, 5).unwrap(), Shrinkage::LedoitWolf)), Code::Internal);
    assert_eq!(code(Rows::new(&[1.0, f64::NAN], 2)), Code::MissingCells);
    assert!((gaussian(square_distance(&[0.0; 5], &[1.0; 5]), 1.0) - libm::exp(-2.5)).abs() < 1e-15);
}
