//! Same task, another domain.

pub mod cdan;
pub mod cluster_then_label;
pub mod continued_trees;
pub mod coral;
pub mod dann;
pub mod deep_coral;
pub mod deep_mmd;
pub mod drug_target;
pub mod feature_augmentation;
pub mod hanczar;
pub mod importance_weighting;
pub mod linear_transport;
pub mod mdd;
pub mod prior_shift;
pub mod recalibration;
pub mod ridge_to_source;
pub mod scdeal;
pub mod self_training;
pub mod source_as_feature;
pub mod stacking;
pub mod subspace_alignment;
pub mod tradaboost;
pub mod tradaboost_r2;
pub mod trans_glm;
pub mod transfer_components;
pub mod two_phase;
