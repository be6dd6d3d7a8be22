//! Reviewed rows (*gold*) and rows whose label is not known or not trusted (*silver*), side by side as trees see them.
//!
//! The labels of silver rows, where there are any, are kept apart: they are compared with, never learned from.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::encoder::Encoder;
use super::forest::{Grown, as_recorded, stacked};
use super::grid::Point;
use super::head::Head;
use super::rows::{Known, canonical, order_of};
use crate::cohort::{Cohort, Labels, Side, Task};
use crate::error::{Code, Result};
use crate::methods::Model;
use crate::methods::card::Paper;
use crate::metrics::{Metric, Truth};
use crate::trees::{Forest, Loss, Matrix};
use crate::watch::Round;

/// Self-training, cluster-then-label and fine-tuning in two phases: the study that compared them.
pub const PAPER: Paper = Paper {
    authors: "Bashiri FS, Caskey JR, Mayampurath A, et al.",
    year: 2022,
    title: "Identifying infected patients using semi-supervised and transfer learning",
    doi: "10.1093/jamia/ocac109",
};

/// See the [module](self). Gold rows come first.
#[derive(Debug, Clone)]
pub struct Pool {
    /// From recorded values to columns.
    pub encoder: Encoder,
    /// The classes.
    pub names: Vec<String>,
    /// The event's number.
    pub event: usize,
    /// The class of each gold row.
    pub gold: Vec<usize>,
    /// What is said of each silver row, where anything is: for comparison alone.
    pub hidden: Vec<Option<usize>>,
    /// Gold and silver as they were recorded; silver without labels.
    pub rows: [Cohort; 2],
    x: Vec<f32>,
    groups: Option<Vec<u32>>,
}

/// Why the rounds of a self-labelling method ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// Four rounds in a row gained less than 0.02.
    Plateau,
    /// As many rounds as were allowed.
    Rounds,
    /// No silver row is left.
    AllLabelled,
    /// None of those left reached the threshold.
    NoneReached,
    /// None reached it in the first round: nothing was labelled at all.
    NothingReached,
    /// One pass was all there was to be.
    OnePass,
    /// No cluster was nearly of one class: nothing was labelled.
    MixedClusters,
}

impl Ended {
    /// Its name, as in the words.
    pub fn as_str(self) -> &'static str {
        match self {
            Ended::Plateau => "plateau",
            Ended::Rounds => "rounds",
            Ended::AllLabelled => "all_labelled",
            Ended::NoneReached => "none_reached",
            Ended::NothingReached => "nothing_reached",
            Ended::OnePass => "one_pass",
            Ended::MixedClusters => "mixed_clusters",
        }
    }
}

/// What a self-labelling method did, as it stands in its model: counts, no row.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Labelling {
    /// The classes.
    pub names: Vec<String>,
    /// The event's number.
    pub event: u32,
    /// The probability from which a row was labelled; absent where none decided.
    pub threshold: Option<f64>,
    /// The round whose rows were kept.
    pub best: u32,
    /// Why there were no more.
    pub ended: Ended,
    /// Reviewed rows that judged the rounds.
    pub judges: u32,
    /// The rounds; 0 is the fit on reviewed rows alone.
    pub rounds: Vec<Round>,
}

impl Labelling {
    /// Of a model's choice, where it has one.
    pub fn of(choice: &Value) -> Option<Self> {
        serde_json::from_value(choice.get("labelling")?.clone()).ok()
    }
}

/// Which rows are silver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silver {
    /// The source's rows, without their labels, and the target's unlabelled ones.
    Both,
    /// The source's alone.
    Source,
    /// The target's unlabelled ones alone.
    Target,
}

impl Silver {
    /// By the name of the option.
    pub fn of(name: &str) -> Self {
        match name {
            "source" => Silver::Source,
            "target" => Silver::Target,
            _ => Silver::Both,
        }
    }
}

