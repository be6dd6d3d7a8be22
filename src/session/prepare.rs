//! Plan and tables -> who is compared on which rows, and the list of the work.

use serde_json::Value;

use super::alike;
use super::divide;
use super::groups;
use super::scoring;
use super::sides::{Sides, exchange, lay_out};
use super::unit::{Direction, Job, Unit};
use super::work::by_class;
use crate::cohort::{Cohort, FeatureKind, Labels};
use crate::error::{Code, Result};
use crate::evaluate::Evidence;
use crate::evaluate::bootstrap::Units;
use crate::evaluate::recommendation::{Recommendation, SourceKind, recommend};
use crate::methods::card::{Card, Kinds, Needs};
use crate::methods::{AnyMethod, Model, registry};
use crate::plan::{Chosen, Grid, Plan, TablePlan};
use crate::preprocess::{self, Cohorts, Finding};
use crate::report::manifest::{SourceModelFacts, TableFacts, hex};
use crate::rng::{Rng, fnv1a, mix};
use crate::table::{Table, Windows};

/// The fewest labelled target rows with which anything can be compared.
const FEWEST_ROWS: usize = 8;

/// A method with its settings filled in.
#[derive(Clone)]
pub struct Entry {
    /// The method.
    pub method: &'static dyn AnyMethod,
    /// All its settings.
    pub settings: Value,
    /// What its pre-training depends on.
    pub pretrain: Option<Value>,
}

/// All that a run needs, made once per worker.
pub struct Prepared {
    /// The plan.
    pub plan: Plan,
    /// As opened.
    pub forward: Sides,
    /// Exchanged, where asked for.
    pub reverse: Option<Sides>,
    /// The other persons of the target, each by name, where they are judged in turn.
    pub persons: Vec<(String, Sides)>,
    /// The compared methods, in the order of [`Plan::methods`].
    pub entries: Vec<Entry>,
    /// What was noticed and done to the rows.
    pub findings: Vec<Finding>,
    /// Whether there are labels to judge with.
    pub verdict_possible: bool,
    /// Which method to begin with, and why.
    pub recommended: Recommendation,
    /// The tables as they were read, sources first.
    pub tables: Vec<TableFacts>,
    /// The saved model that stands for the source.
    pub source_model: Option<SourceModelFacts>,
}

/// The plan with what always stands beside its methods.
fn accompanied(mut plan: Plan) -> Result<Plan> {
    let mut missing = Vec::new();
    for chosen in plan.methods() {
        if let Some(id) = registry::find(&chosen.method)?.beside() {
            let beside = Chosen { method: id.to_owned(), config: chosen.config.clone() };
            if !plan.methods().contains(&&beside) {
                missing.push(beside);
            }
        }
    }
    plan.others.extend(missing);
    Ok(plan)
}

