//! The three files of a 10x matrix (`matrix.mtx`, `features.tsv` or `genes.tsv`, `barcodes.tsv`, each also gzipped) to a
//! table: a row a cell, a column a gene.
//!
//! The counts are held as they are written, without their zeros (12 bytes an entry while they are read, 8 afterwards), and
//! only the genes that are kept become columns: ten thousand cells of thirty thousand genes fit where their table of all
//! genes would not. What would not fit is refused with its estimate before it is expanded.

use std::io::Write;

use flate2::write::MultiGzDecoder;

use super::column::Column;
use super::counts::{Genes, fits, prepare};
use super::format::{Container, Format, Found, Note};
use super::frame::Table;
use super::names;
use super::options::{Kind, ReadOptions};
use super::reader::check;
use crate::error::{Code, Error, Result};

/// How a MatrixMarket file begins.
pub(super) const MARK: &str = "%%MatrixMarket";
/// Bytes of an entry while all are gathered by gene: as it was read, and as it is kept.
const ENTRY: u64 = 20;
/// Entries of a chunk, so that a growing list is never copied.
const CHUNK: usize = 1 << 16;
/// Lines longer than this are no line of these files.
const LONGEST: usize = 1 << 16;
/// The column of the cells' names.
const BARCODE: &str = "barcode";

/// Which of the three files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The counts.
    Matrix,
    /// The genes.
    Features,
    /// The cells.
    Barcodes,
}

impl Part {
    const ALL: [Part; 3] = [Part::Matrix, Part::Features, Part::Barcodes];

    /// Which part a file of this name is, and what stands before: files of one matrix begin alike.
    pub fn of(name: &str) -> Option<(Part, &str)> {
        let plain = name.strip_suffix(".gz").unwrap_or(name);
        let ends = [
            ("matrix.mtx", Part::Matrix),
            (".mtx", Part::Matrix),
            ("features.tsv", Part::Features),
            ("genes.tsv", Part::Features),
            ("barcodes.tsv", Part::Barcodes),
        ];
        ends.iter().find_map(|(end, part)| plain.strip_suffix(end).map(|start| (*part, start)))
    }

    fn file(self) -> &'static str {
        ["matrix.mtx", "features.tsv", "barcodes.tsv"][self as usize]
    }
}

/// One of the files was opened without the others.
pub(super) fn alone(file: &str, here: &[Part]) -> Error {
    let missing = Part::ALL.iter().filter(|part| !here.contains(part)).map(|part| part.file());
    Code::MatrixAlone.err().file(file).with("missing", missing.collect::<Vec<_>>().join(", "))
}

/// Reads the three files, pushed one after another in any order, each in pieces of any size.
pub struct MatrixReader {
    name: String,
    options: ReadOptions,
    limit: Option<u64>,
    taken: u64,
    files: [Option<Lines>; 3],
    entries: Entries,
    features: Vec<String>,
    /// Of each feature: whether it counts a gene, where the file says so.
    expressed: Vec<bool>,
    barcodes: Vec<String>,
}

impl MatrixReader {
    /// A reader of the matrix that is called `name`.
    pub fn new(name: &str, options: ReadOptions) -> MatrixReader {
        MatrixReader {
            name: name.to_owned(),
            options,
            limit: None,
            taken: 0,
            files: [None, None, None],
            entries: Entries::default(),
            features: Vec::new(),
            expressed: Vec::new(),
            barcodes: Vec::new(),
        }
    }

    /// Refuse what would need more than `bytes` of memory: the entries once their number is read, the table before it is
    /// made.
    pub fn set_limit(&mut self, bytes: u64) {
        self.limit = Some(bytes);
    }

    /// Takes the next bytes of the file `name`, which is this part.
    ///
    /// # Errors
    /// [`Code::BadMatrix`] with the line; [`Code::BadGzip`]; [`Code::TooLarge`].
    pub fn push(&mut self, part: Part, name: &str, bytes: &[u8]) -> Result<()> {
        self.taken += bytes.len() as u64;
        self.take(part, name, Some(bytes))
    }

    fn take(&mut self, part: Part, name: &str, bytes: Option<&[u8]>) -> Result<()> {
        let mut lines = self.files[part as usize].take().unwrap_or_else(|| Lines::new(name));
        let done = lines.push(bytes, &mut |at, line| match part {
            Part::Matrix => self.entries.line(at, line, &self.name, self.limit),
            Part::Barcodes => {
                self.barcodes.push(line.split('\t').next().unwrap_or_default().trim().trim_matches('"').to_owned());
                Ok(())
            }
            Part::Features => {
                let mut fields = line.split('\t').map(|field| field.trim().trim_matches('"'));
                let (id, symbol) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
                self.features.push(if symbol.is_empty() { id } else { symbol }.to_owned());
                self.expressed.push(fields.next().is_none_or(|kind| kind.is_empty() || kind == "Gene Expression"));
                Ok(())
            }
        });
        self.files[part as usize] = Some(lines);
        done
    }

