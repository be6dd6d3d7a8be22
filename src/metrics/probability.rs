//! Proper scores of probabilities.

use crate::math::stats::{mean, sum};

/// Probabilities nearer to 0 or 1 than this are moved to it before a logarithm: one certain mistake costs 34.5.
pub const CLIP: f64 = 1e-15;

/// Brier score of the event's probability: mean (p − y)², 0 to 1 (Brier, Mon Weather Rev 1950;78:1–3, halved).
pub fn brier(y: &[bool], p: &[f64]) -> f64 {
    sum(y.iter().zip(p).map(|(&e, &p)| (p - f64::from(u8::from(e))) * (p - f64::from(u8::from(e))))) / y.len() as f64
}

/// Brier score over all classes: mean Σₖ (pₖ − yₖ)², 0 to 2.
///
/// # Shapes
/// `p`: n × classes by rows.
pub fn brier_classes(y: &[u32], classes: usize, p: &[f64]) -> f64 {
    let cells = p.iter().enumerate().map(|(i, p)| {
        let hit = y.get(i / classes).is_some_and(|&c| c as usize == i % classes);
        (p - f64::from(u8::from(hit))) * (p - f64::from(u8::from(hit)))
    });
    sum(cells) / y.len() as f64
}

/// 1 − Brier / (π (1 − π)): 0 for the prevalence of the evaluated rows, 1 for perfection. `None` with one class only.
pub fn scaled_brier(y: &[bool], p: &[f64]) -> Option<f64> {
    let prevalence = y.iter().filter(|&&e| e).count() as f64 / y.len() as f64;
    let worst = prevalence * (1.0 - prevalence);
    (worst > 0.0).then(|| 1.0 - brier(y, p) / worst)
}

/// As [`scaled_brier`] over all classes. `None` with one class only.
pub fn scaled_brier_classes(y: &[u32], classes: usize, p: &[f64]) -> Option<f64> {
    let worst = 1.0
        - (0..classes)
            .map(|k| y.iter().filter(|&&c| c as usize == k).count() as f64 / y.len() as f64)
            .map(|s| s * s)
            .sum::<f64>();
    (worst > 1e-12).then(|| 1.0 - brier_classes(y, classes, p) / worst)
}

/// The loss of every row: −ln of the probability given to what happened, clipped at [`CLIP`].
pub fn log_losses(y: &[bool], p: &[f64]) -> Vec<f64> {
    y.iter().zip(p).map(|(&e, &p)| -libm::log((if e { p } else { 1.0 - p }).clamp(CLIP, 1.0 - CLIP))).collect()
}

/// Mean negative log-likelihood of the event's probability, clipped at [`CLIP`].
pub fn log_loss(y: &[bool], p: &[f64]) -> f64 {
    mean(&log_losses(y, p))
}

/// Mean negative log-likelihood over classes, clipped at [`CLIP`].
///
/// # Shapes
/// `p`: n × classes by rows, each row summing to 1.
pub fn log_loss_classes(y: &[u32], classes: usize, p: &[f64]) -> f64 {
    let losses = y.iter().enumerate().map(|(row, &class)| {
        let p = p.get(row * classes + class as usize).copied().unwrap_or(0.0);
        -libm::log(p.clamp(CLIP, 1.0 - CLIP))
    });
    sum(losses) / y.len() as f64
}
