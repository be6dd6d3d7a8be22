//! Training: what a run is handed (`run`), the optimiser (`adamw`), the one loop
//! (`descend`), and a short training that tells how fast a device is (`trial`).

pub mod adamw;
pub mod descend;
pub mod run;
pub mod trial;

pub use descend::{Batch, Descent, LossTerm, Schedule, descend};
pub use run::{Fill, Imputation, Run};
