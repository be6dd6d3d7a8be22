//! Integrated gradients (Sundararajan, Taly & Yan, ICML 2017) of a network of ReLUs, without a quadrature.
//!
//! φⱼ = (xⱼ − x′ⱼ) ∫₀¹ ∂F/∂xⱼ(x′ + t(x − x′)) dt, from a reference x′. Along the straight path such a network is piecewise
//! linear: its gradient changes only where a hidden unit turns on or off. The turning points are found layer by layer,
//! the gradient is constant between two of them, and the integral is a finite sum. So Σφ = F(x) − F(x′) to rounding,
//! where a sum over a fixed number of steps would be off by a part of every step that holds a turning point.
//!
//! On the host in double precision: the same on every device.

use crate::nets::Layer;

/// What one row's features add to the output, from the reference to the row.
#[derive(Debug, Clone, PartialEq)]
pub struct Integrated {
    /// φ, one an input.
    pub values: Vec<f64>,
    /// F(x).
    pub output: f64,
    /// F(x′).
    pub base: f64,
    /// Linear pieces of the path.
    pub pieces: usize,
}

/// A network in double precision: ReLU after every layer but the last.
#[derive(Debug, Clone, PartialEq)]
pub struct Wide {
    layers: Vec<Dense>,
}

#[derive(Debug, Clone, PartialEq)]
struct Dense {
    outputs: usize,
    /// inputs × outputs, by inputs.
    weight: Vec<f64>,
    bias: Vec<f64>,
}

impl Dense {
    /// x·W, inputs that are 0 skipped.
    fn times(&self, x: &[f64]) -> Vec<f64> {
        let mut out = vec![0.0; self.outputs];
        for (x, row) in x.iter().zip(self.weight.chunks_exact(self.outputs)) {
            if *x != 0.0 {
                out.iter_mut().zip(row).for_each(|(o, w)| *o += x * w);
            }
        }
        out
    }
    /// x·W + b.
    fn forward(&self, x: &[f64]) -> Vec<f64> {
        let mut out = self.times(x);
        out.iter_mut().zip(&self.bias).for_each(|(o, b)| *o += b);
        out
    }
    /// W·δ.
    fn back(&self, delta: &[f64]) -> Vec<f64> {
        self.weight.chunks_exact(self.outputs).map(|row| row.iter().zip(delta).map(|(w, d)| w * d).sum()).collect()
    }
}

impl Wide {
    /// Of the layers of a network that has at least one.
    pub fn new(layers: &[Layer]) -> Self {
        let wide = |values: &[f32]| values.iter().map(|&v| f64::from(v)).collect();
        let dense = |l: &Layer| Dense { outputs: l.outputs.max(1), weight: wide(&l.weight), bias: wide(&l.bias) };
        Self { layers: layers.iter().map(dense).collect() }
    }

    /// The outputs of a row.
    pub fn forward(&self, x: &[f64]) -> Vec<f64> {
        self.activations(x).pop().unwrap_or_default()
    }

    /// The values behind each layer, ReLU applied but behind the last.
    fn activations(&self, x: &[f64]) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> = Vec::with_capacity(self.layers.len());
        for (at, layer) in self.layers.iter().enumerate() {
            let mut h = layer.forward(all.last().map_or(x, Vec::as_slice));
            if at + 1 < self.layers.len() {
                h.iter_mut().for_each(|v| *v = v.max(0.0));
            }
            all.push(h);
        }
        all
    }

    /// About how many multiplications a row takes: a third of the units turn on the way, by experience.
    pub fn cost(&self) -> f64 {
        let of = |layers: &[Dense]| layers.iter().map(|l| l.weight.len() as f64).sum::<f64>();
        let units: usize = self.layers.iter().rev().skip(1).map(|l| l.outputs).sum();
        3.0 * of(self.layers.get(..1).unwrap_or(&[]))
            + (1.0 + units as f64 / 3.0) * 3.0 * of(self.layers.get(1..).unwrap_or(&[]))
    }

    /// What the inputs of `x` add to `readout`·outputs, from the reference on.
    pub fn integrated(&self, readout: &[f64], x: &[f64], reference: &[f64]) -> Integrated {
        let dot = |z: &[f64]| z.iter().zip(readout).map(|(z, r)| z * r).sum::<f64>();
        let way: Vec<f64> = x.iter().zip(reference).map(|(x, r)| x - r).collect();
        let (Some(first), last) = (self.layers.first(), self.layers.len().saturating_sub(1)) else {
            return Integrated { values: vec![0.0; x.len()], output: 0.0, base: 0.0, pieces: 0 };
        };
        let mut path = Path { net: self, readout, last, on: Vec::new(), total: vec![0.0; first.outputs], pieces: 0 };
        path.along(0, &first.forward(reference), &first.times(&way), 0.0, 1.0);
        let values = way.iter().zip(first.back(&path.total)).map(|(w, g)| w * g).collect();
        Integrated { values, output: dot(&self.forward(x)), base: dot(&self.forward(reference)), pieces: path.pieces }
    }
}

