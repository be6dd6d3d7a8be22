//! Same task, another domain.
