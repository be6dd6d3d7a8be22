//! Networks whose features are to lie alike in the source and in the target: one training for all of them.
//!
//! A step takes a batch of the sources' rows and one of the target's, labelled or not, through the same hidden layers:
//! h = features(x). It descends task(h) + alignment(h), where the task is the loss of the rows that have a label and the
//! alignment is one of [`Alignment`]. What is kept is the network alone: it predicts as any other of its shape.
//!
//! Where the target's labelled rows are learned from and there are enough of them, a share of them is set aside and the
//! weights of its lowest loss are kept. Without labels of the target nothing that can be seen says when to stop (the
//! source's own loss prefers the least aligned weights): all epochs are trained, and the last weights are kept.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde_json::{Value, json};

use super::encoder::{Encoder, Rows};
use super::head::Head;
use super::learner::Learner;
use super::network::{Network, upload, validation};
use super::rows::{Known, canonical, ordered};
use super::shared;
use crate::cohort::{Cohort, Task};
use crate::error::{Code, Result};
use crate::methods::Model;
use crate::nets::losses::{
    self, Product, contradiction_rows, cross_entropy, cross_entropy_rows, decided, squared, squared_rows, sureness,
};
use crate::nets::{Dense, Layer, Mlp, dropout, init, ramp, reverse};
use crate::rng::Rng;
use crate::train::{Decay, Descent, LossTerm, Run, Schedule, descend};
use crate::watch::Event;

/// What draws the features of the domains together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Alignment {
    /// A classifier of the domains behind a gradient reversal (DANN); each domain counts the same in its loss.
    Domain,
    /// The same on features ⊗ decisions (CDAN); `sure`: rows that are sure of their class count more.
    Conditional {
        /// Whether rows are weighted by 1 + e^(−H).
        sure: bool,
    },
    /// A second head that contradicts the first one in the target alone (MDD).
    Margin {
        /// γ.
        margin: f64,
    },
    /// The distance of the covariances.
    Covariances,
    /// The maximum mean discrepancy.
    Kernels,
}

/// A training: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Deep<'a> {
    /// The network and its training.
    pub learner: Learner,
    /// What draws the domains together.
    pub alignment: Alignment,
    /// How strongly.
    pub weight: f64,
    /// γ of the schedule of that strength; 0 is none.
    pub steepness: f64,
    /// Hidden widths of what tells the domains apart.
    pub critic: &'a [usize],
    /// Whether the target's labels are learned from ("both"), or not ("source").
    pub learn_from: &'a str,
}

/// Settings that begin with those of a network and its alignment, and may add their own.
#[macro_export]
macro_rules! deep_config {
    ($(#[$doc:meta])* pub struct $name:ident { weight: $weight:literal, ramp: $ramp:literal; $($more:tt)* }) => {
        $crate::config! {
            $(#[$doc])*
            pub struct $name {
                /// How strongly the domains are drawn together.
                align_weight: f64 = $weight, $crate::methods::config::Range::Real { low: 0.0, high: 1000.0 }, "";
                /// How fast that strength grows to its full value over the training: γ; 0 has it at once.
                align_ramp: f64 = $ramp, $crate::methods::config::Range::Real { low: 0.0, high: 100.0 }, "";
                /// Whether the target's labelled rows are learned from too.
                learn_from: String = "both".to_owned(), $crate::methods::common::aligned::learn_from(), "";
                $($more)*
                /// Widths of the hidden layers, from the input on.
                widths: Vec<usize> = vec![64, 64, 32, 32],
                    $crate::methods::config::Range::Wholes { low: 1, high: 1024, min_len: 1, max_len: 6 }, "units";
                /// The share of hidden units dropped in training.
                dropout: f64 = 0.1, $crate::methods::config::Range::Real { low: 0.0, high: 0.8 }, "";
                /// AdamW's learning rate.
                learning_rate: f64 = 1e-3, $crate::methods::config::Range::Real { low: 1e-6, high: 0.1 }, "";
                /// AdamW's decoupled weight decay.
                weight_decay: f64 = 1e-4, $crate::methods::config::Range::Real { low: 0.0, high: 1.0 }, "";
                /// Rows of the source a batch; 0: 8 under 64 rows, 32 under 2000, then 128.
                batch: usize = 0, $crate::methods::config::Range::Whole { low: 0, high: 4096 }, "rows";
                /// Passes over the source's rows at most; 0 leaves the weights as they begin.
                max_epochs: usize = 100, $crate::methods::config::Range::Whole { low: 0, high: 2000 }, "epochs";
                /// Epochs without a better validation loss before it stops.
                patience: usize = 20, $crate::methods::config::Range::Whole { low: 1, high: 1000 }, "epochs";
                /// Steps at most; 0 is no cap.
                max_steps: u32 = 0, $crate::methods::config::Range::Whole { low: 0, high: 1_000_000 }, "steps";
                /// Encoded columns at most; those of largest variance are kept.
                most_features: usize = 5000, $crate::methods::config::Range::Whole { low: 1, high: 20_000 }, "columns";
            }
        }
        impl $name {
            /// The training that these settings describe.
            pub fn deep<'a>(
                &'a self,
                alignment: $crate::methods::common::deep::Alignment,
                critic: &'a [usize],
            ) -> $crate::methods::common::deep::Deep<'a> {
                $crate::methods::common::deep::Deep {
                    learner: $crate::methods::common::learner::Learner {
                        widths: self.widths.clone(),
                        dropout: self.dropout,
                        learning_rate: self.learning_rate,
                        fine_tune_rate: self.learning_rate,
                        weight_decay: self.weight_decay,
                        batch: self.batch,
                        max_epochs: self.max_epochs,
                        patience: self.patience,
                        max_steps: self.max_steps,
                        most_features: self.most_features,
                    },
                    alignment,
                    weight: self.align_weight,
                    steepness: self.align_ramp,
                    critic,
                    learn_from: &self.learn_from,
                }
            }
        }
    };
}

