//! What each feature adds to what a model says of a row, for every kind of model that there is.
//!
//! On the scale where models add up: for classes the log-odds of one class (z_k − the mean of the other z, with two
//! classes ln p/(1 − p)), for numbers the label's own unit. Every row is compared with the same reference rows, so that a
//! row's values sum to its output minus the reference's:
//!
//! - linear: β (x − mean of the reference rows), which is exact SHAP where columns are set one by one
//!   (Lundberg & Lee, NeurIPS 2017, corollary 1);
//! - networks: [integrated gradients](super::integrated) from the mean of the reference rows;
//! - trees: interventional TreeSHAP against the reference rows, or, where asked for, the path-dependent form, whose
//!   reference is the trees' own training rows.
//!
//! The columns that one feature was turned into (levels of a category, *is missing*) are summed back to it.

use serde::{Deserialize, Serialize};

use super::integrated::Wide;
use crate::cohort::Cohort;
use crate::error::{Code, Result};
use crate::math::stats;
use crate::methods::Model;
use crate::methods::common::encoder::Encoder;
use crate::methods::common::forest::Grown;
use crate::methods::common::head::Head;
use crate::methods::common::linear::Linear;
use crate::methods::common::network::Network;
use crate::methods::common::rows::canonical;
use crate::train::Run;
use crate::trees::Matrix;
use crate::trees::shap::Shap;

/// Reference rows of trees at most: the cost is a row times a reference row.
pub const BACKGROUND: usize = 100;
/// Features whose values are kept row by row; of wider tables those that add most.
pub const KEPT: usize = 100;
/// Rows that trees take between two breaths.
const CHUNK: usize = 8;

/// How trees are explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TreeForm {
    /// Against the reference rows: what the model would say if a feature were another one's.
    #[default]
    Against,
    /// By the shares of the training rows along the trees.
    Path,
}

/// How a model was explained.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Coefficient × distance from the reference.
    Linear,
    /// Interventional TreeSHAP.
    TreesAgainst,
    /// Path-dependent TreeSHAP.
    TreesPath,
    /// Integrated gradients.
    Gradients,
}

/// What the features add to a model's outputs, row by row.
#[derive(Debug, Clone, PartialEq)]
pub struct Attributions {
    /// How it was found.
    pub way: Way,
    /// The model's features, sorted by name.
    pub features: Vec<String>,
    /// rows × features.
    pub values: Vec<f64>,
    /// What the model says of each row.
    pub outputs: Vec<f64>,
    /// What it says of the reference, in each row's terms.
    pub base: Vec<f64>,
    /// The largest |Σ values − (output − base)| of a row.
    pub gap: f64,
}

impl Attributions {
    /// The values of a row; empty outside.
    pub fn of(&self, row: usize) -> &[f64] {
        let p = self.features.len();
        self.values.get(row * p..(row + 1) * p).unwrap_or(&[])
    }
    /// The mean absolute value of each feature.
    pub fn sizes(&self) -> Vec<f64> {
        let (p, n) = (self.features.len(), self.outputs.len());
        (0..p).map(|j| stats::sum((0..n).map(|row| self.of(row)[j].abs())) / n.max(1) as f64).collect()
    }
}

/// A model that can be explained.
#[derive(Debug, Clone)]
#[allow(clippy::large_enum_variant, reason = "one at a time, never in a list")]
pub enum Explained {
    /// Every linear method.
    Linear(Linear),
    /// Boosted trees.
    Trees(Grown),
    /// A network.
    Network(Network),
}

impl Explained {
    /// `None` for a model of a form that is not one of these.
    ///
    /// # Errors
    /// [`Code::BadModel`].
    pub fn of(model: &Model) -> Result<Option<Self>> {
        Ok(match model.meta::<Option<String>>("form")?.as_deref() {
            Some("linear") => Some(Self::Linear(Linear::from_model(model)?)),
            Some("trees") => Some(Self::Trees(Grown::from_model(model)?)),
            Some("network") => Some(Self::Network(Network::from_model(model)?)),
            _ => None,
        })
    }

