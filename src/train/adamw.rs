//! AdamW over one flat vector (Loshchilov & Hutter 2019, "Decoupled weight decay regularization"):
//!
//! m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p ← p(1 − ηλ) − η · m̂ / (√v̂ + ε), with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.
//!
//! or, where [`Rule::Adagrad`] is asked for (Duchi, Hazan & Singer 2011, JMLR 12; PyTorch's with its defaults):
//!
//! v ← v + g², p ← p(1 − ηλ) − η · g / (√v + 1e-10).
//!
//! On a GPU all trained parameters are one tensor: fourteen operations a step, however many layers there are (an
//! operation's overhead is what a small network pays for). On the processor the step is one loop over the parameters'
//! own memory, which those fourteen operations would each walk through; both round alike, operation by operation.
//! A parameter that asks for no gradient is in neither: no state, no decay, not a bit of it changes.

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor, TensorData};

use crate::device::{self, DeviceKind};
use crate::error::Result;

/// How weights are drawn towards zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Decay {
    /// Apart from the gradient, as above: p(1 − ηλ).
    Decoupled(f64),
    /// As an L2 penalty, whose gradient λp is scaled by v̂ like any other: g ← g + λp. PyTorch's `Adam(weight_decay)`.
    Coupled(f64),
}

const BETA_1: f64 = 0.9;
const BETA_2: f64 = 0.999;
const EPSILON: f64 = 1e-8;
const EPSILON_ADAGRAD: f64 = 1e-10;

/// Which steps are taken.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rule {
    /// Averages of the gradient and of its square.
    #[default]
    AdamW,
    /// The sum of the gradient's squares.
    Adagrad,
}

/// The optimiser's state: see the [module](self).
#[derive(Debug, Default)]
pub struct AdamW {
    state: Option<State>,
    step: i32,
    rule: Rule,
}

#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one a training")]
enum State {
    Tensors { p: Tensor<1>, m: Tensor<1>, v: Tensor<1> },
    Host { p: Vec<f32>, m: Vec<f32>, v: Vec<f32> },
}

/// What one step multiplies and divides by: m ← b₁m + c₁g, v ← b₂v + c₂g², p ← p · keep − m · size / (√(v / u) + ε).
struct Factors {
    b1: f64,
    c1: f64,
    b2: f64,
    c2: f64,
    keep: f64,
    pull: f64,
    unbias_2: f64,
    size: f64,
    epsilon: f64,
}

impl AdamW {
    /// With this rule.
    pub fn of(rule: Rule) -> Self {
        Self { rule, ..Self::default() }
    }

    /// One step of every parameter that asks for a gradient; one that got none counts as zero.
    ///
    /// # Errors
    /// [`Code::GpuLost`](crate::Code::GpuLost).
    pub async fn step<M: Module>(&mut self, model: M, gradients: Gradients, rate: f64, decay: Decay) -> Result<M> {
        let mut gather = Gather { gradients, parts: Vec::new() };
        model.visit(&mut gather);
        let Some(first) = gather.parts.first() else { return Ok(model) };
        let on_host = device::kind(&first.device()) == DeviceKind::Cpu;
        self.step += 1;
        let (keep, pull) = match decay {
            Decay::Decoupled(decay) => (1.0 - rate * decay, 0.0),
            Decay::Coupled(decay) => (1.0, decay),
        };
        let factors = match self.rule {
            Rule::AdamW => Factors {
                b1: BETA_1,
                c1: 1.0 - BETA_1,
                b2: BETA_2,
                c2: 1.0 - BETA_2,
                keep,
                pull,
                unbias_2: 1.0 - libm::pow(BETA_2, f64::from(self.step)),
                size: rate / (1.0 - libm::pow(BETA_1, f64::from(self.step))),
                epsilon: EPSILON,
            },
            Rule::Adagrad => Factors {
                b1: 0.0,
                c1: 1.0,
                b2: 1.0,
                c2: 1.0,
                keep,
                pull,
                unbias_2: 1.0,
                size: rate,
                epsilon: EPSILON_ADAGRAD,
            },
        };
        if on_host {
            self.on_host(model, gather.parts, &factors).await
        } else {
            Ok(self.on_device(model, gather.parts, &factors))
        }
    }

    fn on_device<M: Module>(&mut self, model: M, gradients: Vec<Tensor<1>>, by: &Factors) -> M {
        let g = Tensor::cat(gradients, 0);
        let (p, m, v) = match self.state.take() {
            Some(State::Tensors { p, m, v }) => (p, m, v),
            _ => (flat(&model).unwrap_or_else(|| g.zeros_like()), g.zeros_like(), g.zeros_like()),
        };
        let g = if by.pull == 0.0 { g } else { g + p.clone() * by.pull };
        let m = m * by.b1 + g.clone() * by.c1;
        let v = v * by.b2 + g.clone() * g * by.c2;
        let size = (v.clone() / by.unbias_2).sqrt() + by.epsilon;
        let p = p * by.keep - m.clone() / size * by.size;
        let model = scatter(model, p.clone());
        self.state = Some(State::Tensors { p, m, v });
        model
    }

    async fn on_host<M: Module>(&mut self, model: M, gradients: Vec<Tensor<1>>, by: &Factors) -> Result<M> {
        let gradients = device::read(gradients).await?;
        let (mut p, mut m, mut v) = match self.state.take() {
            Some(State::Host { p, m, v }) => (p, m, v),
            _ => {
                let mut flatten = Flatten(Vec::new());
                model.visit(&mut flatten);
                let p = device::read(flatten.0).await?.concat();
                (p.clone(), vec![0.0; p.len()], vec![0.0; p.len()])
            }
        };
        let mut at = 0;
        for g in &gradients {
            let all = at..at + g.len();
            if let (Some(p), Some(m), Some(v)) = (p.get_mut(all.clone()), m.get_mut(all.clone()), v.get_mut(all)) {
                descend(p, m, v, g, by);
            }
            at += g.len();
        }
        let model = model.map(&mut Upload { p: &p, offset: 0 });
        self.state = Some(State::Host { p, m, v });
        Ok(model)
    }
}

/// The step, element by element, in the order of the operations on a device.
fn descend(p: &mut [f32], m: &mut [f32], v: &mut [f32], g: &[f32], by: &Factors) {
    let (b1, c1, b2, c2) = (by.b1 as f32, by.c1 as f32, by.b2 as f32, by.c2 as f32);
    let (keep, unbias, size, epsilon) = (by.keep as f32, by.unbias_2 as f32, by.size as f32, by.epsilon as f32);
    let pull = by.pull as f32;
    for (((p, m), v), &g) in p.iter_mut().zip(m).zip(v).zip(g) {
        let g = if pull == 0.0 { g } else { g + *p * pull };
        *m = *m * b1 + g * c1;
        *v = *v * b2 + g * g * c2;
        *p = *p * keep - *m / ((*v / unbias).sqrt() + epsilon) * size;
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

struct Upload<'a> {
    p: &'a [f32],
    offset: usize,
}

impl ModuleMapper for Upload<'_> {
    fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let tensor = param.val();
        if !tensor.is_require_grad() {
            return param;
        }
        let (dims, device) = (tensor.dims(), tensor.device());
        let n = dims.iter().product::<usize>();
        let part = self.p.get(self.offset..self.offset + n).unwrap_or_default().to_vec();
        self.offset += n;
        param.map(|_| Tensor::from_data(TensorData::new(part, dims), &device).require_grad())
    }
}
