//! scDEAL (Chen et al. 2022): bulk samples with a drug response say which single cells respond.
//!
//! 1. A denoising autoencoder of the bulk samples (its target is the *uncorrupted* input).
//! 2. Its encoder with a predictor of the response on the code; both learn. (The pre-training: it sees no cell.)
//! 3. A denoising autoencoder of the cells. It begins with the bulk's weights, since the genes are the same ones
//!    (`cells_begin` *own*: with weights of its own, as published, where nothing ties the two codes together but the
//!    discrepancy, and responders may end where the others belong).
//! 4. Transfer ([`net`]): response of the bulk samples, discrepancy of the codes, and cells of one cluster kept together.
//!    Clusters are those of k-means on the cells' code.
//! 5. A cell goes through its own encoder and the predictor.
//!
//! The target's labels are never learned from. `form` *released* does as the released code's objective does: inputs are
//! zeroed in place (and so are the targets of the autoencoders), the target's encoder alone is moved and by the discrepancy
//! alone ([`net`]). Ours in both: standardised genes and a linear output where the paper has ranges of 0–1 and a sigmoid,
//! ReLU without batch normalisation, AdamW at a smaller rate, a
//! weight of a tenth for the clusters (the released code has 1 before a term without a gradient), and k-means where the paper has a graph's communities.

pub mod before;
pub mod net;
pub mod preset;
pub mod sampling;

use serde_json::{Value, json};

use self::net::{Masks, Net, Objective, Pair, Parts};
use self::preset::{NAMES, PRESETS};
use super::super::common::clusters::k_means;
use super::super::common::deep::Draw;
use super::super::common::encoder::{Encoder, Rows};
use super::super::common::head::Head;
use super::super::common::network::{Network, upload, validation};
use super::super::common::rows::{Known, canonical, ordered};
use super::super::common::shared;
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::device::read;
use crate::error::{Code, Result};
use crate::nets::autoencoder::{Autoencoder, Output, keep};
use crate::nets::losses::{cross_entropy, cross_entropy_rows};
use crate::nets::{Layer, Mlp, dropout, init};
use crate::train::{Decay, Descent, LossTerm, Run, Schedule, descend};
use crate::watch::Event;
use burn::tensor::{Tensor, TensorData};

crate::config! {
    /// The networks, what draws the sides together, and how classes are made even.
    pub struct ScDealConfig {
        /// The settings recommended for a data set; they stand for code, widths, dropout and sampling below.
        data_set: String = "below".to_owned(), Range::Choice { options: NAMES.to_vec() }, "";
        /// As described, or as the released code does it.
        form: String = "described".to_owned(), Range::Choice { options: vec!["described", "released"] }, "";
        /// What the cells' encoder begins with.
        cells_begin: String = "bulk".to_owned(), Range::Choice { options: vec!["bulk", "own"] }, "";
        /// w: how strongly the codes are drawn together.
        align_weight: f64 = 0.25, Range::Real { low: 0.0, high: 1000.0 }, "";
        /// c: how strongly cells of a cluster are kept together.
        cluster_weight: f64 = 0.1, Range::Real { low: 0.0, high: 1000.0 }, "";
        /// Clusters of cells.
        cell_clusters: usize = 6, Range::Whole { low: 2, high: 50 }, "clusters";
        /// How the bulk samples' classes are made even.
        sampling: String = "none".to_owned(), Range::Choice { options: vec!["none", "up", "down", "smote"] }, "";
        /// The share of inputs that the autoencoders do not see.
        noise: f64 = 0.2, Range::Real { low: 0.0, high: 0.9 }, "";
        /// Widths of an encoder's hidden layers.
        widths: Vec<usize> = vec![256, 128], Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 6 }, "units";
        /// Width of the code.
        code: usize = 128, Range::Whole { low: 1, high: 1024 }, "units";
        /// Widths of the predictor's hidden layers.
        predictor: Vec<usize> = vec![128, 64], Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 6 }, "units";
        /// The share of hidden units dropped in training.
        dropout: f64 = 0.1, Range::Real { low: 0.0, high: 0.8 }, "";
        /// AdamW's learning rate.
        learning_rate: f64 = 1e-3, Range::Real { low: 1e-6, high: 0.1 }, "";
        /// Rows a batch.
        batch: usize = 64, Range::Whole { low: 2, high: 4096 }, "rows";
        /// Passes over the rows in each of the four trainings at most; 0 leaves the weights as they begin.
        max_epochs: usize = 60, Range::Whole { low: 0, high: 2000 }, "epochs";
        /// Epochs without a better validation loss before one of the first three stops.
        patience: usize = 10, Range::Whole { low: 1, high: 1000 }, "epochs";
        /// Encoded columns at most; those of largest variance are kept.
        most_features: usize = 5000, Range::Whole { low: 1, high: 20_000 }, "columns";
    }
}

