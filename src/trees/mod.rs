//! Gradient-boosted trees: XGBoost's algorithm (Chen and Guestrin, KDD 2016; arXiv:1603.02754), our own code.
//!
//! Each tree is the second-order step on the regularised objective Σ wᵢ ℓ(yᵢ, fᵢ) + Σ leaves (γ + ½ λ v² + α |v|): with
//! G and H the sums of gradients and Hessians in a node, a leaf is worth v = −η T(G)/(H + λ), T the soft threshold at
//! α, and a split is worth T(G_L)²/(H_L + λ) + T(G_R)²/(H_R + λ) − T(G)²/(H + λ) (eqs. 6 and 7, without the ½, as
//! XGBoost counts γ). Rows whose feature is missing go to the side where they are worth more (the paper's algorithm 3).
//!
//! Parameters mean what XGBoost's mean, so that a published setting can be written down as it is. Tests hold splits and
//! margins to XGBoost's own. Where we differ:
//! - Margins and gradients are f64 (XGBoost: f32); features, thresholds and leaves are f32. Margins agree to about
//!   1e-5.
//! - Gradients are rounded once a tree to a grid on which every sum is exact in f64 (`pair`), so that a node's sums do
//!   not depend on the order of the rows, a sibling's histogram is an exact difference, and exact and histogram search
//!   agree wherever every value has a bin of its own.
//! - `subsample` draws a number of rows, not each row by a coin; the streams are ours.
//! - With `base_score` absent the start is the weighted mean of the labels (as a logit, or log shares of the classes).
//! - Histogram search keeps 255 bins, not 256, in a column with missing values; and a column's quantiles are taken from
//!   all of its values, never from a stream's sketch.
//! - Infinite feature values count as the largest numbers.
//!
//! As in XGBoost a split must gain more than 1e-6, whatever the scale of the labels: with squared loss, bring numbers
//! to a spread of about 1 before, else labels of a millionth learn nothing (and labels of 10¹⁸ are an error).
//!
//! Category features: expand them into one column a level beforehand (a missing category is NaN in all of them); trees
//! over level numbers would read an order into names.
//!
//! [`Booster::step`] grows one tree a class: between steps a caller tells progress, breathes and cancels.

mod bagged;
mod bins;
mod boost;
mod data;
mod exact;
mod forest;
mod gain;
mod grow;
mod hist;
mod importance;
mod loss;
mod pair;
mod params;
mod predict;
mod sample;
mod scan;
pub mod shap;
mod sketch;

pub use bagged::Bagged;
pub use boost::{Booster, Step, train};
pub use data::{Matrix, Rows};
pub use forest::{Forest, Parts};
pub use importance::Importance;
pub use loss::Loss;
pub use params::{Params, Search};
