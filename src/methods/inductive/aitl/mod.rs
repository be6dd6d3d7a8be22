//! AITL, adversarial inductive transfer (Sharifi-Noghabi et al. 2020): cell lines with a measured effect of a drug (log
//! IC50, a number) help to say which patients respond (an event).
//!
//! The two outcomes are different tasks on the same features, and the features differ between the sides: one extractor is
//! trained for both tasks at once, and against three classifiers of the side, one of all rows and one for each class
//! ([`net`]). Each step takes a batch of the source and one of the target, the latter drawn with replacement so that both
//! classes are as likely; Adagrad; so many passes over the source, and the last weights.
//!
//! As described: each step draws its own target rows, pseudo-labels come from the pass that is there anyway, and logits of
//! discriminators are not dropped out. `form` *released* does as the released code (`aitl_train_best_model.py`): an epoch
//! draws as many target rows as there are and replays these batches, the source passes the shared layer once more for its
//! pseudo-labels, dropout falls on the discriminators' logits, and batches under five rows are passed over.
//!
//! What a low number means is asked, not guessed: it enters no loss, since pseudo-labels come from the target's tower, but
//! without it nobody could tell whether the source agrees with what was learned. Where the source also has the label
//! itself, the answer is checked against it.

pub mod net;
pub mod preset;

use serde_json::{Value, json};

use self::net::{Masks, Net, Objective, Pair, Parts};
use self::preset::Chosen;
use super::super::common::encoder::{Encoder, Rows};
use super::super::common::head::Head;
use super::super::common::network::{Network, upload};
use super::super::common::rows::{Known, canonical, ordered};
use super::super::common::{select, shared};
use super::super::config::Range;
use super::super::{Card, Method, Model, card};
use crate::cohort::{Cohort, Prediction, Task};
use crate::error::{Code, Result};
use crate::math::stats;
use crate::nets::{Running, Scales, dropout, init};
use crate::rng::Rng;
use crate::train::adamw::Rule;
use crate::train::{Decay, Descent, Run, Schedule, descend_by};
use crate::watch::Event;

crate::config! {
    /// The network, its training, and what a low number of the source means.
    pub struct AitlConfig {
        /// What a low second outcome of the source means: must be said.
        low_outcome: String = "unsaid".to_owned(),
            Range::Choice { options: vec!["unsaid", "event", "no_event"] }, "";
        /// The settings published for a drug; they stand for all of those below.
        drug: String = "below".to_owned(), Range::Choice { options: preset::NAMES.to_vec() }, "";
        /// As described, or as the released code does it.
        form: String = "described".to_owned(), Range::Choice { options: vec!["described", "released"] }, "";
        /// Settings drawn at random and compared by inner folds; 0 takes those below.
        settings_tried: usize = 0, Range::Whole { low: 0, high: 200 }, "";
        /// Width of the extractor.
        extractor: usize = 128, Range::Whole { low: 1, high: 2048 }, "units";
        /// Width of the shared layer.
        shared_layer: usize = 64, Range::Whole { low: 1, high: 2048 }, "units";
        /// Adagrad's rate.
        adagrad_rate: f64 = 0.01, Range::Real { low: 1e-6, high: 1.0 }, "";
        /// λ₁.
        global_weight: f64 = 0.2, Range::Real { low: 0.0, high: 10.0 }, "";
        /// λ₂.
        class_weight: f64 = 0.4, Range::Real { low: 0.0, high: 10.0 }, "";
        /// Rows of the source a batch.
        batch_source: usize = 16, Range::Whole { low: 5, high: 4096 }, "rows";
        /// Rows of the target a batch.
        batch_target: usize = 16, Range::Whole { low: 5, high: 4096 }, "rows";
        /// Dropout, one value everywhere.
        dropout: f64 = 0.4, Range::Real { low: 0.0, high: 0.85 }, "";
        /// Passes over the source; 0 leaves the weights as they begin.
        max_epochs: usize = 25, Range::Whole { low: 0, high: 2000 }, "epochs";
        /// Columns whose variance in the source is under this are left out.
        least_variance: f64 = 0.05, Range::Real { low: 0.0, high: 1e6 }, "";
        /// Encoded columns at most; those of largest variance are kept.
        most_features: usize = 5000, Range::Whole { low: 1, high: 20_000 }, "columns";
    }
}

impl AitlConfig {
    fn chosen(&self) -> Chosen {
        preset::of(&self.drug, self.form == "released").unwrap_or(Chosen {
            extractor: self.extractor,
            shared: self.shared_layer,
            rate: self.adagrad_rate,
            global: self.global_weight,
            class_wise: self.class_weight,
            batch_source: self.batch_source,
            batch_target: self.batch_target,
            dropout: self.dropout,
            epochs: self.max_epochs,
        })
    }
}

