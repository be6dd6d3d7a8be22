//! Two made-up cohorts whose truth is known: the source helps in the target, says nothing, or misleads.
//!
//! Three unseen processes `f₁, f₂, f₃ ~ N(0, 1)` show in thirty markers, ten each:
//! `marker_j = 0.6 f_k + 0.8 ε`, `k = (j − 1) mod 3 + 1`, `ε ~ N(0, 1)`; so a large source teaches a representation
//! that a small target cannot. With `age ~ N(62, 12)`, `bmi ~ N(27, 4)` (no effect), `sex`, `smoking` and `stage`,
//!
//! `risk = 0.6 f₁ − 0.5 f₂ + f₁f₂ + clinical`,
//! `clinical = 0.5 (age − 62)/12 − 0.4 [sex = F] + 0.6 [smoking = current] + 0.4 (stage − 2.5)`
//!
//! (`f₃` has no effect: its markers are noise that is correlated within itself). The product is what a straight line
//! cannot see and a small target cannot teach. In the target the event has the
//! probability `σ(2 risk − 1)`, or the number is `20 + 6 risk + N(0, 3²)`. In the source the risk is the same (helps);
//! 0 (nothing: the label is independent of every feature); or `2.5 f₃ − clinical` (harms: what the source teaches to
//! look at is noise here, what matters here it teaches to ignore, and the clinical relations are reversed. A relation
//! that is merely reversed would not harm: its representation is as good, and a few target rows turn the sign).
//! The source differs in its covariates too: older by 3 years, `bmi` higher by 1, every marker higher by 0.3,
//! and an intercept of −0.7. Eight in a hundred values of `bmi` and of the markers are missing at random.

pub mod cells;
pub mod drug;
pub mod families;

use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

use crate::rng::Rng;

/// What the source is to the target.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Truth {
    /// The same relation holds in both.
    Helps,
    /// The source's label is independent of its features.
    Nothing,
    /// The source's label follows what is noise in the target, and reverses the rest.
    Harms,
}

/// The kind of label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// `outcome`, yes or no.
    Class,
    /// `response`, a number.
    Number,
    /// Cell lines with `log_ic50` beside patients with `response`: see [`drug`].
    Drug,
    /// Bulk samples beside single cells: see [`cells`].
    Cells,
}

/// What is to be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// What the source is to the target.
    pub truth: Truth,
    /// The kind of label.
    pub outcome: Outcome,
    /// Rows of the source.
    pub source: usize,
    /// Rows of the target that are marked `train`.
    pub target: usize,
    /// Rows of the target that are marked `test`.
    pub test: usize,
    /// The seed.
    pub seed: u32,
}

/// The markers, `marker_1` to `marker_30`.
pub const MARKERS: usize = 30;
const LOADING: f64 = 0.6;
const MISSING: f64 = 0.08;

/// What the risk is made of: the factor of each part.
struct Risk {
    f1: f64,
    f2: f64,
    product: f64,
    f3: f64,
    clinical: f64,
}

const TRUE_RISK: Risk = Risk { f1: 0.6, f2: -0.5, product: 1.0, f3: 0.0, clinical: 1.0 };

/// Where a cohort comes from: what differs between the two.
struct Site {
    prefix: char,
    risk: Risk,
    intercept: f64,
    age: f64,
    bmi: f64,
    marker: f64,
}

impl Site {
    fn source(truth: Truth) -> Self {
        let risk = match truth {
            Truth::Helps => TRUE_RISK,
            Truth::Nothing => Risk { f1: 0.0, f2: 0.0, product: 0.0, f3: 0.0, clinical: 0.0 },
            Truth::Harms => Risk { f1: 0.0, f2: 0.0, product: 0.0, f3: 2.5, clinical: -1.0 },
        };
        Self { prefix: 'S', risk, intercept: -0.7, age: 65.0, bmi: 28.0, marker: 0.3 }
    }
    fn target() -> Self {
        Self { prefix: 'T', risk: TRUE_RISK, intercept: -1.0, age: 62.0, bmi: 27.0, marker: 0.0 }
    }
}