    /// About how many multiplications a row takes.
    pub fn cost(&self) -> f64 {
        match self {
            Self::Linear(linear) => linear.coefficients.len() as f64,
            Self::Trees(grown) => 4.0 * grown.forest.parts().feature.len() as f64 * BACKGROUND as f64,
            Self::Network(network) => Wide::new(&network.layers).cost(),
        }
    }

    fn head(&self) -> &Head {
        match self {
            Self::Linear(linear) => &linear.head,
            Self::Trees(grown) => &grown.head,
            Self::Network(network) => &network.head,
        }
    }

    /// Explains rows. `towards`: each row's class by name (nothing for numbers); `reference`: what they are compared with.
    /// `None` where a class is asked for that the model does not know.
    ///
    /// # Errors
    /// [`Code::TooFewRows`] without a reference row, [`Code::ModelOtherColumns`], [`Code::Cancelled`].
    pub async fn attribute(
        &self,
        rows: &Cohort,
        towards: &[String],
        reference: &Cohort,
        form: TreeForm,
        run: &Run<'_>,
    ) -> Result<Option<Attributions>> {
        if reference.is_empty() {
            return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "reference"));
        }
        let Some(readouts) = readouts(self.head(), towards, rows.len()) else { return Ok(None) };
        match self {
            Self::Linear(linear) => by_coefficients(linear, rows, &readouts, reference).map(Some),
            Self::Network(network) => by_gradients(network, rows, &readouts, reference, run).await.map(Some),
            Self::Trees(grown) => by_trees(grown, rows, &readouts, reference, form, run).await.map(Some),
        }
    }
}

/// What is read from a model's outputs, and added: η = shift + Σ weight × output.
struct Readout {
    weight: Vec<f64>,
    shift: f64,
}

/// For classes z_k − the mean of the others, for numbers the value in its unit; one a row.
fn readouts(head: &Head, towards: &[String], rows: usize) -> Option<Vec<Readout>> {
    match head {
        Head::Values { mean, sd, .. } => Some((0..rows).map(|_| Readout { weight: vec![*sd], shift: *mean }).collect()),
        Head::Classes { names, .. } => (0..rows)
            .map(|row| {
                let class = names.iter().position(|name| Some(name) == towards.get(row))?;
                let other = -1.0 / (names.len().max(2) - 1) as f64;
                let weight = (0..names.len()).map(|k| if k == class { 1.0 } else { other }).collect();
                Some(Readout { weight, shift: 0.0 })
            })
            .collect(),
    }
}

/// The sums over the columns of each feature.
fn gathered(encoder: &Encoder, columns: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; encoder.features.len()];
    for (column, value) in encoder.columns.iter().zip(columns) {
        if let Some(slot) = out.get_mut(column.feature) {
            *slot += value;
        }
    }
    out
}

/// The mean of each encoded column.
fn means(encoder: &Encoder, reference: &Cohort) -> Result<Vec<f64>> {
    let x = encoder.transform_f64(&reference.x)?;
    Ok((0..x.cols).map(|c| stats::sum(x.values.iter().skip(c).step_by(x.cols).copied()) / x.rows as f64).collect())
}

fn names(encoder: &Encoder) -> Vec<String> {
    encoder.features.iter().map(|feature| feature.name.clone()).collect()
}

fn finish(way: Way, features: Vec<String>, found: Vec<(Vec<f64>, f64, f64)>) -> Attributions {
    let mut out = Attributions { way, features, values: Vec::new(), outputs: Vec::new(), base: Vec::new(), gap: 0.0 };
    for (values, output, base) in found {
        out.gap = out.gap.max((stats::sum(values.iter().copied()) - (output - base)).abs());
        out.values.extend(values);
        out.outputs.push(output);
        out.base.push(base);
    }
    out
}

