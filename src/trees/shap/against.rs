//! Interventional TreeSHAP: each row against each row of a background table.
//!
//! Along a path to a leaf, a feature that sends both rows the same way does not matter. Of the others, let P come with
//! the row and N with the background row: the leaf is reached exactly by the subsets that hold all of P and none of N,
//! and Shapley's rule gives each of P the share (|P| − 1)! |N|! / (|P| + |N|)! of its value, and each of N the negative
//! of |P|! (|N| − 1)! / (|P| + |N|)!.

use super::super::data::Matrix;
use super::super::forest::Forest;
use super::{Shap, Tree};
use crate::error::{Code, Result};

impl Forest {
    /// SHAP values against a background table: see the [module](super). O(trees × leaves × depth) a row and background
    /// row.
    ///
    /// # Errors
    /// [`Code::TooFewRows`] without background, [`Code::Internal`] for another number of features.
    pub fn shap_against(&self, x: &Matrix<'_>, background: &Matrix<'_>) -> Result<Shap> {
        self.fits(x)?;
        self.fits(background)?;
        if background.rows() == 0 {
            return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "SHAP"));
        }
        let mut shap = Shap::zeros(self, x.rows());
        let each = 1.0 / background.rows() as f64;
        let mean = self.margins(background, None)?;
        shap.bias.fill(0.0);
        for row in mean.chunks_exact(self.outputs()) {
            for (bias, margin) in shap.bias.iter_mut().zip(row) {
                *bias += margin * each;
            }
        }
        for (number, tree) in Tree::all(self.parts()).enumerate() {
            let depth = tree.depth();
            let shares = shares(depth);
            let mut pair =
                Both { tree, x, background, row: 0, other: 0, on: vec![(0, false); depth + 1], shares, each };
            for row in 0..x.rows() {
                let phi = shap.of_mut(row, number % self.outputs());
                for other in 0..background.rows() {
                    (pair.row, pair.other) = (row, other);
                    pair.walk(phi, tree.start, 0, 0);
                }
            }
        }
        Ok(shap)
    }
}

/// Shapley's weights by (|P|, |N|): for one of P, and for one of N.
fn shares(depth: usize) -> Vec<Vec<[f64; 2]>> {
    // (p − 1)! n! / (p + n)! = 1 / (p × (p + n choose n)).
    let choose = |n: usize, k: usize| (1..=k).fold(1.0, |c, i| c * (n - k + i) as f64 / i as f64);
    let one = |p: usize, n: usize| if p == 0 { 0.0 } else { 1.0 / (p as f64 * choose(p + n, n)) };
    (0..=depth).map(|p| (0..=depth).map(|n| [one(p, n), one(n, p)]).collect()).collect()
}

struct Both<'a> {
    tree: Tree<'a>,
    x: &'a Matrix<'a>,
    background: &'a Matrix<'a>,
    row: usize,
    other: usize,
    /// The features on which the two parted, and whether the path went with the row.
    on: Vec<(u32, bool)>,
    shares: Vec<Vec<[f64; 2]>>,
    each: f64,
}

impl Both<'_> {
    /// `len` features so far, `with` of them with the row.
    fn walk(&mut self, phi: &mut [f64], node: usize, len: usize, with: usize) {
        if self.tree.is_leaf(node) {
            let [plus, minus] = self.shares[with][len - with];
            let value = self.tree.value(node) * self.each;
            for (feature, with_row) in &self.on[..len] {
                phi[*feature as usize] += if *with_row { plus * value } else { -minus * value };
            }
            return;
        }
        let feature = self.tree.feature(node);
        let children = self.tree.children(node);
        let own = self.tree.side(node, self.x, self.row);
        let others = self.tree.side(node, self.background, self.other);
        if own == others {
            return self.walk(phi, children[own], len, with);
        }
        match self.on[..len].iter().find(|(known, _)| *known == feature) {
            Some((_, true)) => self.walk(phi, children[own], len, with),
            Some((_, false)) => self.walk(phi, children[others], len, with),
            None => {
                self.on[len] = (feature, true);
                self.walk(phi, children[own], len + 1, with + 1);
                self.on[len] = (feature, false);
                self.walk(phi, children[others], len + 1, with);
            }
        }
    }
}
