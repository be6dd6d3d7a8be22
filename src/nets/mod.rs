//! Networks, built from weights that the host made: `layers (host) -> build(&device) -> Module -> forward`.

pub mod conv;
pub mod dropout;
pub mod init;
pub mod losses;
pub mod mlp;
pub mod norm;

pub use conv::{Conv1d, Kernel};
pub use mlp::{Dense, Layer, Mlp};
pub use norm::{Norm, Running, Scales};
