//! Rows that are windows of series: which column is which series at which lag, and the scaling of one person.
//!
//! Each column and the label are standardised by one person's own training rows (De Bois et al., arXiv 2006.15940:
//! per subject and lag), so that what is learned of many people speaks of deviations from a person's own level.

use super::encoder::Rows;
use super::rows::Known;
use crate::cohort::{Cohort, Feature, FeatureKind, View};
use crate::error::{Code, Result};
use crate::math::stats;
use crate::methods::Model;
use crate::table::Windows;

/// Which columns make the windows: steps from the oldest on, and at each step every series.
#[derive(Debug, Clone, PartialEq)]
pub struct Shape {
    /// The columns' names: step by step, at each step the series sorted by name.
    pub columns: Vec<String>,
    /// Steps of a window.
    pub steps: usize,
    /// Series.
    pub channels: usize,
}

impl Shape {
    /// The windows that these features are.
    ///
    /// # Errors
    /// [`Code::NeedNotMet`] where they are none: a feature that is no lag, or series of unequal lags.
    pub fn of(features: &[Feature], method: &str) -> Result<Self> {
        let wrong = || Code::NeedNotMet.err().with("method", method).with("need", "windows of series");
        let mut lags: Vec<(u32, &str, &str)> = Vec::new();
        for feature in features {
            match (Windows::lag(&feature.name), &feature.kind) {
                (Some((series, minutes)), FeatureKind::Number) => lags.push((minutes, series, &feature.name)),
                _ => return Err(wrong()),
            }
        }
        lags.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(b.1)));
        let channels = lags.iter().filter(|lag| Some(lag.0) == lags.first().map(|first| first.0)).count();
        if channels == 0 || !lags.len().is_multiple_of(channels) {
            return Err(wrong());
        }
        let first: Vec<&str> = lags.iter().take(channels).map(|lag| lag.1).collect();
        let even = lags.chunks(channels).all(|step| {
            step.iter().all(|lag| lag.0 == step[0].0) && step.iter().map(|lag| lag.1).eq(first.iter().copied())
        });
        if !even {
            return Err(wrong());
        }
        let columns: Vec<String> = lags.iter().map(|lag| lag.2.to_owned()).collect();
        Ok(Self { steps: columns.len() / channels, channels, columns })
    }

    /// The rows as recorded, column by column in this order.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`] naming what is not there.
    pub fn rows(&self, view: &View) -> Result<Rows<f64>> {
        let cols = self.columns.len();
        let mut values = vec![0.0; view.len() * cols];
        let mut lacking = Vec::new();
        for (at, name) in self.columns.iter().enumerate() {
            match view.features().iter().position(|feature| feature.name == *name) {
                Some(feature) => {
                    view.column(feature).enumerate().for_each(|(row, v)| values[row * cols + at] = f64::from(v));
                }
                None => lacking.push(name.as_str()),
            }
        }
        if lacking.is_empty() {
            Ok(Rows { rows: view.len(), cols, values })
        } else {
            Err(Code::ModelOtherColumns.err().with("columns", lacking.join(", ")))
        }
    }
}

/// One person's means and standard deviations (denominator n), of every column and of the label.
#[derive(Debug, Clone, PartialEq)]
pub struct Scale {
    /// Of the columns.
    pub mean: Vec<f64>,
    /// Of the columns; 1 where one does not vary.
    pub sd: Vec<f64>,
    /// Mean and standard deviation of the label.
    pub label: [f64; 2],
}

impl Scale {
    /// Fitted on these rows.
    ///
    /// # Errors
    /// As [`Shape::rows`]; [`Code::LabelMissingInTarget`] without labels.
    pub fn fit(shape: &Shape, cohort: &Cohort) -> Result<Self> {
        let x = shape.rows(&cohort.x)?;
        let y = values(cohort)?;
        let (mut mean, mut sd) = (Vec::new(), Vec::new());
        for column in 0..x.cols {
            let known: Vec<f64> =
                x.values.iter().skip(column).step_by(x.cols).copied().filter(|v| v.is_finite()).collect();
            let [m, s] = moments(&known);
            mean.push(m);
            sd.push(s);
        }
        Ok(Self { mean, sd, label: moments(&y) })
    }

    /// The rows, scaled; a missing value stands at the person's mean.
    ///
    /// # Errors
    /// As [`Shape::rows`].
    pub fn x(&self, shape: &Shape, view: &View) -> Result<Rows<f32>> {
        let raw = shape.rows(view)?;
        let one = |(at, v): (usize, &f64)| {
            let column = at % raw.cols.max(1);
            if v.is_finite() { ((v - self.mean[column]) / self.sd[column]) as f32 } else { 0.0 }
        };
        Ok(Rows { rows: raw.rows, cols: raw.cols, values: raw.values.iter().enumerate().map(one).collect() })
    }

    /// The labels, scaled.
    ///
    /// # Errors
    /// [`Code::LabelMissingInTarget`] where a row has none.
    pub fn y(&self, cohort: &Cohort) -> Result<Vec<f32>> {
        Ok(values(cohort)?.iter().map(|v| ((v - self.label[0]) / self.label[1]) as f32).collect())
    }

    /// From the scale back to the label's unit.
    pub fn back(&self, z: f32) -> f64 {
        self.label[0] + self.label[1] * f64::from(z)
    }

    /// Writes itself into a model.
    pub fn store(&self, model: &mut Model) {
        model.put_f64("scale.mean", &[self.mean.len()], self.mean.clone());
        model.put_f64("scale.sd", &[self.sd.len()], self.sd.clone());
        model.put_f64("scale.label", &[2], self.label.to_vec());
    }

    /// Reads itself from a model of this shape.
    ///
    /// # Errors
    /// [`Code::BadModel`].
    pub fn restore(shape: &Shape, model: &Model) -> Result<Self> {
        let (mean, sd) = (model.f64("scale.mean")?.to_vec(), model.f64("scale.sd")?.to_vec());
        match model.f64("scale.label")? {
            &[m, s] if mean.len() == shape.columns.len() && sd.len() == mean.len() => {
                Ok(Self { mean, sd, label: [m, s] })
            }
            _ => Err(Code::BadModel.err().with("reason", "scale: the lengths do not fit")),
        }
    }
}

fn values(cohort: &Cohort) -> Result<Vec<f64>> {
    match Known::of(cohort, Code::LabelMissingInTarget)? {
        Known::Values { values, .. } => Ok(values),
        Known::Classes { .. } => {
            Err(Code::NeedNotMet.err().with("method", "").with("need", "an outcome that is a number"))
        }
    }
}

fn moments(known: &[f64]) -> [f64; 2] {
    if known.is_empty() {
        return [0.0, 1.0];
    }
    let mean = stats::mean(known);
    let square = stats::sum(known.iter().map(|v| (v - mean) * (v - mean))) / known.len() as f64;
    [mean, if square > 1e-18 { libm::sqrt(square) } else { 1.0 }]
}
