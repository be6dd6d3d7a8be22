//! The labelled rows of cohorts in an order of their own, and their labels as a learner wants them.

use crate::cohort::{Cohort, FeatureKind, Labels};
use crate::error::{Code, Result};
use crate::rng::{fnv1a, mix};

/// The labelled rows, sorted by their content, so that the order of a table's rows or columns can change nothing
/// in what is learned from it.
pub fn canonical(cohort: &Cohort) -> Cohort {
    ordered(cohort.labelled())
}

/// Rows sorted by their content, labelled or not.
pub fn ordered(rows: Cohort) -> Cohort {
    let order = order_of(&rows);
    rows.select(&order)
}

/// The order of [`ordered`], as row numbers.
pub fn order_of(rows: &Cohort) -> Vec<usize> {
    let mut keys = vec![0_u64; rows.len()];
    let mut features: Vec<usize> = (0..rows.x.features().len()).collect();
    features.sort_by(|&a, &b| rows.x.features()[a].name.cmp(&rows.x.features()[b].name));
    for f in features {
        let levels: Vec<u64> = match &rows.x.features()[f].kind {
            FeatureKind::Number => Vec::new(),
            FeatureKind::Category { levels } => levels.iter().map(|level| fnv1a(level.as_bytes())).collect(),
        };
        for (key, v) in keys.iter_mut().zip(rows.x.column(f)) {
            let bits = if v.is_nan() { u64::MAX } else { u64::from((v + 0.0).to_bits()) };
            *key = mix(*key, levels.get(v as usize).copied().unwrap_or(bits));
        }
    }
    for (row, key) in keys.iter_mut().enumerate() {
        let label = match &rows.y {
            Some(Labels::Classes { names, codes, .. }) => {
                let name = codes.get(row).copied().flatten().and_then(|code| names.get(code as usize));
                name.map_or(0, |name| fnv1a(name.as_bytes()))
            }
            Some(Labels::Values { values, .. }) => values.get(row).map_or(0, |v| v.to_bits()),
            _ => 0,
        };
        *key = mix(*key, label);
        if let Some(outcome) = rows.outcome.as_ref().and_then(|outcome| outcome.get(row)) {
            *key = mix(*key, outcome.to_bits());
        }
    }
    let mut order: Vec<usize> = (0..rows.len()).collect();
    order.sort_by_key(|&row| keys[row]);
    order
}

/// Labels of rows that all have one.
#[derive(Debug, Clone, PartialEq)]
pub enum Known {
    /// Classes.
    Classes {
        /// The classes' names.
        names: Vec<String>,
        /// The class that counts as the event.
        event: usize,
        /// The class of each row.
        codes: Vec<usize>,
    },
    /// Numbers.
    Values {
        /// The unit.
        unit: String,
        /// The value of each row.
        values: Vec<f64>,
    },
}

impl Known {
    /// The labels of a cohort's rows; all must be labelled ([`canonical`]).
    ///
    /// # Errors
    /// `lacking` where there is no label at all, [`Code::NeedNotMet`] where there are several kinds of label.
    pub fn of(cohort: &Cohort, lacking: Code) -> Result<Self> {
        let absent = || lacking.err().with("found", 0);
        match &cohort.y {
            Some(Labels::Classes { names, event, codes }) => {
                let codes: Vec<usize> =
                    codes.iter().flatten().map(|&code| code as usize).filter(|&code| code < names.len()).collect();
                if codes.is_empty() || codes.len() != cohort.len() {
                    return Err(absent());
                }
                Ok(Known::Classes { names: names.clone(), event: *event, codes })
            }
            Some(Labels::Values { unit, values }) => {
                if values.is_empty() || values.len() != cohort.len() || values.iter().any(|v| !v.is_finite()) {
                    return Err(absent());
                }
                Ok(Known::Values { unit: unit.clone(), values: values.clone() })
            }
            Some(Labels::Several(_)) => Err(Code::NeedNotMet.err().with("method", "").with("need", "one label")),
            None => Err(absent()),
        }
    }

