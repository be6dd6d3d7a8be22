//! A random forest of two classes (Breiman, Mach Learn 2001;45:5–32) with scikit-learn's defaults: each tree on a
//! bootstrap sample of the rows, grown until its leaves are pure, every split the one of least Gini impurity among
//! ⌊√p⌋ columns that vary in the node, the threshold half-way between two values. What it says is the mean over trees
//! of the share of events in the leaf. The streams are ours, so a forest is scikit-learn's in kind, a single tree on
//! all columns and rows to the number.

use super::data::{Matrix, finite};
use super::forest::{Forest, Parts};
use super::loss::Loss;
use crate::error::{Code, Result};
use crate::rng::Rng;

/// No tree is deeper: what a [`Forest`] takes.
const MOST_DEPTH: usize = 60;

/// The settings; the defaults are scikit-learn's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bagged {
    /// Trees.
    pub trees: usize,
    /// Columns tried at each split; 0: the root of their number.
    pub columns: usize,
    /// Levels of splits.
    pub max_depth: usize,
    /// Whether each tree sees a bootstrap sample, or every row.
    pub bootstrap: bool,
}

impl Default for Bagged {
    fn default() -> Self {
        Self { trees: 100, columns: 0, max_depth: MOST_DEPTH, bootstrap: true }
    }
}

struct Grown {
    parts: Parts,
    /// Times that each row was drawn.
    times: Vec<u32>,
    weight: f32,
}

struct Split {
    column: usize,
    threshold: f32,
    impurity: f64,
}

impl Bagged {
    /// One more tree into `forest`, from the stream of its number. `x` has no missing cell.
    ///
    /// # Errors
    /// [`Code::Internal`] for wrong lengths, [`Code::TooFewRows`] without rows, [`Code::MissingCells`].
    pub fn grow(&self, forest: Option<Forest>, x: &Matrix<'_>, event: &[bool], seed: u64) -> Result<Forest> {
        let (n, p) = (x.rows(), x.features());
        if event.len() != n {
            return Err(Code::Internal.err().with("reason", "labels and rows of a different number"));
        }
        if n == 0 || p == 0 {
            return Err(Code::TooFewRows.err().with("found", 0).with("needed", 1).with("what", "a forest"));
        }
        let lacking = (0..p).map(|c| x.column(c).iter().filter(|v| v.is_nan()).count()).sum::<usize>();
        if lacking > 0 {
            return Err(Code::MissingCells.err().with("found", lacking));
        }
        let parts = forest.unwrap_or_else(|| Forest::empty(Loss::Squared, p, vec![0.0])).into_parts();
        let tree = parts.starts.len() - 1;
        let mut rng = Rng::child(seed, "bagged", tree);
        let mut times = vec![u32::from(!self.bootstrap); n];
        if self.bootstrap {
            for _ in 0..n {
                times[rng.below(n)] += 1;
            }
        }
        let mut grown = Grown { parts, times, weight: 1.0 / self.trees.max(1) as f32 };
        self.tree(&mut grown, x, event, &mut rng);
        Forest::new(grown.parts)
    }

    fn tree(&self, grown: &mut Grown, x: &Matrix<'_>, event: &[bool], rng: &mut Rng) {
        let start = grown.parts.feature.len();
        let rows: Vec<u32> = (0..x.rows() as u32).filter(|&row| grown.times[row as usize] > 0).collect();
        grown.push();
        // Nodes still to be looked at: number, rows, depth.
        let mut open = vec![(start, rows, 0)];
        while let Some((node, rows, depth)) = open.pop() {
            let (all, events) = grown.count(&rows, event);
            grown.parts.cover[node] = all as f32;
            let pure = events == 0 || events == all;
            let split = if pure || depth >= self.max_depth.min(MOST_DEPTH) {
                None
            } else {
                self.split(grown, x, event, &rows, rng)
            };
            let Some(split) = split else {
                grown.parts.value[node] = (events as f64 / all as f64) as f32 * grown.weight;
                continue;
            };
            let goes_left = |row: &u32| x.at(*row as usize, split.column) < split.threshold;
            let (left, right): (Vec<u32>, Vec<u32>) = rows.into_iter().partition(goes_left);
            let children = (grown.push(), grown.push());
            grown.parts.feature[node] = split.column as u32;
            grown.parts.threshold[node] = split.threshold;
            grown.parts.left[node] = (children.0 - start) as u32;
            grown.parts.right[node] = (children.1 - start) as u32;
            let share = events as f64 / all as f64;
            grown.parts.gain[node] = (all as f64 * (2.0 * share * (1.0 - share)) - split.impurity).max(0.0) as f32;
            open.push((children.1, right, depth + 1));
            open.push((children.0, left, depth + 1));
        }
        grown.parts.starts.push(grown.parts.feature.len() as u32);
    }

