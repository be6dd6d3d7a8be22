//! Who is in the study: rows of features, their labels, and what a method may see of them.
//!
//! A [`Task`] holds no held-out label: a method cannot look at what it is judged on.

use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// How a feature is measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum FeatureKind {
    /// A number; NaN is missing.
    Number,
    /// One of these levels, stored as its index; NaN is missing.
    Category {
        /// The levels' names, in the order of their codes.
        levels: Vec<String>,
    },
}

/// A feature of both tables, by the target's name.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Feature {
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: FeatureKind,
}

/// The values of all rows of one side, column by column, as they were recorded: neither imputed nor scaled.
#[derive(Debug, Clone, PartialEq)]
pub struct Frame {
    /// What the columns are.
    pub features: Vec<Feature>,
    /// `features.len()` columns of equal length; NaN is missing, a category is the index of its level.
    pub columns: Vec<Vec<f32>>,
}

impl Frame {
    /// The number of rows.
    pub fn rows(&self) -> usize {
        self.columns.first().map_or(0, Vec::len)
    }
}

/// Some rows of a shared [`Frame`], by index: folds never copy the data.
#[derive(Debug, Clone)]
pub struct View {
    frame: Arc<Frame>,
    rows: Arc<[u32]>,
}

impl View {
    /// All rows of a frame.
    pub fn all(frame: Frame) -> Self {
        let rows = (0..frame.rows() as u32).collect();
        Self { frame: Arc::new(frame), rows }
    }
    /// These rows of this view, in this order; an index outside is left out.
    pub fn select(&self, rows: &[usize]) -> Self {
        let rows = rows.iter().filter_map(|&row| self.rows.get(row).copied()).collect();
        Self { frame: Arc::clone(&self.frame), rows }
    }
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.rows.len()
    }
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
    /// The features.
    pub fn features(&self) -> &[Feature] {
        &self.frame.features
    }
    /// The values of one feature over the rows; empty if there is no such feature.
    pub fn column(&self, feature: usize) -> impl Iterator<Item = f32> + '_ {
        let column: &[f32] = self.frame.columns.get(feature).map_or(&[], Vec::as_slice);
        self.rows.iter().filter_map(move |&row| column.get(row as usize).copied())
    }
    /// One feature in double precision, for statistics.
    pub fn column_f64(&self, feature: usize) -> Vec<f64> {
        self.column(feature).map(f64::from).collect()
    }
    /// The same rows with one feature's values replaced (permutation importance).
    pub fn with_column(&self, feature: usize, values: Vec<f32>) -> Self {
        let columns = (0..self.features().len())
            .map(|f| if f == feature { values.clone() } else { self.column(f).collect() })
            .collect();
        Self::all(Frame { features: self.features().to_vec(), columns })
    }
}

/// What is to be predicted, one value a row.
#[derive(Debug, Clone, PartialEq)]
pub enum Labels {
    /// Classes; `None` is unlabelled.
    Classes {
        /// The classes' names; both sides of a task use the same order.
        names: Vec<String>,
        /// The class that counts as the event; two classes only.
        event: usize,
        /// The class of each row.
        codes: Vec<Option<u32>>,
    },
    /// Numbers; NaN is unlabelled.
    Values {
        /// The unit, for the axes; empty if unknown.
        unit: String,
        /// The value of each row.
        values: Vec<f64>,
    },
    /// Several labels (drugs, assays); a kind per label.
    Several(Vec<(String, Labels)>),
}

