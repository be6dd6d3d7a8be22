//! The folds' explanations put together: the cohort's picture, how far fits agree, and each patient's sums.

use std::collections::{BTreeMap, HashMap};

use serde_json::Value;

use super::super::told::{Told, Whose};
use super::Bench;
use crate::cohort::{Cohort, FeatureKind, Labels};
use crate::explain::evidence::{self, Observed};
use crate::math::stats;
use crate::math::tests::benjamini_hochberg;
use crate::report::explanation::{self, Corner, Explanation, Part, Patient, Stability, Sum, Teller};
use crate::shift::Shift;

/// Features of the report; of wide tables those that add most.
const MOST: usize = 200;
/// Features whose values each patient has.
const COLUMNS: usize = 24;
/// Features that are drawn as swarms, and dots of each.
const SWARMS: usize = 12;
const DOTS: usize = 300;
/// Leading features that fits are compared by.
const LEADING: usize = 5;
/// Absolute standardised difference from which a feature has moved: the usual bound of balance (Stuart 2010, Stat Sci 25).
const MOVED: f64 = 0.25;
/// The share of the whole from which a feature counts.
const COUNTS: f64 = 0.05;

/// One model over all its fits.
struct Model<'a> {
    fits: Vec<&'a Told>,
    /// The fits that are compared: on halves of the rows where every other fit is on the same rows.
    compared: Vec<&'a Told>,
    /// Each judged row: its sum over the kept features, averaged over the fits.
    rows: BTreeMap<usize, RowSum>,
}

#[derive(Default, Clone)]
struct RowSum {
    output: f64,
    base: f64,
    n: f64,
    parts: HashMap<String, f64>,
}

impl<'a> Model<'a> {
    fn new(all: &[&'a Told], halves: &[&'a Told], whose: Whose) -> Option<Self> {
        let fits: Vec<&Told> = all.iter().copied().filter(|told| told.whose == whose).collect();
        let mut rows: BTreeMap<usize, RowSum> = BTreeMap::new();
        for fit in &fits {
            for (at, &row) in fit.rows.iter().enumerate() {
                let sum = rows.entry(row as usize).or_default();
                sum.n += 1.0;
                sum.output += fit.outputs[at];
                sum.base += fit.base[at];
                for (&j, value) in fit.kept.iter().zip(&fit.values[at * fit.kept.len()..]) {
                    *sum.parts.entry(fit.features[j as usize].clone()).or_default() += value;
                }
            }
        }
        for sum in rows.values_mut() {
            sum.output /= sum.n;
            sum.base /= sum.n;
            sum.parts.values_mut().for_each(|part| *part /= sum.n);
        }
        let halves: Vec<&Told> = halves.iter().copied().filter(|told| told.whose == whose).collect();
        let compared = if halves.len() > 1 { halves } else { fits.clone() };
        (!fits.is_empty()).then_some(Self { fits, compared, rows })
    }

    fn teller(&self) -> Option<Teller> {
        Some(Teller {
            way: self.fits.first()?.way,
            fits: self.compared.len() as u32,
            gap: self.fits.iter().map(|fit| fit.gap).fold(0.0, f64::max),
            stability: stability(&self.compared),
        })
    }

    /// Each feature's size in each fit.
    fn sizes(&self) -> BTreeMap<&'a str, Vec<f64>> {
        sizes(&self.fits)
    }
}

fn sizes<'a>(fits: &[&'a Told]) -> BTreeMap<&'a str, Vec<f64>> {
    let mut out: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for fit in fits {
        for (feature, size) in fit.features.iter().zip(&fit.sizes) {
            out.entry(feature.as_str()).or_default().push(*size);
        }
    }
    out
}

