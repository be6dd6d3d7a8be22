//! Self-training with boosted trees (Bashiri et al., JAMIA 2022;29:1696–1704): a model of few reviewed rows (*gold*)
//! labels the rows without a review (*silver*) of which it is sure, learns from these too, and so on.
//!
//! As in the released code (`nonLSTM_sl-model.R`), with T the rows that are learned from and V a fifth of the gold rows:
//! 1. Fit on T, settings by five-fold cross-validation over a grid; A₀ = AUC on V, probabilities rounded to 4 decimals.
//! 2. Each silver row left with P(class) ≥ θ takes that class and goes to T; none: the end.
//! 3. Fit again. Aᵣ > all before: this T is the best set. Aᵣ − Aᵣ₋₁ < 0.02: the plateau is one longer, else it is 0; at 4
//!    the end (the code's comment says three), and after 1,000 rounds.
//! 4. The last fit: the best set and V.
//!
//! Choices: θ is 0.90, as the review gives it (the released file has 0.99); settings are chosen once, in round 0, and
//! `every_round` chooses them anew in each as the code does, for many times the price; V is drawn with both classes in
//! their shares unless `stratified` is off, as it is there. Rows of one person never stand on both sides. V picks the best
//! set, so its AUC flatters: only rows outside the task judge.
//!
//! Silver rows are the source's, and the target's unlabelled ones. Their own labels, where they have any, are never
//! learned from: they are only counted against the labels that were given here.

use serde_json::json;

use super::super::common::forest::Grown;
use super::super::common::grid::{Grid, Point, draws};
use super::super::common::pool::{Ended, Labelling, PAPER, Pool, Silver};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::split::{Respect, hold_out};
use crate::train::Run;
use crate::trees::{Forest, Params, Search};
use crate::watch::{Event, Round};

crate::config! {
    /// The threshold, the rounds, the trees.
    pub struct SelfTrainingConfig {
        /// θ: a silver row is labelled where a class has at least this probability.
        threshold: f64 = 0.9, Range::Real { low: 0.5, high: 1.0 }, "";
        /// Which rows are silver.
        silver: String = "both".to_owned(), Range::Choice { options: vec!["both", "source", "target"] }, "";
        /// The settings that are tried.
        grid: String = "small".to_owned(), Range::Choice { options: vec!["small", "published", "one"] }, "";
        /// Whether they are tried again in each round.
        every_round: bool = false, Range::Switch, "";
        /// Rounds at most.
        most_rounds: usize = 1000, Range::Whole { low: 1, high: 1000 }, "";
        /// Whether the part that judges the rounds has the classes in their shares.
        stratified: bool = true, Range::Switch, "";
        /// Share of the rows that each tree sees.
        subsample: f64 = 0.5, Range::Real { low: 0.1, high: 1.0 }, "";
        /// How splits are searched.
        search: String = "hist".to_owned(), Range::Choice { options: vec!["hist", "exact"] }, "";
        /// Trees, where the grid is one point.
        one_trees: usize = 200, Range::Whole { low: 1, high: 5000 }, "trees";
        /// How much of each tree is taken, where the grid is one point.
        one_eta: f64 = 0.1, Range::Real { low: 1e-4, high: 1.0 }, "";
        /// Levels of splits, where the grid is one point.
        one_depth: usize = 3, Range::Whole { low: 1, high: 15 }, "levels";
        /// Least sum of second derivatives in a leaf, where the grid is one point.
        one_weight: f64 = 2.0, Range::Real { low: 0.0, high: 1000.0 }, "";
    }
}

impl SelfTrainingConfig {
    /// The settings that are tried.
    pub fn points(&self) -> Grid {
        let search = if self.search == "exact" { Search::Exact } else { Search::Hist };
        let params = Params { subsample: self.subsample, search, ..Params::default() };
        let one = Point {
            trees: self.one_trees,
            eta: self.one_eta,
            max_depth: self.one_depth,
            min_child_weight: self.one_weight,
        };
        Grid::named(&self.grid, params, one)
    }
}

/// The share of gold rows that judges the rounds.
const JUDGES: f64 = 0.2;
/// A round that gains less than this on the one before lengthens the plateau.
const GAIN: f64 = 0.02;
/// The plateau at which it ends.
const PLATEAU: u32 = 4;

/// What the rounds gave.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The last fit.
    pub forest: Forest,
    /// Its settings.
    pub point: Point,
    /// The rounds, 0 first.
    pub rounds: Vec<Round>,
    /// The round whose set was kept.
    pub best: u32,
    /// Why there were no more.
    pub ended: Ended,
    /// The rows that each round labelled, and as what; of round 0 none. Never stored.
    pub moved: Vec<Vec<(usize, usize)>>,
}

