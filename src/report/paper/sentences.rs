//! The sentences that paragraph and checklist share, each from the run alone.

use super::{Fact, Reference, Sentence, sentence};
use crate::evaluate::contrast::{Design, LEAST_EVENTS, LEAST_ROWS};
use crate::methods::card::Card;
use crate::methods::{Field, registry};
use crate::metrics::Metric;
use crate::metrics::operating::Rule;
use crate::plan::{Chosen, Split};
use crate::preprocess::{LabelKind, Role};
use crate::report::{Comparison, Report, Size};
use crate::shift::PERMUTATIONS;
use serde_json::Value;

/// Names listed before the rest is counted.
const LISTED: usize = 40;

/// A run that is being told, and what was cited so far.
pub(super) struct Told<'r> {
    pub report: &'r Report,
    pub references: Vec<Reference>,
}

/// The publications behind the steps that no method's card names.
const NADEAU: [&str; 5] = [
    "Nadeau C, Bengio Y",
    "Inference for the generalization error",
    "Machine Learning 52:239–281",
    "2003",
    "10.1023/A:1024068626366",
];
const MCCARTHY: [&str; 5] = [
    "McCarthy PJ",
    "Pseudo-replication: half samples",
    "Review of the International Statistical Institute 37:239–264",
    "1969",
    "",
];
const DELONG: [&str; 5] = [
    "DeLong ER, DeLong DM, Clarke-Pearson DL",
    "Comparing the areas under two or more correlated receiver operating characteristic curves: a nonparametric approach",
    "Biometrics 44:837–845",
    "1988",
    "10.2307/2531595",
];
const HOLM: [&str; 5] = [
    "Holm S",
    "A simple sequentially rejective multiple test procedure",
    "Scandinavian Journal of Statistics 6:65–70",
    "1979",
    "",
];
const EFRON: [&str; 5] = [
    "Efron B",
    "Better bootstrap confidence intervals",
    "Journal of the American Statistical Association 82:171–185",
    "1987",
    "10.1080/01621459.1987.10478410",
];
const VICKERS: [&str; 5] = [
    "Vickers AJ, Elkin EB",
    "Decision curve analysis: a novel method for evaluating prediction models",
    "Medical Decision Making 26:565–574",
    "2006",
    "10.1177/0272989X06295361",
];
const GRETTON: [&str; 5] = [
    "Gretton A, Borgwardt KM, Rasch MJ, et al.",
    "A kernel two-sample test",
    "Journal of Machine Learning Research 13:723–773",
    "2012",
    "",
];
const BENJAMINI: [&str; 5] = [
    "Benjamini Y, Hochberg Y",
    "Controlling the false discovery rate: a practical and powerful approach to multiple testing",
    "Journal of the Royal Statistical Society B 57:289–300",
    "1995",
    "10.1111/j.2517-6161.1995.tb02031.x",
];

pub(super) fn method_name(id: &str) -> Fact {
    Fact::word(&format!("method.{id}.name"))
}

pub(super) fn metric_name(metric: Metric) -> Fact {
    Fact::word(&format!("metric.{}", metric.as_str()))
}

/// Names, and how many more where there are too many to read.
pub(super) fn names<'n>(all: impl IntoIterator<Item = &'n str>) -> Fact {
    let all: Vec<&str> = all.into_iter().collect();
    let mut items: Vec<Fact> = all.iter().take(LISTED).map(|name| Fact::text(name)).collect();
    if all.len() > LISTED {
        items.push(sentence("and_more").count("n", all.len() - LISTED).within());
    }
    Fact::list(items)
}

impl<'r> Told<'r> {
    pub fn new(report: &'r Report) -> Self {
        Self { report, references: Vec::new() }
    }

    /// The number of a reference, in brackets.
    fn cite(&mut self, reference: Reference) -> Fact {
        let known = self.references.iter().position(|one| *one == reference);
        let place = known.unwrap_or_else(|| {
            self.references.push(reference);
            self.references.len() - 1
        });
        Fact::text(&format!("[{}]", place + 1))
    }

    fn cite_known(&mut self, [authors, title, journal, year, doi]: [&str; 5]) -> Fact {
        let [authors, title, journal, doi] = [authors, title, journal, doi].map(str::to_owned);
        self.cite(Reference { authors, title, journal, year: year.parse().unwrap_or_default(), doi })
    }

