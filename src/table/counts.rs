//! Counts of genes in cells made into what is learned from: quality control, the same total in every cell, logarithms,
//! and the genes that vary.
//!
//! The steps and their order are scanpy's (Wolf, Angerer & Theis 2018, Genome Biology 19:15), as scDEAL's released code
//! takes them: cells with few genes go, then genes in few of these cells, then cells whose counts are mostly of
//! mitochondria; `normalize_total`, `log1p`, `highly_variable_genes`. What is made is rounded to a millionth, so that it is
//! the same on every machine. Nothing is learned from another row but which genes stay: no label is looked at.

use serde::{Deserialize, Serialize};

use super::column::{Column, Data};
use super::format::Note;
use super::frame::Table;
use super::options::Kind;
use super::variable::{self, Variable};
use crate::error::{Code, Error, Result};

/// Above this no usual logarithm of an expression goes: log2 of a million is 20.
const LARGEST_LOG: f64 = 20.0;
/// Decimals that are kept: 10⁶ of them, so that a cell needs four bytes.
const MILLION: f64 = 1e6;
/// Bytes of a cell of a made column, and of a column beside its cells.
const CELL: u64 = 4;
const COLUMN: u64 = 400;

/// How counts become expression.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Counts {
    /// Cells in which fewer genes were seen are left out.
    pub min_genes: u32,
    /// Genes that were seen in fewer cells are left out.
    pub min_cells: u32,
    /// Cells with a larger share of their counts in mitochondrial genes (`MT-…`) are left out, as 0.05; absent: none is.
    pub max_mito: Option<f64>,
    /// What the counts of each cell are scaled to add up to.
    pub total: f64,
    /// Which genes stay; absent: all that were seen.
    pub variable: Option<Variable>,
    /// Columns of numbers that are no genes; they stay as they are, like every column that has no numbers.
    pub keep: Vec<String>,
}

impl Default for Counts {
    /// scanpy's usual values.
    fn default() -> Self {
        Counts {
            min_genes: 200,
            min_cells: 3,
            max_mito: None,
            total: 1e4,
            variable: Some(Variable::default()),
            keep: Vec::new(),
        }
    }
}

impl Counts {
    fn check(&self, file: &str) -> Result<()> {
        let within = |field: &str, value: f64, low: f64, high: f64| {
            if (low..=high).contains(&value) {
                return Ok(());
            }
            let error = Code::OutOfRange.err().file(file).with("field", format!("counts.{field}"));
            Err(error.with("value", value).with("low", low).with("high", high))
        };
        within("total", self.total, 1.0, 1e9)?;
        within("max_mito", self.max_mito.unwrap_or(1.0), 0.0, 1.0)?;
        match self.variable {
            Some(Variable::Top { genes }) => within("variable.genes", f64::from(genes), 1.0, 1e5),
            Some(Variable::Cutoffs { min_mean, max_mean, min_disp }) => {
                within("variable.min_mean", min_mean, -1e3, 1e3)?;
                within("variable.max_mean", max_mean, min_mean, 1e3)?;
                within("variable.min_disp", min_disp, -1e3, 1e3)
            }
            None => Ok(()),
        }
    }
}

/// Counts gene by gene, wherever they are held.
pub(super) trait Genes {
    /// How many genes.
    fn genes(&self) -> usize;
    /// How many cells.
    fn cells(&self) -> usize;
    /// The name of a gene.
    fn name(&self, gene: usize) -> &str;
    /// Each of a gene's counts that is not 0, with its cell.
    fn each(&self, gene: usize, see: &mut dyn FnMut(usize, f64));
}

/// The columns of a table that are genes.
struct Wide<'a> {
    rows: usize,
    columns: Vec<&'a Column>,
}

impl Genes for Wide<'_> {
    fn genes(&self) -> usize {
        self.columns.len()
    }
    fn cells(&self) -> usize {
        self.rows
    }
    fn name(&self, gene: usize) -> &str {
        self.columns[gene].name.as_str()
    }
    fn each(&self, gene: usize, see: &mut dyn FnMut(usize, f64)) {
        let numbers = self.columns[gene].numbers();
        numbers.iter().enumerate().filter(|(_, v)| **v != 0.0 && !v.is_nan()).for_each(|(cell, v)| see(cell, *v));
    }
}

/// What was made of counts.
pub(super) struct Prepared {
    /// The rows that stay.
    pub cells: Vec<usize>,
    /// A column a gene that stays.
    pub columns: Vec<Column>,
    /// What was done.
    pub notes: Vec<Note>,
}

