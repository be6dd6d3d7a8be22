// Written by tests/protocol.rs from the Rust types; do not edit.

/** The codes of src/error.rs. */
export type Code =
  | "empty_file"
  | "binary_file"
  | "header_only"
  | "ragged_row"
  | "open_quote"
  | "bad_encoding"
  | "bad_gzip"
  | "bad_workbook"
  | "no_such_sheet"
  | "too_large"
  | "file_changed"
  | "text_in_numbers"
  | "no_such_column"
  | "no_windows"
  | "mixed_units"
  | "matrix_alone"
  | "bad_matrix"
  | "matrix_too_dense"
  | "hdf5_file"
  | "not_counts"
  | "no_cells_left"
  | "no_label"
  | "one_class"
  | "too_many_classes"
  | "survival_label"
  | "label_missing_in_target"
  | "label_missing_in_source"
  | "no_shared_features"
  | "too_few_rows"
  | "nothing_varies"
  | "no_overlap"
  | "polarity_unsaid"
  | "polarity_contradicted"
  | "missing_cells"
  | "not_finite"
  | "out_of_range"
  | "wrong_type"
  | "no_times"
  | "no_sites"
  | "no_fingerprint"
  | "unknown"
  | "sample_size_classes"
  | "class_not_in_source"
  | "need_not_met"
  | "bad_plan"
  | "plan_other_columns"
  | "bad_model"
  | "model_other_columns"
  | "gpu_lost"
  | "cancelled"
  | "io"
  | "internal";

/** What the page asks for. */
export type Request =
  /** Which engine is this? */ | { type: "hello" }
  /** Reads one file, or the three of a sparse matrix, into a table. Answered with the table's bytes as the only buffer: what other requests take. */ | { type: "open";
    /** How to read; what is absent is found from the evidence. */ options: ReadOptions;
    /** Refuse what would need more bytes of memory than this. */ limit?: number | null;
  }
  /** The cells of one column, as text. Beside it the table's bytes. */ | { type: "column";
    /** Which. */ name: string;
  }
  /** A table as a file: these rows, with further columns. Beside it the table's bytes and the bits', of each written row */ | { type: "expand";
    /** The rows that are written, from 0. */ rows: Array<number>;
    /** The columns behind the table's own. */ added: Array<Added>;
    /** What the names of the columns of bits begin with. */ stem: string;
    /** How many bits. */ bits: number;
  }
  /** Something about an experiment; bytes travel beside it. */ | { type: "desk";
    /** What. */ ask: Ask;
    /** Where networks are trained. */ device: DeviceKind;
  }
  /** A short training on made data: is this device there, does it learn, how fast? */ | { type: "trial";
    /** Where. */ device: DeviceKind;
    /** The network and its batches. */ shape: Shape;
    /** Of data and weights. */ seed: number;
  }
  /** Which device a run of this shape should take: both are tried for a few steps. */ | { type: "pick";
    /** Features. */ inputs: number;
    /** Units of a hidden layer. */ hidden: number;
    /** Rows a step. */ batch: number;
  }
  /** A defect on purpose, so that the page's way through one can be tested. */ | { type: "panic" };

/** The shape of a trial. */
export type Shape = {
  /** Features, or channels of a sequence; at least 2. */ inputs: number;
  /** Units of each of the two hidden layers, or of a convolutional network's head; at least 1. */ hidden: number;
  /** Rows a step, at least 1. */ batch: number;
  /** Steps, at least 2. */ steps: number;
  /** Steps of a sequence, at least 7, for three convolutions and a head; 0 for two hidden layers. */ length?: number;
};

/** Which kind of device. */
export type DeviceKind =
  /** The processor, burn's flex backend: the reference for every number. */ | "cpu"
  /** WebGPU, by burn's wgpu backend with fused kernels. */ | "gpu";

/** What the page asks of an experiment. Bytes (tables, models, outcomes) travel beside it. */
export type Ask =
  /** Every method with its settings. */ | { type: "methods" }
  /** Puts tables on the desk: first the sources', then the targets' bytes. */ | { type: "load";
    /** How many of them are sources. */ sources: number;
  }
  /** Guesses the roles. */ | { type: "suggest" }
  /** Zeros of a table that the same column of another table makes suspicious. */ | { type: "suspects" }
  /** Lays the columns of both sides together. */ | { type: "line_up";
    /** Roles of the source's columns. */ source: Roles;
    /** Roles of the target's columns. */ target: Roles;
    /** What is predicted. */ label: LabelPlan;
  }
  /** As [`Ask::LineUp`], against a saved model (its bytes beside it). */ | { type: "line_up_model";
    /** Roles of the target's columns. */ target: Roles;
  }
  /** The plan with the defaults for these tables. */ | { type: "default_plan";
    /** The source tables. */ sources: Array<TablePlan>;
    /** The target tables. */ targets: Array<TablePlan>;
    /** Roles, mapping and label. */ preparation: Preparation;
    /** The file of the saved model that stands for the sources. */ source_model: string | null;
  }
  /** Reads a plan file. */ | { type: "read_plan";
    /** Its text. */ text: string;
  }
  /** Puts the plan on the desk; beside it the saved model, where one stands for the sources. */ | { type: "prepare";
    /** The plan. */ plan: Plan;
  }
  /** Keeps a pre-trained model: beside it the outcome of its unit. */ | { type: "keep_pretrained";
    /** Under this name. */ key: string;
  }
  /** How the cohorts differ. */ | { type: "shift" }
  /** Does one unit; its outcome comes beside the answer. */ | { type: "run";
    /** Which. */ unit: Unit;
    /** Whether it was meant for the GPU, which was lost. */ gpu_lost?: boolean;
  }
  /** Puts outcomes (beside it) together. */ | { type: "report";
    /** The shift, where it was computed. */ shift: Shift | null;
  }
  /** What a run was made from, for a file. */ | { type: "manifest";
    /** The run's report. */ report: Report;
    /** When the file is written (RFC 3339). */ made: string;
  }
  /** Takes the model out of an outcome (beside it), as a file. */ | { type: "extract_model" }
  /** What a model file (beside it) says of itself. */ | { type: "model_info" }
  /** Scores a table by a model: beside it the model's file and the table. */ | { type: "predict" }
  /** The shape of the networks of this plan, for the measurement that picks the device. */ | { type: "shape" };

/** Everything that a run found out. */
export type Report = {
  /** [`VERSION`]. */ version: number;
  /** The version of the program. */ program: string;
  /** What was planned. */ plan: Plan;
  /** Who was in the study. */ data: Data;
  /** What was noticed and done. */ findings: Array<Finding>;
  /** How the cohorts differ, where it was computed. */ shift: Shift | null;
  /** As the tables were opened; absent where the target has no labels. */ forward: Comparison | null;
  /** Source and target exchanged, where asked for. */ reverse: Comparison | null;
  /** How many pre-trainings were done. */ pretrainings: number;
  /** Where networks were trained, whatever the plan asked for; the GPU if any of them was trained there. */ device?: DeviceKind;
  /** What the target's rows allow, where the criteria speak of such labels. */ sample_size?: SampleSize | null;
  /** What is missing in both tables. */ missing?: Gaps | null;
  /** Units that train networks, by where each was truly trained. */ trained_on?: TrainedOn;
  /** The tables as they were read, sources first. */ tables?: Array<TableFacts>;
  /** The saved model that stood for the source. */ source_model?: SourceModelFacts | null;
  /** Rows by what was predicted, with their distance from the rows that were learned from. */ candidates?: Candidates | null;
  /** Every person of the target in turn, where the plan asks for them. */ persons?: Persons | null;
  /** The genes that drive the calls of cells without an outcome, where nothing can be judged. */ critical?: CriticalGenes | null;
  /** What a paper about this run can say. */ paper?: ForPaper | null;
};

/** What a paper can say. */
export type ForPaper = {
  /** The methods paragraph. */ methods: Array<Sentence>;
  /** Every item of the checklist, in its order. */ items: Array<Item>;
  /** What `[1]`, `[2]` … stand for. */ references: Array<Reference>;
};

/** A publication that the sentences cite, in the order of their numbers. */
export type Reference = {
  /** Authors, short. */ authors: string;
  /** Title. */ title: string;
  /** Journal, volume and pages, where known. */ journal: string;
  /** Year. */ year: number;
  /** DOI without the resolver; empty where there is none. */ doi: string;
};

/** An item of the checklist. */
export type Item = {
  /** Its number in the checklist. */ item: string;
  /** How much is filled. */ filled: Filled;
  /** Where in the report it stands: a key under `paper.place`; none for open items. */ place: string | null;
  /** What is filled in. */ sentences: Array<Sentence>;
};

/** A sentence: the words of `key`, its slots filled. */
export type Sentence = {
  /** Of the language files. */ key: string;
  /** What fills its slots. */ facts: Array<[string, Fact]>;
};

/** What fills a slot of a sentence. */
export type Fact =
  /** A name from the tables or the plan, as it is. */ | { type: "text";
    /** The text. */ text: string;
  }
  /** Words of the language files. */ | { type: "word";
    /** Their key. */ key: string;
  }
  /** A whole number. */ | { type: "count";
    /** The number. */ n: number;
  }
  /** A number. */ | { type: "number";
    /** The number. */ value: number;
    /** Digits after the point. */ digits: number;
    /** Whether its sign is always shown. */ signed: boolean;
  }
  /** A share, as per cent. */ | { type: "share";
    /** From 0 to 1. */ value: number;
  }
  /** The two ends of an interval. */ | { type: "interval";
    /** Its lower end. */ low: number;
    /** Its upper end. */ high: number;
    /** Whether signs are always shown. */ signed: boolean;
  }
  /** A p-value. */ | { type: "p";
    /** It. */ value: number;
  }
  /** Several, one after the other. */ | { type: "list";
    /** They. */ items: Array<Fact>;
  }
  /** A sentence within a sentence. */ | { type: "within";
    /** It. */ sentence: Sentence;
  };

/** How much of an item the program could fill. */
export type Filled =
  /** All that it asks for. */ | "whole"
  /** What the program knows; the author adds the rest. */ | "part"
  /** Nothing: for the author. */ | "open";

/** Of one method, on the cells that were taken apart. */
export type CriticalGenes = {
  /** The method. */ method: string;
  /** The class that counts as the event. */ event: string;
  /** The other one. */ other: string;
  /** Cells that are called the event. */ called: number;
  /** Cells that are called the other. */ rest: number;
  /** Genes that were tested: those that add most, where there are many. */ tested: number;
  /** Genes of the model. */ genes: number;
  /** Genes that pass both bounds: q of at most 0.05, seen in more than a fifth of the cells. */ chosen: number;
  /** The surest of them first; empty where nearly all cells have one call. */ surest: Array<Critical>;
};

/** One gene. */
export type Critical = {
  /** Its name. */ gene: string;
  /** What it adds on average in cells that are called the event, in log-odds. */ event: number;
  /** In the others. */ others: number;
  /** The chance that it adds more in a cell of the one call than in one of the other; ties count half. */ auc: number;
  /** Two-sided, of one gene. */ p: number;
  /** Among all genes: the share of false finds if this one and all before it are taken. */ q: number;
  /** The share of the cells in which it was seen (above 0), where that is known. */ seen: number | null;
};

/** The table of persons. */
export type Persons = {
  /** The metric of every number here. */ metric: Metric;
  /** The methods, in the order of the values. */ methods: Array<string>;
  /** The persons: the one who is shown in full first. */ people: Array<OneOfThem>;
  /** Mean and standard deviation (n − 1) over persons, a method each. */ summary: Array<[number, number | null]>;
  /** The transferred procedure against every other method. */ ratios: Array<Ratio>;
};

/** One procedure's metric over another's, person by person. */
export type Ratio = {
  /** The method below the line. */ against: string;
  /** Persons with both. */ people: number;
  /** The mean of the ratios. */ ratio: number;
  /** Its 95 % interval: Student's t over persons; absent under two. */ interval: [number, number] | null;
  /** Persons for whom the transferred procedure is the better. */ better: number;
};

/** One person. */
export type OneOfThem = {
  /** The name. */ name: string;
  /** Rows that were judged. */ rows: number;
  /** Each method's metric, mean over repeats; absent where it is undefined. */ values: Array<number | null>;
};