/// The rows of both sides as the training takes them.
struct Sides {
    encoder: Encoder,
    head: Head,
    prior: Vec<f32>,
    /// The sources' rows, then the target's: those with a label that are learned from first.
    x: Rows<f32>,
    /// Their labels as outputs; 0 for rows without one.
    y: Rows<f32>,
    /// Each row's domain: the sources from 0 on, the target last.
    domain: Vec<usize>,
    /// How many rows are the sources'.
    source: usize,
    /// How many rows of the target are learned from with their label.
    labelled: usize,
    /// Labelled rows that were set aside.
    held: Option<(Rows<f32>, Rows<f32>)>,
}

impl Sides {
    fn of(task: &Task, method: &str, deep: &Deep<'_>, run: &Run<'_>) -> Result<Self> {
        if task.sources.is_empty() {
            return Err(Code::NeedNotMet.err().with("method", method).with("need", "source"));
        }
        let sources: Vec<Cohort> = task.sources.iter().map(canonical).filter(|rows| !rows.is_empty()).collect();
        let own = canonical(&task.target);
        let unlabelled = task.unlabelled.as_ref().filter(|rows| !rows.is_empty());
        let unlabelled = unlabelled.map(|rows| ordered(rows.without_labels()));
        let source: usize = sources.iter().map(Cohort::len).sum();
        let found = own.len() + unlabelled.as_ref().map_or(0, Cohort::len);
        if source == 0 {
            return Err(Code::LabelMissingInSource.err().with("found", 0));
        }
        for (rows, what) in [(source, "the source"), (found, "the target")] {
            if rows < 2 {
                return Err(Code::TooFewRows.err().with("found", rows).with("needed", 2).with("what", what));
            }
        }
        let supervised = deep.learn_from == "both" && !own.is_empty();
        // The target's names of the classes come first, as everywhere; its labels count where they are learned from.
        let named: Vec<&Cohort> = Some(&own).filter(|own| !own.is_empty()).into_iter().chain(&sources).collect();
        let all = Known::join(&named, Code::LabelMissingInSource)?;
        let skipped = if supervised { 0 } else { all.len() - source };
        let known = all.select(&(skipped..all.len()).collect::<Vec<_>>());
        known.check()?;
        let (fit, held) = match if supervised { validation(&[&own], &target_of(&all, &own), run.seed) } else { None } {
            Some((fit, held)) => (fit, held),
            None => ((0..own.len()).collect(), Vec::new()),
        };
        let learned = own.select(&fit);
        let mut cohorts: Vec<&Cohort> = sources.iter().collect();
        cohorts.extend(Some(&learned).filter(|rows| !rows.is_empty()));
        cohorts.extend(&unlabelled);
        let encoder = Encoder::fit_in(&cohorts, deep.learner.most_features, run)?;
        let head = Head::of(&known);
        let mut x = Rows { rows: 0, cols: encoder.columns.len(), values: Vec::new() };
        let mut domain = Vec::new();
        for (at, cohort) in cohorts.iter().enumerate() {
            let part = encoder.transform(&cohort.x)?;
            x.rows += part.rows;
            x.values.extend(part.values);
            domain.extend(std::iter::repeat_n(at.min(sources.len()), part.rows));
        }
        let defect = || Code::Internal.err().with("reason", "labels that the head does not know");
        let targets = |rows: &[usize]| head.targets(&all.select(rows)).ok_or_else(defect);
        let of_sources = targets(&(own_rows(&all, source)..all.len()).collect::<Vec<_>>())?;
        let labelled = if supervised { learned.len() } else { 0 };
        let mut y = Rows { rows: x.rows, cols: head.outputs(), values: of_sources.values };
        if labelled > 0 {
            y.values.extend(targets(&fit)?.values);
        }
        y.values.resize(x.rows * head.outputs(), 0.0);
        let held =
            if held.is_empty() { None } else { Some((encoder.transform(&own.select(&held).x)?, targets(&held)?)) };
        let prior = head.prior(&known);
        Ok(Self { encoder, head, prior, x, y, domain, source, labelled, held })
    }

