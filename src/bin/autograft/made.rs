//! `generate`: cohorts whose truth is known, to try the rest on.

use autograft::generate::{Outcome, Recipe, generate};
use autograft::{Result, text};

use crate::args::Generate;
use crate::files;

/// `autograft generate`.
pub fn made(asked: &Generate) -> Result<()> {
    let outcome = if asked.number { Outcome::Number } else { Outcome::Class };
    let (source, target) = generate(&Recipe {
        truth: asked.truth,
        outcome,
        source: asked.source_rows,
        target: asked.target_rows,
        test: asked.test_rows,
        seed: asked.seed,
    });
    let written = [("source.csv".to_owned(), source.into_bytes()), ("target.csv".to_owned(), target.into_bytes())];
    files::write_all(&asked.out, &written)?;
    let said = [("folder", asked.out.display().to_string()), ("files", "source.csv, target.csv".to_owned())];
    files::print(&format!("{}\n", text::fill("command.wrote", &said)))
}
