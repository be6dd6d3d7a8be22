//! Parts that several methods share.

pub mod encoder;
pub mod forest;
pub mod head;
pub mod learner;
pub mod linear;
pub mod network;
pub mod rows;
pub mod select;
pub mod shared;
pub mod tune;
