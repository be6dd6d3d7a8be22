//! `compare` and `run`: tables and a plan in, a verdict out.

use std::path::{Path, PathBuf};

use autograft::methods::config::Range;
use autograft::methods::transductive::drug_target;
use autograft::methods::{Field, Model, registry};
use autograft::metrics::Metric;
use autograft::plan::{Chosen, DeviceChoice, Grid, Plan, TablePlan};
use autograft::preprocess::{OnePerson, Preparation};
use autograft::session::{Outcome, Prepared, assemble, scoring};
use autograft::table::Table;
use autograft::watch::block_on;
use autograft::{Code, Result, text};
use serde_json::{Map, Value};

use crate::args::{Compare, DesignArgs, Results, RoleArgs, RunPlan};
use crate::files::{self, Opened};
use crate::progress::Progress;
use crate::{designs, roles, save, shifted, show, threads};

/// `autograft compare`.
pub fn compare(asked: &Compare) -> Result<()> {
    let paths: Vec<&PathBuf> = asked.source.iter().chain(&asked.target).collect();
    let mut sources = files::open(&paths, &asked.reading)?;
    let targets = sources.split_off(asked.source.len());
    let given = asked.source_model.as_deref().map(model).transpose()?;
    let (of_sources, of_targets) = (tables(&sources), tables(&targets));
    show::opened(sources.iter().chain(&targets).map(|one| &one.table), asked.results.verbose)?;
    let mut parts = roles::parts(&of_sources, &of_targets, &asked.roles, |roles| {
        given.as_ref().map(|model| scoring::line_up(model, &of_targets, roles))
    })?;
    if asked.roles.label.is_some() {
        // Nothing was guessed.
        parts.findings.retain(|finding| finding.key != "label_guessed");
    }
    show::lined(&parts, asked.results.verbose)?;
    let preparation = Preparation {
        source_roles: parts.source,
        target_roles: parts.target,
        mapping: parts.mapping,
        label: parts.label,
        person: one_person(&asked.roles),
    };
    let mut plan = Plan::new(table_plans(&sources), table_plans(&targets), preparation);
    plan.source_model = asked.source_model.as_deref().map(files::name);
    design(&mut plan, &asked.design)?;
    execute(plan, sources, targets, given, &asked.results)
}

/// `autograft run`.
pub fn run_plan(asked: &RunPlan) -> Result<()> {
    let in_file = |error: autograft::Error| error.file(files::name(&asked.plan));
    let bytes = files::bytes(&asked.plan)?;
    let json = std::str::from_utf8(&bytes).map_err(|e| in_file(Code::BadPlan.err().with("reason", e)))?;
    let plan = Plan::from_json(json).map_err(in_file)?;
    let folder = asked.plan.parent().unwrap_or(Path::new("."));
    let sources = reopen(&plan.sources, &asked.source, folder)?;
    let targets = reopen(&plan.targets, &asked.target, folder)?;
    let given = match (&plan.source_model, &asked.source_model) {
        (None, _) => None,
        (Some(_), Some(path)) => Some(model(path)?),
        (Some(name), None) => Some(model(&folder.join(files::name(Path::new(name))))?),
    };
    show::opened(sources.iter().chain(&targets).map(|one| &one.table), asked.results.verbose)?;
    execute(plan, sources, targets, given, &asked.results)
}

/// Whose rows are judged, where it was said.
fn one_person(roles: &RoleArgs) -> Option<OnePerson> {
    let asked = roles.person.is_some() || roles.each_person;
    asked.then(|| OnePerson { name: roles.person.clone(), each: roles.each_person })
}

fn model(path: &Path) -> Result<Model> {
    Model::from_bytes(&files::bytes(path)?).map_err(|error| error.file(files::name(path)))
}

fn tables(opened: &[Opened]) -> Vec<&Table> {
    opened.iter().map(|one| &one.table).collect()
}

fn table_plans(opened: &[Opened]) -> Vec<TablePlan> {
    let plan = |one: &Opened| TablePlan {
        name: one.table.name.clone(),
        fingerprint: one.table.fingerprint_text(),
        read: one.read.clone(),
    };
    opened.iter().map(plan).collect()
}

/// The plan's tables: from the paths given, else by name in the plan's folder.
fn reopen(plans: &[TablePlan], given: &[PathBuf], folder: &Path) -> Result<Vec<Opened>> {
    if !given.is_empty() && given.len() != plans.len() {
        let reason =
            text::fill("command.tables_given", &[("found", given.len()), ("needed", plans.len())].map(as_text));
        return Err(Code::BadPlan.err().with("reason", reason));
    }
    let mut opened = Vec::new();
    for (place, plan) in plans.iter().enumerate() {
        let path = match given.get(place) {
            Some(path) => path.clone(),
            // The name alone: a plan from elsewhere does not choose folders here.
            None => folder.join(files::name(Path::new(&plan.name))),
        };
        let mut table = files::table(&path, plan.read.clone())?;
        // Rows are known by their file's name: the same table under another name is still the same rows.
        table.name.clone_from(&plan.name);
        opened.push(Opened { table, read: plan.read.clone() });
    }
    Ok(opened)
}