/// The counts as columns of genes, `limit` bytes of memory at most.
///
/// # Errors
/// [`Code::NotCounts`] of logarithms and of negative values; [`Code::NoCellsLeft`]; [`Code::MatrixTooDense`];
/// [`Code::OutOfRange`] of impossible settings.
pub(super) fn prepare(file: &str, from: &dyn Genes, how: &Counts, limit: Option<u64>) -> Result<Prepared> {
    how.check(file)?;
    let (cells, genes) = (from.cells(), from.genes());
    let mut notes = Vec::new();
    let (mut seen, mut whole, mut largest) = (vec![0u32; cells], true, 0.0f64);
    let mut wrong: Option<(usize, f64)> = None;
    let mut total = 0.0;
    for gene in 0..genes {
        from.each(gene, &mut |cell, v| {
            if v > 0.0 {
                seen[cell] += 1;
            }
            if v < 0.0 || !v.is_finite() {
                wrong.get_or_insert((gene, v));
            }
            whole &= v % 1.0 == 0.0;
            largest = largest.max(v);
            total += v;
        });
    }
    let not_counts = |found: String| Code::NotCounts.err().file(file).with("found", found);
    if let Some((gene, value)) = wrong {
        return Err(not_counts(format!("{value}")).column(from.name(gene)));
    }
    if !whole {
        if largest <= LARGEST_LOG {
            return Err(not_counts(format!("{:.4}", largest)));
        }
        let each = (total / cells.max(1) as f64).round();
        notes.push(Note::new("counts_not_whole").with("total", each));
    }
    // 1. Cells with genes, 2. genes with cells, 3. cells that are not mostly mitochondria.
    let mut stays: Vec<bool> = seen.iter().map(|&n| n >= how.min_genes).collect();
    let of_genes = stays.iter().filter(|stays| **stays).count();
    let mut kept = Vec::new();
    let (mut totals, mut mito, mut mito_genes) = (vec![0.0; cells], vec![0.0; cells], 0);
    for gene in 0..genes {
        let mut n = 0;
        from.each(gene, &mut |cell, v| n += u32::from(stays[cell] && v > 0.0));
        if n < how.min_cells {
            continue;
        }
        kept.push(gene);
        let mitochondrial = from.name(gene).get(..3).is_some_and(|start| start.eq_ignore_ascii_case("mt-"));
        mito_genes += usize::from(mitochondrial);
        from.each(gene, &mut |cell, v| {
            totals[cell] += v;
            if mitochondrial {
                mito[cell] += v;
            }
        });
    }
    if let Some(most) = how.max_mito {
        let mut out = 0;
        for ((stays, mito), total) in stays.iter_mut().zip(&mito).zip(&totals) {
            if *stays && *total > 0.0 && mito / total > most {
                *stays = false;
                out += 1;
            }
        }
        let note = Note::new(if mito_genes == 0 { "counts_no_mito" } else { "counts_mito" });
        notes.push(note.with("count", out).with("share", format!("{}%", (most * 1e4).round() / 1e2)));
    }
    let rows: Vec<usize> = (0..cells).filter(|&cell| stays[cell]).collect();
    let gone = |variable: usize| -> Error {
        let error = Code::NoCellsLeft.err().file(file).with("cells", cells).with("kept_cells", rows.len());
        let error = error.with("genes", genes).with("kept_genes", kept.len()).with("variable", variable);
        let most = seen.iter().copied().max().unwrap_or(0);
        error.with("min_genes", how.min_genes).with("min_cells", how.min_cells).with("most", most)
    };
    if rows.is_empty() || kept.is_empty() {
        return Err(gone(0));
    }
    // scanpy divides cells without a count by one.
    let scale: Vec<f64> = totals.iter().map(|&total| if total > 0.0 { how.total / total } else { how.total }).collect();
    let left = kept.len();
    let chosen = match how.variable {
        None => kept.clone(),
        Some(variable) => {
            let spread: Vec<(f64, f64)> = kept.iter().map(|&gene| moments(from, gene, &stays, &scale, &rows)).collect();
            let choice = variable::choose(&spread, variable);
            kept.iter().zip(choice).filter(|(_, chosen)| *chosen).map(|(gene, _)| *gene).collect()
        }
    };
    if chosen.is_empty() {
        return Err(gone(0));
    }
    fits(file, rows.len(), chosen.len(), CELL, limit)?;
    let mut place = vec![usize::MAX; cells];
    rows.iter().enumerate().for_each(|(at, &cell)| place[cell] = at);
    let columns = chosen
        .iter()
        .map(|&gene| {
            let mut values = vec![0.0; rows.len()];
            from.each(gene, &mut |cell, v| {
                if let Some(value) = values.get_mut(place[cell]) {
                    *value = (libm::log1p(v * scale[cell]) * MILLION).round() / MILLION;
                }
            });
            Column::of_numbers(from.name(gene), values.into_iter().map(Some))
        })
        .collect();
    let note = Note::new("counts").with("cells", rows.len()).with("of_cells", cells).with("min_genes", how.min_genes);
    let note = note.with("genes", left).with("of_genes", genes).with("min_cells", how.min_cells);
    notes.insert(0, note.with("total", how.total));
    if how.variable.is_some() {
        notes.push(Note::new("counts_variable").with("count", chosen.len()).with("of", left));
    }
    if of_genes < cells {
        notes.push(Note::new("counts_left_out").with("count", cells - of_genes).with("min_genes", how.min_genes));
    }
    Ok(Prepared { cells: rows, columns, notes })
}

