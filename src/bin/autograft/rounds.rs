//! What methods that label rows on their own did, in words.

use autograft::report::Comparison;
use autograft::report::rounds::Rounds;
use autograft::text;

use crate::show;

/// A line a method, and one for each way in which its fits ended.
pub fn lines(comparison: &Comparison) -> Vec<String> {
    let mut methods: Vec<&str> = comparison.rounds.iter().map(|one| one.method.as_str()).collect();
    methods.dedup();
    methods.into_iter().flat_map(|method| of(comparison, method)).collect()
}

fn of(comparison: &Comparison, method: &str) -> Vec<String> {
    let fits: Vec<&Rounds> = comparison.rounds.iter().filter(|one| one.method == method).collect();
    let mean = |value: &dyn Fn(&Rounds) -> f64| fits.iter().map(|fit| value(fit)).sum::<f64>() / fits.len() as f64;
    let added = |fit: &Rounds, class: Option<usize>| {
        let of =
            |counts: &[u32]| class.map_or_else(|| counts.iter().sum(), |class| counts.get(class).copied().unwrap_or(0));
        fit.labelling.rounds.iter().map(|round| of(&round.added)).sum::<u32>()
    };
    let share =
        |events: f64, all: f64| if all > 0.0 { format!("{:.0} %", 100.0 * events / all) } else { "–".to_owned() };
    let event = |fit: &Rounds| Some(fit.labelling.event as usize);
    let first = |fit: &Rounds, class: Option<usize>| {
        let counts = fit.labelling.rounds.first().map_or(&[][..], |round| &round.train);
        f64::from(class.map_or_else(|| counts.iter().sum(), |class| counts.get(class).copied().unwrap_or(0)))
    };
    let total = |pick: fn(&autograft::watch::Round) -> u32| {
        f64::from(fits.iter().flat_map(|fit| &fit.labelling.rounds).map(pick).sum::<u32>())
    };
    let facts = [
        ("method", show::method(method)),
        ("rounds", format!("{:.1}", mean(&|fit| fit.labelling.rounds.len().saturating_sub(1) as f64))),
        ("added", format!("{:.0}", mean(&|fit| f64::from(added(fit, None))))),
        ("share", share(mean(&|fit| f64::from(added(fit, event(fit)))), mean(&|fit| f64::from(added(fit, None))))),
        ("gold", share(mean(&|fit| first(fit, event(fit))), mean(&|fit| first(fit, None)))),
    ];
    let mut out = vec![text::fill("command.rounds", &facts)];
    let compared = total(|round| round.compared);
    if compared > 0.0 {
        let facts = [("share", share(total(|round| round.agreed), compared)), ("n", format!("{compared:.0}"))];
        out.push(format!("  {}", text::fill("command.rounds.agreed", &facts)));
    }
    let mut ends: Vec<&str> = fits.iter().map(|fit| fit.labelling.ended.as_str()).collect();
    ends.sort_unstable();
    ends.dedup();
    for end in ends {
        let ended: Vec<&&Rounds> = fits.iter().filter(|fit| fit.labelling.ended.as_str() == end).collect();
        let highest = ended.iter().filter_map(|fit| fit.labelling.rounds.last()?.highest).fold(0.0, f64::max);
        let threshold = ended.first().and_then(|fit| fit.labelling.threshold).unwrap_or_default();
        let facts = [
            ("n", ended.len().to_string()),
            ("of", fits.len().to_string()),
            ("highest", show::fixed(highest)),
            ("threshold", threshold.to_string()),
        ];
        out.push(format!("  {}", text::fill(&format!("rounds.ended.{end}"), &facts)));
    }
    out
}
