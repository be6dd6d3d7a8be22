//! A kept model and a new table: the model's features are found in the table, and its rows are predicted.

use crate::cohort::{Cohort, Feature, Prediction};
use crate::error::Result;
use crate::methods::common::forecasting::PRETRAINED as PRETRAINED_FORECASTER;
use crate::methods::common::forest::PRETRAINED as PRETRAINED_TREES;
use crate::methods::common::head::Head;
use crate::methods::common::shared::PRETRAINED;
use crate::methods::common::source::PRETRAINED_LINEAR;
use crate::methods::{Model, registry};
use crate::preprocess::{self, Cohorts, Lined, Preparation, Roles};
use crate::table::Table;
use crate::train::Run;

/// The cohorts of a target whose source is a model.
///
/// # Errors
/// [`crate::Code::ModelOtherColumns`]; [`crate::Code::BadModel`]; what the table says.
pub fn assemble(model: &Model, targets: &[&Table], preparation: &Preparation) -> Result<Cohorts> {
    let features: Vec<Feature> = model.meta("features")?;
    let head: Head = model.meta("head")?;
    let classes = match &head {
        Head::Classes { names, event } => Some((names.as_slice(), *event)),
        Head::Values { .. } => None,
    };
    preprocess::assemble_for_model(&features, classes, targets, preparation)
}

/// How the model's features and the table's columns correspond.
///
/// # Errors
/// [`crate::Code::BadModel`].
pub fn line_up(model: &Model, targets: &[&Table], roles: &Roles) -> Result<Lined> {
    let features: Vec<Feature> = model.meta("features")?;
    Ok(preprocess::line_up_model(&features, targets, roles))
}

/// Scores every row of a table by a kept model, columns found by name.
///
/// # Errors
/// [`crate::Code::ModelOtherColumns`] naming what is missing; what the method says.
pub async fn table(model: &Model, table: &Table, run: &Run<'_>) -> Result<(Cohort, Prediction)> {
    let targets = [table];
    let mut roles = preprocess::suggest_roles(&[], &targets).target;
    // A column that the model knows is a feature, whatever its name suggests.
    for feature in model.meta::<Vec<Feature>>("features")? {
        if table.column(&feature.name).is_some() {
            roles.set(&feature.name, preprocess::Role::Feature);
        }
    }
    roles.roles.retain(|_, role| matches!(role, preprocess::Role::Feature | preprocess::Role::Identifier));
    let mapping = line_up(model, &targets, &roles)?.mapping;
    let preparation = Preparation { target_roles: roles, mapping, ..Preparation::default() };
    let cohorts = assemble(model, &targets, &preparation)?;
    let rows = cohorts.unlabelled.unwrap_or(cohorts.target);
    let prediction = predict(model, &rows, run).await?;
    Ok((rows, prediction))
}

/// The prediction of a model on rows, through the method that made it.
///
/// # Errors
/// What the method says; [`crate::Code::Unknown`] for a model of a method that is not here.
pub async fn predict(model: &Model, rows: &Cohort, run: &Run<'_>) -> Result<Prediction> {
    // What was learned on the source alone scores as source-only does.
    let method = match model.method.as_str() {
        PRETRAINED => "source_only",
        PRETRAINED_LINEAR => "source_only_linear",
        PRETRAINED_TREES => "source_only_trees",
        PRETRAINED_FORECASTER => "series_transfer",
        other => other,
    };
    registry::find(method)?.predict(model, &rows.without_labels(), run).await
}
