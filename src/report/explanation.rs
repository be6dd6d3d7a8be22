//! What the features add to the predictions of held-out patients: by the source model and by the transferred one, on the
//! same patients against the same reference. Nothing here decides.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::explain::attribute::Way;

/// The cohort's picture, and the patients one by one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Explanation {
    /// `log_odds` of the event, `log_odds_observed` of each patient's own class where there are more than two, `value`.
    pub scale: String,
    /// Patients that were judged.
    pub judged: u32,
    /// Of these, patients whose predictions were taken apart.
    pub told: u32,
    /// The transferred model.
    pub transferred: Teller,
    /// The source model; absent where there is none that can be taken apart.
    pub source: Option<Teller>,
    /// The features, the one that adds most to the transferred model's predictions first; of wide tables the first ones.
    pub features: Vec<FeaturePart>,
    /// Features in all.
    pub of: u32,
    /// Features that differ much between the cohorts and count much for a model; absent where there is no shift.
    pub corner: Option<Corner>,
    /// The names of the features that each patient's values are of.
    pub columns: Vec<String>,
    /// Each patient.
    pub patients: Vec<Patient>,
}

/// How a model was taken apart, and how far folds agree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Teller {
    /// How.
    pub way: Way,
    /// Fits that were taken apart: folds, repeats and seeds.
    pub fits: u32,
    /// The largest difference between a row's sum and its prediction minus the reference's.
    pub gap: f64,
    /// How far the fits agree in what counts; absent with one fit or under three features.
    pub stability: Option<Stability>,
}

/// Agreement of the fits, over all pairs of them.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stability {
    /// Mean of Spearman's correlation of the features' sizes.
    pub spearman: f64,
    /// The lowest of them.
    pub lowest: f64,
    /// How many of the leading features the two have in common, on average.
    pub shared: f64,
    /// Leading features that were compared.
    pub leading: u32,
}

/// A feature in the cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FeaturePart {
    /// The feature.
    pub feature: String,
    /// In the transferred model.
    pub transferred: Option<Part>,
    /// In the source model.
    pub source: Option<Part>,
    /// For the picture, of the leading ones: each patient's part in the transferred model, sorted by it, and where the
    /// patient's value stands among all (0 the lowest, 1 the highest; absent for categories and missing values).
    pub swarm: Vec<(f64, Option<f64>)>,
}

/// What a feature adds to a model's predictions.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Mean absolute value: over the patients of a fit, then over the fits.
    pub size: f64,
    /// The lowest over the fits.
    pub low: f64,
    /// The highest over the fits.
    pub high: f64,
    /// Its share in the sizes of all features.
    pub share: f64,
    /// Spearman's correlation of the feature's value with what it adds; absent for categories.
    pub direction: Option<f64>,
    /// The level that adds most, of a category.
    pub level: Option<String>,
    /// Correlation of what it adds with what was observed in these patients, who were not learned from; of more than two
    /// classes, what it adds to the class that was observed, in its standard deviations.
    pub borne_out: Option<f64>,
    /// Its one-sided p, adjusted over the features (Benjamini and Hochberg): low where the patients bear it out.
    pub q: Option<f64>,
}

/// Where shift and importance meet.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Corner {
    /// Absolute standardised difference from which a feature has moved.
    pub moved: f64,
    /// Share of the sizes from which a feature counts, in either model.
    pub counts: f64,
    /// The features beyond both, the largest product first.
    pub features: Vec<String>,
}

/// One patient.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Patient {
    /// What the person calls the row.
    pub id: String,
    /// What was observed.
    pub truth: Value,
    /// The features' values: numbers, levels, or null where missing.
    pub values: Vec<Value>,
    /// By the transferred model.
    pub transferred: Option<Sum>,
    /// By the source model.
    pub source: Option<Sum>,
}

/// A prediction as a sum, averaged over the fits that had this patient among the held-out rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sum {
    /// What the model says.
    pub output: f64,
    /// What it says of the reference.
    pub base: f64,
    /// What each of the columns adds.
    pub parts: Vec<f64>,
    /// What all other features add together.
    pub rest: f64,
}
