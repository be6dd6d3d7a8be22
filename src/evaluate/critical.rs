//! The genes that drive a call: what each gene adds to the prediction (integrated gradients, cell by cell) compared between
//! the cells that are predicted to be of the event and the others, by Wilcoxon's rank-sum test with Benjamini and Hochberg's
//! q over the genes. So the analysis of critical genes of scDEAL (Chen et al. 2022, Nat Commun 13:6494) goes, which also
//! asks that a gene is seen in more than a fifth of the cells.
//!
//! It describes the model: what adds to a call differs between the calls by construction. It orders genes, it proves none.

use serde::{Deserialize, Serialize};

use crate::math::stats;
use crate::math::tests::{benjamini_hochberg, mann_whitney};

/// Cells of a call under which nothing is tested.
pub const FEWEST: usize = 3;
/// The q up to which, and the share of cells above which, a gene is called critical.
pub const Q: f64 = 0.05;
/// See [`Q`].
pub const SEEN: f64 = 0.2;

/// One gene.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Critical {
    /// Its name.
    pub gene: String,
    /// What it adds on average in cells that are called the event, in log-odds.
    pub event: f64,
    /// In the others.
    pub others: f64,
    /// The chance that it adds more in a cell of the one call than in one of the other; ties count half.
    pub auc: f64,
    /// Two-sided, of one gene.
    pub p: f64,
    /// Among all genes: the share of false finds if this one and all before it are taken.
    pub q: f64,
    /// The share of the cells in which it was seen (above 0), where that is known.
    pub seen: Option<f64>,
}

impl Critical {
    /// Whether it passes both bounds of the published analysis.
    pub fn passes(&self) -> bool {
        self.q <= Q && self.seen.is_none_or(|seen| seen > SEEN)
    }
}

/// A gene's attributions: NaN where a cell has none. And the share of cells in which it was seen.
pub struct Gene {
    /// Its name.
    pub name: String,
    /// In the order of the cells.
    pub added: Vec<f64>,
    /// See [`Critical::seen`].
    pub seen: Option<f64>,
}

/// The genes, the surest first; none where a call has fewer than [`FEWEST`] cells. `event`: each cell's call.
pub fn critical(genes: &[Gene], event: &[bool]) -> Vec<Critical> {
    let mut found: Vec<Critical> = genes.iter().filter_map(|gene| one(gene, event)).collect();
    let all: Vec<f64> = found.iter().map(|one| one.p).collect();
    for (one, q) in found.iter_mut().zip(benjamini_hochberg(&all)) {
        one.q = q;
    }
    let far = |one: &Critical| (one.auc - 0.5).abs();
    found.sort_by(|a, b| a.p.total_cmp(&b.p).then(far(b).total_cmp(&far(a))).then_with(|| a.gene.cmp(&b.gene)));
    found
}

fn one(gene: &Gene, event: &[bool]) -> Option<Critical> {
    let of = |call: bool| -> Vec<f64> {
        let cells = gene.added.iter().zip(event).filter(|(added, is)| **is == call && added.is_finite());
        cells.map(|(added, _)| *added).collect()
    };
    let (a, b) = (of(true), of(false));
    if a.len().min(b.len()) < FEWEST || a.iter().chain(&b).all(|v| *v == a[0]) {
        return None;
    }
    let test = mann_whitney(&a, &b)?;
    Some(Critical {
        gene: gene.name.clone(),
        event: stats::mean(&a),
        others: stats::mean(&b),
        auc: test.statistic / (a.len() * b.len()) as f64,
        p: test.p,
        q: test.p,
        seen: gene.seen,
    })
}
