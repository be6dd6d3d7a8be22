//! The verdict under a known truth: `verdict.py` drives it, one process a setting.
//!
//! `made` states how target and source are made. One source of 500 rows is drawn once and stays.
//!
//! Lines on standard input ask, lines on standard output answer, both JSON:
//! `{"ask":"truth",…}` the true difference on 20,000 new rows, over whole target sets of n rows;
//! `{"ask":"run",…}` what the product says of one target set;
//! `{"ask":"judge",…}` the product's verdict on folds that were recorded before.

use autograft::cohort::{Cohort, Labels, Prediction, Task};
use autograft::device::cpu;
use autograft::evaluate::cv::{self, FoldScores};
use autograft::evaluate::held_out::{self, Fit, Fits};
use autograft::evaluate::{Contrast, Evidence};
use autograft::math::elastic::{self, Lambdas, Options, Response, Solution};
use autograft::math::logistic::sigmoid;
use autograft::methods::{AnyMethod, Model, registry};
use autograft::metrics::delong;
use autograft::metrics::{Metric, Truth};
use autograft::rng::{Rng, mix};
use autograft::split::{self, Respect};
use autograft::train::Run;
use autograft::watch::{Quiet, block_on};
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, Write};

#[path = "made.rs"]
mod made;

const NEW_ROWS: usize = 20_000;
/// The source, once for the whole study.
const SOURCE_SEED: u64 = 20_261_122;

#[derive(Deserialize)]
struct Setting {
    /// Relatedness.
    r: f64,
    n: usize,
    transfer: String,
    baseline: String,
    transfer_settings: Value,
    baseline_settings: Value,
}

#[derive(Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
enum Ask {
    Truth { setting: Setting, from: u64, to: u64 },
    Run { setting: Setting, from: u64, to: u64, folds: usize, repeats: usize, test: usize, cuts: usize },
    Judge { folds: Vec<FoldScores>, events: usize, others: usize },
}

fn source(r: f64) -> Cohort {
    made::source(r, &mut Rng::stream(SOURCE_SEED, "source"))
}

fn target(n: usize, rng: &mut Rng) -> Cohort {
    made::target(n, -0.5, rng)
}

fn events(cohort: &Cohort) -> Vec<u32> {
    match &cohort.y {
        Some(Labels::Classes { codes, .. }) => codes.iter().flatten().copied().collect(),
        _ => Vec::new(),
    }
}

type Failed = Box<dyn std::error::Error>;

/// A procedure: one of the product's methods with what it learned from the source, or a logistic regression under a
/// ridge of fixed strength on its standardised columns, drawn to the source's coefficients or to 0: milliseconds less.
enum Procedure {
    Method(&'static dyn AnyMethod, Value, Option<Model>),
    Fixed { beside: Option<Solution> },
}

/// The fixed penalties: towards 0, towards the source, and of the source's own model.
const LAMBDA: f64 = 0.03;
const LAMBDA_TO_SOURCE: f64 = 0.3;
const LAMBDA_SOURCE: f64 = 0.002;

/// Rows × columns of a cohort.
fn flat(cohort: &Cohort) -> Vec<f64> {
    let mut x = vec![0.0; 8 * cohort.len()];
    for j in 0..8 {
        for (i, v) in cohort.x.column(j).enumerate() {
            x[8 * i + j] = f64::from(v);
        }
    }
    x
}

/// The linear predictor of rows.
fn eta(solution: &Solution, x: &[f64]) -> Vec<f64> {
    let (a, b) = (solution.intercepts[0], &solution.coefficients);
    x.chunks_exact(8).map(|row| a + row.iter().zip(b).map(|(x, b)| x * b).sum::<f64>()).collect()
}

fn ridge(cohort: &Cohort, beside: Option<&Solution>, lambda: f64) -> Result<Solution, Failed> {
    let (x, y) = (flat(cohort), events(cohort));
    let design = elastic::Design::new(cohort.len(), 8, None, true, |i, j| x[i * 8 + j])?;
    let offset = beside.map(|solution| eta(solution, &x));
    let options = Options { alpha: 0.0, lambdas: Lambdas::Given(vec![lambda]), ..Options::default() };
    let response = Response::Classes { y: &y, classes: 2 };
    let mut path = elastic::Path::beside(offset.as_deref(), design, response, options)?;
    path.step().ok_or_else(|| "no step".into())
}

/// The two procedures of a setting.
struct Pair {
    sides: [Procedure; 2],
    sources: Vec<Cohort>,
}

impl Pair {
    fn new(setting: &Setting) -> Result<Self, Failed> {
        let sources = vec![source(setting.r)];
        let run = Run::new(cpu(), SOURCE_SEED, &Quiet);
        let side = |id: &str, given: &Value| -> Result<Procedure, Failed> {
            match id {
                "fixed" => return Ok(Procedure::Fixed { beside: None }),
                "fixed_to_source" => {
                    return Ok(Procedure::Fixed { beside: Some(ridge(&sources[0], None, LAMBDA_SOURCE)?) });
                }
                _ => {}
            }
            let method = registry::find(id)?;
            let settings = method.settings(given)?;
            let pre = match method.pretrain_key(&settings)? {
                Some(_) => Some(block_on(method.pretrain(&settings, &sources, &run))?),
                None => None,
            };
            Ok(Procedure::Method(method, settings, pre))
        };
        let sides = [
            side(&setting.transfer, &setting.transfer_settings)?,
            side(&setting.baseline, &setting.baseline_settings)?,
        ];
        Ok(Self { sides, sources })
    }

