//! The facts of a run as one serialisable value. The page draws it, the command prints it, a file keeps it;
//! none of them computes anything from it.

pub mod association;
pub mod candidates;
pub mod critical;
pub mod dependencies;
pub mod designs;
pub mod evaluation;
pub mod explanation;
pub mod glucose;
pub mod influence;
pub mod manifest;
pub mod maps;
pub mod modes;
pub mod operating;
pub mod paper;
pub mod persons;
pub mod rounds;
pub mod trainings;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::device::DeviceKind;
use crate::evaluate::contrast::{BetterWorse, Contrast, Design};
use crate::evaluate::recommendation::Recommendation;
use crate::metrics::Metric;
use crate::metrics::calibration::Bin;
use crate::plan::Plan;
use crate::preprocess::Finding;
use crate::shift::Shift;

/// Version of the file.
pub const VERSION: u32 = 1;

/// Everything that a run found out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Report {
    /// [`VERSION`].
    pub version: u32,
    /// The version of the program.
    pub program: String,
    /// What was planned.
    pub plan: Plan,
    /// Who was in the study.
    pub data: Data,
    /// What was noticed and done.
    pub findings: Vec<Finding>,
    /// How the cohorts differ, where it was computed.
    pub shift: Option<Shift>,
    /// As the tables were opened; absent where the target has no labels.
    pub forward: Option<Comparison>,
    /// Source and target exchanged, where asked for.
    pub reverse: Option<Comparison>,
    /// How many pre-trainings were done.
    pub pretrainings: u32,
    /// Where networks were trained, whatever the plan asked for; the GPU if any of them was trained there.
    #[serde(default)]
    pub device: DeviceKind,
    /// What the target's rows allow, where the criteria speak of such labels.
    #[serde(default)]
    pub sample_size: Option<designs::SampleSize>,
    /// What is missing in both tables.
    #[serde(default)]
    pub missing: Option<designs::Gaps>,
    /// Units that train networks, by where each was truly trained.
    #[serde(default)]
    pub trained_on: manifest::TrainedOn,
    /// The tables as they were read, sources first.
    #[serde(default)]
    pub tables: Vec<manifest::TableFacts>,
    /// The saved model that stood for the source.
    #[serde(default)]
    pub source_model: Option<manifest::SourceModelFacts>,
    /// Rows by what was predicted, with their distance from the rows that were learned from.
    #[serde(default)]
    pub candidates: Option<candidates::Candidates>,
    /// Every person of the target in turn, where the plan asks for them.
    #[serde(default)]
    pub persons: Option<persons::Persons>,
    /// The genes that drive the calls of cells without an outcome, where nothing can be judged.
    #[serde(default)]
    pub critical: Option<critical::CriticalGenes>,
    /// What a paper about this run can say.
    #[serde(default)]
    pub paper: Option<paper::ForPaper>,
}

/// Who was in the study.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Data {
    /// Every source domain.
    pub sources: Vec<Size>,
    /// The target rows that were learned from.
    pub target: Size,
    /// The rows set aside for testing.
    pub test: Option<Size>,
    /// Rows of the target without a label.
    pub unlabelled: u32,
    /// The features that both sides have.
    pub features: u32,
    /// The label's name in the target.
    pub label: String,
    /// The classes; empty for numbers.
    pub classes: Vec<String>,
    /// The class that counts as the event, of two.
    pub event: Option<String>,
    /// Which method to begin with on these tables, and why.
    #[serde(default)]
    pub recommended: Option<Recommendation>,
}

/// The size of a cohort.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Size {
    /// Its name.
    pub domain: String,
    /// Rows.
    pub rows: u32,
    /// Rows with a label.
    pub labelled: u32,
    /// Rows of each class; empty for numbers.
    pub classes: Vec<u32>,
    /// Mean and standard deviation of a number; absent for classes.
    pub mean_sd: Option<(f64, f64)>,
}

/// One direction, judged.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Comparison {
    /// What is estimated.
    pub estimand: Estimand,
    /// The verdict: the transfer procedure against the baseline.
    pub contrast: Contrast,
    /// Everything else that is compared: secondary, adjusted by Holm.
    pub secondary: Vec<Secondary>,
    /// Whether the transfer procedure ranks better while its probabilities are worse.
    pub ranks_better_calibrated_worse: Option<BetterWorse>,
    /// Every method.
    pub methods: Vec<MethodReport>,
    /// The learning curve, where asked for.
    pub learning: Vec<LearningPoint>,
    /// Gain over the network from scratch at each number of frozen layers and size.
    pub gain: Vec<Gain>,
    /// Permutation importance of the source model and of the transferred one.
    pub importance: Vec<Importance>,
    /// Intervals over the patients, net benefit, calibration: beside the verdict, never instead of it.
    #[serde(default)]
    pub evaluation: Option<evaluation::Evaluation>,
    /// Groups of patients: a column each.
    #[serde(default)]
    pub subgroups: Vec<designs::ByColumn>,
    /// Where transfer stops paying, where the learning curve was asked for.
    #[serde(default)]
    pub crossing: Option<designs::Crossed>,
    /// What happens at thresholds that were chosen on training rows; two classes only.
    #[serde(default)]
    pub operating: Vec<operating::AtThreshold>,
    /// How the target was divided, where it was not by cross-validation or by marked rows.
    #[serde(default)]
    pub divided: Option<designs::Divided>,
    /// Secondary estimates from bootstrap refits, where asked for.
    #[serde(default)]
    pub internal: Option<designs::Internal>,
    /// What the features add to the predictions of held-out patients, by source model and transferred model.
    #[serde(default)]
    pub explanation: Option<explanation::Explanation>,
    /// Which source rows carry the most weight; absent for methods without a measure.
    #[serde(default)]
    pub influence: Option<influence::Influence>,
    /// The rounds of methods that label rows on their own, a fit each; empty without such a method.
    #[serde(default)]
    pub rounds: Vec<rounds::Rounds>,
    /// The modes of a method over numbers of target rows, where asked for.
    #[serde(default)]
    pub modes: Option<modes::Modes>,
    /// How networks of several losses were trained, a fit of the first repeat each; empty without such a method.
    #[serde(default)]
    pub trainings: Vec<trainings::Training>,
    /// What networks make of both domains' rows.
    #[serde(default)]
    pub maps: Vec<maps::FeatureMap>,
    /// Forecasts of glucose in the error grids.
    #[serde(default)]
    pub glucose: Option<glucose::Glucose>,
    /// What goes along with the predictions of a method that learned from a second outcome of the source.
    #[serde(default)]
    pub association: Option<association::Association>,
    /// The genes that drive the calls of a method that goes from bulk samples to cells.
    #[serde(default)]
    pub critical: Option<critical::CriticalGenes>,
    /// Out-of-fold predictions of each evaluated row.
    pub predictions: Predictions,
}

