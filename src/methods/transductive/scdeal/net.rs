//! What is trained when cells are brought to bulk samples: an encoder of each side, and one predictor of the response.
//!
//! E_s, E_t: encoders whose last layer, the code, is linear; P: the predictor, which sees relu(code).
//! L = CE(P(E_s(x_s)), y_s) + w·MMD²(E_s(x_s), E_t(x_t)) + c·R(E_t(x_t)),
//! R = the mean of 1 − cos(E_t(x_i), E_t(x_j)) over the pairs i ≠ j of a batch that are of one cluster.
//!
//! *Described*: all three parts learn, MMD² is unbiased with five kernels around the median distance, and R has a gradient.
//! *Released*: the target's encoder alone is handed to the optimiser, so that CE moves nothing; MMD² is the biased
//! estimate with one kernel of σ = 1000, nearly the distance of the means over 10⁶; R is taken out of the graph.

use burn::module::Module;
use burn::tensor::activation::relu;
use burn::tensor::{Device, Tensor};

use crate::error::Result;
use crate::nets::losses::{cross_entropy, mmd};
use crate::nets::{Layer, Mlp};
use crate::train::LossTerm;

/// σ of the released code's only kernel.
pub const SIGMA: f64 = 1000.0;

/// The three parts on a device.
#[derive(Module, Debug)]
pub struct Net {
    source: Mlp,
    target: Mlp,
    predictor: Mlp,
}

/// The host's weights of a [`Net`].
#[derive(Debug, Clone, PartialEq)]
pub struct Parts {
    /// The encoder of the bulk samples.
    pub source: Vec<Layer>,
    /// The encoder of the cells.
    pub target: Vec<Layer>,
    /// From the code to the classes.
    pub predictor: Vec<Layer>,
}

/// The weights of the terms, and whose form they have.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Objective {
    /// w: of the discrepancy.
    pub discrepancy: f64,
    /// c: of the cells of a cluster.
    pub clusters: f64,
    /// The released code's form.
    pub released: bool,
}

/// A batch of both sides.
pub struct Pair {
    /// Bulk samples: `[n, genes]`.
    pub xs: Tensor<2>,
    /// Their classes, one-hot: `[n, classes]`.
    pub ys: Tensor<2>,
    /// Cells: `[m, genes]`.
    pub xt: Tensor<2>,
    /// 1 for two different cells of one cluster, else 0: `[m, m]`.
    pub alike: Tensor<2>,
}

/// Dropout's masks of a step, for the hidden layers of each part.
#[derive(Default)]
pub struct Masks {
    /// For the bulk samples' encoder.
    pub source: Vec<Tensor<2>>,
    /// For the cells' encoder.
    pub target: Vec<Tensor<2>>,
    /// For the predictor.
    pub predictor: Vec<Tensor<2>>,
}

impl Net {
    /// Uploads the parts; in the released form only the target's encoder asks for gradients.
    pub fn build(parts: &Parts, released: bool, device: &Device) -> Self {
        let other = if released { Mlp::build_fixed } else { Mlp::build };
        Self {
            source: other(&parts.source, device),
            target: Mlp::build(&parts.target, device),
            predictor: other(&parts.predictor, device),
        }
    }

    /// The terms of the objective on a batch: see the [module](self).
    pub fn terms(&self, pair: &Pair, objective: Objective, masks: &Masks) -> Vec<LossTerm> {
        let Pair { xs, ys, xt, alike } = pair;
        let bulk = self.source.forward(xs.clone(), &masks.source);
        let cells = self.target.forward(xt.clone(), &masks.target);
        let z = self.predictor.forward(relu(bulk.clone()), &masks.predictor);
        let (apart, spread) = if objective.released {
            (mean_apart(bulk, cells.clone()), spread(cells.detach(), alike.clone()))
        } else {
            (mmd(bulk, cells.clone()), spread(cells, alike.clone()))
        };
        vec![
            LossTerm { name: "cross_entropy", weight: 1.0, value: cross_entropy(z, ys.clone(), None) },
            LossTerm { name: "discrepancy", weight: objective.discrepancy, value: apart },
            LossTerm { name: "clusters", weight: objective.clusters, value: spread },
        ]
    }

    /// Brings the parts back.
    ///
    /// # Errors
    /// [`crate::Code::GpuLost`].
    pub async fn parts(&self) -> Result<Parts> {
        Ok(Parts {
            source: self.source.layers().await?,
            target: self.target.layers().await?,
            predictor: self.predictor.layers().await?,
        })
    }
}

/// The mean of 1 − cos over the pairs with a 1 in `alike`; 0 where there is none.
///
/// # Shapes
/// `code: [m, d], alike: [m, m] -> [1]`
pub fn spread(code: Tensor<2>, alike: Tensor<2>) -> Tensor<1> {
    let length = (code.clone() * code.clone()).sum_dim(1).clamp_min(1e-12).sqrt();
    let unit = code / length;
    let cosine = unit.clone().matmul(unit.transpose());
    let pairs = alike.clone().sum().clamp_min(1.0);
    ((cosine * -1.0 + 1.0) * alike).sum() / pairs
}

/// The biased MMD² with one kernel exp(−‖a − b‖² / 2σ²), σ = [`SIGMA`].
///
/// # Shapes
/// `a: [n, d], b: [m, d] -> [1]`
pub fn mean_apart(a: Tensor<2>, b: Tensor<2>) -> Tensor<1> {
    let kernel = |a: &Tensor<2>, b: &Tensor<2>| {
        let squares = |x: &Tensor<2>| (x.clone() * x.clone()).sum_dim(1);
        let apart = squares(a) + squares(b).transpose() - a.clone().matmul(b.clone().transpose()) * 2.0;
        (apart.clamp_min(0.0) / (-2.0 * SIGMA * SIGMA)).exp().mean()
    };
    kernel(&a, &a) + kernel(&b, &b) - kernel(&a, &b) * 2.0
}
