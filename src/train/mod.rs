//! Training: what a run is handed (`run`), and the one loop (`descend`).

pub mod run;

pub use run::Run;
