//! `predict`: new rows by a kept model.

use autograft::methods::Model;
use autograft::session::scoring;
use autograft::train::Run;
use autograft::watch::{Quiet, block_on};
use autograft::{Result, text};

use crate::args::Predict;
use crate::{files, save};

/// `autograft predict`.
pub fn predict(asked: &Predict) -> Result<()> {
    let name = files::name(&asked.model);
    let model = Model::from_bytes(&files::bytes(&asked.model)?).map_err(|error| error.file(name))?;
    let opened = files::open(&[&asked.table], &asked.reading)?;
    let Some(table) = opened.first().map(|one| &one.table) else { return Ok(()) };
    let watch = Quiet;
    let run = Run::new(autograft::device::cpu(), 0, &watch);
    let (rows, prediction) = block_on(scoring::table(&model, table, &run))?;
    let columns = save::columns(&prediction, "prediction", None);
    let head: Vec<String> =
        std::iter::once("id".to_owned()).chain(columns.iter().map(|(name, _)| name.clone())).collect();
    let mut csv = files::csv_line(&head);
    for (row, id) in rows.id.iter().enumerate() {
        let mut fields = vec![id.clone()];
        fields.extend(columns.iter().map(|(_, values)| save::number(values.get(row).copied())));
        csv += &files::csv_line(&fields);
    }
    match &asked.out {
        None => files::print(&csv),
        Some(path) => {
            files::write(path, csv.into_bytes())?;
            let said = [("rows", rows.id.len().to_string()), ("file", path.display().to_string())];
            files::print(&format!("{}\n", text::fill("command.predicted", &said)))
        }
    }
}
