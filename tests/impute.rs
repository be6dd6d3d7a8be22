//! What stands for a missing number: chained equations against scikit-learn, centroids by their promises.

use autograft::Code;
use autograft::methods::common::impute::{Impute, LEAST, MOST_COLUMNS};
use autograft::rng::Rng;
use autograft::train::Fill;
use serde_json::Value;

fn columns(value: &Value) -> Vec<Vec<f64>> {
    let number = |v: &Value| v.as_f64().unwrap_or(f64::NAN);
    value.as_array().unwrap().iter().map(|c| c.as_array().unwrap().iter().map(number).collect()).collect()
}

fn far(a: &[Vec<f64>], b: &[Vec<f64>]) -> f64 {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    pairs.map(|(a, b)| if a.is_finite() { (a - b).abs() } else { f64::INFINITY }).fold(0.0, f64::max)
}

#[test]
fn chained_equations_equal_scikit_learn() {
    let golden: Value = serde_json::from_str(&std::fs::read_to_string("tests/golden/impute.json").unwrap()).unwrap();
    let mut fitted = columns(&golden["fitted"]);
    let found = Impute::fit(Fill::Iterative, &fitted, &mut Rng::stream(1, "impute")).unwrap().unwrap();
    let before = fitted.clone();
    found.apply(&mut fitted);
    let gaps = before.iter().flatten().filter(|v| v.is_nan()).count();
    assert!(gaps > 30, "{gaps}");
    assert!(
        far(&fitted, &columns(&golden["fitted_filled"])) < 1e-9,
        "{}",
        far(&fitted, &columns(&golden["fitted_filled"]))
    );
    // New rows: the rounds are replayed; a column without gaps when fitting has one, and a row that is all gaps.
    let mut new = columns(&golden["new"]);
    found.apply(&mut new);
    assert!(far(&new, &columns(&golden["new_filled"])) < 1e-9, "{}", far(&new, &columns(&golden["new_filled"])));
    // What was there stays, and a model's file brings the same.
    for (a, b) in before.iter().flatten().zip(fitted.iter().flatten()) {
        assert!(a.is_nan() || a == b);
    }
    let again: Impute = serde_json::from_str(&serde_json::to_string(&found).unwrap()).unwrap();
    assert!(again == found && again.fits(5) && !again.fits(4));
}

#[test]
fn centroids_are_means_of_five_rows_at_least_and_find_the_cluster() {
    // Two groups of patients, told apart by the first two columns; the third is 10 in one and −10 in the other.
    let mut rng = Rng::stream(3, "clusters");
    let n = 200;
    let group = |row: usize| if row.is_multiple_of(2) { 1.0 } else { -1.0 };
    let mut x: Vec<Vec<f64>> = (0..3)
        .map(|c| {
            (0..n).map(|row| if c == 2 { 10.0 * group(row) } else { 3.0 * group(row) } + 0.3 * rng.normal()).collect()
        })
        .collect();
    let whole = x[2].clone();
    for row in (0..n).step_by(7) {
        x[2][row] = f64::NAN;
    }
    // An outlier alone must not become a centroid.
    x[0][0] = 60.0;
    let found = Impute::fit(Fill::Centroids, &x, &mut Rng::stream(1, "impute")).unwrap().unwrap();
    assert!(found.numbers.len().is_multiple_of(3) && found.numbers.len() >= 6);
    for centre in found.numbers.chunks(3) {
        let at = centre[0] * found.scale[0] + found.centre[0];
        assert!(at < (60.0 + 4.0 * 4.5) / LEAST as f64, "a centroid on one patient: {at}");
    }
    let mut filled = x.clone();
    found.apply(&mut filled);
    let miss = |said: &dyn Fn(usize) -> f64| {
        let rows: Vec<usize> = (7..n).step_by(7).collect();
        rows.iter().map(|&row| (said(row) - whole[row]).abs()).sum::<f64>() / rows.len() as f64
    };
    let (by_like, by_median) =
        (miss(&|row| filled[2][row]), miss(&|_| found.start[2] * found.scale[2] + found.centre[2]));
    assert!(by_like < 0.5 * by_median, "{by_like} against the median's {by_median}");
    assert_eq!(found, Impute::fit(Fill::Centroids, &x, &mut Rng::stream(1, "impute")).unwrap().unwrap());
    // Fewer rows than a centroid needs: the medians stand.
    let few: Vec<Vec<f64>> = vec![vec![1.0, 2.0, f64::NAN], vec![1.0, 5.0, 3.0]];
    let mut same = few.clone();
    Impute::fit(Fill::Centroids, &few, &mut Rng::stream(1, "impute")).unwrap().unwrap().apply(&mut same);
    assert!((same[0][2] - 1.5).abs() < 1e-12, "{same:?}");
}

#[test]
fn nothing_asked_costs_nothing_and_too_many_columns_are_refused() {
    assert_eq!(Impute::fit(Fill::Median, &[vec![1.0, f64::NAN]], &mut Rng::stream(1, "impute")).unwrap(), None);
    let wide = vec![vec![1.0, 2.0, 3.0]; MOST_COLUMNS + 1];
    let refused = Impute::fit(Fill::Iterative, &wide, &mut Rng::stream(1, "impute")).unwrap_err();
    assert_eq!(refused.code(), Code::OutOfRange);
    // A column that is empty, and one that does not vary: no infinity.
    let odd = vec![vec![f64::NAN; 8], vec![2.0; 8], (0..8).map(f64::from).collect::<Vec<f64>>()];
    for fill in [Fill::Iterative, Fill::Centroids] {
        let mut new = vec![vec![1.0], vec![f64::NAN], vec![f64::NAN]];
        Impute::fit(fill, &odd, &mut Rng::stream(1, "impute")).unwrap().unwrap().apply(&mut new);
        assert!(new.iter().flatten().all(|v| v.is_finite()), "{new:?}");
    }
}