/// The source's and the target's table as CSV: `patient`, the features, the label, and in the target `set`.
pub fn generate(recipe: &Recipe) -> (String, String) {
    match recipe.outcome {
        Outcome::Drug => return drug::tables(recipe),
        Outcome::Cells => return cells::tables(recipe),
        Outcome::Class | Outcome::Number => {}
    }
    let mut rng = Rng::stream(u64::from(recipe.seed), "generate.source");
    let source = table(recipe.outcome, &Site::source(recipe.truth), recipe.source, None, &mut rng);
    // A stream of its own: the target is the same whatever the source is.
    let mut rng = Rng::stream(u64::from(recipe.seed), "generate.target");
    let target = table(recipe.outcome, &Site::target(), recipe.target + recipe.test, Some(recipe.target), &mut rng);
    (source, target)
}

fn table(outcome: Outcome, site: &Site, rows: usize, train: Option<usize>, rng: &mut Rng) -> String {
    let mut text = String::from("patient,age,sex,smoking,stage,bmi");
    for j in 1..=MARKERS {
        let _ = write!(text, ",marker_{j}");
    }
    text.push_str(match outcome {
        Outcome::Class => ",outcome",
        _ => ",response",
    });
    text.push_str(if train.is_some() { ",set\n" } else { "\n" });
    for row in 0..rows {
        patient(outcome, site, row, rng, &mut text);
        match train {
            Some(train) => text.push_str(if row < train { ",train\n" } else { ",test\n" }),
            None => text.push('\n'),
        }
    }
    text
}

fn patient(outcome: Outcome, site: &Site, row: usize, rng: &mut Rng, text: &mut String) {
    let f = [rng.normal(), rng.normal(), rng.normal()];
    let age = site.age + 12.0 * rng.normal();
    let female = rng.uniform() < 0.45;
    let smoking = choose(rng, &[("never", 0.5), ("former", 0.3), ("current", 0.2)]);
    let stage = choose(rng, &[("I", 0.3), ("II", 0.3), ("III", 0.25), ("IV", 0.15)]);
    let bmi = site.bmi + 4.0 * rng.normal();
    let _ = write!(
        text,
        "{}{:05},{age:.0},{},{},{},",
        site.prefix,
        row + 1,
        if female { "F" } else { "M" },
        smoking.1,
        stage.1
    );
    number(bmi, 1, rng, text);
    for j in 0..MARKERS {
        text.push(',');
        let noise = libm::sqrt(1.0 - LOADING * LOADING) * rng.normal();
        number(site.marker + LOADING * f[j % 3] + noise, 2, rng, text);
    }
    let clinical = 0.5 * (age - 62.0) / 12.0 - 0.4 * f64::from(u8::from(female))
        + 0.6 * f64::from(u8::from(smoking.0 == 2))
        + 0.4 * (stage.0 as f64 + 1.0 - 2.5);
    let part = &site.risk;
    let risk = part.f1 * f[0] + part.f2 * f[1] + part.product * f[0] * f[1] + part.f3 * f[2] + part.clinical * clinical;
    // Both are drawn, so that the features of the two variants are equal.
    let (luck, noise) = (rng.uniform(), rng.normal());
    match outcome {
        Outcome::Class => {
            let probability = 1.0 / (1.0 + libm::exp(-(2.0 * risk + site.intercept)));
            text.push_str(if luck < probability { ",yes" } else { ",no" });
        }
        _ => {
            let _ = write!(text, ",{:.2}", 20.0 + 6.0 * risk + 3.0 * noise);
        }
    }
}

/// Writes a number, or nothing where it is missing.
fn number(value: f64, decimals: usize, rng: &mut Rng, text: &mut String) {
    if rng.uniform() >= MISSING {
        let _ = write!(text, "{value:.decimals$}");
    }
}

/// One of these, with its place.
fn choose<'a>(rng: &mut Rng, shares: &[(&'a str, f64)]) -> (usize, &'a str) {
    let mut left = rng.uniform();
    for (place, (name, share)) in shares.iter().enumerate() {
        if left < *share || place + 1 == shares.len() {
            return (place, name);
        }
        left -= share;
    }
    (0, "")
}
