//! What follows when risks are turned into calls. The rule is risk ≥ threshold.

use serde::{Deserialize, Serialize};

/// The four counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confusion {
    /// Events called events.
    pub true_positive: usize,
    /// Non-events called events.
    pub false_positive: usize,
    /// Non-events called non-events.
    pub true_negative: usize,
    /// Events called non-events.
    pub false_negative: usize,
}

impl Confusion {
    /// The counts when risks ≥ `threshold` are called events.
    pub fn at(y: &[bool], p: &[f64], threshold: f64) -> Self {
        let mut c = Self { true_positive: 0, false_positive: 0, true_negative: 0, false_negative: 0 };
        for (&event, &p) in y.iter().zip(p) {
            match (event, p >= threshold) {
                (true, true) => c.true_positive += 1,
                (false, true) => c.false_positive += 1,
                (false, false) => c.true_negative += 1,
                (true, false) => c.false_negative += 1,
            }
        }
        c
    }
    /// The counts of calls that were made one by one, each row as often as its weight says.
    pub fn of_calls(y: &[bool], called: &[bool], weights: &[u32]) -> Self {
        let mut c = Self { true_positive: 0, false_positive: 0, true_negative: 0, false_negative: 0 };
        for ((&event, &called), &weight) in y.iter().zip(called).zip(weights) {
            let cell = match (event, called) {
                (true, true) => &mut c.true_positive,
                (false, true) => &mut c.false_positive,
                (false, false) => &mut c.true_negative,
                (true, false) => &mut c.false_negative,
            };
            *cell += weight as usize;
        }
        c
    }
    /// All rows.
    pub fn n(&self) -> usize {
        self.true_positive + self.false_positive + self.true_negative + self.false_negative
    }
    /// Share of right calls; NaN without rows.
    pub fn accuracy(&self) -> f64 {
        (self.true_positive + self.true_negative) as f64 / self.n() as f64
    }
    /// Events found. `None` without events.
    pub fn sensitivity(&self) -> Option<f64> {
        share(self.true_positive, self.false_negative)
    }
    /// Non-events left alone. `None` without non-events.
    pub fn specificity(&self) -> Option<f64> {
        share(self.true_negative, self.false_positive)
    }
    /// Positive predictive value. `None` when nobody is called.
    pub fn ppv(&self) -> Option<f64> {
        share(self.true_positive, self.false_positive)
    }
    /// The predictive value, 0 when nobody is called; `None` without events.
    pub fn precision(&self) -> Option<f64> {
        self.sensitivity()?;
        Some(self.ppv().unwrap_or(0.0))
    }
    /// 2TP / (2TP + FP + FN); `None` without events.
    pub fn f1(&self) -> Option<f64> {
        self.sensitivity()?;
        let found = 2 * self.true_positive;
        Some(found as f64 / (found + self.false_positive + self.false_negative) as f64)
    }
    /// Negative predictive value. `None` when everybody is called.
    pub fn npv(&self) -> Option<f64> {
        share(self.true_negative, self.false_negative)
    }
    /// Mean of sensitivity and specificity. `None` with one class only.
    pub fn balanced_accuracy(&self) -> Option<f64> {
        Some((self.sensitivity()? + self.specificity()?) / 2.0)
    }
    /// Matthews correlation (Biochim Biophys Acta 1975;405:442–451); 0 when all calls are alike (as scikit-learn).
    /// `None` with one class only.
    pub fn mcc(&self) -> Option<f64> {
        self.balanced_accuracy()?;
        let (tp, fp, tn, fnn) = (
            self.true_positive as f64,
            self.false_positive as f64,
            self.true_negative as f64,
            self.false_negative as f64,
        );
        let under = libm::sqrt((tp + fp) * (tp + fnn)) * libm::sqrt((tn + fp) * (tn + fnn));
        Some(if under == 0.0 { 0.0 } else { (tp * tn - fp * fnn) / under })
    }
}

fn share(part: usize, rest: usize) -> Option<f64> {
    (part + rest > 0).then(|| part as f64 / (part + rest) as f64)
}

/// The most probable class of each row; the first of equals.
///
/// # Shapes
/// `p`: n × classes by rows.
pub fn most_probable(classes: usize, p: &[f64]) -> Vec<u32> {
    p.chunks_exact(classes.max(1))
        .map(|row| {
            row.iter().enumerate().fold(
                (0u32, f64::NEG_INFINITY),
                |best, (k, &v)| {
                    if v > best.1 { (k as u32, v) } else { best }
                },
            )
        })
        .map(|best| best.0)
        .collect()
}

/// Share of rows called rightly; NaN without rows.
pub fn accuracy(y: &[u32], called: &[u32]) -> f64 {
    y.iter().zip(called).filter(|(a, b)| a == b).count() as f64 / y.len() as f64
}

/// Mean over classes of the share found. `None` when a class of the task is absent.
pub fn balanced_accuracy(y: &[u32], classes: usize, called: &[u32]) -> Option<f64> {
    let mut total = 0.0;
    for class in 0..classes as u32 {
        let size = y.iter().filter(|&&c| c == class).count();
        let found = y.iter().zip(called).filter(|(a, b)| **a == class && **b == class).count();
        total += share(found, size - found)?;
    }
    (classes > 0).then(|| total / classes as f64)
}

/// Matthews correlation of several classes, R_K (Gorodkin, Comput Biol Chem 2004;28:367–374); 0 when all calls are
/// alike. `None` with one class only.
pub fn mcc(y: &[u32], classes: usize, called: &[u32]) -> Option<f64> {
    let mut table = vec![0; classes * classes];
    for (&truth, &call) in y.iter().zip(called) {
        if let Some(cell) = table.get_mut(truth as usize * classes + call as usize) {
            *cell += 1;
        }
    }
    mcc_of(&table, classes)
}

/// [`mcc`] from how often each class (by rows) was called each (by columns).
///
/// # Shapes
/// `table`: classes × classes by rows.
pub fn mcc_of(table: &[u64], classes: usize) -> Option<f64> {
    let cell = |truth: usize, call: usize| table.get(truth * classes + call).copied().unwrap_or(0) as f64;
    let n: f64 = table.iter().map(|&c| c as f64).sum();
    let (mut right, mut both, mut truth, mut calls) = (0.0, 0.0, 0.0, 0.0);
    for class in 0..classes {
        let t: f64 = (0..classes).map(|call| cell(class, call)).sum();
        let c: f64 = (0..classes).map(|of| cell(of, class)).sum();
        right += cell(class, class);
        both += t * c;
        truth += t * t;
        calls += c * c;
    }
    if truth >= n * n {
        return None;
    }
    let under = libm::sqrt(n * n - truth) * libm::sqrt(n * n - calls);
    Some(if under == 0.0 { 0.0 } else { (right * n - both) / under })
}
