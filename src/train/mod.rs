//! Training: what a run is handed (`run`), the optimiser (`adamw`), the one loop
//! (`descend`), and a short training that tells how fast a device is (`trial`).

pub mod adamw;
pub mod descend;
pub mod run;
pub mod trial;

pub use adamw::Decay;
pub use descend::{Batch, Curves, Descent, LossTerm, Schedule, descend, descend_by};
pub use run::{Fill, Imputation, Run};
