//! Bulk samples and single cells whose truth is known: the same genes, counted in another way.
//!
//! Three unseen programmes `f₁, f₂, f₃` show in a hundred and twenty genes, forty each: the log of what a sample makes of
//! gene `j` is `m_j + 0.5 f_k`, `m_j ~ N(0, 1)`. A bulk sample (`f ~ N(0, 1)`) is measured as `log(1 + 10⁴ share) + 0.1 ε`
//! of its gene's share. A cell belongs to one of three types, whose `f₂` and `f₃` lie around (−0.6, 1), (0, −1) and
//! (0.6, 0); its own differ by `N(0, 0.6²)`, `f₁ ~ N(0, 1)`. A gene is caught in a cell with the efficiency `e_j`,
//! `log e_j ~ N(0, 0.5²)`, the same in all cells; a cell has some 600 molecules (`log ~ N(log 600, 0.4²)`), drawn by
//! Poisson's law, and its table holds `log(1 + 10⁴ count / all its counts)`: many genes of a cell are 0.
//!
//! A sample or a cell responds with the probability `σ(2.5 (0.9 f₁ − 0.5 f₂))`. *Nothing*: the bulk samples' response is
//! independent of their genes. *Harms*: it follows `−f₁`.

use std::fmt::Write as _;

use super::{Recipe, Truth};
use crate::rng::Rng;

/// The genes, `gene_001` to `gene_120`.
pub const GENES: usize = 120;
const LOADING: f64 = 0.5;
/// Means of `f₂` and `f₃` of the types of cells.
const TYPES: [(f64, f64); 3] = [(-0.6, 1.0), (0.0, -1.0), (0.6, 0.0)];
const MOLECULES: f64 = 600.0;

/// The bulk samples' and the cells' table.
pub(super) fn tables(recipe: &Recipe) -> (String, String) {
    let seed = u64::from(recipe.seed);
    let mut rng = Rng::stream(seed, "generate.cells.genes");
    let level: Vec<f64> = (0..GENES).map(|_| rng.normal()).collect();
    let efficiency: Vec<f64> = (0..GENES).map(|_| 0.5 * rng.normal()).collect();
    let shares = |f: &[f64; 3], caught: bool| -> Vec<f64> {
        let made = |j: usize| level[j] + LOADING * f[j % 3] + if caught { efficiency[j] } else { 0.0 };
        let all: Vec<f64> = (0..GENES).map(|j| libm::exp(made(j))).collect();
        let sum: f64 = all.iter().sum();
        all.into_iter().map(|one| one / sum).collect()
    };

    let mut rng = Rng::stream(seed, "generate.cells.source");
    let mut source = head("sample", "response\n");
    for row in 0..recipe.source {
        let f = [rng.normal(), rng.normal(), rng.normal()];
        let _ = write!(source, "B{:04}", row + 1);
        for share in shares(&f, false) {
            let _ = write!(source, ",{:.2}", (libm::log1p(1e4 * share) + 0.1 * rng.normal()).max(0.0));
        }
        let drive = match recipe.truth {
            Truth::Helps => drive(&f),
            Truth::Nothing => rng.normal(),
            Truth::Harms => -f[0],
        };
        let _ = writeln!(source, ",{}", response(drive, &mut rng));
    }

    // A stream of its own: the cells are the same whatever the bulk samples are.
    let mut rng = Rng::stream(seed, "generate.cells.target");
    let mut target = head("cell", "response,set\n");
    for row in 0..recipe.target + recipe.test {
        let (second, third) = TYPES[rng.below(TYPES.len())];
        let f = [rng.normal(), second + 0.6 * rng.normal(), third + 0.6 * rng.normal()];
        let molecules = MOLECULES * libm::exp(0.4 * rng.normal());
        let counts: Vec<f64> = shares(&f, true).into_iter().map(|share| poisson(molecules * share, &mut rng)).collect();
        let all = counts.iter().sum::<f64>().max(1.0);
        let _ = write!(target, "C{:04}", row + 1);
        for count in counts {
            let value = libm::log1p(1e4 * count / all);
            // What was not caught is 0, and not 0.00: the file is half as long.
            let _ = if count == 0.0 { write!(target, ",0") } else { write!(target, ",{value:.2}") };
        }
        let set = if row < recipe.target { "train" } else { "test" };
        let _ = writeln!(target, ",{},{set}", response(drive(&f), &mut rng));
    }
    (source, target)
}

fn head(first: &str, last: &str) -> String {
    let mut text = first.to_owned();
    for j in 1..=GENES {
        let _ = write!(text, ",gene_{j:03}");
    }
    text.push(',');
    text.push_str(last);
    text
}

fn drive(f: &[f64; 3]) -> f64 {
    0.9 * f[0] - 0.5 * f[1]
}

fn response(drive: f64, rng: &mut Rng) -> &'static str {
    if rng.uniform() < 1.0 / (1.0 + libm::exp(-2.5 * drive)) { "yes" } else { "no" }
}

/// A draw of Poisson's law (Knuth's products, a large mean in parts).
fn poisson(mean: f64, rng: &mut Rng) -> f64 {
    let (mut left, mut count) = (mean, 0.0);
    while left > 0.0 {
        let part = left.min(20.0);
        left -= part;
        let limit = libm::exp(-part);
        let mut product = rng.uniform();
        while product > limit {
            count += 1.0;
            product *= rng.uniform();
        }
    }
    count
}
