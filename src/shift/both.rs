//! The rows of both sides as one matrix of finite numbers: what classifiers, kernels and weights work on.

use crate::cohort::{Cohort, FeatureKind};
use crate::error::Result;
use crate::math::rows::Rows;
use crate::math::stats::{mean, median, variance};
use crate::rng::{fnv1a, mix};
use crate::split::Respect;
use crate::watch::Pulse;

/// How much of the tables takes part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Rows a side, drawn by a hash of the row's name where there are more.
    pub rows: usize,
    /// Features, those of the largest variance where there are more (categories of few levels always stay).
    pub features: usize,
    /// One row of each group (patient), for tests that take rows as independent.
    pub one_a_group: bool,
}

/// More rows a side make no interval narrower than anybody needs; more features cost seconds and tell no more.
pub const LIMITS: Limits = Limits { rows: 2000, features: 500, one_a_group: false };
/// Categories with more levels than this are left to the table of features.
const MOST_LEVELS: usize = 30;

/// Rows of both sides, source first: missing numbers are the median of both sides together (which knows nothing of the
/// sides), a category is 0 or 1 a level (a missing one is 0 at each), and every column has mean 0 and variance 1 over all
/// rows. So a permutation of the sides leaves the matrix as it is.
#[derive(Debug, Clone, PartialEq)]
pub struct Both {
    /// Rows × columns by rows.
    pub values: Vec<f64>,
    /// The feature, and the level where it is a category, of each column.
    pub columns: Vec<String>,
    /// Whether each row is the target's: the source's rows come first.
    pub target: Vec<bool>,
    /// Where each row stands: the cohort among the sources (0 for the target) and its row there.
    pub from: Vec<(usize, usize)>,
    /// A number for each patient (family, plate), where rows share any.
    pub groups: Option<Vec<u32>>,
    /// What identifies each row wherever it stands in its file.
    pub keys: Vec<u64>,
    /// Features that took part.
    pub features: usize,
    /// Features of both sides.
    pub features_of: usize,
    /// Features that hold no value on one side: left out, since they alone would tell the sides apart.
    pub one_sided: usize,
}

impl Both {
    /// The number of columns.
    pub fn p(&self) -> usize {
        self.columns.len()
    }
    /// The number of source rows.
    pub fn source_rows(&self) -> usize {
        self.target.iter().filter(|t| !**t).count()
    }
    /// All rows.
    ///
    /// # Errors
    /// `nothing_varies` where no column is left.
    pub fn all(&self) -> Result<Rows<'_>> {
        Rows::new(&self.values, self.p())
    }
    /// The source's rows and the target's.
    ///
    /// # Errors
    /// `nothing_varies` where no column is left, `too_few_rows` where a side has no row.
    pub fn sides(&self) -> Result<(Rows<'_>, Rows<'_>)> {
        let at = (self.source_rows() * self.p()).min(self.values.len());
        let (source, target) = self.values.split_at(at);
        Rows::pair(source, target, self.p())
    }
    /// What a split has to respect, stratified by side.
    pub(super) fn respect<'a>(&'a self, side: &'a [u32]) -> Respect<'a> {
        Respect { strata: Some(side), groups: self.groups.as_deref(), keys: Some(&self.keys) }
    }

    /// Takes rows and columns out of the cohorts.
    ///
    /// # Errors
    /// `cancelled`.
    pub async fn gather(
        sources: &[Cohort],
        target: &Cohort,
        limits: Limits,
        seed: u64,
        pulse: &Pulse<'_>,
    ) -> Result<Self> {
        let from_source = pick(sources, limits, seed);
        let from_target = pick(std::slice::from_ref(target), limits, seed);
        let mut kept: Vec<Kept> = Vec::new();
        let mut one_sided = 0;
        for (feature, about) in target.x.features().iter().enumerate() {
            pulse.breathe().await?;
            let whole: Vec<Vec<f64>> = sources.iter().map(|source| source.x.column_f64(feature)).collect();
            let cell =
                |p: &Picked| whole.get(p.cohort).and_then(|column| column.get(p.row)).copied().unwrap_or(f64::NAN);
            let mut values: Vec<f64> = from_source.iter().map(cell).collect();
            let source_empty = values.iter().all(|v| v.is_nan());
            let theirs = target.x.column_f64(feature);
            let mine: Vec<f64> = from_target.iter().map(|p| theirs.get(p.row).copied().unwrap_or(f64::NAN)).collect();
            if source_empty || mine.iter().all(|v| v.is_nan()) {
                one_sided += 1;
                continue;
            }
            values.extend(mine);
            let known: Vec<f64> = values.iter().copied().filter(|v| !v.is_nan()).collect();
            let (spread, levels) = match &about.kind {
                FeatureKind::Category { levels } if levels.len() <= MOST_LEVELS => {
                    (f64::INFINITY, Some(levels.clone()))
                }
                FeatureKind::Category { .. } => continue,
                FeatureKind::Number => (variance(&known), None),
            };
            if known.windows(2).all(|pair| pair[0] == pair[1]) || known.iter().any(|v| v.is_infinite()) {
                continue;
            }
            kept.push(Kept { spread, values, levels, name: about.name.clone() });
            // Keep memory in hand with 20,000 genes: the least varied go as soon as there are twice too many.
            if kept.len() >= 2 * limits.features {
                most_varied(&mut kept, limits.features);
            }
        }
        most_varied(&mut kept, limits.features);
        let groups = number_groups(sources, target, &from_source, &from_target);
        let encoded: Vec<(String, Vec<f64>)> = kept.iter().flat_map(Kept::encoded).collect();
        let rows = from_source.len() + from_target.len();
        let values = (0..rows)
            .flat_map(|row| encoded.iter().map(move |(_, column)| (column, row)))
            .map(|(c, row)| c[row])
            .collect();
        Ok(Self {
            values,
            columns: encoded.into_iter().map(|(name, _)| name).collect(),
            target: (0..rows).map(|row| row >= from_source.len()).collect(),
            groups,
            keys: from_source.iter().map(|p| mix(p.key, 1)).chain(from_target.iter().map(|p| mix(p.key, 2))).collect(),
            from: from_source.iter().chain(&from_target).map(|p| (p.cohort, p.row)).collect(),
            features: kept.len(),
            features_of: target.x.features().len(),
            one_sided,
        })
    }
}

