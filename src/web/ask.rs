//! The part of the conversation that is about an experiment; `desk` answers it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cohort::Prediction;
use crate::methods::Listing;
use crate::plan::{Plan, TablePlan};
use crate::preprocess::{Finding, LabelPlan, Lined, Preparation, Roles, Suggestion};
use crate::report::designs::{Gaps, SampleSize};
use crate::report::{Data, Report};
use crate::session::{Cell, Job, Unit};
use crate::shift::Shift;
use crate::table::Note;

/// What the page asks of an experiment. Bytes (tables, models, outcomes) travel beside it.
#[derive(Debug, Clone, Deserialize, Serialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum Ask {
    /// Every method with its settings.
    Methods,
    /// Puts tables on the desk: first the sources', then the targets' bytes.
    Load {
        /// How many of them are sources.
        sources: u32,
    },
    /// Guesses the roles.
    Suggest,
    /// Zeros of a table that the same column of another table makes suspicious.
    Suspects,
    /// Lays the columns of both sides together.
    LineUp {
        /// Roles of the source's columns.
        source: Roles,
        /// Roles of the target's columns.
        target: Roles,
        /// What is predicted.
        label: LabelPlan,
    },
    /// As [`Ask::LineUp`], against a saved model (its bytes beside it).
    LineUpModel {
        /// Roles of the target's columns.
        target: Roles,
    },
    /// The plan with the defaults for these tables.
    DefaultPlan {
        /// The source tables.
        sources: Vec<TablePlan>,
        /// The target tables.
        targets: Vec<TablePlan>,
        /// Roles, mapping and label.
        preparation: Preparation,
        /// The file of the saved model that stands for the sources.
        source_model: Option<String>,
    },
    /// Reads a plan file.
    ReadPlan {
        /// Its text.
        text: String,
    },
    /// Puts the plan on the desk; beside it the saved model, where one stands for the sources.
    Prepare {
        /// The plan.
        plan: Box<Plan>,
    },
    /// Keeps a pre-trained model: beside it the outcome of its unit.
    KeepPretrained {
        /// Under this name.
        key: String,
    },
    /// How the cohorts differ.
    Shift,
    /// Does one unit; its outcome comes beside the answer.
    Run {
        /// Which.
        unit: Unit,
        /// Whether it was meant for the GPU, which was lost.
        #[serde(default)]
        gpu_lost: bool,
    },
    /// Puts outcomes (beside it) together.
    Report {
        /// The shift, where it was computed.
        shift: Option<Box<Shift>>,
    },
    /// What a run was made from, for a file.
    Manifest {
        /// The run's report.
        report: Box<Report>,
        /// When the file is written (RFC 3339).
        made: String,
    },
    /// Takes the model out of an outcome (beside it), as a file.
    ExtractModel,
    /// What a model file (beside it) says of itself.
    ModelInfo,
    /// Scores a table by a model: beside it the model's file and the table.
    Predict,
    /// The shape of the networks of this plan, for the measurement that picks the device.
    Shape,
}

/// The answers, by the requests' names.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one at a time, for the length of a message")]
pub enum Answer {
    /// To [`Ask::Methods`].
    Methods {
        /// In the order of the page.
        methods: Vec<Listing>,
    },
    /// To [`Ask::Load`].
    Loaded,
    /// To [`Ask::Suggest`].
    Suggestion(Box<Suggestion>),
    /// To [`Ask::Suspects`]: for every table, in the order of [`Ask::Load`].
    Suspects {
        /// What was noticed in each table.
        tables: Vec<Vec<Note>>,
    },
    /// To [`Ask::LineUp`] and [`Ask::LineUpModel`].
    LinedUp(Box<Lined>),
    /// To [`Ask::DefaultPlan`] and [`Ask::ReadPlan`].
    Plan {
        /// The plan.
        plan: Box<Plan>,
    },
    /// To [`Ask::Prepare`].
    Prepared {
        /// Who is in the study.
        data: Data,
        /// What was noticed and done.
        findings: Vec<Finding>,
        /// The work.
        jobs: Vec<Job>,
        /// Whether there are labels to judge with.
        verdict_possible: bool,
        /// What the target's rows allow.
        sample_size: Option<SampleSize>,
        /// What is missing in both tables.
        missing: Gaps,
    },
    /// To [`Ask::KeepPretrained`].
    Kept,
    /// To [`Ask::Shift`].
    Shift(Box<Shift>),
    /// To [`Ask::Run`].
    Ran {
        /// The primary metric on the unit's rows.
        value: Option<f64>,
        /// What the method chose.
        choice: Value,
        /// Points of the learning curve.
        cells: Vec<Cell>,
    },
    /// To [`Ask::Report`].
    Report(Box<Report>),
    /// To [`Ask::Manifest`].
    Manifest {
        /// The file, as JSON.
        text: String,
    },
    /// To [`Ask::ExtractModel`] and [`Ask::ModelInfo`].
    Model {
        /// The method that made it.
        method: String,
        /// What it says of itself.
        meta: Value,
    },
    /// To [`Ask::Predict`].
    Predicted {
        /// What each row is called.
        id: Vec<String>,
        /// What the model says of it.
        prediction: Prediction,
    },
    /// To [`Ask::Shape`].
    Shape {
        /// Encoded columns, about.
        inputs: u32,
        /// The widest hidden layer of the transfer procedure's network.
        hidden: u32,
        /// Rows of a batch.
        batch: u32,
    },
}