/// Points of a learning curve that a model keeps.
const POINTS: usize = 60;
/// A pre-trained bulk network's name in its file.
const BULK: &str = "scdeal_bulk";

/// See the [module](self).
pub struct ScDeal;

const PAPER: card::Paper = card::Paper {
    authors: "Chen J, Wang X, Ma A, Wang QE, Liu B, Li L, Xu D, Ma Q",
    year: 2022,
    title: "Deep transfer learning of cancer drug responses by integrating bulk and single-cell RNA-seq data",
    doi: "10.1038/s41467-022-34277-7",
};

impl Method for ScDeal {
    const CARD: Card = Card {
        id: "scdeal",
        scenario: card::Scenario::Transductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceLabels, card::Needs::SourceRows, card::Needs::TargetFeatures],
        kinds: card::Kinds::Classes,
        honesty: card::Honesty::Reconstructed,
        paper: Some(PAPER),
        uses_network: true,
        sensible: false,
    };
    const BESIDE: Option<&'static str> = Some("scdeal_before");
    type Config = ScDealConfig;

    fn pretrain_key(config: &ScDealConfig) -> Option<Value> {
        Some(config.key())
    }

    async fn pretrain(config: &ScDealConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
        bulk(config, sources, run).await
    }

    async fn adapt(pre: Option<&Model>, config: &ScDealConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let bulk = Bulk::of(pre)?;
        let cells = cells(task)?;
        let sources = labelled(&task.sources, Self::CARD.id)?;
        let own = bulk.network.encoder.restandardised(&cells.x)?;
        let xt = own.transform(&cells.x)?;
        let known = Known::join(&sources.iter().collect::<Vec<_>>(), Code::LabelMissingInSource)?;
        let (xs, ys) = bulk.rows(&sources, &known)?;

        run.event(Event::Phase { name: "autoencoder".to_owned(), facts: Vec::new() });
        let (encoder, decoder) = bulk.start(config, xt.cols, run);
        let (encoder, _) = autoencoder(config, encoder, decoder, &xt, None, run).await?;
        let clusters = clustered(config, &encoder, &xt, run).await?;

        run.event(Event::Phase { name: "scdeal".to_owned(), facts: Vec::new() });
        let (source, predictor) = bulk.network.layers.split_at(bulk.body);
        let parts = Parts { source: source.to_vec(), target: encoder, predictor: predictor.to_vec() };
        let cohorts: Vec<&Cohort> = sources.iter().collect();
        let (fit, held) =
            validation(&cohorts, &known, run.seed).unwrap_or_else(|| ((0..xs.rows).collect(), Vec::new()));
        let bulk_held = (xs.select(&held), ys.select(&held));
        let mut rng = run.rng("scdeal/sampling");
        let learned = classes_of(&ys.select(&fit));
        let (xs, classes) = sampling::even(&xs.select(&fit), &learned, config.chosen().sampling, &mut rng);
        let ys = one_hot(&classes, ys.cols);
        let cells = Cells::of(xt, clusters, !held.is_empty(), run);
        let (parts, descent) = transfer(config, parts, [&xs, &ys], &bulk_held, &cells, run).await?;

        let layers = [parts.target, parts.predictor].concat();
        let network = Network { encoder: own, head: bulk.network.head, layers };
        let mut model = network.to_model(Self::CARD.id, &json!(config))?;
        let sizes: Vec<usize> =
            (0..config.cell_clusters).map(|c| cells.clusters.iter().filter(|of| **of == c).count()).collect();
        let curves = descent.curves.thinned(POINTS);
        let epochs = if held.is_empty() { descent.epochs } else { descent.best_epoch };
        let choice = json!({ "cells": cells.x.rows, "clusters": sizes, "epochs": epochs, "curves": curves });
        shared::remark(&mut model, "choice", choice);
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}

