//! Why a model says what it says.

pub mod permutation;
