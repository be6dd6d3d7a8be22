//! How far a run is, on standard error: bars on a terminal, plain lines elsewhere.

use std::future::Future;
use std::io::IsTerminal;
use std::pin::Pin;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use autograft::text;
use autograft::watch::{Event, Watch};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Parts of the bar: costs are fractions, bars count whole numbers.
const PARTS: f64 = 1000.0;
/// A plain line for each of so many parts of the work.
const LINES: f64 = 10.0;

/// What all threads report to.
pub struct Progress {
    bar: Option<ProgressBar>,
    total: f64,
    done: Mutex<f64>,
    pretrained: Mutex<u32>,
    start: Instant,
    stop: AtomicBool,
}

impl Progress {
    /// For work of this total cost.
    pub fn new(total: f64) -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::with_draw_target(Some((total * PARTS) as u64), ProgressDrawTarget::stderr());
            let style = ProgressStyle::with_template("{bar:32} {percent:>3} %  {elapsed} / {eta}  {wide_msg}");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar
        });
        let (done, pretrained) = (Mutex::new(0.0), Mutex::new(0));
        Self { bar, total, done, pretrained, start: Instant::now(), stop: AtomicBool::new(false) }
    }

    /// Counts a finished piece.
    pub fn add(&self, cost: f64) {
        let Ok(mut done) = self.done.lock() else { return };
        let before = *done;
        *done += cost;
        match &self.bar {
            Some(bar) => bar.set_position((*done * PARTS) as u64),
            None => {
                let line = |part: f64| (part / self.total * LINES).floor();
                if line(*done) > line(before) {
                    let percent = format!("{:.0}", *done / self.total * 100.0);
                    let seconds = format!("{:.0}", self.start.elapsed().as_secs_f64());
                    eprintln!("{}", text::fill("command.progress", &[("percent", percent), ("seconds", seconds)]));
                }
            }
        }
    }

    /// The bar goes away.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    /// Tells every thread to stop at its next breath.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Whether they were told.
    pub fn stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed)
    }
}

impl Watch for Progress {
    fn event(&self, event: Event) {
        match event {
            Event::Phase { name, facts } => {
                if let Some(bar) = &self.bar {
                    // A method is shown by its name, not by its id.
                    let shown: Vec<(String, String)> = facts
                        .into_iter()
                        .map(|(slot, value)| {
                            let value =
                                if slot == "method" { text::get(&format!("method.{value}")).to_owned() } else { value };
                            (slot, value)
                        })
                        .collect();
                    bar.set_message(text::fill(&format!("phase.{name}"), &shown));
                }
            }
            Event::Pretrained { .. } => {
                if let Ok(mut count) = self.pretrained.lock() {
                    *count += 1;
                }
            }
            Event::Progress { .. } | Event::Losses { .. } | Event::Round { .. } => {}
        }
    }
    fn now_ms(&self) -> f64 {
        self.start.elapsed().as_secs_f64() * 1000.0
    }
    fn cancelled(&self) -> bool {
        self.stopped()
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}