/** A measure of performance. The formula and its source stand at the function that `compute` calls. */
export type Metric =
  /** Area under the ROC curve; with more than two classes the macro average of one against the rest. */ | "auroc"
  /** Hand and Till's M: the mean AUROC over pairs of classes. */ | "hand_till"
  /** Average precision; with more than two classes the macro average. */ | "auprc"
  /** Brier score: 0 to 1 with two classes (the event's term alone), 0 to 2 with more (the sum over classes). */ | "brier"
  /** 1 − Brier / Brier of the prevalence. */ | "scaled_brier"
  /** Mean negative log-likelihood, probabilities clipped at 1e-15. */ | "log_loss"
  /** Share of rows whose most probable class is the true one. */ | "accuracy"
  /** Mean over classes of the share found. */ | "balanced_accuracy"
  /** Matthews correlation, also for several classes. */ | "mcc"
  /** a of logit P(y) = a + lp: 0 is ideal. */ | "calibration_in_the_large"
  /** b of logit P(y) = a + b·lp: 1 is ideal, under 1 means too extreme predictions. */ | "calibration_slope"
  /** Expected calibration error over 10 bins of equal width. */ | "ece"
  /** Integrated calibration index: the mean distance from the loess calibration curve. */ | "ici"
  /** Root mean squared error, in the label's unit. */ | "rmse"
  /** Mean absolute error, in the label's unit. */ | "mae"
  /** 1 − residual over total sum of squares of the evaluated rows. */ | "r2"
  /** Pearson's correlation of truth and prediction. */ | "pearson"
  /** Of two classes: the share of events among the rows that are called events, those with a risk of 0.5 or more; 0 */ | "precision"
  /** Of two classes: the share of the events that are called so at 0.5. */ | "recall"
  /** Of two classes: the harmonic mean of precision and recall at 0.5; 0 where nobody is called. */ | "f1";

/** The list: rows without a label where there are any, else those that were judged. */
export type Candidates = {
  /** The method that predicted. */ method: string;
  /** Whether these rows have no label (predicted by the final model), or were judged (out of fold). */ unlabelled: boolean;
  /** What is usual among the rows that were learned from; absent where too few. */ usual: Usual | null;
  /** Rows that are outside. */ outside: number;
  /** All rows of the list, also those that are not shown. */ all: number;
  /** The rows, the highest prediction first. */ rows: Array<Candidate>;
};

/** A row of the list. */
export type Candidate = {
  /** What it is called. */ id: string;
  /** The event's probability, or the predicted value. */ score: number;
  /** Its distance; absent where nothing could be compared. */ distance: number | null;
  /** Whether it is further from the training rows than nineteen in twenty of these are from each other. */ outside: boolean;
};

/** What is usual among training rows. */
export type Usual = {
  /** How distances are measured. */ measure: Measure;
  /** The neighbours whose mean distance counts. */ neighbours: number;
  /** Over this a row is outside. */ threshold: number;
  /** Training rows that were compared with. */ compared: number;
  /** Training rows that there are. */ training: number;
};

/** How distances are measured. */
export type Measure =
  /** Tanimoto distance of bits. */ | "tanimoto"
  /** Distance of standardised columns. */ | "standardised";

/** The saved model that stood for the source. */
export type SourceModelFacts = {
  /** The file's name. */ name: string;
  /** FNV-1a of its bytes: 16 hexadecimal digits. */ fingerprint: string;
};

/** A table as it was read. */
export type TableFacts = {
  /** `source` or `target`. */ side: string;
  /** The file's name. */ name: string;
  /** The hash of names, kinds and cells: 16 hexadecimal digits. It finds other data, it is no proof against forgery. */ fingerprint: string;
  /** Rows. */ rows: number;
  /** Columns. */ columns: number;
};

/** Units of work that train networks, by the device that each was truly trained on. */
export type TrainedOn = {
  /** On the graphics processor. */ gpu: number;
  /** On the processor. */ cpu: number;
  /** Of those on the processor: meant for the graphics processor, which was lost. */ cpu_after_loss: number;
};

/** What is missing in both tables, among the shared features. */
export type Gaps = {
  /** The features' names. */ features: Array<string>;
  /** All source rows. */ source: GapsSide | null;
  /** All target rows. */ target: GapsSide;
};

/** The pattern of missing values on one side. */
export type GapsSide = {
  /** Rows. */ rows: number;
  /** Rows in which nothing is missing. */ complete: number;
  /** Each feature's share of missing rows, in the order of [`Gaps::features`]. */ shares: Array<number>;
  /** The most frequent patterns: which features (by place) are missing together, and in how many rows. */ patterns: Array<[Array<number>, number]>;
  /** All patterns, the complete one included. */ distinct: number;
};

/** What the target's rows allow, by Riley's criteria: known before anything is trained. */
export type SampleSize = {
  /** Labelled rows of the target that can be learned from. */ rows: number;
  /** Events among them, of two classes. */ events: number | null;
  /** Candidate parameters: encoded columns, as a regression would have coefficients. */ parameters: number;
  /** What is needed if the model reaches this much. */ scenarios: Array<IfReached>;
  /** Patients so that the overall risk is known to ±0.05, however few the parameters; two classes. */ for_risk: number | null;
  /** Patients that bring the AUROC's 95 % interval down to a width of 0.1 at an AUROC of 0.75; two classes. */ to_judge: number | null;
};

/** One assumption, and what follows from it. */
export type IfReached = {
  /** The assumed AUROC of two classes; absent for numbers. */ auroc: number | null;
  /** Cox and Snell's R² that follows from it; of numbers the assumed R². */ r2: number;
  /** Patients for all candidate parameters; absent where over ten million. */ needed: number | null;
  /** The events among them. */ needed_events: number | null;
  /** The most parameters that the rows at hand allow without overfitting (shrinkage and optimism); 0 where not one. */ allowed: number;
};

/** One direction, judged. */
export type Comparison = {
  /** What is estimated. */ estimand: Estimand;
  /** The verdict: the transfer procedure against the baseline. */ contrast: Contrast;
  /** Everything else that is compared: secondary, adjusted by Holm. */ secondary: Array<Secondary>;
  /** Whether the transfer procedure ranks better while its probabilities are worse. */ ranks_better_calibrated_worse: BetterWorse | null;
  /** Every method. */ methods: Array<MethodReport>;
  /** The learning curve, where asked for. */ learning: Array<LearningPoint>;
  /** Gain over the network from scratch at each number of frozen layers and size. */ gain: Array<Gain>;
  /** Permutation importance of the source model and of the transferred one. */ importance: Array<Importance>;
  /** Intervals over the patients, net benefit, calibration: beside the verdict, never instead of it. */ evaluation?: Evaluation | null;
  /** Groups of patients: a column each. */ subgroups?: Array<ByColumn>;
  /** Where transfer stops paying, where the learning curve was asked for. */ crossing?: Crossed | null;
  /** What happens at thresholds that were chosen on training rows; two classes only. */ operating?: Array<AtThreshold>;
  /** How the target was divided, where it was not by cross-validation or by marked rows. */ divided?: Divided | null;
  /** Secondary estimates from bootstrap refits, where asked for. */ internal?: Internal | null;
  /** What the features add to the predictions of held-out patients, by source model and transferred model. */ explanation?: Explanation | null;
  /** Which source rows carry the most weight; absent for methods without a measure. */ influence?: Influence | null;
  /** The rounds of methods that label rows on their own, a fit each; empty without such a method. */ rounds?: Array<Rounds>;
  /** The modes of a method over numbers of target rows, where asked for. */ modes?: Modes | null;
  /** How networks of several losses were trained, a fit of the first repeat each; empty without such a method. */ trainings?: Array<Training>;
  /** What networks make of both domains' rows. */ maps?: Array<FeatureMap>;
  /** Forecasts of glucose in the error grids. */ glucose?: Glucose | null;
  /** What goes along with the predictions of a method that learned from a second outcome of the source. */ association?: Association | null;
  /** The genes that drive the calls of a method that goes from bulk samples to cells. */ critical?: CriticalGenes | null;
  /** Out-of-fold predictions of each evaluated row. */ predictions: Predictions;
};

/** Out-of-fold predictions. */
export type Predictions = {
  /** What each evaluated row is called. */ id: Array<string>;
  /** The truth: class names or numbers. */ truth: Array<unknown>;
  /** The event's probability (or the value) by each method, averaged over the repeats. */ methods: Record<string, Array<number>>;
};

/** Of one method, on the patients that it was judged on. */
export type Association = {
  /** The method. */ method: string;
  /** Patients. */ rows: number;
  /** Features that were looked at. */ features: number;
  /** The surest of them first. */ surest: Array<Associated>;
};

/** One feature. */
export type Associated = {
  /** Its name. */ feature: string;
  /** Rows that have a value. */ rows: number;
  /** Spearman's ρ. */ rho: number;
  /** Two-sided, of one feature. */ p: number;
  /** Among all features: the share of false finds if this one and all before it are taken. */ q: number;
};

/** The judged rows of one person, in the order of time. */
export type Glucose = {
  /** Minutes between two judged rows. */ step: number;
  /** Minutes ahead. */ horizon: number;
  /** Whose. */ person: string;
  /** When each value was read: minutes since 1970-01-01, by the wall clock. */ minutes: Array<number>;
  /** What was read, in mg/dL. */ truth: Array<number>;
  /** The methods, in the order of the comparison. */ methods: Array<OneMethod>;
};

/** One method's forecasts of the first repeat. */
export type OneMethod = {
  /** The method. */ id: string;
  /** What was forecast, in mg/dL. */ said: Array<number>;
  /** Mean absolute error in percent. */ mape: number | null;
  /** Minutes that are gained over waiting; absent where rows are as far apart as the horizon. */ time_gain: number | null;
  /** Rows in the zones A–E of Clarke's grid. */ clarke: Array<number>;
  /** Rows in the zones A–E of the P-EGA grid; rows without a rate are in none of the grids from here on. */ p_ega: Array<number>;
  /** Rows in the zones A, B, uC, lC, uD, lD, uE, lE of the R-EGA grid. */ r_ega: Array<number>;
  /** Rows by low, usual and high truth: accurate, benign, erroneous. */ cg_ega: Array<Array<number>>;
  /** Each row's mark: accurate 0, benign 1, erroneous 2; 3 without a rate. */ marks: Array<number>;
};

/** One method's map of one fit. */
export type FeatureMap = {
  /** The method. */ method: string;
  /** The domains: the source's, then the target. */ domains: Array<string>;
  /** Each row's domain. */ domain: Array<number>;
  /** Each row's class, where the label is classes. */ class: Array<string | null>;
  /** Each row's value, where the label is a number. */ value: Array<number | null>;
  /** Each row's two coordinates of t-SNE. */ points: Array<[number, number]>;
  /** How well the domains are mixed in the features, not in the picture; absent for one domain. */ mixing: Mixing | null;
  /** The same of persons whom this model has never seen, where several are judged in turn. */ strangers: Mixing | null;
};

/** Local Domain Perplexity: see [`crate::metrics::perplexity`]. */
export type Mixing = {
  /** How many domains, or persons, with equally many rows of each. */ domains: number;
  /** Neighbours of each row that it looks at: as many as a domain has rows. */ neighbours: number;
  /** From 1 / domains, each row among its own, to about `shuffled`. */ perplexity: number;
  /** The same of the same neighbourhoods where the rows' domains are shuffled: nothing more could be mixed. */ shuffled: number;
};

/** The training of one fit. */
export type Training = {
  /** The method. */ method: string;
  /** The repeat. */ repeat: number;
  /** The fold. */ fold: number;
  /** Each term's mean between two looks. */ curves: Curves;
};

/** The means of the terms between reads. */
export type Curves = {
  /** The terms' names. */ terms: Array<string>;
  /** The steps at which they were read. */ steps: Array<number>;
  /** At each of these steps, the mean of each term since the one before. */ values: Array<Array<number>>;
};

/** The experiment: every mode on the same nested subsamples, one fixed set of test rows. */
export type Modes = {
  /** The method. */ method: string;
  /** The declared metric: of it the differences and crossings are. */ metric: Metric;
  /** Whether each subsample had as many rows of one class as of the other. */ balanced: boolean;
  /** Repeats on new subsamples. */ repeats: number;
  /** The fixed test rows. */ test_rows: number;
  /** Every mode, size and metric. */ points: Array<ModePoint>;
  /** The modes without transfer that the others are compared with: the same network from scratch, and of the shallow */ against: Array<string>;
  /** Every mode with transfer against each of those, in the declared metric. */ gains: Array<ModeGain>;
  /** Up to how many rows each of them pays. */ crossings: Array<ModeCrossing>;
};

/** Up to how many rows a mode pays against one without transfer. */
export type ModeCrossing = {
  /** The mode. */ mode: string;
  /** What it is compared with. */ against: string;
  /** Where its mean gain ends. */ crossed: Crossed;
};

/** From how many target rows on transfer stops paying. */
export type Crossed = {
  /** The crossing with its interval. */ crossing: Crossing | null;
  /** Why there is none. */ why: Why | null;
};

