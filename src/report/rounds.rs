//! The rounds of methods that label rows on their own.

use serde::{Deserialize, Serialize};

use crate::methods::common::pool::Labelling;

/// The rounds of one fit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rounds {
    /// The method.
    pub method: String,
    /// The repeat.
    pub repeat: u32,
    /// The fold.
    pub fold: u32,
    /// What it did.
    pub labelling: Labelling,
}

impl Rounds {
    /// Columns of [`Rounds::lines`]; the classes' names fill the counts'.
    pub fn head(names: &[String]) -> Vec<String> {
        let of = |what: &'static str| names.iter().map(move |name| format!("{what}:{name}"));
        let text = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        [
            text(&["method", "repeat", "fold", "round"]),
            of("added").collect(),
            of("learned_from").collect(),
            text(&["left", "auc", "highest_probability", "compared", "agreed", "kept", "ended"]),
        ]
        .concat()
    }

    /// A line a round.
    pub fn lines(&self) -> Vec<Vec<String>> {
        let Labelling { rounds, names, best, ended, .. } = &self.labelling;
        let counts = |counts: &[u32]| {
            (0..names.len()).map(|class| counts.get(class).copied().unwrap_or(0).to_string()).collect::<Vec<_>>()
        };
        let line = |(at, round): (usize, &crate::watch::Round)| {
            let last = at + 1 == rounds.len();
            [
                vec![self.method.clone(), self.repeat.to_string(), self.fold.to_string(), round.round.to_string()],
                counts(&round.added),
                counts(&round.train),
                vec![
                    round.left.to_string(),
                    round.auc.map_or_else(String::new, |auc| auc.to_string()),
                    round.highest.map_or_else(String::new, |p| p.to_string()),
                    round.compared.to_string(),
                    round.agreed.to_string(),
                    u32::from(round.round == *best).to_string(),
                    if last { ended.as_str().to_owned() } else { String::new() },
                ],
            ]
            .concat()
        };
        rounds.iter().enumerate().map(line).collect()
    }
}
