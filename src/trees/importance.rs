//! Which features the trees use.

use super::forest::Forest;

/// How a feature's use is counted; the names are XGBoost's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Importance {
    /// Number of splits.
    Weight,
    /// Mean gain of its splits.
    Gain,
    /// Mean cover of its splits.
    Cover,
    /// Sum of gains.
    TotalGain,
    /// Sum of covers.
    TotalCover,
}

impl Forest {
    /// One number a feature; 0 where it is never asked for. In training rows: for what a model does with a feature, use
    /// SHAP or permutation.
    pub fn importance(&self, kind: Importance) -> Vec<f64> {
        let parts = self.parts();
        let (mut sums, mut splits) = (vec![0.0; parts.features], vec![0.0; parts.features]);
        for node in (0..parts.feature.len()).filter(|node| parts.left[*node] != 0) {
            let feature = parts.feature[node] as usize;
            splits[feature] += 1.0;
            sums[feature] += match kind {
                Importance::Weight => 1.0,
                Importance::Gain | Importance::TotalGain => f64::from(parts.gain[node]),
                Importance::Cover | Importance::TotalCover => f64::from(parts.cover[node]),
            };
        }
        if matches!(kind, Importance::Gain | Importance::Cover) {
            for (sum, splits) in sums.iter_mut().zip(splits).filter(|(_, splits)| *splits > 0.0) {
                *sum /= splits;
            }
        }
        sums
    }
}
