//! A method's modes over numbers of target rows: what each reached, and which of them is worth its source where.

use serde::{Deserialize, Serialize};

use super::designs::Crossed;
use crate::metrics::Metric;

/// The experiment: every mode on the same nested subsamples, one fixed set of test rows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Modes {
    /// The method.
    pub method: String,
    /// The declared metric: of it the differences and crossings are.
    pub metric: Metric,
    /// Whether each subsample had as many rows of one class as of the other.
    pub balanced: bool,
    /// Repeats on new subsamples.
    pub repeats: u32,
    /// The fixed test rows.
    pub test_rows: u32,
    /// Every mode, size and metric.
    pub points: Vec<ModePoint>,
    /// The modes without transfer that the others are compared with: the same network from scratch, and of the shallow
    /// classifiers on the rows' own columns the one that is best on average over sizes (a choice that favours it).
    pub against: Vec<String>,
    /// Every mode with transfer against each of those, in the declared metric.
    pub gains: Vec<ModeGain>,
    /// Up to how many rows each of them pays.
    pub crossings: Vec<ModeCrossing>,
}

/// What one mode reached at one size in one metric.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModePoint {
    /// The mode.
    pub mode: String,
    /// Target rows trained on.
    pub n: u32,
    /// The metric.
    pub metric: Metric,
    /// The mean over repeats.
    pub mean: f64,
    /// The standard deviation over repeats; absent under two.
    pub sd: Option<f64>,
    /// The value of each repeat; absent where it is undefined.
    pub values: Vec<Option<f64>>,
}

/// A mode with transfer against one without, at one size, over the repeats that both have.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModeGain {
    /// The mode.
    pub mode: String,
    /// What it is compared with.
    pub against: String,
    /// Target rows trained on.
    pub n: u32,
    /// The mean difference, positive where transfer is better.
    pub difference: f64,
    /// Lower end of the 95 % t interval over repeats; absent under two.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Repeats in which it was better.
    pub wins: u32,
    /// Repeats in which it was worse.
    pub losses: u32,
    /// Repeats.
    pub repeats: u32,
    /// Wilcoxon's signed ranks over repeats, two-sided, after Holm over the sizes of this mode and reference; absent where nothing differs.
    pub p_adjusted: Option<f64>,
}

/// Up to how many rows a mode pays against one without transfer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ModeCrossing {
    /// The mode.
    pub mode: String,
    /// What it is compared with.
    pub against: String,
    /// Where its mean gain ends.
    pub crossed: Crossed,
}

impl Modes {
    /// The columns of [`Modes::lines`].
    pub const HEAD: [&str; 5] = ["mode", "n", "repeat", "metric", "value"];

    /// A line a mode, size, repeat and metric.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let line = |point: &ModePoint, repeat: usize, value: &Option<f64>| {
            vec![
                point.mode.clone(),
                point.n.to_string(),
                (repeat + 1).to_string(),
                point.metric.as_str().to_owned(),
                value.map_or_else(String::new, |v| v.to_string()),
            ]
        };
        let each = |point| {
            let point: &ModePoint = point;
            point.values.iter().enumerate().map(|(repeat, value)| line(point, repeat, value)).collect::<Vec<_>>()
        };
        self.points.iter().flat_map(each).collect()
    }

    /// The sizes, increasing.
    pub fn sizes(&self) -> Vec<u32> {
        let mut sizes: Vec<u32> = self.points.iter().map(|point| point.n).collect();
        sizes.sort_unstable();
        sizes.dedup();
        sizes
    }

    /// The modes, in the order of the plan.
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for point in &self.points {
            if !names.contains(&point.mode.as_str()) {
                names.push(&point.mode);
            }
        }
        names
    }

    /// A mode at a size in a metric.
    pub fn at(&self, mode: &str, n: u32, metric: Metric) -> Option<&ModePoint> {
        self.points.iter().find(|point| point.mode == mode && point.n == n && point.metric == metric)
    }
}
