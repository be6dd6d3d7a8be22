//! One unit of work: fit, predict, measure.

use serde_json::{Value, json};

use super::prepare::{Entry, Prepared};
use super::sides::{Sides, keys, strata};
use super::unit::{Cell, Direction, Outcome, Unit};
use crate::cohort::{Cohort, Labels, Prediction, Task};
use crate::device;
use crate::error::{Code, Error, Result};
use crate::explain::permutation;
use crate::methods::{Model, registry};
use crate::metrics::{Metric, Truth};
use crate::split::{Respect, nested_subsamples_of};
use crate::train::Run;
use crate::watch::Event;

/// Lines of the learning curve: the two procedures that the verdict compares.
pub(super) const PROCEDURE: &str = "transfer";
/// What lines of modes begin with.
pub(super) const MODE: &str = "mode_";
/// What it is compared with.
pub(super) const AGAINST: &str = "baseline";

impl Prepared {
    /// Does one unit. `pretrained` gives the model kept under a key.
    ///
    /// # Errors
    /// What the method says; [`Code::Cancelled`]; [`Code::Internal`] where a needed model is not there.
    pub async fn work<'m>(
        &self,
        unit: &Unit,
        pretrained: impl Fn(&str) -> Option<&'m Model>,
        run: &Run<'_>,
    ) -> Result<Outcome> {
        let run = &run.with_imputation(self.plan.imputation);
        let need = |key: Option<String>| match key {
            None => Ok(None),
            Some(key) => match pretrained(&key) {
                Some(model) => Ok(Some(model)),
                None => Err(Code::Internal.err().with("reason", format!("no pre-trained model {key}"))),
            },
        };
        let mut outcome = Outcome::new(unit.clone());
        outcome.device = device::kind(&run.device);
        match unit {
            Unit::Pretrain { direction, method, seed, .. } => {
                let entry = self.entry(*method)?;
                run.event(phase("pretrain", entry));
                let run = run.reseeded(self.seed("pretrain", *seed));
                let sources: Vec<Cohort> =
                    self.sides(*direction)?.sources.iter().map(Cohort::labelled).filter(|c| !c.is_empty()).collect();
                outcome.model = Some(entry.method.pretrain(&entry.settings, &sources, &run).await?);
            }
            Unit::Fold { direction, method, fold } => {
                let entry = self.entry(*method)?;
                let sides = self.sides(*direction)?;
                let place = sides.fold(*fold)?;
                run.event(phase("fold", entry));
                let run = run.reseeded(self.seed("fold", *fold));
                let pre = need(self.key(*direction, entry, place.repeat as u32))?;
                let task = task(sides, &place.train);
                let model = match entry.method.adapt(pre, &entry.settings, &task, &run).await {
                    Ok(model) => model,
                    // Half of the rows may be too few to learn from: one cut less for the variance, not the end.
                    Err(error) if !sides.estimates(place) && too_little(&error) => return Ok(outcome),
                    // A site without which there is one class left: no value for it, and the others stand.
                    Err(error) if !sides.sites.is_empty() && too_little(&error) => return Ok(outcome),
                    Err(error) => return Err(error),
                };
                let evaluated = sides.evaluated(place);
                let prediction = entry.method.predict(&model, &evaluated.without_labels(), &run).await?;
                outcome.value = measure(self.plan.metric, &evaluated, &prediction);
                outcome.choice = model.meta.get("choice").cloned().unwrap_or(Value::Null);
                let other = matches!(direction, Direction::Person(_));
                if self.plan.importance > 0 && !other && sides.explains(place) && self.explains(entry) {
                    outcome.importance = permutation::importance(
                        |rows| {
                            let (model, run) = (&model, &run);
                            async move { entry.method.predict(model, &rows, run).await }
                        },
                        |prediction| measure(self.plan.metric, &evaluated, prediction),
                        &evaluated,
                        self.plan.metric,
                        self.plan.importance,
                        &run,
                    )
                    .await?;
                }
                outcome.carried = self.carried(*direction, place, entry, pre, &model, &run).await?;
                outcome.told = self.tell(*direction, place, entry, pre, &model, &run).await?;
                outcome.map = self.map(*direction, place, entry, &model, &run).await?;
                outcome.prediction = Some(prediction);
            }
            Unit::Threshold { direction, method, fold } => {
                let entry = self.entry(*method)?;
                let sides = self.sides(*direction)?;
                let place = sides.fold(*fold)?;
                run.event(phase("threshold", entry));
                let run = run.reseeded(self.seed("threshold", *fold));
                let pre = need(self.key(*direction, entry, place.repeat as u32))?;
                outcome.prediction = self.cross_fitted(entry, pre, sides, place, &run).await?;
            }
            Unit::Grid { direction, size, repeat } => {
                let sides = self.sides(*direction)?;
                let transfer = self.entry(0)?;
                let pre = need(self.key(*direction, transfer, *repeat))?;
                let run = run.reseeded(self.seed("grid", *repeat));
                outcome.cells = self.curve(sides, *direction, *size, *repeat, pre, &run).await?;
            }
            Unit::Refit { method, sample } => {
                let entry = self.entry(*method)?;
                let sides = &self.forward;
                run.event(phase("refit", entry));
                let run = run.reseeded(self.seed("refit", *sample));
                let pre = need(self.key(Direction::Forward, entry, 0))?;
                let rows = self.sample(*sample);
                let mut task = task(sides, &rows);
                // A patient who was drawn twice must not stand on both sides of an inner fold.
                let patient = |&row: &usize| match &sides.target.group {
                    Some(group) => group.get(row).copied().unwrap_or(row as u32),
                    None => row as u32,
                };
                if *sample > 0 {
                    task.target.group = Some(rows.iter().map(patient).collect());
                }
                let model = match entry.method.adapt(pre, &entry.settings, &task, &run).await {
                    Ok(model) => model,
                    Err(error) if *sample > 0 && too_little(&error) => return Ok(outcome),
                    Err(error) => return Err(error),
                };
                outcome.prediction = Some(entry.method.predict(&model, &sides.target.without_labels(), &run).await?);
            }
            Unit::Final { method } => {
                let entry = self.entry(*method)?;
                run.event(phase("final", entry));
                let run = run.reseeded(self.seed("final", 0));
                let pre = need(self.key(Direction::Forward, entry, 0))?;
                let rows: Vec<usize> = (0..self.forward.target.len()).collect();
                let task = task(&self.forward, &rows);
                let model = entry.method.adapt(pre, &entry.settings, &task, &run).await?;
                if let Some(unlabelled) = &self.forward.unlabelled {
                    outcome.prediction = Some(entry.method.predict(&model, unlabelled, &run).await?);
                }
                outcome.told = self.tell_cells(entry, &model, &run).await?;
                outcome.choice = model.meta.get("choice").cloned().unwrap_or(Value::Null);
                outcome.model = Some(model);
            }
        }
        Ok(outcome)
    }

    /// The transferred model and the source model are explained side by side.
    fn explains(&self, entry: &Entry) -> bool {
        let id = entry.method.card().id;
        id == self.plan.transfer.method || self.source_model().is_some_and(|source| source.method.card().id == id)
    }

    /// Every line of the learning curve on one subsample: the same rows for all (paired).
    async fn curve(
        &self,
        sides: &Sides,
        direction: Direction,
        size: u32,
        repeat: u32,
        pre: Option<&Model>,
        run: &Run<'_>,
    ) -> Result<Vec<Cell>> {
        let Some(grid) = self.grid(direction) else { return Ok(Vec::new()) };
        let keys = keys(&sides.target);
        let strata = strata(&sides.target);
        let respect = Respect { strata: strata.as_deref(), groups: None, keys: Some(&keys) };
        let sizes: Vec<usize> = grid.sizes.iter().map(|&size| size as usize).collect();
        let seed = self.seed("subsample", repeat);
        let samples = if grid.balanced {
            balanced(sides, respect, &sizes, seed)?
        } else {
            nested_subsamples_of(&sides.curve.train, respect, &sizes, seed)?
        };
        let Some(rows) = sizes.iter().position(|&s| s == size as usize).and_then(|at| samples.get(at)) else {
            return Err(Code::Internal.err().with("reason", format!("no size {size}")));
        };
        let task = task(sides, rows);
        let evaluated = sides.evaluated(&sides.curve);
        let mut cells = Vec::new();
        let transfer = self.entry(0)?;
        let mut lines: Vec<(String, &str, Value)> = Vec::new();
        for &frozen in &grid.frozen {
            let mut settings = transfer.settings.clone();
            if let Some(slot) = settings.get_mut("frozen") {
                *slot = json!(frozen.to_string());
                lines.push((format!("frozen_{frozen}"), transfer.method.card().id, settings));
            }
        }
        for mode in &grid.modes {
            let mut settings = transfer.settings.clone();
            settings["mode"] = json!(mode);
            lines.push((format!("{MODE}{mode}"), transfer.method.card().id, settings));
        }
        if lines.is_empty() && !self.plan.crossing {
            lines.push((PROCEDURE.to_owned(), transfer.method.card().id, transfer.settings.clone()));
        }
        let beside = [
            ("scratch", "target_only_network"),
            ("linear", "target_only_linear"),
            ("source_only", "source_only"),
            ("source_only", "source_only_linear"),
            ("source_only", "source_only_trees"),
        ];
        for (line, id) in beside.into_iter().filter(|_| grid.modes.is_empty()) {
            // The one pre-trained model that is at hand is that of the transfer: a line that needs another is left out.
            let fits = |entry: &&Entry| {
                entry.method.card().id == id && (entry.pretrain.is_none() || entry.pretrain == transfer.pretrain)
            };
            if let Some(entry) = self.entries.iter().find(fits) {
                lines.push((line.to_owned(), id, entry.settings.clone()));
            }
        }
        // The two procedures of the verdict as they are, with all that they choose on their own.
        if self.plan.crossing {
            for (line, chosen) in [(PROCEDURE, &self.plan.transfer), (AGAINST, &self.plan.baseline)] {
                let fits = |entry: &&Entry| {
                    entry.method.card().id == chosen.method
                        && (entry.pretrain.is_none() || entry.pretrain == transfer.pretrain)
                };
                if let Some(entry) = self.entries.iter().find(fits) {
                    lines.push((line.to_owned(), entry.method.card().id, entry.settings.clone()));
                }
            }
        }
        for (line, id, settings) in lines {
            run.event(Event::Phase {
                name: "grid".to_owned(),
                facts: vec![("line".to_owned(), line.clone()), ("n".to_owned(), size.to_string())],
            });
            let method = registry::find(id)?;
            // A line that the data cannot carry at this size (one class, too few rows) is a gap, not the end.
            let fitted = match method.adapt(pre, &settings, &task, run).await {
                Ok(model) => Some(model),
                Err(error) if too_little(&error) => None,
                Err(error) => return Err(error),
            };
            let mut cell = Cell { line, value: None, measures: Vec::new() };
            if let Some(model) = fitted {
                let prediction = method.predict(&model, &evaluated.without_labels(), run).await?;
                cell.value = measure(self.plan.metric, &evaluated, &prediction);
                if cell.line.starts_with(MODE) {
                    let of = |&metric: &Metric| Some((metric, measure(metric, &evaluated, &prediction)?));
                    cell.measures = Metric::OF_MODES.iter().filter_map(of).collect();
                }
            }
            cells.push(cell);
        }
        Ok(cells)
    }
}

