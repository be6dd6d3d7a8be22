//! What the features add to the predictions of held-out rows, fold by fold: of the transferred model, and of the source
//! model on the same rows. The reference is the fold's training rows of the target, the same for both.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::prepare::{Entry, Prepared};
use super::sides::{Sides, keys, strata};
use super::unit::Direction;
use crate::cohort::{Cohort, Labels};
use crate::error::{Code, Result};
use crate::explain::attribute::{Attributions, Explained, KEPT, Way};
use crate::methods::Model;
use crate::split::{Fold, Respect, nested_subsamples_of};
use crate::train::Run;

/// Multiplications that one fold may spend on a model: about a second.
const WORK: f64 = 1e9;
/// Rows that a fold takes apart whatever they cost.
const FEWEST: usize = 5;
/// Methods whose features are genes of cells, all of which are tested later.
pub(super) const CELLS: [&str; 2] = ["scdeal", "scdeal_before"];
/// Genes whose values are kept row by row.
const GENES: usize = 2000;

/// Which model was taken apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    /// The source's, as it is.
    Source,
    /// The transferred one.
    Transferred,
}

/// The explanation of one fold's rows by one model.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Of which model.
    pub whose: Whose,
    /// How.
    pub way: Way,
    /// Which of the judged rows ([`Sides::judged`]).
    pub rows: Vec<u32>,
    /// The model's features.
    pub features: Vec<String>,
    /// The mean absolute value of each over the rows.
    pub sizes: Vec<f64>,
    /// The features whose values are kept, by number.
    pub kept: Vec<u32>,
    /// rows × kept.
    pub values: Vec<f64>,
    /// What the model says of each row: log-odds, or the number.
    pub outputs: Vec<f64>,
    /// What it says of the reference.
    pub base: Vec<f64>,
    /// The largest deviation of a row's sum.
    pub gap: f64,
}

impl Told {
    fn new(whose: Whose, rows: &[usize], found: Attributions, most: usize) -> Self {
        let sizes = found.sizes();
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]).then(a.cmp(&b)));
        order.truncate(most);
        order.sort_unstable();
        let values = (0..rows.len()).flat_map(|row| order.iter().map(move |&j| (row, j)));
        Self {
            whose,
            way: found.way,
            rows: rows.iter().map(|&row| row as u32).collect(),
            values: values.filter_map(|(row, j)| found.of(row).get(j).copied()).collect(),
            kept: order.iter().map(|&j| j as u32).collect(),
            sizes,
            features: found.features,
            outputs: found.outputs,
            base: found.base,
            gap: found.gap,
        }
    }
}

impl Prepared {
    /// The method that stands for the source model beside the transferred one: of the same pre-training where there is
    /// one, else the first that applies a source model as it is.
    pub(super) fn source_model(&self) -> Option<&Entry> {
        let family = ["source_only", "source_only_linear", "source_only_trees"];
        let mut of_family = self.entries.iter().filter(|entry| family.contains(&entry.method.card().id));
        let key = self.entries.first().and_then(|transfer| transfer.pretrain.as_ref());
        of_family.clone().find(|entry| key.is_some() && entry.pretrain.as_ref() == key).or_else(|| of_family.next())
    }

    /// Takes the predictions of a fold's held-out rows apart. The transfer's own unit also explains the source model that
    /// it starts from; where it starts from none, the unit of a source-only method does.
    pub(super) async fn tell(
        &self,
        direction: Direction,
        place: &Fold,
        entry: &Entry,
        pre: Option<&Model>,
        model: &Model,
        run: &Run<'_>,
    ) -> Result<Vec<Told>> {
        let sides = self.sides(direction)?;
        if self.plan.explain.patients == 0 || direction != Direction::Forward || !sides.tells(place) {
            return Ok(Vec::new());
        }
        let id = entry.method.card().id;
        let mut models: Vec<(Whose, &Model)> = Vec::new();
        if id == self.plan.transfer.method {
            models.push((Whose::Transferred, model));
            models.extend(pre.map(|pre| (Whose::Source, pre)));
        } else if self.entry(0)?.pretrain.is_none()
            && self.source_model().is_some_and(|source| source.method.card().id == id)
        {
            models.push((Whose::Source, model));
        }
        let mut explained = Vec::new();
        for (whose, model) in models {
            explained.extend(Explained::of(model)?.map(|explained| (whose, explained)));
        }
        if explained.is_empty() {
            return Ok(Vec::new());
        }
        let sample = self.taken(sides)?;
        let mut rows: Vec<usize> = place.test.iter().copied().filter(|row| sample.binary_search(row).is_ok()).collect();
        // The same rows for both models, as many as the dearer one allows.
        let dearest = explained.iter().map(|(_, model)| model.cost()).fold(1.0, f64::max);
        thin(&mut rows, ((WORK / dearest) as usize).max(FEWEST));
        let patients = sides.judged().select(&rows);
        let towards = towards(&patients);
        let (reference, patients) = (sides.target.select(&place.train), patients.without_labels());
        let cells = CELLS.contains(&self.plan.transfer.method.as_str());
        let mut out = Vec::new();
        for (whose, explained) in explained {
            let most = if cells && whose == Whose::Transferred { GENES } else { KEPT };
            let found = explained.attribute(&patients, &towards, &reference, self.plan.explain.trees, run).await?;
            out.extend(found.map(|found| Told::new(whose, &rows, found, most)));
        }
        Ok(out)
    }

