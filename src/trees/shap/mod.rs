//! SHAP values of trees, exact: what each feature adds to a row's margin.
//!
//! Both kinds answer "what if only these features were known?" and share the answer out by Shapley's rule. They differ
//! in what the others are meanwhile:
//! - [`Forest::shap_path`] follows the training rows' shares at each split (Lundberg et al., Nature Machine
//!   Intelligence 2020;2:56–67, algorithm 2). Needs nothing but the model; features that the model does not use may not
//!   get credit for their correlation, but used ones share it along the trees.
//! - [`Forest::shap_against`] takes the others from rows of a background table (interventional; the same paper,
//!   algorithm 3). The bias is the background's mean margin: the values explain why a row differs from those rows.
//!
//! Either way a row's values and the bias sum to its margin. Rows are explained one by one: a caller who must breathe
//! hands over a few at a time.

mod against;
mod path;

use super::data::Matrix;
use super::forest::{Forest, Parts};

/// SHAP values of rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Shap {
    /// rows × outputs × features.
    pub values: Vec<f64>,
    /// What is left where nothing is known: one an output.
    pub bias: Vec<f64>,
    /// Features of a row.
    pub features: usize,
}

impl Shap {
    /// The values of a row and output, one a feature; empty outside.
    pub fn of(&self, row: usize, output: usize) -> &[f64] {
        let start = (row * self.bias.len() + output) * self.features;
        self.values.get(start..start + self.features).unwrap_or(&[])
    }

    fn zeros(forest: &Forest, rows: usize) -> Self {
        let features = forest.parts().features;
        Self { values: vec![0.0; rows * forest.outputs() * features], bias: forest.parts().base.clone(), features }
    }

    fn of_mut(&mut self, row: usize, output: usize) -> &mut [f64] {
        let start = (row * self.bias.len() + output) * self.features;
        &mut self.values[start..start + self.features]
    }
}

/// A tree of the model, with children as absolute indices.
#[derive(Clone, Copy)]
struct Tree<'a> {
    parts: &'a Parts,
    start: usize,
    end: usize,
}

impl<'a> Tree<'a> {
    fn all(parts: &'a Parts) -> impl Iterator<Item = Tree<'a>> {
        (0..parts.starts.len() - 1).map(move |tree| {
            let range = parts.range(tree);
            Tree { parts, start: range.start, end: range.end }
        })
    }
    fn is_leaf(&self, node: usize) -> bool {
        self.parts.left[node] == 0
    }
    fn children(&self, node: usize) -> [usize; 2] {
        [self.start + self.parts.left[node] as usize, self.start + self.parts.right[node] as usize]
    }
    fn feature(&self, node: usize) -> u32 {
        self.parts.feature[node]
    }
    fn value(&self, node: usize) -> f64 {
        f64::from(self.parts.value[node])
    }
    /// The child that a row goes to: 0 is left.
    fn side(&self, node: usize, x: &Matrix<'_>, row: usize) -> usize {
        let value = x.at(row, self.parts.feature[node] as usize);
        usize::from(!(value < self.parts.threshold[node] || (value.is_nan() && self.parts.missing_left[node])))
    }
    /// The shares of the training weight that went to the children.
    fn shares(&self, node: usize) -> [f64; 2] {
        let covers = self.children(node).map(|child| f64::from(self.parts.cover[child]));
        let total = covers[0] + covers[1];
        if total > 0.0 { [covers[0] / total, 1.0 - covers[0] / total] } else { [0.5; 2] }
    }
    /// Splits on the longest path.
    fn depth(&self) -> usize {
        let mut depths = vec![0; self.end - self.start];
        for node in self.start..self.end {
            if !self.is_leaf(node) {
                for child in self.children(node) {
                    depths[child - self.start] = depths[node - self.start] + 1;
                }
            }
        }
        depths.into_iter().max().unwrap_or(0)
    }
}