impl Prepared {
    /// Puts plan and tables together.
    ///
    /// # Errors
    /// What the plan, the tables or the labels say.
    pub fn new(plan: Plan, sources: &[Table], targets: &[Table], given: Option<&Model>) -> Result<Self> {
        plan.check()?;
        let plan = accompanied(plan)?;
        let sources: Vec<&Table> = sources.iter().collect();
        let targets: Vec<&Table> = targets.iter().collect();
        let cohorts = match given {
            None => preprocess::assemble(&sources, &targets, &plan.preparation)?,
            Some(model) => scoring::assemble(model, &targets, &plan.preparation)?,
        };
        let (cohorts, everybody) = one_person(&plan, cohorts)?;
        let mut findings = other_tables(&plan.sources, &sources);
        findings.extend(other_tables(&plan.targets, &targets));
        findings.extend(cohorts.findings);
        let verdict_possible = !cohorts.target.is_empty();
        let classes = plan.is_classes();
        if verdict_possible {
            if let (Some(Labels::Classes { .. }), false) | (Some(Labels::Values { .. }), true) =
                (&cohorts.target.y, classes)
            {
                return Err(Code::Internal.err().with("reason", "labels of another kind than the plan's"));
            }
            if cohorts.target.len() < FEWEST_ROWS {
                return Err(Code::TooFewRows
                    .err()
                    .file(targets.first().map_or("", |table| table.name.as_str()))
                    .with("found", cohorts.target.len())
                    .with("needed", FEWEST_ROWS)
                    .with("what", "a comparison"));
            }
        }
        let mut entries = Vec::new();
        for chosen in plan.methods() {
            let method = registry::find(&chosen.method)?;
            let settings = method.settings(&chosen.config)?;
            let pretrain = method.pretrain_key(&settings)?;
            let unlabelled = cohorts.unlabelled.as_ref().is_some_and(|rows| !rows.is_empty());
            let outcome = cohorts.sources.iter().any(|source| source.outcome.is_some());
            let needs = method.card().needs;
            let two = match &cohorts.target.y {
                Some(Labels::Classes { names, .. }) => names.len() == 2,
                _ => true,
            };
            let rows = cohorts.target.x.features();
            let windows = !rows.is_empty() && rows.iter().all(|feature| Windows::lag(&feature.name).is_some());
            let untimed = (needs.contains(&Needs::TimeSeries) && !windows)
                .then_some("windows of series: long tables that are made into windows");
            let more = (method.card().kinds == Kinds::Two && !two).then_some("an outcome of two classes");
            let lacking = (needs.contains(&Needs::SourceOutcome) && !outcome && given.is_none())
                .then_some("a second outcome in the source: a column with that role");
            let unmet = unmet(method.card(), pretrain.as_ref(), given, classes, unlabelled)?;
            if let Some(need) = unmet.or(untimed).or(lacking).or(more) {
                if chosen.method == plan.transfer.method || chosen.method == plan.baseline.method {
                    return Err(Code::NeedNotMet.err().with("method", &chosen.method).with("need", need));
                }
                continue; // what stands beside and cannot be had is left out
            }
            entries.push(Entry { method, settings, pretrain });
        }
        let mut forward = Sides::new(cohorts.sources, cohorts.target, cohorts.test, cohorts.unlabelled);
        let mut origin = cohorts.origin;
        let mut persons = Vec::new();
        let mut reverse = None;
        if verdict_possible {
            if let Some(least) = plan.similarity {
                alike::group(least, &mut forward, &mut findings)?;
            }
            divide::divide(&plan, &targets, &mut forward, &mut origin, &mut findings)?;
            lay_out(&plan, &mut forward)?;
            let rows = if forward.test.is_some() { &origin.test } else { &origin.train };
            forward.groupings = groups::find(&plan, &targets, &origin, rows, &mut findings);
            if plan.both_directions && given.is_none() {
                reverse = Some(exchange(&plan, &forward)?);
            }
            findings.extend(grid_cut(&plan, &forward));
            for (name, cohorts) in everybody {
                let mut sides = Sides::new(cohorts.sources, cohorts.target, cohorts.test, None);
                let mut origin = cohorts.origin;
                divide::divide(&plan, &targets, &mut sides, &mut origin, &mut Vec::new())?;
                if sides.target.len() < FEWEST_ROWS {
                    let finding = Finding::warning("person_too_short").with("person", &name);
                    findings.push(finding.with("rows", sides.target.len()));
                    continue;
                }
                lay_out(&plan, &mut sides)?;
                persons.push((name, sides));
            }
        }
        let recommended = recommended(&forward, given)?;
        let facts = |side: &str, tables: &[&Table]| -> Vec<TableFacts> {
            let of = |table: &&Table| TableFacts {
                side: side.to_owned(),
                name: table.name.clone(),
                fingerprint: table.fingerprint_text(),
                rows: table.rows as u32,
                columns: table.columns.len() as u32,
            };
            tables.iter().map(of).collect()
        };
        let tables = [facts("source", &sources), facts("target", &targets)].concat();
        let source_model = match given {
            Some(model) => Some(SourceModelFacts {
                name: plan.source_model.clone().unwrap_or_default(),
                fingerprint: hex(fnv1a(&model.to_bytes()?)),
            }),
            None => None,
        };
        Ok(Self {
            plan,
            forward,
            reverse,
            persons,
            entries,
            findings,
            verdict_possible,
            recommended,
            tables,
            source_model,
        })
    }