/// Refuses a dense table that would not fit, before it is made.
///
/// # Errors
/// [`Code::MatrixTooDense`] with the estimate.
pub(super) fn fits(file: &str, cells: usize, genes: usize, cell: u64, limit: Option<u64>) -> Result<()> {
    let needed = super::reader::needed(cells as u64 * genes as u64 * cell + genes as u64 * COLUMN);
    super::reader::check(file, needed, limit).map_err(|error| {
        let dense = Code::MatrixTooDense.err().file(file).with("cells", cells).with("genes", genes);
        error.facts().iter().fold(dense, |dense, (slot, value)| dense.with(slot, value))
    })
}

/// Mean and variance (n − 1) of a gene's scaled counts over the cells that stay.
fn moments(from: &dyn Genes, gene: usize, stays: &[bool], scale: &[f64], rows: &[usize]) -> (f64, f64) {
    let n = rows.len() as f64;
    let (mut sum, mut seen) = (0.0, 0.0);
    from.each(gene, &mut |cell, v| {
        if stays[cell] {
            sum += v * scale[cell];
            seen += 1.0;
        }
    });
    let mean = sum / n;
    let mut squares = (n - seen) * mean * mean;
    from.each(gene, &mut |cell, v| {
        if stays[cell] {
            let off = v * scale[cell] - mean;
            squares += off * off;
        }
    });
    (mean, if n > 1.0 { squares / (n - 1.0) } else { 0.0 })
}

impl Table {
    /// The table with its genes' counts made into expression; other columns stay, rows of left out cells go.
    ///
    /// # Errors
    /// [`Code::NotCounts`] where the values are logarithms already or negative; [`Code::NoCellsLeft`] where quality
    /// control leaves nothing; [`Code::NoSuchColumn`]; [`Code::OutOfRange`] of impossible settings.
    pub fn counted(&self, how: &Counts) -> Result<Table> {
        self.counted_within(how, None)
    }

    pub(super) fn counted_within(&self, how: &Counts, limit: Option<u64>) -> Result<Table> {
        if let Some(name) = how.keep.iter().find(|name| self.column(name).is_none()) {
            return Err(self.nearest(name));
        }
        let is_gene = |column: &Column| numeric(column) && !how.keep.contains(&column.name);
        let genes = Wide { rows: self.rows, columns: self.columns.iter().filter(|column| is_gene(column)).collect() };
        let missing: usize = genes.columns.iter().map(|column| column.missing()).sum();
        let prepared = prepare(&self.name, &genes, how, limit)?;
        let mut notes = self.notes.clone();
        notes.extend(prepared.notes);
        if missing > 0 {
            notes.push(Note::new("counts_missing").with("count", missing));
        }
        let others: Vec<&Column> = self.columns.iter().filter(|column| !is_gene(column)).collect();
        let numbers: Vec<&str> = others.iter().filter(|c| numeric(c)).map(|column| column.name.as_str()).collect();
        if !numbers.is_empty() {
            notes.push(Note::new("counts_kept").with("columns", numbers.join(", ")));
        }
        // Rows that went are passed over like empty lines, so that each row keeps its place in the file.
        let mut next = prepared.cells.iter().peekable();
        let gone = (0..self.rows).filter(|row| next.next_if_eq(&row).is_none());
        let mut blank: Vec<u32> = gone.map(|row| self.spreadsheet_row(row) as u32).chain(self.blank.clone()).collect();
        blank.sort_unstable();
        let mut columns: Vec<Column> = others.iter().map(|column| column.rows(&prepared.cells)).collect();
        columns.extend(prepared.columns);
        Ok(Table { rows: prepared.cells.len(), columns, notes, blank, windows: self.windows.clone(), ..self.bare() })
    }

