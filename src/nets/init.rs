//! Initial weights, drawn on the host so that every device starts from the same ones.

use super::mlp::Layer;
use crate::rng::Rng;

/// The variance of a head's weights, times its fan-in.
pub const HEAD_GAIN: f64 = 0.01;

/// A fully connected network of these widths, input and output included, before any training.
///
/// Hidden layers: He (Kaiming) normal, sd = sqrt(2 / fan-in), biases 0 (He et al. 2015, doi 10.1109/ICCV.2015.123).
/// The last layer: a tenth of sqrt(1 / fan-in), and `bias`, so that the untrained network says nearly what a model
/// without features would: training on few rows then starts from there, and not from a random opinion.
pub fn mlp(widths: &[usize], bias: &[f32], rng: &mut Rng) -> Vec<Layer> {
    let last = widths.len().saturating_sub(2);
    widths
        .windows(2)
        .enumerate()
        .map(|(i, pair)| {
            let mut layer = dense(pair[0], pair[1], if i == last { HEAD_GAIN } else { 2.0 }, rng);
            if i == last {
                for (to, from) in layer.bias.iter_mut().zip(bias) {
                    *to = *from;
                }
            }
            layer
        })
        .collect()
}

/// One layer: weights normal with sd = sqrt(`gain` / fan-in), biases 0.
pub fn dense(inputs: usize, outputs: usize, gain: f64, rng: &mut Rng) -> Layer {
    let sd = libm::sqrt(gain / inputs.max(1) as f64);
    let weight = (0..inputs * outputs).map(|_| (sd * rng.normal()) as f32).collect();
    Layer { inputs, outputs, weight, bias: vec![0.0; outputs] }
}