impl Pool {
    /// The pool of a task.
    ///
    /// # Errors
    /// [`Code::LabelMissingInTarget`], [`Code::OneClass`], [`Code::NeedNotMet`] for numbers, [`Code::TooFewRows`] without a
    /// silver row.
    pub fn of(task: &Task, which: Silver, method: &str) -> Result<Self> {
        let gold = canonical(&task.target);
        let known = Known::of(&gold, Code::LabelMissingInTarget)?;
        let Known::Classes { names, event, codes } = &known else {
            return Err(Code::NeedNotMet.err().with("method", method).with("need", "an outcome of classes"));
        };
        known.check()?;
        let mut parts: Vec<&Cohort> = Vec::new();
        if which != Silver::Target {
            parts.extend(&task.sources);
        }
        if which != Silver::Source {
            parts.extend(&task.unlabelled);
        }
        let hidden: Vec<Option<usize>> = parts.iter().flat_map(|part| said(part, names)).collect();
        let bare: Vec<Cohort> = parts.iter().map(|part| part.without_labels()).collect();
        let bare = Cohort::join(&bare, Side::Target).filter(|rows| !rows.is_empty());
        let none = || Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "self-labelling (silver)");
        let bare = bare.ok_or_else(none)?;
        // The order must not depend on what is hidden.
        let order = order_of(&bare);
        let silver = bare.select(&order);
        let encoder = as_recorded(Encoder::fit(&[&gold, &silver], usize::MAX)?);
        // A silver row is a person of its own: whose it is cannot be told across tables.
        let groups = gold.group.as_ref().map(|own| {
            let next = own.iter().max().map_or(0, |most| most + 1);
            own.iter().copied().chain((0..silver.len() as u32).map(|row| next + row)).collect()
        });
        Ok(Self {
            x: stacked(&encoder, &[&gold, &silver])?,
            encoder,
            names: names.clone(),
            event: *event,
            gold: codes.clone(),
            hidden: order.iter().map(|&row| hidden.get(row).copied().flatten()).collect(),
            groups,
            rows: [gold, silver],
        })
    }

    /// All rows.
    pub fn len(&self) -> usize {
        self.gold.len() + self.hidden.len()
    }
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Columns as trees see them.
    pub fn columns(&self) -> usize {
        self.encoder.columns.len()
    }
    /// Who belongs together, where that is known.
    pub fn groups(&self) -> Option<&[u32]> {
        self.groups.as_deref()
    }
    /// The loss of these classes.
    pub fn loss(&self) -> Loss {
        if self.names.len() == 2 { Loss::Logistic } else { Loss::Softmax { classes: self.names.len() } }
    }
    /// The classes as a head.
    pub fn head(&self) -> Head {
        Head::Classes { names: self.names.clone(), event: self.event }
    }
    /// A column of all rows.
    pub fn column(&self, column: usize) -> &[f32] {
        self.x.get(column * self.len()..(column + 1) * self.len()).unwrap_or(&[])
    }
    /// Some rows, column after column.
    pub fn gather(&self, rows: &[usize]) -> Vec<f32> {
        (0..self.columns())
            .flat_map(|column| {
                let values = self.column(column);
                rows.iter().filter_map(|&row| values.get(row).copied())
            })
            .collect()
    }
    /// Probabilities of all classes, row after row.
    ///
    /// # Errors
    /// [`Code::Internal`] where the forest is of other columns.
    pub fn predict(&self, forest: &Forest, rows: &[usize]) -> Result<Vec<f64>> {
        let x = self.gather(rows);
        let p = forest.predict(&Matrix::new(&x, rows.len(), self.columns())?)?;
        Ok(if self.names.len() == 2 { p.iter().flat_map(|&p| [1.0 - p, p]).collect() } else { p })
    }
    /// The area under the ROC curve of these probabilities (for more classes the mean of one against the rest); `None`
    /// where a class is absent.
    pub fn auc(&self, said: &[f64], rows: &[usize], codes: &[usize]) -> Option<f64> {
        let y: Vec<u32> = rows.iter().filter_map(|&row| codes.get(row)).map(|&code| code as u32).collect();
        Metric::Auroc.compute(Truth::Classes { y: &y, classes: self.names.len() }, said)
    }
    /// Rows of the class that has fewest of those that are there.
    pub fn fewest(&self, rows: &[usize], codes: &[usize]) -> usize {
        self.counts(rows, codes).into_iter().filter(|&n| n > 0).min().unwrap_or(0) as usize
    }
    /// The class of each row before any is given here: the gold rows' own, and the number of classes where there is none.
    pub fn start(&self) -> Vec<usize> {
        let none = self.names.len();
        self.gold.iter().copied().chain(self.hidden.iter().map(|_| none)).collect()
    }
    /// Of silver rows that were given these classes: how many are said to have any, and how many this one.
    pub fn agreement(&self, rows: &[usize], codes: &[usize]) -> (u32, u32) {
        let hidden = |row: usize| self.hidden.get(row.checked_sub(self.gold.len())?).copied().flatten();
        let told = rows.iter().filter_map(|&row| Some((hidden(row)?, codes.get(row)?)));
        told.fold((0, 0), |(all, same), (hidden, given)| (all + 1, same + u32::from(hidden == *given)))
    }
    /// The model's bytes: the forest, its settings and what was done.
    ///
    /// # Errors
    /// [`Code::Internal`] where it cannot be written.
    pub fn into_model(
        self,
        method: &str,
        config: &Value,
        (forest, point): (Forest, Point),
        told: Labelling,
    ) -> Result<Model> {
        let chosen = json!({
            "trees": point.trees, "eta": point.eta, "max_depth": point.max_depth,
            "min_child_weight": point.min_child_weight, "labelling": told,
        });
        let grown = Grown { head: self.head(), encoder: self.encoder, forest, chosen };
        grown.to_model(method, config)
    }
    /// Rows of each class.
    pub fn counts(&self, rows: &[usize], codes: &[usize]) -> Vec<u32> {
        let mut counts = vec![0; self.names.len()];
        for code in rows.iter().filter_map(|&row| codes.get(row)) {
            if let Some(count) = counts.get_mut(*code) {
                *count += 1;
            }
        }
        counts
    }
}

/// What a cohort's labels say of its rows, as numbers of these classes.
fn said(cohort: &Cohort, names: &[String]) -> Vec<Option<usize>> {
    match &cohort.y {
        Some(Labels::Classes { names: theirs, codes, .. }) => {
            let place: Vec<Option<usize>> =
                theirs.iter().map(|name| names.iter().position(|own| own == name)).collect();
            codes.iter().map(|code| code.and_then(|code| place.get(code as usize).copied().flatten())).collect()
        }
        _ => vec![None; cohort.len()],
    }
}
