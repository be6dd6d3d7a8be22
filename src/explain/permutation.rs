//! Permutation importance inside test rows: how much worse the metric becomes when one feature is shuffled
//! (Breiman 2001, Machine Learning 45:5–32; here on rows that the model has not seen).
//!
//! Correlated features share their importance: shuffling one leaves the other.

use std::future::Future;

use serde::{Deserialize, Serialize};

use crate::cohort::{Cohort, Prediction};
use crate::error::Result;
use crate::metrics::Metric;
use crate::train::Run;
use crate::watch::Event;

/// The most features that are shuffled; of wider tables those that move the most with the prediction.
pub const MOST_FEATURES: usize = 200;

/// What one feature is worth.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drop {
    /// The feature.
    pub feature: String,
    /// Mean loss of the oriented metric over the shuffles; positive where the feature mattered.
    pub drop: f64,
}

/// Shuffles each feature `times` times on the evaluated rows; empty where the metric is undefined on them.
///
/// # Errors
/// What the prediction says; [`crate::Code::Cancelled`].
pub async fn importance<P, F, M>(
    predict: P,
    measure: M,
    rows: &Cohort,
    metric: Metric,
    times: u32,
    run: &Run<'_>,
) -> Result<Vec<Drop>>
where
    P: Fn(Cohort) -> F,
    F: Future<Output = Result<Prediction>>,
    M: Fn(&Prediction) -> Option<f64>,
{
    let blind = rows.without_labels();
    let plain = predict(blind.clone()).await?;
    let Some(undisturbed) = measure(&plain) else { return Ok(Vec::new()) };
    let mut drops = Vec::new();
    let chosen = candidates(&blind, &plain);
    for (place, &feature) in chosen.iter().enumerate() {
        run.event(Event::Progress { done: place as f64, total: chosen.len() as f64 });
        let values: Vec<f32> = blind.x.column(feature).collect();
        let name = blind.x.features().get(feature).map(|f| f.name.clone()).unwrap_or_default();
        // The stream is the feature's own: the order of the columns changes nothing.
        let mut rng = run.rng(&format!("permutation {name}"));
        let (mut total, mut counted) = (0.0, 0.0);
        for _ in 0..times {
            let order = rng.permutation(values.len());
            let shuffled: Vec<f32> = order.iter().filter_map(|&row| values.get(row).copied()).collect();
            // Of a bit of a fingerprint few rows change, and a row's prediction is its own.
            let moved: Vec<usize> =
                (0..values.len()).filter(|&row| values[row].to_bits() != shuffled[row].to_bits()).collect();
            let mut said = plain.clone();
            if !moved.is_empty() {
                let rows = blind.select(&moved);
                let shuffled = moved.iter().map(|&row| shuffled[row]).collect();
                let disturbed = Cohort { x: rows.x.with_column(feature, shuffled), ..rows };
                said.put(&moved, &predict(disturbed).await?);
            }
            if let Some(value) = measure(&said) {
                total += metric.gain(undisturbed, value);
                counted += 1.0;
            }
            run.breathe().await?;
        }
        if counted > 0.0 {
            drops.push(Drop { feature: name, drop: total / counted });
        }
    }
    Ok(drops)
}

/// All features, or in wide tables those whose values go most with the prediction.
fn candidates(rows: &Cohort, prediction: &Prediction) -> Vec<usize> {
    let width = rows.x.features().len();
    if width <= MOST_FEATURES {
        return (0..width).collect();
    }
    let classes = match prediction {
        Prediction::Classes { names, .. } => names.len().max(1),
        Prediction::Values { .. } => 1,
    };
    let score = prediction.score(classes - 1);
    let mut weighed: Vec<(usize, f64)> =
        (0..width).map(|feature| (feature, covariation(&rows.x.column_f64(feature), &score))).collect();
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    weighed.into_iter().take(MOST_FEATURES).map(|(feature, _)| feature).collect()
}

/// Absolute correlation over the rows where both are there; 0 where one does not vary.
fn covariation(x: &[f64], y: &[f64]) -> f64 {
    let pairs: Vec<(f64, f64)> =
        x.iter().zip(y).filter(|(x, y)| x.is_finite() && y.is_finite()).map(|(x, y)| (*x, *y)).collect();
    let n = pairs.len() as f64;
    let (mx, my) = pairs.iter().fold((0.0, 0.0), |(a, b), (x, y)| (a + x / n, b + y / n));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        xx += (x - mx) * (x - mx);
        yy += (y - my) * (y - my);
        xy += (x - mx) * (y - my);
    }
    if xx > 0.0 && yy > 0.0 { (xy / libm::sqrt(xx * yy)).abs() } else { 0.0 }
}