/// Batches of fewer rows are passed over: a normalisation over them says nothing.
const FEWEST: usize = 5;
/// Inner folds of the search.
const FOLDS: usize = 3;
/// Points of a learning curve that a model keeps.
const POINTS: usize = 60;
/// A rank correlation under this is none.
const SLIGHT: f64 = 0.1;

/// See the [module](self).
pub struct Aitl;

impl Method for Aitl {
    const CARD: Card = Card {
        id: "aitl",
        scenario: card::Scenario::Inductive,
        factor: card::Factor::Features,
        needs: &[card::Needs::SourceRows, card::Needs::SourceOutcome, card::Needs::TargetLabels],
        kinds: card::Kinds::Two,
        honesty: card::Honesty::FaithfulDescription,
        paper: Some(card::Paper {
            authors: "Sharifi-Noghabi H, Peng S, Zolotareva O, Collins CC, Ester M",
            year: 2020,
            title: "AITL: Adversarial Inductive Transfer Learning with input and output space adaptation for pharmacogenomics",
            doi: "10.1093/bioinformatics/btaa442",
        }),
        uses_network: true,
        sensible: false,
    };
    type Config = AitlConfig;

    async fn adapt(_pre: Option<&Model>, config: &AitlConfig, task: &Task, run: &Run<'_>) -> Result<Model> {
        let low_is_event = match config.low_outcome.as_str() {
            "event" => true,
            "no_event" => false,
            _ => return Err(Code::PolarityUnsaid.err().with("method", Self::CARD.id)),
        };
        let (source, target) = sides(task, Self::CARD.id)?;
        contradicted(&source, low_is_event)?;
        let known = Known::of(&target, Code::LabelMissingInTarget)?;
        known.check()?;
        let Known::Classes { names, event, .. } = &known else {
            return Err(Code::NeedNotMet.err().with("method", Self::CARD.id).with("need", "classes"));
        };
        if names.len() != 2 {
            return Err(Code::NeedNotMet.err().with("method", Self::CARD.id).with("need", "two classes"));
        }
        let (chosen, tried) = search(config, &source, &target, run).await?;
        run.event(Event::Phase { name: "aitl".to_owned(), facts: Vec::new() });
        let fitted = fit(config, &chosen, &source, &target, run).await?;
        let said = fitted.network.predict(&source.x, run).await?.score(*event);
        let mut model = fitted.network.to_model(Self::CARD.id, &json!(config))?;
        let outcome = source.outcome.clone().unwrap_or_default();
        let rho = stats::correlation(&stats::ranks(&said), &stats::ranks(&outcome));
        let follows = match rho * if low_is_event { -1.0 } else { 1.0 } {
            r if r > SLIGHT => "as was said",
            r if r < -SLIGHT => "against what was said",
            _ => "neither way",
        };
        let curves = fitted.descent.curves.thinned(POINTS);
        let mut choice = json!({ "source_outcome_follows": follows, "curves": curves });
        if config.settings_tried > 0 {
            choice["settings"] = json!(chosen);
            shared::remark(&mut model, "tried", tried);
        }
        shared::remark(&mut model, "choice", choice);
        shared::remark(&mut model, "source_rank_correlation", json!(rho));
        Ok(model)
    }

    async fn predict(model: &Model, x: &Cohort, run: &Run<'_>) -> Result<Prediction> {
        Network::from_model(model)?.predict(&x.x, run).await
    }
}

/// The source's rows whose second outcome is known, and the target's labelled rows.
fn sides(task: &Task, method: &str) -> Result<(Cohort, Cohort)> {
    let known: Vec<Cohort> = task
        .sources
        .iter()
        .filter_map(|source| {
            let outcome = source.outcome.as_ref()?;
            let rows: Vec<usize> =
                (0..source.len()).filter(|&row| outcome.get(row).is_some_and(|v| v.is_finite())).collect();
            Some(ordered(source.select(&rows)))
        })
        .collect();
    let lacking = || Code::NeedNotMet.err().with("method", method).with("need", "a second outcome in the source");
    let first = known.first().ok_or_else(lacking)?;
    let source = Cohort::join(&known, first.side).ok_or_else(lacking)?;
    let target = canonical(&task.target);
    if target.is_empty() {
        return Err(Code::LabelMissingInTarget.err().with("found", 0));
    }
    for (rows, what) in [(source.len(), "the source"), (target.len(), "the target")] {
        if rows < FEWEST {
            return Err(Code::TooFewRows.err().with("found", rows).with("needed", FEWEST).with("what", what));
        }
    }
    Ok((source, target))
}

