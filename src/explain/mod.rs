//! Why a model says what it says.

pub mod attribute;
pub mod evidence;
pub mod influence;
pub mod integrated;
pub mod permutation;
