//! The whole experiment as one value: what is read how, who plays which part, what is compared, and how it is judged.
//!
//! A plan saved in the page gives the same results in the command, and is refused by name where it does not fit.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Code, Result};
use crate::explain::attribute::TreeForm;
use crate::methods::registry;
use crate::metrics::Metric;
use crate::preprocess::{LabelKind, OnePerson, Preparation, Role};
use crate::table::ReadOptions;
use crate::train::Imputation;

/// Version of the file; raised when old plans can no longer be read.
pub const VERSION: u32 = 1;

/// An experiment: see the [module](self).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// [`VERSION`].
    pub version: u32,
    /// The source tables; empty where a saved pre-trained model stands for them.
    pub sources: Vec<TablePlan>,
    /// The saved pre-trained model that stands for the sources.
    #[serde(default)]
    pub source_model: Option<String>,
    /// The target tables.
    pub targets: Vec<TablePlan>,
    /// What the columns are, how they correspond, and what is predicted. Without a label in the target there are shift
    /// and predictions only.
    pub preparation: Preparation,
    /// The primary metric, declared before the run.
    pub metric: Metric,
    /// The transfer procedure that the verdict is about.
    pub transfer: Chosen,
    /// What it is compared with.
    pub baseline: Chosen,
    /// Other methods, for secondary contrasts.
    #[serde(default)]
    pub others: Vec<Chosen>,
    /// How it is judged.
    pub design: Design,
    /// The grid of frozen layers and sample sizes, where asked for.
    #[serde(default)]
    pub grid: Option<Grid>,
    /// Whether source and target are exchanged as well.
    #[serde(default)]
    pub both_directions: bool,
    /// Permutations of each feature inside the test folds; 0 leaves the importance out.
    pub importance: u32,
    /// Folds of the training rows over which a threshold is chosen, in the first repeat; 0 leaves thresholds out.
    #[serde(default)]
    pub thresholds: u32,
    /// What is told of each feature's part in the predictions.
    #[serde(default)]
    pub explain: Explain,
    /// Where networks are trained.
    pub device: DeviceChoice,
    /// The seed of every stream.
    pub seed: u32,
    /// The groups of patients that performance is told in; absent: found by their names (sex, age, site).
    #[serde(default)]
    pub subgroups: Option<Vec<Grouping>>,
    /// Whether the learning curve also compares the two procedures of the verdict: from how many target rows on does
    /// transfer stop paying?
    #[serde(default)]
    pub crossing: bool,
    /// How the target is divided into rows to learn from and rows to be judged on. Rows that are marked as test go
    /// before it.
    #[serde(default)]
    pub split: Split,
    /// Bootstrap refits for the optimism and .632+ estimates beside the verdict; 0 leaves them out.
    #[serde(default)]
    pub refits: u32,
    /// How missing values are met, inside the training rows of each fold.
    #[serde(default)]
    pub imputation: Imputation,
    /// Rows of the target whose fingerprints are at least so alike (Tanimoto's coefficient, Butina's clusters) are never
    /// divided; absent: only groups are kept together.
    #[serde(default)]
    pub similarity: Option<f64>,
    /// Whether networks' features of both domains are drawn, in one fold.
    #[serde(default)]
    pub maps: bool,
}

/// How the target is divided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Split {
    /// Repeated cross-validation. It is nested as it stands: what a method chooses, it chooses by inner folds of the outer
    /// fold's training rows.
    #[default]
    #[serde(alias = "nested")]
    Repeated,
    /// Learned from the earlier rows, judged on the later ones, by the column of times.
    Temporal,
    /// Each site is judged by models that learned from the others.
    LeaveSiteOut,
}

/// A column whose values make groups of patients.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grouping {
    /// The target's column.
    pub column: String,
    /// Where a number is cut into bands, increasing, the lower end inside; empty: at its tertiles.
    #[serde(default)]
    pub cuts: Vec<f64>,
}

