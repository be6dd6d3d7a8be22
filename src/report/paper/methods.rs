//! The methods paragraph: what a paper's *Statistical analysis* says, in its usual order.

use super::Sentence;
use super::sentences::Told;

pub(super) fn paragraph(told: &mut Told<'_>) -> Vec<Sentence> {
    let mut out = told.data();
    out.extend(told.outcome());
    out.push(told.predictors());
    out.extend(told.converted());
    if told.forward().is_some() {
        out.extend(told.encoding());
        out.extend(told.missing());
        out.push(told.compared());
        out.push(told.unusual_settings());
    }
    out.extend(told.design());
    out.extend(told.estimand());
    out.extend(told.inference());
    out.extend(told.measures());
    out.extend(told.shift());
    out.extend(told.software());
    out
}
