//! The genes that drive the calls of a method that goes from bulk samples to cells.

use serde::{Deserialize, Serialize};

use crate::evaluate::critical::Critical;

/// Of one method, on the cells that were taken apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CriticalGenes {
    /// The method.
    pub method: String,
    /// The class that counts as the event.
    pub event: String,
    /// The other one.
    pub other: String,
    /// Cells that are called the event.
    pub called: u32,
    /// Cells that are called the other.
    pub rest: u32,
    /// Genes that were tested: those that add most, where there are many.
    pub tested: u32,
    /// Genes of the model.
    pub genes: u32,
    /// Genes that pass both bounds: q of at most 0.05, seen in more than a fifth of the cells.
    pub chosen: u32,
    /// The surest of them first; empty where nearly all cells have one call.
    pub surest: Vec<Critical>,
}

impl CriticalGenes {
    /// Columns of [`CriticalGenes::lines`].
    pub const HEAD: [&'static str; 9] =
        ["method", "gene", "added_if_event", "added_if_other", "auc", "p", "q", "seen", "passes"];

    /// A line a gene.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let line = |one: &Critical| {
            let numbers = [one.event, one.others, one.auc, one.p, one.q].map(|v| v.to_string());
            let seen = one.seen.map(|seen| seen.to_string()).unwrap_or_default();
            [vec![self.method.clone(), one.gene.clone()], numbers.to_vec(), vec![seen, one.passes().to_string()]]
                .concat()
        };
        self.surest.iter().map(line).collect()
    }
}
