//! The work of a run over threads. A unit is a pure function of plan, tables and pre-trained model, and outcomes are
//! kept by the unit's place in the list: how many threads there are, and which is faster, changes nothing.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use autograft::methods::Model;
use autograft::session::{Job, Outcome, Prepared, Unit};
use autograft::train::Run;
use autograft::watch::block_on;
use autograft::{Code, Error, Result};

use crate::progress::Progress;

struct Board {
    /// Not yet taken, in the list's order.
    waiting: Vec<usize>,
    /// Taken and not yet ended.
    running: usize,
    kept: HashMap<String, Arc<Model>>,
    outcomes: Vec<Option<Outcome>>,
    /// The failure of the earliest unit, with its place.
    failure: Option<(usize, Error)>,
}

/// Does all jobs on `threads` threads. `given` is the model that stands for the sources.
///
/// # Errors
/// What the units say: of several failures, the one that comes first in the list.
pub fn work(prepared: &Prepared, given: Option<Model>, threads: usize, progress: &Progress) -> Result<Vec<Outcome>> {
    let jobs = prepared.jobs();
    let kept = given.map(|model| ("given".to_owned(), Arc::new(model))).into_iter().collect();
    let outcomes = jobs.iter().map(|_| None).collect();
    let board = Mutex::new(Board { waiting: (0..jobs.len()).collect(), running: 0, kept, outcomes, failure: None });
    let changed = Condvar::new();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, jobs.len().max(1)) {
            scope.spawn(|| thread(prepared, &jobs, &board, &changed, progress));
        }
    });
    let board = board.into_inner().unwrap_or_else(PoisonError::into_inner);
    if let Some((_, error)) = board.failure {
        return Err(error);
    }
    let lost = || Code::Internal.err().with("reason", "a unit was never done");
    board.outcomes.into_iter().map(|outcome| outcome.ok_or_else(lost)).collect()
}

fn thread(prepared: &Prepared, jobs: &[Job], board: &Mutex<Board>, changed: &Condvar, progress: &Progress) {
    let device = autograft::device::cpu();
    let run = Run::new(device, u64::from(prepared.plan.seed), progress);
    while let Some((place, model)) = next(jobs, board, changed, progress) {
        let Some(job) = jobs.get(place) else { return };
        let of_key = |key: &str| if job.needs.as_deref() == Some(key) { model.as_deref() } else { None };
        let outcome = block_on(prepared.work(&job.unit, of_key, &run));
        let mut board = lock(board);
        board.running -= 1;
        match outcome {
            Ok(outcome) => {
                if let (Unit::Pretrain { key, .. }, Some(model)) = (&job.unit, &outcome.model) {
                    board.kept.insert(key.clone(), Arc::new(model.clone()));
                }
                if let Some(slot) = board.outcomes.get_mut(place) {
                    *slot = Some(outcome);
                }
                progress.add(job.cost);
            }
            Err(error) => {
                // Those that stop because of it are no failures of their own.
                let own = error.code() != Code::Cancelled;
                if own && board.failure.as_ref().is_none_or(|(earlier, _)| place < *earlier) {
                    board.failure = Some((place, error));
                }
                progress.stop();
            }
        }
        changed.notify_all();
    }
}

/// The next job whose needs are met, waiting for them if they are on their way.
fn next(
    jobs: &[Job],
    board: &Mutex<Board>,
    changed: &Condvar,
    progress: &Progress,
) -> Option<(usize, Option<Arc<Model>>)> {
    let mut board = lock(board);
    loop {
        if progress.stopped() || board.waiting.is_empty() {
            return None;
        }
        let ready = board.waiting.iter().position(|&place| {
            jobs.get(place).is_some_and(|job| job.needs.as_ref().is_none_or(|key| board.kept.contains_key(key)))
        });
        match ready {
            Some(at) => {
                let place = board.waiting.remove(at);
                board.running += 1;
                let needs = jobs.get(place).and_then(|job| job.needs.as_ref());
                return Some((place, needs.and_then(|key| board.kept.get(key).cloned())));
            }
            // What it waits for can only come from a running unit.
            None if board.running == 0 => return None,
            None => board = changed.wait(board).unwrap_or_else(PoisonError::into_inner),
        }
    }
}

fn lock(board: &Mutex<Board>) -> MutexGuard<'_, Board> {
    board.lock().unwrap_or_else(PoisonError::into_inner)
}
