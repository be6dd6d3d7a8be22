//! Same task, another domain.

pub mod hanczar;