    /// Both procedures' probabilities of rows (rows × 2), learned from these; NaN where there is no fit.
    fn predict(&self, train: &Cohort, test: &Cohort, seed: u64) -> Result<[Vec<f64>; 2], Failed> {
        let [a, b] = &self.sides;
        Ok([self.of(a, train, test, seed)?, self.of(b, train, test, seed)?])
    }

    fn of(&self, procedure: &Procedure, train: &Cohort, test: &Cohort, seed: u64) -> Result<Vec<f64>, Failed> {
        let lost = || vec![f64::NAN; 2 * test.len()];
        match procedure {
            Procedure::Method(method, settings, pre) => {
                let run = Run::new(cpu(), seed, &Quiet);
                let task = Task { sources: self.sources.clone(), target: train.clone(), unlabelled: None };
                // One class alone: the product says so and gives no verdict; here the fold has no number.
                let Ok(model) = block_on(method.adapt(pre.as_ref(), settings, &task, &run)) else { return Ok(lost()) };
                match block_on(method.predict(&model, &test.without_labels(), &run))? {
                    Prediction::Classes { probabilities, .. } => Ok(probabilities),
                    Prediction::Values { .. } => Err("classes were asked for".into()),
                }
            }
            Procedure::Fixed { beside } => {
                let lambda = if beside.is_some() { LAMBDA_TO_SOURCE } else { LAMBDA };
                let Ok(solution) = ridge(train, beside.as_ref(), lambda) else { return Ok(lost()) };
                let x = flat(test);
                let mut lp = eta(&solution, &x);
                if let Some(beside) = beside {
                    lp.iter_mut().zip(eta(beside, &x)).for_each(|(e, s)| *e += s);
                }
                Ok(lp.into_iter().flat_map(|e| [sigmoid(-e), sigmoid(e)]).collect())
            }
        }
    }
}

fn auroc(y: &[u32], p: &[f64]) -> Option<f64> {
    if p.iter().any(|p| p.is_nan()) {
        return None;
    }
    Metric::Auroc.compute(Truth::Classes { y, classes: 2 }, p)
}

/// The true difference after one target set: all its rows learned from, and `part` of them, judged on new rows.
fn truth(pair: &Pair, all: &Cohort, part: &[usize], new: &Cohort, y: &[u32], seed: u64) -> Result<Value, Failed> {
    let of = |train: &Cohort| -> Result<Option<f64>, Failed> {
        let [a, b] = pair.predict(train, new, seed)?;
        Ok(auroc(y, &a).zip(auroc(y, &b)).map(|(a, b)| a - b))
    };
    Ok(json!({ "whole": of(all)?, "part": if part.is_empty() { None } else { of(&all.select(part))? } }))
}

fn brief(contrast: &Contrast) -> Value {
    json!({
        "estimate": contrast.estimate, "se": contrast.se, "df": contrast.df, "low": contrast.low, "high": contrast.high,
        "verdict": contrast.verdict, "undefined": contrast.n_undefined,
    })
}

struct Design {
    folds: usize,
    repeats: usize,
    test: usize,
    cuts: usize,
}

fn run(pair: &Pair, n: usize, number: u64, design: &Design, new: &Cohort, y: &[u32]) -> Result<Value, Failed> {
    let seed = mix(SOURCE_SEED, number);
    let mut rng = Rng::stream(seed, "target");
    let all = target(n, &mut rng);
    let codes = events(&all);
    let rows: Vec<usize> = (0..n).collect();
    let respect = Respect { strata: Some(&codes), ..Respect::default() };
    let mut out = json!({ "seed": number, "events": codes.iter().sum::<u32>() });
    let mut part = Vec::new();
    if design.folds > 1 {
        let mut scores = Vec::new();
        let mut sums: BTreeMap<usize, [f64; 2]> = BTreeMap::new();
        for (i, fold) in split::k_fold_of(&rows, respect, design.folds, design.repeats, seed)?.into_iter().enumerate() {
            let test = all.select(&fold.test);
            let [a, b] = pair.predict(&all.select(&fold.train), &test, mix(seed, i as u64))?;
            let y = events(&test);
            for (place, &row) in fold.test.iter().enumerate() {
                let sum = sums.entry(row).or_insert([0.0; 2]);
                sum[0] += a[2 * place + 1];
                sum[1] += b[2 * place + 1];
            }
            scores.push(FoldScores {
                repeat: fold.repeat,
                fold: fold.fold,
                n_train: fold.train.len(),
                n_test: fold.test.len(),
                transfer: auroc(&y, &a),
                target_only: auroc(&y, &b),
            });
            if i == 0 {
                part = fold.train;
            }
        }
        let evidence = Evidence::Classes(vec![
            codes.iter().filter(|&&c| c == 0).count(),
            codes.iter().filter(|&&c| c == 1).count(),
        ]);
        out["cv"] = brief(&cv::contrast(Metric::Auroc, &scores, &evidence));
        let short = |v: Option<f64>| v.map(|v| (v * 1e9).round() / 1e9);
        out["folds"] = json!(
            scores
                .iter()
                .map(|f| json!([f.n_train, f.n_test, short(f.transfer), short(f.target_only)]))
                .collect::<Vec<_>>()
        );
        let y: Vec<bool> = codes.iter().map(|&c| c == 1).collect();
        let side = |s: usize| -> Vec<f64> { sums.values().map(|v| v[s]).collect() };
        if let Some(test) = delong::paired(&y, &side(0), &side(1)) {
            out["delong"] = json!([test.difference, test.se]);
        }
    }
    if design.test > 0 {
        let test = target(design.test, &mut rng);
        let y = events(&test);
        let mut whole = Vec::new();
        let mut halves: Vec<[Vec<[Vec<f64>; 2]>; 1]> = Vec::new();
        for half in split::jackknife(&rows, respect, 2, design.cuts, seed)? {
            let seed = mix(mix(seed, half.repeat as u64), half.fold as u64 + 7);
            if half.fold == 0 {
                whole.push(pair.predict(&all, &test, mix(seed, 3))?);
                halves.push([Vec::new()]);
            }
            let fit = pair.predict(&all.select(&half.train), &test, seed)?;
            if let Some(last) = halves.last_mut() {
                last[0].push(fit);
            }
        }
        // Infinite scores would rank; NaN has no AUROC.
        let fit = |p: &'_ [Vec<f64>; 2]| -> bool { p.iter().all(|p| p.iter().all(|p| p.is_finite())) };
        fn pair_of(p: &[Vec<f64>; 2]) -> Fit<'_> {
            Fit { transfer: &p[0], target_only: &p[1] }
        }
        let fits = Fits {
            whole: whole.iter().filter(|p| fit(p)).map(pair_of).collect(),
            halves: halves
                .iter()
                .filter(|h| h[0].len() == 2 && h[0].iter().all(fit))
                .map(|h| (pair_of(&h[0][0]), pair_of(&h[0][1])))
                .collect(),
        };
        let truth = Truth::Classes { y: &y, classes: 2 };
        out["held_out"] = brief(&held_out::contrast(Metric::Auroc, truth, None, &fits, seed));
        let gain = |f: &Fit<'_>| Some(auroc(&y, f.transfer)? - auroc(&y, f.target_only)?);
        let squares: Vec<f64> =
            fits.halves.iter().filter_map(|(a, b)| Some((gain(a)? - gain(b)?).powi(2) / 4.0)).collect();
        out["train_variance"] = json!([squares.iter().sum::<f64>() / squares.len() as f64, squares.len()]);
        out["test_events"] = json!(y.iter().sum::<u32>());
    }
    // The truth of a setting is one number: some of the target sets are enough for it, and they are the same in both designs.
    if design.folds > 1 && number.is_multiple_of(2) {
        let part = if number.is_multiple_of(8) { &part[..] } else { &[] };
        out["truth"] = truth(pair, &all, part, new, y, seed)?;
    }
    Ok(out)
}