/** Why a measure or its interval is not defined on the rows at hand. Its words stand under `undefined.<kind>`. */
export type Why =
  /** Nothing to evaluate. */ | { kind: "no_rows" }
  /** Truth and prediction of different lengths. */ | { kind: "lengths" }
  /** A NaN or an infinity, or a probability outside [0, 1]. */ | { kind: "not_finite" }
  /** All rows are events, or none is. */ | { kind: "one_class" }
  /** Fewer rows (of the scarcer class, where there are classes) than the measure needs. */ | { kind: "too_few";
    /** What is there. */ found: number;
    /** What is needed. */ needed: number;
  }
  /** Predictions (or the truth) that are all alike. */ | { kind: "constant" }
  /** The predictions separate the classes: the estimate lies at infinity. */ | { kind: "separated" }
  /** The measure does not vary over resamples, as at an AUROC of 1: an interval of no width would be a lie. */ | { kind: "degenerate" }
  /** The measure is undefined in more than a tenth of the resamples. */ | { kind: "lost";
    /** Resamples without a value. */ lost: number;
    /** All resamples. */ of: number;
  }
  /** Not defined for this kind of label or prediction. */ | { kind: "wrong_kind" };

/** The crossing with its uncertainty. */
export type Crossing = {
  /** Of all repeats. */ place: Place;
  /** Lower end of the percentile interval; [`Place::Never`] means under the smallest n. */ low: Place;
  /** Upper end; [`Place::NotWithin`] means beyond the largest n. */ high: Place;
  /** Share of resamples that cross within the sizes. */ share_within: number;
  /** Share that still pay at the largest n. */ share_beyond: number;
  /** Share that pay nowhere. */ share_never: number;
  /** The non-increasing curve: (n, gain). */ curve: Array<[number, number]>;
  /** Repeats. */ repeats: number;
};

/** Where the curve of gains lies. */
export type Place =
  /** Transfer pays up to here. */ | { kind: "at";
    /** Target rows, between two of the sizes. */ n: number;
  }
  /** It still pays at the largest n: not crossed within your n. */ | { kind: "not_within";
    /** The largest n. */ largest: number;
  }
  /** It does not pay even at the smallest n. */ | { kind: "never";
    /** The smallest n. */ smallest: number;
  };

/** A mode with transfer against one without, at one size, over the repeats that both have. */
export type ModeGain = {
  /** The mode. */ mode: string;
  /** What it is compared with. */ against: string;
  /** Target rows trained on. */ n: number;
  /** The mean difference, positive where transfer is better. */ difference: number;
  /** Lower end of the 95 % t interval over repeats; absent under two. */ low: number | null;
  /** Upper end. */ high: number | null;
  /** Repeats in which it was better. */ wins: number;
  /** Repeats in which it was worse. */ losses: number;
  /** Repeats. */ repeats: number;
  /** Wilcoxon's signed ranks over repeats, two-sided, after Holm over the sizes of this mode and reference; absent where nothing differs. */ p_adjusted: number | null;
};

/** What one mode reached at one size in one metric. */
export type ModePoint = {
  /** The mode. */ mode: string;
  /** Target rows trained on. */ n: number;
  /** The metric. */ metric: Metric;
  /** The mean over repeats. */ mean: number;
  /** The standard deviation over repeats; absent under two. */ sd: number | null;
  /** The value of each repeat; absent where it is undefined. */ values: Array<number | null>;
};

/** The rounds of one fit. */
export type Rounds = {
  /** The method. */ method: string;
  /** The repeat. */ repeat: number;
  /** The fold. */ fold: number;
  /** What it did. */ labelling: Labelling;
};

/** What a self-labelling method did, as it stands in its model: counts, no row. */
export type Labelling = {
  /** The classes. */ names: Array<string>;
  /** The event's number. */ event: number;
  /** The probability from which a row was labelled; absent where none decided. */ threshold: number | null;
  /** The round whose rows were kept. */ best: number;
  /** Why there were no more. */ ended: Ended;
  /** Reviewed rows that judged the rounds. */ judges: number;
  /** The rounds; 0 is the fit on reviewed rows alone. */ rounds: Array<Round>;
};

/** A round of a method that labels rows on its own; counts of rows, no row. */
export type Round = {
  /** Its number; 0 is the fit on reviewed rows alone. */ round: number;
  /** Rows that it labelled itself, of each class in the label's order. */ added: Array<number>;
  /** Rows that were then learned from, of each class. */ train: Array<number>;
  /** Rows that are still without a label. */ left: number;
  /** The area under the ROC curve on the reviewed rows that were set aside to judge the rounds; absent where none */ auc: number | null;
  /** The highest probability of any class among the rows that could have been labelled; absent in round 0. */ highest: number | null;
  /** Labelled rows whose label is known, though it was never learned from. */ compared: number;
  /** How many of these were labelled as it says. */ agreed: number;
};

/** Why the rounds of a self-labelling method ended. */
export type Ended =
  /** Four rounds in a row gained less than 0.02. */ | "plateau"
  /** As many rounds as were allowed. */ | "rounds"
  /** No silver row is left. */ | "all_labelled"
  /** None of those left reached the threshold. */ | "none_reached"
  /** None reached it in the first round: nothing was labelled at all. */ | "nothing_reached"
  /** One pass was all there was to be. */ | "one_pass"
  /** No cluster was nearly of one class: nothing was labelled. */ | "mixed_clusters";

/** What each source row does to the loss on held-out target patients: positive where it helps. */
export type Influence = {
  /** What was measured. */ measure: InfluenceMeasure;
  /** `source`: through the source model that the method starts from; `transferred`: in the method's own model. */ whose: string;
  /** Source rows that were measured. */ rows: number;
  /** Source rows with a label. */ of: number;
  /** Folds that it is averaged over: each row's influence on the held-out patients of each. */ folds: number;
  /** (Σ|v|)²/Σv²: as many rows as would carry the same if all carried alike. */ effective: number;
  /** The share of the whole that the hundredth of the rows with most has. */ top_share: number;
  /** Each source domain. */ sites: Array<SiteInfluence>;
  /** The rows that help most, the best first. */ helping: Array<RowInfluence>;
  /** The rows that harm most, the worst first. */ harming: Array<RowInfluence>;
};

/** A source row. */
export type RowInfluence = {
  /** Its domain. */ domain: string;
  /** What the person calls it. */ id: string;
  /** Its label. */ label: unknown;
  /** The mean over the folds. */ value: number;
  /** The lowest. */ low: number;
  /** The highest. */ high: number;
};

/** A source domain. */
export type SiteInfluence = {
  /** Its name. */ domain: string;
  /** Rows that were measured. */ rows: number;
  /** The mean over its rows. */ mean: number;
  /** Its share in Σ|v|. */ share: number;
  /** The share of its rows that harm. */ harming: number;
  /** What one of its rows weighs beside one of the target's, in methods that give weights. */ weight: number | null;
};

/** What was measured of each row. */
export type InfluenceMeasure =
  /** How much the loss on the judges would rise without the row. */ | "leave_one_out"
  /** How far a step on the row and a step on the judges go the same way. */ | "gradients";

/** The cohort's picture, and the patients one by one. */
export type Explanation = {
  /** `log_odds` of the event, `log_odds_observed` of each patient's own class where there are more than two, `value`. */ scale: string;
  /** Patients that were judged. */ judged: number;
  /** Of these, patients whose predictions were taken apart. */ told: number;
  /** The transferred model. */ transferred: Teller;
  /** The source model; absent where there is none that can be taken apart. */ source: Teller | null;
  /** The features, the one that adds most to the transferred model's predictions first; of wide tables the first ones. */ features: Array<FeaturePart>;
  /** Features in all. */ of: number;
  /** Features that differ much between the cohorts and count much for a model; absent where there is no shift. */ corner: Corner | null;
  /** The names of the features that each patient's values are of. */ columns: Array<string>;
  /** Each patient. */ patients: Array<Patient>;
};

/** One patient. */
export type Patient = {
  /** What the person calls the row. */ id: string;
  /** What was observed. */ truth: unknown;
  /** The features' values: numbers, levels, or null where missing. */ values: Array<unknown>;
  /** By the transferred model. */ transferred: Sum | null;
  /** By the source model. */ source: Sum | null;
};

/** A prediction as a sum, averaged over the fits that had this patient among the held-out rows. */
export type Sum = {
  /** What the model says. */ output: number;
  /** What it says of the reference. */ base: number;
  /** What each of the columns adds. */ parts: Array<number>;
  /** What all other features add together. */ rest: number;
};

/** Where shift and importance meet. */
export type Corner = {
  /** Absolute standardised difference from which a feature has moved. */ moved: number;
  /** Share of the sizes from which a feature counts, in either model. */ counts: number;
  /** The features beyond both, the largest product first. */ features: Array<string>;
};

/** A feature in the cohort. */
export type FeaturePart = {
  /** The feature. */ feature: string;
  /** In the transferred model. */ transferred: Part | null;
  /** In the source model. */ source: Part | null;
  /** For the picture, of the leading ones: each patient's part in the transferred model, sorted by it, and where the */ swarm: Array<[number, number | null]>;
};

/** What a feature adds to a model's predictions. */
export type Part = {
  /** Mean absolute value: over the patients of a fit, then over the fits. */ size: number;
  /** The lowest over the fits. */ low: number;
  /** The highest over the fits. */ high: number;
  /** Its share in the sizes of all features. */ share: number;
  /** Spearman's correlation of the feature's value with what it adds; absent for categories. */ direction: number | null;
  /** The level that adds most, of a category. */ level: string | null;
  /** Correlation of what it adds with what was observed in these patients, who were not learned from; of more than two */ borne_out: number | null;
  /** Its one-sided p, adjusted over the features (Benjamini and Hochberg): low where the patients bear it out. */ q: number | null;
};

/** How a model was taken apart, and how far folds agree. */
export type Teller = {
  /** How. */ way: Way;
  /** Fits that were taken apart: folds, repeats and seeds. */ fits: number;
  /** The largest difference between a row's sum and its prediction minus the reference's. */ gap: number;
  /** How far the fits agree in what counts; absent with one fit or under three features. */ stability: Stability | null;
};

/** Agreement of the fits, over all pairs of them. */
export type Stability = {
  /** Mean of Spearman's correlation of the features' sizes. */ spearman: number;
  /** The lowest of them. */ lowest: number;
  /** How many of the leading features the two have in common, on average. */ shared: number;
  /** Leading features that were compared. */ leading: number;
};

/** How a model was explained. */
export type Way =
  /** Coefficient × distance from the reference. */ | "linear"
  /** Interventional TreeSHAP. */ | "trees_against"
  /** Path-dependent TreeSHAP. */ | "trees_path"
  /** Integrated gradients. */ | "gradients";

/** Performance on the rows that were learned from, corrected by refits on bootstrap samples of them. */
export type Internal = {
  /** Bootstrap samples of patients. */ refits: number;
  /** The methods that were refitted. */ methods: Array<InternalMethod>;
  /** Methods that were left out: networks would be trained as often again. */ left_out: Array<string>;
};

/** One method. */
export type InternalMethod = {
  /** The method. */ id: string;
  /** `transfer`, `baseline` or `other`. */ role: string;
  /** Its metrics. */ measures: Array<InternalMeasure>;
};

/** One metric. */
export type InternalMeasure = {
  /** Which. */ metric: Metric;
  /** Harrell's optimism bootstrap. */ optimism: Optimism | null;
  /** Why there is none. */ why: Why | null;
  /** .632 and .632+, turned back into the metric's own direction; AUROC, Brier score and absolute error alone. */ point632: Point632 | null;
  /** What the verdict's design found, to compare with. */ by_design: number | null;
};

/** The .632 and .632+ estimates. */
export type Point632 = {
  /** .368 · apparent + .632 · out-of-bag (Efron, J Am Stat Assoc 1983;78:316–331). */ plain: number;
  /** With the weight that grows with overfitting. */ plus: number;
  /** R, the relative overfitting rate, 0 to 1. */ overfitting: number;
  /** The out-of-bag value's weight in `plus`: .632 / (1 − .368 R). */ weight: number;
};

/** A corrected value. */
export type Optimism = {
  /** Of the model that was fitted on all rows, on these rows. */ apparent: number;
  /** Mean over refits of on_sample − on_original. */ optimism: number;
  /** apparent − optimism. */ corrected: number;
  /** Monte Carlo error of the correction: sd / √refits. No standard error of the performance. */ monte_carlo_se: number;
  /** Refits with both values. */ refits: number;
};

/** How the target was divided. */
export type Divided = {
  /** The kind. */ split: Split;
  /** Rows that were learned from, on average over folds. */ train: number;
  /** Rows that were judged. */ test: number;
  /** The latest time that was learned from, as its cell has it; by time alone. */ until: string | null;
  /** Every site; empty unless they were held out in turn. */ sites: Array<OneSite>;
};