/// The words of the estimand are made from these.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Estimand {
    /// The primary metric.
    pub metric: Metric,
    /// Target rows in a training set.
    pub n_train: f64,
    /// Evaluated rows.
    pub n_evaluated: u32,
    /// Events among them (two classes).
    pub events: Option<u32>,
    /// Cross-validation, or a given test set.
    pub design: Design,
    /// Folds.
    pub folds: u32,
    /// Repeats.
    pub repeats: u32,
}

/// A secondary contrast.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Secondary {
    /// The method that is compared with the baseline.
    pub method: String,
    /// In which metric.
    pub metric: Metric,
    /// The contrast; its `p_adjusted` is Holm's over all secondary ones.
    pub contrast: Contrast,
}

/// A method's performance.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct MethodReport {
    /// The method.
    pub id: String,
    /// `transfer`, `baseline` or `other`.
    pub role: String,
    /// Every metric that is defined: over the folds.
    pub metrics: Vec<MetricReport>,
    /// ROC, averaged over folds at equal false-positive rates: (false-positive rate, sensitivity).
    pub roc: Vec<(f64, f64)>,
    /// Precision over recall, likewise: (recall, precision).
    pub pr: Vec<(f64, f64)>,
    /// Calibration in bins of the averaged predictions.
    pub calibration: Vec<Bin>,
    /// The smooth calibration curve: (predicted, observed).
    pub calibration_curve: Vec<(f64, f64)>,
    /// Risk histograms.
    pub risks: Option<Risks>,
    /// What it chose on its own, and in how many folds.
    pub choices: BTreeMap<String, u32>,
}

/// A metric over the folds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricReport {
    /// Which.
    pub metric: Metric,
    /// Mean over the folds.
    pub mean: f64,
    /// Standard deviation over the folds.
    pub sd: f64,
    /// 95 % interval of the mean that carries the variance of training.
    pub low: Option<f64>,
    /// Its upper end.
    pub high: Option<f64>,
}

/// Risks of those with and without the event, in bins of equal width from 0 to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Risks {
    /// Rows with the event in each bin.
    pub event: Vec<u32>,
    /// Rows without.
    pub non_event: Vec<u32>,
    /// Mean risk of those with the event minus that of those without.
    #[serde(default)]
    pub discrimination_slope: Option<f64>,
}

/// A point of the learning curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LearningPoint {
    /// `frozen_0` …, `scratch`, `linear`, `source_only`.
    pub line: String,
    /// Target rows.
    pub n: u32,
    /// Mean of the primary metric over the repeats.
    pub mean: f64,
    /// Its standard deviation.
    pub sd: f64,
    /// Every repeat.
    pub values: Vec<f64>,
}

/// A cell of Hanczar's grid.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gain {
    /// Frozen layers.
    pub frozen: u32,
    /// Target rows.
    pub n: u32,
    /// Mean gain over the network from scratch on the same rows; positive is better.
    pub gain: f64,
    /// Wilcoxon's signed rank over the repeats; absent where it is undefined.
    pub p: Option<f64>,
}

/// A feature's importance.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Importance {
    /// The feature.
    pub feature: String,
    /// Mean drop in the source model; absent where it was not explained.
    pub source: Option<f64>,
    /// Mean drop in the transferred model.
    pub transferred: f64,
    /// Its range over the folds.
    pub low: f64,
    /// The range's upper end.
    pub high: f64,
}

/// Out-of-fold predictions.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Predictions {
    /// What each evaluated row is called.
    pub id: Vec<String>,
    /// The truth: class names or numbers.
    pub truth: Vec<Value>,
    /// The event's probability (or the value) by each method, averaged over the repeats.
    pub methods: BTreeMap<String, Vec<f64>>,
}

/// The report as a file.
///
/// # Errors
/// [`crate::Code::Internal`] if it cannot be written as JSON.
pub fn to_json(report: &Report) -> crate::Result<String> {
    serde_json::to_string(report).map_err(|e| crate::Code::Internal.err().with("reason", e))
}
