//! What a run was made from, for a machine: enough to repeat it and to tell whether it is the same. Everything in it is
//! a function of the report but the date, which whoever writes the file gives; two equal runs give equal manifests.
//! The schema is described in `docs/manifest.md`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Comparison, Report, dependencies};
use crate::device::DeviceKind;
use crate::error::{Code, Result};
use crate::methods::registry;
use crate::plan::{DeviceChoice, Plan};
use crate::rng::fnv1a;

/// The schema's name and version.
pub const SCHEMA: &str = "autograft-manifest/1";

/// A table as it was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableFacts {
    /// `source` or `target`.
    pub side: String,
    /// The file's name.
    pub name: String,
    /// The hash of names, kinds and cells: 16 hexadecimal digits. It finds other data, it is no proof against forgery.
    pub fingerprint: String,
    /// Rows.
    pub rows: u32,
    /// Columns.
    pub columns: u32,
}

/// The saved model that stood for the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceModelFacts {
    /// The file's name.
    pub name: String,
    /// FNV-1a of its bytes: 16 hexadecimal digits.
    pub fingerprint: String,
}

/// Units of work that train networks, by the device that each was truly trained on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrainedOn {
    /// On the graphics processor.
    pub gpu: u32,
    /// On the processor.
    pub cpu: u32,
    /// Of those on the processor: meant for the graphics processor, which was lost.
    pub cpu_after_loss: u32,
}

impl TrainedOn {
    /// All units that train networks.
    pub fn all(&self) -> u32 {
        self.gpu + self.cpu
    }
}

/// A compared method with every setting, defaults written out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MethodFacts {
    /// `transfer`, `baseline` or `other`.
    pub role: String,
    /// Its id.
    pub method: String,
    /// All settings.
    pub settings: Value,
}

/// Which program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramFacts {
    /// `autograft`.
    pub name: String,
    /// Its version.
    pub version: String,
    /// The processor that it was built for: `wasm32` is the page's engine, anything else the command.
    pub built_for: String,
    /// The versions of the libraries that it is built from, by name.
    pub dependencies: BTreeMap<String, String>,
    /// FNV-1a of the file that fixes the versions of all libraries, theirs included: 16 hexadecimal digits.
    pub lock: String,
}

/// Where random numbers came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeedFacts {
    /// The plan's seed; every stream is derived from it by name.
    pub seed: u32,
    /// Pre-trainings under different seeds that the design asked for.
    pub pretraining_seeds: u32,
}

/// Which device was asked for, and which it was.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceFacts {
    /// By the plan.
    pub asked: DeviceChoice,
    /// The graphics processor if any network was trained there.
    pub used: DeviceKind,
    /// Unit by unit.
    pub units: TrainedOn,
}

/// The manifest of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`SCHEMA`].
    pub schema: String,
    /// When the file was written (RFC 3339), by whoever wrote it.
    pub made: Option<String>,
    /// Which program.
    pub program: ProgramFacts,
    /// The tables.
    pub tables: Vec<TableFacts>,
    /// The saved model that stood for the source.
    pub source_model: Option<SourceModelFacts>,
    /// The compared methods in the plan's order.
    pub methods: Vec<MethodFacts>,
    /// Random numbers.
    pub seeds: SeedFacts,
    /// Devices.
    pub device: DeviceFacts,
    /// Pre-trainings that were done.
    pub pretrainings: u32,
    /// FNV-1a of the results (see [`results`]): 16 hexadecimal digits.
    pub results: String,
    /// The whole plan.
    pub plan: Plan,
}

/// 16 hexadecimal digits.
pub fn hex(hash: u64) -> String {
    format!("{hash:016x}")
}

/// The hash of who was in the study and of what came out: the contrasts, every method's performance and predictions.
///
/// # Errors
/// [`Code::Internal`] if they cannot be written.
pub fn results(report: &Report) -> Result<String> {
    // Typed values only: a number of free form is written otherwise after it was in a page.
    let of = |one: &Comparison| {
        let Comparison { estimand, contrast, secondary, methods, predictions, .. } = one;
        serde_json::to_vec(&(estimand, contrast, secondary, methods, &predictions.id, &predictions.methods))
    };
    let both = [&report.forward, &report.reverse].map(|one| one.as_ref().map(of).transpose());
    let [forward, reverse] = both;
    let unwritten = |e| Code::Internal.err().with("reason", e);
    let data = serde_json::to_vec(&report.data).map_err(unwritten)?;
    let parts = [Some(data), forward.map_err(unwritten)?, reverse.map_err(unwritten)?];
    Ok(hex(fnv1a(&parts.into_iter().flatten().collect::<Vec<_>>().join(&b'\n'))))
}

/// The manifest of a report; `made` is the only thing in it that the run does not decide.
///
/// # Errors
/// What the settings say; [`Code::Internal`] if the report cannot be written.
pub fn of(report: &Report, made: Option<String>) -> Result<Manifest> {
    let plan = &report.plan;
    let methods = plan
        .methods()
        .into_iter()
        .map(|chosen| {
            let role = if *chosen == plan.transfer {
                "transfer"
            } else if *chosen == plan.baseline {
                "baseline"
            } else {
                "other"
            };
            let settings = registry::find(&chosen.method)?.settings(&chosen.config)?;
            Ok(MethodFacts { role: role.to_owned(), method: chosen.method.clone(), settings })
        })
        .collect::<Result<Vec<_>>>()?;
    let named = |&(name, version): &(&str, &str)| (name.to_owned(), version.to_owned());
    Ok(Manifest {
        schema: SCHEMA.to_owned(),
        made,
        program: ProgramFacts {
            name: env!("CARGO_PKG_NAME").to_owned(),
            version: report.program.clone(),
            built_for: std::env::consts::ARCH.to_owned(),
            dependencies: dependencies::DIRECT.iter().map(named).collect(),
            lock: dependencies::LOCK.to_owned(),
        },
        tables: report.tables.clone(),
        source_model: report.source_model.clone(),
        methods,
        seeds: SeedFacts { seed: plan.seed, pretraining_seeds: plan.design.seeds },
        device: DeviceFacts { asked: plan.device, used: report.device, units: report.trained_on },
        pretrainings: report.pretrainings,
        results: results(report)?,
        plan: plan.clone(),
    })
}

/// The manifest as a file.
///
/// # Errors
/// [`Code::Internal`] if it cannot be written as JSON.
pub fn to_text(manifest: &Manifest) -> Result<String> {
    serde_json::to_string_pretty(manifest).map_err(|e| Code::Internal.err().with("reason", e))
}