/** A site that was held out. */
export type OneSite = {
  /** Its name. */ site: string;
  /** Rows. */ n: number;
  /** Events, of two classes. */ events: number | null;
  /** The transferred procedure's metric, mean over repeats; absent where it is undefined. */ transfer: number | null;
  /** The baseline's. */ baseline: number | null;
  /** The difference, positive where transfer is better. */ gain: number | null;
};

/** How the target is divided. */
export type Split =
  /** Repeated cross-validation. It is nested as it stands: what a method chooses, it chooses by inner folds of the outer */ | "repeated"
  /** Learned from the earlier rows, judged on the later ones, by the column of times. */ | "temporal"
  /** Each site is judged by models that learned from the others. */ | "leave_site_out";

/** The compared procedures under one rule. */
export type AtThreshold = {
  /** How the threshold is chosen. */ rule: Rule;
  /** Patients who were called: those of the first repeat, each once. */ rows: number;
  /** Folds that chose a threshold of their own. */ folds: number;
  /** The baseline first, then the transferred one. */ methods: Array<CalledBy>;
};

/** One procedure. */
export type CalledBy = {
  /** The method. */ id: string;
  /** `transfer` or `baseline`. */ role: string;
  /** The threshold of each fold. */ thresholds: Array<number>;
  /** The four counts. */ counts: Confusion;
  /** Sensitivity and its kin, with 95 % intervals over the patients. */ shares: Array<Share>;
  /** Each minus the baseline's, paired by patient; empty for the baseline. */ gains: Array<Share>;
};

/** A measure with its interval; ends are absent where there is none. */
export type Share = {
  /** Which. */ measure: OperatingMeasure;
  /** `None` where its denominator is empty. */ value: number | null;
  /** Lower end. */ low: number | null;
  /** Upper end. */ high: number | null;
};

/** A number that follows from the four counts. */
export type OperatingMeasure =
  /** Events found. */ | "sensitivity"
  /** Non-events left alone. */ | "specificity"
  /** Events among those called. */ | "ppv"
  /** Non-events among those left alone. */ | "npv"
  /** Right calls. */ | "accuracy"
  /** Matthews correlation. */ | "mcc";

/** The four counts. */
export type Confusion = {
  /** Events called events. */ true_positive: number;
  /** Non-events called events. */ false_positive: number;
  /** Non-events called non-events. */ true_negative: number;
  /** Events called non-events. */ false_negative: number;
};

/** How a threshold is chosen. */
export type Rule =
  /** The largest sensitivity + specificity − 1 (Youden, Cancer 1950;3:32–35); of equals the highest threshold. */ | { rule: "youden" }
  /** A risk that was fixed beforehand, from what the two errors cost. */ | { rule: "risk"; value: number }
  /** The highest threshold with at least this sensitivity. */ | { rule: "sensitivity"; value: number };

/** The groups that one column makes. */
export type ByColumn = {
  /** The column. */ column: string;
  /** Where a number was cut into bands; empty for categories. */ cuts: Array<number>;
  /** Whether the column was found by its name, not chosen. */ found: boolean;
  /** The groups. */ compared: Compared;
};

/** The groups of one column. */
export type Compared = {
  /** The metric of `performance` and `difference`. */ metric: Metric;
  /** In the order of the levels or bands; those without rows are left out. */ groups: Array<Group>;
  /** Whether the *difference* is another one in some group. `None` under two groups with a number. */ interaction: Heterogeneity | null;
};

/** Whether the groups differ. */
export type Heterogeneity = {
  /** Cochran's Q over the groups that have a number and a standard error. */ q: number;
  /** Groups minus one. */ df: number;
  /** Of χ². */ p: number;
};

/** One group of patients. */
export type Group = {
  /** Its name. */ name: Name;
  /** Rows. */ n: number;
  /** Events; absent unless there are two classes. */ events: number | null;
  /** The transferred procedure. */ transfer: OfGroup;
  /** The baseline. */ baseline: OfGroup;
  /** Transferred against baseline in the metric, positive where transfer is better. */ difference: Told;
  /** The same in Brier score (mean absolute error). */ score_difference: Told;
};

/** A number, or why it cannot be told. */
export type Told =
  /** The number with its 95 % interval. */ | ({ kind: "is" } & Estimate)
  /** Nothing can be told. */ | { kind: "cannot_tell";
    /** Why. */ reason: Reason;
  };

/** Why nothing can be told. */
export type Reason =
  /** The interval holds 0. */ | { kind: "interval" }
  /** A class has fewer evaluated rows than the rule asks for. */ | { kind: "too_few_events";
    /** The scarcest class; 1 is the event. */ class: number;
    /** Its rows. */ found: number;
    /** The rule. */ needed: number;
  }
  /** Fewer evaluated rows with a number than the rule asks for. */ | { kind: "too_few_rows";
    /** Rows. */ found: number;
    /** The rule. */ needed: number;
  }
  /** Fewer sites than the rule asks for: their spread cannot be known. */ | { kind: "too_few_sites";
    /** Sites with a value. */ found: number;
    /** The rule. */ needed: number;
  }
  /** Fewer than two usable folds, or differences that do not vary: there is no standard error. */ | { kind: "degenerate" };

/** A number with its interval. */
export type Estimate = {
  /** The number. */ value: number;
  /** Its standard error, on the number's own scale, where the interval comes from one. */ se: number | null;
  /** Lower end. */ low: number;
  /** Upper end. */ high: number;
};

/** One procedure in one group. */
export type OfGroup = {
  /** In the metric of the comparison. */ performance: Told;
  /** Calibration in the large; absent for more than two classes. */ in_the_large: Told | null;
  /** Brier score, or mean absolute error of numbers. */ score: Told;
};

/** What a group is called. */
export type Name =
  /** A level. */ | { kind: "level";
    /** Its name. */ name: string;
  }
  /** low ≤ value < high; open where absent. */ | { kind: "band";
    /** Lower end. */ low: number | null;
    /** Upper end. */ high: number | null;
  }
  /** The column is missing there. */ | { kind: "missing" };

/** Every method, on the same resamples of the same patients. The intervals carry the chance of these patients, not that */
export type Evaluation = {
  /** Bootstrap samples of patients. */ resamples: number;
  /** The baseline first, then the transferred one, then the others. */ methods: Array<Evaluated>;
  /** Treating everybody: (threshold, net benefit); empty unless there are two classes. */ treat_all: Array<[number, number]>;
  /** The declared difference by other rules. */ beside: Array<Beside>;
};

/** The declared difference by another rule than the verdict's. */
export type Beside = {
  /** `bootstrap` (patients, BCa) or `delong`. */ rule: string;
  /** The difference, positive where transfer is better. */ estimate: number | null;
  /** 95 % interval. */ low: number | null;
  /** Its upper end. */ high: number | null;
  /** Two-sided p, where the rule gives one. */ p: number | null;
  /** Why the rule is not used: `not_independent` (each prediction comes from models that learned from the other */ refused: string | null;
};

/** One method. */
export type Evaluated = {
  /** The method. */ id: string;
  /** `transfer`, `baseline` or `other`. */ role: string;
  /** Metrics with intervals (BCa). */ metrics: Array<Ranged>;
  /** Gains over the baseline, positive where better; empty for the baseline. */ gains: Array<Ranged>;
  /** Net benefit over the risk threshold. */ decision: Array<BandPoint>;
  /** Net benefit minus that of the better of treating all and treating none. */ over_default: Array<BandPoint>;
  /** Interventions avoided a patient, against treating all. */ avoided: Array<BandPoint>;
  /** Net benefit minus the baseline's; empty for the baseline. */ decision_gain: Array<BandPoint>;
  /** Sensitivity over false-positive rate, the mean over the folds at equal rates, with a pointwise 95 % band; two */ roc?: Array<BandPoint>;
  /** Precision over recall, likewise. */ pr?: Array<BandPoint>;
  /** How predicted and observed numbers agree; numbers only. */ agreement?: Agreed | null;
  /** Each class against the rest, of more than two. */ classes?: Array<OfClass>;
  /** Absent unless there are two classes, and where the risks are all alike or separate the classes. */ calibration: Calibrated | null;
};

/** How the risks agree with what happened. */
export type Calibrated = {
  /** Observed over expected events. */ observed_over_expected: number;
  /** Its 95 % interval. */ oe_low: number;
  /** The upper end. */ oe_high: number;
  /** Integrated calibration index: the mean distance of the risks from the smooth curve. */ ici: number;
  /** The median distance. */ e50: number;
  /** The 90th percentile. */ e90: number;
  /** The largest. */ e_max: number;
  /** The unreliability index U = (χ² − 2)/n of the test of intercept 0 and slope 1. */ u: number;
  /** Its p. */ u_p: number;
  /** Spiegelhalter's z. */ spiegelhalter_z: number;
  /** Its p. */ spiegelhalter_p: number;
};

/** One class against the rest. */
export type OfClass = {
  /** The class. */ name: string;
  /** Evaluated rows of it. */ rows: number;
  /** Ranking and calibration of its probability, with intervals (BCa). */ metrics: Array<Ranged>;
};

/** A metric with its interval. */
export type Ranged = {
  /** Which. */ metric: Metric;
  /** On all patients. */ value: number | null;
  /** 95 % interval. */ low: number | null;
  /** Its upper end. */ high: number | null;
  /** Why there is no interval. */ why: Why | null;
};

/** What is told of one method's predictions. */
export type Agreed = {
  /** Bland and Altman's limits of prediction − truth. */ limits: Limits;
  /** Truth = intercept + slope · prediction. */ line: Line;
  /** Whether the differences grow with the size; absent where all means are alike. */ proportional: Proportional | null;
  /** Truth over prediction, smoothed, with a pointwise band. */ curve: Array<BandPoint>;
};

/** A point of a curve with its pointwise interval; `None` ends where there is none. */
export type BandPoint = {
  /** The abscissa. */ x: number;
  /** The curve. */ value: number | null;
  /** Lower end. */ low: number | null;
  /** Upper end. */ high: number | null;
};

/** Whether the differences grow with the size of what is measured. */
export type Proportional = {
  /** Difference gained for each unit of the mean of truth and prediction; 0 is ideal of two measurements. */ slope: Estimate;
  /** Of no slope, two-sided. */ p: number;
};

/** Calibration of numbers, truth = intercept + slope · prediction, with Student's intervals. */
export type Line = {
  /** In the label's unit; 0 is ideal. */ intercept: Estimate;
  /** 1 is ideal; under 1 the predictions are too extreme. */ slope: Estimate;
  /** Mean of truth − prediction; 0 is ideal. */ in_the_large: Estimate;
};

/** Bland and Altman's limits: where the differences prediction − truth of most patients lie. */
export type Limits = {
  /** The mean difference. */ bias: Estimate;
  /** Standard deviation of the differences. */ sd: number;
  /** bias − z·sd with its interval. */ lower: Estimate;
  /** bias + z·sd with its interval. */ upper: Estimate;
};

/** A feature's importance. */
export type Importance = {
  /** The feature. */ feature: string;
  /** Mean drop in the source model; absent where it was not explained. */ source: number | null;
  /** Mean drop in the transferred model. */ transferred: number;
  /** Its range over the folds. */ low: number;
  /** The range's upper end. */ high: number;
};

/** A cell of Hanczar's grid. */
export type Gain = {
  /** Frozen layers. */ frozen: number;
  /** Target rows. */ n: number;
  /** Mean gain over the network from scratch on the same rows; positive is better. */ gain: number;
  /** Wilcoxon's signed rank over the repeats; absent where it is undefined. */ p: number | null;
};

/** A point of the learning curve. */
export type LearningPoint = {
  /** `frozen_0` …, `scratch`, `linear`, `source_only`. */ line: string;
  /** Target rows. */ n: number;
  /** Mean of the primary metric over the repeats. */ mean: number;
  /** Its standard deviation. */ sd: number;
  /** Every repeat. */ values: Array<number>;
};

/** A method's performance. */
export type MethodReport = {
  /** The method. */ id: string;
  /** `transfer`, `baseline` or `other`. */ role: string;
  /** Every metric that is defined: over the folds. */ metrics: Array<MetricReport>;
  /** ROC, averaged over folds at equal false-positive rates: (false-positive rate, sensitivity). */ roc: Array<[number, number]>;
  /** Precision over recall, likewise: (recall, precision). */ pr: Array<[number, number]>;
  /** Calibration in bins of the averaged predictions. */ calibration: Array<Bin>;
  /** The smooth calibration curve: (predicted, observed). */ calibration_curve: Array<[number, number]>;
  /** Risk histograms. */ risks: Risks | null;
  /** What it chose on its own, and in how many folds. */ choices: Record<string, number>;
};

/** Risks of those with and without the event, in bins of equal width from 0 to 1. */
export type Risks = {
  /** Rows with the event in each bin. */ event: Array<number>;
  /** Rows without. */ non_event: Array<number>;
  /** Mean risk of those with the event minus that of those without. */ discrimination_slope?: number | null;
};