    pub fn forward(&self) -> Option<&'r Comparison> {
        self.report.forward.as_ref()
    }

    fn card(chosen: &Chosen) -> Option<&'static Card> {
        registry::find(&chosen.method).ok().map(|method| method.card())
    }

    /// Whether any compared method is of boosted trees, and whether any is not.
    fn trees_and_others(&self) -> (bool, bool) {
        let fields = |chosen: &&Chosen| registry::find(&chosen.method).map(|m| m.fields()).unwrap_or_default();
        let grown = |chosen: &&Chosen| fields(chosen).iter().any(|field| field.name == "max_depth");
        let methods = self.report.plan.methods();
        (methods.iter().any(grown), methods.iter().any(|one| !grown(one)))
    }

    fn cohort(&self, size: &Size) -> Fact {
        let base = |key: &str| sentence(key).text("name", &size.domain).count("rows", size.rows as usize);
        match size.mean_sd {
            _ if size.labelled == 0 => base("cohort.bare"),
            Some((mean, sd)) => base("cohort.values")
                .count("labelled", size.labelled as usize)
                .number("mean", mean, 2)
                .number("sd", sd, 2),
            None if size.classes.is_empty() => base("cohort.labelled").count("labelled", size.labelled as usize),
            None => {
                let classes = self.report.data.classes.iter().zip(&size.classes);
                let counts =
                    classes.map(|(class, &n)| sentence("class_count").text("class", class).count("n", n as usize));
                base("cohort.classes")
                    .count("labelled", size.labelled as usize)
                    .with("counts", Fact::list(counts.map(Sentence::within)))
            }
        }
        .within()
    }

    /// Who is in the study.
    pub fn data(&self) -> Vec<Sentence> {
        let data = &self.report.data;
        let mut out = Vec::new();
        match &self.report.plan.source_model {
            Some(name) => out.push(sentence("data.source_model").text("name", name)),
            None => {
                let sources = data.sources.iter().map(|size| self.cohort(size));
                out.push(sentence("data.sources").with("sources", Fact::list(sources)));
            }
        }
        if data.target.rows > 0 {
            out.push(sentence("data.target").with("target", self.cohort(&data.target)));
        }
        if let Some(test) = &data.test {
            out.push(sentence("data.test").with("test", self.cohort(test)));
        }
        if data.unlabelled > 0 {
            out.push(sentence("data.unlabelled").count("n", data.unlabelled as usize));
        }
        out
    }

    pub fn outcome(&self) -> Vec<Sentence> {
        let (data, label) = (&self.report.data, &self.report.plan.preparation.label);
        if data.label.is_empty() {
            return vec![sentence("outcome.none")];
        }
        let mut out = match (&label.kind, &data.event) {
            (LabelKind::Values { unit }, _) if unit.is_empty() => {
                vec![sentence("outcome.values").text("label", &data.label)]
            }
            (LabelKind::Values { unit }, _) => {
                vec![sentence("outcome.values_unit").text("label", &data.label).text("unit", unit)]
            }
            (LabelKind::Classes { .. }, Some(event)) => {
                vec![sentence("outcome.two").text("label", &data.label).text("event", event)]
            }
            (LabelKind::Classes { .. }, None) => vec![
                sentence("outcome.classes")
                    .text("label", &data.label)
                    .with("classes", names(data.classes.iter().map(String::as_str))),
            ],
        };
        if let LabelKind::Classes { above: Some(above), .. } = label.kind {
            out.push(sentence("outcome.above").text("label", &data.label).text("above", &above.to_string()));
        }
        out
    }

    pub fn predictors(&self) -> Sentence {
        sentence("predictors").count("n", self.report.data.features as usize)
    }

    /// The predictors by name.
    pub fn predictor_names(&self) -> Option<Sentence> {
        let pairs = &self.report.plan.preparation.mapping.features;
        let named = names(pairs.iter().map(|pair| pair.target.as_str()));
        (!pairs.is_empty()).then(|| sentence("predictors.names").with("names", named))
    }

    /// Predictors whose source values were converted to the target's unit.
    pub fn converted(&self) -> Option<Sentence> {
        let pairs = self.report.plan.preparation.mapping.features.iter();
        let converted: Vec<Fact> = pairs
            .filter(|pair| pair.factor != 1.0 || pair.offset != 0.0)
            .map(|pair| {
                sentence("converted.one")
                    .text("name", &pair.target)
                    .text("factor", &pair.factor.to_string())
                    .text("offset", &pair.offset.to_string())
                    .within()
            })
            .collect();
        (!converted.is_empty()).then(|| sentence("converted").with("list", Fact::list(converted)))
    }

    /// How missing values were handled.
    pub fn missing(&self) -> Vec<Sentence> {
        let (trees, others) = self.trees_and_others();
        let mut out = Vec::new();
        if others {
            out.push(sentence("missing.encoded"));
        }
        if trees {
            out.push(sentence("missing.trees"));
        }
        out.push(sentence("missing.no_rows_left_out"));
        out
    }

    /// The largest share of missing cells on each side.
    pub fn missing_most(&self) -> Option<Sentence> {
        let features = &self.report.shift.as_ref()?.features;
        let most = |of: fn(&crate::shift::FeatureShift) -> f64| {
            features.iter().max_by(|a, b| of(a).total_cmp(&of(b))).map(|one| (one.name.as_str(), of(one)))
        };
        let (in_source, source) = most(|one| one.source_missing)?;
        let (in_target, target) = most(|one| one.target_missing)?;
        let line = sentence("missing.most").text("in_source", in_source).text("in_target", in_target);
        Some(line.with("source", Fact::Share { value: source }).with("target", Fact::Share { value: target }))
    }

    /// How predictors enter the models.
    pub fn encoding(&self) -> Vec<Sentence> {
        let (trees, others) = self.trees_and_others();
        [others.then(|| sentence("encoding.scaled")), trees.then(|| sentence("encoding.trees"))]
            .into_iter()
            .flatten()
            .collect()
    }

    /// Which methods were compared.
    pub fn compared(&mut self) -> Sentence {
        let plan = &self.report.plan;
        let transfer = self.cited(&plan.transfer);
        let baseline = self.cited(&plan.baseline);
        let rest: Vec<&Chosen> =
            plan.methods().into_iter().filter(|one| **one != plan.transfer && **one != plan.baseline).collect();
        let others: Vec<Fact> = rest.into_iter().map(|one| self.cited(one)).collect();
        let key = if others.is_empty() { "compared" } else { "compared.others" };
        let line = sentence(key).with("transfer", transfer).with("baseline", baseline);
        if others.is_empty() { line } else { line.with("others", Fact::list(others)) }
    }

    /// A method's name, with its paper's number where it has one.
    fn cited(&mut self, chosen: &Chosen) -> Fact {
        let name = method_name(&chosen.method);
        let Some(paper) = Self::card(chosen).and_then(|card| card.paper) else { return name };
        let reference = Reference {
            authors: paper.authors.to_owned(),
            title: paper.title.to_owned(),
            journal: String::new(),
            year: paper.year,
            doi: paper.doi.to_owned(),
        };
        let number = self.cite(reference);
        sentence("cited").with("name", name).with("ref", number).within()
    }

    /// Each method: what it does, how near it is to its paper, every setting.
    pub fn methods(&mut self) -> Vec<Sentence> {
        let mut out = Vec::new();
        for chosen in self.report.plan.methods() {
            let Ok(method) = registry::find(&chosen.method) else { continue };
            let name = self.cited(chosen);
            out.push(sentence("method").with("name", name).word("how", &format!("method.{}.how", chosen.method)));
            let settings = method.settings(&chosen.config).unwrap_or(Value::Null);
            let fields = method.fields();
            let listed = fields.iter().filter_map(|field| Some(setting(field, settings.get(field.name)?)));
            if !fields.is_empty() {
                out.push(sentence("method.settings").with("settings", Fact::list(listed)));
            }
        }
        out
    }

    /// The settings that are not the defaults.
    pub fn unusual_settings(&self) -> Sentence {
        let mut unusual = Vec::new();
        for chosen in self.report.plan.methods() {
            let Ok(method) = registry::find(&chosen.method) else { continue };
            let settings = method.settings(&chosen.config).unwrap_or(Value::Null);
            let fields = method.fields();
            let other = fields.iter().filter_map(|field| {
                let value = settings.get(field.name)?;
                (*value != field.default).then(|| setting(field, value))
            });
            let other: Vec<Fact> = other.collect();
            if !other.is_empty() {
                let name = method_name(&chosen.method);
                unusual.push(sentence("settings.of").with("name", name).with("settings", Fact::list(other)).within());
            }
        }
        if unusual.is_empty() {
            sentence("settings.default")
        } else {
            sentence("settings.unusual").with("list", Fact::list(unusual))
        }
    }

    /// What methods chose on their own, in how many fits.
    pub fn choices(&self) -> Vec<Sentence> {
        let methods = self.forward().map_or(&[][..], |one| one.methods.as_slice());
        let chosen = methods.iter().filter(|method| !method.choices.is_empty()).map(|method| {
            let of = |(choice, n): (&String, &u32)| {
                sentence("choice").text("choice", choice).count("n", *n as usize).within()
            };
            sentence("choices")
                .with("name", method_name(&method.id))
                .with("list", Fact::list(method.choices.iter().map(of)))
        });
        chosen.collect()
    }

    /// Who trains and who is judged.
    pub fn design(&self) -> Vec<Sentence> {
        let Some(one) = self.forward() else { return vec![sentence("design.none")] };
        let estimand = &one.estimand;
        let mut out = match estimand.design {
            Design::Cv => vec![
                sentence("design.cv")
                    .count("folds", estimand.folds as usize)
                    .count("repeats", estimand.repeats as usize)
                    .count("n", estimand.n_evaluated as usize),
            ],
            Design::Sites => vec![
                sentence("design.sites")
                    .count("folds", estimand.folds as usize)
                    .count("repeats", estimand.repeats as usize)
                    .count("n", estimand.n_evaluated as usize),
            ],
            Design::HeldOut if self.report.plan.split == Split::Temporal && one.divided.is_some() => vec![
                sentence("design.temporal")
                    .count("repeats", estimand.repeats as usize)
                    .count("n", estimand.n_evaluated as usize),
            ],
            Design::HeldOut => vec![
                sentence("design.held_out")
                    .count("repeats", estimand.repeats as usize)
                    .count("n", estimand.n_evaluated as usize),
            ],
        };
        if let Some(column) = self.report.plan.preparation.target_roles.one(Role::Group) {
            out.push(sentence("design.groups").text("column", column));
        }
        if let Some(least) = self.report.plan.similarity {
            out.push(sentence("design.similarity").number("least", least, 2));
        }
        if self.report.pretrainings > 0 {
            let seeds = self.report.plan.design.seeds as usize;
            out.push(sentence("design.pretrained").count("n", self.report.pretrainings as usize).count("seeds", seeds));
        }
        if self.report.reverse.is_some() {
            out.push(sentence("design.reverse"));
        }
        out
    }

    pub fn estimand(&self) -> Option<Sentence> {
        let one = self.forward()?;
        let plan = &self.report.plan;
        Some(
            sentence("estimand")
                .with("metric", metric_name(one.estimand.metric))
                .with("transfer", method_name(&plan.transfer.method))
                .with("baseline", method_name(&plan.baseline.method))
                .number("n", one.estimand.n_train, 0),
        )
    }

    /// How the interval of the verdict is made, and what may be said by it.
    pub fn inference(&mut self) -> Vec<Sentence> {
        let Some(one) = self.forward() else { return Vec::new() };
        let mut out = Vec::new();
        match one.estimand.design {
            Design::Cv => {
                let number = self.cite_known(NADEAU);
                out.push(sentence("inference.cv").with("ref", number));
            }
            Design::Sites => {
                let number = self.cite_known(NADEAU);
                out.push(sentence("inference.sites").with("ref", number));
            }
            Design::HeldOut => {
                let halves = self.cite_known(MCCARTHY);
                let delong = self.cite_known(DELONG);
                out.push(sentence("inference.held_out").with("halves", halves).with("delong", delong));
            }
        }
        let least = if self.report.plan.is_classes() { LEAST_EVENTS } else { LEAST_ROWS };
        let key = if self.report.plan.is_classes() { "inference.rule" } else { "inference.rule_values" };
        out.push(sentence(key).count("least", least));
        if !one.secondary.is_empty() {
            let number = self.cite_known(HOLM);
            out.push(sentence("inference.secondary").count("n", one.secondary.len()).with("ref", number));
        }
        out
    }

    /// What performance was measured by, and drawn as.
    pub fn measures(&mut self) -> Vec<Sentence> {
        let Some(one) = self.forward() else { return Vec::new() };
        let mut found: Vec<Metric> = Vec::new();
        for metric in one.methods.iter().flat_map(|method| &method.metrics) {
            if !found.contains(&metric.metric) {
                found.push(metric.metric);
            }
        }
        let mut out = Vec::new();
        if !found.is_empty() {
            let list = Fact::list(found.into_iter().map(metric_name));
            out.push(sentence("measures").with("primary", metric_name(one.estimand.metric)).with("metrics", list));
        }
        if let Some(evaluation) = &one.evaluation {
            let number = self.cite_known(EFRON);
            out.push(
                sentence("measures.patients").count("resamples", evaluation.resamples as usize).with("ref", number),
            );
            if !evaluation.treat_all.is_empty() {
                let number = self.cite_known(VICKERS);
                out.push(sentence("measures.curves").with("ref", number));
            }
        }
        if let Some(rules) = self.rules() {
            out.push(sentence("measures.thresholds").with("rules", rules));
        }
        if !one.subgroups.is_empty() {
            let columns = names(one.subgroups.iter().map(|group| group.column.as_str()));
            out.push(sentence("measures.subgroups").with("columns", columns));
        }
        if !one.importance.is_empty() {
            out.push(sentence("measures.importance").count("n", self.report.plan.importance as usize));
        }
        if let (false, Some(grid)) = (one.learning.is_empty(), &self.report.plan.grid) {
            let sizes = grid.sizes.iter().map(|&n| Fact::Count { n });
            out.push(
                sentence("measures.learning").with("sizes", Fact::list(sizes)).count("repeats", grid.repeats as usize),
            );
        }
        out
    }

    /// The rules by which training rows choose a threshold.
    pub fn rules(&self) -> Option<Fact> {
        let rules = self.forward()?.operating.iter().map(|at| {
            let (name, value) = match at.rule {
                Rule::Youden => return Fact::word("operating.rule.youden"),
                Rule::Risk(value) => ("risk", value),
                Rule::Sensitivity(value) => ("sensitivity", value),
            };
            let key = format!("operating.rule.{name}");
            let facts = vec![("value".to_owned(), Fact::number(value, 2, false))];
            Sentence { key, facts }.within()
        });
        let rules: Vec<Fact> = rules.collect();
        (!rules.is_empty()).then(|| Fact::list(rules))
    }

    /// What the target's rows allow.
    pub fn sample_size(&self) -> Option<Sentence> {
        let size = self.report.sample_size.as_ref()?;
        let needed = size.scenarios.iter().filter_map(|one| {
            let n = one.needed? as usize;
            Some(match one.auroc {
                Some(auroc) => sentence("size.if_auroc").count("n", n).number("auroc", auroc, 2).within(),
                None => sentence("size.if_r2").count("n", n).number("r2", one.r2, 2).within(),
            })
        });
        let needed: Vec<Fact> = needed.collect();
        let line = sentence("size").count("parameters", size.parameters as usize).count("rows", size.rows as usize);
        (!needed.is_empty()).then(|| line.with("needed", Fact::list(needed)))
    }

    /// How the difference of the cohorts was looked at.
    pub fn shift(&mut self) -> Vec<Sentence> {
        let Some(shift) = &self.report.shift else { return Vec::new() };
        let mut out = Vec::new();
        if shift.domain.is_some() {
            out.push(sentence("shift.domain"));
        }
        if shift.together.is_some() {
            let number = self.cite_known(GRETTON);
            out.push(sentence("shift.together").count("n", PERMUTATIONS).with("ref", number));
        }
        if !shift.features.is_empty() {
            let number = self.cite_known(BENJAMINI);
            out.push(sentence("shift.features").with("ref", number));
        }
        out
    }

    /// Which program, seed and device.
    pub fn software(&self) -> Vec<Sentence> {
        let report = self.report;
        let mut out =
            vec![sentence("software").text("version", &report.program).text("seed", &report.plan.seed.to_string())];
        let on = report.trained_on;
        let counts = |key: &str, n: u32| sentence(key).count("n", n as usize).count("all", on.all() as usize);
        if on.cpu_after_loss > 0 {
            out.push(counts("device.lost", on.cpu_after_loss));
        } else if on.gpu > 0 && on.cpu > 0 {
            out.push(counts("device.mixed", on.cpu));
        } else if on.all() > 0 {
            let device = if on.gpu > 0 { "device.gpu" } else { "device.cpu" };
            out.push(sentence("device").word("device", device));
        }
        out
    }
}

/// A setting and its value, as a person reads them.
fn setting(field: &Field, value: &Value) -> Fact {
    use crate::methods::config::Range;
    let shown = match (&field.range, value) {
        (Range::Choice { .. }, Value::String(text)) => Fact::word(&format!("option.{text}")),
        (_, Value::Bool(on)) => Fact::word(if *on { "paper.yes" } else { "paper.no" }),
        (_, Value::Array(items)) => Fact::text(&items.iter().map(Value::to_string).collect::<Vec<_>>().join("–")),
        (_, Value::String(text)) => Fact::text(text),
        (_, other) => Fact::text(&other.to_string()),
    };
    sentence("setting").word("name", &format!("config.{}", field.name)).with("value", shown).within()
}
