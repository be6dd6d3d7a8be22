//! Scores of source models against numerical optimisation and numpy (tests/golden/transfer.py), and what moved a loss where
//! the truth was planted.

use autograft::error::{Code, Result};
use autograft::math::logistic::sigmoid;
use autograft::math::rows::Rows;
use autograft::math::stats::mean;
use autograft::metrics::probability::log_losses;
use autograft::rng::Rng;
use autograft::shift::{CrossFit, Ridge};
use autograft::split::Respect;
use autograft::transferability::disde::{Because, Disde, Moved, decompose, disde};
use autograft::transferability::{h_score, leep, logme};
use autograft::watch::{Pulse, Quiet, block_on};
use serde_json::Value;

fn golden(part: &str) -> Value {
    serde_json::from_str::<Value>(include_str!("golden/transfer.json")).unwrap()[part].take()
}
fn list(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|v| v.as_f64().unwrap()).collect()
}
#[track_caller]
fn near(ours: f64, theirs: &Value, tolerance: f64, what: &str) {
    let theirs = theirs.as_f64().unwrap();
    assert!((ours - theirs).abs() <= tolerance * (1.0 + theirs.abs()), "{what}: {ours} and {theirs}");
}
fn code<T>(result: Result<T>) -> Code {
    result.err().unwrap().code()
}

#[test]
fn scores_equal_what_numpy_and_an_optimiser_find() {
    let golden = golden("scores");
    let (f, few, theta) = (list(&golden["f"]), list(&golden["few"]), list(&golden["theta"]));
    let y: Vec<u32> = list(&golden["y"]).iter().map(|v| *v as u32).collect();
    let features = Rows::new(&f, 6).unwrap();
    let found = logme::classes(features, &y).unwrap();
    near(found.score, &golden["logme"], 1e-8, "LogME");
    assert!(found.settled);
    let number: Vec<f64> = features.iter().zip(&y).map(|(row, y)| row[0] * 0.5 + f64::from(*y)).collect();
    near(logme::values(features, &number).unwrap().score, &golden["logme_values"], 1e-8, "LogME of a number");
    let wide = Rows::new(&few, 30).unwrap();
    near(logme::values(wide, &list(&golden["t_few"])).unwrap().score, &golden["logme_few"], 1e-6, "LogME, 12 × 30");
    near(leep::leep(Rows::new(&theta, 4).unwrap(), &y).unwrap(), &golden["leep"], 1e-12, "LEEP");
    near(h_score::plain(features, &y).unwrap(), &golden["h_score"], 1e-9, "H-score");
    near(h_score::shrunken(features, &y).unwrap(), &golden["h_shrunken"], 1e-9, "shrunken H-score");
    // More columns than rows: the plain score says the same of any features, the shrunken one does not.
    let labels: Vec<u32> = (0..12).map(|i| i % 2).collect();
    assert!((h_score::plain(wide, &labels).unwrap() - 1.0).abs() < 1e-6);
    let shrunken = h_score::shrunken(wide, &labels).unwrap();
    assert!(shrunken < 0.9, "{shrunken}");
}

#[test]
fn better_features_score_higher() {
    let mut rng = Rng::stream(4, "features");
    let y: Vec<u32> = (0..80).map(|i| i % 2).collect();
    let made = |strength: f64, rng: &mut Rng| -> Vec<f64> {
        y.iter().flat_map(|&c| [strength * f64::from(c) + rng.normal(), rng.normal()]).collect()
    };
    let (weak, strong) = (made(0.0, &mut rng), made(3.0, &mut rng));
    let (weak, strong) = Rows::pair(&weak, &strong, 2).unwrap();
    assert!(logme::classes(strong, &y).unwrap().score > logme::classes(weak, &y).unwrap().score);
    assert!(h_score::shrunken(strong, &y).unwrap() > 5.0 * h_score::shrunken(weak, &y).unwrap());
    let risks = |x: Rows<'_>| -> Vec<f64> { x.iter().flat_map(|r| [1.0 - sigmoid(r[0]), sigmoid(r[0])]).collect() };
    let (a, b) = (risks(weak), risks(strong));
    assert!(leep::leep(Rows::new(&b, 2).unwrap(), &y).unwrap() > leep::leep(Rows::new(&a, 2).unwrap(), &y).unwrap());
}

