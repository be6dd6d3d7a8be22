//! How two cohorts differ, from the tables alone.

/// What was found.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub struct Shift {}

/// Compares the sources with the target.
///
/// # Errors
/// [`crate::Code::Cancelled`].
pub async fn compute(
    _sources: &[crate::cohort::Cohort],
    _target: &crate::cohort::Cohort,
    _seed: u64,
    pulse: &crate::watch::Pulse<'_>,
) -> crate::Result<Shift> {
    pulse.breathe().await?;
    Ok(Shift::default())
}