/// Over all pairs of fits that know the same features.
fn stability(fits: &[&Told]) -> Option<Stability> {
    let p = fits.first()?.features.len();
    if p < 3 {
        return None;
    }
    let leading = LEADING.min(p - 1);
    let lead = |sizes: &[f64]| -> Vec<usize> {
        let mut order: Vec<usize> = (0..sizes.len()).collect();
        order.sort_by(|&a, &b| sizes[b].total_cmp(&sizes[a]).then(a.cmp(&b)));
        order.truncate(leading);
        order
    };
    let ranked: Vec<(Vec<f64>, Vec<usize>)> = fits
        .iter()
        .filter(|fit| fit.features == fits[0].features)
        .map(|fit| (stats::ranks(&fit.sizes), lead(&fit.sizes)))
        .collect();
    let (mut rho, mut shared) = (Vec::new(), Vec::new());
    for (at, (a, first)) in ranked.iter().enumerate() {
        for (b, second) in &ranked[at + 1..] {
            rho.push(stats::correlation(a, b));
            shared.push(first.iter().filter(|j| second.contains(j)).count() as f64);
        }
    }
    rho.retain(|r| r.is_finite());
    if rho.is_empty() {
        return None;
    }
    Some(Stability {
        spearman: stats::mean(&rho),
        lowest: rho.iter().copied().fold(f64::INFINITY, f64::min),
        shared: stats::mean(&shared),
        leading: leading as u32,
    })
}

impl Bench<'_> {
    pub(super) fn explanation(&self, shift: Option<&Shift>) -> Option<Explanation> {
        let all: Vec<&Told> = self.outcomes.iter().flatten().flat_map(|outcome| &outcome.told).collect();
        let halves = self.told_of_halves.as_slice();
        let (transferred, source) =
            (Model::new(&all, halves, Whose::Transferred)?, Model::new(&all, halves, Whose::Source));
        let judged = self.sides.judged();
        let (sizes, of_source) = (transferred.sizes(), source.as_ref().map(Model::sizes).unwrap_or_default());
        let mut order: Vec<(&str, f64)> = sizes.iter().map(|(name, of)| (*name, stats::mean(of))).collect();
        order.extend(of_source.keys().filter(|name| !sizes.contains_key(*name)).map(|name| (*name, 0.0)));
        order.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let of = order.len() as u32;
        // A feature that only the source model counts on is as telling: the leading ones of both are there.
        let mut by_source: Vec<(&str, f64)> = of_source.iter().map(|(name, of)| (*name, stats::mean(of))).collect();
        by_source.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(b.0)));
        let named = |most: usize| -> Vec<&str> {
            let both = order.iter().take(most).chain(by_source.iter().take(most / 2));
            let wanted: Vec<&str> = both.map(|(name, _)| *name).collect();
            order.iter().map(|(name, _)| *name).filter(|name| wanted.contains(name)).collect()
        };
        let features = named(MOST);
        let parts = parts(&transferred, &sizes, &features, judged);
        let source_parts =
            source.as_ref().map(|model| self::parts(model, &of_source, &features, judged)).unwrap_or_default();
        let mut told: Vec<explanation::FeaturePart> = features
            .iter()
            .enumerate()
            .map(|(at, name)| explanation::FeaturePart {
                feature: (*name).to_owned(),
                transferred: parts.get(at).cloned().flatten(),
                source: source_parts.get(at).cloned().flatten(),
                swarm: Vec::new(),
            })
            .collect();
        for one in told.iter_mut().take(SWARMS) {
            one.swarm = swarm(&transferred, &one.feature, judged);
        }
        let columns: Vec<String> = named(COLUMNS).into_iter().map(str::to_owned).collect();
        let patients = patients(&transferred, source.as_ref(), &columns, judged);
        Some(Explanation {
            scale: match &judged.y {
                Some(Labels::Classes { names, .. }) if names.len() > 2 => "log_odds_observed",
                Some(Labels::Classes { .. }) => "log_odds",
                _ => "value",
            }
            .to_owned(),
            judged: judged.len() as u32,
            told: patients.len() as u32,
            transferred: transferred.teller()?,
            source: source.as_ref().and_then(Model::teller),
            corner: shift.map(|shift| corner(&told, shift)),
            features: told,
            of,
            columns,
            patients,
        })
    }
}