/// What the settings come to.
struct Chosen<'a> {
    code: usize,
    widths: Vec<usize>,
    predictor: Vec<usize>,
    dropout: f64,
    sampling: &'a str,
}

impl ScDealConfig {
    fn chosen(&self) -> Chosen<'_> {
        match PRESETS.iter().find(|preset| preset.name == self.data_set) {
            Some(preset) => Chosen {
                code: preset.code,
                widths: preset.encoder.to_vec(),
                predictor: preset.predictor.to_vec(),
                dropout: preset.dropout,
                sampling: preset.sampling,
            },
            None => Chosen {
                code: self.code,
                widths: self.widths.clone(),
                predictor: self.predictor.clone(),
                dropout: self.dropout,
                sampling: &self.sampling,
            },
        }
    }

    fn released(&self) -> bool {
        self.form == "released"
    }

    /// What the pre-training depends on.
    fn key(&self) -> Value {
        let Chosen { code, widths, predictor, dropout, sampling } = self.chosen();
        json!({
            "learner": BULK, "widths": widths, "code": code, "predictor": predictor, "dropout": dropout,
            "sampling": sampling, "noise": self.noise, "released": self.released(), "learning_rate": self.learning_rate,
            "batch": self.batch, "max_epochs": self.max_epochs, "patience": self.patience,
            "most_features": self.most_features,
        })
    }

    fn schedule(&self, name: &'static str, rows: usize) -> Schedule {
        Schedule {
            name,
            rows,
            batch: self.batch,
            max_epochs: self.max_epochs,
            patience: self.patience,
            max_steps: None,
            rate: self.learning_rate,
            decay: Decay::Decoupled(0.0),
        }
    }

    /// Encoder and decoder before any training.
    fn initial(&self, columns: usize, stream: &str, run: &Run<'_>) -> (Vec<Layer>, Vec<Layer>) {
        let Chosen { code, widths, .. } = self.chosen();
        let mut rng = run.rng(stream);
        let back: Vec<usize> = widths.iter().rev().copied().collect();
        let encoder = init::mlp(&[&[columns], widths.as_slice(), &[code]].concat(), &[], &mut rng);
        (unshrunk(encoder, &mut rng), init::mlp(&[&[code], back.as_slice(), &[columns]].concat(), &[], &mut rng))
    }
}

/// The house's last layers begin a tenth as large, since heads do; a code is no head.
fn unshrunk(mut layers: Vec<Layer>, rng: &mut crate::rng::Rng) -> Vec<Layer> {
    if let Some(last) = layers.last_mut() {
        *last = init::dense(last.inputs, last.outputs, 1.0, rng);
    }
    layers
}

/// The pre-trained network of the bulk samples.
struct Bulk {
    network: Network,
    /// How many of its layers are the encoder.
    body: usize,
    decoder: Vec<Layer>,
}

impl Bulk {
    fn of(pre: Option<&Model>) -> Result<Self> {
        let model = pre.ok_or_else(|| Code::Internal.err().with("reason", "no pre-trained model was handed over"))?;
        let network = Network::from_model(model)?;
        let bad = || Code::BadModel.err().with("reason", "an autoencoder's shape does not fit");
        let body: usize = model.meta("body")?;
        let mut decoder = Vec::new();
        let mut width = network.layers.get(..body).and_then(<[Layer]>::last).ok_or_else(bad)?.outputs;
        for at in 0..body {
            let weight = model.array(&format!("decoder.{at}.weight"))?;
            let &[inputs, outputs] = weight.shape.as_slice() else { return Err(bad()) };
            let layer = Layer {
                inputs,
                outputs,
                weight: model.f32(&format!("decoder.{at}.weight"))?.to_vec(),
                bias: model.f32(&format!("decoder.{at}.bias"))?.to_vec(),
            };
            if inputs != width || layer.weight.len() != inputs * outputs || layer.bias.len() != outputs {
                return Err(bad());
            }
            width = outputs;
            decoder.push(layer);
        }
        if body >= network.layers.len() || width != network.encoder.columns.len() {
            return Err(bad());
        }
        Ok(Self { network, body, decoder })
    }

    /// The sources' rows, and their classes one-hot.
    fn rows(&self, sources: &[Cohort], known: &Known) -> Result<(Rows<f32>, Rows<f32>)> {
        let x = joined(&self.network.encoder, sources)?;
        let unknown = || Code::Internal.err().with("reason", "labels that the head does not know");
        Ok((x, self.network.head.targets(known).ok_or_else(unknown)?))
    }