    /// How the counts of this table could be prepared, where it looks like one: whole numbers, many of them 0, in many
    /// columns that are called as genes are.
    pub fn counts_suggested(&self) -> Option<Counts> {
        const FEWEST: usize = 50;
        const ROWS: usize = 200;
        if self.columns.len() < FEWEST || self.rows < 3 || self.windows.is_some() {
            return None;
        }
        // A gene that is rarely seen is 0 or 1; where all columns are, they are a fingerprint's.
        if self.fingerprint_bits().len() * 2 > self.columns.len() {
            return None;
        }
        let step = self.rows.div_ceil(ROWS);
        let (mut genes, mut named, mut zeros, mut cells, mut largest) = (0, 0, 0usize, 0usize, 0.0f64);
        let mut keep = Vec::new();
        for column in self.columns.iter().filter(|column| numeric(column)) {
            let mut values = (0..self.rows).step_by(step).filter_map(|row| column.number(row));
            let (mut zero, mut n, mut high) = (0, 0, 0.0f64);
            let counted = values.all(|v| {
                zero += usize::from(v == 0.0);
                high = high.max(v);
                n += 1;
                v >= 0.0 && v % 1.0 == 0.0
            });
            if !counted || no_gene(&column.name) {
                keep.push(column.name.clone());
                continue;
            }
            genes += 1;
            named += usize::from(super::turn::gene_like(&column.name) || column.name.starts_with("gene"));
            zeros += zero;
            cells += n;
            largest = largest.max(high);
        }
        let single = zeros * 2 >= cells;
        let like = named * 2 >= genes || (genes >= 500 && single);
        let counted = largest >= 4.0 && (zeros * 10 >= cells * 3 || largest >= 1000.0);
        if genes < FEWEST || keep.len() * 10 > genes || !like || !counted {
            return None;
        }
        let usual = Counts::default();
        Some(Counts {
            // Of a panel of few genes no cell can show 200.
            min_genes: if genes < 1000 { genes as u32 / 10 } else { usual.min_genes },
            // Bulk samples say the response: none of their genes goes before the cells' are known.
            variable: usual.variable.filter(|_| single && genes >= 1000),
            keep,
            ..usual
        })
    }
}

/// Which columns are genes whose zeros are values: of counts, and of what was made of counts.
pub(super) struct Counted {
    kept: Option<Vec<String>>,
}

impl Counted {
    pub(super) fn of(table: &Table) -> Counted {
        let prepared = table.notes.iter().any(|note| note.code == "counts").then(Vec::new);
        Counted { kept: prepared.or_else(|| Some(table.counts_suggested()?.keep)) }
    }
    pub(super) fn gene(&self, column: &Column) -> bool {
        let other = |kept: &Vec<String>| kept.contains(&column.name) || no_gene(&column.name);
        self.kept.as_ref().is_some_and(|kept| numeric(column) && !other(kept))
    }
}

fn numeric(column: &Column) -> bool {
    column.kind == Kind::Number && matches!(column.data, Data::Numbers(_)) && column.words() == 0
}

/// What is known of a cell beside its genes, as it is usually called.
fn no_gene(name: &str) -> bool {
    const PARTS: [&str; 45] = [
        "age",
        "sex",
        "gender",
        "batch",
        "cluster",
        "leiden",
        "louvain",
        "label",
        "labels",
        "response",
        "responder",
        "class",
        "sensitive",
        "sensitivity",
        "resistant",
        "outcome",
        "status",
        "target",
        "y",
        "ic50",
        "lnic50",
        "auc",
        "viability",
        "survival",
        "time",
        "day",
        "days",
        "week",
        "month",
        "year",
        "dose",
        "ncount",
        "nfeature",
        "ncounts",
        "ngenes",
        "umi",
        "percent",
        "pct",
        "score",
        "pseudotime",
        "row",
        "index",
        "id",
        "patient",
        "sample",
    ];
    let name = name.to_lowercase();
    name.starts_with("n_") || name.split(|c: char| !c.is_alphanumeric()).any(|part| PARTS.contains(&part))
}