/// Nested subsamples with equally many rows of each class, rounded down to that; the classes one after the other would
/// say nothing, so rows are sorted.
fn balanced(sides: &Sides, respect: Respect<'_>, sizes: &[usize], seed: u64) -> Result<Vec<Vec<usize>>> {
    let classes = by_class(sides);
    let each: Vec<usize> = sizes.iter().map(|size| size / classes.len().max(1)).collect();
    let mut samples = vec![Vec::new(); sizes.len()];
    for rows in &classes {
        let drawn = nested_subsamples_of(rows, Respect { strata: None, ..respect }, &each, seed)?;
        for (sample, more) in samples.iter_mut().zip(drawn) {
            sample.extend(more);
            sample.sort_unstable();
        }
    }
    Ok(samples)
}

/// The learning curve's training rows of each class that has any.
pub(super) fn by_class(sides: &Sides) -> Vec<Vec<usize>> {
    let Some(Labels::Classes { names, codes, .. }) = &sides.target.y else { return vec![sides.curve.train.clone()] };
    let of = |class: usize| -> Vec<usize> {
        let is = |row: &usize| codes.get(*row).copied().flatten() == Some(class as u32);
        sides.curve.train.iter().copied().filter(is).collect()
    };
    (0..names.len()).map(of).filter(|rows| !rows.is_empty()).collect()
}

