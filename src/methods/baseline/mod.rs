//! The methods that stand beside every other.

pub mod persistence;
pub mod pooled;
pub mod series_svr;
pub mod series_target_only;
pub mod source_only;
pub mod source_only_linear;
pub mod source_only_trees;
pub mod target_only;
pub mod target_only_linear;
pub mod target_only_network;
pub mod target_only_trees;
pub mod weighted_pooling;
