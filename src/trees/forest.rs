//! A trained model as plain vectors.

use super::gain::Rule;
use super::grow::Node;
use super::loss::Loss;
use crate::error::{Code, Result};
use serde::{Deserialize, Serialize};

/// No tree is deeper: SHAP walks trees by recursion.
const MOST_DEPTH: usize = 64;

/// Boosted trees: a checked [`Parts`]. Step s, class k is tree s × outputs + k.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Parts", into = "Parts")]
pub struct Forest(Parts);

/// The vectors of a [`Forest`]: one entry a node, trees one after the other.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Parts {
    /// What the margins mean.
    pub loss: Loss,
    /// How many features it was trained with.
    pub features: usize,
    /// The margin of each output before the first tree.
    pub base: Vec<f64>,
    /// Where each tree's nodes begin, its root first; one more at the end.
    pub starts: Vec<u32>,
    /// The feature that a node asks for (0 in leaves).
    pub feature: Vec<u32>,
    /// A value under it goes left (0 in leaves).
    pub threshold: Vec<f32>,
    /// The left child, counted from the tree's start and always after its parent; 0 in leaves.
    pub left: Vec<u32>,
    /// The right child.
    pub right: Vec<u32>,
    /// Whether a missing value goes left.
    pub missing_left: Vec<bool>,
    /// A leaf's addition to the margin, the learning rate included (0 in inner nodes).
    pub value: Vec<f32>,
    /// Sum of the Hessians of the training rows.
    pub cover: Vec<f32>,
    /// What the split gained (0 in leaves).
    pub gain: Vec<f32>,
}

impl Forest {
    /// No tree yet.
    pub(super) fn empty(loss: Loss, features: usize, base: Vec<f64>) -> Self {
        Self(Parts {
            loss,
            features,
            base,
            starts: vec![0],
            feature: Vec::new(),
            threshold: Vec::new(),
            left: Vec::new(),
            right: Vec::new(),
            missing_left: Vec::new(),
            value: Vec::new(),
            cover: Vec::new(),
            gain: Vec::new(),
        })
    }

    /// Checks vectors that come from a file, so that no prediction can fail.
    ///
    /// # Errors
    /// [`Code::BadModel`] with the reason.
    pub fn new(parts: Parts) -> Result<Self> {
        match parts.defect() {
            None => Ok(Self(parts)),
            Some(reason) => Err(Code::BadModel.err().with("reason", reason)),
        }
    }

    /// The vectors.
    pub fn parts(&self) -> &Parts {
        &self.0
    }
    /// The vectors, to be stored.
    pub fn into_parts(self) -> Parts {
        self.0
    }
    /// Margins of a row.
    pub fn outputs(&self) -> usize {
        self.0.loss.outputs()
    }
    /// The number of trees.
    pub fn trees(&self) -> usize {
        self.0.starts.len() - 1
    }
    /// The number of steps: trees, or trees a class.
    pub fn steps(&self) -> usize {
        self.trees() / self.outputs()
    }

    /// The model of its first steps.
    pub fn truncated(&self, steps: usize) -> Self {
        let mut parts = self.0.clone();
        parts.starts.truncate(steps.saturating_mul(self.outputs()).saturating_add(1).max(1));
        let nodes = parts.starts.last().map_or(0, |n| *n as usize);
        parts.feature.truncate(nodes);
        parts.threshold.truncate(nodes);
        parts.left.truncate(nodes);
        parts.right.truncate(nodes);
        parts.missing_left.truncate(nodes);
        parts.value.truncate(nodes);
        parts.cover.truncate(nodes);
        parts.gain.truncate(nodes);
        Self(parts)
    }