#[test]
fn scores_are_refused_where_they_say_nothing() {
    let f = [1.0, 2.0, 3.0, 4.0];
    let x = Rows::new(&f, 1).unwrap();
    assert_eq!(code(logme::classes(x, &[1, 1, 1, 1])), Code::OneClass);
    assert_eq!(code(logme::classes(x, &[1, 0])), Code::Internal);
    assert_eq!(code(logme::values(x, &[1.0, f64::NAN, 2.0, 3.0])), Code::MissingCells);
    let zero = [0.0; 4];
    assert_eq!(code(logme::values(Rows::new(&zero, 1).unwrap(), &f)), Code::NothingVaries);
    assert_eq!(code(logme::values(Rows::new(&f[..1], 1).unwrap(), &f[..1])), Code::TooFewRows);
    assert_eq!(code(leep::leep(x, &[0, 1, 0, 1])), Code::OutOfRange);
    assert_eq!(code(h_score::plain(x, &[0; 4])), Code::OneClass);
    // A constant column adds nothing to the score.
    let with = [1.0, 5.0, 2.0, 5.0, 4.0, 5.0, 3.0, 5.0];
    let without = [1.0, 2.0, 4.0, 3.0];
    let y = [0, 0, 1, 1];
    let (a, b) = (Rows::new(&with, 2).unwrap(), Rows::new(&without, 1).unwrap());
    assert!((h_score::plain(a, &y).unwrap() - h_score::plain(b, &y).unwrap()).abs() < 1e-9);
}

#[test]
fn the_decomposition_is_numpys() {
    let golden = golden("disde");
    let target: Vec<bool> = golden["target"].as_array().unwrap().iter().map(|t| t.as_bool().unwrap()).collect();
    let n = target.len();
    let prior = golden["prior"].as_f64().unwrap();
    let fitted = CrossFit { log_odds: list(&golden["log_odds"]), prior: vec![prior; n], fold: vec![0; n], folds: 1 };
    let (loss, m, mu) = (list(&golden["loss"]), list(&golden["m"]), list(&golden["mu"]));
    let found = decompose(&fitted, &target, &loss, &m, &mu, None).unwrap();
    near(found.weighted.source, &golden["weighted"][0], 1e-12, "weighted source");
    near(found.weighted.target, &golden["weighted"][1], 1e-12, "weighted target");
    let parts = [found.x_out, found.y_given_x, found.x_in, found.total];
    for (k, part) in parts.iter().enumerate() {
        if k < 3 {
            near(part.value, &golden["parts"][k], 1e-10, "part");
        }
        near(part.se, &golden["se"][k], 1e-9, "standard error");
        assert!(part.low < part.value && part.value < part.high);
    }
    near(found.shared, &golden["shared"], 1e-12, "shared");
    let sum = found.x_out.value + found.y_given_x.value + found.x_in.value;
    assert!((sum - found.total.value).abs() < 1e-12 && (found.target - found.source - sum).abs() < 1e-12);
    // Every row twice, as one patient: no more is known than of one row each.
    let twice = |v: &[f64]| [v, v].concat();
    let both = [target.as_slice(), target.as_slice()].concat();
    let fitted =
        CrossFit { log_odds: twice(&fitted.log_odds), prior: vec![prior; 2 * n], fold: vec![0; 2 * n], folds: 1 };
    let groups: Vec<u32> = (0..2 * n).map(|i| (i % n) as u32).collect();
    let again = decompose(&fitted, &both, &twice(&loss), &twice(&m), &twice(&mu), Some(&groups)).unwrap();
    assert!((again.y_given_x.se - found.y_given_x.se).abs() < 1e-12, "{:?} and {:?}", again.y_given_x, found.y_given_x);
}

/// What is planted: a shift of the first feature's mean, and another effect of the features in the target.
struct Truth {
    moved: f64,
    slope: f64,
}

/// Log losses of the source's true model on both sides.
fn planted(truth: &Truth, n: usize, m: usize, rng: &mut Rng) -> (Vec<f64>, Vec<bool>, Vec<f64>) {
    let (mut x, mut y, mut p) = (Vec::new(), Vec::new(), Vec::new());
    for row in 0..n + m {
        let target = row >= n;
        let features: Vec<f64> =
            (0..3).map(|j| rng.normal() + if target && j == 0 { truth.moved } else { 0.0 }).collect();
        let model = -0.5 + 1.5 * features[0] + 0.8 * features[1];
        let slope = if target { truth.slope } else { 1.0 };
        y.push(rng.uniform() < sigmoid(slope * model));
        p.push(sigmoid(model));
        x.extend(features);
    }
    let target = (0..n + m).map(|row| row >= n).collect();
    (x, target, log_losses(&y, &p))
}

