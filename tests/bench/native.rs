//! The engine's trial, natively: `inputs hidden batch steps length seed` a line on standard input, a trial as JSON a line out.
//! `native.mjs` drives it beside the page, so that one process serves all pairs.

use autograft::device::cpu;
use autograft::train::trial;
use autograft::watch::{Event, Watch, block_on};
use std::future::Future;
use std::io::{BufRead, Write};
use std::pin::Pin;
use std::time::Instant;

struct Clock(Instant);

impl Watch for Clock {
    fn event(&self, _event: Event) {}
    fn now_ms(&self) -> f64 {
        self.0.elapsed().as_secs_f64() * 1e3
    }
    fn cancelled(&self) -> bool {
        false
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(std::future::ready(()))
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let clock = Clock(Instant::now());
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let numbers = line.split_whitespace().map(str::parse).collect::<Result<Vec<u32>, _>>()?;
        let [inputs, hidden, batch, steps, length, seed] = numbers[..] else {
            return Err("inputs hidden batch steps length seed".into());
        };
        let shape = trial::Shape { inputs, hidden, batch, steps, length };
        let found = block_on(trial::run(&shape, seed, &cpu(), &clock)).map_err(|error| error.to_string())?;
        println!("{}", serde_json::to_string(&found)?);
        std::io::stdout().flush()?;
    }
    Ok(())
}
