//! Another task: what is known of the source is not what is asked of the target.

pub mod aitl;
pub mod atl;