/// Whether the source's own label says the opposite of what was said of its second outcome.
fn contradicted(source: &Cohort, low_is_event: bool) -> Result<()> {
    let labelled = source.labelled();
    let Ok(Known::Classes { event, codes, .. }) = Known::of(&labelled, Code::LabelMissingInSource) else {
        return Ok(());
    };
    let Some(outcome) = &labelled.outcome else { return Ok(()) };
    let events: Vec<bool> = codes.iter().map(|&code| code == event).collect();
    let Some(higher) = concordance(outcome, &events) else { return Ok(()) };
    let against = if low_is_event { higher } else { 1.0 - higher };
    // One half is no relation; two thirds the wrong way round is no chance.
    if against > 2.0 / 3.0 {
        return Err(Code::PolarityContradicted.err().with("share", format!("{:.0} %", 100.0 * against)));
    }
    Ok(())
}

/// The share of pairs of an event and another row in which the event's value is higher.
fn concordance(values: &[f64], events: &[bool]) -> Option<f64> {
    let n = events.iter().filter(|event| **event).count() as f64;
    let others = events.len() as f64 - n;
    if n == 0.0 || others == 0.0 {
        return None;
    }
    let ranks = stats::ranks(values);
    let sum: f64 = ranks.iter().zip(events).filter(|(_, event)| **event).map(|(rank, _)| rank).sum();
    Some((sum - n * (n + 1.0) / 2.0) / (n * others))
}

/// The published search: settings drawn at random, the highest mean area under the curve over inner folds of the target's
/// rows; the source is used whole in each.
async fn search(config: &AitlConfig, source: &Cohort, target: &Cohort, run: &Run<'_>) -> Result<(Chosen, Value)> {
    let folds = if config.settings_tried > 0 { select::parts(target, FOLDS, run.seed)? } else { None };
    let Some(folds) = folds else { return Ok((config.chosen(), Value::Null)) };
    run.event(Event::Phase { name: "select".to_owned(), facts: Vec::new() });
    let mut rng = run.rng("aitl/search");
    let mut best: Option<(f64, Chosen)> = None;
    let mut tried = Vec::new();
    for _ in 0..config.settings_tried {
        let chosen = preset::drawn(&mut rng);
        let mut areas = Vec::new();
        for fold in &folds {
            let (train, judge) = (target.select(&fold.train), target.select(&fold.test));
            // A fold of too few rows for a batch judges nothing, and a rate that breaks is no good one.
            let fitted = match fit(config, &chosen, source, &train, run).await {
                Ok(fitted) => fitted,
                Err(error) if matches!(error.code(), Code::NotFinite | Code::TooFewRows) => continue,
                Err(error) => return Err(error),
            };
            let Known::Classes { event, codes, .. } = Known::of(&judge, Code::LabelMissingInTarget)? else { continue };
            let said = fitted.network.predict(&judge.x, run).await?.score(event);
            let events: Vec<bool> = codes.iter().map(|&code| code == event).collect();
            areas.extend(concordance(&said, &events));
        }
        let mean = if areas.is_empty() { f64::NEG_INFINITY } else { stats::mean(&areas) };
        tried.push(json!({ "settings": chosen, "auroc": areas }));
        if best.as_ref().is_none_or(|(area, _)| mean > *area) {
            best = Some((mean, chosen));
        }
    }
    Ok((best.map_or_else(|| config.chosen(), |(_, chosen)| chosen), Value::Array(tried)))
}

struct Fitted {
    network: Network,
    descent: Descent,
}

async fn fit(config: &AitlConfig, chosen: &Chosen, source: &Cohort, target: &Cohort, run: &Run<'_>) -> Result<Fitted> {
    let known = Known::of(target, Code::LabelMissingInTarget)?;
    known.check()?;
    let Known::Classes { event, codes, .. } = &known else {
        return Err(Code::Internal.err().with("reason", "classes are needed"));
    };
    let encoder = encoder(config, source, target, run)?;
    let (xs, xt) = (encoder.transform(&source.x)?, encoder.transform(&target.x)?);
    let one = |values: Vec<f32>| Rows { rows: values.len(), cols: 1, values };
    let ys = one(source.outcome.iter().flatten().map(|&v| v as f32).collect());
    let yt = one(codes.iter().map(|&code| f32::from(u8::from(code == *event))).collect());
    let (parts, descent) = train(config, chosen, [&xs, &ys, &xt, &yt], run).await?;
    let network = Network { encoder, head: Head::of(&known), layers: parts.predictor(*event) };
    Ok(Fitted { network, descent })
}

