//! AITL's network: one extractor, two towers on a shared layer, three discriminators; and its loss on a pair of batches.
//!
//! F: dense → batch normalisation → ReLU → dropout.
//! M: dense → batch normalisation → dropout → ReLU, then
//!    the source's tower: dense → dropout → ReLU → dense (a number), and the target's: dense → σ (the event).
//! Three discriminators on F's output behind a gradient reversal of 1: dense → σ, without a hidden layer.
//!
//! Biases before a normalisation stay at 0: it takes them out again.
//!
//! L = BCE(target) + MSE(source) + λ₁ BCE(D) + λ₂ (BCE(D₁) + BCE(D₀)): D sees all rows, D₁ those of class 1 and D₀ those
//! of class 0. The source's classes are pseudo-labels: 1 where the target's tower is above its mean over the batch.

use burn::module::Module;
use burn::tensor::activation::{relu, sigmoid};
use burn::tensor::{Device, Tensor};

use crate::error::Result;
use crate::nets::losses::{binary, binary_rows, separation, squared};
use crate::nets::{Dense, Layer, Norm, Running, Scales, reverse};
use crate::train::LossTerm;

/// The host's weights.
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// F, M, the source's tower (two), the target's, D, D₁, D₀.
    pub layers: [Layer; 8],
    /// Behind F and behind M.
    pub norms: [Scales; 2],
}

/// The network on a device: see the [module](self).
#[derive(Module, Debug)]
pub struct Net {
    extract: Dense,
    extract_norm: Norm,
    shared: Dense,
    shared_norm: Norm,
    source_hidden: Dense,
    source_out: Dense,
    target: Dense,
    all: Dense,
    class_1: Dense,
    class_0: Dense,
}

/// The batches of a step, `[rows, columns]` and `[rows, 1]`.
pub struct Pair {
    /// The source's rows.
    pub xs: Tensor<2>,
    /// Their outcome.
    pub ys: Tensor<2>,
    /// The target's rows.
    pub xt: Tensor<2>,
    /// 1 for the event, else 0.
    pub yt: Tensor<2>,
}

/// What is dropped: masks in the order in which they are asked for; without them nothing is.
pub struct Masks<'a>(pub &'a mut dyn FnMut(usize, usize) -> Option<Tensor<2>>);

impl Masks<'_> {
    fn on(&mut self, h: Tensor<2>) -> Tensor<2> {
        let [rows, width] = h.dims();
        match (self.0)(rows, width) {
            Some(mask) => h * mask,
            None => h,
        }
    }
}

/// How a step is made up.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective {
    /// λ₁.
    pub global: f64,
    /// λ₂.
    pub class_wise: f64,
    /// As in the released code: the source goes through M once more for its pseudo-labels (which moves M's running
    /// statistics a third time), and dropout falls on the discriminators' logits too.
    pub released: bool,
}

impl Net {
    /// Uploads the parts.
    pub fn build(parts: &Parts, device: &Device) -> Self {
        let [extract, shared, source_hidden, source_out, target, all, class_1, class_0] = &parts.layers;
        let dense = |layer| Dense::build(layer, device);
        Self {
            extract: dense(extract).with_fixed_bias(),
            extract_norm: Norm::build(&parts.norms[0], device),
            shared: dense(shared).with_fixed_bias(),
            shared_norm: Norm::build(&parts.norms[1], device),
            source_hidden: dense(source_hidden),
            source_out: dense(source_out),
            target: dense(target),
            all: dense(all),
            class_1: dense(class_1),
            class_0: dense(class_0),
        }
    }

    /// Brings the parts back.
    ///
    /// # Errors
    /// [`crate::Code::GpuLost`].
    pub async fn parts(&self, running: &[Running; 2]) -> Result<Parts> {
        Ok(Parts {
            layers: [
                self.extract.layer().await?,
                self.shared.layer().await?,
                self.source_hidden.layer().await?,
                self.source_out.layer().await?,
                self.target.layer().await?,
                self.all.layer().await?,
                self.class_1.layer().await?,
                self.class_0.layer().await?,
            ],
            norms: [self.extract_norm.scales(&running[0]).await?, self.shared_norm.scales(&running[1]).await?],
        })
    }

