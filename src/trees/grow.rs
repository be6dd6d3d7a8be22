//! One tree, grown node by node; how splits are found is the finder's business.

use super::gain::{LEAST_GAIN, Rule};
use super::pair::{Pair, sub};
use std::ops::Range;

/// A split that was found.
#[derive(Debug, Clone, Copy)]
pub(super) struct Split {
    /// Its position among the tree's columns.
    pub column: u32,
    pub feature: u32,
    /// Values under it go left.
    pub threshold: f32,
    /// So many bins go left (histogram search).
    pub bins: usize,
    pub missing_left: bool,
    pub gain: f32,
    pub left: Pair,
}

/// A node; children stand beside each other, after their parent.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub sum: Pair,
    /// Its rows, as a range of the finder's.
    pub range: Range<usize>,
    pub depth: usize,
    pub split: Option<Split>,
    /// Its left child; the right one is next.
    pub left: usize,
}

/// Finds splits and carries them out. What it holds about an open node (a histogram) goes from parents to children.
pub(super) trait Finder {
    type Held;
    /// A split under `gamma` stays until its node has no better one below it.
    const PRUNE: bool;
    fn root(&mut self, rows: usize) -> Self::Held;
    fn best(&mut self, node: &Node, held: &Self::Held, node_gain: f32, least: f32) -> Option<Split>;
    /// Parts the rows of a node; gives the first of the right, and what is held about each child that is `open`.
    fn part(&mut self, node: &Node, split: &Split, held: Self::Held, open: [bool; 2]) -> (usize, [Self::Held; 2]);
    fn drop(&mut self, held: Self::Held);
}

/// Grows a tree over `rows` rows whose pairs sum to `total`.
pub(super) fn grow<F: Finder>(finder: &mut F, rule: &Rule, total: Pair, rows: usize) -> Vec<Node> {
    let mut nodes = vec![Node { sum: total, range: 0..rows, depth: 0, split: None, left: 0 }];
    let mut open = Vec::new();
    if rule.max_depth > 0 && rule.may_split(total, rows) {
        open.push((0, finder.root(rows)));
    }
    // Depth first: the histogram of the parent is still near, and no more than depth + 1 of them are held.
    while let Some((index, held)) = open.pop() {
        let node = nodes[index].clone();
        let found = finder.best(&node, &held, rule.gain_of(node.sum), LEAST_GAIN);
        let Some(split) = found.filter(|split| F::PRUNE || split.gain >= rule.gamma) else {
            finder.drop(held);
            continue;
        };
        let sums = [split.left, sub(node.sum, split.left)];
        let depth = node.depth + 1;
        // Row counts are only known after parting; a single row is caught below.
        let wanted = sums.map(|sum| depth < rule.max_depth && rule.may_split(sum, 2));
        let (middle, children) = finder.part(&node, &split, held, wanted);
        let left = nodes.len();
        nodes[index].split = Some(split);
        nodes[index].left = left;
        let ranges = [node.range.start..middle, middle..node.range.end];
        for ((side, held), (sum, range)) in children.into_iter().enumerate().zip(sums.into_iter().zip(ranges)) {
            if wanted[side] && range.len() >= 2 {
                open.push((left + side, held));
            } else {
                finder.drop(held);
            }
            nodes.push(Node { sum, range, depth, split: None, left: 0 });
        }
    }
    if F::PRUNE {
        prune(&mut nodes, rule.gamma);
    }
    nodes
}

/// Takes back splits under `gamma` above two leaves, from the leaves up.
fn prune(nodes: &mut [Node], gamma: f32) {
    for i in (0..nodes.len()).rev() {
        let Some(split) = nodes[i].split else { continue };
        let left = nodes[i].left;
        if split.gain < gamma && nodes[left].split.is_none() && nodes[left + 1].split.is_none() {
            nodes[i].split = None;
        }
    }
}

/// Parts rows in place, each side in its old order; gives how many went left.
#[inline(always)]
pub(super) fn part(rows: &mut [u32], spare: &mut [u32], goes_left: impl Fn(u32) -> bool) -> usize {
    let spare = &mut spare[..rows.len()];
    let (mut left, mut right) = (0, 0);
    for i in 0..rows.len() {
        let row = rows[i];
        let is_left = goes_left(row);
        // Both are written, one is kept: no branch to mispredict.
        rows[left] = row;
        spare[right] = row;
        left += usize::from(is_left);
        right += usize::from(!is_left);
    }
    rows[left..].copy_from_slice(&spare[..right]);
    left
}
