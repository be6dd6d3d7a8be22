//! What a worker holds between requests, and the answer to each. It compiles natively, so that the whole
//! conversation is tested without a browser.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::ask::{Answer, Ask};
use crate::device::Device;
use crate::error::{Code, Result};
use crate::methods::{Model, registry};
use crate::plan::Plan;
use crate::preprocess;
use crate::report::manifest;
use crate::session::{Outcome, Prepared, Unit, assemble, scoring};
use crate::table::{Note, Table, suspects_between};
use crate::train::Run;
use crate::watch::Watch;

/// See the [module](self).
#[derive(Default)]
pub struct Desk {
    tables: RefCell<Option<Rc<Tables>>>,
    prepared: RefCell<Option<Rc<Prepared>>>,
    kept: RefCell<HashMap<String, Rc<Model>>>,
}

struct Tables {
    sources: Vec<Table>,
    targets: Vec<Table>,
}

impl Tables {
    fn sides(&self) -> (Vec<&Table>, Vec<&Table>) {
        (self.sources.iter().collect(), self.targets.iter().collect())
    }
}

/// A reply and the bytes that travel beside it.
pub type Answered = (Answer, Vec<Vec<u8>>);

impl Desk {
    /// Answers a request. Nothing is borrowed while it waits, so that a second request finds the desk free.
    ///
    /// # Errors
    /// What the step says; the desk stays as it was.
    pub async fn answer(
        &self,
        ask: Ask,
        buffers: Vec<Vec<u8>>,
        device: &Device,
        watch: &dyn Watch,
    ) -> Result<Answered> {
        let plain = |answer: Answer| Ok((answer, Vec::new()));
        match ask {
            Ask::Methods => {
                plain(Answer::Methods { methods: registry::REGISTRY.iter().map(|m| m.listing()).collect() })
            }
            Ask::Load { sources } => {
                let mut tables = buffers.iter().map(|bytes| Table::from_bytes(bytes)).collect::<Result<Vec<_>>>()?;
                let targets = tables.split_off((sources as usize).min(tables.len()));
                *self.tables.borrow_mut() = Some(Rc::new(Tables { sources: tables, targets }));
                *self.prepared.borrow_mut() = None;
                self.kept.borrow_mut().clear();
                plain(Answer::Loaded)
            }
            Ask::Suggest => {
                let tables = self.tables()?;
                let (sources, targets) = tables.sides();
                plain(Answer::Suggestion(Box::new(preprocess::suggest_roles(&sources, &targets))))
            }
            Ask::Suspects => {
                let tables = self.tables()?;
                let all: Vec<&Table> = tables.sources.iter().chain(&tables.targets).collect();
                let tables = all.iter().map(|here| suspects_among(here, &all)).collect();
                plain(Answer::Suspects { tables })
            }
            Ask::LineUp { source, target, label } => {
                let tables = self.tables()?;
                let (sources, targets) = tables.sides();
                plain(Answer::LinedUp(Box::new(preprocess::line_up(&sources, &targets, &source, &target, &label))))
            }
            Ask::LineUpModel { target } => {
                let tables = self.tables()?;
                let model = Model::from_bytes(buffers.first().ok_or_else(|| missing("a model"))?)?;
                plain(Answer::LinedUp(Box::new(scoring::line_up(&model, &tables.sides().1, &target)?)))
            }
            Ask::DefaultPlan { sources, targets, preparation, source_model } => {
                let mut plan = Plan::new(sources, targets, preparation);
                plan.source_model = source_model;
                plain(Answer::Plan { plan: Box::new(plan) })
            }
            Ask::ReadPlan { text } => plain(Answer::Plan { plan: Box::new(Plan::from_json(&text)?) }),
            Ask::Shape => {
                let (inputs, hidden, batch) = self.prepared()?.shape();
                plain(Answer::Shape { inputs, hidden, batch })
            }
            Ask::Prepare { plan } => {
                let tables = self.tables()?;
                let given = buffers.first().map(|bytes| Model::from_bytes(bytes)).transpose()?;
                let prepared = Prepared::new(*plan, &tables.sources, &tables.targets, given.as_ref())?;
                if let Some(model) = given {
                    self.kept.borrow_mut().insert("given".to_owned(), Rc::new(model));
                }
                let answer = Answer::Prepared {
                    data: prepared.data(),
                    findings: prepared.findings.clone(),
                    jobs: prepared.jobs(),
                    verdict_possible: prepared.verdict_possible,
                    sample_size: prepared.sample_size(),
                    missing: prepared.missing(),
                };
                *self.prepared.borrow_mut() = Some(Rc::new(prepared));
                plain(answer)
            }
            Ask::KeepPretrained { key } => {
                let outcome = Outcome::from_bytes(buffers.first().ok_or_else(|| missing("a model"))?)?;
                let model = outcome.model.ok_or_else(|| missing("a model"))?;
                self.kept.borrow_mut().insert(key, Rc::new(model));
                plain(Answer::Kept)
            }
            Ask::Shift => {
                let prepared = self.prepared()?;
                plain(Answer::Shift(Box::new(prepared.shift(watch).await?)))
            }
            Ask::Run { unit, gpu_lost } => {
                let prepared = self.prepared()?;
                let kept: HashMap<String, Rc<Model>> = self.kept.borrow().clone();
                let run = Run::new(device.clone(), u64::from(prepared.plan.seed), watch);
                let mut outcome = prepared.work(&unit, |key| kept.get(key).map(Rc::as_ref), &run).await?;
                outcome.gpu_lost = gpu_lost;
                let bytes = outcome.to_bytes()?;
                if let (Unit::Pretrain { key, .. }, Some(model)) = (&unit, outcome.model) {
                    self.kept.borrow_mut().insert(key.clone(), Rc::new(model));
                }
                Ok((Answer::Ran { value: outcome.value, choice: outcome.choice, cells: outcome.cells }, vec![bytes]))
            }
            Ask::Report { shift } => {
                let prepared = self.prepared()?;
                let outcomes = buffers.iter().map(|bytes| Outcome::from_bytes(bytes)).collect::<Result<Vec<_>>>()?;
                let report = assemble(&prepared, outcomes, shift.map(|shift| *shift), watch).await?;
                plain(Answer::Report(Box::new(report)))
            }
            Ask::Manifest { report, made } => {
                let manifest = manifest::of(&report, Some(made))?;
                plain(Answer::Manifest { text: manifest::to_text(&manifest)? })
            }
            Ask::ExtractModel => {
                let outcome = Outcome::from_bytes(buffers.first().ok_or_else(|| missing("a model"))?)?;
                let model = outcome.model.ok_or_else(|| missing("a model"))?;
                Ok((Answer::Model { method: model.method.clone(), meta: model.meta.clone() }, vec![model.to_bytes()?]))
            }
            Ask::ModelInfo => {
                let model = Model::from_bytes(buffers.first().ok_or_else(|| missing("a model"))?)?;
                plain(Answer::Model { method: model.method, meta: model.meta })
            }
            Ask::Predict => {
                let (Some(model), Some(table)) = (buffers.first(), buffers.get(1)) else {
                    return Err(missing("a model and a table"));
                };
                let (model, table) = (Model::from_bytes(model)?, Table::from_bytes(table)?);
                let run = Run::new(device.clone(), 0, watch);
                let (rows, prediction) = scoring::table(&model, &table, &run).await?;
                plain(Answer::Predicted { id: rows.id.to_vec(), prediction })
            }
        }
    }

    fn tables(&self) -> Result<Rc<Tables>> {
        self.tables.borrow().clone().ok_or_else(|| missing("tables"))
    }

    fn prepared(&self) -> Result<Rc<Prepared>> {
        self.prepared.borrow().clone().ok_or_else(|| missing("a plan"))
    }
}

/// What the other tables make suspicious in this one; each column and value once.
fn suspects_among(here: &Table, all: &[&Table]) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    for other in all.iter().filter(|other| !std::ptr::eq(**other, here)) {
        for note in suspects_between(here, other) {
            if !notes.iter().any(|known| known.column == note.column && known.value == note.value) {
                notes.push(note);
            }
        }
    }
    notes
}

fn missing(what: &str) -> crate::Error {
    Code::Internal.err().with("reason", format!("{what} should have come first"))
}
