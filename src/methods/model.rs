//! A model is a value: named tensors and what is needed to use them, no row of anybody's data.
//!
//! Methods are functions from models to models, so that a model in memory, in a file, and in another worker
//! are the same thing, and save–load–predict cannot differ from predict. The file is safetensors, the field's format.

use std::collections::HashMap;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::{Code, Result};

/// Version of the file; raised when old files can no longer be read.
pub const FORMAT: u32 = 1;

/// A named tensor on the host.
#[derive(Debug, Clone, PartialEq)]
pub struct Array {
    /// Its path in the model, as `encoder.mean` or `net.0.weight`.
    pub name: String,
    /// Its shape.
    pub shape: Vec<usize>,
    /// Its values, row-major.
    pub values: Values,
}

/// The values of an [`Array`].
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// Of networks.
    F32(Vec<f32>),
    /// Of statistics.
    F64(Vec<f64>),
}

/// A trained (or pre-trained) model: see the [module](self).
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    /// The method that made it.
    pub method: String,
    /// All that is no tensor: settings, features and levels, classes. No row of data.
    pub meta: Value,
    /// The tensors.
    pub arrays: Vec<Array>,
}

#[derive(Serialize, Deserialize)]
struct Header {
    format: u32,
    method: String,
    meta: Value,
}

impl Model {
    /// An empty model of this method.
    pub fn new(method: &str, meta: Value) -> Self {
        Self { method: method.to_owned(), meta, arrays: Vec::new() }
    }
    /// Adds single-precision values.
    pub fn put_f32(&mut self, name: impl Into<String>, shape: &[usize], values: Vec<f32>) {
        self.arrays.push(Array { name: name.into(), shape: shape.to_vec(), values: Values::F32(values) });
    }
    /// Adds double-precision values.
    pub fn put_f64(&mut self, name: impl Into<String>, shape: &[usize], values: Vec<f64>) {
        self.arrays.push(Array { name: name.into(), shape: shape.to_vec(), values: Values::F64(values) });
    }
    /// The tensor of this name.
    ///
    /// # Errors
    /// [`Code::BadModel`] where there is none.
    pub fn array(&self, name: &str) -> Result<&Array> {
        self.arrays
            .iter()
            .find(|array| array.name == name)
            .ok_or_else(|| Code::BadModel.err().with("reason", format!("no tensor {name}")))
    }
    /// Single-precision values of this name.
    ///
    /// # Errors
    /// [`Code::BadModel`] where there is none of this name and kind.
    pub fn f32(&self, name: &str) -> Result<&[f32]> {
        match &self.array(name)?.values {
            Values::F32(values) => Ok(values),
            Values::F64(_) => Err(Code::BadModel.err().with("reason", format!("{name} is not single precision"))),
        }
    }
    /// Double-precision values of this name.
    ///
    /// # Errors
    /// [`Code::BadModel`] where there is none of this name and kind.
    pub fn f64(&self, name: &str) -> Result<&[f64]> {
        match &self.array(name)?.values {
            Values::F64(values) => Ok(values),
            Values::F32(_) => Err(Code::BadModel.err().with("reason", format!("{name} is not double precision"))),
        }
    }
    /// Part of the meta data, read as `T`.
    ///
    /// # Errors
    /// [`Code::BadModel`] where it is absent or of another form.
    pub fn meta<T: serde::de::DeserializeOwned>(&self, key: &str) -> Result<T> {
        let value = self.meta.get(key).cloned().unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|reason| Code::BadModel.err().with("reason", format!("{key}: {reason}")))
    }

    /// The file: safetensors, with the rest as JSON in its metadata.
    ///
    /// # Errors
    /// [`Code::Internal`] if a shape does not fit its values.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let defect = |reason: String| Code::Internal.err().with("reason", reason);
        let header = Header { format: FORMAT, method: self.method.clone(), meta: self.meta.clone() };
        let header = serde_json::to_string(&header).map_err(|e| defect(e.to_string()))?;
        let bytes: Vec<Vec<u8>> = self
            .arrays
            .iter()
            .map(|array| match &array.values {
                Values::F32(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
                Values::F64(values) => values.iter().flat_map(|v| v.to_le_bytes()).collect(),
            })
            .collect();
        let mut views = Vec::with_capacity(self.arrays.len());
        for (array, bytes) in self.arrays.iter().zip(&bytes) {
            let dtype = match array.values {
                Values::F32(_) => Dtype::F32,
                Values::F64(_) => Dtype::F64,
            };
            let view = TensorView::new(dtype, array.shape.clone(), bytes)
                .map_err(|e| defect(format!("{}: {e}", array.name)))?;
            views.push((array.name.as_str(), view));
        }
        let metadata = HashMap::from([("autograft".to_owned(), header)]);
        safetensors::serialize(views, Some(metadata)).map_err(|e| defect(e.to_string()))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Code::BadModel`] with the reason.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let bad = |reason: String| Code::BadModel.err().with("reason", reason);
        let (_, metadata) = SafeTensors::read_metadata(bytes).map_err(|e| bad(e.to_string()))?;
        let header = metadata
            .metadata()
            .as_ref()
            .and_then(|m| m.get("autograft"))
            .ok_or_else(|| bad("it holds weights, and nothing that says what they belong to".to_owned()))?;
        let header: Header = serde_json::from_str(header).map_err(|e| bad(e.to_string()))?;
        if header.format != FORMAT {
            return Err(bad(format!("format {} is not {FORMAT}", header.format)));
        }
        let tensors = SafeTensors::deserialize(bytes).map_err(|e| bad(e.to_string()))?;
        let mut arrays = Vec::new();
        for (name, view) in tensors.tensors() {
            let data = view.data();
            let values = match view.dtype() {
                Dtype::F32 => {
                    Values::F32(data.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect())
                }
                Dtype::F64 => Values::F64(
                    data.chunks_exact(8)
                        .map(|b| f64::from_le_bytes([b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]]))
                        .collect(),
                ),
                other => return Err(bad(format!("{name} is {other:?}"))),
            };
            arrays.push(Array { name, shape: view.shape().to_vec(), values });
        }
        arrays.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { method: header.method, meta: header.meta, arrays })
    }
}