    /// The loss terms of a step, and those that are only followed: how well each discriminator separates the domains
    /// (area under the curve; ½ is what the features are after). `running` moves on.
    pub fn terms(
        &self,
        pair: &Pair,
        objective: Objective,
        running: &mut [Running; 2],
        masks: &mut Masks<'_>,
    ) -> Vec<LossTerm> {
        let fs = self.features(pair.xs.clone(), running, masks);
        let ft = self.features(pair.xt.clone(), running, masks);
        let (ms, mt) = (self.common(fs.clone(), running, masks), self.common(ft.clone(), running, masks));
        let hidden = relu(masks.on(self.source_hidden.forward(ms.clone())));
        let outcome = squared(self.source_out.forward(hidden), pair.ys.clone(), None);
        let response = binary(self.target.forward(mt), pair.yt.clone(), None);
        let again = if objective.released { self.common(fs.clone(), running, masks) } else { ms };
        let q = sigmoid(self.target.forward(again)).detach();
        let class = Tensor::cat(vec![(q.clone() - q.mean_dim(0)).greater_elem(0.0).float(), pair.yt.clone()], 0);
        let other = class.clone() * -1.0 + 1.0;
        let everybody = class.ones_like();
        let domain = Tensor::cat(vec![pair.ys.ones_like(), pair.yt.zeros_like()], 0);
        let features = reverse(Tensor::cat(vec![fs, ft], 0), 1.0);
        let mut told = |layer: &Dense, among: &Tensor<2>| {
            let z = layer.forward(features.clone());
            let z = if objective.released { masks.on(z) } else { z };
            // A batch without a row of the class has nothing to tell apart.
            let rows = among.clone().sum().clamp_min(1.0);
            let loss = (binary_rows(z.clone(), domain.clone()) * among.clone()).sum() / rows;
            (loss, separation(z, domain.clone(), among.clone()))
        };
        let (all, all_auc) = told(&self.all, &everybody);
        let (one, one_auc) = told(&self.class_1, &class);
        let (zero, zero_auc) = told(&self.class_0, &other);
        let term = |name, weight, value| LossTerm { name, weight, value };
        vec![
            term("target_response", 1.0, response),
            term("source_outcome", 1.0, outcome),
            term("domain", objective.global, all),
            term("domain_class_1", objective.class_wise, one),
            term("domain_class_0", objective.class_wise, zero),
            term("domain_auc", 0.0, all_auc),
            term("domain_class_1_auc", 0.0, one_auc),
            term("domain_class_0_auc", 0.0, zero_auc),
        ]
    }

    fn features(&self, x: Tensor<2>, running: &mut [Running; 2], masks: &mut Masks<'_>) -> Tensor<2> {
        let (h, moved) = self.extract_norm.forward_training(self.extract.forward(x), &running[0]);
        running[0] = moved;
        masks.on(relu(h))
    }

    fn common(&self, h: Tensor<2>, running: &mut [Running; 2], masks: &mut Masks<'_>) -> Tensor<2> {
        let (h, moved) = self.shared_norm.forward_training(self.shared.forward(h), &running[1]);
        running[1] = moved;
        relu(masks.on(h))
    }
}

impl Parts {
    /// What predicts the event, as plain layers: the running statistics of a normalisation that no longer moves are part
    /// of the dense layer before it. Two outputs, of which `event` is the logit and the other one 0.
    pub fn predictor(&self, event: usize) -> Vec<Layer> {
        let [extract, shared, _, _, target, ..] = &self.layers;
        let mut last =
            Layer { inputs: target.inputs, outputs: 2, weight: vec![0.0; 2 * target.inputs], bias: vec![0.0; 2] };
        let event = event.min(1);
        target.weight.iter().enumerate().for_each(|(i, w)| last.weight[2 * i + event] = *w);
        last.bias[event] = target.bias.first().copied().unwrap_or(0.0);
        vec![folded(extract, &self.norms[0]), folded(shared, &self.norms[1]), last]
    }
}

/// A dense layer with the normalisation behind it: W · s and (b − μ) · s + β with s = γ / √(σ² + ε).
fn folded(layer: &Layer, norm: &Scales) -> Layer {
    let scale = norm.steady();
    let weight = layer.weight.iter().enumerate().map(|(at, w)| w * scale[at % layer.outputs]).collect();
    let bias = (0..layer.outputs).map(|o| (layer.bias[o] - norm.mean[o]) * scale[o] + norm.beta[o]).collect();
    Layer { weight, bias, ..layer.clone() }
}
