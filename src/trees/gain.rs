//! What a leaf is worth, and what a split gains, from sums of gradients and Hessians.

use super::pair::Pair;
use super::params::Params;

/// A gain must be above this, as in XGBoost (`kRtEps`).
pub(super) const LEAST_GAIN: f32 = 1e-6;

/// The regularisation of a tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub eta: f64,
    pub lambda: f64,
    pub alpha: f64,
    pub max_delta_step: f64,
    /// At least the smallest positive number: a child without Hessian is no child.
    pub min_child_weight: f64,
    pub gamma: f32,
    pub max_depth: usize,
}

impl Rule {
    pub fn new(params: &Params) -> Self {
        Self {
            eta: params.eta,
            lambda: params.lambda,
            alpha: params.alpha,
            max_delta_step: params.max_delta_step,
            min_child_weight: params.min_child_weight.max(f64::MIN_POSITIVE),
            gamma: params.gamma as f32,
            max_depth: params.max_depth,
        }
    }

    /// Neither an L1 penalty nor a bound of steps: the gain is G²/(H + λ).
    pub fn plain(&self) -> bool {
        self.alpha == 0.0 && self.max_delta_step == 0.0
    }

    /// The optimal leaf value before the learning rate.
    pub fn weight(&self, sum: Pair) -> f64 {
        let [g, h] = sum;
        let below = h + self.lambda;
        if h <= 0.0 || below == 0.0 {
            return 0.0;
        }
        let v = -threshold(g, self.alpha) / below;
        if self.max_delta_step > 0.0 { v.clamp(-self.max_delta_step, self.max_delta_step) } else { v }
    }

    /// A leaf's value in the tree.
    pub fn leaf(&self, sum: Pair) -> f32 {
        (self.weight(sum) * self.eta) as f32
    }

    /// Twice the reduction of the objective by a leaf of its own, in single precision as XGBoost compares it.
    #[inline(always)]
    pub fn gain<const PLAIN: bool>(&self, g: f64, h: f64) -> f32 {
        if PLAIN {
            return (g * g / (h + self.lambda)) as f32;
        }
        let t = threshold(g, self.alpha);
        if self.max_delta_step == 0.0 {
            return (t * t / (h + self.lambda)) as f32;
        }
        let v = self.weight([g, h]);
        -(2.0 * g * v + (h + self.lambda) * v * v + 2.0 * self.alpha * v.abs()) as f32
    }

    /// [`Rule::gain`] of a node.
    pub fn gain_of(&self, sum: Pair) -> f32 {
        if sum[1] <= 0.0 {
            0.0
        } else if self.plain() {
            self.gain::<true>(sum[0], sum[1])
        } else {
            self.gain::<false>(sum[0], sum[1])
        }
    }

    /// Whether a node could have two children.
    pub fn may_split(&self, sum: Pair, rows: usize) -> bool {
        rows >= 2 && sum[1] >= 2.0 * self.min_child_weight
    }
}

/// The soft threshold: sign(g) max(|g| − α, 0).
#[inline(always)]
fn threshold(g: f64, alpha: f64) -> f64 {
    if g > alpha {
        g - alpha
    } else if g < -alpha {
        g + alpha
    } else {
        0.0
    }
}