/// Centred and scaled over both sides together; columns that hardly vary in the source are left out.
fn encoder(config: &AitlConfig, source: &Cohort, target: &Cohort, run: &Run<'_>) -> Result<Encoder> {
    let mut encoder = Encoder::fit_in(&[source, target], config.most_features, run)?;
    let alone = Encoder::fit_in(&[source], usize::MAX, run)?;
    let names = alone.names();
    let varies = |name: &String| {
        let at = names.iter().position(|other| other == name);
        at.and_then(|at| alone.sd.get(at)).is_some_and(|sd| sd * sd >= config.least_variance)
    };
    let keep: Vec<bool> = encoder.names().iter().map(varies).collect();
    if !keep.contains(&true) {
        return Err(Code::NothingVaries.err());
    }
    let mut kept = keep.iter();
    encoder.columns.retain(|_| kept.next().copied().unwrap_or(false));
    for values in [&mut encoder.mean, &mut encoder.sd] {
        let mut kept = keep.iter();
        values.retain(|_| kept.next().copied().unwrap_or(false));
    }
    Ok(encoder)
}

async fn train(
    config: &AitlConfig,
    chosen: &Chosen,
    [xs, ys, xt, yt]: [&Rows<f32>; 4],
    run: &Run<'_>,
) -> Result<(Parts, Descent)> {
    let released = config.form == "released";
    let device = run.device.clone().autodiff();
    let (h, z) = (chosen.extractor, chosen.shared);
    let mut rng = run.rng("init");
    let mut layer = |inputs, outputs, gain| init::dense(inputs, outputs, gain, &mut rng);
    let parts = Parts {
        layers: [
            layer(xs.cols, h, 2.0),
            layer(h, z, 2.0),
            layer(z, z, 2.0),
            layer(z, 1, 1.0),
            layer(z, 1, 1.0),
            layer(h, 1, 1.0),
            layer(h, 1, 1.0),
            layer(h, 1, 1.0),
        ],
        norms: [Scales::initial(h), Scales::initial(z)],
    };
    let mut running = [Running::build(&parts.norms[0], &device), Running::build(&parts.norms[1], &device)];
    let schedule = Schedule {
        name: "aitl",
        rows: xs.rows,
        batch: chosen.batch_source,
        max_epochs: chosen.epochs,
        patience: 1,
        max_steps: None,
        rate: chosen.rate,
        decay: Decay::Decoupled(0.0),
    };
    let objective = Objective { global: chosen.global, class_wise: chosen.class_wise, released };
    let events: Vec<bool> = yt.values.iter().map(|y| *y > 0.5).collect();
    let mut draw = Sampler::new(&events, chosen.batch_target, released, run.rng("target-batches"));
    let per_epoch = xs.rows.div_ceil(chosen.batch_source.max(1));
    let mut batches = 0;
    let mut drops = run.rng("dropout");
    let (net, descent) = descend_by(
        Rule::Adagrad,
        Net::build(&parts, &device),
        &schedule,
        run,
        |net: &Net, at| {
            let theirs = draw.take(batches % per_epoch);
            batches += 1;
            if at.rows.len() < FEWEST || theirs.len() < FEWEST {
                return Vec::new();
            }
            let pair = Pair {
                xs: upload(xs, at.rows, &device),
                ys: upload(ys, at.rows, &device),
                xt: upload(xt, &theirs, &device),
                yt: upload(yt, &theirs, &device),
            };
            let mut mask = |rows, width| dropout::masks(rows, &[width], chosen.dropout, &mut drops, &device).pop();
            net.terms(&pair, objective, &mut running, &mut Masks(&mut mask))
        },
        None::<fn(&Net) -> burn::tensor::Tensor<1>>,
    )
    .await?;
    Ok((net.parts(&running).await?, descent))
}

/// Target rows with replacement, each class as likely as the other.
struct Sampler {
    classes: [Vec<usize>; 2],
    batch: usize,
    /// The batches of this epoch, where an epoch draws as many rows as there are and replays them.
    replayed: Option<Vec<Vec<usize>>>,
    rng: Rng,
}

impl Sampler {
    fn new(events: &[bool], batch: usize, released: bool, rng: Rng) -> Self {
        let of = |wanted: bool| (0..events.len()).filter(|&row| events[row] == wanted).collect();
        Self { classes: [of(false), of(true)], batch, replayed: released.then(Vec::new), rng }
    }

    /// The rows of the epoch's step of this number.
    fn take(&mut self, step: usize) -> Vec<usize> {
        let n = self.classes.iter().map(Vec::len).sum();
        match self.replayed.take() {
            None => self.draw(self.batch),
            Some(mut batches) => {
                if step == 0 || batches.is_empty() {
                    batches = self.draw(n).chunks(self.batch).map(<[usize]>::to_vec).collect();
                }
                let rows = batches.get(step % batches.len().max(1)).cloned().unwrap_or_default();
                self.replayed = Some(batches);
                rows
            }
        }
    }

    fn draw(&mut self, n: usize) -> Vec<usize> {
        (0..n)
            .filter_map(|_| {
                let class = &self.classes[self.rng.below(2)];
                if class.is_empty() { None } else { class.get(self.rng.below(class.len())).copied() }
            })
            .collect()
    }
}
