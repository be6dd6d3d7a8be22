//! nets.
