//! Multinomial logistic regression by maximum likelihood (Newton), its coefficients tied as the caller likes: one slope for
//! all classes, an intercept a class, a coefficient for each column and class.
//!
//! ηᵢₖ = oᵢₖ + zᵢₖᵀθ, P(yᵢ = k) = softmax(ηᵢ)ₖ. What is penalised is in `elastic`.

use super::linalg::solve_spd;
use super::stats::sum;

/// The data of a fit. θ must be identified: the first class usually has z = 0.
#[derive(Debug, Clone)]
pub struct Softmax {
    /// Classes K.
    pub classes: usize,
    /// Coefficients d, the length of θ.
    pub d: usize,
    /// n × K × d by rows.
    pub z: Vec<f64>,
    /// n × K by rows: what is known of η before.
    pub offset: Vec<f64>,
    /// The class of each row.
    pub y: Vec<usize>,
}

/// A maximum.
#[derive(Debug, Clone, PartialEq)]
pub struct Maximum {
    /// θ.
    pub theta: Vec<f64>,
    /// Σ ln P(yᵢ).
    pub log_likelihood: f64,
}

/// How far a climb is.
#[derive(Debug, Clone, PartialEq)]
pub enum Climb {
    /// It goes on.
    More,
    /// It is there.
    There(Maximum),
    /// There is no maximum: separated classes, or columns that say the same.
    Nowhere,
}

/// Newton's method, a step at a time, so that a caller may breathe.
#[derive(Debug, Clone)]
pub struct Newton {
    data: Softmax,
    theta: Vec<f64>,
    now: f64,
    steps: usize,
}

/// Separation sends θ to infinity, a step of about 1 each time; a maximum is reached in about ten.
const STEPS: usize = 60;

impl Softmax {
    /// ln L at θ.
    pub fn log_likelihood(&self, theta: &[f64]) -> f64 {
        sum((0..self.y.len()).map(|i| {
            let eta = self.eta(i, theta);
            let top = eta.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let total: f64 = eta.iter().map(|e| libm::exp(e - top)).sum();
            eta.get(self.y[i]).map_or(f64::NAN, |own| own - top - libm::log(total))
        }))
    }

    fn row(&self, i: usize, class: usize) -> &[f64] {
        let at = (i * self.classes + class) * self.d;
        &self.z[at..at + self.d]
    }

    fn eta(&self, i: usize, theta: &[f64]) -> Vec<f64> {
        let dot = |k: usize| self.row(i, k).iter().zip(theta).map(|(z, t)| z * t).sum::<f64>();
        (0..self.classes).map(|k| self.offset[i * self.classes + k] + dot(k)).collect()
    }

    /// The gradient and the information (lower triangle) at θ.
    fn curvature(&self, theta: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let d = self.d;
        let (mut gradient, mut information) = (vec![0.0; d], vec![0.0; d * d]);
        for i in 0..self.y.len() {
            let p = super::elastic::softmax(&self.eta(i, theta));
            let mut mean = vec![0.0; d];
            for (k, p) in p.iter().enumerate() {
                let z = self.row(i, k);
                if z.iter().all(|v| *v == 0.0) {
                    continue;
                }
                let off = f64::from(u8::from(self.y[i] == k)) - p;
                for a in 0..d {
                    if z[a] == 0.0 {
                        continue;
                    }
                    gradient[a] += off * z[a];
                    mean[a] += p * z[a];
                    for b in 0..=a {
                        information[a * d + b] += p * z[a] * z[b];
                    }
                }
            }
            for a in 0..d {
                for b in 0..=a {
                    information[a * d + b] -= mean[a] * mean[b];
                }
            }
        }
        (gradient, information)
    }
}

impl Newton {
    /// From θ = 0. `None` where the lengths do not fit, or there is no row.
    pub fn new(data: Softmax) -> Option<Self> {
        let n = data.y.len();
        let fits = data.z.len() == n * data.classes * data.d && data.offset.len() == n * data.classes;
        if !fits || n == 0 || data.y.iter().any(|&y| y >= data.classes) {
            return None;
        }
        let theta = vec![0.0; data.d];
        let now = data.log_likelihood(&theta);
        Some(Self { data, theta, now, steps: 0 })
    }

    /// One step, halved as long as it would lead down.
    pub fn step(&mut self) -> Climb {
        let n = self.data.y.len() as f64;
        if self.data.d == 0 {
            return Climb::There(Maximum { theta: Vec::new(), log_likelihood: self.now });
        }
        let (gradient, information) = self.data.curvature(&self.theta);
        // Separation drives the information to 0.
        let flat = (0..self.data.d).any(|a| {
            let own = information[a * self.data.d + a];
            own.is_nan() || own < 1e-9 * n
        });
        let Some(step) = solve_spd(&information, &gradient).filter(|_| !flat && self.steps < STEPS) else {
            return Climb::Nowhere;
        };
        self.steps += 1;
        let moved = |share: f64| -> Vec<f64> { self.theta.iter().zip(&step).map(|(t, s)| t + share * s).collect() };
        let mut share = 1.0;
        let mut next = moved(share);
        let mut value = self.data.log_likelihood(&next);
        while (value.is_nan() || value < self.now - 1e-12 * self.now.abs()) && share > 1e-6 {
            share /= 2.0;
            next = moved(share);
            value = self.data.log_likelihood(&next);
        }
        if !value.is_finite() {
            return Climb::Nowhere;
        }
        (self.theta, self.now) = (next, value);
        let size = self.theta.iter().fold(1.0, |m: f64, t| m.max(t.abs()));
        if share == 1.0 && step.iter().all(|s| s.abs() < 1e-9 * size) {
            return Climb::There(Maximum { theta: self.theta.clone(), log_likelihood: self.now });
        }
        Climb::More
    }

    /// All steps at once.
    pub fn run(mut self) -> Option<Maximum> {
        loop {
            match self.step() {
                Climb::More => {}
                Climb::There(maximum) => return Some(maximum),
                Climb::Nowhere => return None,
            }
        }
    }
}