/** One bin of a calibration plot. */
export type Bin = {
  /** Mean predicted risk. */ predicted: number;
  /** Share of events. */ observed: number;
  /** Wilson's 95 % interval of that share. */ low: number;
  /** Its upper end. */ high: number;
  /** Rows. */ n: number;
  /** Events. */ events: number;
};

/** A metric over the folds. */
export type MetricReport = {
  /** Which. */ metric: Metric;
  /** Mean over the folds. */ mean: number;
  /** Standard deviation over the folds. */ sd: number;
  /** 95 % interval of the mean that carries the variance of training. */ low: number | null;
  /** Its upper end. */ high: number | null;
};

/** "Ranks better, calibrated worse." */
export type BetterWorse =
  /** The AUROC's interval lies over 0, and that of log-loss, Brier or the calibration slope under 0. */ | "shown"
  /** The AUROC's estimate is positive, and those of log-loss and Brier negative. */ | "suspected";

/** A secondary contrast. */
export type Secondary = {
  /** The method that is compared with the baseline. */ method: string;
  /** In which metric. */ metric: Metric;
  /** The contrast; its `p_adjusted` is Holm's over all secondary ones. */ contrast: Contrast;
};

/** Transfer against target-only in one metric, turned so that positive is better. */
export type Contrast = {
  /** The metric. */ metric: Metric;
  /** Mean over folds (fits) of the transfer procedure, in the metric's own direction. */ transfer: number;
  /** The same of target-only. */ target_only: number;
  /** The oriented difference: positive where transfer is better. */ estimate: number;
  /** Its standard error, training and testing variance together; NaN (null) where there is none. */ se: number;
  /** Degrees of freedom of the t interval. */ df: number;
  /** Lower end of the 95 % interval. */ low: number;
  /** Upper end of the 95 % interval. */ high: number;
  /** Two-sided p of no difference. */ p: number;
  /** Holm's adjusted p, for secondary contrasts ([`adjust`]). */ p_adjusted: number | null;
  /** Folds (fits) in which both values were defined. */ n_folds: number;
  /** Folds (fits) in which one was not, and which were left out. */ n_undefined: number;
  /** The design. */ design: Design;
  /** The smallest difference that could have been shown at 80 % power: 2.8 standard errors. */ smallest_detectable: number;
  /** What may be said. */ verdict: Verdict;
};

/** What may be said. */
export type Verdict =
  /** The interval lies over 0: transfer is better. */ | { kind: "helps" }
  /** The interval lies under 0: transfer is worse. */ | { kind: "harms" }
  /** Neither was shown. */ | { kind: "cannot_tell";
    /** Why. */ reason: Reason;
  };

/** How the data were divided. */
export type Design =
  /** Repeated k-fold cross-validation of the target. */ | "cv"
  /** A given test set, the variance of training from half-samples. */ | "held_out"
  /** Each site held out in turn. */ | "sites";

/** The words of the estimand are made from these. */
export type Estimand = {
  /** The primary metric. */ metric: Metric;
  /** Target rows in a training set. */ n_train: number;
  /** Evaluated rows. */ n_evaluated: number;
  /** Events among them (two classes). */ events: number | null;
  /** Cross-validation, or a given test set. */ design: Design;
  /** Folds. */ folds: number;
  /** Repeats. */ repeats: number;
};

/** The differences of a target from its sources. Every difference is target minus source. */
export type Shift = {
  /** Rows of all sources together. */ source_rows: number;
  /** Rows of the target. */ target_rows: number;
  /** Whether a classifier can tell where a row comes from; none where too few rows or features allow none. */ domain: Domain | null;
  /** Tests and distances over all features at once; none where too few rows or features allow none. */ together?: Together | null;
  /** Every feature, the one that moved most first (by the absolute standardised difference, then by KS). */ features: Array<FeatureShift>;
  /** How the label differs; none where a side has none. */ label: LabelShift | null;
  /** Each source domain beside the others. */ sources: Array<SourceDomain>;
  /** What a linear source model says of the target; filled in above this module, which knows no model. */ by_model?: ByModel | null;
};

/** What a linear model of the source says of the target. It is cross-fitted over five folds of the source: a source row is */
export type ByModel = {
  /** Labelled source rows that the models were fitted on: at most 2,000. */ source_rows: number;
  /** Labelled target rows; those that were set aside for testing are not looked at. */ target_rows: number;
  /** The loss. */ loss: LossKind;
  /** What moved; none where there were too few labelled rows. */ moved: Disde | null;
  /** How often each class occurs in the target; none for numbers. */ priors: Priors | null;
  /** What the model's outputs are worth in the target; none without labels. */ worth: Worth | null;
};

/** What the source model's outputs say of the target's labels before anything is trained there. */
export type Worth = {
  /** Labelled target rows: one of each patient. */ rows: number;
  /** How often the labels were dealt out anew. */ deals: number;
  /** The scores that are defined for such labels. */ scores: Array<Score>;
};

/** A score beside what chance gives. */
export type Score = {
  /** Which. */ kind: ScoreKind;
  /** The score; higher is better. */ value: number;
  /** Its mean where the labels were dealt out anew. */ by_chance: number;
  /** The 95 % quantile there. */ chance_high: number;
  /** (1 + deals that score as high) / (1 + deals). */ p: number;
};

/** A score of transferability. */
export type ScoreKind =
  /** The log evidence per row of a Bayesian linear model on the outputs and a constant. */ | "log_me"
  /** The log expected empirical prediction. */ | "leep"
  /** The spread of the outputs that lies between the classes (shrunken). */ | "h_score";

/** The shares of the classes in the target, as the source model makes them out from the features alone. */
export type Priors = {
  /** The classes. */ classes: Array<string>;
  /** The event's place among them. */ event: number;
  /** Target rows that were looked at, with and without label. */ rows: number;
  /** Black-box shift estimation; none where the model does not tell the classes apart. */ bbse: Bbse | null;
  /** By expectation maximisation. */ saerens: Saerens | null;
  /** The shares among the labelled target rows; empty without labels. */ observed: Array<Observed>;
  /** The event's share by `bbse` minus the observed one, with its 95 % interval (square and add of both intervals). One that */ gap: [number, number, number] | null;
};

/** The share of a class among labelled rows. */
export type Observed = {
  /** Its share. */ share: number;
  /** Lower end of the 95 % interval (Wilson). */ low: number;
  /** Upper end. */ high: number;
};

/** Priors by expectation maximisation. */
export type Saerens = {
  /** Each class. */ priors: Array<Prior>;
  /** Twice the gain in log-likelihood over the source's priors. */ likelihood_ratio: number;
  /** Its p (χ² with one degree of freedom less than classes): the test of no label shift that the paper proposes. */ p: number;
  /** Steps. */ iterations: number;
};

/** The share of a class in the target. */
export type Prior = {
  /** Its share among the source's labels. */ source: number;
  /** Its estimated share in the target. */ target: number;
  /** Lower end of the 95 % percentile bootstrap interval; none without draws. */ low: number | null;
  /** Upper end. */ high: number | null;
};

/** Black-box shift estimation. */
export type Bbse = {
  /** Each class. */ priors: Array<Prior>;
  /** p_target(y) / p_source(y) of each class, not under 0. */ weights: Array<number>;
  /** The condition number of the confusion matrix P(ŷ, y): large where the model cannot tell some classes apart, and the */ condition: number;
  /** Bootstrap draws whose matrix could not be solved. */ failed: number;
};

/** The decomposition. */
export type Disde = {
  /** Mean loss in the source. */ source: number;
  /** Mean loss in the target. */ target: number;
  /** Target minus source: the sum of the three parts. */ total: DisdePart;
  /** x, source → shared. */ x_out: DisdePart;
  /** y given x, on shared patients. */ y_given_x: DisdePart;
  /** x, shared → target. */ x_in: DisdePart;
  /** The published estimates of the two shared means, for comparison. */ weighted: Means;
  /** The overlap weights of the source (of the first division). */ source_health: Health | null;
  /** The overlap weights of the target. */ target_health: Health | null;
  /** 2 ∫ p q / (p + q): 1 for equal populations, 0 for populations that share no patient. */ shared: number;
  /** The answer. */ moved: Moved;
  /** Why there is none. */ because: Because | null;
};

/** Why it cannot be told. */
export type Because =
  /** The shared patients are worth fewer than [`LEAST_ESS`] rows on a side. */ | "few_shared"
  /** The two populations share less than [`LEAST_SHARED`] of their mass. */ | "little_overlap"
  /** Every interval holds 0. */ | "nothing_shown";

/** What moved the loss. */
export type Moved =
  /** Other patients: an interval of a part of x leaves out 0, that of y given x does not. */ | "x"
  /** The same patients fare otherwise: the interval of y given x leaves out 0, no part of x does. Target labels are */ | "y_given_x"
  /** Both. */ | "both"
  /** No interval leaves out 0, or too few patients are shared. */ | "cannot_tell";

/** Over how few patients the weights are spread. */
export type Health = {
  /** Rows. */ rows: number;
  /** Kish's effective sample size (Σw)² / Σw²: the rows of an unweighted sample of the same precision. */ ess: number;
  /** The share of all weight that the heaviest row has: at 1 all weight is on one patient. */ largest_share: number;
  /** The heaviest 1 % of the rows (one at least) have this share. */ top_percent_share: number;
  /** Rows whose weight is 0. */ unused: number;
  /** Whether `ess` reaches [`LEAST_ESS`]; otherwise the answer is "cannot tell". */ enough: boolean;
};

/** Mean losses over shared patients by weighting alone. */
export type Means = {
  /** Σ e ℓ / Σ e over source rows. */ source: number;
  /** Σ (1 − e) ℓ / Σ (1 − e) over target rows. */ target: number;
};

/** A part of the difference with its interval. */
export type DisdePart = {
  /** The estimate, in units of the loss; over 0 is worse. */ value: number;
  /** Its standard error. */ se: number;
  /** Lower end: 95 %, for the two parts of x 97.5 % each (Bonferroni: together they are one answer). */ low: number;
  /** Upper end. */ high: number;
};

/** What the loss of the source model is made of. */
export type LossKind =
  /** Half the squared distance of the probabilities from what happened: (p − y)² of two classes; 0 to 1. */ | "brier"
  /** The squared error over the variance of the label in the source: about 1 for a guess at the mean. */ | "squared";

/** One source domain in a line. */
export type SourceDomain = {
  /** Its name. */ name: string;
  /** Its rows. */ rows: number;
  /** The share of the event, or the mean of the label; none without labels. */ label: number | null;
};

/** The label on both sides. */
export type LabelShift =
  /** Classes. */ | { type: "classes";
    /** The event's place among `classes`. */ event: number;
    /** Each class. */ classes: Array<ClassShift>;
  }
  /** A number. */ | { type: "values";
    /** Its unit. */ unit: string;
    /** Mean in the source. */ source_mean: number;
    /** Mean in the target. */ target_mean: number;
    /** Standard deviation in the source. */ source_sd: number;
    /** Standard deviation in the target. */ target_sd: number;
    /** Target minus source. */ difference: number;
    /** Lower end of its 95 % interval (Welch); none under two values a side. */ low: number | null;
    /** Upper end. */ high: number | null;
    /** Two-sided p of no difference (Welch). */ p: number | null;
  };

/** One class on both sides. */
export type ClassShift = {
  /** The class. */ name: string;
  /** Rows of the source. */ source_rows: number;
  /** Rows of the target. */ target_rows: number;
  /** Its share of the source's labelled rows. */ source: number;
  /** Its share of the target's labelled rows. */ target: number;
  /** Target minus source. */ difference: number;
  /** Lower end of its 95 % interval (Newcombe's hybrid score, Stat Med 1998;17:873–890, method 10). */ low: number;
  /** Upper end. */ high: number;
  /** Two-sided p of equal shares (Fisher's exact test). Not adjusted over the classes. */ p: number;
};

/** How one feature differs. */
export type FeatureShift = {
  /** Its name. */ name: string;
  /** Target minus source in pooled standard deviations; for a category the largest over its levels. None where no */ smd: number | null;
  /** For a category, the level that `smd` is of. */ level: string | null;
  /** Kolmogorov and Smirnov's D; for a category the total variation distance. None where a side is empty. */ distance: number | null;
  /** p of D, or of Pearson's χ² for a category. */ p: number | null;
  /** `p` adjusted over all features (Benjamini and Hochberg). */ q: number | null;
  /** Wasserstein's distance of order 1 in pooled standard deviations; none for a category, or where no side varies. */ wasserstein: number | null;
  /** The population stability index; none where a side is empty. */ psi: number | null;
  /** What the index would be about by chance alone. */ psi_noise: number | null;
  /** Whether cells are missing more often on one side. */ missing: Missing | null;
  /** The share of missing cells in the source. */ source_missing: number;
  /** The share of missing cells in the target. */ target_missing: number;
  /** Mean of a number in the source. */ source_mean: number | null;
  /** Mean of a number in the target. */ target_mean: number | null;
  /** Both distributions, for the chart. */ shape: FeatureShape | null;
};