/// One table and how it is read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TablePlan {
    /// The file's name.
    pub name: String,
    /// The table's fingerprint (hexadecimal); another file under the same plan is allowed, and said.
    #[serde(default)]
    pub fingerprint: String,
    /// How it was read.
    #[serde(default)]
    pub read: ReadOptions,
}

/// A method with its settings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chosen {
    /// The method's id.
    pub method: String,
    /// Its settings; what is absent takes its default.
    #[serde(default)]
    pub config: Value,
}

/// How methods are judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Design {
    /// Folds of the cross-validation; without a meaning where test rows are given.
    pub folds: u32,
    /// Repeats with new folds; where test rows are given, of fits on all training rows and on both halves of a cut.
    pub repeats: u32,
    /// Pre-trainings under different seeds; repeats take them in turn.
    pub seeds: u32,
}

impl Default for Design {
    fn default() -> Self {
        Self { folds: 5, repeats: 5, seeds: 2 }
    }
}

/// What is told of each feature's part in the predictions, and of the source rows' part in the models.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Explain {
    /// Patients whose predictions are taken apart, at most; of more, a stratified sample. 0 leaves the explanation out.
    pub patients: u32,
    /// How trees are taken apart.
    #[serde(default)]
    pub trees: TreeForm,
}

impl Default for Explain {
    fn default() -> Self {
        Self { patients: 500, trees: TreeForm::Against }
    }
}

/// The grid of a study over numbers of target rows: Hanczar's over frozen layers, or one over a method's modes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grid {
    /// Numbers of frozen layers.
    pub frozen: Vec<u32>,
    /// Numbers of target rows; those above what is there are left out, and said.
    pub sizes: Vec<u32>,
    /// Repeats on new subsamples.
    pub repeats: u32,
    /// Modes of the transfer procedure that are compared at each size, for one that has the setting `mode`.
    #[serde(default)]
    pub modes: Vec<String>,
    /// Whether each subsample has as many rows of one class as of the other.
    #[serde(default)]
    pub balanced: bool,
}

/// Where networks are trained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceChoice {
    /// By a short measurement.
    Auto,
    /// On the processor.
    Cpu,
    /// On the graphics processor.
    Gpu,
}

impl Plan {
    /// A plan with the defaults for these tables, roles and mapping.
    pub fn new(sources: Vec<TablePlan>, targets: Vec<TablePlan>, mut preparation: Preparation) -> Self {
        // Windows are forecasts, person by person.
        let windows = targets.iter().any(|table| table.read.windows.is_some());
        if windows && preparation.person.is_none() {
            preparation.person = Some(OnePerson::default());
        }
        let classes = matches!(preparation.label.kind, LabelKind::Classes { .. });
        // With given test rows every repeat is a fit on all training rows and two on halves of them.
        let marked = preparation.target_roles.one(Role::Set).is_some();
        let repeats = if windows { 4 } else { 10 };
        let design = if marked { Design { repeats, ..Design::default() } } else { Design::default() };
        let chosen = |method: &str| Chosen { method: method.to_owned(), config: Value::Null };
        Self {
            version: VERSION,
            sources,
            source_model: None,
            targets,
            preparation,
            metric: if classes { Metric::Auroc } else { Metric::Rmse },
            transfer: chosen(if windows { "atl" } else { "hanczar" }),
            baseline: chosen("target_only"),
            others: if windows {
                ["persistence", "series_target_only", "target_only_linear"].map(chosen).to_vec()
            } else {
                ["source_only", "pooled", "target_only_network", "target_only_linear"].map(chosen).to_vec()
            },
            design,
            grid: None,
            both_directions: false,
            // A hundred columns of one history are no hundred features.
            importance: if windows { 0 } else { 3 },
            thresholds: 5,
            explain: Explain::default(),
            device: DeviceChoice::Auto,
            seed: 1,
            subgroups: None,
            crossing: true,
            split: Split::Repeated,
            refits: 0,
            imputation: Imputation::default(),
            similarity: None,
            maps: true,
        }
    }

