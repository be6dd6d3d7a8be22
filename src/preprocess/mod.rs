//! From tables to cohorts: what each column is for, how two tables correspond, what looks wrong, who is in.
//!
//! Nothing here learns from the values: imputation and scaling belong inside the training rows of a fold.

pub mod aside;
mod checks;
pub mod cohorts;
mod duplicates;
pub mod finding;
mod labels;
pub mod mapping;
pub mod names;
pub mod person;
mod read;
pub mod roles;
pub mod rows;
pub mod survival;
pub mod units;

pub use aside::Aside;
pub use cohorts::{Cohorts, Origin, Preparation, assemble, assemble_for_model};
pub use finding::{Finding, Weight};
pub use mapping::{How, LabelMap, Lined, Mapping, Measure, Pair, UnitSuspicion, line_up, line_up_model};
pub use person::{OnePerson, persons};
pub use roles::{LabelCandidate, LabelKind, LabelPlan, Role, Roles, Suggestion, suggest_roles};
pub use rows::Set;