    /// The sides of a direction.
    ///
    /// # Errors
    /// [`Code::Internal`] where the plan did not ask for it.
    pub fn sides(&self, direction: Direction) -> Result<&Sides> {
        match direction {
            Direction::Forward => Ok(&self.forward),
            Direction::Person(at) => {
                let person = self.persons.get(at as usize).map(|(_, sides)| sides);
                person.ok_or_else(|| Code::Internal.err().with("reason", format!("no person {at}")))
            }
            Direction::Reverse => {
                self.reverse.as_ref().ok_or_else(|| Code::Internal.err().with("reason", "no reverse direction"))
            }
        }
    }

    /// The method at this index.
    ///
    /// # Errors
    /// [`Code::Internal`] where there is none.
    pub fn entry(&self, index: u32) -> Result<&Entry> {
        self.entries
            .get(index as usize)
            .ok_or_else(|| Code::Internal.err().with("reason", format!("no method {index}")))
    }

    /// The grid, cut to the rows that are there.
    pub fn grid(&self, direction: Direction) -> Option<Grid> {
        let grid = self.plan.grid.clone()?;
        let sides = self.sides(direction).ok()?;
        let (most, step) = most_rows(&grid, sides);
        let mut sizes: Vec<u32> =
            grid.sizes.iter().map(|size| size / step * step).filter(|&size| size < most).collect();
        sizes.retain(|&size| size > 0);
        // Where nothing was left out the sizes are as asked, as a published grid is; else all rows end the curve.
        if grid.modes.is_empty() || grid.sizes.iter().any(|&size| size >= most) {
            sizes.push(most);
        }
        sizes.sort_unstable();
        sizes.dedup();
        Some(Grid { sizes, ..grid })
    }

    /// The name under which a pre-trained model is kept.
    pub fn key(&self, direction: Direction, entry: &Entry, seed: u32) -> Option<String> {
        let what = entry.pretrain.as_ref()?;
        if self.plan.source_model.is_some() {
            return Some("given".to_owned());
        }
        let seed = seed % self.plan.design.seeds;
        let text = format!("{direction:?} {what} {seed} {}", self.plan.seed);
        Some(format!("{:016x}", fnv1a(text.as_bytes())))
    }

    /// The work, in an order in which every need comes first.
    pub fn jobs(&self) -> Vec<Job> {
        let mut first: Vec<Job> = Vec::new();
        let mut rest: Vec<Job> = Vec::new();
        if !self.verdict_possible {
            for (index, entry) in self.entries.iter().enumerate() {
                if entry.method.card().needs_target_labels() {
                    continue;
                }
                self.want(Direction::Forward, index, 0, &mut first);
                let needs = self.key(Direction::Forward, entry, 0);
                rest.push(Job { unit: Unit::Final { method: index as u32 }, needs, cost: 1.0 });
            }
            first.extend(rest);
            return first;
        }
        let mut directions = vec![Direction::Forward];
        if self.reverse.is_some() {
            directions.push(Direction::Reverse);
        }
        for &direction in &directions {
            let Ok(sides) = self.sides(direction) else { continue };
            // Fold by fold, so that the first complete folds can be shown while the others run.
            for (number, fold) in sides.folds.iter().enumerate() {
                for (index, entry) in self.entries.iter().enumerate() {
                    let seed = fold.repeat as u32;
                    self.want(direction, index, seed, &mut first);
                    let needs = self.key(direction, entry, seed);
                    let unit = Unit::Fold { direction, method: index as u32, fold: number as u32 };
                    rest.push(Job { unit, needs, cost: entry.method.card().relative_cost() });
                }
            }
            rest.extend(self.threshold_jobs(direction, sides));
            if let Some(grid) = self.grid(direction) {
                for repeat in 0..grid.repeats {
                    for &size in &grid.sizes {
                        let needs = self.entries.first().and_then(|transfer| self.key(direction, transfer, repeat));
                        rest.push(Job {
                            unit: Unit::Grid { direction, size, repeat },
                            needs,
                            cost: grid.frozen.len() as f64
                                + grid.modes.len() as f64 * (0.3 + f64::from(size) / 200.0)
                                + if self.plan.crossing { 8.0 } else { 2.0 },
                        });
                    }
                }
            }
        }
        // The other persons: what they are judged by, and no more.
        for (person, (_, sides)) in self.persons.iter().enumerate() {
            let direction = Direction::Person(person as u32);
            for (number, fold) in sides.folds.iter().enumerate().filter(|(_, fold)| sides.estimates(fold)) {
                for (index, entry) in self.entries.iter().enumerate() {
                    let seed = fold.repeat as u32;
                    self.want(direction, index, seed, &mut first);
                    let needs = self.key(direction, entry, seed);
                    let unit = Unit::Fold { direction, method: index as u32, fold: number as u32 };
                    rest.push(Job { unit, needs, cost: entry.method.card().relative_cost() });
                }
            }
        }
        for (index, entry) in self.entries.iter().enumerate().filter(|(_, entry)| self.refits(entry)) {
            for sample in 0..=self.plan.refits {
                self.want(Direction::Forward, index, 0, &mut first);
                let needs = self.key(Direction::Forward, entry, 0);
                rest.push(Job { unit: Unit::Refit { method: index as u32, sample }, needs, cost: 1.0 });
            }
        }
        for (index, entry) in self.entries.iter().enumerate().take(1) {
            self.want(Direction::Forward, index, 0, &mut first);
            let needs = self.key(Direction::Forward, entry, 0);
            rest.push(Job {
                unit: Unit::Final { method: index as u32 },
                needs,
                cost: entry.method.card().relative_cost(),
            });
        }
        first.extend(rest);
        first
    }

