//! What a run leaves behind: plan, report, page, predictions and models.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use autograft::cohort::Prediction;
use autograft::report::association::Association;
use autograft::report::critical::CriticalGenes;
use autograft::report::glucose::Glucose;
use autograft::report::modes::Modes;
use autograft::report::paper::{ForPaper, say};
use autograft::report::rounds::Rounds;
use autograft::report::trainings::Training;
use autograft::report::{self, Report, manifest};
use autograft::session::{Outcome, Prepared, Unit};
use autograft::{Result, text};
use serde_json::Value;

use crate::{candidates, files, page};

/// Predictions of rows without a label, by the final transferred model.
pub struct Unlabelled {
    /// What each row is called.
    pub id: Vec<String>,
    /// By which method.
    pub method: String,
    /// What was predicted.
    pub prediction: Prediction,
}

/// The final model and the first pre-trained one, as files.
pub fn models(outcomes: &[Outcome]) -> Result<Vec<(String, Vec<u8>)>> {
    let mut out: Vec<(String, Vec<u8>)> = Vec::new();
    for outcome in outcomes {
        let name = match &outcome.unit {
            Unit::Pretrain { .. } => "pretrained.safetensors",
            Unit::Final { method: 0 } => "model.safetensors",
            _ => continue,
        };
        if let Some(model) = &outcome.model
            && out.iter().all(|(other, _)| other != name)
        {
            out.push((name.to_owned(), model.to_bytes()?));
        }
    }
    Ok(out)
}

/// The predictions of the rows without a label.
pub fn unlabelled(prepared: &Prepared, outcomes: &[Outcome]) -> Option<Unlabelled> {
    let rows = prepared.forward.unlabelled.as_ref()?;
    outcomes.iter().find_map(|outcome| match (&outcome.unit, &outcome.prediction) {
        (Unit::Final { method }, Some(prediction)) => Some(Unlabelled {
            id: rows.id.to_vec(),
            method: prepared.entry(*method).ok()?.method.card().id.to_owned(),
            prediction: prediction.clone(),
        }),
        _ => None,
    })
}

/// Writes everything, or nothing.
pub fn all(
    folder: &Path,
    report: &Report,
    models: Vec<(String, Vec<u8>)>,
    unlabelled: Option<&Unlabelled>,
) -> Result<()> {
    let (html, charts) = page::html(report)?;
    let manifest = manifest::of(report, Some(now()))?;
    let mut written = vec![
        ("plan.json".to_owned(), (report.plan.to_json()? + "\n").into_bytes()),
        ("report.json".to_owned(), (report::to_json(report)? + "\n").into_bytes()),
        ("report.html".to_owned(), html.into_bytes()),
        ("manifest.json".to_owned(), (manifest::to_text(&manifest)? + "\n").into_bytes()),
        ("predictions.csv".to_owned(), predictions(report, unlabelled).into_bytes()),
    ];
    let rounds = report.forward.as_ref().map_or(&[][..], |comparison| &comparison.rounds);
    if let Some(first) = rounds.first() {
        let head = Rounds::head(&first.labelling.names);
        let lines = std::iter::once(head).chain(rounds.iter().flat_map(Rounds::lines));
        let text: String = lines.map(|line| files::csv_line(&line)).collect();
        written.push(("rounds.csv".to_owned(), text.into_bytes()));
    }
    if let Some(list) = &report.candidates {
        written.push(("candidates.csv".to_owned(), candidates::csv(list).into_bytes()));
    }
    if let Some(modes) = report.forward.as_ref().and_then(|comparison| comparison.modes.as_ref()) {
        let lines = std::iter::once(Modes::HEAD.map(str::to_owned).to_vec()).chain(modes.lines());
        let text: String = lines.map(|line| files::csv_line(&line)).collect();
        written.push(("modes.csv".to_owned(), text.into_bytes()));
    }
    let trainings = report.forward.as_ref().map_or(&[][..], |comparison| &comparison.trainings);
    if !trainings.is_empty() {
        let head = Training::HEAD.map(str::to_owned).to_vec();
        let lines = std::iter::once(head).chain(trainings.iter().flat_map(Training::lines));
        let text: String = lines.map(|line| files::csv_line(&line)).collect();
        written.push(("trainings.csv".to_owned(), text.into_bytes()));
    }
    if let Some(found) = report.forward.as_ref().and_then(|comparison| comparison.association.as_ref()) {
        let lines = std::iter::once(Association::HEAD.map(str::to_owned).to_vec()).chain(found.lines());
        let text: String = lines.map(|line| files::csv_line(&line)).collect();
        written.push(("association.csv".to_owned(), text.into_bytes()));
    }
    if let Some(glucose) = report.forward.as_ref().and_then(|comparison| comparison.glucose.as_ref()) {
        let lines = std::iter::once(Glucose::HEAD.map(str::to_owned).to_vec()).chain(glucose.lines());
        let text: String = lines.map(|line| files::csv_line(&line)).collect();
        written.push(("glucose.csv".to_owned(), text.into_bytes()));
    }
    if let Some(persons) = &report.persons {
        let (head, lines) = persons.lines();
        let text: String = std::iter::once(head).chain(lines).map(|line| files::csv_line(&line)).collect();
        written.push(("persons.csv".to_owned(), text.into_bytes()));
    }
    let judged = report.forward.as_ref().and_then(|comparison| comparison.critical.as_ref());
    if let Some(found) = judged.or(report.critical.as_ref()) {
        let lines = std::iter::once(CriticalGenes::HEAD.map(str::to_owned).to_vec()).chain(found.lines());
        let text: String = lines.map(|line| files::csv_line(&line)).collect();
        written.push(("critical-genes.csv".to_owned(), text.into_bytes()));
    }
    if let Some(paper) = &report.paper {
        written.push(("methods.txt".to_owned(), methods(paper).into_bytes()));
    }
    written.extend(models);
    files::write_all(folder, &written)?;
    let names: Vec<&str> = written.iter().map(|(name, _)| name.as_str()).collect();
    let said = [("folder", folder.display().to_string()), ("files", names.join(", "))];
    files::print(&format!("\n{}\n", text::fill("command.wrote", &said)))?;
    if !charts {
        eprintln!("{}", text::fill("command.no_charts", &[("file", page::SCRIPT)]));
    }
    Ok(())
}

