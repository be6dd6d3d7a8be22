//! `rows width resamples seed [file]` a line on standard input (width 0: scores), the time and the results as JSON a line
//! out. With a file, the numbers are written there as doubles, for Python.

use autograft_bench_resampling::{Made, watch::Quiet};
use std::io::{BufRead, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [rows, width, resamples, seed, file @ ..] = &words[..] else {
            return Err("rows width resamples seed [file]".into());
        };
        let (rows, seed) = (rows.parse()?, seed.parse()?);
        let made = match width.parse()? {
            0 => Made::scores(rows, seed),
            width => Made::sides(rows, width, seed),
        };
        if let [file] = file {
            std::fs::write(file, made.bytes())?;
        }
        let clock = Instant::now();
        let [value, spread, sigma] = made.run(resamples.parse()?, &Quiet)?;
        let ms = clock.elapsed().as_secs_f64() * 1e3;
        println!("{}", serde_json::json!({ "ms": ms, "value": value, "spread": spread, "sigma": sigma }));
        std::io::stdout().flush()?;
    }
    Ok(())
}
