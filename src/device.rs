//! The device that networks run on: the processor (the reference), or WebGPU, and the one way to read from either.
//!
//! Burn registers WebGPU once per worker, a second registration is an error, so the
//! device is kept here and cloned. Nothing else in the crate reads a tensor: a synchronous read panics on WebGPU.

use crate::error::{Code, Error, Result};
pub use burn::tensor::Device;
use burn::tensor::{Tensor, Transaction};
use serde::{Deserialize, Serialize};

/// Which kind of device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceKind {
    /// The processor, burn's flex backend: the reference for every number.
    #[default]
    Cpu,
    /// WebGPU, by burn's wgpu backend with fused kernels.
    Gpu,
}

/// The processor.
pub fn cpu() -> Device {
    Device::flex()
}

/// The device of this kind; for WebGPU the first call asks the browser for an adapter, later ones clone the answer.
///
/// # Errors
/// [`Code::GpuLost`] where there is no adapter, or where this build has no WebGPU (the native one).
pub async fn open(kind: DeviceKind) -> Result<Device> {
    match kind {
        DeviceKind::Cpu => Ok(cpu()),
        DeviceKind::Gpu => gpu::open().await,
    }
}

/// Which kind `device` is. It asks the device itself, so that a run on the processor never passes for one on the GPU.
pub fn kind(device: &Device) -> DeviceKind {
    if device.clone().without_autodiff() == cpu() { DeviceKind::Cpu } else { DeviceKind::Gpu }
}

/// The values of these tensors, row by row, in one read.
///
/// # Errors
/// [`Code::GpuLost`] where the device gives no answer: the GPU was taken away, or one of its steps failed.
pub async fn read<const D: usize>(tensors: Vec<Tensor<D>>) -> Result<Vec<Vec<f32>>> {
    if tensors.is_empty() {
        return Ok(Vec::new());
    }
    let reading = tensors.into_iter().fold(Transaction::default(), |reading, tensor| reading.register(tensor.detach()));
    let values = reading.execute_async().await.map_err(|reason| lost(&reason))?;
    values
        .into_iter()
        .map(|value| {
            value.try_into_vec::<f32>().map_err(|reason| Code::Internal.err().with("reason", format!("{reason:?}")))
        })
        .collect()
}

fn lost(reason: &impl std::fmt::Debug) -> Error {
    Code::GpuLost.err().with("reason", format!("{reason:?}"))
}

#[cfg(target_family = "wasm")]
mod gpu {
    use super::{Device, Result, lost};
    use std::cell::RefCell;

    thread_local! {
        // One answer a worker, refusals included: a second registration is an error in burn.
        static ANSWER: RefCell<Option<Result<Device>>> = const { RefCell::new(None) };
    }

    pub(super) async fn open() -> Result<Device> {
        if let Some(answer) = ANSWER.with(|kept| kept.borrow().clone()) {
            return answer;
        }
        let answer = Device::wgpu_options().init_async().await.map_err(|reason| lost(&reason));
        ANSWER.with(|kept| *kept.borrow_mut() = Some(answer.clone()));
        answer
    }
}

#[cfg(not(target_family = "wasm"))]
mod gpu {
    use super::{Code, Device, Result};

    pub(super) async fn open() -> Result<Device> {
        Err(Code::GpuLost.err().with("reason", "no WebGPU in this build"))
    }
}