/// Whether rows were missing, not something else wrong.
pub(super) fn too_little(error: &Error) -> bool {
    matches!(error.code(), Code::OneClass | Code::TooFewRows | Code::NothingVaries)
}

fn phase(name: &str, entry: &Entry) -> Event {
    Event::Phase { name: name.to_owned(), facts: vec![("method".to_owned(), entry.method.card().id.to_owned())] }
}

/// What a method may learn from in this fold: never the rows that it is judged on.
fn task(sides: &Sides, train: &[usize]) -> Task {
    Task {
        sources: sides.sources.clone(),
        target: sides.target.select(train),
        unlabelled: sides.unlabelled.as_ref().map(Cohort::without_labels),
    }
}

/// A metric of these rows, where it is defined on them.
pub(super) fn measure(metric: Metric, rows: &Cohort, prediction: &Prediction) -> Option<f64> {
    let truth = rows.y.as_ref()?;
    score(metric, truth, prediction)
}

/// A metric of a prediction against labels; rows without a label do not count.
pub(super) fn score(metric: Metric, truth: &Labels, prediction: &Prediction) -> Option<f64> {
    let judged = Judged::new(truth, prediction)?;
    metric.compute(judged.truth(), &judged.prediction)
}

/// Truth and prediction of the labelled rows, in the form that the metrics take.
pub(super) struct Judged {
    /// The class of each row (two classes: 1 is the event); empty for numbers.
    pub y: Vec<u32>,
    /// The number of classes; 0 for numbers.
    pub classes: usize,
    /// The value of each row; empty for classes.
    pub values: Vec<f64>,
    /// Two classes: the event's probability. More: row-major probabilities. Numbers: the values.
    pub prediction: Vec<f64>,
    /// Which rows of the cohort these are.
    pub rows: Vec<usize>,
}

