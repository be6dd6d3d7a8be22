//! Training: what a run is handed (`run`), the optimiser (`adamw`), and the one loop (`descend`).

pub mod adamw;
pub mod descend;
pub mod run;

pub use descend::{Batch, Descent, LossTerm, Schedule, descend};
pub use run::Run;
