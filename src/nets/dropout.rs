//! Inverted dropout with masks from the host's streams (Srivastava et al. 2014): the devices' own generators differ.

use burn::tensor::{Device, Tensor, TensorData};

use crate::rng::Rng;

/// A mask of `rows × width`: 0 with probability `rate`, else 1 / (1 − rate).
///
/// Four entries are made from each draw: 16 bits settle a rate to within 1/65536.
pub fn mask(rows: usize, width: usize, rate: f64, rng: &mut Rng) -> Vec<f32> {
    let n = rows * width;
    let keep = (1.0 / (1.0 - rate)) as f32;
    let threshold = (rate * 65536.0) as u64;
    let mut values = Vec::with_capacity(n + 3);
    while values.len() < n {
        let bits = rng.next_u64();
        for part in 0..4 {
            values.push(if (bits >> (16 * part)) & 0xFFFF < threshold { 0.0 } else { keep });
        }
    }
    values.truncate(n);
    values
}

/// The masks of a step, one for each hidden width; none where nothing is dropped.
pub fn masks(rows: usize, widths: &[usize], rate: f64, rng: &mut Rng, device: &Device) -> Vec<Tensor<2>> {
    if rate <= 0.0 {
        return Vec::new();
    }
    widths
        .iter()
        .map(|&width| Tensor::from_data(TensorData::new(mask(rows, width, rate, rng), [rows, width]), device))
        .collect()
}