    /// The labels of several cohorts, one after the other; classes are matched by name.
    ///
    /// # Errors
    /// As [`Known::of`]; [`Code::NeedNotMet`] where one has classes and another numbers.
    pub fn join(cohorts: &[&Cohort], lacking: Code) -> Result<Self> {
        let mut all: Option<Known> = None;
        for cohort in cohorts {
            let next = Known::of(cohort, lacking)?;
            all = Some(match (all, next) {
                (None, next) => next,
                (
                    Some(Known::Classes { mut names, event, mut codes }),
                    Known::Classes { names: more, codes: c, .. },
                ) => {
                    for code in c {
                        let Some(name) = more.get(code) else { continue };
                        let at = names.iter().position(|n| n == name).unwrap_or_else(|| {
                            names.push(name.clone());
                            names.len() - 1
                        });
                        codes.push(at);
                    }
                    Known::Classes { names, event, codes }
                }
                (Some(Known::Values { unit, mut values }), Known::Values { values: more, .. }) => {
                    values.extend(more);
                    Known::Values { unit, values }
                }
                _ => return Err(Code::NeedNotMet.err().with("method", "").with("need", "one kind of label")),
            });
        }
        all.ok_or_else(|| lacking.err().with("found", 0))
    }

    /// The number of rows.
    pub fn len(&self) -> usize {
        match self {
            Known::Classes { codes, .. } => codes.len(),
            Known::Values { values, .. } => values.len(),
        }
    }
    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// Rows of each class; empty for numbers.
    pub fn counts(&self) -> Vec<usize> {
        match self {
            Known::Classes { names, codes, .. } => {
                let mut counts = vec![0; names.len()];
                for &code in codes {
                    if let Some(count) = counts.get_mut(code) {
                        *count += 1;
                    }
                }
                counts
            }
            Known::Values { .. } => Vec::new(),
        }
    }
    /// Rows of the class that has fewest; all rows for numbers.
    pub fn fewest(&self) -> usize {
        match self {
            Known::Classes { .. } => self.counts().into_iter().min().unwrap_or(0),
            Known::Values { values, .. } => values.len(),
        }
    }
    /// Rows of the class that has fewest of those that have any; all rows for numbers.
    pub fn fewest_present(&self) -> usize {
        match self {
            Known::Classes { .. } => self.counts().into_iter().filter(|n| *n > 0).min().unwrap_or(0),
            Known::Values { values, .. } => values.len(),
        }
    }
    /// The labels of some rows.
    pub fn select(&self, rows: &[usize]) -> Self {
        match self {
            Known::Classes { names, event, codes } => Known::Classes {
                names: names.clone(),
                event: *event,
                codes: rows.iter().filter_map(|&row| codes.get(row).copied()).collect(),
            },
            Known::Values { unit, values } => Known::Values {
                unit: unit.clone(),
                values: rows.iter().filter_map(|&row| values.get(row).copied()).collect(),
            },
        }
    }
    /// The strata for splitting ([`Labels::strata`]).
    pub fn strata(&self) -> Vec<u32> {
        match self {
            Known::Classes { codes, .. } => codes.iter().map(|&code| code as u32).collect(),
            Known::Values { values, .. } => Labels::Values { unit: String::new(), values: values.clone() }.strata(),
        }
    }
    /// That there is something to learn: two classes with rows, or two different numbers.
    ///
    /// # Errors
    /// [`Code::OneClass`] naming the one, [`Code::TooFewRows`].
    pub fn check(&self) -> Result<()> {
        match self {
            Known::Classes { names, .. } => {
                let counts = self.counts();
                let there: Vec<&str> =
                    names.iter().zip(&counts).filter(|(_, n)| **n > 0).map(|(name, _)| name.as_str()).collect();
                if there.len() < 2 { Err(Code::OneClass.err().with("found", there.join(", "))) } else { Ok(()) }
            }
            Known::Values { values, .. } => {
                if values.len() < 2 {
                    Err(Code::TooFewRows.err().with("found", values.len()).with("needed", 2).with("what", "training"))
                } else if values.iter().all(|v| Some(v) == values.first()) {
                    Err(Code::OneClass.err().with("found", values[0]))
                } else {
                    Ok(())
                }
            }
        }
    }
}
