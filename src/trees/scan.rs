//! The best cut of one feature in one node, from the sums of its distinct values (or bins) in rising order.

use super::gain::Rule;
use super::pair::{Pair, add, sub};

/// Sums from the left over the values that occur in the node.
#[derive(Default)]
pub(super) struct Scan {
    gradient: Vec<f64>,
    hessian: Vec<f64>,
    /// The caller's number of each value.
    pub at: Vec<u32>,
    gains: Vec<f32>,
    len: usize,
    sum: Pair,
}

/// A cut: so many of the values go left.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut {
    pub gain: f32,
    /// From 0 (only the missing are left) to all (only the missing are right).
    pub values: usize,
    pub missing_left: bool,
    pub left: Pair,
}

/// Which ways a feature is searched: from the left with the missing on the right, then from the right with the missing
/// on the left. The first of equal gains wins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ways {
    pub right: bool,
    pub left: bool,
}

impl Scan {
    /// Room for so many values.
    pub fn with_room(values: usize) -> Self {
        Self {
            gradient: vec![0.0; values],
            hessian: vec![0.0; values],
            at: vec![0; values],
            gains: vec![0.0; values],
            len: 0,
            sum: [0.0; 2],
        }
    }

    /// How many values there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Takes the values of a node in rising order; a sum of nothing counts for nothing. No more values than there is
    /// room.
    #[inline(always)]
    pub fn fill(&mut self, values: impl Iterator<Item = (usize, Pair)>) {
        // Slices of one length, held in registers: a check for all three, and nothing read again after a store.
        let room = self.gradient.len();
        let (gradient, hessian, at) = (&mut self.gradient[..room], &mut self.hessian[..room], &mut self.at[..room]);
        let (mut sum, mut len) = ([0.0; 2], 0);
        for (number, pair) in values {
            sum = add(sum, pair);
            // Written always, kept where something was there: no branch to mispredict.
            gradient[len] = sum[0];
            hessian[len] = sum[1];
            at[len] = number as u32;
            len += usize::from((pair[1] != 0.0) | (pair[0] != 0.0));
        }
        (self.sum, self.len) = (sum, len);
    }

    /// The best cut with a gain above `least`, if any. `total` is the node's sum, so that what is missing is the rest.
    pub fn best(&mut self, rule: &Rule, total: Pair, node_gain: f32, ways: Ways, least: f32) -> Option<Cut> {
        let missing = sub(total, self.sum);
        let some_missing = missing != [0.0; 2];
        let (n, mut best) = (self.len, None);
        let mut least = least;
        if ways.right {
            let n = if some_missing { n } else { n.saturating_sub(1) };
            self.gains(rule, total, [0.0; 2], node_gain, n);
            if let Some(i) = self.above(n, least, false) {
                least = self.gains[i];
                let left = [self.gradient[i], self.hessian[i]];
                best = Some(Cut { gain: least, values: i + 1, missing_left: false, left });
            }
        }
        // Without anything missing both ways cut the same, and the first wins.
        if ways.left && n > 0 && (some_missing || !ways.right) {
            self.gains(rule, total, missing, node_gain, n - 1);
            if let Some(i) = self.above(n - 1, least, true) {
                least = self.gains[i];
                let left = add([self.gradient[i], self.hessian[i]], missing);
                best = Some(Cut { gain: least, values: i + 1, missing_left: true, left });
            }
            if some_missing {
                let gain = gain_of_cut(rule, total, missing, node_gain);
                if gain > least {
                    best = Some(Cut { gain, values: 0, missing_left: true, left: missing });
                }
            }
        }
        best
    }

    fn gains(&mut self, rule: &Rule, total: Pair, missing: Pair, node_gain: f32, n: usize) {
        let (g, h) = (&self.gradient[..n], &self.hessian[..n]);
        let out = &mut self.gains[..n];
        if rule.plain() {
            gains::<true>(rule, total, missing, node_gain, g, h, out);
        } else {
            gains::<false>(rule, total, missing, node_gain, g, h, out);
        }
    }

    /// The first (or the last) of the largest gains, if it is above `least`.
    fn above(&self, n: usize, least: f32, last: bool) -> Option<usize> {
        let gains = &self.gains[..n];
        let mut lanes = [f32::NEG_INFINITY; 8];
        let mut chunks = gains.chunks_exact(8);
        for chunk in &mut chunks {
            for (lane, gain) in lanes.iter_mut().zip(chunk) {
                *lane = if *gain > *lane { *gain } else { *lane };
            }
        }
        let top = lanes.iter().chain(chunks.remainder()).fold(f32::NEG_INFINITY, |a, b| if *b > a { *b } else { a });
        if top > least {
            if last { gains.iter().rposition(|g| *g == top) } else { gains.iter().position(|g| *g == top) }
        } else {
            None
        }
    }
}

#[inline(always)]
fn gains<const PLAIN: bool>(
    rule: &Rule,
    total: Pair,
    missing: Pair,
    node_gain: f32,
    gradient: &[f64],
    hessian: &[f64],
    out: &mut [f32],
) {
    for ((g, h), out) in gradient.iter().zip(hessian).zip(out) {
        *out = one::<PLAIN>(rule, total, [g + missing[0], h + missing[1]], node_gain);
    }
}

/// The gain of a cut, −∞ where a child is too light or the gain is no number.
#[inline(always)]
fn one<const PLAIN: bool>(rule: &Rule, total: Pair, left: Pair, node_gain: f32) -> f32 {
    let right = sub(total, left);
    let gain = rule.gain::<PLAIN>(left[0], left[1]) + rule.gain::<PLAIN>(right[0], right[1]) - node_gain;
    let valid = (left[1] >= rule.min_child_weight) & (right[1] >= rule.min_child_weight) & (gain < f32::INFINITY);
    if valid { gain } else { f32::NEG_INFINITY }
}

fn gain_of_cut(rule: &Rule, total: Pair, left: Pair, node_gain: f32) -> f32 {
    if rule.plain() { one::<true>(rule, total, left, node_gain) } else { one::<false>(rule, total, left, node_gain) }
}