    fn want(&self, direction: Direction, index: usize, seed: u32, jobs: &mut Vec<Job>) {
        let Some(entry) = self.entries.get(index) else { return };
        let Some(key) = self.key(direction, entry, seed) else { return };
        let there = |job: &Job| matches!(&job.unit, Unit::Pretrain { key: other, .. } if *other == key);
        if self.plan.source_model.is_some() || jobs.iter().any(there) {
            return;
        }
        let seed = seed % self.plan.design.seeds;
        let unit = Unit::Pretrain { direction, method: index as u32, seed, key };
        jobs.push(Job { unit, needs: None, cost: 20.0 });
    }

    /// About how large the networks of this plan are: encoded columns, widest hidden layer, rows a batch. The device is
    /// picked by a measurement of this shape.
    pub fn shape(&self) -> (u32, u32, u32) {
        let columns: usize = self
            .forward
            .target
            .x
            .features()
            .iter()
            .map(|feature| match &feature.kind {
                FeatureKind::Number => 1,
                FeatureKind::Category { levels } => levels.len(),
            })
            .sum();
        let setting = |name: &str| self.entries.first().and_then(|entry| entry.settings.get(name));
        let widths = setting("widths").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
        let widest = widths.iter().filter_map(Value::as_u64).max().unwrap_or(64) as u32;
        let most = setting("most_features").and_then(Value::as_u64).unwrap_or(u64::from(u32::MAX)) as usize;
        let rows: usize = self.forward.sources.iter().map(Cohort::len).sum();
        let batch = match setting("batch").and_then(Value::as_u64) {
            Some(batch) if batch > 0 => batch as u32,
            _ if rows < 2000 => 32,
            _ => 128,
        };
        (columns.clamp(2, most.max(2)) as u32, widest, batch)
    }

    /// Whether a method is refitted on bootstrap samples: networks take too long.
    pub fn refits(&self, entry: &Entry) -> bool {
        self.plan.refits > 0 && !entry.method.card().uses_network
    }

    /// The target's rows of a bootstrap sample, patients with all their rows; sample 0 is every row once.
    pub fn sample(&self, sample: u32) -> Vec<usize> {
        let target = &self.forward.target;
        let mut weights = vec![1; target.len()];
        if sample > 0 {
            let units = Units::new(target.len(), target.group.as_deref());
            units.draw(&mut Rng::child(self.seed("refit", 0), "refit", sample as usize), &mut weights);
        }
        weights.iter().enumerate().flat_map(|(row, &times)| std::iter::repeat_n(row, times as usize)).collect()
    }

    /// The seed of a piece of work: equal for every method, so that all see the same draws.
    pub fn seed(&self, purpose: &str, number: u32) -> u64 {
        mix(mix(u64::from(self.plan.seed), fnv1a(purpose.as_bytes())), u64::from(number))
    }
}