    /// Reads a plan file.
    ///
    /// # Errors
    /// [`Code::BadPlan`] with the place and the reason.
    pub fn from_json(text: &str) -> Result<Self> {
        let bad = |reason: String| Code::BadPlan.err().with("reason", reason);
        let plan: Self = serde_json::from_str(text).map_err(|e| bad(e.to_string()))?;
        if plan.version != VERSION {
            return Err(bad(format!("version {} is not {VERSION}", plan.version)));
        }
        plan.check()?;
        Ok(plan)
    }

    /// The plan as a file.
    ///
    /// # Errors
    /// [`Code::Internal`] if it cannot be written as JSON.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string_pretty(self).map_err(|e| Code::Internal.err().with("reason", e))
    }

    /// The compared methods: the transfer procedure, the baseline, the others; no method twice with equal settings.
    pub fn methods(&self) -> Vec<&Chosen> {
        let mut methods: Vec<&Chosen> = Vec::new();
        for chosen in [&self.transfer, &self.baseline].into_iter().chain(&self.others) {
            if !methods.contains(&chosen) {
                methods.push(chosen);
            }
        }
        methods
    }

    /// Checks every number and every method's settings, by name.
    ///
    /// # Errors
    /// [`Code::OutOfRange`], [`Code::Unknown`] or what the settings say.
    pub fn check(&self) -> Result<()> {
        in_range("design.folds", self.design.folds, 2, 20)?;
        in_range("design.repeats", self.design.repeats, 1, 100)?;
        in_range("design.seeds", self.design.seeds, 1, 20)?;
        in_range("importance", self.importance, 0, 100)?;
        if self.thresholds > 0 {
            in_range("thresholds", self.thresholds, 2, 20)?;
        }
        in_range("refits", self.refits, 0, 2000)?;
        in_range("explain.patients", self.explain.patients, 0, 5000)?;
        if let Some(grid) = &self.grid {
            in_range("grid.repeats", grid.repeats, 1, 100)?;
            for &size in &grid.sizes {
                in_range("grid.sizes", size, 2, 1_000_000)?;
            }
            for &frozen in &grid.frozen {
                in_range("grid.frozen", frozen, 0, 16)?;
            }
            let method = registry::find(&self.transfer.method)?;
            for mode in &grid.modes {
                let mut config = method.settings(&self.transfer.config)?;
                config["mode"] = Value::String(mode.clone());
                method.settings(&config)?;
            }
        }
        if let Some(least) = self.similarity.filter(|least| !(0.1..=1.0).contains(least)) {
            let range = Code::OutOfRange.err().with("field", "similarity").with("value", least);
            return Err(range.with("low", 0.1).with("high", 1));
        }
        for grouping in self.subgroups.iter().flatten() {
            if grouping.cuts.windows(2).any(|pair| pair[0] >= pair[1]) || grouping.cuts.iter().any(|c| !c.is_finite()) {
                return Err(Code::WrongType
                    .err()
                    .with("field", "subgroups.cuts")
                    .with("value", format!("{:?}", grouping.cuts))
                    .with("expected", "increasing numbers"));
            }
        }
        for chosen in self.methods() {
            registry::find(&chosen.method)?.settings(&chosen.config)?;
        }
        Ok(())
    }

    /// Whether classes are predicted.
    pub fn is_classes(&self) -> bool {
        matches!(self.preparation.label.kind, LabelKind::Classes { .. })
    }
}

fn in_range(field: &str, value: u32, low: u32, high: u32) -> Result<()> {
    if (low..=high).contains(&value) {
        return Ok(());
    }
    Err(Code::OutOfRange.err().with("field", field).with("value", value).with("low", low).with("high", high))
}
