//! shift.
