//! The exports of the engine: one long-lived [`Engine`] a worker. Everything takes `&self`, nothing is borrowed
//! across an `.await`; JavaScript has the rest in `www/worker.js`.

use super::ask::Ask;
use super::desk::Desk;
use super::listener::{Clock, Listener, object, report_crashes, to_js};
use super::memory::memory;
use super::open;
use super::protocol::{Failure, Reply, Request};
use crate::device::{self, DeviceKind};
use crate::error::{Code, Result};
use crate::table::{Bits, ReadOptions, Table};
use crate::train::trial::{self, Shape};
use crate::watch::Watch;
use js_sys::{Array, Function, Promise, Uint8Array};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
use wasm_bindgen_futures::future_to_promise;
use web_sys::File;

/// Runs the constructors that crates registered (`inventory`), once: each is guarded by a flag of its own.
///
/// Without a call of ours the linker puts one into every export, and each value that passes the boundary runs all
/// 4,892 of them: a table of 200 columns opened some 60 times slower.
#[expect(unsafe_code, reason = "the linker's own function, without arguments; the crate's way in wasm")]
fn construct() {
    unsafe extern "C" {
        fn __wasm_call_ctors();
    }
    unsafe { __wasm_call_ctors() }
}

/// What an answer is made of: the reply, and numbers or bytes whose ownership goes to the page.
type Answer = (Reply, Array);

/// The engine of one worker.
#[wasm_bindgen]
pub struct Engine {
    post: Function,
    clock: Rc<Clock>,
    jobs: Rc<RefCell<HashMap<u32, Rc<Listener>>>>,
    desk: Rc<Desk>,
}

#[wasm_bindgen]
impl Engine {
    /// An engine that sends its events and its crash through `post`.
    #[wasm_bindgen(constructor)]
    pub fn new(post: Function) -> Engine {
        construct();
        report_crashes(post.clone());
        Engine { post, clock: Rc::new(Clock::new()), jobs: Rc::default(), desk: Rc::default() }
    }

    /// Answers `request`: resolves to `{ok, buffers}`, rejects with a [`Failure`].
    pub fn handle(&self, id: u32, request: JsValue, files: Array, buffers: Array) -> Promise {
        let listener = Rc::new(Listener::new(id, self.post.clone(), Rc::clone(&self.clock)));
        self.jobs.borrow_mut().insert(id, Rc::clone(&listener));
        let (jobs, desk) = (Rc::clone(&self.jobs), Rc::clone(&self.desk));
        future_to_promise(async move {
            let answer = answer(request, files, buffers, &desk, &*listener).await;
            jobs.borrow_mut().remove(&id);
            match answer {
                Ok((mut reply, buffers)) => {
                    let columns = columns(&mut reply);
                    Ok(object(&[("ok", to_js(&reply)), ("columns", columns), ("buffers", buffers.into())]))
                }
                Err(error) => Err(to_js(&Failure::from(&error))),
            }
        })
    }

    /// Asks request `id` to stop; it answers with `cancelled`.
    pub fn cancel(&self, id: u32) {
        if let Some(job) = self.jobs.borrow().get(&id) {
            job.cancel();
        }
    }

    /// Holds request `id` at its next step, or lets it go on.
    pub fn pause(&self, id: u32, on: bool) {
        if let Some(job) = self.jobs.borrow().get(&id) {
            job.pause(on);
        }
    }
}

/// The columns of an opened table as text, taken out of the reply: 20,000 of them, field by field, take the engine five
/// times as long, and the page twice.
fn columns(reply: &mut Reply) -> JsValue {
    let Reply::Open { summary, .. } = reply else { return JsValue::UNDEFINED };
    let columns = std::mem::take(&mut summary.columns);
    serde_json::to_string(&columns).map_or(JsValue::UNDEFINED, |text| JsValue::from_str(&text))
}

async fn answer(request: JsValue, files: Array, buffers: Array, desk: &Desk, watch: &dyn Watch) -> Result<Answer> {
    let request: Request = serde_wasm_bindgen::from_value(request)
        .map_err(|reason| Code::Internal.err().with("reason", format!("request: {reason}")))?;
    match request {
        Request::Hello => Ok((hello(), Array::new())),
        Request::Open { options, limit } => open(&chosen(&files)?, options, limit, watch).await,
        Request::Column { name } => column(&table(&buffers)?, &name),
        Request::Expand { rows, added, stem, bits } => {
            let bytes = Uint8Array::new(&buffers.get(1)).to_vec();
            let bits = Bits { stem: &stem, width: bits as usize, bytes: &bytes };
            let file = table(&buffers)?.to_csv(&rows, &added, bits)?;
            Ok((Reply::Expand, Array::of1(&open::buffer(&file))))
        }
        Request::Desk { ask, device } => ask_desk(desk, ask, device, &buffers, watch).await,
        Request::Trial { device, shape, seed } => try_out(device, &shape, seed, watch).await,
        Request::Pick { inputs, hidden, batch } => {
            let pick = trial::pick(inputs, hidden, batch, watch).await?;
            Ok((Reply::Pick { pick }, Array::new()))
        }
        Request::Panic => panic_on_purpose(),
    }
}

fn hello() -> Reply {
    Reply::Hello {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        simd: cfg!(target_feature = "simd128"),
        memory: memory(),
    }
}

async fn open(files: &[File], options: ReadOptions, limit: Option<f64>, watch: &dyn Watch) -> Result<Answer> {
    let table = open::open(files, options, limit, watch).await?;
    let summary = table.summary();
    let bytes = open::packed(&table);
    // Asked last: memory never shrinks.
    Ok((Reply::Open { summary, memory: memory() }, Array::of1(&bytes)))
}

fn table(buffers: &Array) -> Result<Table> {
    Table::from_bytes(&Uint8Array::new(&buffers.get(0)).to_vec())
}

fn column(table: &Table, name: &str) -> Result<Answer> {
    let column = table
        .column(name)
        .ok_or_else(|| Code::NoSuchColumn.err().file(&table.name).column(name).with("nearest", ""))?;
    let cells = (0..table.rows).map(|row| Some(column.cell_text(row)).filter(|text| !text.is_empty())).collect();
    let rows = (0..table.rows).map(|row| table.spreadsheet_row(row) as u32).collect();
    Ok((Reply::Column { cells, rows }, Array::new()))
}

async fn ask_desk(desk: &Desk, ask: Ask, kind: DeviceKind, buffers: &Array, watch: &dyn Watch) -> Result<Answer> {
    let device = device::open(kind).await?;
    let bytes = buffers.iter().map(|buffer| Uint8Array::new(&buffer).to_vec()).collect();
    let (answer, out) = desk.answer(ask, bytes, &device, watch).await?;
    let out: Array = out.iter().map(|bytes| JsValue::from(open::buffer(bytes))).collect();
    Ok((Reply::Desk { answer }, out))
}

async fn try_out(kind: DeviceKind, shape: &Shape, seed: u32, watch: &dyn Watch) -> Result<Answer> {
    let device = device::open(kind).await?;
    let trial = trial::run(shape, seed, &device, watch).await?;
    Ok((Reply::Trial { trial }, Array::new()))
}

fn chosen(files: &Array) -> Result<Vec<File>> {
    let missing = || Code::Internal.err().with("reason", "the request came without its file");
    let files: Vec<File> = files.iter().filter_map(|file| file.dyn_into().ok()).collect();
    if files.is_empty() { Err(missing()) } else { Ok(files) }
}

#[expect(clippy::panic, reason = "the page's way through a defect is tested with one")]
fn panic_on_purpose() -> ! {
    panic!("a defect on purpose");
}