impl Judged {
    /// `None` where the two do not speak of the same thing.
    pub fn new(truth: &Labels, prediction: &Prediction) -> Option<Self> {
        let rows = truth.labelled();
        match (truth, prediction) {
            (Labels::Classes { names, event, codes }, Prediction::Classes { names: said, probabilities }) => {
                if said != names || names.is_empty() {
                    return None;
                }
                let k = names.len();
                let codes = rows.iter().filter_map(|&row| codes.get(row).copied().flatten());
                let y: Vec<u32> = if k == 2 {
                    codes.map(|code| u32::from(code as usize == *event)).collect()
                } else {
                    codes.collect()
                };
                let prediction = if k == 2 {
                    rows.iter().filter_map(|&row| probabilities.get(row * 2 + event)).copied().collect()
                } else {
                    rows.iter()
                        .filter_map(|&row| probabilities.get(row * k..(row + 1) * k))
                        .flatten()
                        .copied()
                        .collect()
                };
                Some(Self { y, classes: k, values: Vec::new(), prediction, rows })
            }
            (Labels::Values { values, .. }, Prediction::Values { values: said }) => {
                let prediction = rows.iter().filter_map(|&row| said.get(row).copied()).collect();
                let values = rows.iter().filter_map(|&row| values.get(row).copied()).collect();
                Some(Self { y: Vec::new(), classes: 0, values, prediction, rows })
            }
            _ => None,
        }
    }

    /// The truth as the metrics take it.
    pub fn truth(&self) -> Truth<'_> {
        if self.classes > 0 {
            Truth::Classes { y: &self.y, classes: self.classes }
        } else {
            Truth::Values(&self.values)
        }
    }

    /// The events, of two classes.
    pub fn events(&self) -> Vec<bool> {
        self.y.iter().map(|&y| y == 1).collect()
    }
}
