//! Where networks are trained, and the one way back from there.

use burn::tensor::{Tensor, Transaction};

use crate::error::{Code, Result};

/// Reads tensors together, in one synchronisation: the only way values leave a device (a synchronous read
/// passes on the CPU and panics on WebGPU in a page).
///
/// # Errors
/// [`Code::GpuLost`] where the device no longer answers.
pub async fn read<const D: usize>(tensors: Vec<Tensor<D>>) -> Result<Vec<Vec<f32>>> {
    let lost = |reason: String| Code::GpuLost.err().with("reason", reason);
    let mut together = Transaction::default();
    for tensor in tensors {
        together = together.register(tensor);
    }
    let data = together.execute_async().await.map_err(|e| lost(format!("{e:?}")))?;
    data.into_iter().map(|values| values.try_into_vec::<f32>().map_err(|e| lost(format!("{e:?}")))).collect()
}
