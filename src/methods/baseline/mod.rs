//! The methods that stand beside every other.
