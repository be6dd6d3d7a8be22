//! AdamW over one flat vector (Loshchilov & Hutter 2019, "Decoupled weight decay regularization"):
//!
//! m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p(1 − ηλ) − η · m̂ / (√v̂ + ε), with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
//!
//! All trained parameters are one tensor here: fourteen operations a step, however many layers there are
//! (an operation's overhead is what a small network pays for). A parameter that asks for no gradient is not in the
//! vector: no state, no decay, not a bit of it changes.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;

/// The optimiser's state: see the [module](self).
#[derive(Debug, Default)]
pub struct AdamW {
    state: Option<State>,
    step: i32,
}

#[derive(Debug)]
struct State {
    p: Tensor<1>,
    m: Tensor<1>,
    v: Tensor<1>,
}

impl AdamW {
    /// One step of every parameter that asks for a gradient; one that got none counts as zero.
    pub fn step<M: Module>(&mut self, model: M, gradients: Gradients, rate: f64, decay: f64) -> M {
        let mut gather = Gather { gradients, parts: Vec::new() };
        model.visit(&mut gather);
        if gather.parts.is_empty() {
            return model;
        }
        let g = Tensor::cat(gather.parts, 0);
        let State { p, m, v } = match self.state.take() {
            Some(state) => state,
            None => {
                let p = flat(&model).unwrap_or_else(|| g.zeros_like());
                State { p, m: g.zeros_like(), v: g.zeros_like() }
            }
        };
        self.step += 1;
        let m = m * BETA_1 + g.clone() * (1.0 - BETA_1);
        let v = v * BETA_2 + g.clone() * g * (1.0 - BETA_2);
        let unbias_1 = 1.0 - libm::pow(BETA_1, f64::from(self.step));
        let unbias_2 = 1.0 - libm::pow(BETA_2, f64::from(self.step));
        let size = (v.clone() / unbias_2).sqrt() + EPSILON;
        let p = p * (1.0 - rate * decay) - m.clone() / size * (rate / unbias_1);
        let model = scatter(model, p.clone());
        self.state = Some(State { p, m, v });
        model
    }
}

/// The trained parameters of a model in one vector, or `None` where nothing is trained.
pub fn flat<M: Module>(model: &M) -> Option<Tensor<1>> {
    let mut gather = Flatten(Vec::new());
    model.visit(&mut gather);
    if gather.0.is_empty() { None } else { Some(Tensor::cat(gather.0, 0)) }
}

/// The model with its trained parameters taken from one vector, in the order of [`flat`].
pub fn scatter<M: Module>(model: M, p: Tensor<1>) -> M {
    model.map(&mut Scatter { p, offset: 0 })
}

struct Flatten(Vec<Tensor<1>>);

impl ModuleVisitor for Flatten {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        if tensor.is_require_grad() {
            let n = tensor.dims().iter().product::<usize>();
            self.0.push(tensor.inner().reshape([n]));
        }
    }
}

struct Gather {
    gradients: Gradients,
    parts: Vec<Tensor<1>>,
}

impl ModuleVisitor for Gather {
    fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
        let tensor = param.val();
        if tensor.is_require_grad() {
            let n = tensor.dims().iter().product::<usize>();
            let gradient = tensor.grad_remove(&mut self.gradients).unwrap_or_else(|| tensor.inner().zeros_like());
            self.parts.push(gradient.reshape([n]));
        }
    }
}

struct Scatter {
    p: Tensor<1>,
    offset: usize,
}

impl ModuleMapper for Scatter {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let dims = param.val().dims();
        if !param.val().is_require_grad() {
            return param;
        }
        let n = dims.iter().product::<usize>();
        let part = self.p.clone().narrow(0, self.offset, n).reshape(dims);
        self.offset += n;
        param.map(|_| Tensor::from_inner(part).require_grad())
    }
}
