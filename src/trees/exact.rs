//! Split search between all neighbouring values, over columns that were sorted once.
//!
//! Each column keeps the tree's rows in order of its values, the missing last, and is parted at every split: a node is
//! the same range in all of them.

use super::data::{Matrix, finite, sorted};
use super::gain::Rule;
use super::grow::{Finder, Node, Split, part};
use super::pair::{Pair, add};
use super::scan::{Scan, Ways};

/// How far a threshold lies beyond the last value, where only the missing are on the other side (XGBoost's `kRtEps`).
const GAP: f32 = 1e-6;

/// A column's rows in rising order, the missing last.
pub(super) struct Order {
    rows: Vec<u32>,
    missing: bool,
    constant: bool,
}

/// Sorts every column.
pub(super) fn orders(x: &Matrix<'_>) -> Vec<Order> {
    (0..x.features())
        .map(|feature| {
            let column = x.column(feature);
            let values = sorted(column);
            let missing = values.len() < column.len();
            let constant = values.first().map(|v| v.0) == values.last().map(|v| v.0);
            let absent = column.iter().enumerate().filter(|(_, v)| v.is_nan()).map(|(row, _)| row as u32);
            Order { rows: values.into_iter().map(|(_, row)| row).chain(absent).collect(), missing, constant }
        })
        .collect()
}

/// Buffers that live as long as the booster.
pub(super) struct Space {
    spare: Vec<u32>,
    goes_left: Vec<bool>,
    scan: Scan,
    columns: Vec<Vec<u32>>,
}

impl Space {
    pub fn new(rows: usize) -> Self {
        Self {
            spare: vec![0; rows],
            goes_left: vec![false; rows],
            scan: Scan::with_room(rows + 1),
            columns: Vec::new(),
        }
    }
}

/// The search of one tree.
pub(super) struct Exact<'a> {
    rule: Rule,
    x: Matrix<'a>,
    orders: &'a [Order],
    features: &'a [u32],
    pairs: &'a [Pair],
    rows: &'a mut [u32],
    levels: &'a [Vec<u32>],
    space: &'a mut Space,
}

impl<'a> Exact<'a> {
    #[expect(clippy::too_many_arguments, reason = "one caller, and each is a different thing")]
    pub fn new(
        rule: Rule,
        x: Matrix<'a>,
        orders: &'a [Order],
        features: &'a [u32],
        pairs: &'a [Pair],
        rows: &'a mut [u32],
        levels: &'a [Vec<u32>],
        space: &'a mut Space,
    ) -> Self {
        // Only the tree's own rows, still in order.
        let mut mine = vec![rows.len() == x.rows(); x.rows()];
        rows.iter().for_each(|row| mine[*row as usize] = true);
        space.columns.resize_with(features.len(), Vec::new);
        for (column, feature) in space.columns.iter_mut().zip(features) {
            column.clear();
            column.extend(orders[*feature as usize].rows.iter().filter(|row| mine[**row as usize]));
        }
        Self { rule, x, orders, features, pairs, rows, levels, space }
    }

    /// Sums of the distinct values of a column in a node.
    fn fill(&mut self, position: usize, node: &Node) {
        let feature = self.features[position] as usize;
        let rows = &self.space.columns[position][node.range.clone()];
        let (column, pairs) = (self.x.column(feature), self.pairs);
        let value = |row: &u32| finite(column[*row as usize]);
        let mut i = 0;
        self.space.scan.fill(std::iter::from_fn(|| {
            let first = i;
            let shared = value(rows.get(first)?);
            if shared.is_nan() {
                return None;
            }
            let mut sum = [0.0; 2];
            while let Some(row) = rows.get(i).filter(|row| value(row) == shared) {
                sum = add(sum, pairs[*row as usize]);
                i += 1;
            }
            Some((first, sum))
        }));
    }

    /// Between the values on both sides of a cut, or beyond the last one.
    fn threshold(&self, position: usize, node: &Node, values: usize, all: usize) -> f32 {
        let feature = self.features[position] as usize;
        let value = |i: usize| {
            let row = self.space.columns[position][node.range.start + self.space.scan.at[i] as usize];
            self.x.at(row as usize, feature)
        };
        if values == 0 {
            let high = value(0);
            high - (high.abs() + GAP)
        } else if values == all {
            let low = value(values - 1);
            low + (low.abs() + GAP)
        } else {
            let (low, high) = (value(values - 1), value(values));
            let middle = (low + high) * 0.5;
            if middle > low { middle } else { high }
        }
    }
}

impl Finder for Exact<'_> {
    type Held = ();
    const PRUNE: bool = true;

    fn root(&mut self, _rows: usize) {}

    fn best(&mut self, node: &Node, (): &(), node_gain: f32, least: f32) -> Option<Split> {
        let (mut best, levels) = (None::<Split>, self.levels);
        for position in &levels[node.depth] {
            self.fill(*position as usize, node);
            let feature = self.features[*position as usize];
            let order = &self.orders[feature as usize];
            // As XGBoost: from the left only where a value is missing, and the column has two values or more.
            let ways = Ways { right: order.missing && !order.constant, left: true };
            let least = best.map_or(least, |b| b.gain);
            if let Some(cut) = self.space.scan.best(&self.rule, node.sum, node_gain, ways, least) {
                let threshold = self.threshold(*position as usize, node, cut.values, self.space.scan.len());
                best = Some(Split {
                    column: *position,
                    feature,
                    threshold,
                    bins: 0,
                    missing_left: cut.missing_left,
                    gain: cut.gain,
                    left: cut.left,
                });
            }
        }
        best
    }

    fn part(&mut self, node: &Node, split: &Split, (): (), open: [bool; 2]) -> (usize, [(); 2]) {
        let space = &mut *self.space;
        for row in &self.rows[node.range.clone()] {
            let value = self.x.at(*row as usize, split.feature as usize);
            space.goes_left[*row as usize] = value < split.threshold || (value.is_nan() && split.missing_left);
        }
        let goes_left = &space.goes_left;
        let left = part(&mut self.rows[node.range.clone()], &mut space.spare, |row| goes_left[row as usize]);
        if open != [false; 2] {
            for column in &mut space.columns {
                part(&mut column[node.range.clone()], &mut space.spare, |row| goes_left[row as usize]);
            }
        }
        (node.range.start + left, [(); 2])
    }

    fn drop(&mut self, (): ()) {}
}
