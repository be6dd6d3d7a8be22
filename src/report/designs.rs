//! Parts of the report about how it was judged: groups of patients, sample sizes, missing values, where transfer stops
//! paying.

use serde::{Deserialize, Serialize};

use crate::evaluate::crossing::Crossing;
use crate::evaluate::optimism::{Optimism, Point632};
use crate::evaluate::subgroup::Compared;
use crate::metrics::{Metric, Why};
use crate::plan::Split;

/// The groups that one column makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ByColumn {
    /// The column.
    pub column: String,
    /// Where a number was cut into bands; empty for categories.
    pub cuts: Vec<f64>,
    /// Whether the column was found by its name, not chosen.
    pub found: bool,
    /// The groups.
    pub compared: Compared,
}

/// From how many target rows on transfer stops paying.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crossed {
    /// The crossing with its interval.
    pub crossing: Option<Crossing>,
    /// Why there is none.
    pub why: Option<Why>,
}

/// What the target's rows allow, by Riley's criteria: known before anything is trained.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SampleSize {
    /// Labelled rows of the target that can be learned from.
    pub rows: u32,
    /// Events among them, of two classes.
    pub events: Option<u32>,
    /// Candidate parameters: encoded columns, as a regression would have coefficients.
    pub parameters: u32,
    /// What is needed if the model reaches this much.
    pub scenarios: Vec<IfReached>,
    /// Patients so that the overall risk is known to ±0.05, however few the parameters; two classes.
    pub for_risk: Option<u32>,
    /// Patients that bring the AUROC's 95 % interval down to a width of 0.1 at an AUROC of 0.75; two classes.
    pub to_judge: Option<u32>,
}

/// One assumption, and what follows from it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IfReached {
    /// The assumed AUROC of two classes; absent for numbers.
    pub auroc: Option<f64>,
    /// Cox and Snell's R² that follows from it; of numbers the assumed R².
    pub r2: f64,
    /// Patients for all candidate parameters; absent where over ten million.
    pub needed: Option<u32>,
    /// The events among them.
    pub needed_events: Option<u32>,
    /// The most parameters that the rows at hand allow without overfitting (shrinkage and optimism); 0 where not one.
    pub allowed: u32,
}

/// The pattern of missing values on one side.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GapsSide {
    /// Rows.
    pub rows: u32,
    /// Rows in which nothing is missing.
    pub complete: u32,
    /// Each feature's share of missing rows, in the order of [`Gaps::features`].
    pub shares: Vec<f64>,
    /// The most frequent patterns: which features (by place) are missing together, and in how many rows.
    pub patterns: Vec<(Vec<u32>, u32)>,
    /// All patterns, the complete one included.
    pub distinct: u32,
}

/// What is missing in both tables, among the shared features.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gaps {
    /// The features' names.
    pub features: Vec<String>,
    /// All source rows.
    pub source: Option<GapsSide>,
    /// All target rows.
    pub target: GapsSide,
}

/// How the target was divided.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Divided {
    /// The kind.
    pub split: Split,
    /// Rows that were learned from, on average over folds.
    pub train: u32,
    /// Rows that were judged.
    pub test: u32,
    /// The latest time that was learned from, as its cell has it; by time alone.
    pub until: Option<String>,
    /// Every site; empty unless they were held out in turn.
    pub sites: Vec<OneSite>,
}

/// A site that was held out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct OneSite {
    /// Its name.
    pub site: String,
    /// Rows.
    pub n: u32,
    /// Events, of two classes.
    pub events: Option<u32>,
    /// The transferred procedure's metric, mean over repeats; absent where it is undefined.
    pub transfer: Option<f64>,
    /// The baseline's.
    pub baseline: Option<f64>,
    /// The difference, positive where transfer is better.
    pub gain: Option<f64>,
}

/// Performance on the rows that were learned from, corrected by refits on bootstrap samples of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Internal {
    /// Bootstrap samples of patients.
    pub refits: u32,
    /// The methods that were refitted.
    pub methods: Vec<InternalMethod>,
    /// Methods that were left out: networks would be trained as often again.
    pub left_out: Vec<String>,
}

/// One method.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InternalMethod {
    /// The method.
    pub id: String,
    /// `transfer`, `baseline` or `other`.
    pub role: String,
    /// Its metrics.
    pub measures: Vec<InternalMeasure>,
}

/// One metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InternalMeasure {
    /// Which.
    pub metric: Metric,
    /// Harrell's optimism bootstrap.
    pub optimism: Option<Optimism>,
    /// Why there is none.
    pub why: Option<Why>,
    /// .632 and .632+, turned back into the metric's own direction; AUROC, Brier score and absolute error alone.
    pub point632: Option<Point632>,
    /// What the verdict's design found, to compare with.
    pub by_design: Option<f64>,
}