/// The rounds, on some gold rows (`train`) judged by others (`judge`): numbers of rows of the pool.
///
/// # Errors
/// [`Code::TooFewRows`] where the judging rows lack a class, [`Code::OneClass`], [`Code::Cancelled`].
pub async fn rounds(
    pool: &Pool,
    train: &[usize],
    judge: &[usize],
    config: &SelfTrainingConfig,
    run: &Run<'_>,
) -> Result<Trained> {
    let grid = config.points();
    let k = pool.names.len();
    // Silver rows have the label that they were given here; before that none.
    let mut codes = pool.start();
    let judged = |forest: &Forest, codes: &[usize]| -> Result<f64> {
        let said = pool.predict(forest, judge)?;
        let rounded: Vec<f64> = said.iter().map(|p| libm::round(p * 1e4) / 1e4).collect();
        let few = || {
            let e = Code::TooFewRows.err().with("found", pool.fewest(judge, codes)).with("needed", 1);
            e.with("what", "each class of the part that judges the rounds")
        };
        pool.auc(&rounded, judge, codes).ok_or_else(few)
    };
    let (mut set, mut left): (Vec<usize>, Vec<usize>) = (train.to_vec(), (pool.gold.len()..pool.len()).collect());
    let (mut point, _) = grid.tune(pool, &set, &codes, draws(run, "self_training/tune", 0), run).await?;
    let mut forest = grid.grow(pool, &set, &codes, &point, draws(run, "self_training/fit", 0), run).await?;
    let first = judged(&forest, &codes)?;
    let start =
        Round { train: pool.counts(&set, &codes), left: left.len() as u32, auc: Some(first), ..Round::default() };
    run.event(Event::Round { round: start.clone() });
    let (mut log, mut moved) = (vec![start], vec![Vec::new()]);
    let (mut before, mut top, mut best, mut best_set) = (first, first, 0, set.clone());
    let mut plateau = 0;
    let ended = loop {
        let round = log.len();
        if plateau >= PLATEAU {
            break Ended::Plateau;
        }
        if round > config.most_rounds {
            break Ended::Rounds;
        }
        if left.is_empty() {
            break Ended::AllLabelled;
        }
        run.breathe().await?;
        let said = pool.predict(&forest, &left)?;
        let surest =
            |row: &[f64]| row.iter().copied().enumerate().fold((0, f64::MIN), |a, b| if b.1 > a.1 { b } else { a });
        let sure: Vec<(usize, f64)> = said.chunks(k).map(surest).collect();
        let highest = sure.iter().map(|&(_, p)| p).fold(0.0, f64::max);
        let taken: Vec<(usize, usize)> = left
            .iter()
            .zip(&sure)
            .filter(|(_, (_, p))| *p >= config.threshold)
            .map(|(&row, &(class, _))| (row, class))
            .collect();
        if taken.is_empty() {
            if let Some(last) = log.last_mut() {
                last.highest = Some(highest);
            }
            break if round == 1 { Ended::NothingReached } else { Ended::NoneReached };
        }
        for &(row, class) in &taken {
            codes[row] = class;
            set.push(row);
        }
        left.retain(|&row| codes[row] == k);
        let facts = vec![
            ("round".to_owned(), round.to_string()),
            ("n".to_owned(), taken.len().to_string()),
            ("left".to_owned(), left.len().to_string()),
        ];
        if config.every_round {
            (point, _) = grid.tune(pool, &set, &codes, draws(run, "self_training/tune", round), run).await?;
        }
        run.event(Event::Phase { name: "self_training".to_owned(), facts });
        forest = grid.grow(pool, &set, &codes, &point, draws(run, "self_training/fit", round), run).await?;
        let auc = judged(&forest, &codes)?;
        let labelled: Vec<usize> = taken.iter().map(|&(row, _)| row).collect();
        let (compared, agreed) = pool.agreement(&labelled, &codes);
        let done = Round {
            round: round as u32,
            added: pool.counts(&labelled, &codes),
            train: pool.counts(&set, &codes),
            left: left.len() as u32,
            auc: Some(auc),
            highest: Some(highest),
            compared,
            agreed,
        };
        run.event(Event::Round { round: done.clone() });
        log.push(done);
        moved.push(taken);
        if auc > top {
            (top, best, best_set) = (auc, round, set.clone());
        }
        plateau = if auc - before < GAIN { plateau + 1 } else { 0 };
        before = auc;
    };
    // The labels that rows got after the best round stand beside the set and change nothing in it.
    best_set.extend_from_slice(judge);
    if config.every_round {
        (point, _) = grid.tune(pool, &best_set, &codes, draws(run, "self_training/tune_last", 0), run).await?;
    }
    run.event(Event::Phase { name: "trees".to_owned(), facts: Vec::new() });
    let forest = grid.grow(pool, &best_set, &codes, &point, draws(run, "self_training/last", 0), run).await?;
    Ok(Trained { forest, point, rounds: log, best: best as u32, ended, moved })
}

/// See the [module](self).
pub struct SelfTraining;

impl Method for SelfTraining {
    const CARD: Card = Card {
        id: "self_training",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Instances,
        needs: &[card::Needs::TargetLabels, card::Needs::Silver],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::FaithfulDescription,
        paper: Some(PAPER),
        uses_network: false,
        sensible: false,
    };
    type Config = SelfTrainingConfig;

    async fn adapt(_pre: Option<&Model>, config: &SelfTrainingConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let pool = Pool::of(task, Silver::of(&config.silver), Self::CARD.id)?;
        let strata: Vec<u32> = pool.gold.iter().map(|&code| code as u32).collect();
        let groups = pool.groups().map(|groups| &groups[..pool.gold.len()]);
        let respect = Respect { strata: config.stratified.then_some(strata.as_slice()), groups, keys: None };
        let part = hold_out(pool.gold.len(), respect, JUDGES, draws(run, "self_training/judges", 0))?;
        let trained = rounds(&pool, &part.train, &part.test, config, run).await?;
        let labelling = Labelling {
            names: pool.names.clone(),
            event: pool.event as u32,
            threshold: Some(config.threshold),
            best: trained.best,
            ended: trained.ended,
            judges: part.test.len() as u32,
            rounds: trained.rounds,
        };
        pool.into_model(Self::CARD.id, &json!(config), (trained.forest, trained.point), labelling)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Grown::from_model(model)?.predict(&x.x)
    }
}
