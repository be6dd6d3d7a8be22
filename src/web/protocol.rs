//! What page and engine say to each other. `www/protocol.d.ts` is written from here by `tests/protocol.rs`.
//!
//! Page to worker: `{id, request, files?, buffers?}`, `{cancel: id}` or `{pause: id, on}`. Worker to page: any number
//! of `{id, event}`, then exactly one `{id, ok, buffers}` or `{id, failure}`; `{crash}` once, before the engine traps.
//! The columns of an opened table's summary travel beside `ok`, as text: `columns`.
//! Numbers on the wire are `f64` or `u32`: JavaScript has no 64-bit integers in JSON.

use super::ask::{Answer, Ask};
use crate::device::DeviceKind;
use crate::error::{At, Code, Error};
use crate::table::{Added, ReadOptions, Summary};
use crate::train::trial;
use serde::{Deserialize, Serialize};

/// What the page asks for.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    /// Which engine is this?
    Hello,
    /// Reads one file, or the three of a sparse matrix, into a table. Answered with the table's bytes as the only buffer: what other requests take.
    Open {
        /// How to read; what is absent is found from the evidence.
        options: ReadOptions,
        /// Refuse what would need more bytes of memory than this.
        #[serde(default)]
        limit: Option<f64>,
    },
    /// The cells of one column, as text. Beside it the table's bytes.
    Column {
        /// Which.
        name: String,
    },
    /// A table as a file: these rows, with further columns. Beside it the table's bytes and the bits', of each written row
    /// as whole bytes, the lowest bit first. Answered with the file.
    Expand {
        /// The rows that are written, from 0.
        rows: Vec<u32>,
        /// The columns behind the table's own.
        added: Vec<Added>,
        /// What the names of the columns of bits begin with.
        stem: String,
        /// How many bits.
        bits: u32,
    },
    /// Something about an experiment; bytes travel beside it.
    Desk {
        /// What.
        ask: Ask,
        /// Where networks are trained.
        device: DeviceKind,
    },
    /// A short training on made data: is this device there, does it learn, how fast?
    Trial {
        /// Where.
        device: DeviceKind,
        /// The network and its batches.
        shape: trial::Shape,
        /// Of data and weights.
        seed: u32,
    },
    /// Which device a run of this shape should take: both are tried for a few steps.
    Pick {
        /// Features.
        inputs: u32,
        /// Units of a hidden layer.
        hidden: u32,
        /// Rows a step.
        batch: u32,
    },
    /// A defect on purpose, so that the page's way through one can be tested.
    Panic,
}

/// What the engine answers; the variant has the request's name.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
#[expect(clippy::large_enum_variant, reason = "one at a time, for the length of a message")]
pub enum Reply {
    /// To [`Request::Hello`].
    Hello {
        /// The version of the crate.
        version: String,
        /// Whether the engine was built with 128-bit SIMD.
        simd: bool,
        /// Bytes of the engine's memory now; it never shrinks.
        memory: f64,
    },
    /// To [`Request::Open`].
    Open {
        /// What was read, and how.
        summary: Summary,
        /// Bytes of the engine's memory at its largest: it never shrinks.
        memory: f64,
    },
    /// To [`Request::Column`].
    Column {
        /// Of each row; `null` is missing.
        cells: Vec<Option<String>>,
        /// Where each row stands in a spreadsheet.
        rows: Vec<u32>,
    },
    /// To [`Request::Expand`].
    Expand,
    /// To [`Request::Desk`].
    Desk {
        /// What was found.
        answer: Answer,
    },
    /// To [`Request::Pick`].
    Pick {
        /// The device, and why.
        pick: trial::Pick,
    },
    /// To [`Request::Trial`].
    Trial {
        /// How it went.
        trial: trial::Trial,
    },
}

/// Why a request was not answered; the words are `error.<code>` and `error.<code>.hint` of the language files.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    /// What went wrong.
    pub code: Code,
    /// Where.
    pub at: At,
    /// Slot and value, for the words.
    pub facts: Vec<(String, String)>,
}

/// A defect: the engine stops after it, and the page throws its worker away.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Crash {
    /// What the code said.
    pub message: String,
    /// File and line of ours.
    pub place: String,
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        Self { code: error.code(), at: error.at().clone(), facts: error.facts().to_vec() }
    }
}
