//! Two made-up protein families: compounds as numbers, active or not, with the same early features in both.
//!
//! Forty descriptors `d_j ~ N(0, 1)` (in the scarce family every one is higher by 0.2). Eight motifs, each a bend over a
//! direction of its own, `m_k = max(0, u_k · d) √2 − 1/√π`, `u_k` random, of length 1: what binds is a shape that no single
//! descriptor shows. In the source family the score is `s = Σ a_k m_k`; in the target family the same motifs count, five of
//! the eight alike and three with the opposite sign. A compound is active with the probability `σ(3 s / √Σ a² · 1.2 − 0.2)`.
//!
//! So a source teaches the motifs (early features) and misleads about three of their weights (the last layer): fine-tuning
//! should help on few compounds, and how far was not tuned. A third family, where asked for, has other signs again.

use std::fmt::Write as _;

use crate::rng::Rng;

/// Descriptors, `d_01` to `d_40`.
pub const DESCRIPTORS: usize = 40;
const MOTIFS: usize = 8;
const WEIGHTS: [f64; MOTIFS] = [1.0, -1.0, 0.8, -0.8, 0.6, -0.6, 0.9, -0.9];
/// The signs of the motifs in each family, the target's first.
const SIGNS: [[f64; MOTIFS]; 3] = [
    [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0],
    [1.0, 1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0],
    [1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0, 1.0],
];

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Families {
    /// Compounds of the source family.
    pub source: usize,
    /// Compounds of the scarce family that are marked `train`.
    pub target: usize,
    /// Those marked `test`.
    pub test: usize,
    /// The seed.
    pub seed: u32,
}

/// The directions of the motifs: the same for every table of a seed.
fn directions(seed: u32) -> Vec<Vec<f64>> {
    let mut rng = Rng::stream(u64::from(seed), "generate.motifs");
    let one = |rng: &mut Rng| {
        let u: Vec<f64> = (0..DESCRIPTORS).map(|_| rng.normal()).collect();
        let length = libm::sqrt(u.iter().map(|v| v * v).sum());
        u.into_iter().map(|v| v / length).collect()
    };
    (0..MOTIFS).map(|_| one(&mut rng)).collect()
}

/// The tables as CSV: `compound`, the descriptors, `active`, and in the target's `set`.
pub fn families(recipe: &Families) -> (String, String) {
    let source = family(recipe, 1, recipe.source, None);
    (source, family(recipe, 0, recipe.target + recipe.test, Some(recipe.target)))
}

/// A third family, as a second source.
pub fn another(recipe: &Families) -> String {
    family(recipe, 2, recipe.source, None)
}

fn family(recipe: &Families, which: usize, rows: usize, train: Option<usize>) -> String {
    let motifs = directions(recipe.seed);
    let mut rng = Rng::child(u64::from(recipe.seed), "generate.family", which);
    let shift = if which == 0 { 0.2 } else { 0.0 };
    let mut text = String::from("compound");
    for j in 1..=DESCRIPTORS {
        let _ = write!(text, ",d_{j:02}");
    }
    text.push_str(if train.is_some() { ",active,set\n" } else { ",active\n" });
    let prefix = ['T', 'S', 'U'][which.min(2)];
    let size = libm::sqrt(WEIGHTS.iter().map(|a| a * a).sum());
    for row in 0..rows {
        let _ = write!(text, "{prefix}{:05}", row + 1);
        let d: Vec<f64> = (0..DESCRIPTORS).map(|_| shift + rng.normal()).collect();
        for value in &d {
            let _ = write!(text, ",{value:.2}");
        }
        let score: f64 = motifs
            .iter()
            .zip(WEIGHTS.iter().zip(SIGNS[which.min(2)]))
            .map(|(u, (a, sign))| {
                let along: f64 = u.iter().zip(&d).map(|(u, d)| u * (d - shift)).sum();
                a * sign * (along.max(0.0) * std::f64::consts::SQRT_2 - libm::sqrt(std::f64::consts::FRAC_1_PI))
            })
            .sum();
        let active = rng.uniform() < 1.0 / (1.0 + libm::exp(-(3.6 * score / size - 0.2)));
        text.push_str(if active { ",yes" } else { ",no" });
        match train {
            Some(train) => text.push_str(if row < train { ",train\n" } else { ",test\n" }),
            None => text.push('\n'),
        }
    }
    text
}
