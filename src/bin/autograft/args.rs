//! What can be asked on the command line. Clap's help is the one place outside the language files with words in it.

use std::path::PathBuf;

use autograft::generate::Truth;
use autograft::metrics::Metric;
use autograft::plan::{Grouping, Split};
use autograft::table::{Delimiter, Encoding, Kind};
use autograft::train::Fill;
use clap::{Args, Parser, Subcommand};

/// Does what was learned in one cohort help in another, by how much, and how sure are we?
///
/// Nothing is sent anywhere: tables are read from this disk, results are written to it.
#[derive(Debug, Parser)]
#[command(name = "autograft", version, max_term_width = 110, subcommand_required = true, arg_required_else_help = true)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Compare learning with the source and learning without it, on the target.
    Compare(Box<Compare>),
    /// Run a plan that was saved in the page or by `compare`.
    Run(RunPlan),
    /// Predict the rows of a table with a saved model.
    Predict(Predict),
    /// Say how a file is read and what is in it.
    Describe(Describe),
    /// List the methods.
    Methods(Methods),
    /// Make two cohorts whose truth is known.
    Generate(Generate),
}

/// How files are read where the evidence in them is not enough. Every choice goes for all files of the call.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Reading")]
pub struct Reading {
    /// The first row is data, not names.
    #[arg(long)]
    pub no_header: bool,
    /// The columns' names, in order, in place of the header's.
    #[arg(long, value_delimiter = ',', value_name = "NAME,…")]
    pub names: Option<Vec<String>>,
    /// The separator: comma, semicolon, tab, pipe or whitespace.
    #[arg(long, value_parser = named::<Delimiter>)]
    pub delimiter: Option<Delimiter>,
    /// The encoding: utf8, utf16le, utf16be, gb18030, windows1252, windows1250, windows1251, big5, shift_jis, euc_kr.
    #[arg(long, value_parser = named::<Encoding>)]
    pub encoding: Option<Encoding>,
    /// The decimal mark: . or ,
    #[arg(long)]
    pub decimal: Option<char>,
    /// The sheet of a workbook.
    #[arg(long)]
    pub sheet: Option<String>,
    /// Turn the tables: rows become columns (genes by samples).
    #[arg(long)]
    pub transpose: bool,
    /// Make long tables of glucose readings into windows, as the table itself suggests; with settings of one's own as
    /// `every=3,test_days=10,horizon=60,unit=mmol_l,spikes=true` (the last takes out readings that leap away and back).
    #[arg(long, value_name = "SETTINGS", num_args = 0..=1, default_missing_value = "")]
    pub windows: Option<String>,
    /// Prepare counts of genes in cells: quality control, the same total in each cell, log(1 + x), variable genes; with
    /// settings of one's own as `min_genes=200,min_cells=3,max_mito=0.05,total=10000,top=2000,keep=age+dose`, for one file as
    /// `file=cells.csv`. `top=0`: all genes; `min_mean=`, `max_mean=`, `min_disp=`: scanpy's bounds. For
    /// `predict`: `min_cells=0,top=0`, so that the model's genes stay. May be repeated.
    #[arg(long, value_name = "SETTINGS", num_args = 0..=1, default_missing_value = "")]
    pub counts: Vec<String>,
    /// Fill short rows with missing cells instead of refusing them.
    #[arg(long)]
    pub pad_short_rows: bool,
    /// A code that means "missing" in one column, as chol=0; *=-999 for all columns. May be given several times.
    #[arg(long, value_name = "COLUMN=CODE", value_parser = pair)]
    pub missing: Vec<(String, String)>,
    /// A column's kind, as sex=category: number, category, boolean, date, identifier or text.
    #[arg(long, value_name = "COLUMN=KIND", value_parser = pair_of::<Kind>)]
    pub kind: Vec<(String, Kind)>,
}

