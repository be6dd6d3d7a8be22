//! The multilayer perceptron: h ← dropout(relu(h·W + b)) for each hidden layer, then z = h·W + b.

use burn::module::{Module, Param, ParamId};
use burn::tensor::activation::relu;
use burn::tensor::module::linear;
use burn::tensor::{Device, Tensor, TensorData};

use crate::device::read;
use crate::error::{Code, Result};

/// One fully connected layer on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// Width in.
    pub inputs: usize,
    /// Width out.
    pub outputs: usize,
    /// `inputs × outputs`, row-major: z = x·W + b.
    pub weight: Vec<f32>,
    /// `outputs`.
    pub bias: Vec<f32>,
}

/// A fully connected layer on a device.
#[derive(Module, Debug)]
pub struct Dense {
    weight: Param<Tensor<2>>,
    bias: Param<Tensor<1>>,
}

impl Dense {
    /// Uploads a layer. On a device with autodiff its parameters ask for gradients.
    pub fn build(layer: &Layer, device: &Device) -> Self {
        let weight = TensorData::new(layer.weight.clone(), [layer.inputs, layer.outputs]);
        let bias = TensorData::new(layer.bias.clone(), [layer.outputs]);
        Self { weight: param(Tensor::from_data(weight, device)), bias: param(Tensor::from_data(bias, device)) }
    }
    /// Uploads a layer that asks for no gradient on any device: no optimiser touches it.
    pub fn build_fixed(layer: &Layer, device: &Device) -> Self {
        let weight = TensorData::new(layer.weight.clone(), [layer.inputs, layer.outputs]);
        let bias = TensorData::new(layer.bias.clone(), [layer.outputs]);
        Self {
            weight: Param::initialized(ParamId::new(), Tensor::from_data(weight, device)),
            bias: Param::initialized(ParamId::new(), Tensor::from_data(bias, device)),
        }
    }
    /// The same layer with a bias that stays as it is: before a normalisation by the batch its gradient is zero but for
    /// rounding, of which Adagrad and Adam would make whole steps.
    pub fn with_fixed_bias(self) -> Self {
        Self { bias: self.bias.map(|bias| bias.set_require_grad(false)), ..self }
    }
    /// Weight and bias as they are on the device: `[inputs, outputs]` and `[outputs]`.
    pub fn tensors(&self) -> (Tensor<2>, Tensor<1>) {
        (self.weight.val(), self.bias.val())
    }
    /// Brings the layer back to the host.
    ///
    /// # Errors
    /// [`Code::GpuLost`].
    pub async fn layer(&self) -> Result<Layer> {
        let [inputs, outputs] = self.weight.val().dims();
        let weight = plain(self.weight.val()).reshape([inputs * outputs]);
        match <[Vec<f32>; 2]>::try_from(read(vec![weight, plain(self.bias.val())]).await?) {
            Ok([weight, bias]) => Ok(Layer { inputs, outputs, weight, bias }),
            Err(_) => Err(Code::Internal.err().with("reason", "a layer did not come back from the device")),
        }
    }
    /// x·W + b.
    ///
    /// # Shapes
    /// `[rows, inputs] -> [rows, outputs]`
    pub fn forward(&self, x: Tensor<2>) -> Tensor<2> {
        linear(x, self.weight.val(), Some(self.bias.val()))
    }
}

pub(super) fn plain<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    if tensor.is_autodiff() { tensor.inner() } else { tensor }
}

pub(super) fn param<const D: usize>(tensor: Tensor<D>) -> Param<Tensor<D>> {
    let tensor = if tensor.is_autodiff() { tensor.require_grad() } else { tensor };
    Param::initialized(ParamId::new(), tensor)
}

/// A multilayer perceptron on a device: see the [module](self).
#[derive(Module, Debug)]
pub struct Mlp {
    layers: Vec<Dense>,
}

impl Mlp {
    /// Uploads the layers.
    pub fn build(layers: &[Layer], device: &Device) -> Self {
        Self { layers: layers.iter().map(|layer| Dense::build(layer, device)).collect() }
    }

    /// Uploads layers that ask for no gradient on any device.
    pub fn build_fixed(layers: &[Layer], device: &Device) -> Self {
        Self { layers: layers.iter().map(|layer| Dense::build_fixed(layer, device)).collect() }
    }

    /// The output before any link function. `masks`, one for each hidden layer, come from
    /// [`dropout`](super::dropout); without them nothing is dropped.
    ///
    /// # Shapes
    /// `[rows, p] -> [rows, k]`; mask i is `[rows, width of hidden layer i]`
    pub fn forward(&self, x: Tensor<2>, masks: &[Tensor<2>]) -> Tensor<2> {
        let mut h = x;
        for (i, layer) in self.layers.iter().enumerate() {
            h = layer.forward(h);
            if i + 1 < self.layers.len() {
                h = relu(h);
                if let Some(mask) = masks.get(i) {
                    h = h * mask.clone();
                }
            }
        }
        h
    }

    /// The last hidden representation of a network that is all hidden layers: relu after every layer, nothing dropped.
    ///
    /// # Shapes
    /// `[rows, p] -> [rows, width of the last layer]`
    pub fn features(&self, x: Tensor<2>) -> Tensor<2> {
        self.features_under(x, &[])
    }

    /// [`features`](Self::features) while training: mask i is `[rows, width of layer i]`.
    ///
    /// # Shapes
    /// `[rows, p] -> [rows, width of the last layer]`
    pub fn features_under(&self, x: Tensor<2>, masks: &[Tensor<2>]) -> Tensor<2> {
        self.layers.iter().enumerate().fold(x, |h, (i, layer)| {
            let h = relu(layer.forward(h));
            match masks.get(i) {
                Some(mask) => h * mask.clone(),
                None => h,
            }
        })
    }

    /// Brings the layers back to the host, in one synchronisation.
    ///
    /// # Errors
    /// [`Code::GpuLost`].
    pub async fn layers(&self) -> Result<Vec<Layer>> {
        let mut flat = Vec::with_capacity(2 * self.layers.len());
        for layer in &self.layers {
            let weight = plain(layer.weight.val());
            let [inputs, outputs] = weight.dims();
            flat.push(weight.reshape([inputs * outputs]));
            flat.push(plain(layer.bias.val()));
        }
        let mut values = read(flat).await?.into_iter();
        let mut layers = Vec::with_capacity(self.layers.len());
        for layer in &self.layers {
            let [inputs, outputs] = layer.weight.val().dims();
            let (Some(weight), Some(bias)) = (values.next(), values.next()) else {
                return Err(Code::Internal.err().with("reason", "a layer did not come back from the device"));
            };
            layers.push(Layer { inputs, outputs, weight, bias });
        }
        Ok(layers)
    }
}