    /// The split of least impurity among so many columns that vary here, drawn without replacement; `None` where none
    /// varies.
    fn split(&self, grown: &Grown, x: &Matrix<'_>, event: &[bool], rows: &[u32], rng: &mut Rng) -> Option<Split> {
        let p = x.features();
        let wanted = if self.columns > 0 { self.columns } else { (libm::sqrt(p as f64) as usize).max(1) };
        let mut columns: Vec<usize> = (0..p).collect();
        let (mut best, mut tried): (Option<Split>, usize) = (None, 0);
        for drawn in 0..p {
            if tried >= wanted {
                break;
            }
            columns.swap(drawn, drawn + rng.below(p - drawn));
            let column = columns[drawn];
            if let Some(found) = along(grown, x.column(column), event, rows, column) {
                tried += 1;
                if best.as_ref().is_none_or(|best| found.impurity < best.impurity) {
                    best = Some(found);
                }
            }
        }
        best
    }
}

/// The best split of a column: Σ over sides of rows × Gini; `None` where the column is constant.
fn along(grown: &Grown, values: &[f32], event: &[bool], rows: &[u32], column: usize) -> Option<Split> {
    let mut sorted: Vec<(f32, u32)> =
        rows.iter().map(|&row| (finite(values.get(row as usize).copied().unwrap_or(0.0)) + 0.0, row)).collect();
    let (low, high) = sorted.iter().fold((f32::MAX, f32::MIN), |(low, high), (v, _)| (low.min(*v), high.max(*v)));
    if low >= high {
        return None;
    }
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let (all, events) = grown.count(rows, event);
    let gini = |n: u64, e: u64| {
        let share = e as f64 / n as f64;
        n as f64 * 2.0 * share * (1.0 - share)
    };
    let (mut n, mut e) = (0_u64, 0_u64);
    let mut best: Option<Split> = None;
    for pair in sorted.windows(2) {
        let row = pair[0].1 as usize;
        n += u64::from(grown.times[row]);
        e += if event[row] { u64::from(grown.times[row]) } else { 0 };
        if pair[0].0 >= pair[1].0 {
            continue;
        }
        let impurity = gini(n, e) + gini(all - n, events - e);
        if best.as_ref().is_none_or(|best| impurity < best.impurity) {
            // The value half-way goes left, as in scikit-learn; a Forest sends left what is under the threshold.
            let middle = pair[0].0 / 2.0 + pair[1].0 / 2.0;
            let middle = if middle >= pair[1].0 { pair[0].0 } else { middle };
            best = Some(Split { column, threshold: middle.next_up(), impurity });
        }
    }
    best
}

impl Grown {
    /// One more node, a leaf of nothing yet; its number.
    fn push(&mut self) -> usize {
        let parts = &mut self.parts;
        parts.feature.push(0);
        parts.threshold.push(0.0);
        parts.left.push(0);
        parts.right.push(0);
        parts.missing_left.push(false);
        parts.value.push(0.0);
        parts.cover.push(0.0);
        parts.gain.push(0.0);
        parts.feature.len() - 1
    }

    /// Rows, each as often as it was drawn, and the events among them.
    fn count(&self, rows: &[u32], event: &[bool]) -> (u64, u64) {
        rows.iter().fold((0, 0), |(all, events), &row| {
            let times = u64::from(self.times[row as usize]);
            (all + times, events + if event[row as usize] { times } else { 0 })
        })
    }
}
