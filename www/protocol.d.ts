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
  | "no_label"
  | "one_class"
  | "too_many_classes"
  | "survival_label"
  | "label_missing_in_target"
  | "label_missing_in_source"
  | "no_shared_features"
  | "too_few_rows"
  | "nothing_varies"
  | "not_finite"
  | "out_of_range"
  | "wrong_type"
  | "unknown"
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
  /** Reads one file into a table. Answered with the table's bytes as the only buffer: what other requests take. */ | { type: "open";
    /** How to read; what is absent is found from the evidence. */ options: ReadOptions;
    /** Refuse what would need more bytes of memory than this. */ limit?: number | null;
  }
  /** A short training on made data: is this device there, does it learn, how fast? */ | { type: "trial";
    /** Where. */ device: DeviceKind;
    /** The network and its batches. */ shape: Shape;
    /** Of data and weights. */ seed: number;
  }
  /** A defect on purpose, so that the page's way through one can be tested. */ | { type: "panic" };

/** The shape of a trial. */
export interface Shape {
  /** Features, at least 2. */ inputs: number;
  /** Units of each of the two hidden layers, at least 1. */ hidden: number;
  /** Rows a step, at least 1. */ batch: number;
  /** Steps, at least 2. */ steps: number;
}

/** Which kind of device. */
export type DeviceKind =
  /** The processor, burn's flex backend: the reference for every number. */ | "cpu"
  /** WebGPU, by burn's wgpu backend with fused kernels. */ | "gpu";

/** The reading options; each `None` means "find it from the evidence". */
export interface ReadOptions {
  /** The encoding. */ encoding?: Encoding | null;
  /** The separator. */ delimiter?: Delimiter | null;
  /** Whether `"` quotes fields. */ quote?: boolean | null;
  /** Whether the first row names the columns. */ header?: boolean | null;
  /** The decimal mark, `.` or `,`. */ decimal?: string | null;
  /** The sheet of a workbook. */ sheet?: string | null;
  /** The columns' names, in order, in place of the header's or where there is none. */ names?: Array<string> | null;
  /** Turn the table: rows become columns. */ transpose?: boolean;
  /** Fill short rows with missing cells instead of refusing them. */ pad_short_rows?: boolean;
  /** Further cells that mean "missing", in every column. */ extra_missing?: Array<string>;
  /** Usual missing marks that are values here (such as `-` beside `+`, or `None` for "no complication"). */ not_missing?: Array<string>;
  /** Codes that mean "missing" in one column; `*` for all columns. */ missing_codes?: Record<string, Array<string>>;
  /** The kind of a column, by its name. */ kinds?: Record<string, Kind>;
}

/** What the cells of a column are. */
export type Kind =
  /** Numbers. */ | "number"
  /** One of a few names. */ | "category"
  /** Yes or no. */ | "boolean"
  /** A day, perhaps with a time; as a number: days since 1970-01-01. */ | "date"
  /** A name of the row, of no use as a feature. */ | "identifier"
  /** Free text. */ | "text";

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
  /** To [`Request::Trial`]. */ | { type: "trial";
    /** How it went. */ trial: Trial;
  };

/** What a trial found. */
export interface Trial {
  /** The device that it ran on, as the device itself says. */ device: DeviceKind;
  /** The loss (mean binary cross-entropy, nats) of each step. */ losses: Array<number>;
  /** Median milliseconds a step, of the second half: the first pays for compiling shaders. */ ms_per_step: number;
}

/** A table, summed up. */
export interface Summary {
  /** The file's name. */ name: string;
  /** Rows. */ rows: number;
  /** Bytes read. */ bytes: number;
  /** Bytes held in memory. */ memory: number;
  /** How it was read, and why so. */ format: Format;
  /** The sheets of the workbook. */ sheets: Array<string>;
  /** The columns. */ columns: Array<ColumnSummary>;
  /** What concerns the file. */ notes: Array<Note>;
  /** The first rows, as text. */ preview: Array<Array<string>>;
  /** Whether this looks like genes by samples, which should be turned. */ genes_by_samples: boolean;
}

/** A sentence for the reader: `note.<code>` of the language files with the facts in its slots. */
export interface Note {
  /** The key without `note.`. */ code: string;
  /** The values of the slots. */ facts: Array<[string, string]>;
  /** The row as a spreadsheet counts it, where the note is about one. */ row: number | null;
  /** The column's name, where the note is about one. */ column: string | null;
  /** For a suspected missing code: the code, ready for [`ReadOptions::missing_codes`](super::ReadOptions). */ value: string | null;
}

/** One column, summed up. Numbers are absent where the column has none. */
export interface ColumnSummary {
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
}

/** How the file was read. */
export interface Format {
  /** Text or workbook. */ container: Container;
  /** Whether it was gzipped. */ gz: boolean;
  /** The encoding (text only). */ encoding: Found<Encoding> | null;
  /** The separator (text only). */ delimiter: Found<Delimiter> | null;
  /** Whether `"` quotes (text only). */ quote: Found<boolean> | null;
  /** Whether the first row names the columns. */ header: Found<boolean>;
  /** The decimal mark (text only). */ decimal: Found<string> | null;
  /** The sheet (workbook only). */ sheet: string | null;
}

/** A setting as it was found or chosen. */
export interface Found<T> {
  /** The setting in force. */ value: T;
  /** Whether the evidence leaves no other reading. */ sure: boolean;
  /** Whether a person chose it. */ chosen: boolean;
  /** Other settings that a person may want to try. */ alternatives: Array<T>;
  /** Why. */ evidence: Note;
}

/** The container a table came in. */
export type Container =
  /** Separated text. */ | "text"
  /** A workbook. */ | "workbook";

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
  /** A pre-training on the source ended; the tests count it. */ | { type: "pretrained";
    /** What was pre-trained, and on which seed. */ key: string;
  };

/** One named term of a loss. */
export interface Term {
  /** Its name, as the method's card spells it. */ name: string;
  /** Its value. */ value: number;
}

/** Why a request was not answered; the words are `error.<code>` and `error.<code>.hint` of the language files. */
export interface Failure {
  /** What went wrong. */ code: Code;
  /** Where. */ at: At;
  /** Slot and value, for the words. */ facts: Array<[string, string]>;
}

/** Where it went wrong. Rows count from 1 as a spreadsheet shows them, the header included. */
export interface At {
  /** The file's name. */ file: string | null;
  /** The row as a spreadsheet counts it. */ row: number | null;
  /** The column's name. */ column: string | null;
}

/** A defect: the engine stops after it, and the page throws its worker away. */
export interface Crash {
  /** What the code said. */ message: string;
  /** File and line of ours. */ place: string;
}
