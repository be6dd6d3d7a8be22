//! From the values as they were recorded to the numbers a model learns from, fitted on training rows only.
//!
//! Numbers: missing values take the median, or what [`super::impute`] says; where more than [`MISSING_SHARE`] of the fitted rows lack one, a column
//! says so. Categories: one column a level; a level that was not there when fitting, or a missing one, is zero in all
//! of them. Then each column is centred and divided by its standard deviation, and constant columns are dropped.
//!
//! Features and levels are sorted by name, so that the order of a table's columns can change nothing.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::super::Model;
use super::impute::Impute;
use crate::cohort::{Cohort, Feature, FeatureKind, View};
use crate::error::{Code, Result};
use crate::math::stats;
use crate::rng::Rng;
use crate::train::{Fill, Imputation, Run};

/// A feature lacking in a larger share of the fitted rows than this gets a column that says where.
pub const MISSING_SHARE: f64 = 0.01;

/// Rows of numbers, row-major.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows<T> {
    /// How many rows.
    pub rows: usize,
    /// How many columns.
    pub cols: usize,
    /// `rows × cols` values.
    pub values: Vec<T>,
}

impl<T: Copy> Rows<T> {
    /// The values of some rows, in this order, one after the other.
    pub fn gather(&self, rows: &[usize]) -> Vec<T> {
        let mut out = Vec::with_capacity(rows.len() * self.cols);
        for &row in rows {
            if let Some(values) = self.values.get(row * self.cols..(row + 1) * self.cols) {
                out.extend_from_slice(values);
            }
        }
        out
    }

    /// Some rows, in this order.
    pub fn select(&self, rows: &[usize]) -> Self {
        Self { rows: rows.len(), cols: self.cols, values: self.gather(rows) }
    }
}

/// What a column of the encoded table is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The number, imputed.
    Value,
    /// Whether the number is missing.
    Missing,
    /// Whether the category is this level.
    Level(String),
}

/// A column of the encoded table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// The feature it is made from, by number in [`Encoder::features`].
    pub feature: usize,
    /// Which part of it.
    pub part: Part,
}

/// The fitted encoding: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Encoder {
    /// The features that a table must have, sorted by name.
    pub features: Vec<Feature>,
    /// The columns it is turned into.
    pub columns: Vec<Column>,
    /// What stands for a missing number, a feature each (0 for categories).
    pub fill: Vec<f64>,
    /// Each column's mean over the fitted rows.
    pub mean: Vec<f64>,
    /// Each column's standard deviation (denominator n) over the fitted rows.
    pub sd: Vec<f64>,
    /// What stands for a missing number where it is not the median: over the numbers among the features, in their order.
    pub impute: Option<Impute>,
}

impl Encoder {
    /// Fits on these rows. With more columns than `most`, the ones of largest variance are kept.
    ///
    /// # Errors
    /// [`Code::NothingVaries`] where no column is left, [`Code::ModelOtherColumns`] where the cohorts' features differ.
    pub fn fit(cohorts: &[&Cohort], most: usize) -> Result<Self> {
        Self::fit_by(cohorts, most, Imputation::default(), &mut Rng::stream(0, "impute"))
    }

    /// As [`Encoder::fit`], missing values met as the run says.
    ///
    /// # Errors
    /// As [`Encoder::fit`], and as [`Impute::fit`].
    pub fn fit_in(cohorts: &[&Cohort], most: usize, run: &Run<'_>) -> Result<Self> {
        Self::fit_by(cohorts, most, run.imputation, &mut run.rng("impute"))
    }

