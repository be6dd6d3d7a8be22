//! Plain logistic regression by maximum likelihood (Newton), for few columns; what is penalised is in `elastic`.

use super::linalg::{inverse_spd, solve_spd};

/// σ(x), without overflow.
pub fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 {
        1.0 / (1.0 + libm::exp(-x))
    } else {
        let e = libm::exp(x);
        e / (1.0 + e)
    }
}

/// ln(1 + eˣ), without overflow.
pub fn softplus(x: f64) -> f64 {
    if x > 0.0 { x + libm::log1p(libm::exp(-x)) } else { libm::log1p(libm::exp(x)) }
}

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    /// The intercept.
    pub intercept: f64,
    /// One coefficient a column.
    pub coefficients: Vec<f64>,
    /// Standard errors: the intercept's, then the columns'.
    pub se: Vec<f64>,
    /// The log-likelihood at the estimate.
    pub log_likelihood: f64,
}

impl Logistic {
    /// P(event) of rows of x (by rows, as many columns as coefficients).
    pub fn risks(&self, x: &[f64]) -> Vec<f64> {
        x.chunks_exact(self.coefficients.len().max(1))
            .map(|row| sigmoid(self.intercept + row.iter().zip(&self.coefficients).map(|(a, b)| a * b).sum::<f64>()))
            .collect()
    }
}

/// Fits by Newton's method with halved steps, on centred and scaled columns. `None` when the maximum does not exist: one
/// class, separated classes, collinear or constant columns.
///
/// # Shapes
/// `x`: n × p by rows; `y`: n.
pub fn fit(x: &[f64], n: usize, p: usize, y: &[bool]) -> Option<Logistic> {
    if x.len() != n * p || y.len() != n || n == 0 {
        return None;
    }
    let column = |j: usize| -> Vec<f64> { (0..n).map(|i| x[i * p + j]).collect() };
    let centre: Vec<f64> = (0..p).map(|j| super::stats::mean(&column(j))).collect();
    let scale: Vec<f64> = (0..p).map(|j| super::stats::sd(&column(j))).collect();
    let events = y.iter().filter(|&&e| e).count();
    if events == 0 || events == n || scale.iter().any(|s| s.is_nan() || *s <= 1e-12) {
        return None;
    }
    let d = p + 1;
    let z: Vec<f64> = (0..n)
        .flat_map(|i| {
            std::iter::once(1.0).chain((0..p).map(move |j| (i, j)).map(|(i, j)| (x[i * p + j] - centre[j]) / scale[j]))
        })
        .collect();
    let likelihood = |beta: &[f64]| -> f64 {
        z.chunks_exact(d)
            .zip(y)
            .map(|(row, &e)| {
                let eta: f64 = row.iter().zip(beta).map(|(a, b)| a * b).sum();
                -softplus(if e { -eta } else { eta })
            })
            .sum()
    };
    let mut beta = vec![0.0; d];
    beta[0] = libm::log(events as f64 / (n - events) as f64);
    let mut now = likelihood(&beta);
    for _ in 0..60 {
        let (mut gradient, mut hessian) = (vec![0.0; d], vec![0.0; d * d]);
        for (row, &e) in z.chunks_exact(d).zip(y) {
            let q = sigmoid(row.iter().zip(&beta).map(|(a, b)| a * b).sum());
            let (r, w) = (f64::from(u8::from(e)) - q, q * (1.0 - q));
            for a in 0..d {
                gradient[a] += r * row[a];
                for b in 0..=a {
                    hessian[a * d + b] += w * row[a] * row[b];
                }
            }
        }
        // Separation drives the information to 0.
        if (0..d).any(|a| hessian[a * d + a] < 1e-9 * n as f64) {
            return None;
        }
        let step = solve_spd(&hessian, &gradient)?;
        let mut share = 1.0;
        let moved = |share: f64| -> Vec<f64> { beta.iter().zip(&step).map(|(b, s)| b + share * s).collect() };
        let mut next = moved(share);
        while likelihood(&next) < now - 1e-12 * now.abs() && share > 1e-6 {
            share /= 2.0;
            next = moved(share);
        }
        beta = next;
        now = likelihood(&beta);
        if step.iter().all(|s| s.abs() < 1e-10) {
            let inverse = inverse_spd(&hessian, d)?;
            let coefficients: Vec<f64> = (0..p).map(|j| beta[j + 1] / scale[j]).collect();
            let shift: Vec<f64> = std::iter::once(1.0).chain((0..p).map(|j| -centre[j] / scale[j])).collect();
            let mut variance = 0.0;
            for a in 0..d {
                for b in 0..d {
                    variance += shift[a] * shift[b] * inverse[a * d + b];
                }
            }
            let se = std::iter::once(libm::sqrt(variance))
                .chain((0..p).map(|j| libm::sqrt(inverse[(j + 1) * d + j + 1]) / scale[j]))
                .collect();
            let intercept = beta[0] - coefficients.iter().zip(&centre).map(|(b, c)| b * c).sum::<f64>();
            return Some(Logistic { intercept, coefficients, se, log_likelihood: now });
        }
    }
    None
}