    fn domains(&self) -> usize {
        self.domain.last().map_or(1, |last| last + 1)
    }
}

/// How many rows stand before the sources'.
fn own_rows(all: &Known, source: usize) -> usize {
    all.len() - source
}

/// The labels of the target's rows, which come first.
fn target_of(all: &Known, own: &Cohort) -> Known {
    all.select(&(0..own.len()).collect::<Vec<_>>())
}

/// The network and what tells domains apart.
#[derive(Module, Debug)]
pub struct Aligned {
    body: Mlp,
    head: Dense,
    critic: Mlp,
}

/// The host's weights of an [`Aligned`] network.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The hidden layers.
    pub body: Vec<Layer>,
    /// The head on the last of them.
    pub head: Layer,
    /// The discriminator or the second head; empty where nothing of the kind is needed.
    pub critic: Vec<Layer>,
}

impl Aligned {
    /// Uploads the parts.
    pub fn build(parts: &Parts, device: &Device) -> Self {
        Self {
            body: Mlp::build(&parts.body, device),
            head: Dense::build(&parts.head, device),
            critic: Mlp::build(&parts.critic, device),
        }
    }

    /// Brings the parts back.
    ///
    /// # Errors
    /// [`Code::GpuLost`].
    pub async fn parts(&self) -> Result<Parts> {
        let (body, critic) = (self.body.layers().await?, self.critic.layers().await?);
        Ok(Parts { body, head: self.head.layer().await?, critic })
    }
}

/// A batch of both sides: the source's rows, then the target's.
pub struct Mixed {
    /// `[rows, columns]`.
    pub x: Tensor<2>,
    /// `[rows, outputs]`.
    pub y: Tensor<2>,
    /// 1 for rows whose label is learned from, else 0: `[rows, 1]`.
    pub known: Tensor<2>,
    /// Each row's domain, one-hot: `[rows, domains]`.
    pub domain: Tensor<2>,
    /// Weights with which each domain of the batch counts the same: `[rows, 1]`.
    pub even: Tensor<2>,
    /// How many of them are the sources'.
    pub source: usize,
}