/** Both distributions over common bins or levels: shares of the known values, each side summing to 1. */
export type FeatureShape =
  /** A number. */ | { type: "bins";
    /** The ends of the bins: one more than there are bins. Values beyond count in the outermost. */ edges: Array<number>;
    /** The source's shares. */ source: Array<number>;
    /** The target's shares. */ target: Array<number>;
  }
  /** A category. */ | { type: "levels";
    /** The levels. */ levels: Array<string>;
    /** The source's shares. */ source: Array<number>;
    /** The target's shares. */ target: Array<number>;
  };

/** The difference of the shares of missing cells. */
export type Missing = {
  /** Target minus source. */ difference: number;
  /** Lower end of its 95 % interval (Newcombe's hybrid score). */ low: number;
  /** Upper end. */ high: number;
  /** Fisher's exact test of equal shares. */ p: number;
  /** `p` adjusted over all features (Benjamini and Hochberg). */ q: number;
};

/** All features at once, on standardised columns (missing cells imputed by the median of both sides). */
export type Together = {
  /** The maximum mean discrepancy. */ mmd: Mmd;
  /** The energy distance. */ energy: Energy;
  /** Means, spreads and correlations; none where a side has too few rows. */ moments: Moments | null;
};

/** Distances of the first two moments. Features should be on one scale (`Both` standardises them). */
export type Moments = {
  /** ‖μs − μt‖². */ means: number;
  /** ‖Σs − Σt‖ (Frobenius). */ covariances: number;
  /** The mean over all entries of |Σs − Σt|. */ covariance_entry: number;
  /** tr(Σs + Σt − 2 (Σs^½ Σt Σs^½)^½): the squared Bures distance of the covariances. */ bures: number;
  /** `means` + `bures`: the squared Fréchet distance of two Gaussians of these moments (Dowson and Landau, J Multivar Anal */ frechet: number;
  /** The mean of `frechet` over permutations of the sides. Estimated moments are never equal, so it is over 0 where */ frechet_by_chance: number | null;
  /** Its permutation p; none without permutations. */ p: number | null;
};

/** The energy distance of two samples. */
export type Energy = {
  /** 2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖ over all pairs (the V-statistic, ≥ 0; Székely and Rizzo, J Stat Plan Inference */ distance: number;
  /** Its permutation p. */ p: number;
  /** Permutations. */ permutations: number;
  /** Rows of the source that were used. */ source_rows: number;
  /** Rows of the target that were used. */ target_rows: number;
};

/** The maximum mean discrepancy of two samples. */
export type Mmd = {
  /** p over all bandwidths together: the least of theirs, judged by the least of each permutation's (Westfall and Young). */ p: number;
  /** Each bandwidth. */ bandwidths: Array<MmdAt>;
  /** Permutations. */ permutations: number;
  /** Rows of the source that were used. */ source_rows: number;
  /** Rows of the target that were used. */ target_rows: number;
};

/** At one bandwidth. */
export type MmdAt = {
  /** σ of exp(−d² / 2σ²). */ sigma: number;
  /** The unbiased MMD²; under 0 by chance where nothing differs. */ mmd2: number;
  /** Its permutation p. */ p: number;
};

/** Whether a classifier can tell where a row comes from: 0.5 is not at all, 1 is always. */
export type Domain = {
  /** The AUROC on held-out rows, averaged over the folds. */ auroc: number;
  /** Lower end of its 95 % interval (DeLong within folds, twice the variance: the folds share rows). */ low: number;
  /** Upper end. */ high: number;
  /** One-sided p of "no better than a coin" (Mann and Whitney within folds, twice the variance). */ p: number;
  /** The proxy A-distance: 0 where the sides cannot be told apart, 2 where they always can. */ proxy_a?: number;
  /** Rows of the source that were used: at most 2,000. */ source_rows: number;
  /** Rows of the target that were used: at most 2,000. */ target_rows: number;
  /** Features that were used: at most 500, those of the largest variance. */ features: number;
  /** Features of both sides. */ features_of: number;
  /** Features that hold no value on one side: not used, since they alone would tell the sides apart. */ one_sided: number;
  /** The same question to boosted trees, which see curves and interactions; none where they could not be grown. */ boosted?: ClassifierTest | null;
};

/** A classifier two-sample test on held-out predictions. */
export type ClassifierTest = {
  /** The AUROC, averaged over the folds. */ auroc: number;
  /** Lower end of its 95 % interval: DeLong's variance within folds, times [`SHARED`]. */ low: number;
  /** Upper end. */ high: number;
  /** One-sided p of "no better than a coin": Mann and Whitney's variance within folds, times [`SHARED`]. */ p: number;
  /** Half the sum of the shares that are wrong on each side, at the training rows' prior odds. */ error: number;
  /** The proxy A-distance 2 (1 − 2 ε) of that error (Ben-David et al., NeurIPS 2006; Glorot, Bordes and Bengio, ICML */ proxy_a: number;
};

/** One thing found: its words are `finding.<key>` in the language files, its facts fill the slots. */
export type Finding = {
  /** The stable name. */ key: string;
  /** How much it matters. */ weight: Weight;
  /** The file it was found in. */ file?: string | null;
  /** The column it was found in. */ column?: string | null;
  /** What fills the slots of its words. */ facts?: Array<[string, string]>;
};

/** How much it matters. */
export type Weight =
  /** Good to know. */ | "note"
  /** Look at it before the run. */ | "warning"
  /** A guess that waits for a yes. */ | "confirm";

/** Who was in the study. */
export type Data = {
  /** Every source domain. */ sources: Array<Size>;
  /** The target rows that were learned from. */ target: Size;
  /** The rows set aside for testing. */ test: Size | null;
  /** Rows of the target without a label. */ unlabelled: number;
  /** The features that both sides have. */ features: number;
  /** The label's name in the target. */ label: string;
  /** The classes; empty for numbers. */ classes: Array<string>;
  /** The class that counts as the event, of two. */ event: string | null;
  /** Which method to begin with on these tables, and why. */ recommended?: Recommendation | null;
};

/** The recommendation. */
export type Recommendation = {
  /** The method's id. */ method: string;
  /** Why. */ because: RecommendationBecause;
};

/** Why. */
export type RecommendationBecause =
  /** The source has no labels: there is nothing to carry over. */ | { kind: "no_source_labels" }
  /** The target has no labels: nothing can be learned from it. */ | { kind: "no_target_labels" }
  /** The saved model of the source is a network: only it can be trained on. */ | { kind: "network" }
  /** The saved model of the source is boosted trees: likewise. */ | { kind: "trees" }
  /** Too few labelled rows of the scarcest class (or too few rows with a number) for more than a correction. */ | { kind: "few";
    /** Rows of the scarcest class, or rows. */ found: number;
    /** How many the rule asks for. */ needed: number;
  }
  /** Enough of them to let the data say how much of the source to keep. */ | { kind: "enough";
    /** Likewise. */ found: number;
    /** Likewise. */ needed: number;
  };

/** The size of a cohort. */
export type Size = {
  /** Its name. */ domain: string;
  /** Rows. */ rows: number;
  /** Rows with a label. */ labelled: number;
  /** Rows of each class; empty for numbers. */ classes: Array<number>;
  /** Mean and standard deviation of a number; absent for classes. */ mean_sd: [number, number] | null;
};

/** An experiment: see the [module](self). */
export type Plan = {
  /** [`VERSION`]. */ version: number;
  /** The source tables; empty where a saved pre-trained model stands for them. */ sources: Array<TablePlan>;
  /** The saved pre-trained model that stands for the sources. */ source_model?: string | null;
  /** The target tables. */ targets: Array<TablePlan>;
  /** What the columns are, how they correspond, and what is predicted. Without a label in the target there are shift */ preparation: Preparation;
  /** The primary metric, declared before the run. */ metric: Metric;
  /** The transfer procedure that the verdict is about. */ transfer: Chosen;
  /** What it is compared with. */ baseline: Chosen;
  /** Other methods, for secondary contrasts. */ others?: Array<Chosen>;
  /** How it is judged. */ design: PlanDesign;
  /** The grid of frozen layers and sample sizes, where asked for. */ grid?: Grid | null;
  /** Whether source and target are exchanged as well. */ both_directions?: boolean;
  /** Permutations of each feature inside the test folds; 0 leaves the importance out. */ importance: number;
  /** Folds of the training rows over which a threshold is chosen, in the first repeat; 0 leaves thresholds out. */ thresholds?: number;
  /** What is told of each feature's part in the predictions. */ explain?: Explain;
  /** Where networks are trained. */ device: DeviceChoice;
  /** The seed of every stream. */ seed: number;
  /** The groups of patients that performance is told in; absent: found by their names (sex, age, site). */ subgroups?: Array<Grouping> | null;
  /** Whether the learning curve also compares the two procedures of the verdict: from how many target rows on does */ crossing?: boolean;
  /** How the target is divided into rows to learn from and rows to be judged on. Rows that are marked as test go */ split?: Split;
  /** Bootstrap refits for the optimism and .632+ estimates beside the verdict; 0 leaves them out. */ refits?: number;
  /** How missing values are met, inside the training rows of each fold. */ imputation?: Imputation;
  /** Rows of the target whose fingerprints are at least so alike (Tanimoto's coefficient, Butina's clusters) are never */ similarity?: number | null;
  /** Whether networks' features of both domains are drawn, in one fold. */ maps?: boolean;
};

/** How missing values are met before a model sees them. Boosted trees meet them on their own. */
export type Imputation = {
  /** What stands for a missing number. */ fill?: Fill;
  /** Whether a column says where a number is missing, where more than a hundredth of the rows lack it. */ indicators: boolean;
};

/** What stands for a missing number; always learned from the fitted rows alone. */
export type Fill =
  /** The median. */ | "median"
  /** The mean of like rows: the nearest of k-means' centroids. */ | "centroids"
  /** Regressions on the other numbers, in rounds. */ | "iterative";

/** A column whose values make groups of patients. */
export type Grouping = {
  /** The target's column. */ column: string;
  /** Where a number is cut into bands, increasing, the lower end inside; empty: at its tertiles. */ cuts?: Array<number>;
};

/** Where networks are trained. */
export type DeviceChoice =
  /** By a short measurement. */ | "auto"
  /** On the processor. */ | "cpu"
  /** On the graphics processor. */ | "gpu";

/** What is told of each feature's part in the predictions, and of the source rows' part in the models. */
export type Explain = {
  /** Patients whose predictions are taken apart, at most; of more, a stratified sample. 0 leaves the explanation out. */ patients: number;
  /** How trees are taken apart. */ trees?: TreeForm;
};

/** How trees are explained. */
export type TreeForm =
  /** Against the reference rows: what the model would say if a feature were another one's. */ | "against"
  /** By the shares of the training rows along the trees. */ | "path";

/** The grid of a study over numbers of target rows: Hanczar's over frozen layers, or one over a method's modes. */
export type Grid = {
  /** Numbers of frozen layers. */ frozen: Array<number>;
  /** Numbers of target rows; those above what is there are left out, and said. */ sizes: Array<number>;
  /** Repeats on new subsamples. */ repeats: number;
  /** Modes of the transfer procedure that are compared at each size, for one that has the setting `mode`. */ modes?: Array<string>;
  /** Whether each subsample has as many rows of one class as of the other. */ balanced?: boolean;
};

/** How methods are judged. */
export type PlanDesign = {
  /** Folds of the cross-validation; without a meaning where test rows are given. */ folds: number;
  /** Repeats with new folds; where test rows are given, of fits on all training rows and on both halves of a cut. */ repeats: number;
  /** Pre-trainings under different seeds; repeats take them in turn. */ seeds: number;
};

/** A method with its settings. */
export type Chosen = {
  /** The method's id. */ method: string;
  /** Its settings; what is absent takes its default. */ config?: unknown;
};

/** All that a person decides between tables and cohorts: a part of the plan. */
export type Preparation = {
  /** The roles of the source's columns. */ source_roles?: Roles;
  /** The roles of the target's columns. */ target_roles: Roles;
  /** How the columns correspond. */ mapping?: Mapping;
  /** What is to be predicted. */ label: LabelPlan;
  /** The target is judged person by person: the column of sites names them. */ person?: OnePerson | null;
};

/** Who is judged. */
export type OnePerson = {
  /** Whose results are shown in full; absent: the first one of the target. */ name?: string | null;
  /** Whether every other person of the target is judged too, each with a source without that person. */ each?: boolean;
};