/// The person who is shown, and the others with their names, where the plan asks for them.
fn one_person(plan: &Plan, cohorts: Cohorts) -> Result<(Cohorts, Vec<(String, Cohorts)>)> {
    let Some(chosen) = &plan.preparation.person else { return Ok((cohorts, Vec::new())) };
    let names = preprocess::persons(&cohorts);
    let shown = chosen.name.clone().or_else(|| names.first().cloned()).unwrap_or_default();
    let mut others = Vec::new();
    for name in names.into_iter().filter(|name| chosen.each && *name != shown) {
        let only = preprocess::person::only(&cohorts, &name)?;
        others.push((name, only));
    }
    Ok((preprocess::person::only(&cohorts, &shown)?, others))
}

/// Tables whose cells are not those that the plan was made with: allowed, and said.
fn other_tables(plans: &[TablePlan], tables: &[&Table]) -> Vec<Finding> {
    let other = |(plan, table): &(&TablePlan, &&Table)| {
        !plan.fingerprint.is_empty() && plan.fingerprint != table.fingerprint_text()
    };
    plans.iter().zip(tables).filter(other).map(|(_, table)| Finding::warning("other_table").file(&table.name)).collect()
}

/// The most rows that a subsample can have, and what its number of rows is a multiple of.
fn most_rows(grid: &Grid, sides: &Sides) -> (u32, u32) {
    if !grid.balanced {
        return (sides.curve.train.len() as u32, 1);
    }
    let classes = by_class(sides);
    let fewest = classes.iter().map(Vec::len).min().unwrap_or(0);
    ((fewest * classes.len()) as u32, classes.len().max(1) as u32)
}

/// Sizes of the grid that are above the rows that there are: left out, and said.
fn grid_cut(plan: &Plan, sides: &Sides) -> Option<Finding> {
    let grid = plan.grid.as_ref()?;
    let (most, _) = most_rows(grid, sides);
    let above: Vec<String> = grid.sizes.iter().filter(|&&n| n > most).map(u32::to_string).collect();
    (!above.is_empty()).then(|| Finding::note("grid_sizes_above").with("sizes", above.join(", ")).with("rows", most))
}

/// What a method lacks on these data, in plain words.
fn unmet(
    card: &Card,
    key: Option<&Value>,
    given: Option<&Model>,
    classes: bool,
    unlabelled: bool,
) -> Result<Option<&'static str>> {
    match (card.kinds, classes) {
        (Kinds::Classes | Kinds::Two, false) => return Ok(Some("an outcome of classes")),
        (Kinds::Values, true) => return Ok(Some("an outcome that is a number")),
        _ => {}
    }
    let Some(given) = given else { return Ok(None) };
    if card.needs_source_rows() {
        return Ok(Some("the rows of the source, not a model of it"));
    }
    if card.needs.contains(&Needs::Silver) && !unlabelled {
        return Ok(Some("rows that a label can be given to: the source's, or unlabelled ones of the target"));
    }
    // What a method starts from is of its own kind, whatever was saved.
    let (form, words) = match key.and_then(|key| key.get("learner")?.as_str()) {
        Some("linear") => ("linear", "a linear model of the source"),
        Some("trees") => ("trees", "boosted trees of the source"),
        Some("series") => ("series", "a forecaster of the source"),
        Some("batch_norm") => ("batch_norm", "a network with batch normalisation of the source"),
        Some(_) => ("network", "a network of the source"),
        None => return Ok(None),
    };
    Ok((given.meta::<String>("form")? != form).then_some(words))
}

/// The rule on what is there to learn from.
fn recommended(sides: &Sides, given: Option<&Model>) -> Result<Recommendation> {
    let source = match given {
        Some(model) => SourceKind::of_form(&model.meta::<String>("form")?),
        None if sides.sources.iter().any(|one| one.y.as_ref().is_some_and(|y| !y.labelled().is_empty())) => {
            SourceKind::Labelled
        }
        None => SourceKind::Unlabelled,
    };
    let rows = match &sides.target.y {
        Some(Labels::Classes { names, codes, .. }) => {
            let count = |class: usize| codes.iter().filter(|code| **code == Some(class as u32)).count();
            Some(Evidence::Classes((0..names.len()).map(count).collect()))
        }
        Some(y) => Some(Evidence::Values(y.labelled().len())),
        None => None,
    };
    Ok(recommend(source, rows.as_ref().filter(|_| !sides.target.is_empty())))
}
