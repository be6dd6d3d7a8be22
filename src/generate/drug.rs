//! Cell lines and patients whose truth is known: other inputs, and another outcome.
//!
//! Three unseen pathways `f₁, f₂, f₃ ~ N(0, 1)` show in sixty genes, twenty each: `gene_j = 0.6 f_k + 0.8 ε`. A cell line's
//! `log_ic50 = 1 − 1.5 (0.8 f₁ − 0.6 f₂) + 0.7 ε`; its `response` is *yes* where that is under 1. A patient responds with
//! the probability `σ(2 (0.7 f₁ − 0.5 f₂ + 0.4 f₃) − 0.3)`: what the immune system does (`f₃`) no cell line knows.
//! Patients' genes are measured in another way: `a_j gene_j + b_j`, `a_j ~ U(0.6, 1.4)`, `b_j ~ N(0, 1)`, the same for all of
//! them. So the inputs differ, and so do the outcomes: a number here, an event there.
//!
//! *Nothing*: `log_ic50` is independent of the genes. *Harms*: it follows `f₃` the other way round and nothing else.

use std::fmt::Write as _;

use super::{Recipe, Truth, choose};
use crate::rng::Rng;

/// The genes, `gene_01` to `gene_60`.
pub const GENES: usize = 60;
const LOADING: f64 = 0.6;

/// The cell lines' and the patients' table.
pub(super) fn tables(recipe: &Recipe) -> (String, String) {
    let mut rng = Rng::stream(u64::from(recipe.seed), "generate.drug.source");
    let mut source = head("cell_line,tissue", "log_ic50,response\n");
    for row in 0..recipe.source {
        let f = pathways(&mut rng);
        let tissue = choose(&mut rng, &[("lung", 0.4), ("breast", 0.35), ("blood", 0.25)]).1;
        let _ = write!(source, "C{:04},{tissue}", row + 1);
        genes(&f, |_, x| x, &mut rng, &mut source);
        let effect = match recipe.truth {
            Truth::Helps => 0.8 * f[0] - 0.6 * f[1],
            Truth::Nothing => rng.normal(),
            Truth::Harms => -f[2],
        };
        let ic50 = 1.0 - 1.5 * effect + 0.7 * rng.normal();
        let _ = writeln!(source, ",{ic50:.3},{}", if ic50 < 1.0 { "yes" } else { "no" });
    }
    // A stream of its own: the patients are the same whatever the cell lines are.
    let mut rng = Rng::stream(u64::from(recipe.seed), "generate.drug.target");
    let scale: Vec<(f64, f64)> = (0..GENES).map(|_| (0.6 + 0.8 * rng.uniform(), rng.normal())).collect();
    let mut target = head("patient,tissue", "response,set\n");
    for row in 0..recipe.target + recipe.test {
        let f = pathways(&mut rng);
        let tissue = choose(&mut rng, &[("lung", 0.5), ("breast", 0.5)]).1;
        let _ = write!(target, "P{:04},{tissue}", row + 1);
        genes(&f, |j, x| scale[j].0 * x + scale[j].1, &mut rng, &mut target);
        let risk = 2.0 * (0.7 * f[0] - 0.5 * f[1] + 0.4 * f[2]) - 0.3;
        let response = if rng.uniform() < 1.0 / (1.0 + libm::exp(-risk)) { "yes" } else { "no" };
        let _ = writeln!(target, ",{response},{}", if row < recipe.target { "train" } else { "test" });
    }
    (source, target)
}

fn head(first: &str, last: &str) -> String {
    let mut text = first.to_owned();
    for j in 1..=GENES {
        let _ = write!(text, ",gene_{j:02}");
    }
    text.push(',');
    text.push_str(last);
    text
}

fn pathways(rng: &mut Rng) -> [f64; 3] {
    [rng.normal(), rng.normal(), rng.normal()]
}

fn genes(f: &[f64; 3], measured: impl Fn(usize, f64) -> f64, rng: &mut Rng, text: &mut String) {
    for j in 0..GENES {
        let x = LOADING * f[j % 3] + libm::sqrt(1.0 - LOADING * LOADING) * rng.normal();
        let _ = write!(text, ",{:.2}", measured(j, x));
    }
}