/// The arguments of `compare`.
#[derive(Debug, Args)]
pub struct Compare {
    /// The source tables; each file is a domain.
    #[arg(long, num_args = 1.., value_name = "FILE", required_unless_present = "source_model")]
    pub source: Vec<PathBuf>,
    /// The target tables.
    #[arg(long, num_args = 1.., value_name = "FILE", required = true)]
    pub target: Vec<PathBuf>,
    /// A pre-trained model that stands for the source: it holds no row of anybody's data.
    #[arg(long, value_name = "FILE", conflicts_with = "source")]
    pub source_model: Option<PathBuf>,
    /// Who plays which part.
    #[command(flatten)]
    pub roles: RoleArgs,
    /// How files are read.
    #[command(flatten)]
    pub reading: Reading,
    /// How it is judged.
    #[command(flatten)]
    pub design: DesignArgs,
    /// What is done with the results.
    #[command(flatten)]
    pub results: Results,
}

/// Which column is what.
#[derive(Debug, Args)]
#[command(next_help_heading = "Columns")]
pub struct RoleArgs {
    /// The target's column that is to be predicted; guessed from its name where none is given.
    #[arg(long)]
    pub label: Option<String>,
    /// The source's column, where it has another name.
    #[arg(long, value_name = "COLUMN")]
    pub source_label: Option<String>,
    /// The target has no labels: predictions and shift, no verdict.
    #[arg(long, conflicts_with = "label")]
    pub no_target_label: bool,
    /// The class that counts as the event.
    #[arg(long, value_name = "LEVEL")]
    pub event: Option<String>,
    /// Make two classes of a number: the event is to be above this value.
    #[arg(long, value_name = "NUMBER", conflicts_with_all = ["event", "as_number"])]
    pub above: Option<f64>,
    /// Predict the label as a number, even if it has few values.
    #[arg(long, conflicts_with = "event")]
    pub as_number: bool,
    /// The label looks like the end of a follow-up and is known for every row at one fixed time.
    #[arg(long)]
    pub fixed_horizon: bool,
    /// The column with the rows' names.
    #[arg(long, value_name = "COLUMN")]
    pub identifier: Option<String>,
    /// The column whose rows belong together (a patient with several stays).
    #[arg(long, value_name = "COLUMN")]
    pub group: Option<String>,
    /// The column that names the hospital or batch: each value is a domain.
    #[arg(long, value_name = "COLUMN")]
    pub site: Option<String>,
    /// Judge one person of the target (a value of the site's column), whose rows are in no source.
    #[arg(long, value_name = "NAME")]
    pub person: Option<String>,
    /// Judge every person of the target in turn, each with a source without that person.
    #[arg(long)]
    pub each_person: bool,
    /// The column of times (a date, a year), for a split by time.
    #[arg(long, value_name = "COLUMN")]
    pub time: Option<String>,
    /// The column of the source with a second outcome, a number that the target need not have (log IC50).
    #[arg(long, value_name = "COLUMN")]
    pub outcome: Option<String>,
    /// The column that says train, test or unlabelled.
    #[arg(long, value_name = "COLUMN")]
    pub rows: Option<String>,
    /// Columns that are not used.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub ignore: Vec<String>,
    /// Use these columns as features and no other.
    #[arg(long, value_delimiter = ',', value_name = "COLUMN,…")]
    pub features: Vec<String>,
    /// A pair of columns that mean the same, with the factor from the source's unit to the target's: crea=creatinine*0.0113
    #[arg(long, value_name = "SOURCE=TARGET[*FACTOR][+OFFSET]", value_parser = pair)]
    pub map: Vec<(String, String)>,
}