/// Each feature in one model.
fn parts(model: &Model<'_>, sizes: &BTreeMap<&str, Vec<f64>>, features: &[&str], judged: &Cohort) -> Vec<Option<Part>> {
    let compared = self::sizes(&model.compared);
    let total: f64 = stats::sum(sizes.values().map(|of| stats::mean(of)));
    let mut out: Vec<Option<Part>> = features
        .iter()
        .map(|name| {
            let of = sizes.get(name)?;
            // With fits on halves the range is theirs, and holds the size.
            let range = || compared.get(name).into_iter().chain([of]).flatten().copied();
            let (values, added): (Vec<usize>, Vec<f64>) =
                model.rows.iter().filter_map(|(row, sum)| Some((*row, *sum.parts.get(*name)?))).unzip();
            let evidence = borne_out(&values, &added, judged);
            let (direction, level) = leaning(name, &values, &added, judged);
            Some(Part {
                size: round(stats::mean(of)),
                low: round(range().fold(f64::INFINITY, f64::min)),
                high: round(range().fold(f64::NEG_INFINITY, f64::max)),
                share: if total > 0.0 { round(stats::mean(of) / total) } else { 0.0 },
                direction,
                level,
                borne_out: evidence.map(|(found, _)| round(found)),
                q: evidence.map(|(_, p)| p),
            })
        })
        .collect();
    let p: Vec<f64> = out.iter().flatten().filter_map(|part| part.q).collect();
    let mut adjusted = benjamini_hochberg(&p).into_iter();
    for part in out.iter_mut().flatten().filter(|part| part.q.is_some()) {
        part.q = adjusted.next();
    }
    out
}

/// Which way it goes: the rank correlation of a number with what it adds, or the level that adds most.
fn leaning(name: &str, rows: &[usize], added: &[f64], judged: &Cohort) -> (Option<f64>, Option<String>) {
    let Some(at) = judged.x.features().iter().position(|feature| feature.name == name) else { return (None, None) };
    let column = judged.x.column_f64(at);
    let pairs: Vec<(f64, f64)> = rows
        .iter()
        .zip(added)
        .filter_map(|(&row, added)| column.get(row).filter(|v| v.is_finite()).map(|v| (*v, *added)))
        .collect();
    match &judged.x.features()[at].kind {
        FeatureKind::Number => {
            let (x, y): (Vec<f64>, Vec<f64>) = pairs.into_iter().unzip();
            let rho = stats::correlation(&stats::ranks(&x), &stats::ranks(&y));
            (rho.is_finite().then(|| round(rho)), None)
        }
        FeatureKind::Category { levels } => {
            let mean = |code: usize| {
                let of: Vec<f64> = pairs.iter().filter(|(v, _)| *v == code as f64).map(|(_, a)| *a).collect();
                (!of.is_empty()).then(|| stats::mean(&of))
            };
            let means = (0..levels.len()).filter_map(|code| Some((code, mean(code)?)));
            let most = means.max_by(|a, b| a.1.total_cmp(&b.1)).filter(|(_, mean)| *mean > 0.0);
            (None, most.and_then(|(code, _)| levels.get(code).cloned()))
        }
    }
}

/// Whether these patients bear out what a feature adds. Patients that have several rows count once.
fn borne_out(rows: &[usize], added: &[f64], judged: &Cohort) -> Option<(f64, f64)> {
    let people = match &judged.group {
        Some(groups) => {
            let mut of: Vec<u32> = rows.iter().filter_map(|&row| groups.get(row).copied()).collect();
            of.sort_unstable();
            of.dedup();
            of.len()
        }
        None => rows.len(),
    };
    let observed: Vec<f64> = match &judged.y {
        Some(Labels::Classes { names, event, codes }) if names.len() == 2 => rows
            .iter()
            .map(|&row| f64::from(u8::from(codes.get(row).copied().flatten() == Some(*event as u32))))
            .collect(),
        Some(Labels::Classes { .. }) => return evidence::borne_out(added, Observed::Towards, people),
        Some(Labels::Values { values, .. }) => {
            rows.iter().map(|&row| values.get(row).copied().unwrap_or(f64::NAN)).collect()
        }
        _ => return None,
    };
    evidence::borne_out(added, Observed::Values(&observed), people)
}