/// The methods paragraph in English, and what it cites.
fn methods(paper: &ForPaper) -> String {
    let mut out = say::paragraph(&paper.methods) + "\n\n";
    for (place, reference) in paper.references.iter().enumerate() {
        out += &format!("{}\n", say::reference(place + 1, reference));
    }
    out
}

/// The time as RFC 3339 writes it, in UTC.
fn now() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, of_day) = (seconds / 86_400, seconds % 86_400);
    // From days to a date of the Gregorian calendar: eras of 400 years, which begin in March (Hinnant's algorithm).
    let shifted = days + 719_468;
    let (era, of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
}

/// One line a row: out of fold where it was evaluated, by the final model where it has no label.
fn predictions(report: &Report, unlabelled: Option<&Unlabelled>) -> String {
    let empty = report::Predictions::default();
    let folds = report.forward.as_ref().map_or(&empty, |comparison| &comparison.predictions);
    let mut methods: Vec<&str> = folds.methods.keys().map(String::as_str).collect();
    let extra = unlabelled
        .map(|rows| columns(&rows.prediction, &rows.method, report.data.event.as_deref()))
        .unwrap_or_default();
    for (name, _) in &extra {
        if !methods.contains(&name.as_str()) {
            methods.push(name);
        }
    }
    let head =
        ["id", "rows", "truth"].into_iter().chain(methods.iter().copied()).map(str::to_owned).collect::<Vec<_>>();
    let mut csv = files::csv_line(&head);
    for (row, id) in folds.id.iter().enumerate() {
        let truth = match folds.truth.get(row) {
            Some(Value::String(class)) => class.clone(),
            Some(Value::Null) | None => String::new(),
            Some(value) => value.to_string(),
        };
        let mut fields = vec![id.clone(), "out_of_fold".to_owned(), truth];
        for method in &methods {
            fields.push(number(folds.methods.get(*method).and_then(|values| values.get(row)).copied()));
        }
        csv += &files::csv_line(&fields);
    }
    if let Some(rows) = unlabelled {
        for (row, id) in rows.id.iter().enumerate() {
            let mut fields = vec![id.clone(), "unlabelled".to_owned(), String::new()];
            for method in &methods {
                let values = extra.iter().find(|(name, _)| name == method).map(|(_, values)| values);
                fields.push(number(values.and_then(|values| values.get(row)).copied()));
            }
            csv += &files::csv_line(&fields);
        }
    }
    csv
}

/// A prediction as named columns. Where the event of two classes is known, its probability alone says all.
pub fn columns(prediction: &Prediction, name: &str, event: Option<&str>) -> Vec<(String, Vec<f64>)> {
    match prediction {
        Prediction::Values { values } => vec![(name.to_owned(), values.clone())],
        Prediction::Classes { names, probabilities } => {
            let k = names.len().max(1);
            let of = |class: usize| probabilities.chunks(k).filter_map(|row| row.get(class)).copied().collect();
            match names.iter().position(|level| Some(level.as_str()) == event) {
                Some(class) if k == 2 => vec![(name.to_owned(), of(class))],
                _ => names.iter().enumerate().map(|(class, level)| (format!("{name}:{level}"), of(class))).collect(),
            }
        }
    }
}

/// A number as it is read back without loss; nothing where there is none.
pub fn number(value: Option<f64>) -> String {
    value.filter(|v| v.is_finite()).map_or_else(String::new, |v| v.to_string())
}