    /// What the cells' autoencoder begins with.
    fn start(&self, config: &ScDealConfig, columns: usize, run: &Run<'_>) -> (Vec<Layer>, Vec<Layer>) {
        match config.cells_begin.as_str() {
            "own" => config.initial(columns, "scdeal/cells", run),
            _ => (self.network.layers[..self.body].to_vec(), self.decoder.clone()),
        }
    }
}

/// The sources' labelled rows.
fn labelled(sources: &[Cohort], method: &str) -> Result<Vec<Cohort>> {
    if sources.is_empty() {
        return Err(Code::NeedNotMet.err().with("method", method).with("need", "source"));
    }
    let rows: Vec<Cohort> = sources.iter().map(canonical).filter(|rows| !rows.is_empty()).collect();
    if rows.is_empty() {
        return Err(Code::LabelMissingInSource.err().with("found", 0));
    }
    Ok(rows)
}

/// The target's training rows and those without a label that may be learned from, all without their labels.
fn cells(task: &Task) -> Result<Cohort> {
    let parts: Vec<Cohort> = [Some(task.target.labelled()), task.unlabelled.clone()]
        .into_iter()
        .flatten()
        .filter(|rows| !rows.is_empty())
        .map(|rows| rows.without_labels())
        .collect();
    let found = parts.iter().map(Cohort::len).sum::<usize>();
    match Cohort::join(&parts, task.target.side) {
        Some(all) if found >= 2 => Ok(ordered(all)),
        _ => Err(Code::TooFewRows.err().with("found", found).with("needed", 2).with("what", "the target")),
    }
}

fn joined(encoder: &Encoder, cohorts: &[Cohort]) -> Result<Rows<f32>> {
    let mut x = Rows { rows: 0, cols: encoder.columns.len(), values: Vec::new() };
    for cohort in cohorts {
        let part = encoder.transform(&cohort.x)?;
        x.rows += part.rows;
        x.values.extend(part.values);
    }
    Ok(x)
}

fn classes_of(y: &Rows<f32>) -> Vec<usize> {
    let class = |row: &[f32]| row.iter().position(|value| *value > 0.5).unwrap_or(0);
    y.values.chunks(y.cols.max(1)).map(class).collect()
}

fn one_hot(classes: &[usize], cols: usize) -> Rows<f32> {
    let values =
        classes.iter().flat_map(|&class| (0..cols).map(move |col| f32::from(u8::from(col == class)))).collect();
    Rows { rows: classes.len(), cols, values }
}