/// The dots of a feature, sorted by what it adds, so that no patient can be followed from one feature to the next.
fn swarm(model: &Model<'_>, name: &str, judged: &Cohort) -> Vec<(f64, Option<f64>)> {
    let at = judged.x.features().iter().position(|feature| feature.name == name);
    let number = at.filter(|&at| matches!(judged.x.features()[at].kind, FeatureKind::Number));
    let column = number.map(|at| judged.x.column_f64(at)).unwrap_or_default();
    let mut found: Vec<(f64, f64)> = model
        .rows
        .iter()
        .filter_map(|(row, sum)| Some((*sum.parts.get(name)?, column.get(*row).copied().unwrap_or(f64::NAN))))
        .collect();
    found.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let values: Vec<f64> = found.iter().map(|(_, value)| *value).filter(|v| v.is_finite()).collect();
    let mut ranks = stats::ranks(&values).into_iter();
    let n = values.len() as f64;
    let all: Vec<(f64, Option<f64>)> = found
        .iter()
        .map(|(added, value)| {
            let rank = if value.is_finite() { ranks.next() } else { None };
            (round(*added), rank.filter(|_| n > 1.0).map(|r| libm::round(100.0 * (r - 1.0) / (n - 1.0)) / 100.0))
        })
        .collect();
    let most = all.len().min(DOTS);
    (0..most).map(|dot| all[if most < 2 { 0 } else { dot * (all.len() - 1) / (most - 1) }]).collect()
}

fn corner(told: &[explanation::FeaturePart], shift: &Shift) -> Corner {
    let share = |one: &explanation::FeaturePart| {
        [&one.transferred, &one.source].into_iter().flatten().map(|part| part.share).fold(0.0, f64::max)
    };
    let mut found: Vec<(f64, &str)> = told
        .iter()
        .filter_map(|one| {
            let moved = shift.features.iter().find(|f| f.name == one.feature)?.smd?.abs();
            (moved >= MOVED && share(one) >= COUNTS).then(|| (moved * share(one), one.feature.as_str()))
        })
        .collect();
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    Corner { moved: MOVED, counts: COUNTS, features: found.into_iter().map(|(_, name)| name.to_owned()).collect() }
}

fn patients(transferred: &Model<'_>, source: Option<&Model<'_>>, columns: &[String], judged: &Cohort) -> Vec<Patient> {
    let places: Vec<Option<usize>> =
        columns.iter().map(|name| judged.x.features().iter().position(|feature| feature.name == *name)).collect();
    let raw: Vec<Vec<f64>> = places.iter().map(|at| at.map(|at| judged.x.column_f64(at)).unwrap_or_default()).collect();
    let value = |column: usize, row: usize| -> Value {
        let v = raw[column].get(row).copied().unwrap_or(f64::NAN);
        match places[column].and_then(|at| judged.x.features().get(at)).map(|feature| &feature.kind) {
            Some(FeatureKind::Category { levels }) if v >= 0.0 => {
                levels.get(v as usize).map_or(Value::Null, |level| Value::from(level.as_str()))
            }
            // In single precision, as it was kept: 0.1 and not 0.10000000149.
            Some(FeatureKind::Number) if v.is_finite() => {
                (v as f32).to_string().parse::<f64>().map_or(Value::Null, Value::from)
            }
            _ => Value::Null,
        }
    };
    let sum = |model: &Model<'_>, row: usize| -> Option<Sum> {
        let of = model.rows.get(&row)?;
        let parts: Vec<f64> = columns.iter().map(|name| of.parts.get(name).copied().unwrap_or(0.0)).collect();
        let rest = of.output - of.base - stats::sum(parts.iter().copied());
        Some(Sum {
            output: round(of.output),
            base: round(of.base),
            parts: parts.into_iter().map(round).collect(),
            rest: round(rest),
        })
    };
    transferred
        .rows
        .keys()
        .map(|&row| Patient {
            id: judged.id.get(row).cloned().unwrap_or_default(),
            truth: truth(judged, row),
            values: (0..columns.len()).map(|column| value(column, row)).collect(),
            transferred: sum(transferred, row),
            source: source.and_then(|model| sum(model, row)),
        })
        .collect()
}

pub(super) fn truth(judged: &Cohort, row: usize) -> Value {
    match &judged.y {
        Some(Labels::Classes { names, codes, .. }) => {
            let name = codes.get(row).copied().flatten().and_then(|code| names.get(code as usize));
            name.map_or(Value::Null, |name| Value::from(name.as_str()))
        }
        Some(Labels::Values { values, .. }) => values.get(row).map_or(Value::Null, |value| Value::from(*value)),
        _ => Value::Null,
    }
}

/// Five significant digits: what a report needs of hundreds of patients.
pub(super) fn round(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() {
        return value;
    }
    let scale = libm::pow(10.0, 4.0 - libm::floor(libm::log10(value.abs())));
    let rounded = libm::round(value * scale) / scale;
    if rounded.is_finite() { rounded } else { value }
}
