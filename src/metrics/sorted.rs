//! Scores sorted once, for measures of many weightings of the same rows: a resample is a count for each row.
//!
//! With integer counts the sums are exact, so that a weighted AUROC equals that of the repeated rows bit for bit.

use super::ranking::CurvePoint;
use super::why::{Why, scores};

/// Rows from the highest score to the lowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Sorted {
    /// The row at each place, the event's bit, and whether the next row has another score.
    places: Vec<Place>,
    scores: Vec<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Place {
    row: u32,
    event: bool,
    last: bool,
}

impl Sorted {
    /// Sorts. Both classes must be there, else nothing is defined under any weights.
    ///
    /// # Errors
    /// [`Why::Lengths`], [`Why::NoRows`], [`Why::NotFinite`], [`Why::OneClass`].
    pub fn new(y: &[bool], score: &[f64]) -> Result<Self, Why> {
        let rows: Vec<u32> = (0..y.len() as u32).collect();
        Self::among(&rows, y, score)
    }

    /// Of some rows: truth and score of each of `rows`, which number the weights. A row may stand there once.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn among(rows: &[u32], y: &[bool], score: &[f64]) -> Result<Self, Why> {
        scores(y, score)?;
        if rows.len() != y.len() {
            return Err(Why::Lengths);
        }
        let mut order: Vec<usize> = (0..y.len()).collect();
        order.sort_by(|&a, &b| score[b].total_cmp(&score[a]));
        let last = |i: usize| order.get(i + 1).is_none_or(|&next| score[next] != score[order[i]]);
        let places =
            (0..order.len()).map(|i| Place { row: rows[order[i]], event: y[order[i]], last: last(i) }).collect();
        Ok(Self { places, scores: order.iter().map(|&row| score[row]).collect() })
    }

    /// Rows.
    pub fn len(&self) -> usize {
        self.places.len()
    }
    /// Never: without rows there is no `Sorted`.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Events and non-events called so far, at the end of each group of equal scores that holds any weight.
    fn sweep(&self, weights: &[u32], mut at: impl FnMut(usize, u64, u64)) -> (u64, u64) {
        let (mut found, mut wrong, mut held) = (0u64, 0u64, false);
        for (i, place) in self.places.iter().enumerate() {
            let weight = u64::from(weights[place.row as usize]);
            held |= weight > 0;
            // Without a branch: which class comes next cannot be foreseen.
            found += weight * u64::from(place.event);
            wrong += weight * u64::from(!place.event);
            if place.last && held {
                at(i, found, wrong);
                held = false;
            }
        }
        (found, wrong)
    }

    /// The AUROC of the rows repeated by `weights` (one count a row); ties count a half. `None` with one class only.
    pub fn auroc(&self, weights: &[u32]) -> Option<f64> {
        let (mut double, mut found_before, mut wrong_before) = (0u64, 0u64, 0u64);
        let (events, others) = self.sweep(weights, |_, found, wrong| {
            double += (wrong - wrong_before) * (found_before + found);
            (found_before, wrong_before) = (found, wrong);
        });
        (events > 0 && others > 0).then(|| double as f64 / 2.0 / (events as f64 * others as f64))
    }

    /// Average precision of the rows repeated by `weights`. `None` with one class only.
    pub fn average_precision(&self, weights: &[u32]) -> Option<f64> {
        let (mut sum, mut before) = (0.0, 0u64);
        let (events, others) = self.sweep(weights, |_, found, wrong| {
            sum += (found - before) as f64 * (found as f64 / (found + wrong) as f64);
            before = found;
        });
        (events > 0 && others > 0).then(|| sum / events as f64)
    }

    /// The curve of the rows repeated by `weights`, as [`super::ranking::curve`]. Empty with one class only.
    pub fn curve(&self, weights: &[u32]) -> Vec<CurvePoint> {
        let mut counts: Vec<(usize, u64, u64)> = Vec::new();
        let (events, others) = self.sweep(weights, |place, found, wrong| counts.push((place, found, wrong)));
        if events == 0 || others == 0 {
            return Vec::new();
        }
        let start = CurvePoint { threshold: f64::INFINITY, sensitivity: 0.0, false_positive_rate: 0.0, precision: 1.0 };
        let point = |(place, found, wrong): (usize, u64, u64)| CurvePoint {
            threshold: self.scores[place],
            sensitivity: found as f64 / events as f64,
            false_positive_rate: wrong as f64 / others as f64,
            precision: found as f64 / (found + wrong) as f64,
        };
        std::iter::once(start).chain(counts.into_iter().map(point)).collect()
    }

    /// Adds the two curves of the rows repeated by `weights`, told at equal steps from 0 to 1: to `roc` the sensitivity at
    /// each false-positive rate ([`super::ranking::sensitivity_at`]), to `pr` the precision at each recall
    /// ([`super::ranking::precision_at`]). False, and nothing added, with one class only.
    pub fn trace(&self, weights: &[u32], roc: &mut [f64], pr: &mut [f64]) -> bool {
        let (mut events, mut all) = (0u64, 0u64);
        for place in &self.places {
            let weight = u64::from(weights[place.row as usize]);
            events += weight * u64::from(place.event);
            all += weight;
        }
        let others = all - events;
        if events == 0 || others == 0 {
            return false;
        }
        let step = |k: usize, of: usize| k as f64 / (of - 1).max(1) as f64;
        let (rates, recalls) = (roc.len(), pr.len());
        let (mut rate, mut recall, mut before) = (0, 0, (0.0, 0.0));
        self.sweep(weights, |_, found, wrong| {
            let (sensitivity, false_positive) = (found as f64 / events as f64, wrong as f64 / others as f64);
            while rate < rates && step(rate, rates) < false_positive {
                let share = (step(rate, rates) - before.0) / (false_positive - before.0);
                roc[rate] += before.1 + share * (sensitivity - before.1);
                rate += 1;
            }
            while recall < recalls && step(recall, recalls) <= sensitivity {
                pr[recall] += found as f64 / (found + wrong) as f64;
                recall += 1;
            }
            before = (false_positive, sensitivity);
        });
        roc[rate..].iter_mut().for_each(|end| *end += 1.0);
        true
    }

    /// How many rows have a score ≥ each threshold.
    pub fn called(&self, thresholds: &[f64]) -> Vec<usize> {
        thresholds.iter().map(|&t| self.scores.partition_point(|&s| s >= t)).collect()
    }

    /// Events and non-events, weighted, among the first rows: `called` as [`Self::called`] gives it, in any order.
    pub fn counts(&self, weights: &[u32], called: &[usize]) -> Vec<(u64, u64)> {
        let mut order: Vec<usize> = (0..called.len()).collect();
        order.sort_by_key(|&k| called[k]);
        let mut out = vec![(0, 0); called.len()];
        let (mut found, mut wrong, mut at) = (0u64, 0u64, 0);
        for k in order {
            for place in self.places.iter().take(called[k]).skip(at) {
                let weight = u64::from(weights[place.row as usize]);
                found += weight * u64::from(place.event);
                wrong += weight * u64::from(!place.event);
            }
            at = at.max(called[k]);
            out[k] = (found, wrong);
        }
        out
    }
}