/** What is to be predicted, and where it stands in both tables. */
export type LabelPlan = {
  /** The source's column; none where the source has no labels. */ source?: string | null;
  /** The target's column; none where the target has no labels: then there is no verdict. */ target?: string | null;
  /** Classes or a number. */ kind: LabelKind;
  /** The person says that a label that looks like the end of a follow-up is known for all rows at one fixed time. */ accept_fixed_horizon?: boolean;
};

/** Classes or a number. */
export type LabelKind =
  /** Classes. */ | { type: "classes";
    /** The class that counts as the event; guessed where none is given. */ event?: string | null;
    /** The classes in their order; the target's levels, sorted, where empty. */ classes?: Array<string>;
    /** A number becomes two classes, `0` up to this value and `1` above it. */ above?: number | null;
  }
  /** A number. */ | { type: "values";
    /** Its unit; empty if unknown. */ unit?: string;
  };

/** How two tables correspond. */
export type Mapping = {
  /** The features of both sides. */ features: Array<Pair>;
  /** The label's classes. */ label?: LabelMap;
};

/** How the label's levels become classes, on both sides. A level that is not named stands for itself. */
export type LabelMap = {
  /** Source level to class. */ source?: Record<string, string>;
  /** Target level to class. */ target?: Record<string, string>;
  /** For a number: target unit = source × factor. */ factor?: number;
};

/** A source column and the target column that means the same. */
export type Pair = {
  /** The source's column. */ source: string;
  /** The target's column; the feature goes by this name. */ target: string;
  /** How it was found. */ how: How;
  /** How it is read. */ measure: MappingMeasure;
  /** target unit = source × factor + offset. */ factor?: number;
  /** See `factor`: for °F and °C. */ offset?: number;
  /** Source level to target level; a level that is not named stands for itself. */ levels?: Record<string, string>;
};

/** How both sides of a pair are read. */
export type MappingMeasure =
  /** As numbers; yes and no are 1 and 0. */ | "number"
  /** As levels. */ | "category";

/** How a pair was found. */
export type How =
  /** The same name. */ | "exact"
  /** The same name but for case, punctuation and unit. */ | "normalised"
  /** Another name for the same thing. */ | "synonym"
  /** The person said so. */ | "by_hand";

/** The roles of one side's columns, by name. A column that is not named is ignored. */
export type Roles = Record<string, Role>;

/** What a column is for. */
export type Role =
  /** Something known of a row, to predict from. */ | "feature"
  /** What is to be predicted. */ | "label"
  /** What the person calls a row. */ | "identifier"
  /** Rows with one value belong together (a patient with several stays) and are never split. */ | "group"
  /** The hospital, batch or study: each value is a domain. */ | "site"
  /** Says which rows train, test or wait for a prediction. */ | "set"
  /** When: for series and splits by time. */ | "time"
  /** A second outcome, a number that this side alone has (a drug's log IC50): for methods that learn from both. */ | "outcome"
  /** Not used. */ | "ignored";

/** One table and how it is read. */
export type TablePlan = {
  /** The file's name. */ name: string;
  /** The table's fingerprint (hexadecimal); another file under the same plan is allowed, and said. */ fingerprint?: string;
  /** How it was read. */ read?: ReadOptions;
};

/** The reading options; each `None` means "find it from the evidence". */
export type ReadOptions = {
  /** The encoding. */ encoding?: Encoding | null;
  /** The separator. */ delimiter?: Delimiter | null;
  /** Whether `"` quotes fields. */ quote?: boolean | null;
  /** Whether the first row names the columns. */ header?: boolean | null;
  /** The decimal mark, `.` or `,`. */ decimal?: string | null;
  /** The sheet of a workbook. */ sheet?: string | null;
  /** The columns' names, in order, in place of the header's or where there is none. */ names?: Array<string> | null;
  /** Turn the table: rows become columns. */ transpose?: boolean;
  /** Make a long table of readings into windows, after everything else. */ windows?: Windows | null;
  /** Prepare the counts of genes in cells, after everything else. */ counts?: Counts | null;
  /** Fill short rows with missing cells instead of refusing them. */ pad_short_rows?: boolean;
  /** Further cells that mean "missing", in every column. */ extra_missing?: Array<string>;
  /** Usual missing marks that are values here (such as `-` beside `+`, or `None` for "no complication"). */ not_missing?: Array<string>;
  /** Codes that mean "missing" in one column; `*` for all columns. */ missing_codes?: Record<string, Array<string>>;
  /** The kind of a column, by its name. */ kinds?: Record<string, Kind>;
};

/** What the cells of a column are. */
export type Kind =
  /** Numbers. */ | "number"
  /** One of a few names. */ | "category"
  /** Yes or no. */ | "boolean"
  /** A day, perhaps with a time; as a number: days since 1970-01-01. */ | "date"
  /** A name of the row, of no use as a feature. */ | "identifier"
  /** Free text. */ | "text";

/** How counts become expression. */
export type Counts = {
  /** Cells in which fewer genes were seen are left out. */ min_genes?: number;
  /** Genes that were seen in fewer cells are left out. */ min_cells?: number;
  /** Cells with a larger share of their counts in mitochondrial genes (`MT-…`) are left out, as 0.05; absent: none is. */ max_mito?: number | null;
  /** What the counts of each cell are scaled to add up to. */ total?: number;
  /** Which genes stay; absent: all that were seen. */ variable?: Variable | null;
  /** Columns of numbers that are no genes; they stay as they are, like every column that has no numbers. */ keep?: Array<string>;
};

/** Which genes stay. */
export type Variable =
  /** Those between two means of log(1 + mean) and above a normalised dispersion. */ | { type: "cutoffs";
    /** Above this mean. */ min_mean: number;
    /** Under this one. */ max_mean: number;
    /** Above this normalised dispersion. */ min_disp: number;
  }
  /** So many of the largest normalised dispersion. */ | { type: "top";
    /** How many. */ genes: number;
  };

/** How a long table becomes windows. */
export type Windows = {
  /** The column that names the person; absent: all rows are one person's. */ person?: string | null;
  /** The column of times. */ time: string;
  /** The column that is forecast: averaged over a step, its gaps filled inside a window. */ value: string;
  /** Its unit; rows are in mg/dL whatever it is. */ unit?: GlucoseUnit;
  /** Columns of amounts (carbohydrate, insulin): summed over a step, missing is none. */ amounts?: Array<string>;
  /** Minutes between two steps of the grid. */ step: number;
  /** Minutes of history in a row. */ history: number;
  /** Minutes from the last reading of the history to the one that is forecast. */ horizon: number;
  /** A row every so many steps; 1 is every one. */ every?: number;
  /** The last days of each person, with readings, that are marked as test; 0 marks none. */ test_days?: number;
  /** Whether readings that leap away and straight back are taken out ([`spikes`](super::spikes)). */ spikes?: boolean;
};

/** The unit in which glucose was written. */
export type GlucoseUnit =
  /** Milligrams in a decilitre. */ | "mg_dl"
  /** Millimoles in a litre: multiplied by 18.016. */ | "mmol_l";

/** What stands between two fields. */
export type Delimiter =
  /** `,` */ | "comma"
  /** `;` */ | "semicolon"
  /** A tab. */ | "tab"
  /** `|` */ | "pipe"
  /** One or several blanks or tabs; blanks at either end of the row do not count. */ | "whitespace";

/** How the bytes of a text are to be understood. */
export type Encoding =
  /** UTF-8, of which ASCII is a part. */ | "utf8"
  /** UTF-16, little end first (Windows' "Unicode text"). */ | "utf16le"
  /** UTF-16, big end first. */ | "utf16be"
  /** GB18030, of which GBK and GB2312 are parts. */ | "gb18030"
  /** Windows-1252, of which Latin-1's letters are a part. */ | "windows1252"
  /** Windows-1250, central European. */ | "windows1250"
  /** Windows-1251, Cyrillic. */ | "windows1251"
  /** Big5, traditional Chinese. */ | "big5"
  /** Shift_JIS, Japanese. */ | "shift_jis"
  /** EUC-KR, Korean. */ | "euc_kr";

/** A piece of a run. */
export type Unit =
  /** Learns from the sources alone; its model is kept under `key` and serves every fold and grid cell. */ | { type: "pretrain";
    /** Which way. */ direction: Direction;
    /** Index into the plan's methods of one that pre-trains so. */ method: number;
    /** Which of the design's seeds. */ seed: number;
    /** The name under which it is kept. */ key: string;
  }
  /** One method on one fold. */ | { type: "fold";
    /** Which way. */ direction: Direction;
    /** Index into the plan's methods. */ method: number;
    /** Index into the folds of all repeats. */ fold: number;
  }
  /** One method's risks of a fold's own training rows, each by a model that saw only others of them: what a threshold */ | { type: "threshold";
    /** Which way. */ direction: Direction;
    /** Index into the plan's methods. */ method: number;
    /** Index into the folds of all repeats. */ fold: number;
  }
  /** Every line of the learning curve at one size, on one subsample. */ | { type: "grid";
    /** Which way. */ direction: Direction;
    /** Number of target rows. */ size: number;
    /** Which subsample. */ repeat: number;
  }
  /** One method on a bootstrap sample of the target's rows, judged on all of them. */ | { type: "refit";
    /** Index into the plan's methods. */ method: number;
    /** Which sample; 0 is all rows as they are. */ sample: number;
  }
  /** One method on all labelled rows: the model to keep. */ | { type: "final";
    /** Index into the plan's methods. */ method: number;
  };

/** Which table plays the source, or who is the target. */
export type Direction =
  /** As the person opened them. */ | "forward"
  /** Exchanged. */ | "reverse"
  /** Another person of the target, by number. */ | { person: number };

/** A column that is added. */
export type Added = {
  /** Its name. */ name: string;
  /** A cell for each written row; empty is missing. */ cells: Array<string>;
};

/** What the engine answers; the variant has the request's name. */
export type Reply =
  /** To [`Request::Hello`]. */ | { type: "hello";
    /** The version of the crate. */ version: string;
    /** Whether the engine was built with 128-bit SIMD. */ simd: boolean;
    /** Bytes of the engine's memory now; it never shrinks. */ memory: number;
  }
  /** To [`Request::Open`]. */ | { type: "open";
    /** What was read, and how. */ summary: Summary;
    /** Bytes of the engine's memory at its largest: it never shrinks. */ memory: number;
  }
  /** To [`Request::Column`]. */ | { type: "column";
    /** Of each row; `null` is missing. */ cells: Array<string | null>;
    /** Where each row stands in a spreadsheet. */ rows: Array<number>;
  }
  /** To [`Request::Expand`]. */ | { type: "expand" }
  /** To [`Request::Desk`]. */ | { type: "desk";
    /** What was found. */ answer: Answer;
  }
  /** To [`Request::Pick`]. */ | { type: "pick";
    /** The device, and why. */ pick: Pick;
  }
  /** To [`Request::Trial`]. */ | { type: "trial";
    /** How it went. */ trial: Trial;
  };

/** What a trial found. */
export type Trial = {
  /** The device that it ran on, as the device itself says. */ device: DeviceKind;
  /** The loss (mean binary cross-entropy, nats) of each step. */ losses: Array<number>;
  /** Median milliseconds a step, of the second half: the first pays for compiling shaders. */ ms_per_step: number;
};

/** Which device a run should take, and why. */
export type Pick = {
  /** The device. */ choice: DeviceKind;
  /** A key of the language files (`device.reason.…`) and what fills its slots. */ reason: [string, Array<[string, string]>];
  /** Milliseconds a step on the processor. */ cpu_ms: number;
  /** Milliseconds a step on WebGPU, where there is one. */ gpu_ms: number | null;
};