    fn fit_by(cohorts: &[&Cohort], most: usize, how: Imputation, rng: &mut Rng) -> Result<Self> {
        let views: Vec<&View> = cohorts.iter().map(|cohort| &cohort.x).collect();
        let features = shared_features(&views);
        let lookups = views.iter().map(|view| Lookup::of(&features, view)).collect::<Result<Vec<_>>>()?;
        let n = views.iter().map(|view| view.len()).sum::<usize>();
        let mut fill = vec![0.0; features.len()];
        let mut found: Vec<(Column, f64, f64)> = Vec::new();
        let numbers: Vec<usize> = numbers(&features).collect();
        let recorded = |f: usize| -> Vec<f64> {
            views.iter().zip(&lookups).flat_map(|(view, lookup)| lookup.values(view, f)).collect()
        };
        let all: Vec<Vec<f64>> =
            if how.fill == Fill::Median { Vec::new() } else { numbers.iter().map(|&f| recorded(f)).collect() };
        let impute = Impute::fit(how.fill, &all, rng)?;
        let mut imputed = all;
        if let Some(impute) = &impute {
            impute.apply(&mut imputed);
        }
        for (f, feature) in features.iter().enumerate() {
            let raw = recorded(f);
            let present = raw.iter().filter(|v| v.is_finite()).count();
            match &feature.kind {
                FeatureKind::Number => {
                    let seen: Vec<f64> = raw.iter().copied().filter(|v| v.is_finite()).collect();
                    fill[f] = if seen.is_empty() { 0.0 } else { stats::quantile(&seen, 0.5) };
                    let filled: Vec<f64> =
                        match numbers.iter().position(|&number| number == f).and_then(|at| imputed.get(at)) {
                            Some(filled) if !seen.is_empty() => filled.clone(),
                            _ => raw.iter().map(|&v| if v.is_finite() { v } else { fill[f] }).collect(),
                        };
                    push(&mut found, f, Part::Value, &filled);
                    if how.indicators && ((n - present) as f64) > MISSING_SHARE * n as f64 {
                        let missing: Vec<f64> = raw.iter().map(|v| f64::from(u8::from(!v.is_finite()))).collect();
                        push(&mut found, f, Part::Missing, &missing);
                    }
                }
                FeatureKind::Category { levels } => {
                    for (code, level) in levels.iter().enumerate() {
                        let on: Vec<f64> = raw.iter().map(|&v| f64::from(u8::from(v == code as f64))).collect();
                        push(&mut found, f, Part::Level(level.clone()), &on);
                    }
                }
            }
        }
        if found.len() > most {
            let mut by_variance: Vec<usize> = (0..found.len()).collect();
            by_variance.sort_by(|&a, &b| found[b].2.total_cmp(&found[a].2).then(a.cmp(&b)));
            let mut keep = by_variance;
            keep.truncate(most);
            keep.sort_unstable();
            found = keep.into_iter().map(|i| found[i].clone()).collect();
        }
        if found.is_empty() {
            return Err(Code::NothingVaries.err());
        }
        let mean = found.iter().map(|(_, mean, _)| *mean).collect();
        let sd = found.iter().map(|(_, _, sd)| *sd).collect();
        Ok(Self { features, columns: found.into_iter().map(|(column, _, _)| column).collect(), fill, mean, sd, impute })
    }

    /// The same columns, centred and scaled by these rows; a column that is constant in them keeps its scale.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`].
    pub fn restandardised(&self, view: &View) -> Result<Self> {
        let plain = Self { mean: vec![0.0; self.mean.len()], sd: vec![1.0; self.sd.len()], ..self.clone() };
        let x = plain.transform_f64(view)?;
        let mut out = self.clone();
        for c in 0..x.cols {
            let column: Vec<f64> = x.values.iter().skip(c).step_by(x.cols).copied().collect();
            let (mean, sd) = moments(&column);
            if varies(mean, sd) {
                (out.mean[c], out.sd[c]) = (mean, sd);
            }
        }
        Ok(out)
    }

    /// The rows in single precision, for networks.
    ///
    /// # Errors
    /// [`Code::ModelOtherColumns`] naming the features that are not there, or of another kind.
    pub fn transform(&self, view: &View) -> Result<Rows<f32>> {
        self.encode(view, |v| v as f32)
    }

    /// The rows in double precision, for linear models.
    ///
    /// # Errors
    /// As [`Encoder::transform`].
    pub fn transform_f64(&self, view: &View) -> Result<Rows<f64>> {
        self.encode(view, |v| v)
    }

