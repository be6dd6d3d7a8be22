//! A target and a source of known relatedness, for the studies.
//!
//! The target: eight correlated numbers, x ~ N(0, Σ), Σ_jk = 0.3^|j−k|, logit P(y) = a + xᵀβ. The source: 500 rows, features
//! moved by 0.3, logit P(y) = −1 + xᵀβ_S, β_S = r β + √(1 − r²) |β| u, u a fixed direction with uᵀβ = 0. So r = 1 is the
//! same relation, r = 0 an unrelated one, r = −1 the opposite one.

use autograft::cohort::{Cohort, Feature, FeatureKind, Frame, Labels, Side, View};
use autograft::math::logistic::sigmoid;
use autograft::rng::Rng;

/// Coefficients of the target: an AUROC of about .8 of the true model.
const BETA: [f64; 8] = [0.8, -0.6, 0.5, 0.4, -0.3, 0.2, 0.0, 0.0];
/// A direction of change; what lies along β is taken out.
const TURN: [f64; 8] = [0.2, 0.5, -0.4, 0.6, 0.3, -0.5, 0.7, -0.6];
const SOURCE_ROWS: usize = 500;

fn row(beta: &[f64; 8], intercept: f64, moved: f64, rng: &mut Rng) -> ([f64; 8], bool) {
    let mut x = [0.0; 8];
    let rest = (1.0_f64 - 0.09).sqrt();
    x[0] = rng.normal();
    for j in 1..8 {
        x[j] = 0.3 * x[j - 1] + rest * rng.normal();
    }
    let lp: f64 = x.iter().zip(beta).map(|(x, b)| (x + moved) * b).sum();
    (x.map(|v| v + moved), rng.uniform() < sigmoid(intercept + lp))
}

fn cohort(n: usize, beta: &[f64; 8], intercept: f64, moved: f64, side: Side, rng: &mut Rng) -> Cohort {
    let mut columns = vec![Vec::new(); 8];
    let mut codes = Vec::with_capacity(n);
    for _ in 0..n {
        let (x, event) = row(beta, intercept, moved, rng);
        columns.iter_mut().zip(x).for_each(|(column, v)| column.push(v as f32));
        codes.push(Some(u32::from(event)));
    }
    let features = (0..8).map(|j| Feature { name: format!("x{j}"), kind: FeatureKind::Number }).collect();
    let names = vec!["no".to_owned(), "yes".to_owned()];
    Cohort {
        x: View::all(Frame { features, columns }),
        y: Some(Labels::Classes { names, event: 1, codes }),
        id: (0..n).map(|i| format!("p{i}")).collect::<Vec<_>>().into(),
        domain: format!("{side:?}"),
        group: None,
        time: None,
        outcome: None,
        side,
    }
}

/// A source of relatedness `r`.
pub fn source(r: f64, rng: &mut Rng) -> Cohort {
    let dot = |a: &[f64; 8], b: &[f64; 8]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let along = dot(&TURN, &BETA) / dot(&BETA, &BETA);
    let mut turn = TURN;
    turn.iter_mut().zip(BETA).for_each(|(t, b)| *t -= along * b);
    let scale = (dot(&BETA, &BETA) / dot(&turn, &turn)).sqrt();
    let mut beta = [0.0; 8];
    for j in 0..8 {
        beta[j] = r * BETA[j] + (1.0 - r * r).max(0.0).sqrt() * scale * turn[j];
    }
    cohort(SOURCE_ROWS, &beta, -1.0, 0.3, Side::Source, rng)
}

/// `n` rows of the target.
pub fn target(n: usize, intercept: f64, rng: &mut Rng) -> Cohort {
    cohort(n, &BETA, intercept, 0.0, Side::Target, rng)
}