impl Labels {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Labels::Classes { codes, .. } => codes.len(),
            Labels::Values { values, .. } => values.len(),
            Labels::Several(labels) => labels.first().map_or(0, |(_, label)| label.len()),
        }
    }
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// These rows.
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Labels::Classes { names, event, codes } => Labels::Classes {
                names: names.clone(),
                event: *event,
                codes: rows.iter().filter_map(|&row| codes.get(row).copied()).collect(),
            },
            Labels::Values { unit, values } => Labels::Values {
                unit: unit.clone(),
                values: rows.iter().filter_map(|&row| values.get(row).copied()).collect(),
            },
            Labels::Several(labels) => {
                Labels::Several(labels.iter().map(|(name, label)| (name.clone(), label.select(rows))).collect())
            }
        }
    }
    /// Which rows have a label (any, where there are several).
    pub fn labelled(&self) -> Vec<usize> {
        match self {
            Labels::Classes { codes, .. } => (0..codes.len()).filter(|&row| codes[row].is_some()).collect(),
            Labels::Values { values, .. } => (0..values.len()).filter(|&row| !values[row].is_nan()).collect(),
            Labels::Several(labels) => {
                let mut rows: Vec<usize> = labels.iter().flat_map(|(_, label)| label.labelled()).collect();
                rows.sort_unstable();
                rows.dedup();
                rows
            }
        }
    }
    /// The labels of several, one after the other; `None` where they are not of one kind.
    pub fn join(parts: &[&Labels]) -> Option<Self> {
        let mut joined = (*parts.first()?).clone();
        for part in parts.iter().skip(1) {
            match (&mut joined, part) {
                (Labels::Classes { names, event, codes }, Labels::Classes { names: n, event: e, codes: c })
                    if names == n && event == e =>
                {
                    codes.extend_from_slice(c);
                }
                (Labels::Values { values, .. }, Labels::Values { values: v, .. }) => values.extend_from_slice(v),
                _ => return None,
            }
        }
        Some(joined)
    }
    /// Labels of the same kind for so many rows, none of them known.
    pub fn unknown(&self, rows: usize) -> Self {
        match self {
            Labels::Classes { names, event, .. } => {
                Labels::Classes { names: names.clone(), event: *event, codes: vec![None; rows] }
            }
            Labels::Values { unit, .. } => Labels::Values { unit: unit.clone(), values: vec![f64::NAN; rows] },
            Labels::Several(labels) => {
                Labels::Several(labels.iter().map(|(name, label)| (name.clone(), label.unknown(rows))).collect())
            }
        }
    }
    /// The strata for splitting: the classes, or quarters of the values; unlabelled rows go to the last stratum.
    pub fn strata(&self) -> Vec<u32> {
        match self {
            Labels::Classes { names, codes, .. } => {
                codes.iter().map(|code| code.unwrap_or(names.len() as u32)).collect()
            }
            Labels::Values { values, .. } => {
                let mut sorted: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
                sorted.sort_by(f64::total_cmp);
                let cut = |q: usize| sorted.get(sorted.len() * q / 4).copied().unwrap_or(f64::INFINITY);
                let cuts = [cut(1), cut(2), cut(3)];
                values
                    .iter()
                    .map(|v| if v.is_nan() { 4 } else { cuts.iter().filter(|&&cut| *v >= cut).count() as u32 })
                    .collect()
            }
            Labels::Several(labels) => labels.first().map_or_else(Vec::new, |(_, label)| label.strata()),
        }
    }
}

/// Which table a cohort came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// Where the experience is.
    Source,
    /// Where it is to help.
    Target,
}

/// Rows of one domain with all that is known of them.
#[derive(Debug, Clone)]
pub struct Cohort {
    /// The features.
    pub x: View,
    /// The labels, where there are any.
    pub y: Option<Labels>,
    /// What the person calls each row (never shown to a method's arithmetic).
    pub id: Arc<[String]>,
    /// The domain's name: a file, a site, a batch.
    pub domain: String,
    /// Rows of one patient (or family, or plate) share a number and never stand on both sides of a split.
    pub group: Option<Vec<u32>>,
    /// Times, for series and temporal splits, in days.
    pub time: Option<Vec<f64>>,
    /// A second outcome that this side alone has, a number a row (a drug's log IC50); NaN is unknown. No feature and
    /// not what is judged: methods that know two outcomes learn from it.
    pub outcome: Option<Vec<f64>>,
    /// Which side it is.
    pub side: Side,
}