/// The terms of the objective on a batch. `strength`: λ of this step; `masks`: one for each hidden layer, or none.
pub fn terms(
    net: &Aligned,
    alignment: Alignment,
    batch: &Mixed,
    classes: bool,
    strength: f64,
    product: &Product,
    masks: &[Tensor<2>],
) -> Vec<LossTerm> {
    let Mixed { x, y, known, domain, even, source } = batch;
    let h = net.body.features_under(x.clone(), masks);
    let z = net.head.forward(h.clone());
    let (rows, from) = (x.dims()[0], *source);
    let term = |name, weight, value| LossTerm { name, weight, value };
    let mut terms = vec![if classes {
        term("cross_entropy", 1.0, cross_entropy(z.clone(), y.clone(), Some(known.clone())))
    } else {
        term("squared_error", 1.0, squared(z.clone(), y.clone(), Some(known.clone())))
    }];
    let sides = |h: &Tensor<2>| (h.clone().narrow(0, 0, from), h.clone().narrow(0, from, rows - from));
    match alignment {
        Alignment::Domain | Alignment::Conditional { .. } => {
            let (seen, weights) = match alignment {
                Alignment::Conditional { sure } => {
                    let weights = if sure { even_by(sureness(z.clone()), domain) } else { even.clone() };
                    (product.of(h, z), weights)
                }
                _ => (h, even.clone()),
            };
            let said = net.critic.forward(reverse(seen, strength), &[]);
            terms.push(term("domain", 1.0, cross_entropy(said.clone(), domain.clone(), Some(weights))));
            let told = losses::accuracy(said, domain.clone(), Some(even.clone()));
            terms.push(term("domains_told_apart", 0.0, told));
        }
        Alignment::Margin { margin } => {
            let decision = decided(z);
            let said = net.critic.forward(reverse(h, strength), &[]);
            let ((in_source, in_target), (first, second)) = (sides(&said), sides(&decision));
            let agree = cross_entropy_rows(in_source, first).mean();
            let contradict = contradiction_rows(in_target, second).mean();
            terms.push(term("agreement", margin, agree));
            terms.push(term("contradiction", 1.0, contradict));
        }
        Alignment::Covariances => {
            let (a, b) = sides(&h);
            terms.push(term("covariances", strength, losses::coral(a, b)));
        }
        Alignment::Kernels => {
            let (a, b) = sides(&h);
            terms.push(term("discrepancy", strength, losses::mmd(a, b)));
        }
    }
    terms
}

/// Weights scaled so that each domain's sum is the same.
fn even_by(weights: Tensor<2>, domain: &Tensor<2>) -> Tensor<2> {
    // [1, domains]; domains without a row are nobody's divisor.
    let sums = (weights.clone() * domain.clone()).sum_dim(0);
    let of_row = (domain.clone() * sums).sum_dim(1);
    weights / of_row
}

/// Endless rows without replacement: a new order whenever all were drawn.
pub struct Draw {
    order: Vec<usize>,
    at: usize,
    rng: Rng,
}

impl Draw {
    /// Of so many rows.
    pub fn new(rows: usize, rng: Rng) -> Self {
        Self { order: (0..rows).collect(), at: rows, rng }
    }

    /// So many of them, or all where there are fewer.
    pub fn take(&mut self, n: usize) -> Vec<usize> {
        let mut out = Vec::with_capacity(n);
        while out.len() < n.min(self.order.len()) {
            if self.at >= self.order.len() {
                self.order = self.rng.permutation(self.order.len());
                self.at = 0;
            }
            let next = self.order[self.at];
            self.at += 1;
            // The seam of two orders may hold a row twice.
            if !out.contains(&next) {
                out.push(next);
            }
        }
        out
    }
}

/// Points of a learning curve that a model keeps.
const POINTS: usize = 60;

/// Learns a network of aligned features from a task.
///
/// # Errors
/// [`Code::NeedNotMet`] where a saved model stands for the source; [`Code::TooFewRows`] with fewer than two rows of a
/// side; [`Code::LabelMissingInSource`], [`Code::OneClass`], [`Code::NothingVaries`], and what training gives.
pub async fn learn(method: &str, deep: &Deep<'_>, config: &Value, task: &Task, run: &Run<'_>) -> Result<Model> {
    run.event(Event::Phase { name: "aligned_network".to_owned(), facts: Vec::new() });
    let sides = Sides::of(task, method, deep, run)?;
    let (parts, descent) = train(deep, &sides, run).await?;
    let mut layers = parts.body;
    layers.push(parts.head);
    let judged = sides.held.is_some();
    let network = Network { encoder: sides.encoder, head: sides.head, layers };
    let mut model = network.to_model(method, config)?;
    let stopped = if judged { "the target's rows" } else { "the number of epochs" };
    let epochs = if judged { descent.best_epoch } else { descent.epochs };
    let curves = descent.curves.thinned(POINTS);
    shared::remark(&mut model, "choice", json!({ "stopped_by": stopped, "epochs": epochs, "curves": curves }));
    Ok(model)
}