    fn encode<T: Copy + Default>(&self, view: &View, cast: impl Fn(f64) -> T) -> Result<Rows<T>> {
        let lookup = Lookup::of(&self.features, view)?;
        let (rows, cols) = (view.len(), self.columns.len());
        let mut values = vec![T::default(); rows * cols];
        let mut raw: (usize, Vec<f64>) = (usize::MAX, Vec::new());
        let numbers: Vec<usize> = numbers(&self.features).collect();
        let imputed: Option<Vec<Vec<f64>>> = self.impute.as_ref().map(|impute| {
            let mut columns: Vec<Vec<f64>> = numbers.iter().map(|&f| lookup.values(view, f).collect()).collect();
            impute.apply(&mut columns);
            columns
        });
        for (c, column) in self.columns.iter().enumerate() {
            if raw.0 != column.feature {
                raw = (column.feature, lookup.values(view, column.feature).collect());
            }
            let fill = self.fill[column.feature];
            let filled = numbers.iter().position(|&f| f == column.feature).and_then(|at| imputed.as_ref()?.get(at));
            let level = match (&column.part, self.features.get(column.feature).map(|feature| &feature.kind)) {
                (Part::Level(name), Some(FeatureKind::Category { levels })) => {
                    levels.iter().position(|level| level == name).map_or(f64::NAN, |code| code as f64)
                }
                _ => f64::NAN,
            };
            for (row, &v) in raw.1.iter().enumerate() {
                let v = match column.part {
                    Part::Value => {
                        if v.is_finite() {
                            v
                        } else {
                            filled.and_then(|filled| filled.get(row)).copied().unwrap_or(fill)
                        }
                    }
                    Part::Missing => f64::from(u8::from(!v.is_finite())),
                    Part::Level(_) => f64::from(u8::from(v == level)),
                };
                values[row * cols + c] = cast((v - self.mean[c]) / self.sd[c]);
            }
        }
        Ok(Rows { rows, cols, values })
    }

    /// The name of each encoded column, for people.
    pub fn names(&self) -> Vec<String> {
        self.columns
            .iter()
            .map(|column| {
                let feature = self.features.get(column.feature).map_or("", |feature| feature.name.as_str());
                match &column.part {
                    Part::Value => feature.to_owned(),
                    Part::Missing => format!("{feature} ∅"),
                    Part::Level(level) => format!("{feature} = {level}"),
                }
            })
            .collect()
    }

    /// Writes itself into a model.
    ///
    /// # Errors
    /// [`Code::Internal`] if it cannot be serialised.
    pub fn store(&self, model: &mut Model) -> Result<()> {
        let defect = |e: serde_json::Error| Code::Internal.err().with("reason", e);
        if let Some(meta) = model.meta.as_object_mut() {
            meta.insert("features".to_owned(), serde_json::to_value(&self.features).map_err(defect)?);
            meta.insert("columns".to_owned(), serde_json::to_value(&self.columns).map_err(defect)?);
            if let Some(impute) = &self.impute {
                meta.insert("impute".to_owned(), serde_json::to_value(impute).map_err(defect)?);
            }
        }
        model.put_f64("encoder.fill", &[self.fill.len()], self.fill.clone());
        model.put_f64("encoder.mean", &[self.mean.len()], self.mean.clone());
        model.put_f64("encoder.sd", &[self.sd.len()], self.sd.clone());
        Ok(())
    }

    /// Reads itself from a model.
    ///
    /// # Errors
    /// [`Code::BadModel`].
    pub fn restore(model: &Model) -> Result<Self> {
        let encoder = Self {
            features: model.meta("features")?,
            columns: model.meta("columns")?,
            fill: model.f64("encoder.fill")?.to_vec(),
            mean: model.f64("encoder.mean")?.to_vec(),
            sd: model.f64("encoder.sd")?.to_vec(),
            // Models of before knew the median alone.
            impute: if model.meta.get("impute").is_some() { Some(model.meta("impute")?) } else { None },
        };
        let cols = encoder.columns.len();
        let fits = encoder.mean.len() == cols
            && encoder.sd.len() == cols
            && encoder.fill.len() == encoder.features.len()
            && encoder.columns.iter().all(|column| column.feature < encoder.features.len())
            && encoder.impute.as_ref().is_none_or(|impute| impute.fits(numbers(&encoder.features).count()));
        if fits { Ok(encoder) } else { Err(Code::BadModel.err().with("reason", "encoder: the lengths do not fit")) }
    }
}

