//! The ear of whoever started a run: it hears events, says when to stop, and gives the thread back.
//!
//! The page implements it in `web` (messages, a macrotask), the command in its binary (a bar, an atomic flag).

use crate::error::{Code, Result};
use serde::{Deserialize, Serialize};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

/// What a run says while it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Event {
    /// A named step of the work; `name` is a key under `phase.` in the language files.
    Phase {
        /// The key of its name.
        name: String,
        /// What fills the slots of its words.
        facts: Vec<(String, String)>,
    },
    /// How much of the current phase is done, in bytes, steps or folds.
    Progress {
        /// Done so far.
        done: f64,
        /// All there is; equal to `done` where it cannot be known.
        total: f64,
    },
    /// The loss terms at a training step.
    Losses {
        /// Which network is trained: a key under `phase.`.
        name: String,
        /// Steps taken.
        step: u32,
        /// Name and mean of each term since the last such event.
        terms: Vec<Term>,
    },
    /// A round of a method that labels rows on its own ended.
    Round {
        /// What it did.
        round: Round,
    },
    /// A pre-training on the source ended; the tests count it.
    Pretrained {
        /// What was pre-trained, and on which seed.
        key: String,
    },
}

/// A round of a method that labels rows on its own; counts of rows, no row.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Round {
    /// Its number; 0 is the fit on reviewed rows alone.
    pub round: u32,
    /// Rows that it labelled itself, of each class in the label's order.
    pub added: Vec<u32>,
    /// Rows that were then learned from, of each class.
    pub train: Vec<u32>,
    /// Rows that are still without a label.
    pub left: u32,
    /// The area under the ROC curve on the reviewed rows that were set aside to judge the rounds; absent where none
    /// were.
    pub auc: Option<f64>,
    /// The highest probability of any class among the rows that could have been labelled; absent in round 0.
    pub highest: Option<f64>,
    /// Labelled rows whose label is known, though it was never learned from.
    pub compared: u32,
    /// How many of these were labelled as it says.
    pub agreed: u32,
}

/// One named term of a loss.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Term {
    /// Its name, as the method's card spells it.
    pub name: String,
    /// Its value.
    pub value: f64,
}

/// Whoever listens to a run and may stop it.
pub trait Watch {
    /// Hears an event. Never blocks.
    fn event(&self, event: Event);
    /// Milliseconds since some fixed moment: only differences mean anything, and no result may depend on them.
    fn now_ms(&self) -> f64;
    /// Whether the person asked to stop.
    fn cancelled(&self) -> bool;
    /// Gives the thread back for one macrotask, and stays away while paused.
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>>;
}

impl dyn Watch + '_ {
    /// Gives the thread back; then an error where the person asked to stop.
    ///
    /// # Errors
    /// [`Code::Cancelled`].
    pub async fn rest(&self) -> Result<()> {
        self.breathe().await;
        if self.cancelled() { Err(Code::Cancelled.err()) } else { Ok(()) }
    }
}

/// Hears nothing and never stops: for tests and short work.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Watch for Quiet {
    fn event(&self, _event: Event) {}
    fn now_ms(&self) -> f64 {
        0.0
    }
    fn cancelled(&self) -> bool {
        false
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}

/// Gives the thread back every 40 ms: short enough for a button to answer, long enough to cost nothing.
pub struct Pulse<'a> {
    watch: &'a dyn Watch,
    last_ms: Cell<f64>,
}

const BREATH_MS: f64 = 40.0;

impl<'a> Pulse<'a> {
    /// A pulse on this watch.
    pub fn new(watch: &'a dyn Watch) -> Self {
        Self { watch, last_ms: Cell::new(watch.now_ms()) }
    }
    /// The watch itself.
    pub fn watch(&self) -> &'a dyn Watch {
        self.watch
    }
    /// Call it between pieces of work of a few milliseconds.
    ///
    /// # Errors
    /// [`Code::Cancelled`] once the person asked to stop.
    pub async fn breathe(&self) -> Result<()> {
        if self.watch.cancelled() {
            return Err(Code::Cancelled.err());
        }
        if self.watch.now_ms() - self.last_ms.get() >= BREATH_MS {
            self.watch.rest().await?;
            self.last_ms.set(self.watch.now_ms());
        }
        Ok(())
    }
}

/// Waits for a future on this thread: for the command and the tests, where a future is ready as soon as it is asked
/// (the CPU never keeps one waiting). In the page futures belong to the browser.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
        std::hint::spin_loop();
    }
}
