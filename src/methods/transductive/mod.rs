//! Same task, another domain.

pub mod continued_trees;
pub mod feature_augmentation;
pub mod hanczar;
pub mod prior_shift;
pub mod recalibration;
pub mod ridge_to_source;
pub mod source_as_feature;
pub mod stacking;
pub mod trans_glm;
