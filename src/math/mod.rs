//! Mathematics on the host, in f64.

pub mod align;
pub mod covariance;
pub mod dist;
pub mod elastic;
pub mod kernel;
pub mod linalg;
pub mod loess;
pub mod logistic;
pub mod pca;
pub mod rows;
pub mod softmax;
pub mod spd;
pub mod stats;
pub mod svm;
pub mod tanimoto;
pub mod tests;
pub mod tsne;
pub mod weights;
