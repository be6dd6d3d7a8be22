//! What a network makes of rows before its last layers: the space in which domains are to lie alike.

use super::encoder::Rows;
use super::forecaster::{FORM, Forecaster};
use super::network::{Network, hidden};
use super::series::Scale;
use crate::cohort::{Cohort, Side};
use crate::error::Result;
use crate::methods::Model;
use crate::train::Run;

/// The features of these rows, `[rows, width]`; `None` for a model that is no network of one representation.
///
/// A forecaster scales a person of the source by that person's own rows, as it did when it learned from them. A network
/// whose encoder ends before its last hidden layer says where (`body`).
///
/// # Errors
/// [`crate::Code::ModelOtherColumns`], [`crate::Code::BadModel`], [`crate::Code::GpuLost`].
pub async fn representation(model: &Model, rows: &Cohort, run: &Run<'_>) -> Result<Option<Rows<f32>>> {
    let form: Option<String> = model.meta("form").ok();
    match form.as_deref() {
        Some(FORM) => {
            let network = Forecaster::from_model(model)?;
            let scale = match rows.side {
                Side::Source => Scale::fit(&network.shape, rows)?,
                Side::Target => Scale::restore(&network.shape, model)?,
            };
            Ok(Some(network.features(&scale.x(&network.shape, &rows.x)?, run).await?))
        }
        Some("network") => {
            let network = Network::from_model(model)?;
            let upto = model.meta("body").unwrap_or(network.layers.len().saturating_sub(1));
            let x = network.encoder.transform(&rows.x)?;
            Ok(if upto == 0 {
                None
            } else {
                Some(hidden(&network.layers[..upto.min(network.layers.len())], &x, run).await?)
            })
        }
        _ => Ok(None),
    }
}
