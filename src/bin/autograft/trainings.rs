//! How networks of several losses were trained, in words.

use autograft::report::Comparison;
use autograft::report::trainings::Training;
use autograft::text;

use crate::show;

/// A line a method: each term at the first look and at the last, the mean over the fits of the first repeat.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let mut methods: Vec<&str> = comparison.trainings.iter().map(|one| one.method.as_str()).collect();
    methods.dedup();
    methods.into_iter().map(|method| of(comparison, method)).collect()
}

fn of(comparison: &Comparison, method: &str) -> String {
    let fits: Vec<&Training> = comparison.trainings.iter().filter(|one| one.method == method).collect();
    let mean = |pick: &dyn Fn(&Training) -> Option<f64>| {
        let all: Vec<f64> = fits.iter().filter_map(|fit| pick(fit)).collect();
        show::fixed(all.iter().sum::<f64>() / all.len() as f64)
    };
    let terms = fits.first().map_or(&[][..], |fit| fit.curves.terms.as_slice());
    let said: Vec<String> = terms
        .iter()
        .enumerate()
        .map(|(at, term)| {
            let first = mean(&|fit| fit.curves.values.first()?.get(at).copied());
            let last = mean(&|fit| fit.curves.values.last()?.get(at).copied());
            format!("{} {first} → {last}", text::get(&format!("term.{term}")))
        })
        .collect();
    let steps = fits.iter().filter_map(|fit| fit.curves.steps.last()).sum::<u32>() / fits.len().max(1) as u32;
    let facts = [
        ("method", show::method(method)),
        ("fits", fits.len().to_string()),
        ("steps", steps.to_string()),
        ("terms", said.join("; ")),
    ];
    text::fill("command.trainings", &facts)
}
