//! The one error of the crate: a code, a place, the facts, and (from the language files) what happened and the way out.
//!
//! The words live in `www/i18n/*.json` under `error.<code>` and `error.<code>.hint`; the facts fill their `{slots}`.
//! The page translates `code` and `facts`; the command prints the English of [`Error`]'s `Display`.

use crate::text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The result of everything that can fail here.
pub type Result<T> = std::result::Result<T, Error>;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $code:literal,)+) => {
        /// What went wrong; `as_str` is the stable name that the page, the tests and the language files use.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[non_exhaustive]
        pub enum Code { $($(#[$doc])* #[serde(rename = $code)] $name,)+ }
        impl Code {
            /// Every code, for the tests that hold the language files to them.
            pub const ALL: &'static [Code] = &[$(Code::$name,)+];
            /// The stable name.
            pub fn as_str(self) -> &'static str { match self { $(Code::$name => $code,)+ } }
        }
    };
}

codes! {
    /// A file without a byte, or with white space only.
    EmptyFile = "empty_file",
    /// Bytes that are no text and no workbook.
    BinaryFile = "binary_file",
    /// A header line and nothing under it.
    HeaderOnly = "header_only",
    /// A row with another number of fields than the header.
    RaggedRow = "ragged_row",
    /// A quote that was opened and never closed.
    OpenQuote = "open_quote",
    /// Bytes that the chosen encoding cannot hold.
    BadEncoding = "bad_encoding",
    /// A gzip stream that is cut or damaged.
    BadGzip = "bad_gzip",
    /// A workbook that cannot be read, or is protected.
    BadWorkbook = "bad_workbook",
    /// The named sheet is not in the workbook.
    NoSuchSheet = "no_such_sheet",
    /// The estimate of the memory needed is over what a page can have.
    TooLarge = "too_large",
    /// The file changed on disk while it was being read.
    FileChanged = "file_changed",
    /// A text where the column's type is number.
    TextInNumbers = "text_in_numbers",
    /// A column that was named is not in the table.
    NoSuchColumn = "no_such_column",
    /// A long table from which not one window with a label can be made.
    NoWindows = "no_windows",
    /// Readings that cannot be in the unit that was said.
    MixedUnits = "mixed_units",
    /// One of the three files of a sparse matrix without the others.
    MatrixAlone = "matrix_alone",
    /// A sparse matrix that cannot be read, or whose files do not fit together.
    BadMatrix = "bad_matrix",
    /// A matrix whose table of all kept genes would not fit.
    MatrixTooDense = "matrix_too_dense",
    /// An HDF5 file: `.h5ad`, `.h5`.
    Hdf5File = "hdf5_file",
    /// Logarithms or negative values where counts were to be prepared.
    NotCounts = "not_counts",
    /// Quality control that leaves no cell or no gene.
    NoCellsLeft = "no_cells_left",
    /// No label column was chosen.
    NoLabel = "no_label",
    /// The label has one class only.
    OneClass = "one_class",
    /// The label has too many classes for the rows.
    TooManyClasses = "too_many_classes",
    /// Time-to-event labels: not supported, and why.
    SurvivalLabel = "survival_label",
    /// The target's label is absent or empty where it is needed.
    LabelMissingInTarget = "label_missing_in_target",
    /// The source's label is absent or empty where it is needed.
    LabelMissingInSource = "label_missing_in_source",
    /// The two tables share no feature.
    NoSharedFeatures = "no_shared_features",
    /// Fewer rows than the step needs.
    TooFewRows = "too_few_rows",
    /// Every feature is constant or empty.
    NothingVaries = "nothing_varies",
    /// Source and target have too few patients in common for weights.
    NoOverlap = "no_overlap",
    /// What a low value of a second outcome means was not said.
    PolarityUnsaid = "polarity_unsaid",
    /// What was said of it is the opposite of what the source's own labels show.
    PolarityContradicted = "polarity_contradicted",
    /// Cells that are missing or infinite where a computation needs numbers.
    MissingCells = "missing_cells",
    /// A loss became NaN or infinite.
    NotFinite = "not_finite",
    /// A configuration field out of its range.
    OutOfRange = "out_of_range",
    /// A configuration field of the wrong type.
    WrongType = "wrong_type",
    /// A split by time without times.
    NoTimes = "no_times",
    /// A split by site with one site.
    NoSites = "no_sites",
    /// A split by likeness without a fingerprint.
    NoFingerprint = "no_fingerprint",
    /// A field or a name that nobody knows.
    Unknown = "unknown",
    /// A sample size was asked for more than two classes.
    SampleSizeClasses = "sample_size_classes",
    /// A class of the target that the source has no row of.
    ClassNotInSource = "class_not_in_source",
    /// A method's need that the data cannot meet.
    NeedNotMet = "need_not_met",
    /// The plan is no plan of ours.
    BadPlan = "bad_plan",
    /// The plan names columns that the tables lack.
    PlanOtherColumns = "plan_other_columns",
    /// The model file is no model of ours, or damaged.
    BadModel = "bad_model",
    /// The model was made for other columns.
    ModelOtherColumns = "model_other_columns",
    /// The GPU was refused or lost.
    GpuLost = "gpu_lost",
    /// The person asked to stop.
    Cancelled = "cancelled",
    /// A file could not be read or written (the command).
    Io = "io",
    /// A state that should be impossible: a defect of ours.
    Internal = "internal",
}

impl Code {
    /// An error of this code, its place and facts still empty.
    pub fn err(self) -> Error {
        Error(Box::new(Inner { code: self, at: At::default(), facts: Vec::new() }))
    }
}

/// Where it went wrong. Rows count from 1 as a spreadsheet shows them, the header included.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The file's name.
    pub file: Option<String>,
    /// The row as a spreadsheet counts it.
    pub row: Option<u32>,
    /// The column's name.
    pub column: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Inner {
    code: Code,
    at: At,
    facts: Vec<(String, String)>,
}

/// An error: see the [module](self).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Error(Box<Inner>);

impl Error {
    /// What went wrong.
    pub fn code(&self) -> Code {
        self.0.code
    }
    /// Where.
    pub fn at(&self) -> &At {
        &self.0.at
    }
    /// The values that fill the slots of the message.
    pub fn facts(&self) -> &[(String, String)] {
        &self.0.facts
    }
    /// The way out, in English.
    pub fn hint(&self) -> String {
        text::fill(&format!("error.{}.hint", self.code().as_str()), self.facts())
    }
    /// Adds the file.
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.0.at.file = Some(file.into());
        self
    }
    /// Adds the row, counted from 1 with the header.
    pub fn row(mut self, row: usize) -> Self {
        self.0.at.row = Some(u32::try_from(row).unwrap_or(u32::MAX));
        self
    }
    /// Adds the column's name.
    pub fn column(mut self, column: impl Into<String>) -> Self {
        self.0.at.column = Some(column.into());
        self
    }
    /// Adds a fact for the `{slot}` of the message or the hint.
    pub fn with(mut self, slot: &str, value: impl fmt::Display) -> Self {
        self.0.facts.push((slot.to_owned(), value.to_string()));
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.at();
        if let Some(file) = &at.file {
            write!(f, "{file}: ")?;
        }
        if let Some(row) = at.row {
            write!(f, "row {row}: ")?;
        }
        if let Some(column) = &at.column {
            write!(f, "column \"{column}\": ")?;
        }
        f.write_str(&text::fill(&format!("error.{}", self.code().as_str()), self.facts()))
    }
}

impl std::error::Error for Error {}
