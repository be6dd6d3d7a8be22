//! Networks, built from weights that the host made: `layers (host) -> build(&device) -> Module -> forward`.

pub mod dropout;
pub mod init;
pub mod losses;
pub mod mlp;

pub use mlp::{Layer, Mlp};