fn by_coefficients(linear: &Linear, rows: &Cohort, readouts: &[Readout], reference: &Cohort) -> Result<Attributions> {
    let read = |r: &Readout, z: &dyn Fn(usize) -> f64| {
        r.shift + stats::sum(r.weight.iter().enumerate().map(|(k, w)| w * z(k)))
    };
    let Some(encoder) = &linear.encoder else {
        let one = |r: &Readout| read(r, &|k| linear.intercepts[k]);
        let found = readouts.iter().map(|r| (Vec::new(), one(r), one(r))).collect();
        return Ok(finish(Way::Linear, Vec::new(), found));
    };
    let (x, middle) = (encoder.transform_f64(&rows.x)?, means(encoder, reference)?);
    let p = x.cols;
    let outputs = linear.outputs(&x);
    let at_middle: Vec<f64> = (0..linear.intercepts.len())
        .map(|k| linear.intercepts[k] + stats::sum((0..p).map(|j| linear.coefficients[k * p + j] * middle[j])))
        .collect();
    let found = readouts.iter().enumerate().map(|(row, r)| {
        let columns: Vec<f64> = (0..p)
            .map(|j| read(&Readout { weight: r.weight.clone(), shift: 0.0 }, &|k| linear.coefficients[k * p + j]))
            .zip(x.values[row * p..].iter().zip(&middle))
            .map(|(b, (x, m))| b * (x - m))
            .collect();
        let output = read(r, &|k| outputs.values[row * outputs.cols + k]);
        (gathered(encoder, &columns), output, read(r, &|k| at_middle[k]))
    });
    Ok(finish(Way::Linear, names(encoder), found.collect()))
}

async fn by_gradients(
    network: &Network,
    rows: &Cohort,
    readouts: &[Readout],
    reference: &Cohort,
    run: &Run<'_>,
) -> Result<Attributions> {
    let encoder = &network.encoder;
    let (x, middle) = (encoder.transform_f64(&rows.x)?, means(encoder, reference)?);
    let wide = Wide::new(&network.layers);
    let mut found = Vec::with_capacity(x.rows);
    for (row, r) in readouts.iter().enumerate() {
        run.breathe().await?;
        let one = wide.integrated(&r.weight, &x.values[row * x.cols..(row + 1) * x.cols], &middle);
        found.push((gathered(encoder, &one.values), one.output + r.shift, one.base + r.shift));
    }
    Ok(finish(Way::Gradients, names(encoder), found))
}

async fn by_trees(
    grown: &Grown,
    rows: &Cohort,
    readouts: &[Readout],
    reference: &Cohort,
    form: TreeForm,
    run: &Run<'_>,
) -> Result<Attributions> {
    let (forest, encoder) = (&grown.forest, &grown.encoder);
    let p = encoder.columns.len();
    // Of many reference rows every so manieth, in an order that is as good as drawn and does not hang on the file's.
    let ordered = canonical(reference);
    let reference = if ordered.is_empty() { reference } else { &ordered };
    let step = reference.len().div_ceil(BACKGROUND);
    let some: Vec<usize> = (0..reference.len()).step_by(step.max(1)).collect();
    let background = grown.columns(&reference.select(&some).x)?;
    let background = Matrix::new(&background, some.len(), p)?;
    let outputs = forest.outputs();
    let mut found = Vec::with_capacity(rows.len());
    for start in (0..rows.len()).step_by(CHUNK) {
        run.breathe().await?;
        let chunk: Vec<usize> = (start..rows.len().min(start + CHUNK)).collect();
        let x = grown.columns(&rows.select(&chunk).x)?;
        let x = Matrix::new(&x, chunk.len(), p)?;
        let shap: Shap = match form {
            TreeForm::Against => forest.shap_against(&x, &background)?,
            TreeForm::Path => forest.shap_path(&x)?,
        };
        let margins = forest.margins(&x, None)?;
        for (place, &row) in chunk.iter().enumerate() {
            let r = &readouts[row];
            // Two classes have one margin, the second's log-odds.
            let weight = |k: usize| match (outputs, r.weight.len()) {
                (1, 2) => r.weight[1],
                _ => r.weight[k],
            };
            let mut columns = vec![0.0; p];
            let (mut output, mut base) = (r.shift, r.shift);
            for k in 0..outputs {
                let w = weight(k);
                columns.iter_mut().zip(shap.of(place, k)).for_each(|(c, v)| *c += w * v);
                output += w * margins[place * outputs + k];
                base += w * shap.bias[k];
            }
            found.push((gathered(encoder, &columns), output, base));
        }
    }
    let way = match form {
        TreeForm::Against => Way::TreesAgainst,
        TreeForm::Path => Way::TreesPath,
    };
    Ok(finish(way, names(encoder), found))
}
