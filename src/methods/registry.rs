//! One row a method, in the order in which the page shows them.

use super::AnyMethod;
use super::baseline::persistence::Persistence;
use super::baseline::pooled::Pooled;
use super::baseline::series_svr::SeriesSvr;
use super::baseline::series_target_only::SeriesTargetOnly;
use super::baseline::source_only::SourceOnly;
use super::baseline::source_only_linear::SourceOnlyLinear;
use super::baseline::source_only_trees::SourceOnlyTrees;
use super::baseline::target_only::TargetOnly;
use super::baseline::target_only_linear::TargetOnlyLinear;
use super::baseline::target_only_network::TargetOnlyNetwork;
use super::baseline::target_only_trees::TargetOnlyTrees;
use super::baseline::weighted_pooling::WeightedPooling;
use super::inductive::aitl::Aitl;
use super::inductive::atl::Atl;
use super::inductive::atl::standard::SeriesTransfer;
use super::transductive::cdan::Cdan;
use super::transductive::cluster_then_label::ClusterThenLabel;
use super::transductive::continued_trees::ContinuedTrees;
use super::transductive::coral::Coral;
use super::transductive::dann::Dann;
use super::transductive::deep_coral::DeepCoral;
use super::transductive::deep_mmd::DeepMmd;
use super::transductive::drug_target::DrugTarget;
use super::transductive::feature_augmentation::FeatureAugmentation;
use super::transductive::hanczar::Hanczar;
use super::transductive::importance_weighting::ImportanceWeighting;
use super::transductive::linear_transport::LinearTransport;
use super::transductive::mdd::Mdd;
use super::transductive::prior_shift::PriorShift;
use super::transductive::recalibration::Recalibration;
use super::transductive::ridge_to_source::RidgeToSource;
use super::transductive::scdeal::ScDeal;
use super::transductive::scdeal::before::ScDealBefore;
use super::transductive::self_training::SelfTraining;
use super::transductive::source_as_feature::SourceAsFeature;
use super::transductive::stacking::Stacking;
use super::transductive::subspace_alignment::SubspaceAlignment;
use super::transductive::tradaboost::TrAdaBoost;
use super::transductive::tradaboost_r2::TrAdaBoostR2;
use super::transductive::trans_glm::TransGlm;
use super::transductive::transfer_components::TransferComponents;
use super::transductive::two_phase::TwoPhase;
use crate::error::{Code, Result};

/// Every method.
pub static REGISTRY: &[&dyn AnyMethod] = &[
    &SourceOnly,
    &SourceOnlyLinear,
    &SourceOnlyTrees,
    &TargetOnly,
    &TargetOnlyNetwork,
    &TargetOnlyLinear,
    &TargetOnlyTrees,
    &Pooled,
    &WeightedPooling,
    &Hanczar,
    &TwoPhase,
    &ContinuedTrees,
    &Recalibration,
    &RidgeToSource,
    &FeatureAugmentation,
    &SourceAsFeature,
    &Stacking,
    &TransGlm,
    &PriorShift,
    &ImportanceWeighting,
    &Coral,
    &LinearTransport,
    &SubspaceAlignment,
    &TransferComponents,
    &Dann,
    &Cdan,
    &Mdd,
    &DeepCoral,
    &DeepMmd,
    &ScDeal,
    &ScDealBefore,
    &Aitl,
    &TrAdaBoost,
    &TrAdaBoostR2,
    &SelfTraining,
    &ClusterThenLabel,
    &DrugTarget,
    &Atl,
    &SeriesTransfer,
    &SeriesTargetOnly,
    &SeriesSvr,
    &Persistence,
];

/// The method of this id.
///
/// # Errors
/// [`Code::Unknown`] with the known ones.
pub fn find(id: &str) -> Result<&'static dyn AnyMethod> {
    REGISTRY.iter().copied().find(|method| method.card().id == id).ok_or_else(|| {
        let known = REGISTRY.iter().map(|method| method.card().id).collect::<Vec<_>>().join(", ");
        Code::Unknown.err().with("name", id).with("known", known)
    })
}