fn ask(truth: &Truth, n: usize, m: usize, rng: &mut Rng, seed: u64) -> Disde {
    let (x, target, losses) = planted(truth, n, m, rng);
    let x = Rows::new(&x, 3).unwrap();
    block_on(disde(&Ridge, &Ridge, x, &target, &losses, Respect::default(), (seed, &Pulse::new(&Quiet)))).unwrap()
}

#[test]
fn what_moved_the_loss_is_found_where_it_was_planted() {
    let count = |truth: Truth, n: usize, m: usize, replicates: u64| {
        let mut rng = Rng::stream(5, "planted");
        let (mut by_x, mut by_y) = (0, 0);
        let mut values = Vec::new();
        for seed in 0..replicates {
            let found = ask(&truth, n, m, &mut rng, seed);
            by_x += usize::from(matches!(found.moved, Moved::X | Moved::Both));
            by_y += usize::from(matches!(found.moved, Moved::YGivenX | Moved::Both));
            values.push(found.y_given_x.value);
        }
        (by_x, by_y, mean(&values))
    };
    // Nothing moved: each answer at its level of 5 %; Binomial(200, 0.05) is over 19 with a chance of 0.3 %.
    let (by_x, by_y, value) = count(Truth { moved: 0.0, slope: 1.0 }, 300, 150, 200);
    println!("null: x {by_x}, y|x {by_y} of 200, mean {value}");
    assert!(by_x <= 19 && by_y <= 19, "null: {by_x} and {by_y} of 200");
    // Other patients only: x is found, y given x no more often than by chance.
    let (by_x, by_y, value) = count(Truth { moved: 1.0, slope: 1.0 }, 500, 400, 200);
    println!("x: x {by_x}, y|x {by_y} of 200, mean {value}");
    assert!(by_x >= 120 && by_y <= 19, "x moved: {by_x} and {by_y} of 200");
    // The effect of the features turned round: y given x is found, x is not.
    let (by_x, by_y, value) = count(Truth { moved: 0.0, slope: -0.5 }, 300, 150, 100);
    println!("y|x: x {by_x}, y|x {by_y} of 100, mean {value}");
    assert!(by_y >= 95 && by_x <= 12, "y given x moved: {by_x} and {by_y} of 100");
}

#[test]
fn too_few_shared_patients_are_no_answer() {
    let mut rng = Rng::stream(6, "disjoint");
    let apart = ask(&Truth { moved: 12.0, slope: -1.0 }, 200, 100, &mut rng, 1);
    assert_eq!(apart.moved, Moved::CannotTell);
    assert!(matches!(apart.because, Some(Because::FewShared | Because::LittleOverlap)), "{apart:?}");
    let few = ask(&Truth { moved: 0.0, slope: -3.0 }, 20, 15, &mut rng, 1);
    assert_eq!((few.moved, few.because), (Moved::CannotTell, Some(Because::FewShared)));
    let none = ask(&Truth { moved: 0.0, slope: 1.0 }, 200, 100, &mut rng, 3);
    assert_eq!((none.moved, none.because), (Moved::CannotTell, Some(Because::NothingShown)), "{none:?}");

    let (x, target, mut losses) = planted(&Truth { moved: 0.0, slope: 1.0 }, 40, 40, &mut rng);
    let x = Rows::new(&x, 3).unwrap();
    let pulse = Pulse::new(&Quiet);
    let run = |target: &[bool], losses: &[f64]| {
        block_on(disde(&Ridge, &Ridge, x, target, losses, Respect::default(), (1, &pulse)))
    };
    // A model without any loss, on either side, has nothing to decompose, and says so.
    assert_eq!(run(&target, &[0.0; 80]).unwrap().moved, Moved::CannotTell);
    losses[3] = f64::NAN;
    assert_eq!(code(run(&target, &losses)), Code::MissingCells);
    losses[3] = 0.0;
    assert_eq!(code(run(&[false; 80], &losses)), Code::OneClass);
    assert_eq!(code(run(&target, &losses[1..])), Code::Internal);
    let late: Vec<bool> = (0..80).map(|row| row >= 78).collect();
    assert_eq!(code(run(&late, &losses)), Code::TooFewRows);
}