async fn train(deep: &Deep<'_>, sides: &Sides, run: &Run<'_>) -> Result<(Parts, Descent)> {
    let learner = &deep.learner;
    let device = run.device.clone().autodiff();
    let (columns, outputs) = (sides.x.cols, sides.head.outputs());
    let classes = matches!(sides.head, Head::Classes { .. });
    let widths = [&[columns], learner.widths.as_slice(), &[outputs]].concat();
    let mut body = init::mlp(&widths, &sides.prior, &mut run.rng("init"));
    let head = body.pop().ok_or_else(|| Code::Internal.err().with("reason", "no layer"))?;
    let mut rng = run.rng("critic");
    let (seen, said) = match deep.alignment {
        Alignment::Domain => (head.inputs, sides.domains()),
        Alignment::Conditional { .. } => (Product::width(head.inputs, outputs), sides.domains()),
        _ => (head.inputs, outputs),
    };
    let product = Product::new(head.inputs, outputs, &mut rng, &device);
    let critic = match deep.alignment {
        Alignment::Covariances | Alignment::Kernels => Vec::new(),
        _ => init::mlp(&[&[seen], deep.critic, &[said]].concat(), &[], &mut rng),
    };
    let parts = Parts { body, head, critic };
    let batch = learner.batch_for(sides.source);
    let total = (learner.max_epochs * sides.source.div_ceil(batch.max(1))) as f64;
    let total = if learner.max_steps > 0 { total.min(f64::from(learner.max_steps)) } else { total };
    let schedule = Schedule {
        name: "aligned_network",
        rows: sides.source,
        batch,
        max_epochs: learner.max_epochs,
        patience: learner.patience,
        max_steps: (learner.max_steps > 0).then_some(learner.max_steps),
        rate: learner.learning_rate,
        decay: Decay::Decoupled(learner.weight_decay),
    };
    let own = sides.x.rows - sides.source;
    let mut draw = Draw::new(own, run.rng("target-batches"));
    let mut drops = run.rng("dropout");
    let plain = run.device.clone().without_autodiff();
    let held = sides.held.as_ref().map(|(x, y)| {
        let whole = |rows: &Rows<f32>| upload(rows, &(0..rows.rows).collect::<Vec<_>>(), &plain);
        (whole(x), whole(y))
    });
    let check = held.map(|(x, y)| {
        move |net: &Aligned| {
            let z = net.head.forward(net.body.features(x.clone()));
            let rows = z.dims()[0];
            (if classes { cross_entropy_rows(z, y.clone()) } else { squared_rows(z, y.clone()) }).reshape([rows])
        }
    });
    let (net, descent) = descend(
        Aligned::build(&parts, &device),
        &schedule,
        run,
        |net: &Aligned, at| {
            let mut rows = at.rows.to_vec();
            rows.extend(draw.take(batch).into_iter().map(|row| sides.source + row));
            let mixed = sides.batch(&rows, at.rows.len(), &device);
            let strength = deep.weight * ramp(f64::from(at.step) / total.max(1.0), deep.steepness);
            let masks = dropout::masks(rows.len(), &learner.widths, learner.dropout, &mut drops, &device);
            terms(net, deep.alignment, &mixed, classes, strength, &product, &masks)
        },
        check,
    )
    .await?;
    Ok((net.parts().await?, descent))
}

impl Sides {
    fn batch(&self, rows: &[usize], source: usize, device: &Device) -> Mixed {
        let learned = self.source + self.labelled;
        let domains: Vec<usize> = rows.iter().filter_map(|&row| self.domain.get(row).copied()).collect();
        let mut one_hot = vec![0.0; rows.len() * self.domains()];
        domains.iter().enumerate().for_each(|(row, &domain)| one_hot[row * self.domains() + domain] = 1.0);
        let of = |cols: usize, values: Vec<f32>| {
            let rows = Rows { rows: rows.len(), cols, values };
            upload(&rows, &(0..rows.rows).collect::<Vec<_>>(), device)
        };
        let known = rows.iter().map(|&row| f32::from(u8::from(row < learned))).collect();
        Mixed {
            x: upload(&self.x, rows, device),
            y: upload(&self.y, rows, device),
            known: of(1, known),
            domain: of(self.domains(), one_hot),
            even: of(1, losses::balanced(&domains)),
            source,
        }
    }
}