/// The gradient of one row's loss, factored: what goes into each layer, and the derivative by what comes out of its sum.
pub struct RowGradient {
    layers: Vec<(Vec<f64>, Vec<f64>)>,
}

/// A mean gradient: each layer's weights (inputs × outputs) and bias.
pub struct Gradient {
    layers: Vec<(Vec<f64>, Vec<f64>)>,
}

impl Wide {
    /// The gradient of a row's loss, whose derivative by the outputs is `delta`.
    pub fn gradients(&self, x: &[f64], delta: impl FnOnce(&[f64]) -> Vec<f64>) -> RowGradient {
        let after = self.activations(x);
        let mut delta = after.last().map_or_else(Vec::new, |z| delta(z));
        let mut layers = Vec::with_capacity(self.layers.len());
        for (at, dense) in self.layers.iter().enumerate().rev() {
            let before = if at == 0 { x.to_vec() } else { after[at - 1].clone() };
            let mut next = if at == 0 { Vec::new() } else { dense.back(&delta) };
            next.iter_mut().zip(&before).filter(|(_, h)| **h <= 0.0).for_each(|(d, _)| *d = 0.0);
            layers.push((before, std::mem::replace(&mut delta, next)));
        }
        layers.reverse();
        RowGradient { layers }
    }

    /// Zero, in the shape of the gradient.
    pub fn no_gradient(&self) -> Gradient {
        let layers = self.layers.iter().map(|l| (vec![0.0; l.weight.len()], vec![0.0; l.bias.len()])).collect();
        Gradient { layers }
    }
}

impl Gradient {
    /// Adds a row's share.
    pub fn add(&mut self, row: &RowGradient, share: f64) {
        for ((weight, bias), (input, delta)) in self.layers.iter_mut().zip(&row.layers) {
            bias.iter_mut().zip(delta).for_each(|(b, d)| *b += share * d);
            for (line, x) in weight.chunks_exact_mut(delta.len().max(1)).zip(input).filter(|(_, x)| **x != 0.0) {
                line.iter_mut().zip(delta).for_each(|(w, d)| *w += share * x * d);
            }
        }
    }
    /// The product with a row's gradient.
    pub fn dot(&self, row: &RowGradient) -> f64 {
        let layers = self.layers.iter().zip(&row.layers);
        layers
            .map(|((weight, bias), (input, delta))| {
                let product = |line: &[f64]| line.iter().zip(delta).map(|(w, d)| w * d).sum::<f64>();
                let lines = weight.chunks_exact(delta.len().max(1)).zip(input).filter(|(_, x)| **x != 0.0);
                product(bias) + lines.map(|(line, x)| x * product(line)).sum::<f64>()
            })
            .sum()
    }
}

/// The path while it is cut into pieces.
struct Path<'a> {
    net: &'a Wide,
    readout: &'a [f64],
    last: usize,
    /// Which units of the layers so far are on in this piece.
    on: Vec<Vec<bool>>,
    /// ∫ of the gradient with respect to the first layer's sums.
    total: Vec<f64>,
    pieces: usize,
}

impl Path<'_> {
    /// From `start` to `end` the sums of this layer are u + t·v.
    fn along(&mut self, layer: usize, u: &[f64], v: &[f64], start: f64, end: f64) {
        if layer == self.last {
            self.pieces += 1;
            let mut delta = self.readout.to_vec();
            for (dense, on) in self.net.layers[1..].iter().zip(&self.on).rev() {
                delta = dense.back(&delta);
                delta.iter_mut().zip(on).filter(|(_, on)| !**on).for_each(|(d, _)| *d = 0.0);
            }
            self.total.iter_mut().zip(&delta).for_each(|(t, d)| *t += (end - start) * d);
            return;
        }
        let mut cuts: Vec<f64> = u.iter().zip(v).map(|(u, v)| -u / v).filter(|t| *t > start && *t < end).collect();
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        cuts.push(end);
        let next = &self.net.layers[layer + 1];
        let mut from = start;
        for to in cuts {
            let middle = 0.5 * (from + to);
            let on: Vec<bool> = u.iter().zip(v).map(|(u, v)| u + middle * v > 0.0).collect();
            let kept = |values: &[f64]| -> Vec<f64> {
                values.iter().zip(&on).map(|(value, on)| if *on { *value } else { 0.0 }).collect()
            };
            let (u, v) = (next.forward(&kept(u)), next.times(&kept(v)));
            self.on.push(on);
            self.along(layer + 1, &u, &v, from, to);
            self.on.pop();
            from = to;
        }
    }
}