    /// The table: the cells' barcodes, then a column a gene.
    ///
    /// # Errors
    /// [`Code::MatrixAlone`] where a file is missing; [`Code::BadMatrix`] where the three do not fit together;
    /// [`Code::MatrixTooDense`] where the table would not fit; what [`super::Counts`] are refused for.
    pub fn finish(mut self) -> Result<Table> {
        let here: Vec<Part> = Part::ALL.into_iter().filter(|part| self.files[*part as usize].is_some()).collect();
        if here.len() < Part::ALL.len() {
            return Err(alone(&self.name, &here));
        }
        let mut gz = false;
        for part in Part::ALL {
            self.take(part, "", None)?;
            gz |= self.files[part as usize].as_ref().is_some_and(|lines| lines.gunzip.is_some());
        }
        let MatrixReader { name, options, limit, taken, entries, mut features, mut expressed, mut barcodes, .. } = self;
        let bad = |reason: String| Code::BadMatrix.err().file(&name).with("reason", reason);
        let size = entries.size.ok_or_else(|| bad(format!("no line of sizes behind {MARK}")))?;
        if entries.count as u64 != size.entries {
            return Err(bad(format!("{} entries announced, {} found", size.entries, entries.count)));
        }
        let mut notes = Vec::new();
        let sizes = [size.rows, size.columns];
        // R writes a header over the lists; 10x has genes in rows, and anndata's users have cells there.
        let (genes, cells) = (features.len(), barcodes.len());
        let fits = |over: [usize; 2], turned: bool| {
            let lists = [genes.checked_sub(over[0]), cells.checked_sub(over[1])];
            lists == if turned { [Some(sizes[1]), Some(sizes[0])] } else { sizes.map(Some) }
        };
        let ways = [[0, 0], [1, 1], [0, 1], [1, 0]].into_iter().flat_map(|over| [(over, false), (over, true)]);
        let Some((over, turned)) = ways.into_iter().find(|(over, turned)| fits(*over, *turned)) else {
            return Err(bad(format!("{} × {}, but {genes} features and {cells} barcodes", sizes[0], sizes[1])));
        };
        features.drain(..over[0]);
        expressed.drain(..over[0]);
        barcodes.drain(..over[1]);
        let first_row = 1 + over[1];
        let cells = barcodes.len();
        let mut wanted = names::names(&[vec![BARCODE.to_owned()], features].concat(), 1, &mut notes);
        let barcode = wanted.remove(0);
        let count = entries.count;
        let sparse = entries.by_gene(wanted, cells, turned).map_err(|[gene, cell]| {
            let both = format!("two entries of gene {} in cell {}", gene + 1, cell + 1);
            Code::BadMatrix.err().file(&name).with("reason", both)
        })?;
        let sparse = if expressed.iter().all(|is| *is) { sparse } else { sparse.only(&expressed, &mut notes) };
        let share = 100.0 * count as f64 / (cells.max(1) * sizes[usize::from(turned)].max(1)) as f64;
        let note = Note::new("matrix").with("cells", cells).with("genes", sparse.genes()).with("entries", count);
        notes.push(note.with("share", format!("{share:.1}")));
        let mut sorted: Vec<&String> = barcodes.iter().collect();
        sorted.sort_unstable();
        let again: Vec<&String> = sorted.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
        if let Some(first) = again.first() {
            notes.push(Note::new("matrix_barcodes_repeated").with("count", again.len()).with("first", first));
        }
        let (kept, columns) = match &options.counts {
            Some(counts) => {
                let prepared = prepare(&name, &sparse, counts, limit)?;
                notes.extend(prepared.notes);
                (prepared.cells, prepared.columns)
            }
            None => ((0..cells).collect(), sparse.dense(&name, limit)?),
        };
        let blank: Vec<u32> = {
            let mut next = kept.iter().peekable();
            (0..cells).filter(|cell| next.next_if_eq(&cell).is_none()).map(|cell| (cell + first_row) as u32).collect()
        };
        let ids = kept.iter().filter_map(|&cell| barcodes.get(cell)).cloned();
        let mut all = vec![Column::of_texts(&barcode, Kind::Identifier, ids)];
        all.extend(columns);
        let format = Format {
            container: Container::Matrix,
            gz,
            encoding: None,
            delimiter: None,
            quote: None,
            header: Found::guess(first_row == 2, true, Vec::new(), Note::new("matrix_header")),
            decimal: None,
            sheet: None,
        };
        let table = Table {
            name,
            rows: kept.len(),
            columns: all,
            format,
            notes,
            sheets: Vec::new(),
            windows: None,
            bytes: taken,
            first_row,
            blank,
        };
        table.adjusted(&ReadOptions { counts: None, ..options }, limit)
    }
}

