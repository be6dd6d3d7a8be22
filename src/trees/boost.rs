//! Boosting, a step at a time.

use super::bins::{Bins, Packed};
use super::data::{Matrix, Rows};
use super::exact::{self, Exact, Order};
use super::forest::Forest;
use super::gain::Rule;
use super::grow::{Node, grow};
use super::hist::{self, Hist};
use super::loss::Loss;
use super::pair::{Pair, onto_grid};
use super::params::{Params, Search};
use super::predict::Walk;
use super::sample::Draw;
use crate::error::{Code, Result};

/// What a step did.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Steps so far, those of a continued model included.
    pub steps: usize,
    /// The mean loss of the watched rows.
    pub watched: Option<f64>,
    /// The watched rows have not got better for as many steps as was allowed: stop here.
    pub stop: bool,
}

/// Grows trees one step at a time: see the [module](super).
pub struct Booster<'a> {
    params: Params,
    rule: Rule,
    rows: Rows<'a>,
    seed: u64,
    forest: Forest,
    margins: Vec<f64>,
    /// Class after class.
    pairs: Vec<Pair>,
    engine: Engine,
    watched: Option<Watched<'a>>,
}

enum Engine {
    Hist { bins: Bins, whole: Option<Packed>, space: hist::Space },
    Exact { orders: Vec<Order>, space: exact::Space },
}

struct Watched<'a> {
    rows: Rows<'a>,
    margins: Vec<f64>,
    patience: usize,
    best: f64,
    best_steps: usize,
}

impl<'a> Booster<'a> {
    /// Makes ready: checks, bins or sorts the columns. With `start`, its trees are kept and new ones appended; it must
    /// have the same features in the same order, and the same loss.
    ///
    /// # Errors
    /// [`Code::OutOfRange`], [`Code::TooFewRows`], [`Code::WrongType`] for a label, [`Code::NotFinite`] for a margin,
    /// [`Code::OneClass`] where logistic loss has no start and labels of one class only, [`Code::ModelOtherColumns`],
    /// [`Code::BadModel`] for a start of another loss, [`Code::Internal`] for wrong lengths.
    pub fn new(params: &Params, loss: Loss, rows: Rows<'a>, start: Option<&Forest>, seed: u64) -> Result<Self> {
        params.check()?;
        loss.check()?;
        rows.check(loss)?;
        let forest = match start {
            Some(forest) => {
                same(forest, loss, &rows.x)?;
                forest.clone()
            }
            None => {
                let base = match params.base_score {
                    Some(score) => vec![loss.margin(score)?; loss.outputs()],
                    None if rows.margin.is_some() => vec![0.0; loss.outputs()],
                    None => loss.start(&rows, params.scale_pos_weight)?,
                };
                Forest::empty(loss, rows.x.features(), base)
            }
        };
        let n = rows.x.rows();
        let engine = match params.search {
            Search::Hist => {
                let bins = Bins::new(&rows, params.max_bin);
                let all: Vec<u32> = (0..rows.x.features() as u32).collect();
                let whole = (params.colsample_bytree >= 1.0).then(|| bins.pack(&all));
                Engine::Hist { bins, whole, space: hist::Space::new(n) }
            }
            Search::Exact => Engine::Exact { orders: exact::orders(&rows.x), space: exact::Space::new(n) },
        };
        Ok(Self {
            params: params.clone(),
            rule: Rule::new(params),
            rows,
            seed,
            margins: forest.margins(&rows.x, rows.margin)?,
            pairs: vec![[0.0; 2]; n * loss.outputs()],
            forest,
            engine,
            watched: None,
        })
    }

    /// Judges every step by these rows: [`Step::stop`] says when their mean loss has not got better for `patience`
    /// steps, and [`Booster::finish`] gives the model of the best step.
    ///
    /// # Errors
    /// As [`Booster::new`], for these rows.
    pub fn watch(mut self, rows: Rows<'a>, patience: usize) -> Result<Self> {
        let loss = self.forest.parts().loss;
        rows.check(loss)?;
        let margins = self.forest.margins(&rows.x, rows.margin)?;
        let best = loss.mean(&rows, &margins);
        let best_steps = self.forest.steps();
        self.watched = Some(Watched { rows, margins, patience: patience.max(1), best, best_steps });
        Ok(self)
    }

    /// Grows a tree, or one a class.
    ///
    /// # Errors
    /// [`Code::NotFinite`] where margins grow beyond all numbers.
    pub fn step(&mut self) -> Result<Step> {
        let loss = self.forest.parts().loss;
        let (n, outputs, step) = (self.rows.x.rows(), loss.outputs(), self.forest.steps());
        loss.pairs(&self.rows, &self.margins, self.params.scale_pos_weight, &mut self.pairs);
        for class in 0..outputs {
            let draw = Draw::new(self.seed, step, class);
            let mut rows = draw.rows(n, self.params.subsample);
            let nodes = self.grow(draw, class, &mut rows)?;
            let tree = self.forest.trees();
            self.forest.push(&nodes, &self.rule);
            self.learn(&nodes, &rows, tree, class)?;
        }
        let steps = step + 1;
        let Some(watched) = &mut self.watched else { return Ok(Step { steps, watched: None, stop: false }) };
        let found = loss.mean(&watched.rows, &watched.margins);
        if found < watched.best {
            (watched.best, watched.best_steps) = (found, steps);
        }
        Ok(Step { steps, watched: Some(found), stop: steps - watched.best_steps >= watched.patience })
    }

