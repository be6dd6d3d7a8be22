//! The margin disparity discrepancy (Zhang, Liu, Long & Jordan 2019, arXiv 1904.05801): a second head on reversed
//! features agrees with the first one's decisions in the source and contradicts them in the target,
//! γ · CE(f′(s), ŷ(s)) − log(1 − softmax f′(t)[ŷ(t)]); and conditioning on decisions (Long et al. 2018, arXiv 1705.10667).

use burn::tensor::activation::{log_softmax, softmax};
use burn::tensor::{Device, Tensor, TensorData};

use crate::rng::Rng;

/// What keeps log(1 − p) finite, as in the authors' code.
const OFFSET: f64 = 1e-6;
/// Features of a product above which it is drawn at random (Long et al. 2018, section 3.3), and how many are drawn.
pub const MOST_PRODUCTS: usize = 4096;
const DRAWN: usize = 1024;

/// Each row's decision as a one-hot row, without a gradient; rows of equal outputs are shared out.
///
/// # Shapes
/// `z: [rows, k] -> [rows, k]`
pub fn decided(z: Tensor<2>) -> Tensor<2> {
    let z = z.detach();
    let top = (z.clone() - z.max_dim(1)).greater_equal_elem(0.0).float();
    top.clone() / top.sum_dim(1)
}

/// −log(1 − softmax(z)[class]) of each row.
///
/// # Shapes
/// `z, decision: [rows, k] -> [rows, 1]`
pub fn contradiction_rows(z: Tensor<2>, decision: Tensor<2>) -> Tensor<2> {
    let others = softmax(z, 1) * (decision * -1.0 + 1.0);
    (others.sum_dim(1) + OFFSET).clamp_max(1.0).log().neg()
}

/// 1 + e^(−H) of each row's softmax: sure rows count up to twice. Without a gradient.
///
/// # Shapes
/// `z: [rows, k] -> [rows, 1]`
pub fn sureness(z: Tensor<2>) -> Tensor<2> {
    let logs = log_softmax(z.detach(), 1);
    (logs.clone().exp() * logs).sum_dim(1).exp() + 1.0
}

/// Features times decisions: h ⊗ g, or where that is too wide, (h·R_h) ∘ (g·R_g) / √1024 with fixed normal R.
#[derive(Debug, Clone)]
pub struct Product {
    drawn: Option<[Tensor<2>; 2]>,
}

impl Product {
    /// For so many features and classes.
    pub fn new(features: usize, classes: usize, rng: &mut Rng, device: &Device) -> Self {
        if features * classes <= MOST_PRODUCTS {
            return Self { drawn: None };
        }
        let mut draw = |rows: usize| {
            let cells = (0..rows * DRAWN).map(|_| rng.normal() as f32).collect::<Vec<_>>();
            Tensor::from_data(TensorData::new(cells, [rows, DRAWN]), device)
        };
        Self { drawn: Some([draw(features), draw(classes)]) }
    }

    /// Its width.
    pub fn width(features: usize, classes: usize) -> usize {
        if features * classes <= MOST_PRODUCTS { features * classes } else { DRAWN }
    }

    /// # Shapes
    /// `h: [rows, features], z: [rows, classes] -> [rows, width]`; no gradient reaches z
    pub fn of(&self, h: Tensor<2>, z: Tensor<2>) -> Tensor<2> {
        let g = softmax(z.detach(), 1);
        match &self.drawn {
            Some([for_h, for_g]) => h.matmul(for_h.clone()) * g.matmul(for_g.clone()) / libm::sqrt(DRAWN as f64),
            None => {
                let ([rows, d], [_, k]) = (h.dims(), g.dims());
                (g.reshape([rows, k, 1]) * h.reshape([rows, 1, d])).reshape([rows, k * d])
            }
        }
    }
}
