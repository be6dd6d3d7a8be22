//! What each labelled source row does to the loss on a fold's held-out rows. Their labels are used for that alone, after
//! everything was learned and chosen.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::prepare::{Entry, Prepared};
use super::told::Whose;
use super::unit::Direction;
use crate::cohort::Cohort;
use crate::error::{Code, Result};
use crate::explain::attribute::Explained;
use crate::explain::influence::{Fit, Measure, UNKNOWNS, agreement, leave_one_out};
use crate::explain::integrated::Wide;
use crate::methods::Model;
use crate::methods::common::encoder::{Encoder, Rows};
use crate::methods::common::head::Head;
use crate::methods::common::linear::Linear;
use crate::methods::common::network::Network;
use crate::methods::common::penalised::encode;
use crate::methods::common::rows::Known;
use crate::split::Fold;
use crate::train::Run;

/// Multiplications that a fold may spend: about a second.
const WORK: f64 = 1e9;
/// Rows that are measured whatever they cost.
const FEWEST: usize = 200;

/// The influence of source rows on one fold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Carried {
    /// What was measured.
    pub measure: Measure,
    /// In which model.
    pub whose: Whose,
    /// Which of the labelled rows of all sources, one source after the other.
    pub rows: Vec<u32>,
    /// Positive where the row helps.
    pub values: Vec<f64>,
    /// What one row of each source weighs beside one of the target's; empty where the method gives none.
    pub weights: Vec<f64>,
}

impl Prepared {
    /// The influence of the source rows in the model that learned from them: the source model that the transfer starts
    /// from, or the transferred one where it learns from both sides in one fit. `None` for kinds of models without a
    /// measure (trees, several classes beyond what is inverted), and where rows are not there (a given model).
    pub(super) async fn carried(
        &self,
        direction: Direction,
        place: &Fold,
        entry: &Entry,
        pre: Option<&Model>,
        model: &Model,
        run: &Run<'_>,
    ) -> Result<Option<Carried>> {
        let sides = self.sides(direction)?;
        let asked = self.plan.explain.patients > 0 && entry.method.card().id == self.plan.transfer.method;
        if !asked || direction != Direction::Forward || !sides.estimates(place) || place.repeat > 0 {
            return Ok(None);
        }
        let sources: Vec<Cohort> = sides.sources.iter().map(Cohort::labelled).collect();
        let n: usize = sources.iter().map(Cohort::len).sum();
        let judges = sides.evaluated(place).labelled();
        if n == 0 || judges.is_empty() || self.plan.source_model.is_some() {
            return Ok(None);
        }
        let train = sides.target.select(&place.train);
        let weights = site_weights(model, &sources, train.labelled().len());
        let joint = entry.method.card().id == "weighted_pooling" && share(model).is_some_and(|share| share > 0.0);
        let (whose, of) = match pre {
            Some(pre) if !joint => (Whose::Source, pre),
            None if entry.method.card().id != "pooled" => return Ok(None),
            _ => (Whose::Transferred, model),
        };
        let found = match Explained::of(of)? {
            Some(Explained::Linear(linear)) => {
                let own = if joint { Some((&train, share(model).unwrap_or(0.0))) } else { None };
                by_absence(&linear, &sources, own, &judges, run).await?
            }
            Some(Explained::Network(network)) => Some(by_steps(&network, &sources, &judges, run).await?),
            _ => None,
        };
        Ok(found.map(|(measure, rows, values)| Carried { measure, whose, rows, values, weights }))
    }
}

/// The target's share of the weight, where the method chose one.
fn share(model: &Model) -> Option<f64> {
    let choice = model.meta.get("choice")?;
    let chosen = choice.get("chosen").and_then(Value::as_u64)?;
    choice.get("of")?.get(chosen as usize)?.get("target_share")?.as_f64()
}

/// What one row of each source weighs beside one of the target's.
fn site_weights(model: &Model, sources: &[Cohort], own: usize) -> Vec<f64> {
    let n: usize = sources.iter().map(Cohort::len).sum();
    if let Some(share) = share(model).filter(|share| *share > 0.0) {
        return vec![(1.0 - share) / n as f64 / (share / own.max(1) as f64); sources.len()];
    }
    match (model.method.as_str(), model.meta.get("detection").and_then(Value::as_array)) {
        ("pooled" | "feature_augmentation", _) => vec![1.0; sources.len()],
        // A source that was not found to help has no row in the fit.
        ("trans_glm", Some(found)) => sources
            .iter()
            .map(|source| {
                let of = found.iter().find(|one| one.get("domain").and_then(Value::as_str) == Some(&source.domain));
                let used = of.is_none_or(|one| one.get("used").and_then(Value::as_bool).unwrap_or(true));
                f64::from(u8::from(used))
            })
            .collect(),
        _ => Vec::new(),
    }
}

type Found = (Measure, Vec<u32>, Vec<f64>);