    /// Appends a grown tree; nodes that pruning cut off are left out.
    pub(super) fn push(&mut self, nodes: &[Node], rule: &Rule) {
        let parts = &mut self.0;
        let start = parts.feature.len();
        // The new number of each node; children are numbered when their parent is met, so that they follow it.
        let mut numbers = vec![u32::MAX; nodes.len()];
        numbers[0] = 0;
        let mut next = 1;
        for (i, node) in nodes.iter().enumerate() {
            if numbers[i] != u32::MAX && node.split.is_some() {
                numbers[node.left] = next;
                numbers[node.left + 1] = next + 1;
                next += 2;
            }
        }
        let end = start + next as usize;
        parts.feature.resize(end, 0);
        parts.threshold.resize(end, 0.0);
        parts.left.resize(end, 0);
        parts.right.resize(end, 0);
        parts.missing_left.resize(end, false);
        parts.value.resize(end, 0.0);
        parts.cover.resize(end, 0.0);
        parts.gain.resize(end, 0.0);
        for (number, node) in numbers.iter().zip(nodes).filter(|(number, _)| **number != u32::MAX) {
            let at = start + *number as usize;
            parts.cover[at] = node.sum[1] as f32;
            match &node.split {
                None => parts.value[at] = rule.leaf(node.sum),
                Some(split) => {
                    parts.feature[at] = split.feature;
                    parts.threshold[at] = split.threshold;
                    parts.left[at] = numbers[node.left];
                    parts.right[at] = numbers[node.left + 1];
                    parts.missing_left[at] = split.missing_left;
                    parts.gain[at] = split.gain;
                }
            }
        }
        parts.starts.push(end as u32);
    }
}

impl Parts {
    /// The nodes of a tree.
    pub(super) fn range(&self, tree: usize) -> std::ops::Range<usize> {
        self.starts[tree] as usize..self.starts[tree + 1] as usize
    }

    fn defect(&self) -> Option<String> {
        if let Err(error) = self.loss.check() {
            return Some(error.to_string());
        }
        let outputs = self.loss.outputs();
        if self.base.len() != outputs || self.base.iter().any(|b| !b.is_finite()) {
            return Some(format!("{} base margins for {outputs} outputs", self.base.len()));
        }
        if self.starts.first() != Some(&0)
            || !self.starts.is_sorted()
            || !(self.starts.len() - 1).is_multiple_of(outputs)
        {
            return Some("the trees' starts".to_owned());
        }
        let nodes = self.starts.last().map_or(0, |n| *n as usize);
        let lengths = [
            self.feature.len(),
            self.threshold.len(),
            self.left.len(),
            self.right.len(),
            self.missing_left.len(),
            self.value.len(),
            self.cover.len(),
            self.gain.len(),
        ];
        if lengths.iter().any(|length| *length != nodes) {
            return Some(format!("{lengths:?} entries for {nodes} nodes"));
        }
        for tree in 0..self.starts.len() - 1 {
            let range = self.range(tree);
            if range.is_empty() {
                return Some(format!("tree {tree} is empty"));
            }
            // The depth of each node that has a parent.
            let mut depth = vec![0; range.len()];
            for (own, node) in range.clone().enumerate() {
                let (left, right) = (self.left[node] as usize, self.right[node] as usize);
                let leaf = left == 0 && right == 0;
                let inner = left > own && right > own && left != right && left.max(right) < range.len();
                let numbers = [self.threshold[node], self.value[node], self.cover[node]];
                if !(leaf || inner && (self.feature[node] as usize) < self.features)
                    || numbers.iter().any(|v| !v.is_finite())
                    || self.cover[node] < 0.0
                {
                    return Some(format!("tree {tree}, node {own}"));
                }
                for child in [left, right].into_iter().filter(|_| inner) {
                    // A node with two parents would make paths without end of what SHAP walks.
                    if depth[child] > 0 || depth[own] >= MOST_DEPTH {
                        return Some(format!("tree {tree}, node {own}: its children"));
                    }
                    depth[child] = depth[own] + 1;
                }
            }
        }
        None
    }
}

impl TryFrom<Parts> for Forest {
    type Error = crate::error::Error;
    fn try_from(parts: Parts) -> Result<Self> {
        Self::new(parts)
    }
}

impl From<Forest> for Parts {
    fn from(forest: Forest) -> Self {
        forest.0
    }
}