/// How it is judged.
#[derive(Debug, Args)]
#[command(next_help_heading = "Design")]
pub struct DesignArgs {
    /// The transfer procedure that the verdict is about.
    #[arg(long, default_value = "hanczar", value_name = "ID")]
    pub method: String,
    /// A setting of that procedure, and of every other method that has it: frozen=2 or widths=[64,32]. May be repeated.
    #[arg(long, value_name = "KEY=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
    /// Methods beside it, for secondary contrasts; the plan's defaults where absent, none where empty.
    #[arg(long, value_delimiter = ',', value_name = "ID,…", num_args = 0..)]
    pub others: Option<Vec<String>>,
    /// The primary metric; AUROC for classes and RMSE for numbers where absent.
    #[arg(long, value_parser = named::<Metric>)]
    pub metric: Option<Metric>,
    /// Folds of the cross-validation.
    #[arg(long)]
    pub folds: Option<u32>,
    /// Repeats with new folds.
    #[arg(long)]
    pub repeats: Option<u32>,
    /// How the target is divided: repeated (cross-validation), temporal (learn from the earlier, test on the later rows),
    /// or leave_site_out (each site held out in turn).
    #[arg(long, value_parser = named::<Split>)]
    pub split: Option<Split>,
    /// Keep compounds that are at least so alike on one side of every split: Tanimoto's coefficient of their fingerprints
    /// (columns of 0 and 1 as ecfp4_0, ecfp4_1, …), as 0.6. For a split by scaffold: --group murcko_scaffold.
    #[arg(long, value_name = "0.1–1")]
    pub similarity: Option<f64>,
    /// Bootstrap refits for the optimism and .632+ estimates of the methods that are no networks, as 200.
    #[arg(long, value_name = "N")]
    pub refits: Option<u32>,
    /// What stands for a missing number, learned inside the training rows: median, centroids (means of like rows) or
    /// iterative (regressions on the other numbers).
    #[arg(long, value_parser = named::<Fill>)]
    pub impute: Option<Fill>,
    /// No columns that say where a number was missing.
    #[arg(long)]
    pub no_indicators: bool,
    /// Pre-trainings under different seeds.
    #[arg(long)]
    pub seeds: Option<u32>,
    /// The seed of every stream of random numbers.
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
    /// Also the grid of frozen layers and target rows (the learning curve).
    #[arg(long)]
    pub grid: bool,
    /// The grid's numbers of frozen layers.
    #[arg(long, value_delimiter = ',', default_value = "0,1,2,3,4", requires = "grid", value_name = "F,…")]
    pub frozen: Vec<u32>,
    /// The grid over the procedure's modes instead (drug_target has them): all, quick, or their names. Each subsample then
    /// has as many rows of one class as of the other, and the primary metric is Matthews' correlation unless another is
    /// asked for.
    #[arg(long, value_delimiter = ',', requires = "grid", value_name = "MODE,…")]
    pub modes: Vec<String>,
    /// The grid's numbers of target rows; 10,20,40,80,160,320 where absent, of modes 2,6,12,48,96,400,1000,4000.
    #[arg(long, value_delimiter = ',', requires = "grid", value_name = "N,…")]
    pub sizes: Vec<u32>,
    /// The grid's repeats on new subsamples.
    #[arg(long, default_value_t = 10, requires = "grid", value_name = "N")]
    pub grid_repeats: u32,
    /// Leave the two procedures of the verdict out of the learning curve: faster, and no crossing point.
    #[arg(long, requires = "grid")]
    pub no_crossing: bool,
    /// A column of the target whose groups of patients are told apart, a number cut at these values (at its tertiles
    /// without): sex or age=50,65. May be repeated; found by name (sex, age, site) where absent.
    #[arg(long, value_name = "COLUMN[=CUT,…]", value_parser = grouping)]
    pub subgroup: Vec<Grouping>,
    /// Tell no groups apart.
    #[arg(long, conflicts_with = "subgroup")]
    pub no_subgroups: bool,
    /// Exchange source and target as well.
    #[arg(long)]
    pub both_directions: bool,
    /// Permutations of each feature inside the test folds; 0 leaves the importance out.
    #[arg(long, value_name = "N")]
    pub importance: Option<u32>,
    /// Folds of the training rows over which a threshold is chosen; 0 leaves thresholds out.
    #[arg(long, value_name = "N")]
    pub thresholds: Option<u32>,
    /// Patients whose predictions are taken apart, at most; 0 leaves the explanation out.
    #[arg(long, value_name = "N")]
    pub explain: Option<u32>,
}

/// What is done with the results.
#[derive(Debug, Args)]
#[command(next_help_heading = "Results")]
pub struct Results {
    /// Threads; the results do not depend on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// The folder for plan, report, predictions and models; nothing is written where absent.
    #[arg(long, value_name = "FOLDER")]
    pub out: Option<PathBuf>,
    /// Also print what is merely good to know.
    #[arg(short, long)]
    pub verbose: bool,
}