/// The numbers among features.
fn numbers(features: &[Feature]) -> impl Iterator<Item = usize> + '_ {
    (0..features.len()).filter(|&f| features[f].kind == FeatureKind::Number)
}

fn moments(values: &[f64]) -> (f64, f64) {
    let mean = stats::mean(values);
    let square = stats::sum(values.iter().map(|v| (v - mean) * (v - mean))) / values.len() as f64;
    (mean, libm::sqrt(square))
}

/// Rounding leaves a constant column a tiny standard deviation.
fn varies(mean: f64, sd: f64) -> bool {
    sd.is_finite() && sd > 1e-9 * (1e-300 + mean.abs()) && sd > 1e-30
}

fn push(found: &mut Vec<(Column, f64, f64)>, feature: usize, part: Part, values: &[f64]) {
    let (mean, sd) = moments(values);
    if varies(mean, sd) {
        found.push((Column { feature, part }, mean, sd));
    }
}

/// The features that every view has, sorted by name; categories with the levels of all views, sorted by name.
fn shared_features(views: &[&View]) -> Vec<Feature> {
    let Some((first, rest)) = views.split_first() else { return Vec::new() };
    let mut features: Vec<Feature> = first
        .features()
        .iter()
        .filter(|feature| rest.iter().all(|view| view.features().iter().any(|other| same_kind(feature, other))))
        .cloned()
        .collect();
    for feature in &mut features {
        if let FeatureKind::Category { levels } = &mut feature.kind {
            for view in rest {
                for other in view.features().iter().filter(|other| other.name == feature.name) {
                    if let FeatureKind::Category { levels: more } = &other.kind {
                        levels.extend(more.iter().cloned());
                    }
                }
            }
            levels.sort();
            levels.dedup();
        }
    }
    features.sort_by(|a, b| a.name.cmp(&b.name));
    features
}

fn same_kind(a: &Feature, b: &Feature) -> bool {
    a.name == b.name && std::mem::discriminant(&a.kind) == std::mem::discriminant(&b.kind)
}

/// Where a table's columns and levels stand in the encoder's.
struct Lookup {
    column: Vec<usize>,
    /// For categories: the encoder's code of each of the table's codes, NaN where it has none.
    codes: Vec<Option<Vec<f64>>>,
}

impl Lookup {
    fn of(features: &[Feature], view: &View) -> Result<Self> {
        let by_name: HashMap<&str, usize> =
            view.features().iter().enumerate().map(|(i, feature)| (feature.name.as_str(), i)).collect();
        let (mut column, mut codes, mut lacking) = (Vec::new(), Vec::new(), Vec::new());
        for feature in features {
            let there = by_name.get(feature.name.as_str()).and_then(|&i| Some((i, view.features().get(i)?)));
            let Some((i, other)) = there.filter(|(_, other)| same_kind(feature, other)) else {
                lacking.push(feature.name.as_str());
                continue;
            };
            column.push(i);
            codes.push(match (&feature.kind, &other.kind) {
                (FeatureKind::Category { levels }, FeatureKind::Category { levels: others }) => {
                    let code = |name: &String| levels.iter().position(|l| l == name).map_or(f64::NAN, |c| c as f64);
                    Some(others.iter().map(code).collect())
                }
                _ => None,
            });
        }
        if lacking.is_empty() {
            Ok(Self { column, codes })
        } else {
            Err(Code::ModelOtherColumns.err().with("columns", lacking.join(", ")))
        }
    }

    /// One feature's values in the encoder's codes; NaN is missing or unknown.
    fn values<'a>(&'a self, view: &'a View, feature: usize) -> impl Iterator<Item = f64> + 'a {
        let codes = self.codes.get(feature).and_then(Option::as_ref);
        view.column(self.column.get(feature).copied().unwrap_or(usize::MAX)).map(move |v| match codes {
            None => f64::from(v),
            Some(codes) if v >= 0.0 => codes.get(v as usize).copied().unwrap_or(f64::NAN),
            Some(_) => f64::NAN,
        })
    }
}
