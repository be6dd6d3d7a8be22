//! Parts that several methods share.

pub mod aligned;
pub mod clusters;
pub mod combine;
pub mod committee;
pub mod encoder;
pub mod forest;
pub mod grid;
pub mod head;
pub mod impute;
pub mod ladder;
pub mod learner;
pub mod linear;
pub mod network;
pub mod penalised;
pub mod pool;
pub mod rows;
pub mod select;
pub mod shared;
pub mod source;
pub mod tune;