    /// Takes the predictions of cells without an outcome apart, by the final model and against the cells' own mean: where
    /// nothing can be judged, the genes that drive the calls are all that can be said of them.
    pub(super) async fn tell_cells(&self, entry: &Entry, model: &Model, run: &Run<'_>) -> Result<Vec<Told>> {
        let id = entry.method.card().id;
        let (Some(cells), Some(event)) = (&self.forward.unlabelled, self.data().event) else { return Ok(Vec::new()) };
        if self.verdict_possible || self.plan.explain.patients == 0 || !CELLS.contains(&id) || cells.is_empty() {
            return Ok(Vec::new());
        }
        let Some(explained) = Explained::of(model)? else { return Ok(Vec::new()) };
        let mut rows: Vec<usize> = (0..cells.len()).collect();
        let most = ((WORK / explained.cost().max(1.0)) as usize).max(FEWEST * FEWEST);
        thin(&mut rows, most.min(self.plan.explain.patients as usize));
        let (some, towards) = (cells.select(&rows).without_labels(), vec![event; rows.len()]);
        let found = explained.attribute(&some, &towards, cells, self.plan.explain.trees, run).await?;
        Ok(found.map(|found| Told::new(Whose::Transferred, &rows, found, GENES)).into_iter().collect())
    }

    /// The judged rows that are explained, sorted: all, or a stratified sample.
    fn taken(&self, sides: &Sides) -> Result<Vec<usize>> {
        let judged = sides.judged();
        let all: Vec<usize> = (0..judged.len()).collect();
        let most = self.plan.explain.patients as usize;
        if all.len() <= most {
            return Ok(all);
        }
        let (keys, strata) = (keys(judged), strata(judged));
        let respect = Respect { strata: strata.as_deref(), groups: None, keys: Some(&keys) };
        Ok(nested_subsamples_of(&all, respect, &[most], self.seed("explain", 0))?.pop().unwrap_or(all))
    }
}

/// Of two classes the event, of more the one that each row has: its name; empty for numbers.
fn towards(rows: &Cohort) -> Vec<String> {
    match &rows.y {
        Some(Labels::Classes { names, event, codes }) => codes
            .iter()
            .map(|code| if names.len() == 2 { *event } else { code.map_or(*event, |code| code as usize) })
            .map(|class| names.get(class).cloned().unwrap_or_default())
            .collect(),
        _ => Vec::new(),
    }
}

/// Every so manieth, so that `most` are left.
fn thin(rows: &mut Vec<usize>, most: usize) {
    let n = rows.len();
    if n > most {
        *rows = (0..most).map(|at| rows[at * n / most]).collect();
    }
}

/// Puts the explanations into an outcome's file: numbers as tensors, the rest as what is returned.
pub(super) fn store(told: &[Told], file: &mut Model) -> Result<Value> {
    let mut heads = Vec::new();
    for (at, one) in told.iter().enumerate() {
        let whole = |values: &[u32]| values.iter().map(|&v| f64::from(v)).collect::<Vec<f64>>();
        for (name, values) in [
            ("rows", whole(&one.rows)),
            ("sizes", one.sizes.clone()),
            ("kept", whole(&one.kept)),
            ("values", one.values.clone()),
            ("outputs", one.outputs.clone()),
            ("base", one.base.clone()),
        ] {
            file.put_f64(format!("told/{at}/{name}"), &[values.len()], values);
        }
        heads.push(json!({ "whose": one.whose, "way": one.way, "features": one.features, "gap": one.gap }));
    }
    Ok(Value::Array(heads))
}

/// Reads them back. Outcomes of before have none.
pub(super) fn restore(file: &Model) -> Result<Vec<Told>> {
    #[derive(Deserialize)]
    struct Head {
        whose: Whose,
        way: Way,
        features: Vec<String>,
        gap: f64,
    }
    let heads: Vec<Head> = file.meta::<Option<Vec<Head>>>("told")?.unwrap_or_default();
    let mut out = Vec::new();
    for (at, head) in heads.into_iter().enumerate() {
        let numbers = |name: &str| Ok::<_, crate::Error>(file.f64(&format!("told/{at}/{name}"))?.to_vec());
        let whole =
            |name: &str| Ok::<_, crate::Error>(numbers(name)?.into_iter().map(|v| v as u32).collect::<Vec<_>>());
        let one = Told {
            whose: head.whose,
            way: head.way,
            rows: whole("rows")?,
            features: head.features,
            sizes: numbers("sizes")?,
            kept: whole("kept")?,
            values: numbers("values")?,
            outputs: numbers("outputs")?,
            base: numbers("base")?,
            gap: head.gap,
        };
        let n = one.rows.len();
        let fits = one.values.len() == n * one.kept.len()
            && (one.outputs.len(), one.base.len(), one.sizes.len()) == (n, n, one.features.len())
            && one.kept.iter().all(|&j| (j as usize) < one.features.len());
        if !fits {
            return Err(Code::BadModel.err().with("reason", "explanation: the lengths do not fit"));
        }
        out.push(one);
    }
    Ok(out)
}