/** The answers, by the requests' names. */
export type Answer =
  /** To [`Ask::Methods`]. */ | { type: "methods";
    /** In the order of the page. */ methods: Array<Listing>;
  }
  /** To [`Ask::Load`]. */ | { type: "loaded" }
  /** To [`Ask::Suggest`]. */ | ({ type: "suggestion" } & Suggestion)
  /** To [`Ask::Suspects`]: for every table, in the order of [`Ask::Load`]. */ | { type: "suspects";
    /** What was noticed in each table. */ tables: Array<Array<Note>>;
  }
  /** To [`Ask::LineUp`] and [`Ask::LineUpModel`]. */ | ({ type: "lined_up" } & Lined)
  /** To [`Ask::DefaultPlan`] and [`Ask::ReadPlan`]. */ | { type: "plan";
    /** The plan. */ plan: Plan;
  }
  /** To [`Ask::Prepare`]. */ | { type: "prepared";
    /** Who is in the study. */ data: Data;
    /** What was noticed and done. */ findings: Array<Finding>;
    /** The work. */ jobs: Array<Job>;
    /** Whether there are labels to judge with. */ verdict_possible: boolean;
    /** What the target's rows allow. */ sample_size: SampleSize | null;
    /** What is missing in both tables. */ missing: Gaps;
  }
  /** To [`Ask::KeepPretrained`]. */ | { type: "kept" }
  /** To [`Ask::Shift`]. */ | ({ type: "shift" } & Shift)
  /** To [`Ask::Run`]. */ | { type: "ran";
    /** The primary metric on the unit's rows. */ value: number | null;
    /** What the method chose. */ choice: unknown;
    /** Points of the learning curve. */ cells: Array<Cell>;
  }
  /** To [`Ask::Report`]. */ | ({ type: "report" } & Report)
  /** To [`Ask::Manifest`]. */ | { type: "manifest";
    /** The file, as JSON. */ text: string;
  }
  /** To [`Ask::ExtractModel`] and [`Ask::ModelInfo`]. */ | { type: "model";
    /** The method that made it. */ method: string;
    /** What it says of itself. */ meta: unknown;
  }
  /** To [`Ask::Predict`]. */ | { type: "predicted";
    /** What each row is called. */ id: Array<string>;
    /** What the model says of it. */ prediction: Prediction;
  }
  /** To [`Ask::Shape`]. */ | { type: "shape";
    /** Encoded columns, about. */ inputs: number;
    /** The widest hidden layer of the transfer procedure's network. */ hidden: number;
    /** Rows of a batch. */ batch: number;
  };

/** What a model says of rows. */
export type Prediction =
  /** Probabilities, row by row: `rows × names.len()`, each row summing to 1. */ | { type: "classes";
    /** The classes' names. */ names: Array<string>;
    /** Row-major probabilities. */ probabilities: Array<number>;
  }
  /** Numbers, one a row. */ | { type: "values";
    /** The predicted values, in the label's unit. */ values: Array<number>;
  };

/** One point of the learning curve. */
export type Cell = {
  /** `frozen_0` … `frozen_4`, `scratch`, `linear`, `source_only`, or `mode_` and the mode. */ line: string;
  /** The primary metric on the fixed test rows; absent where it is undefined. */ value: number | null;
  /** Other metrics there, of modes. */ measures?: Array<[Metric, number]>;
};

/** A unit, the pre-trained models that it needs, and about how long it takes beside the others. */
export type Job = {
  /** What to do. */ unit: Unit;
  /** The pre-trained model that must be there. */ needs: string | null;
  /** Relative cost, for the estimate of the time left. */ cost: number;
};

/** What was found when two tables were laid side by side. */
export type Lined = {
  /** The proposal. */ mapping: Mapping;
  /** Features of the source without a partner. */ unmatched_source: Array<string>;
  /** Features of the target without a partner. */ unmatched_target: Array<string>;
  /** Pairs whose units seem to differ. */ units: Array<UnitSuspicion>;
  /** What else should be known. */ notes: Array<Finding>;
};

/** A pair whose scales differ as two units do. Nothing is converted until the person says so. */
export type UnitSuspicion = {
  /** The source's column. */ source: string;
  /** The target's column. */ target: string;
  /** What it looks like: a key under `unit.`. */ conversion: string;
  /** target = source × factor + offset. */ factor: number;
  /** See `factor`. */ offset: number;
  /** The source's median. */ source_median: number;
  /** The target's median. */ target_median: number;
};

/** A sentence for the reader: `note.<code>` of the language files with the facts in its slots. */
export type Note = {
  /** The key without `note.`. */ code: string;
  /** The values of the slots. */ facts: Array<[string, string]>;
  /** The row as a spreadsheet counts it, where the note is about one. */ row: number | null;
  /** The column's name, where the note is about one. */ column: string | null;
  /** For a suspected missing code: the code, ready for [`ReadOptions::missing_codes`](super::ReadOptions). */ value: string | null;
};

/** The roles that the tables themselves suggest. */
export type Suggestion = {
  /** Of the source's columns. */ source: Roles;
  /** Of the target's columns. */ target: Roles;
  /** Columns that may be the label, the likeliest first. The first has the role where its name says so. */ labels: Array<LabelCandidate>;
  /** Why. */ notes: Array<Finding>;
};

/** A column that may be the label. */
export type LabelCandidate = {
  /** The target's column. */ target: string;
  /** The source's column of the same name, if there is one. */ source: string | null;
  /** How likely: only the order means anything. */ score: number;
  /** Classes or a number. */ kind: LabelKind;
  /** Whether it looks like the end of a follow-up (see [`survival`]). */ survival: boolean;
};

/** A method as the page lists it. */
export type Listing = {
  /** What it is. */ card: Card;
  /** Its settings. */ fields: Array<Field>;
};

/** A field of a configuration. */
export type Field = {
  /** Its name in JSON. */ name: string;
  /** What it may hold. */ range: Range;
  /** Its default. */ default: unknown;
  /** Its unit, an i18n key under `unit.`, or empty. */ unit: string;
};

/** What a field may hold. */
export type Range =
  /** A whole number. */ | { type: "whole";
    /** Least value. */ low: number;
    /** Greatest value. */ high: number;
  }
  /** A real number. */ | { type: "real";
    /** Least value. */ low: number;
    /** Greatest value. */ high: number;
  }
  /** Yes or no. */ | { type: "switch" }
  /** One of these. */ | { type: "choice";
    /** The names. */ options: Array<string>;
  }
  /** A list of whole numbers. */ | { type: "wholes";
    /** Least value. */ low: number;
    /** Greatest value. */ high: number;
    /** Least length. */ min_len: number;
    /** Greatest length. */ max_len: number;
  };

/** The facts of a method. */
export type Card = {
  /** The name in plans and files. */ id: string;
  /** The review's scenario. */ scenario: Scenario;
  /** What is carried over. */ factor: Factor;
  /** What it needs. */ needs: Array<Needs>;
  /** What it can predict. */ kinds: Kinds;
  /** How near to the published form. */ honesty: Honesty;
  /** The paper, where there is one. */ paper: Paper | null;
  /** Whether it trains networks (and so cares for the device). */ uses_network: boolean;
  /** Whether it is among the few that are compared at first: one of each kind of transfer and its plain baselines, */ sensible: boolean;
};

/** Where a method was published. */
export type Paper = {
  /** Authors, short. */ authors: string;
  /** Year. */ year: number;
  /** Title. */ title: string;
  /** DOI without the resolver. */ doi: string;
};

/** How near the method is to what was published. *Faithful* needs a step-for-step test against the reference. */
export type Honesty =
  /** Equal to the published code, step for step. */ | "faithful_code"
  /** Equal to the published description, step for step. */ | "faithful_description"
  /** The published idea; details that the paper leaves open were chosen here. */ | "reconstructed"
  /** A standard technique, no single paper. */ | "standard";

/** The kinds of label a method can learn. */
export type Kinds =
  /** Classes only. */ | "classes"
  /** Two classes only. */ | "two"
  /** Numbers only. */ | "values"
  /** Both. */ | "both";

/** What a method cannot work without. */
export type Needs =
  /** Labels in the source. */ | "source_labels"
  /** Rows of the source, so that a saved model of it is not enough. */ | "source_rows"
  /** A second outcome in the source, a number a row. */ | "source_outcome"
  /** Rows of the target, labelled or not. */ | "target_features"
  /** Labels in the target. */ | "target_labels"
  /** Rows that a label can be given to: the source's, or unlabelled ones of the target. */ | "silver"
  /** Sets of genes. */ | "gene_sets"
  /** Genes of one species named in another. */ | "orthologs"
  /** Subject and time. */ | "time_series"
  /** Molecules. */ | "molecules"
  /** Images. */ | "images";

/** What is carried over (the review's four shared factors). */
export type Factor =
  /** Nothing: no transfer. */ | "none"
  /** Rows, weighted. */ | "instances"
  /** A representation of the features. */ | "features"
  /** A model's parameters. */ | "parameters"
  /** Relations between entities. */ | "relations";

/** The review's scenarios, and the baselines beside them. */
export type Scenario =
  /** Stands beside every method. */ | "baseline"
  /** Same task, another domain. */ | "transductive"
  /** Another task. */ | "inductive"
  /** No labels while features are learned. */ | "unsupervised"
  /** Masks of images. */ | "segmentation";

/** A table, summed up. */
export type Summary = {
  /** The file's name. */ name: string;
  /** Rows. */ rows: number;
  /** Bytes read. */ bytes: number;
  /** Bytes held in memory. */ memory: number;
  /** [`Table::fingerprint`], as plans write it. */ fingerprint: string;
  /** How it was read, and why so. */ format: Format;
  /** The sheets of the workbook. */ sheets: Array<string>;
  /** The columns. */ columns: Array<ColumnSummary>;
  /** What concerns the file. */ notes: Array<Note>;
  /** The first rows, as text. */ preview: Array<Array<string>>;
  /** Whether this looks like genes by samples, which should be turned. */ genes_by_samples: boolean;
  /** How this could be made into windows, where it looks like a long table of glucose readings. */ windows?: Windows | null;
  /** How the counts of this could be prepared, where it looks like a table of genes' counts in cells. */ counts?: Counts | null;
};

/** One column, summed up. Numbers are absent where the column has none. */
export type ColumnSummary = {
  /** The name. */ name: string;
  /** What the cells are. */ kind: Kind | null;
  /** Missing cells (texts among numbers are). */ missing: number;
  /** Distinct values. */ distinct: number;
  /** The most frequent values and how often each; of numbers only where they are few. */ levels: Array<[string, number]>;
  /** The smallest. */ min: number | null;
  /** The largest. */ max: number | null;
  /** The mean. */ mean: number | null;
  /** The standard deviation (n - 1). */ sd: number | null;
  /** Lower quartile, median, upper quartile (linear between order statistics, as numpy and R's type 7). */ quartiles: Array<number> | null;
  /** Counts in equal bins from `min` to `max`. */ histogram: Array<number>;
  /** What looks wrong: shown and asked, never applied by itself. */ suspects: Array<Note>;
};

/** How the file was read. */
export type Format = {
  /** Text or workbook. */ container: Container;
  /** Whether it was gzipped. */ gz: boolean;
  /** The encoding (text only). */ encoding: Found<Encoding> | null;
  /** The separator (text only). */ delimiter: Found<Delimiter> | null;
  /** Whether `"` quotes (text only). */ quote: Found<boolean> | null;
  /** Whether the first row names the columns. */ header: Found<boolean>;
  /** The decimal mark (text only). */ decimal: Found<string> | null;
  /** The sheet (workbook only). */ sheet: string | null;
};

/** A setting as it was found or chosen. */
export type Found<T> = {
  /** The setting in force. */ value: T;
  /** Whether the evidence leaves no other reading. */ sure: boolean;
  /** Whether a person chose it. */ chosen: boolean;
  /** Other settings that a person may want to try. */ alternatives: Array<T>;
  /** Why. */ evidence: Note;
};

/** The container a table came in. */
export type Container =
  /** Separated text. */ | "text"
  /** A workbook. */ | "workbook"
  /** The three files of a sparse matrix. */ | "matrix";

/** What a run says while it runs. */
export type Event =
  /** A named step of the work; `name` is a key under `phase.` in the language files. */ | { type: "phase";
    /** The key of its name. */ name: string;
    /** What fills the slots of its words. */ facts: Array<[string, string]>;
  }
  /** How much of the current phase is done, in bytes, steps or folds. */ | { type: "progress";
    /** Done so far. */ done: number;
    /** All there is; equal to `done` where it cannot be known. */ total: number;
  }
  /** The loss terms at a training step. */ | { type: "losses";
    /** Which network is trained: a key under `phase.`. */ name: string;
    /** Steps taken. */ step: number;
    /** Name and mean of each term since the last such event. */ terms: Array<Term>;
  }
  /** A round of a method that labels rows on its own ended. */ | { type: "round";
    /** What it did. */ round: Round;
  }
  /** A pre-training on the source ended; the tests count it. */ | { type: "pretrained";
    /** What was pre-trained, and on which seed. */ key: string;
  };

/** One named term of a loss. */
export type Term = {
  /** Its name, as the method's card spells it. */ name: string;
  /** Its value. */ value: number;
};

/** Why a request was not answered; the words are `error.<code>` and `error.<code>.hint` of the language files. */
export type Failure = {
  /** What went wrong. */ code: Code;
  /** Where. */ at: At;
  /** Slot and value, for the words. */ facts: Array<[string, string]>;
};

/** Where it went wrong. Rows count from 1 as a spreadsheet shows them, the header included. */
export type At = {
  /** The file's name. */ file: string | null;
  /** The row as a spreadsheet counts it. */ row: number | null;
  /** The column's name. */ column: string | null;
};

/** A defect: the engine stops after it, and the page throws its worker away. */
export type Crash = {
  /** What the code said. */ message: string;
  /** File and line of ours. */ place: string;
};
