//! `generate`: cohorts whose truth is known, to try the rest on.

use autograft::generate::families::{Families, another, families};
use autograft::generate::{Outcome, Recipe, generate};
use autograft::{Result, text};

use crate::args::{Generate, Made};
use crate::files;

/// `autograft generate`.
pub fn made(asked: &Generate) -> Result<()> {
    let outcome = match (asked.drug, asked.cells, asked.number) {
        (true, ..) => Outcome::Drug,
        (_, true, _) => Outcome::Cells,
        (.., true) => Outcome::Number,
        _ => Outcome::Class,
    };
    let (source_rows, target, test, seed) = (asked.source_rows, asked.target_rows, asked.test_rows, asked.seed);
    let mut second = None;
    let (source, target) = match asked.truth {
        Made::Patients(truth) => generate(&Recipe { truth, outcome, source: source_rows, target, test, seed }),
        Made::Families(_) => {
            let recipe = Families { source: source_rows, target, test, seed };
            second = asked.second.then(|| another(&recipe));
            families(&recipe)
        }
    };
    let mut written =
        vec![("source.csv".to_owned(), source.into_bytes()), ("target.csv".to_owned(), target.into_bytes())];
    written.extend(second.map(|text| ("second.csv".to_owned(), text.into_bytes())));
    files::write_all(&asked.out, &written)?;
    let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    let said = [("folder", asked.out.display().to_string()), ("files", names.join(", "))];
    files::print(&format!("{}\n", text::fill("command.wrote", &said)))
}