/// A file's lines, unpacked where it is gzipped.
struct Lines {
    name: String,
    begun: bool,
    gunzip: Option<MultiGzDecoder<Vec<u8>>>,
    rest: Vec<u8>,
    at: usize,
}

/// What becomes of a line: its number and its text.
type See<'a> = &'a mut dyn FnMut(usize, &str) -> Result<()>;

impl Lines {
    fn new(name: &str) -> Lines {
        Lines { name: name.to_owned(), begun: false, gunzip: None, rest: Vec::new(), at: 0 }
    }

    /// The next bytes, or `None` for the end.
    fn push(&mut self, bytes: Option<&[u8]>, see: See<'_>) -> Result<()> {
        if !self.begun {
            // The mark of gzip is two bytes.
            self.rest.extend_from_slice(bytes.unwrap_or_default());
            if self.rest.len() < 2 && bytes.is_some() {
                return Ok(());
            }
            self.begun = true;
            let start = std::mem::take(&mut self.rest);
            self.gunzip = start.starts_with(&[0x1f, 0x8b]).then(|| MultiGzDecoder::new(Vec::new()));
            self.unpack(&start, see)?;
        } else if let Some(bytes) = bytes {
            self.unpack(bytes, see)?;
        }
        if bytes.is_some() {
            return Ok(());
        }
        if let Some(gunzip) = &mut self.gunzip {
            let damaged = |_| Code::BadGzip.err().file(&self.name);
            gunzip.try_finish().map_err(damaged)?;
            let text = std::mem::take(gunzip.get_mut());
            self.cut(&text, see)?;
        }
        self.cut(b"\n", see)
    }

    fn unpack(&mut self, bytes: &[u8], see: See<'_>) -> Result<()> {
        if self.gunzip.is_none() {
            return self.cut(bytes, see);
        }
        for piece in bytes.chunks(16 << 10) {
            let Some(gunzip) = &mut self.gunzip else { break };
            let damaged = |_| Code::BadGzip.err().file(&self.name);
            gunzip.write_all(piece).and_then(|()| gunzip.flush()).map_err(damaged)?;
            let text = std::mem::take(gunzip.get_mut());
            self.cut(&text, see)?;
        }
        Ok(())
    }

    fn cut(&mut self, bytes: &[u8], see: See<'_>) -> Result<()> {
        let mut from = 0;
        for (at, _) in bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n') {
            self.rest.extend_from_slice(&bytes[from..at]);
            from = at + 1;
            self.at += 1;
            let line = std::mem::take(&mut self.rest);
            let text = std::str::from_utf8(&line).map_err(|_| self.bad("no text"))?.trim();
            if !text.is_empty() {
                see(self.at, text).map_err(|error| error.file(&self.name))?;
            }
            self.rest = line;
            self.rest.clear();
        }
        self.rest.extend_from_slice(&bytes[from..]);
        if self.rest.len() > LONGEST { Err(self.bad("an endless line")) } else { Ok(()) }
    }

    fn bad(&self, reason: &str) -> Error {
        Code::BadMatrix.err().file(&self.name).row(self.at).with("reason", reason)
    }
}

#[derive(Debug, Clone, Copy)]
struct Size {
    rows: usize,
    columns: usize,
    entries: u64,
}

/// The matrix while it is read.
#[derive(Default)]
struct Entries {
    size: Option<Size>,
    begun: bool,
    count: usize,
    chunks: Vec<Vec<(u32, u32, f32)>>,
}