/// Steps 1 and 2.
async fn bulk(config: &ScDealConfig, sources: &[Cohort], run: &Run<'_>) -> Result<Model> {
    run.event(Event::Phase { name: "pretrain".to_owned(), facts: Vec::new() });
    let rows = labelled(sources, ScDeal::CARD.id)?;
    let cohorts: Vec<&Cohort> = rows.iter().collect();
    let known = Known::join(&cohorts, Code::LabelMissingInSource)?;
    known.check()?;
    let head = Head::of(&known);
    let Head::Classes { .. } = head else {
        return Err(Code::NeedNotMet.err().with("method", ScDeal::CARD.id).with("need", "classes"));
    };
    let encoder = Encoder::fit_in(&cohorts, config.most_features, run)?;
    let x = joined(&encoder, &rows)?;
    let (fit, held) = validation(&cohorts, &known, run.seed).unwrap_or_else(|| ((0..x.rows).collect(), Vec::new()));
    let held = (!held.is_empty()).then_some(held);

    let (body, decoder) = config.initial(x.cols, "scdeal/bulk", run);
    let judged = held.as_ref().map(|rows| x.select(rows));
    let (body, decoder) = autoencoder(config, body, decoder, &x.select(&fit), judged.as_ref(), run).await?;

    let Chosen { code, predictor, dropout: rate, sampling, widths } = config.chosen();
    let unknown = || Code::Internal.err().with("reason", "labels that the head does not know");
    let y = head.targets(&known).ok_or_else(unknown)?;
    let classes = classes_of(&y);
    let own: Vec<usize> = fit.iter().filter_map(|&row| classes.get(row).copied()).collect();
    let (learned, own) = sampling::even(&x.select(&fit), &own, sampling, &mut run.rng("scdeal/sampling"));
    let targets = one_hot(&own, y.cols);
    let top =
        init::mlp(&[&[code], predictor.as_slice(), &[y.cols]].concat(), &head.prior(&known), &mut run.rng("init"));
    let count = body.len();
    let hidden: Vec<usize> = [widths.as_slice(), &[code], predictor.as_slice()].concat();
    let (device, plain) = (run.device.clone().autodiff(), run.device.clone().without_autodiff());
    let mut drops = run.rng("dropout");
    let whole = |x: &Rows<f32>| upload(x, &(0..x.rows).collect::<Vec<_>>(), &plain);
    let check = held.as_ref().map(|rows| {
        let (x, y) = (whole(&x.select(rows)), whole(&y.select(rows)));
        move |net: &Mlp| {
            let z = net.forward(x.clone(), &[]);
            let n = z.dims()[0];
            cross_entropy_rows(z, y.clone()).reshape([n])
        }
    });
    let (net, _) = descend(
        Mlp::build(&[body, top].concat(), &device),
        &config.schedule("pretrain", learned.rows),
        run,
        |net: &Mlp, batch| {
            let masks = dropout::masks(batch.rows.len(), &hidden, rate, &mut drops, &device);
            let z = net.forward(upload(&learned, batch.rows, &device), &masks);
            let value = cross_entropy(z, upload(&targets, batch.rows, &device), None);
            vec![LossTerm { name: "cross_entropy", weight: 1.0, value }]
        },
        check,
    )
    .await?;
    let network = Network { encoder, head, layers: net.layers().await? };
    let key = config.key();
    let mut model = network.to_model(BULK, &key)?;
    shared::remark(&mut model, "body", json!(count));
    for (at, layer) in decoder.into_iter().enumerate() {
        model.put_f32(format!("decoder.{at}.weight"), &[layer.inputs, layer.outputs], layer.weight);
        model.put_f32(format!("decoder.{at}.bias"), &[layer.outputs], layer.bias);
    }
    run.event(Event::Pretrained { key: format!("{key} {}", run.seed) });
    Ok(model)
}

/// Trains a denoising autoencoder; with rows to judge by, the weights of their lowest loss are kept.
async fn autoencoder(
    config: &ScDealConfig,
    encoder: Vec<Layer>,
    decoder: Vec<Layer>,
    x: &Rows<f32>,
    judged: Option<&Rows<f32>>,
    run: &Run<'_>,
) -> Result<(Vec<Layer>, Vec<Layer>)> {
    let (device, plain) = (run.device.clone().autodiff(), run.device.clone().without_autodiff());
    let mut rng = run.rng("scdeal/noise");
    let check = judged.map(|rows| {
        let x = upload(rows, &(0..rows.rows).collect::<Vec<_>>(), &plain);
        move |net: &Autoencoder| {
            let off = net.decode(net.code(x.clone()), Output::Linear) - x.clone();
            let n = x.dims()[0];
            (off.clone() * off).mean_dim(1).reshape([n])
        }
    });
    let (net, _) = descend(
        Autoencoder::build(&encoder, &decoder, &device),
        &config.schedule("autoencoder", x.rows),
        run,
        |net: &Autoencoder, batch| {
            let rows = upload(x, batch.rows, &device);
            let seen = keep(batch.rows.len(), x.cols, config.noise, &mut rng, &device);
            let value = if config.released() {
                // Zeroed in place: what is to be given back is what was seen.
                let seen = rows * seen;
                net.loss(seen.clone(), seen.ones_like(), Output::Linear)
            } else {
                net.loss(rows, seen, Output::Linear)
            };
            vec![LossTerm { name: "reconstruction", weight: 1.0, value }]
        },
        check,
    )
    .await?;
    net.layers().await
}

/// Step 4's clusters: k-means on the code, with no more clusters than a fifth of the cells.
async fn clustered(config: &ScDealConfig, encoder: &[Layer], x: &Rows<f32>, run: &Run<'_>) -> Result<Vec<usize>> {
    let plain = run.device.clone().without_autodiff();
    let code = Mlp::build(encoder, &plain).forward(upload(x, &(0..x.rows).collect::<Vec<_>>(), &plain), &[]);
    let [rows, cols] = code.dims();
    let values: Vec<f64> =
        read(vec![code.reshape([rows * cols])]).await?.into_iter().flatten().map(f64::from).collect();
    let k = config.cell_clusters.min(rows.div_ceil(5)).max(1);
    Ok(k_means(&values, cols, k, run).await?.0)
}