/// The arguments of `run`.
#[derive(Debug, Args)]
pub struct RunPlan {
    /// The plan.
    pub plan: PathBuf,
    /// The source tables, in the plan's order; the plan's names in the plan's folder where absent.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub source: Vec<PathBuf>,
    /// The target tables, likewise.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    pub target: Vec<PathBuf>,
    /// The pre-trained model that stands for the source, where the plan names one; likewise.
    #[arg(long, value_name = "FILE")]
    pub source_model: Option<PathBuf>,
    /// What is done with the results.
    #[command(flatten)]
    pub results: Results,
}

/// The arguments of `predict`.
#[derive(Debug, Args)]
pub struct Predict {
    /// The model.
    #[arg(long, value_name = "FILE")]
    pub model: PathBuf,
    /// The table whose rows are predicted.
    #[arg(long, value_name = "FILE")]
    pub table: PathBuf,
    /// The file for the predictions (CSV); standard output where absent.
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// How the table is read.
    #[command(flatten)]
    pub reading: Reading,
}

/// The arguments of `describe`.
#[derive(Debug, Args)]
pub struct Describe {
    /// The table.
    pub file: PathBuf,
    /// Print everything as JSON.
    #[arg(long)]
    pub json: bool,
    /// How the table is read.
    #[command(flatten)]
    pub reading: Reading,
}

/// The arguments of `methods`.
#[derive(Debug, Args)]
pub struct Methods {
    /// Print cards and settings as JSON.
    #[arg(long, conflicts_with = "docs")]
    pub json: bool,
    /// Write a page of documentation for each method into this folder.
    #[arg(long, value_name = "FOLDER")]
    pub docs: Option<PathBuf>,
}

/// What can be made.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(untagged)]
pub enum Made {
    /// Patients.
    Patients(Truth),
    /// Compounds.
    Families(Families),
}

/// The one word for compounds.
#[derive(Debug, Clone, Copy, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Families {
    /// Compounds of protein families.
    Families,
}

/// The arguments of `generate`.
#[derive(Debug, Args)]
pub struct Generate {
    /// What the source is to the target: helps, nothing or harms; or families (compounds of protein families that share
    /// motifs, for drug_target).
    #[arg(value_parser = named::<Made>)]
    pub truth: Made,
    /// The folder for source.csv and target.csv.
    #[arg(long, value_name = "FOLDER")]
    pub out: PathBuf,
    /// A number is to be predicted, not a class.
    #[arg(long)]
    pub number: bool,
    /// Also a third family, as second.csv: of the same motifs, with other signs.
    #[arg(long)]
    pub second: bool,
    /// Cell lines with a drug's log IC50, and patients with a response.
    #[arg(long, conflicts_with = "number")]
    pub drug: bool,
    /// Bulk samples and single cells with a response.
    #[arg(long, conflicts_with_all = ["number", "drug"])]
    pub cells: bool,
    /// Rows of the source.
    #[arg(long, default_value_t = 1500, value_name = "N")]
    pub source_rows: usize,
    /// Rows of the target that may be learned from.
    #[arg(long, default_value_t = 120, value_name = "N")]
    pub target_rows: usize,
    /// Rows of the target for testing.
    #[arg(long, default_value_t = 500, value_name = "N")]
    pub test_rows: usize,
    /// The seed.
    #[arg(long, default_value_t = 1)]
    pub seed: u32,
}

/// The value of this name, as JSON spells it.
fn named<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, String> {
    serde_json::from_value(serde_json::Value::String(text.to_owned())).map_err(|e| e.to_string())
}

fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("expected NAME=VALUE".to_owned()),
    }
}

fn pair_of<T: serde::de::DeserializeOwned>(text: &str) -> Result<(String, T), String> {
    let (key, value) = pair(text)?;
    Ok((key, named(&value)?))
}

fn grouping(text: &str) -> Result<Grouping, String> {
    let (column, cuts) = match text.split_once('=') {
        Some((column, cuts)) => (column, cuts),
        None => (text, ""),
    };
    let cuts: Result<Vec<f64>, _> = cuts.split(',').filter(|cut| !cut.is_empty()).map(str::parse).collect();
    Ok(Grouping { column: column.to_owned(), cuts: cuts.map_err(|e| e.to_string())? })
}