impl Entries {
    fn line(&mut self, at: usize, line: &str, file: &str, limit: Option<u64>) -> Result<()> {
        let bad = |reason: &str| Code::BadMatrix.err().row(at).with("reason", reason);
        if !self.begun {
            self.begun = true;
            let words: Vec<String> = line.split_ascii_whitespace().map(str::to_ascii_lowercase).collect();
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let known = match words.as_slice() {
                [mark, "matrix", "coordinate", "integer" | "real", "general"] => *mark == MARK.to_ascii_lowercase(),
                _ => false,
            };
            return if known { Ok(()) } else { Err(bad(line)) };
        }
        if line.starts_with('%') {
            return Ok(());
        }
        let mut fields = line.split_ascii_whitespace();
        let mut next = || fields.next().ok_or_else(|| bad(line));
        let (a, b, c) = (next()?, next()?, next()?);
        let whole = |text: &str| text.parse::<u32>().map_err(|_| bad(line));
        let Some(size) = self.size else {
            let entries = c.parse::<u64>().map_err(|_| bad(line))?;
            let size = Size { rows: whole(a)? as usize, columns: whole(b)? as usize, entries };
            check(file, entries.saturating_mul(ENTRY), limit)?;
            self.size = Some(size);
            return Ok(());
        };
        let (row, column) = (whole(a)?, whole(b)?);
        let value: f32 = c.parse().map_err(|_| bad(line))?;
        if row == 0 || column == 0 || row as usize > size.rows || column as usize > size.columns || !value.is_finite() {
            return Err(bad(line));
        }
        self.count += 1;
        if self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        if let Some(chunk) = self.chunks.last_mut() {
            chunk.push((row - 1, column - 1, value));
        }
        Ok(())
    }

    /// Gathered by gene. In error: the gene and the cell that are there twice.
    fn by_gene(self, names: Vec<String>, cells: usize, turned: bool) -> std::result::Result<Sparse, [usize; 2]> {
        let place = |(row, column, _): &(u32, u32, f32)| if turned { (*column, *row) } else { (*row, *column) };
        let mut starts = vec![0usize; names.len() + 1];
        for entry in self.chunks.iter().flatten() {
            starts[place(entry).0 as usize + 1] += 1;
        }
        (1..starts.len()).for_each(|at| starts[at] += starts[at - 1]);
        let mut free = starts.clone();
        let (mut of, mut values) = (vec![0u32; self.count], vec![0f32; self.count]);
        for chunk in self.chunks {
            for entry in &chunk {
                let (gene, cell) = place(entry);
                let slot = &mut free[gene as usize];
                of[*slot] = cell;
                values[*slot] = entry.2;
                *slot += 1;
            }
        }
        let mut last = vec![usize::MAX; cells];
        for gene in 0..names.len() {
            for &cell in &of[starts[gene]..starts[gene + 1]] {
                if std::mem::replace(&mut last[cell as usize], gene) == gene {
                    return Err([gene, cell as usize]);
                }
            }
        }
        let genes = (0..names.len()).collect();
        Ok(Sparse { names, genes, cells, starts, of, values })
    }
}

/// A matrix by gene, without its zeros.
struct Sparse {
    names: Vec<String>,
    /// The genes that are looked at.
    genes: Vec<usize>,
    cells: usize,
    starts: Vec<usize>,
    of: Vec<u32>,
    values: Vec<f32>,
}

impl Sparse {
    /// Without what is no gene (antibodies, peaks).
    fn only(self, expressed: &[bool], notes: &mut Vec<Note>) -> Sparse {
        let genes: Vec<usize> = (0..self.names.len()).filter(|&gene| expressed[gene]).collect();
        notes.push(Note::new("matrix_other_features").with("count", self.names.len() - genes.len()));
        Sparse { genes, ..self }
    }

    /// All genes as columns.
    fn dense(&self, file: &str, limit: Option<u64>) -> Result<Vec<Column>> {
        let largest = self.values.iter().fold(0f32, |most, v| most.max(v.abs()));
        // As columns are packed: whole numbers at their own width, others as they are written.
        let width = match largest {
            _ if self.values.iter().any(|v| v % 1.0 != 0.0) => 8,
            most if most < 127.0 => 1,
            most if most < 32_767.0 => 2,
            _ => 4,
        };
        fits(file, self.cells, self.genes(), width, limit)?;
        let column = |gene: usize| {
            let mut values = vec![0.0; self.cells];
            self.each(gene, &mut |cell, v| values[cell] = v);
            Column::of_numbers(self.name(gene), values.into_iter().map(Some))
        };
        Ok((0..self.genes()).map(column).collect())
    }
}

impl Genes for Sparse {
    fn genes(&self) -> usize {
        self.genes.len()
    }
    fn cells(&self) -> usize {
        self.cells
    }
    fn name(&self, gene: usize) -> &str {
        &self.names[self.genes[gene]]
    }
    fn each(&self, gene: usize, see: &mut dyn FnMut(usize, f64)) {
        let here = self.starts[self.genes[gene]]..self.starts[self.genes[gene] + 1];
        let values = self.of[here.clone()].iter().zip(&self.values[here]);
        values.filter(|(_, v)| **v != 0.0).for_each(|(cell, v)| see(*cell as usize, f64::from(*v)));
    }
}