struct Kept {
    spread: f64,
    values: Vec<f64>,
    levels: Option<Vec<String>>,
    name: String,
}

impl Kept {
    /// One column, or one a level; constant ones are left out.
    fn encoded(&self) -> Vec<(String, Vec<f64>)> {
        let columns: Vec<(String, Vec<f64>)> = match &self.levels {
            None => {
                let middle = median(&self.values);
                let filled = self.values.iter().map(|v| if v.is_nan() { middle } else { *v }).collect();
                vec![(self.name.clone(), filled)]
            }
            Some(levels) => {
                // With two levels one column says all.
                let from = usize::from(levels.len() == 2);
                let hit = |level: usize| self.values.iter().map(|v| f64::from(u8::from(*v == level as f64))).collect();
                let names = levels.iter().enumerate().skip(from);
                names.map(|(place, level)| (format!("{} = {level}", self.name), hit(place))).collect()
            }
        };
        columns.into_iter().filter_map(|(name, column)| Some((name, standardised(&column)?))).collect()
    }
}

/// Mean 0 and variance 1 over all; `None` for a constant.
fn standardised(column: &[f64]) -> Option<Vec<f64>> {
    let (m, spread) = (mean(column), libm::sqrt(variance(column)));
    (spread > 1e-12 * (1.0 + m.abs())).then(|| column.iter().map(|v| (v - m) / spread).collect())
}

fn most_varied(kept: &mut Vec<Kept>, most: usize) {
    if kept.len() > most {
        kept.sort_by(|a, b| b.spread.total_cmp(&a.spread));
        kept.truncate(most);
    }
}

struct Picked {
    cohort: usize,
    row: usize,
    key: u64,
}

/// The rows that take part, drawn by a hash of the row's name: the file's order has no part in it.
fn pick(cohorts: &[Cohort], limits: Limits, seed: u64) -> Vec<Picked> {
    let mut out: Vec<Picked> = Vec::new();
    for (cohort, of) in cohorts.iter().enumerate() {
        let name = fnv1a(of.domain.as_bytes());
        for row in 0..of.len() {
            let id = of.id.get(row).map_or(row as u64, |id| fnv1a(id.as_bytes()));
            out.push(Picked { cohort, row, key: mix(mix(seed, name), id) });
        }
    }
    let by_key = |out: &mut Vec<Picked>| out.sort_by_key(|p| (p.key, p.cohort, p.row));
    let group = |p: &Picked| cohorts.get(p.cohort).and_then(|c| c.group.as_ref()).and_then(|g| g.get(p.row)).copied();
    if limits.one_a_group && cohorts.iter().any(|c| c.group.is_some()) {
        by_key(&mut out);
        let mut seen = std::collections::HashSet::new();
        out.retain(|p| group(p).is_none_or(|g| seen.insert((p.cohort, g))));
    }
    if out.len() > limits.rows {
        by_key(&mut out);
        out.truncate(limits.rows);
    }
    out.sort_by_key(|p| (p.cohort, p.row));
    out
}

/// Groups of the two sides are other groups, whatever their numbers. `None` where each row is one of its own.
fn number_groups(
    sources: &[Cohort],
    target: &Cohort,
    from_source: &[Picked],
    from_target: &[Picked],
) -> Option<Vec<u32>> {
    let group_of = |cohorts: &[Cohort], picked: &[Picked], salt: u64| -> Vec<u64> {
        picked
            .iter()
            .map(|p| match cohorts.get(p.cohort).and_then(|c| c.group.as_ref()).and_then(|g| g.get(p.row)) {
                Some(group) => mix(mix(salt, p.cohort as u64), u64::from(*group)),
                None => mix(p.key, salt),
            })
            .collect()
    };
    let mut names = group_of(sources, from_source, 1);
    names.extend(group_of(std::slice::from_ref(target), from_target, 2));
    let mut sorted = names.clone();
    sorted.sort_unstable();
    sorted.dedup();
    (sorted.len() < names.len())
        .then(|| names.iter().map(|name| sorted.partition_point(|other| other < name) as u32).collect())
}