fn main() -> Result<(), Failed> {
    let new = target(NEW_ROWS, &mut Rng::stream(SOURCE_SEED, "new"));
    let y = events(&new);
    for line in std::io::stdin().lock().lines() {
        let mut out = std::io::stdout().lock();
        match serde_json::from_str(&line?)? {
            Ask::Truth { setting, from, to } => {
                let pair = Pair::new(&setting)?;
                let mut found = Vec::new();
                for number in from..to {
                    let seed = mix(SOURCE_SEED, number);
                    let all = target(setting.n, &mut Rng::stream(seed, "target"));
                    found.push(truth(&pair, &all, &[], &new, &y, seed)?["whole"].clone());
                }
                writeln!(out, "{}", json!(found))?;
            }
            Ask::Run { setting, from, to, folds, repeats, test, cuts } => {
                let pair = Pair::new(&setting)?;
                for number in from..to {
                    let design = Design { folds, repeats, test, cuts };
                    writeln!(out, "{}", run(&pair, setting.n, number, &design, &new, &y)?)?;
                    out.flush()?;
                }
            }
            Ask::Judge { folds, events, others } => {
                let contrast = cv::contrast(Metric::Auroc, &folds, &Evidence::Classes(vec![others, events]));
                writeln!(out, "{}", brief(&contrast))?;
            }
        }
        out.flush()?;
    }
    Ok(())
}
