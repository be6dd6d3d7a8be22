//! The methods that stand beside every other.

pub mod source_only;
pub mod target_only_network;
