//! What a method says of itself. The words (name, idea, help) are in the language files under `method.<id>`.

use serde::Serialize;

/// The review's scenarios, and the baselines beside them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Scenario {
    /// Stands beside every method.
    Baseline,
    /// Same task, another domain.
    Transductive,
    /// Another task.
    Inductive,
    /// No labels while features are learned.
    Unsupervised,
    /// Masks of images.
    Segmentation,
}

/// What is carried over (the review's four shared factors).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// Nothing: no transfer.
    None,
    /// Rows, weighted.
    Instances,
    /// A representation of the features.
    Features,
    /// A model's parameters.
    Parameters,
    /// Relations between entities.
    Relations,
}

/// How near the method is to what was published. *Faithful* needs a step-for-step test against the reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Honesty {
    /// Equal to the published code, step for step.
    FaithfulCode,
    /// Equal to the published description, step for step.
    FaithfulDescription,
    /// The published idea; details that the paper leaves open were chosen here.
    Reconstructed,
    /// A standard technique, no single paper.
    Standard,
}

/// What a method cannot work without.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// Labels in the source.
    SourceLabels,
    /// Rows of the source, so that a saved model of it is not enough.
    SourceRows,
    /// A second outcome in the source, a number a row.
    SourceOutcome,
    /// Rows of the target, labelled or not.
    TargetFeatures,
    /// Labels in the target.
    TargetLabels,
    /// Rows that a label can be given to: the source's, or unlabelled ones of the target.
    Silver,
    /// Sets of genes.
    GeneSets,
    /// Genes of one species named in another.
    Orthologs,
    /// Subject and time.
    TimeSeries,
    /// Molecules.
    Molecules,
    /// Images.
    Images,
}

/// The kinds of label a method can learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kinds {
    /// Classes only.
    Classes,
    /// Two classes only.
    Two,
    /// Numbers only.
    Values,
    /// Both.
    Both,
}

/// Where a method was published.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Paper {
    /// Authors, short.
    pub authors: &'static str,
    /// Year.
    pub year: u32,
    /// Title.
    pub title: &'static str,
    /// DOI without the resolver.
    pub doi: &'static str,
}

/// The facts of a method.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Card {
    /// The name in plans and files.
    pub id: &'static str,
    /// The review's scenario.
    pub scenario: Scenario,
    /// What is carried over.
    pub factor: Factor,
    /// What it needs.
    pub needs: &'static [Needs],
    /// What it can predict.
    pub kinds: Kinds,
    /// How near to the published form.
    pub honesty: Honesty,
    /// The paper, where there is one.
    pub paper: Option<Paper>,
    /// Whether it trains networks (and so cares for the device).
    pub uses_network: bool,
    /// Whether it is among the few that are compared at first: one of each kind of transfer and its plain baselines,
    /// quick on thousands of rows.
    pub sensible: bool,
}

impl Card {
    /// Whether a saved model of the source is not enough.
    pub fn needs_source_rows(&self) -> bool {
        self.needs.contains(&Needs::SourceRows)
    }
    /// Whether nothing can be learned without labels in the target.
    pub fn needs_target_labels(&self) -> bool {
        self.needs.contains(&Needs::TargetLabels)
    }
    /// About how long a fit takes beside the others, for the estimate of the time left until something is measured.
    pub fn relative_cost(&self) -> f64 {
        if self.uses_network { 4.0 } else { 1.0 }
    }
}
