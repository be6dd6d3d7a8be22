//! `rows features depth steps seed [file]` a line on standard input, the time and the loss as JSON a line out. With a
//! file, features and labels are written there in single precision, for the others.

use autograft_bench_trees::Made;
use std::io::{BufRead, Write};
use std::time::Instant;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        let [rows, features, depth, steps, seed, file @ ..] = &words[..] else {
            return Err("rows features depth steps seed [file]".into());
        };
        let made = Made::new(rows.parse()?, features.parse()?, seed.parse()?);
        if let [file] = file {
            let labels = made.y.iter().map(|y| *y as f32);
            let bytes: Vec<u8> = made.x.iter().copied().chain(labels).flat_map(f32::to_le_bytes).collect();
            std::fs::write(file, bytes)?;
        }
        let clock = Instant::now();
        let loss = made.train(depth.parse()?, steps.parse()?)?;
        println!("{}", serde_json::json!({ "ms": clock.elapsed().as_secs_f64() * 1e3, "loss": loss }));
        std::io::stdout().flush()?;
    }
    Ok(())
}