    fn grow(&mut self, draw: Draw, class: usize, rows: &mut [u32]) -> Result<Vec<Node>> {
        let n = self.rows.x.rows();
        let pairs = &mut self.pairs[class * n..(class + 1) * n];
        let total = if rows.len() == n {
            onto_grid(pairs)
        } else {
            onto_grid(pairs).map(|_| rows.iter().fold([0.0; 2], |sum, row| super::pair::add(sum, pairs[*row as usize])))
        };
        let total = total.ok_or_else(|| not_finite("gradient", f64::INFINITY, self.forest.steps()))?;
        let features = draw.columns(self.rows.x.features(), self.params.colsample_bytree);
        let levels = draw.levels(features.len(), self.params.colsample_bylevel, self.rule.max_depth);
        let (rule, count) = (self.rule, rows.len());
        Ok(match &mut self.engine {
            Engine::Hist { bins, whole, space } => {
                let drawn;
                let packed = match whole {
                    Some(whole) => whole,
                    None => {
                        drawn = bins.pack(&features);
                        &drawn
                    }
                };
                let mut hist = Hist { rule, bins, packed, pairs, rows, levels: &levels, space };
                grow(&mut hist, &rule, total, count)
            }
            Engine::Exact { orders, space } => {
                let mut exact = Exact::new(rule, self.rows.x, orders, &features, pairs, rows, &levels, space);
                grow(&mut exact, &rule, total, count)
            }
        })
    }

    /// Adds the new tree to the margins: of its own rows by where they ended up, of all others by walking it.
    fn learn(&mut self, nodes: &[Node], rows: &[u32], tree: usize, class: usize) -> Result<()> {
        let (n, outputs) = (self.rows.x.rows(), self.forest.outputs());
        let mut open = vec![0];
        while let Some(index) = open.pop() {
            let node = &nodes[index];
            if node.split.is_some() {
                open.extend([node.left, node.left + 1]);
                continue;
            }
            let value = f64::from(self.rule.leaf(node.sum));
            if !value.is_finite() {
                return Err(not_finite("leaf", value, self.forest.steps()));
            }
            for row in &rows[node.range.clone()] {
                self.margins[*row as usize * outputs + class] += value;
            }
        }
        let walk = Walk::new(self.forest.parts(), tree);
        if rows.len() < n {
            let mut own = vec![false; n];
            rows.iter().for_each(|row| own[*row as usize] = true);
            for row in (0..n).filter(|row| !own[*row]) {
                self.margins[row * outputs + class] += f64::from(walk.leaf(&self.rows.x, row).0);
            }
        }
        if let Some(watched) = &mut self.watched {
            for row in 0..watched.rows.x.rows() {
                watched.margins[row * outputs + class] += f64::from(walk.leaf(&watched.rows.x, row).0);
            }
        }
        Ok(())
    }

    /// The weighted mean loss of the training rows.
    pub fn loss(&self) -> f64 {
        self.forest.parts().loss.mean(&self.rows, &self.margins)
    }
    /// The mean loss of the watched rows at the best step so far; before the first step, at the start.
    pub fn watched(&self) -> Option<f64> {
        self.watched.as_ref().map(|watched| watched.best)
    }
    /// The margins of the training rows, by rows.
    pub fn margins(&self) -> &[f64] {
        &self.margins
    }
    /// The model so far.
    pub fn forest(&self) -> &Forest {
        &self.forest
    }
    /// The model: of the best step where rows were watched, else of the last.
    pub fn finish(self) -> Forest {
        match self.watched {
            Some(watched) if watched.best_steps < self.forest.steps() => self.forest.truncated(watched.best_steps),
            _ => self.forest,
        }
    }
}

/// All steps at once, for callers that need not breathe.
///
/// # Errors
/// As [`Booster::new`] and [`Booster::step`].
pub fn train(params: &Params, loss: Loss, rows: Rows<'_>, steps: usize, seed: u64) -> Result<Forest> {
    let mut booster = Booster::new(params, loss, rows, None, seed)?;
    for _ in 0..steps {
        booster.step()?;
    }
    Ok(booster.finish())
}

fn same(start: &Forest, loss: Loss, x: &Matrix<'_>) -> Result<()> {
    let parts = start.parts();
    if parts.features != x.features() {
        let columns = format!("{} / {}", x.features(), parts.features);
        return Err(Code::ModelOtherColumns.err().with("columns", columns));
    }
    if parts.loss != loss {
        let reason = format!("{:?} is not {loss:?}", parts.loss);
        return Err(Code::BadModel.err().with("reason", reason));
    }
    Ok(())
}

fn not_finite(term: &str, value: f64, step: usize) -> crate::error::Error {
    Code::NotFinite.err().with("term", term).with("value", value).with("step", step)
}
