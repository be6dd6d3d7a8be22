//! Path-dependent TreeSHAP: all subsets of the features on a path at once, by polynomials in their number.

use super::super::data::Matrix;
use super::super::forest::Forest;
use super::{Shap, Tree};
use crate::error::Result;

/// A feature on the path.
#[derive(Debug, Clone, Copy)]
struct Element {
    /// `u32::MAX` at the root, which asks for nothing.
    feature: u32,
    /// The share of the training weight that flows on where the feature is unknown.
    unknown: f64,
    /// 1 where the row itself flows on, else 0.
    known: f64,
    /// The weight of subsets with as many known features as this element's index.
    weight: f64,
}

const NOTHING: Element = Element { feature: u32::MAX, unknown: 1.0, known: 1.0, weight: 0.0 };

impl Forest {
    /// SHAP values by the training rows' shares at the splits: see the [module](super). O(trees × leaves × depth²) a
    /// row.
    ///
    /// # Errors
    /// [`crate::error::Code::Internal`] for another number of features.
    pub fn shap_path(&self, x: &Matrix<'_>) -> Result<Shap> {
        self.fits(x)?;
        let mut shap = Shap::zeros(self, x.rows());
        for (number, tree) in Tree::all(self.parts()).enumerate() {
            let output = number % self.outputs();
            shap.bias[output] += expected(&tree);
            // Each level works on a copy of its parent's path, one element longer.
            let depth = tree.depth() + 2;
            let mut paths = vec![NOTHING; depth * (depth + 1) / 2];
            for row in 0..x.rows() {
                let phi = shap.of_mut(row, output);
                walk(&tree, x, row, phi, tree.start, 0, &mut paths, NOTHING);
            }
        }
        Ok(shap)
    }
}

/// A tree's mean over the training weight.
fn expected(tree: &Tree<'_>) -> f64 {
    let mut reach = vec![0.0; tree.end - tree.start];
    reach[0] = 1.0;
    let mut sum = 0.0;
    for node in tree.start..tree.end {
        let here: f64 = reach[node - tree.start];
        if tree.is_leaf(node) {
            sum += here * tree.value(node);
        } else {
            for (child, share) in tree.children(node).into_iter().zip(tree.shares(node)) {
                reach[child - tree.start] = here * share;
            }
        }
    }
    sum
}

/// `paths` begins with the parent's path of `len` elements; ours, with `new` at its end, stands behind it.
#[expect(clippy::too_many_arguments, reason = "a recursion: each level has its own of nearly all of them")]
fn walk(
    tree: &Tree<'_>,
    x: &Matrix<'_>,
    row: usize,
    phi: &mut [f64],
    node: usize,
    len: usize,
    paths: &mut [Element],
    new: Element,
) {
    let (parent, paths) = paths.split_at_mut(len);
    paths[..len].copy_from_slice(parent);
    let mut len = extend(paths, len, new);
    if tree.is_leaf(node) {
        for i in 1..len {
            let element = paths[i];
            let share = unwound(&paths[..len], i) * (element.known - element.unknown);
            phi[element.feature as usize] += share * tree.value(node);
        }
        return;
    }
    let feature = tree.feature(node);
    let mut so_far = NOTHING;
    if let Some(i) = (1..len).find(|i| paths[*i].feature == feature) {
        so_far = paths[i];
        len = unwind(paths, len, i);
    }
    let hot = tree.side(node, x, row);
    let (children, shares) = (tree.children(node), tree.shares(node));
    for side in [hot, 1 - hot] {
        let known = if side == hot { so_far.known } else { 0.0 };
        let unknown = so_far.unknown * shares[side];
        // Neither way comes here: unwinding would divide by it.
        if known == 0.0 && unknown == 0.0 {
            continue;
        }
        let new = Element { feature, unknown, known, weight: 0.0 };
        walk(tree, x, row, phi, children[side], len, paths, new);
    }
}

/// Adds an element to a path of `len`; gives the new length.
fn extend(path: &mut [Element], len: usize, new: Element) -> usize {
    path[len] = Element { weight: if len == 0 { 1.0 } else { 0.0 }, ..new };
    let whole = (len + 1) as f64;
    for i in (0..len).rev() {
        path[i + 1].weight += new.known * path[i].weight * (i + 1) as f64 / whole;
        path[i].weight *= new.unknown * (len - i) as f64 / whole;
    }
    len + 1
}

/// Takes element `at` out again; gives the new length.
fn unwind(path: &mut [Element], len: usize, at: usize) -> usize {
    let Element { known, unknown, .. } = path[at];
    let (last, whole) = (len - 1, len as f64);
    let mut next = path[last].weight;
    for i in (0..last).rev() {
        if known != 0.0 {
            let old = path[i].weight;
            path[i].weight = next * whole / ((i + 1) as f64 * known);
            next = old - path[i].weight * unknown * (last - i) as f64 / whole;
        } else {
            path[i].weight *= whole / (unknown * (last - i) as f64);
        }
    }
    for i in at..last {
        path[i] = Element { weight: path[i].weight, ..path[i + 1] };
    }
    last
}

/// The sum of weights that [`unwind`] would leave.
fn unwound(path: &[Element], at: usize) -> f64 {
    let Element { known, unknown, .. } = path[at];
    let (last, whole) = (path.len() - 1, path.len() as f64);
    let (mut next, mut total) = (path[last].weight, 0.0);
    for i in (0..last).rev() {
        if known != 0.0 {
            let weight = next * whole / ((i + 1) as f64 * known);
            total += weight;
            next = path[i].weight - weight * unknown * (last - i) as f64 / whole;
        } else {
            total += path[i].weight * whole / (unknown * (last - i) as f64);
        }
    }
    total
}
