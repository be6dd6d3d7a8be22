//! Cluster, then label: the simpler relation of self-training that Bashiri et al. (JAMIA 2022;29:1696–1704) compare it
//! with, after their released code (`ctl/*`).
//!
//! 1. All rows, reviewed (*gold*) and not (*silver*), are standardised and put into two clusters by k-means.
//! 2. A cluster of whose reviewed rows 75 % or more have one class gives that class to its silver rows; the silver rows
//!    of other clusters are left out. (Of two classes: ≥ 75 % events, or ≤ 25 %.)
//! 3. Each class is cut to the size of the smallest, by chance; boosted trees, tuned over a grid, learn from what is left.
//!
//! For clustering missing numbers take the median, since distances need a number; the trees see them as missing.
//! Labels of silver rows are compared with, never learned from, as in [`super::self_training`].

use serde_json::json;

use super::super::common::clusters::k_means;
use super::super::common::encoder::{Encoder, Part};
use super::super::common::forest::Grown;
use super::super::common::grid::{Grid, Point, draws};
use super::super::common::pool::{Ended, Labelling, PAPER, Pool, Silver};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::Result;
use crate::rng::Rng;
use crate::train::Run;
use crate::trees::Params;
use crate::watch::{Event, Round};

crate::config! {
    /// The clusters' rule and the trees.
    pub struct ClusterThenLabelConfig {
        /// Share of a cluster's reviewed rows that must have one class.
        purity: f64 = 0.75, Range::Real { low: 0.5, high: 1.0 }, "";
        /// Which rows are silver.
        silver: String = "both".to_owned(), Range::Choice { options: vec!["both", "source", "target"] }, "";
        /// The settings that are tried.
        grid: String = "small".to_owned(), Range::Choice { options: vec!["small", "published", "one"] }, "";
        /// Share of the rows that each tree sees.
        subsample: f64 = 0.5, Range::Real { low: 0.1, high: 1.0 }, "";
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

/// Clusters, as published.
const CLUSTERS: usize = 2;

/// The class that each cluster gives its silver rows, and the largest share of one class in any of them.
///
/// `of`: each row's cluster, gold rows first; `gold`: the class of each gold row.
pub fn labels_of(of: &[usize], gold: &[usize], classes: usize, purity: f64) -> (Vec<Option<usize>>, f64) {
    let mut top = 0.0_f64;
    let found = (0..CLUSTERS).map(|cluster| {
        let mut counts = vec![0_usize; classes];
        for (_, &code) in of.iter().zip(gold).filter(|(place, _)| **place == cluster) {
            counts[code] += 1;
        }
        let all: usize = counts.iter().sum();
        let (class, &most) = counts.iter().enumerate().rev().max_by_key(|(_, n)| **n)?;
        if all == 0 {
            return None;
        }
        let share = most as f64 / all as f64;
        top = top.max(share);
        (share >= purity).then_some(class)
    });
    let found = found.collect();
    (found, top)
}

/// The cluster of each row of a pool, gold rows first.
///
/// # Errors
/// [`crate::Code::NothingVaries`], [`crate::Code::Cancelled`].
pub async fn clusters(pool: &Pool, run: &Run<'_>) -> Result<Vec<usize>> {
    let encoder = Encoder::fit(&[&pool.rows[0], &pool.rows[1]], usize::MAX)?;
    let parts = pool.rows.iter().map(|rows| encoder.transform_f64(&rows.x)).collect::<Result<Vec<_>>>()?;
    // Whether a number is missing is no coordinate.
    let used: Vec<usize> = (0..encoder.columns.len()).filter(|&at| encoder.columns[at].part != Part::Missing).collect();
    let rows = parts.iter().flat_map(|part| part.values.chunks(part.cols.max(1)));
    let x: Vec<f64> = rows.flat_map(|row| used.iter().filter_map(|&at| row.get(at).copied())).collect();
    Ok(k_means(&x, used.len(), CLUSTERS, run).await?.0)
}

/// See the [module](self).
pub struct ClusterThenLabel;

impl Method for ClusterThenLabel {
    const CARD: Card = Card {
        id: "cluster_then_label",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Instances,
        needs: &[card::Needs::TargetLabels, card::Needs::Silver],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::Reconstructed,
        paper: Some(PAPER),
        uses_network: false,
        sensible: false,
    };
    type Config = ClusterThenLabelConfig;

    async fn adapt(_pre: Option<&Model>, config: &ClusterThenLabelConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let pool = Pool::of(task, Silver::of(&config.silver), Self::CARD.id)?;
        run.event(Event::Phase { name: "clusters".to_owned(), facts: Vec::new() });
        let of = clusters(&pool, run).await?;
        let (n_gold, k) = (pool.gold.len(), pool.names.len());
        let (given, highest) = labels_of(&of, &pool.gold, k, config.purity);
        let mut codes = pool.start();
        for row in n_gold..pool.len() {
            codes[row] = given.get(of[row]).copied().flatten().unwrap_or(k);
        }
        let gold: Vec<usize> = (0..n_gold).collect();
        let labelled: Vec<usize> = (n_gold..pool.len()).filter(|&row| codes[row] < k).collect();
        let set = even(&[gold.as_slice(), labelled.as_slice()].concat(), &codes, run);
        let params = Params { subsample: config.subsample, ..Params::default() };
        let one = Point {
            trees: config.one_trees,
            eta: config.one_eta,
            max_depth: config.one_depth,
            min_child_weight: config.one_weight,
        };
        let grid = Grid::named(&config.grid, params, one);
        let (point, _) = grid.tune(&pool, &set, &codes, draws(run, "cluster/tune", 0), run).await?;
        run.event(Event::Phase { name: "trees".to_owned(), facts: Vec::new() });
        let forest = grid.grow(&pool, &set, &codes, &point, draws(run, "cluster/fit", 0), run).await?;
        let (compared, agreed) = pool.agreement(&labelled, &codes);
        let silver = pool.len() - n_gold;
        let rounds = vec![
            Round { train: pool.counts(&gold, &codes), left: silver as u32, ..Round::default() },
            Round {
                round: 1,
                added: pool.counts(&labelled, &codes),
                train: pool.counts(&set, &codes),
                left: (silver - labelled.len()) as u32,
                auc: None,
                highest: Some(highest),
                compared,
                agreed,
            },
        ];
        let labelling = Labelling {
            names: pool.names.clone(),
            event: pool.event as u32,
            threshold: Some(config.purity),
            best: 1,
            ended: if labelled.is_empty() { Ended::MixedClusters } else { Ended::OnePass },
            judges: 0,
            rounds,
        };
        pool.into_model(Self::CARD.id, &json!(config), (forest, point), labelling)
    }

    async fn predict(model: &Model, x: &Cohort, _run: &Run<'_>) -> Result<Prediction> {
        Grown::from_model(model)?.predict(&x.x)
    }
}

/// As many rows of each class as of the smallest one that is there.
fn even(rows: &[usize], codes: &[usize], run: &Run<'_>) -> Vec<usize> {
    let mut classes: Vec<usize> = rows.iter().map(|&row| codes[row]).collect();
    classes.sort_unstable();
    classes.dedup();
    let of = |class: usize| rows.iter().copied().filter(|&row| codes[row] == class).collect::<Vec<_>>();
    let least = classes.iter().map(|&class| of(class).len()).min().unwrap_or(0);
    let mut kept: Vec<usize> = Vec::with_capacity(least * classes.len());
    for &class in &classes {
        let all = of(class);
        let order = Rng::child(run.seed, "cluster/even", class).permutation(all.len());
        kept.extend(order.iter().take(least).map(|&at| all[at]));
    }
    kept.sort_unstable();
    kept
}
