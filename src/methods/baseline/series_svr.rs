//! Support vector regression of the scaled windows of one person, the shallow baseline of De Bois, El Yacoubi & Ammi
//! (arXiv 2006.15940): C, ε and γ are chosen on held-back days.
//!
//! The published search is a coarse grid (four C, four ε, three γ, each evenly in logarithms) that is then refined; how
//! is not said: here by half a step to either side of the best.

use serde_json::json;

use super::super::common::forecasting::{self, PAPER};
use super::super::common::rows::canonical;
use super::super::common::series::{Scale, Shape};
use super::super::common::shallow::Shallow;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Feature, FeatureKind, Prediction, Task};
use crate::config;
use crate::error::{Code, Result};
use crate::math::rows::Rows;
use crate::math::svm::{Kernel, Settings, Svm};
use crate::train::Run;
use crate::watch::Event;

/// What the two searches begin with: C, ε, γ.
const QUICK: [&[f64]; 3] = [&[10.0, 100.0], &[0.01, 0.1], &[1e-3, 1e-2]];
const PUBLISHED: [&[f64]; 3] = [&[1.0, 10.0, 100.0, 1000.0], &[1e-3, 1e-2, 0.1, 1.0], &[1e-4, 1e-3, 1e-2]];

config! {
    /// The search.
    pub struct SeriesSvrConfig {
        /// Which settings are tried.
        svr_search: String = "few".to_owned(),
            crate::methods::config::Range::Choice { options: vec!["few", "wide"] }, "";
        /// Windows at most; of more every so-many-th is taken.
        svr_rows: usize = 2000, crate::methods::config::Range::Whole { low: 50, high: 100_000 }, "rows";
    }
}

/// See the [module](self).
pub struct SeriesSvr;

impl Method for SeriesSvr {
    const CARD: Card = Card {
        id: "series_svr",
        scenario: card::Scenario::Baseline,
        factor: card::Factor::None,
        needs: &[card::Needs::TimeSeries, card::Needs::TargetLabels],
        kinds: card::Kinds::Values,
        honesty: card::Honesty::Reconstructed,
        paper: Some(PAPER),
        uses_network: false,
        sensible: false,
    };
    type Config = SeriesSvrConfig;

    async fn adapt(_pre: Option<&Model>, config: &SeriesSvrConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        run.event(Event::Phase { name: "from_scratch".to_owned(), facts: Vec::new() });
        let all = canonical(&task.target);
        let shape = Shape::of(all.x.features(), Self::CARD.id)?;
        let scale = Scale::fit(&shape, &all)?;
        let every = all.len().div_ceil(config.svr_rows).max(1);
        let rows = all.select(&(0..all.len()).step_by(every).collect::<Vec<usize>>());
        let data = forecasting::own(&shape, &scale, &rows, run.seed)?;
        let cols = data.x.cols;
        let x = |at: &[usize]| -> Vec<f64> { data.x.gather(at).into_iter().map(f64::from).collect() };
        let y = |at: &[usize]| -> Vec<f64> { at.iter().map(|&row| f64::from(data.y[row])).collect() };
        let grid = if config.svr_search == "wide" { &PUBLISHED } else { &QUICK };
        let (fit, held) = ((x(&data.fit), y(&data.fit)), (x(&data.held), y(&data.held)));
        let (chosen, tried) = search(grid, cols, (&fit.0, &fit.1), (&held.0, &held.1), run).await?;
        let whole: Vec<usize> = (0..data.x.rows).collect();
        let (cells, values) = (x(&whole), y(&whole));
        let mut kernel = Kernel::new(Rows::new(&cells, cols)?, Some(chosen[2]));
        let settings = Settings { c: chosen[0], ..Settings::default() };
        let svm = Svm::fit_values(&mut kernel, &values, chosen[1], &settings, run.pulse()).await?;
        let number = |name: &String| Feature { name: name.clone(), kind: FeatureKind::Number };
        let features: Vec<Feature> = shape.columns.iter().map(number).collect();
        let choice = json!({
            "c": chosen[0], "epsilon": chosen[1], "gamma": chosen[2], "tried": tried, "rows": values.len(),
            "left_out": all.len() - values.len(), "support": svm.weight.len(),
        });
        let mut model = Model::new(Self::CARD.id, json!({ "features": features, "choice": choice }));
        Shallow::Svm(svm).store(&mut model);
        scale.store(&mut model);
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        let features: Vec<Feature> = model.meta("features")?;
        let bad = |reason: &str| Code::BadModel.err().with("reason", reason);
        let shape = Shape::of(&features, Self::CARD.id).map_err(|_| bad("its features are no windows"))?;
        let scale = Scale::restore(&shape, model)?;
        if x.is_empty() {
            return Ok(Prediction::Values { values: Vec::new() });
        }
        let Shallow::Svm(svm) = Shallow::restore(model)? else { return Err(bad("it holds trees")) };
        let cells: Vec<f64> = scale.x(&shape, &x.x)?.values.into_iter().map(f64::from).collect();
        let said = svm.decide(Rows::new(&cells, shape.columns.len())?, run.pulse()).await?;
        Ok(Prediction::Values { values: said.into_iter().map(|z| scale.label[0] + scale.label[1] * z).collect() })
    }
}

/// C, ε and γ with the least squared error on the held-back rows, and how many settings were tried. Only a grid of three
/// or more is refined.
async fn search(
    grid: &[&[f64]; 3],
    cols: usize,
    fit: (&[f64], &[f64]),
    held: (&[f64], &[f64]),
    run: &Run<'_>,
) -> Result<([f64; 3], usize)> {
    // Of one day nothing is held back, and so nothing can be chosen: the grid's middle.
    let mut chosen = grid.map(|side| side[side.len() / 2]);
    let (mut tried, mut best) = (0, f64::INFINITY);
    if held.1.is_empty() {
        return Ok((chosen, tried));
    }
    let mut rounds = vec![grid.map(<[f64]>::to_vec)];
    while let Some([cs, epsilons, gammas]) = rounds.pop() {
        for &gamma in &gammas {
            let mut kernel = Kernel::new(Rows::new(fit.0, cols)?, Some(gamma));
            for (&c, &epsilon) in cs.iter().flat_map(|c| epsilons.iter().map(move |epsilon| (c, epsilon))) {
                let settings = Settings { c, ..Settings::default() };
                let svm = Svm::fit_values(&mut kernel, fit.1, epsilon, &settings, run.pulse()).await?;
                let said = svm.decide(Rows::new(held.0, cols)?, run.pulse()).await?;
                let error: f64 = said.iter().zip(held.1).map(|(a, b)| (a - b) * (a - b)).sum();
                tried += 1;
                if error < best {
                    (best, chosen) = (error, [c, epsilon, gamma]);
                }
            }
        }
        if tried == grid.iter().map(|side| side.len()).product::<usize>() && grid.iter().all(|side| side.len() > 2) {
            let half = libm::sqrt(10.0);
            rounds.push(chosen.map(|v| vec![v / half, v, v * half]));
        }
    }
    Ok((chosen, tried))
}