/// The cells of a transfer.
struct Cells {
    x: Rows<f32>,
    clusters: Vec<usize>,
    /// Those that are learned from, and those that help to say when to stop.
    fit: Vec<usize>,
    held: Vec<usize>,
}

/// A share of the cells, at most so many, says when to stop: its pairs are counted all.
const HELD_SHARE: f64 = 0.15;
const HELD_MOST: usize = 400;

impl Cells {
    fn of(x: Rows<f32>, clusters: Vec<usize>, divide: bool, run: &Run<'_>) -> Self {
        let order = run.rng("scdeal/cells-held").permutation(x.rows);
        let held = if divide { ((x.rows as f64 * HELD_SHARE) as usize).min(HELD_MOST) } else { 0 };
        let (held, fit) = order.split_at(held);
        Self { fit: fit.to_vec(), held: held.to_vec(), x, clusters }
    }
}

/// Step 4. The weights of the lowest objective on the rows of both sides
/// that were set aside are kept, the untransferred ones among them; with too few rows to set any aside, the last ones.
async fn transfer(
    config: &ScDealConfig,
    parts: Parts,
    [xs, ys]: [&Rows<f32>; 2],
    (held_x, held_y): &(Rows<f32>, Rows<f32>),
    cells: &Cells,
    run: &Run<'_>,
) -> Result<(Parts, Descent)> {
    let Chosen { widths, predictor, dropout: rate, .. } = config.chosen();
    let (device, plain) = (run.device.clone().autodiff(), run.device.clone().without_autodiff());
    let objective =
        Objective { discrepancy: config.align_weight, clusters: config.cluster_weight, released: config.released() };
    let mut draw = Draw::new(cells.fit.len(), run.rng("target-batches"));
    let mut drops = run.rng("dropout");
    let judged = (held_x.rows > 1 && cells.held.len() > 1).then(|| {
        let all = (0..held_x.rows).collect::<Vec<_>>();
        Pair {
            xs: upload(held_x, &all, &plain),
            ys: upload(held_y, &all, &plain),
            xt: upload(&cells.x, &cells.held, &plain),
            alike: alike(&cells.held, &cells.clusters, &plain),
        }
    });
    let check = judged.map(|pair| {
        move |net: &Net| {
            let terms = net.terms(&pair, objective, &Masks::default()).into_iter();
            let total = terms.map(|term| term.value * term.weight).reduce(|a, b| a + b);
            total.unwrap_or_else(|| pair.xs.clone().sum() * 0.0)
        }
    });
    let mut schedule = config.schedule("scdeal", xs.rows);
    if config.released() && config.align_weight == 0.0 {
        // Nothing that the released objective moves would have a gradient.
        schedule.max_epochs = 0;
    }
    let (net, descent) = descend(
        Net::build(&parts, config.released(), &device),
        &schedule,
        run,
        |net: &Net, batch| {
            let n = batch.rows.len();
            let drawn = draw.take(if config.released() { n } else { config.batch });
            let own: Vec<usize> = drawn.into_iter().filter_map(|at| cells.fit.get(at).copied()).collect();
            let pair = Pair {
                xs: upload(xs, batch.rows, &device),
                ys: upload(ys, batch.rows, &device),
                xt: upload(&cells.x, &own, &device),
                alike: alike(&own, &cells.clusters, &device),
            };
            let masks = Masks {
                source: dropout::masks(n, &widths, rate, &mut drops, &device),
                target: dropout::masks(own.len(), &widths, rate, &mut drops, &device),
                predictor: dropout::masks(n, &predictor, rate, &mut drops, &device),
            };
            net.terms(&pair, objective, &masks)
        },
        check,
    )
    .await?;
    Ok((net.parts().await?, descent))
}

/// 1 for two different cells of one cluster.
fn alike(cells: &[usize], clusters: &[usize], device: &burn::tensor::Device) -> Tensor<2> {
    let m = cells.len();
    let of: Vec<Option<&usize>> = cells.iter().map(|&cell| clusters.get(cell)).collect();
    let pair = |at: usize| f32::from(u8::from(at / m != at % m && of[at / m] == of[at % m]));
    Tensor::from_data(TensorData::new((0..m * m).map(pair).collect::<Vec<f32>>(), [m, m]), device)
}
