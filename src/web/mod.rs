//! Between the page and the engine: the messages, and (in the wasm build alone) the handful of exports.

pub mod ask;
pub mod desk;
pub mod protocol;

#[cfg(target_family = "wasm")]
mod boundary;
#[cfg(target_family = "wasm")]
mod listener;
#[cfg(target_family = "wasm")]
mod memory;
#[cfg(target_family = "wasm")]
mod open;
