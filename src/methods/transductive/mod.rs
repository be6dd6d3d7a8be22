//! Same task, another domain.

pub mod continued_trees;
pub mod hanczar;