impl Cohort {
    /// The number of rows.
    pub fn len(&self) -> usize {
        self.x.len()
    }
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.x.is_empty()
    }
    /// These rows.
    pub fn select(&self, rows: &[usize]) -> Self {
        let pick = |values: &Vec<u32>| rows.iter().filter_map(|&row| values.get(row).copied()).collect();
        let pick_real = |values: &Vec<f64>| rows.iter().filter_map(|&row| values.get(row).copied()).collect();
        Self {
            x: self.x.select(rows),
            y: self.y.as_ref().map(|y| y.select(rows)),
            id: rows.iter().filter_map(|&row| self.id.get(row).cloned()).collect(),
            domain: self.domain.clone(),
            group: self.group.as_ref().map(pick),
            time: self.time.as_ref().map(pick_real),
            outcome: self.outcome.as_ref().map(pick_real),
            side: self.side,
        }
    }
    /// The same rows without their labels: what a prediction may see.
    pub fn without_labels(&self) -> Self {
        Self { y: None, ..self.clone() }
    }
    /// The rows of several cohorts with the same features, one after the other, under the first one's name.
    /// Labels, groups, times and second outcomes are there where all parts have them.
    pub fn join(parts: &[Cohort], side: Side) -> Option<Self> {
        let first = parts.first()?;
        let columns = (0..first.x.features().len())
            .map(|feature| parts.iter().flat_map(|part| part.x.column(feature)).collect())
            .collect();
        let labels: Option<Vec<&Labels>> = parts.iter().map(|part| part.y.as_ref()).collect();
        let groups: Option<Vec<&Vec<u32>>> = parts.iter().map(|part| part.group.as_ref()).collect();
        let times: Option<Vec<&Vec<f64>>> = parts.iter().map(|part| part.time.as_ref()).collect();
        let outcomes: Option<Vec<&Vec<f64>>> = parts.iter().map(|part| part.outcome.as_ref()).collect();
        Some(Self {
            x: View::all(Frame { features: first.x.features().to_vec(), columns }),
            y: labels.and_then(|labels| Labels::join(&labels)),
            id: parts.iter().flat_map(|part| part.id.iter().cloned()).collect(),
            domain: first.domain.clone(),
            group: groups.map(|groups| groups.into_iter().flatten().copied().collect()),
            time: times.map(|times| times.into_iter().flatten().copied().collect()),
            outcome: outcomes.map(|outcomes| outcomes.into_iter().flatten().copied().collect()),
            side,
        })
    }
    /// The labelled rows alone.
    pub fn labelled(&self) -> Self {
        match &self.y {
            Some(y) => self.select(&y.labelled()),
            None => self.select(&[]),
        }
    }
}

/// What a method may learn from.
#[derive(Debug, Clone)]
pub struct Task {
    /// The source domains; empty where a saved pre-trained model stands for them.
    pub sources: Vec<Cohort>,
    /// The labelled training rows of the target.
    pub target: Cohort,
    /// Rows of the target without labels; held-out rows are here only in designs that are declared transductive.
    pub unlabelled: Option<Cohort>,
}

/// What a model says of rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Prediction {
    /// Probabilities, row by row: `rows × names.len()`, each row summing to 1.
    Classes {
        /// The classes' names.
        names: Vec<String>,
        /// Row-major probabilities.
        probabilities: Vec<f64>,
    },
    /// Numbers, one a row.
    Values {
        /// The predicted values, in the label's unit.
        values: Vec<f64>,
    },
}

impl Prediction {
    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Prediction::Classes { names, probabilities } => probabilities.len() / names.len().max(1),
            Prediction::Values { values } => values.len(),
        }
    }
    /// Puts what is said of some rows in the place of what was said of them; `rows` are the places, `part` the same kind
    /// of prediction.
    pub fn put(&mut self, rows: &[usize], part: &Prediction) {
        let (into, from, width) = match (self, part) {
            (Prediction::Values { values }, Prediction::Values { values: part }) => (values, part, 1),
            (Prediction::Classes { names, probabilities }, Prediction::Classes { probabilities: part, .. }) => {
                (probabilities, part, names.len().max(1))
            }
            _ => return,
        };
        for (&row, said) in rows.iter().zip(from.chunks(width)) {
            if let Some(place) = into.get_mut(row * width..(row + 1) * width) {
                place.copy_from_slice(said);
            }
        }
    }
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The probability of one class over the rows, or the values.
    pub fn score(&self, class: usize) -> Vec<f64> {
        match self {
            Prediction::Classes { names, probabilities } => {
                probabilities.chunks(names.len().max(1)).filter_map(|row| row.get(class).copied()).collect()
            }
            Prediction::Values { values } => values.clone(),
        }
    }
}
