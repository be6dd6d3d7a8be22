//! Networks, built from weights that the host made: `layers (host) -> build(&device) -> Module -> forward`.

pub mod autoencoder;
pub mod conv;
pub mod dropout;
pub mod init;
pub mod losses;
pub mod mlp;
pub mod norm;
pub mod normed;
pub mod reverse;

pub use autoencoder::Autoencoder;
pub use conv::{Conv1d, Kernel};
pub use mlp::{Dense, Layer, Mlp};
pub use norm::{Norm, Running, Scales};
pub use normed::{By, NormedMlp, Stack};
pub use reverse::{ramp, reverse};