/// Labels in the order of a model's classes; `None` where it does not know one.
fn recoded(known: &Known, head: &Head) -> Option<Known> {
    match (known, head) {
        (Known::Classes { names, codes, .. }, Head::Classes { names: own, event }) => {
            let place = |code: &usize| own.iter().position(|name| Some(name) == names.get(*code));
            let codes = codes.iter().map(place).collect::<Option<Vec<usize>>>()?;
            Some(Known::Classes { names: own.clone(), event: *event, codes })
        }
        (Known::Values { .. }, Head::Values { .. }) => Some(known.clone()),
        _ => None,
    }
}

/// The labels of cohorts as a model has them.
fn labels(cohorts: &[&Cohort], head: &Head) -> Result<Option<Known>> {
    Ok(recoded(&Known::join(cohorts, Code::LabelMissingInSource)?, head))
}

async fn by_absence(
    linear: &Linear,
    sources: &[Cohort],
    own: Option<(&Cohort, f64)>,
    judges: &Cohort,
    run: &Run<'_>,
) -> Result<Option<Found>> {
    let number = |name: &str| linear.chosen.get(name).and_then(Value::as_f64);
    let (Some(encoder), Some(alpha), Some(lambda)) = (&linear.encoder, number("alpha"), number("lambda")) else {
        return Ok(None);
    };
    if linear.coefficients.iter().filter(|b| **b != 0.0).count() > 2 * UNKNOWNS {
        return Ok(None);
    }
    let parts: Vec<&Cohort> = sources.iter().filter(|c| !c.is_empty()).collect();
    let target = own.map(|(rows, share)| (rows.labelled(), share));
    let all: Vec<&Cohort> = parts.iter().copied().chain(target.iter().map(|(rows, _)| rows)).collect();
    let (Some(known), Some(truth)) = (labels(&all, &linear.head)?, labels(&[judges], &linear.head)?) else {
        return Ok(None);
    };
    let x = encode(encoder, &all)?;
    let n: usize = parts.iter().map(|c| c.len()).sum();
    let weights: Vec<f64> = match &target {
        Some((rows, share)) => {
            let of = |row: usize| if row < n { (1.0 - share) / n as f64 } else { share / rows.len() as f64 };
            (0..x.rows).map(of).collect()
        }
        None => vec![1.0 / n as f64; n],
    };
    // The penalty was on columns of unit variance under these weights.
    let penalty: Vec<f64> = (0..x.cols).map(|j| lambda * (1.0 - alpha) * variance(&x, &weights, j)).collect();
    let judges = encoder.transform_f64(&judges.x)?;
    let fit = Fit {
        x: &x,
        known: &known,
        weights: &weights,
        intercepts: &linear.intercepts,
        coefficients: &linear.coefficients,
        penalty: &penalty,
    };
    let Some(mut values) = leave_one_out(&fit, &judges, &truth, run).await? else { return Ok(None) };
    values.truncate(n);
    Ok(Some((Measure::LeaveOneOut, (0..n as u32).collect(), values)))
}

fn variance(x: &Rows<f64>, weights: &[f64], column: usize) -> f64 {
    let of = |row: usize| x.values[row * x.cols + column];
    let mean: f64 = weights.iter().enumerate().map(|(row, w)| w * of(row)).sum();
    weights.iter().enumerate().map(|(row, w)| w * (of(row) - mean) * (of(row) - mean)).sum()
}

async fn by_steps(network: &Network, sources: &[Cohort], judges: &Cohort, run: &Run<'_>) -> Result<Found> {
    let defect = || Code::Internal.err().with("reason", "labels that the head does not know");
    let n: usize = sources.iter().map(Cohort::len).sum();
    let cost: usize = 4 * network.layers.iter().map(|layer| layer.weight.len()).sum::<usize>();
    let most = ((WORK / cost.max(1) as f64) as usize).max(FEWEST).min(n);
    let rows: Vec<usize> = (0..most).map(|at| at * n / most).collect();
    let encoder: &Encoder = &network.encoder;
    let numbers = |cohorts: &[&Cohort]| -> Result<(Rows<f64>, Rows<f32>)> {
        let known = labels(cohorts, &network.head)?.ok_or_else(defect)?;
        Ok((encode(encoder, cohorts)?, network.head.targets(&known).ok_or_else(defect)?))
    };
    let parts: Vec<&Cohort> = sources.iter().filter(|c| !c.is_empty()).collect();
    let (x, y) = numbers(&parts)?;
    let (jx, jy) = numbers(&[judges])?;
    let x = Rows { rows: most, cols: x.cols, values: x.gather(&rows) };
    let y = Rows { rows: most, cols: y.cols, values: y.gather(&rows) };
    let classes = matches!(network.head, Head::Classes { .. });
    let values = agreement(&Wide::new(&network.layers), classes, (&x, &y), (&jx, &jy), run).await?;
    Ok((Measure::Gradients, rows.into_iter().map(|row| row as u32).collect(), values))
}
