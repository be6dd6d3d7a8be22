//! Every person of the target in turn.

use super::{Bench, Outcome, Prepared};
use crate::error::Result;
use crate::math::dist::t_quantile;
use crate::math::stats::{mean, sd};
use crate::report::persons::{OneOfThem, Persons, Ratio};
use crate::session::unit::Direction;

/// The table of persons, where several were judged.
///
/// # Errors
/// As [`Bench::new`].
pub(super) fn persons(prepared: &Prepared, outcomes: &[Outcome]) -> Result<Option<Persons>> {
    if prepared.persons.is_empty() {
        return Ok(None);
    }
    let shown = (prepared.forward.target.domain.clone(), Direction::Forward);
    let others = prepared.persons.iter().enumerate();
    let others = others.map(|(at, (name, _))| (name.clone(), Direction::Person(at as u32)));
    let mut people = Vec::new();
    for (name, direction) in std::iter::once(shown).chain(others) {
        if let Some(bench) = Bench::new(prepared, direction, outcomes)? {
            let rows = bench.sides.test.as_ref().unwrap_or(&bench.sides.target).len() as u32;
            people.push(OneOfThem { name, rows, values: bench.values() });
        }
    }
    Ok(Some(table(prepared, people)))
}

impl Bench<'_> {
    /// Each method's primary metric, mean over the complete folds.
    fn values(&self) -> Vec<Option<f64>> {
        let metric = self.prepared.plan.metric;
        let of = |judged: &Vec<super::Judged>| {
            let values: Vec<f64> = judged.iter().filter_map(|j| metric.compute(j.truth(), &j.prediction)).collect();
            (!values.is_empty()).then(|| mean(&values))
        };
        self.judged.iter().map(of).collect()
    }
}

fn table(prepared: &Prepared, people: Vec<OneOfThem>) -> Persons {
    let metric = prepared.plan.metric;
    let methods: Vec<String> = prepared.entries.iter().map(|entry| entry.method.card().id.to_owned()).collect();
    let of = |at: usize| people.iter().filter_map(move |one| one.values.get(at).copied().flatten());
    let summary = (0..methods.len())
        .map(|at| {
            let values: Vec<f64> = of(at).collect();
            (mean(&values), (values.len() > 1).then(|| sd(&values)))
        })
        .collect();
    let transfer = methods.iter().position(|id| *id == prepared.plan.transfer.method).unwrap_or(0);
    let against = |at: usize| {
        let both = |one: &OneOfThem| Some((one.values.get(transfer).copied()??, one.values.get(at).copied()??));
        let pairs: Vec<(f64, f64)> = people.iter().filter_map(both).filter(|(a, b)| *a > 0.0 && *b > 0.0).collect();
        let ratios: Vec<f64> = pairs.iter().map(|(a, b)| a / b).collect();
        let n = ratios.len();
        let half = (n > 1).then(|| t_quantile(0.975, (n - 1) as f64) * sd(&ratios) / libm::sqrt(n as f64));
        let ratio = mean(&ratios);
        Ratio {
            against: methods[at].clone(),
            people: n as u32,
            ratio,
            interval: half.map(|half| (ratio - half, ratio + half)),
            better: pairs.iter().filter(|(a, b)| metric.gain(*a, *b) > 0.0).count() as u32,
        }
    };
    let ratios = (0..methods.len()).filter(|&at| at != transfer).map(against).filter(|one| one.people > 0).collect();
    Persons { metric, methods, people, summary, ratios }
}