fn as_text((slot, value): (&'static str, usize)) -> (&'static str, String) {
    (slot, value.to_string())
}

/// The command line's design over the plan's defaults.
fn design(plan: &mut Plan, asked: &DesignArgs) -> Result<()> {
    let fields = registry::find(&asked.method)?.fields();
    plan.transfer = Chosen { method: asked.method.clone(), config: settings(&asked.set, &fields) };
    if let Some(others) = &asked.others {
        let ids = others.iter().filter(|id| !id.is_empty());
        plan.others = ids.map(|id| Chosen { method: id.clone(), config: Value::Null }).collect();
    }
    // A network of another size is compared with one of that size: what the others know, they get too.
    for other in plan.others.iter_mut().chain([&mut plan.baseline]) {
        let fields = registry::find(&other.method)?.fields();
        let known = asked.set.iter().filter(|(key, _)| fields.iter().any(|field| field.name == key)).cloned();
        other.config = settings(&known.collect::<Vec<_>>(), &fields);
    }
    if let Some(metric) = asked.metric {
        plan.metric = metric;
    }
    for (slot, value) in [
        (&mut plan.design.folds, asked.folds),
        (&mut plan.design.repeats, asked.repeats),
        (&mut plan.design.seeds, asked.seeds),
        (&mut plan.importance, asked.importance),
        (&mut plan.thresholds, asked.thresholds),
        (&mut plan.refits, asked.refits),
        (&mut plan.explain.patients, asked.explain),
    ] {
        if let Some(value) = value {
            *slot = value;
        }
    }
    plan.imputation.fill = asked.impute.unwrap_or(plan.imputation.fill);
    plan.imputation.indicators = !asked.no_indicators;
    plan.split = asked.split.unwrap_or(plan.split);
    plan.similarity = asked.similarity;
    plan.seed = asked.seed;
    plan.both_directions = asked.both_directions;
    let modes = modes(&asked.modes);
    let of_modes = !modes.is_empty();
    if of_modes && asked.metric.is_none() {
        plan.metric = Metric::Mcc;
    }
    let sizes: &[u32] = if of_modes { &drug_target::SIZES } else { &[10, 20, 40, 80, 160, 320] };
    plan.grid = asked.grid.then(|| Grid {
        frozen: if of_modes { Vec::new() } else { asked.frozen.clone() },
        sizes: if asked.sizes.is_empty() { sizes.to_vec() } else { asked.sizes.clone() },
        repeats: asked.grid_repeats,
        modes,
        balanced: of_modes,
    });
    // The two procedures of the verdict are no modes: each would be a training more at every size.
    plan.crossing = plan.crossing && !asked.no_crossing && !of_modes;
    if asked.no_subgroups {
        plan.subgroups = Some(Vec::new());
    } else if !asked.subgroup.is_empty() {
        plan.subgroups = Some(asked.subgroup.clone());
    }
    plan.check()
}

/// The modes that words stand for.
fn modes(asked: &[String]) -> Vec<String> {
    let all: &[&str] = match asked {
        [word] if word == "all" => drug_target::PUBLISHED,
        [word] if word == "quick" => drug_target::QUICK,
        names => return names.to_vec(),
    };
    all.iter().map(|mode| (*mode).to_owned()).collect()
}

/// `key=value` as JSON: a text where the field is one of several names, or where it is no JSON.
fn settings(pairs: &[(String, String)], fields: &[Field]) -> Value {
    if pairs.is_empty() {
        return Value::Null;
    }
    let value = |key: &str, given: &String| {
        let named = fields.iter().any(|field| field.name == key && matches!(field.range, Range::Choice { .. }));
        let json = if named { None } else { serde_json::from_str(given).ok() };
        json.unwrap_or_else(|| Value::String(given.clone()))
    };
    Value::Object(pairs.iter().map(|(key, given)| (key.clone(), value(key, given))).collect::<Map<_, _>>())
}

fn execute(
    plan: Plan,
    sources: Vec<Opened>,
    targets: Vec<Opened>,
    given: Option<Model>,
    asked: &Results,
) -> Result<()> {
    let owned = |opened: Vec<Opened>| opened.into_iter().map(|one| one.table).collect::<Vec<Table>>();
    let prepared = Prepared::new(plan, &owned(sources), &owned(targets), given.as_ref())?;
    show::study(&prepared.data(), &prepared.plan.preparation.label.kind, &prepared.findings, asked.verbose)?;
    let before = prepared.sample_size().map_or_else(Vec::new, |size| designs::sample_size(&size));
    for line in designs::missing(&prepared.missing()).into_iter().chain(before) {
        files::print(&(line + "\n"))?;
    }
    if prepared.plan.device == DeviceChoice::Gpu {
        eprintln!("{}", text::get("command.cpu_only"));
    }
    let threads = asked.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
    let jobs = prepared.jobs();
    let progress = Progress::new(jobs.iter().map(|job| job.cost).sum());
    let outcomes = threads::work(&prepared, given, threads, &progress);
    progress.finish();
    let outcomes: Vec<Outcome> = outcomes?;
    let shift = if prepared.forward.sources.is_empty() { None } else { Some(block_on(prepared.shift(&progress))?) };
    for line in shift.as_ref().map_or_else(Vec::new, shifted::lines) {
        files::print(&(line + "\n"))?;
    }
    let models = save::models(&outcomes)?;
    let unlabelled = save::unlabelled(&prepared, &outcomes);
    let report = block_on(assemble(&prepared, outcomes, shift, &progress))?;
    show::report(&report)?;
    match &asked.out {
        Some(folder) => save::all(folder, &report, models, unlabelled.as_ref()),
        None => Ok(()),
    }
}
