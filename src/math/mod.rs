//! Mathematics on the host, in f64.

pub mod dist;
pub mod elastic;
pub mod linalg;
pub mod loess;
pub mod logistic;
pub mod pca;
pub mod stats;
pub mod tests;
