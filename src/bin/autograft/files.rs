//! Files in and out. What is written appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use autograft::table::{Container, Counts, MatrixReader, Part, ReadOptions, Reader, Table, Variable, Windows};
use autograft::{Code, Error, Result};

use crate::args::Reading;

/// A piece of a file on its way to the reader.
const PIECE: usize = 1 << 20;

/// The error of this file.
pub fn io(path: &Path, reason: &io::Error) -> Error {
    Code::Io.err().file(path.display().to_string()).with("reason", reason)
}

/// The last part of a path, as tables and plans name files.
pub fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// All bytes of a file.
pub fn bytes(path: &Path) -> Result<Vec<u8>> {
    fs::read(path).map_err(|reason| io(path, &reason))
}

/// Reads one table in pieces: its text is never in memory as a whole. The three files of a sparse matrix are read together,
/// by the name of the matrix or of their folder.
pub fn table(path: &Path, options: ReadOptions) -> Result<Table> {
    if let Some(files) = matrix(path)? {
        let mut reader = MatrixReader::new(&name(path), options);
        for (part, file) in &files {
            // An empty file is there too.
            reader.push(*part, &name(file), &[])?;
            pieces(file, |bytes| reader.push(*part, &name(file), bytes))?;
        }
        return reader.finish();
    }
    let size = fs::metadata(path).map_err(|reason| io(path, &reason))?.len();
    let mut reader = Reader::new(&name(path), Some(size), options);
    pieces(path, |bytes| reader.push(bytes))?;
    reader.finish()
}

fn pieces(path: &Path, mut take: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    let failed = |reason: io::Error| io(path, &reason);
    let mut file = File::open(path).map_err(failed)?;
    let mut piece = vec![0; PIECE];
    loop {
        let taken = file.read(&mut piece).map_err(failed)?;
        match piece.get(..taken) {
            None | Some([]) => return Ok(()),
            Some(bytes) => take(bytes)?,
        }
    }
}

/// The files of a sparse matrix, where the path is one or a folder that holds one: beside it lie genes and cells, with the
/// same beginning of their names, or alone of their kind.
fn matrix(path: &Path) -> Result<Option<Vec<(Part, PathBuf)>>> {
    let own = name(path);
    let stem = Part::of(&own).filter(|(part, _)| *part == Part::Matrix).map(|(_, stem)| stem);
    let folder = match (path.is_dir(), stem) {
        (true, _) => path,
        (false, Some(_)) => path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")),
        (false, None) => return Ok(None),
    };
    let mut beside: Vec<PathBuf> = fs::read_dir(folder)
        .map_err(|reason| io(folder, &reason))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .collect();
    beside.sort();
    let mut files = Vec::new();
    for wanted in [Part::Matrix, Part::Features, Part::Barcodes] {
        if let (Part::Matrix, Some(_)) = (wanted, stem) {
            files.push((wanted, path.to_owned()));
            continue;
        }
        let all: Vec<(&PathBuf, String)> = beside
            .iter()
            .filter_map(|file| match Part::of(&name(file)) {
                Some((part, start)) if part == wanted => Some((file, start.to_owned())),
                _ => None,
            })
            .collect();
        let found = match all.as_slice() {
            [(only, _)] => Some(only),
            many => many.iter().find(|(_, start)| Some(start.as_str()) == stem).map(|(file, _)| file),
        };
        files.extend(found.map(|file| (wanted, (*file).clone())));
    }
    Ok(Some(files))
}

/// A table and the options that read it again in the same way.
pub struct Opened {
    /// The table.
    pub table: Table,
    /// What was chosen; the rest is found from the same evidence.
    pub read: ReadOptions,
}

/// Opens tables as the command line says. Missing codes and kinds go to the tables that have the column;
/// a column that none has is an error.
pub fn open(paths: &[&PathBuf], reading: &Reading) -> Result<Vec<Opened>> {
    let base = ReadOptions {
        encoding: reading.encoding,
        delimiter: reading.delimiter,
        header: reading.no_header.then_some(false),
        decimal: reading.decimal,
        sheet: reading.sheet.clone(),
        names: reading.names.clone(),
        transpose: reading.transpose,
        pad_short_rows: reading.pad_short_rows,
        ..ReadOptions::default()
    };
    let mut opened = Vec::new();
    for path in paths {
        // A matrix is prepared while it is sparse.
        let sparse = reading.counts.iter().filter(|_| path.is_dir() || Part::of(&name(path)).is_some());
        let mut read = base.clone();
        for settings in sparse {
            read.counts = counts(&name(path), Counts::default(), settings)?.or(read.counts);
        }
        opened.push(Opened { table: table(path, read.clone())?, read });
    }
    for (column, code) in &reading.missing {
        each_with(&mut opened, column, |table, read| {
            read.missing_codes.entry(column.clone()).or_default().push(code.clone());
            table.with_missing(column, std::slice::from_ref(code))
        })?;
    }
    for (column, kind) in &reading.kind {
        each_with(&mut opened, column, |table, read| {
            read.kinds.insert(column.clone(), *kind);
            table.with_kind(column, *kind)
        })?;
    }
    if let Some(settings) = &reading.windows {
        for one in &mut opened {
            let windows = windows(&one.table, settings)?;
            one.table = one.table.windowed(&windows)?;
            one.read.windows = Some(windows);
        }
    }
    for settings in &reading.counts {
        let mut met = false;
        for one in &mut opened {
            let suggested = one.table.counts_suggested().unwrap_or_default();
            let Some(counts) = counts(&one.table.name, suggested, settings)? else { continue };
            met = true;
            if one.table.format.container == Container::Matrix {
                continue;
            }
            one.table = one.table.counted(&counts)?;
            one.read.counts = Some(counts);
        }
        if !met {
            return Err(Code::BadPlan.err().with("reason", format!("--counts {settings}: no such file is opened")));
        }
    }
    Ok(opened)
}

/// How a file's counts are prepared: as suggested, with these settings in place of its own; none for another file.
fn counts(file: &str, mut counts: Counts, settings: &str) -> Result<Option<Counts>> {
    let bad = |reason: &str| Code::BadPlan.err().file(file).with("reason", format!("--counts: {reason}"));
    for setting in settings.split(',').filter(|setting| !setting.is_empty()) {
        let (name, value) = setting.split_once('=').ok_or_else(|| bad(&format!("{setting} has no =")))?;
        let number = || value.parse::<f64>().map_err(|_| bad(&format!("{value} is no number")));
        match name {
            "file" if value != file => return Ok(None),
            "file" => {}
            "keep" => counts.keep = value.split('+').filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            "min_genes" => counts.min_genes = number()? as u32,
            "min_cells" => counts.min_cells = number()? as u32,
            "max_mito" => counts.max_mito = Some(number()?),
            "total" => counts.total = number()?,
            "top" => counts.variable = Some(number()? as u32).filter(|n| *n > 0).map(|genes| Variable::Top { genes }),
            "min_mean" | "max_mean" | "min_disp" => {
                let number = number()?;
                let bounds = counts.variable.filter(|one| matches!(one, Variable::Cutoffs { .. })).unwrap_or_default();
                counts.variable = Some(match bounds {
                    Variable::Cutoffs { min_mean, max_mean, min_disp } => Variable::Cutoffs {
                        min_mean: if name == "min_mean" { number } else { min_mean },
                        max_mean: if name == "max_mean" { number } else { max_mean },
                        min_disp: if name == "min_disp" { number } else { min_disp },
                    },
                    top => top,
                });
            }
            _ => return Err(bad(&format!("no such setting: {name}"))),
        }
    }
    Ok(Some(counts))
}

/// The windows that a table suggests, with these settings in place of its own.
fn windows(table: &Table, settings: &str) -> Result<Windows> {
    let bad = |reason: String| Code::BadPlan.err().file(&table.name).with("reason", format!("--windows: {reason}"));
    let suggested = table.windows_suggested().unwrap_or_default();
    let mut all = serde_json::to_value(suggested).map_err(|reason| bad(reason.to_string()))?;
    for setting in settings.split(',').filter(|setting| !setting.is_empty()) {
        let (name, value) = setting.split_once('=').ok_or_else(|| bad(format!("{setting} has no =")))?;
        all[name] = match value.parse::<u32>() {
            Ok(number) => number.into(),
            Err(_) if name == "spikes" => value.parse::<bool>().map_err(|reason| bad(reason.to_string()))?.into(),
            Err(_) if name == "amounts" => value.split('+').filter(|name| !name.is_empty()).collect(),
            Err(_) => value.into(),
        };
    }
    serde_json::from_value(all).map_err(|reason| bad(reason.to_string()))
}

fn each_with(
    opened: &mut [Opened],
    column: &str,
    change: impl Fn(Table, &mut ReadOptions) -> Result<Table>,
) -> Result<()> {
    // With none of them, the first one says which name is nearest.
    let nowhere = column != "*" && opened.iter().all(|one| one.table.column(column).is_none());
    for one in opened.iter_mut() {
        if nowhere || column == "*" || one.table.column(column).is_some() {
            one.table = change(one.table.clone(), &mut one.read)?;
        }
    }
    Ok(())
}

/// Writes files together: each beside its place first, then all are moved there, so that a full disk or an
/// interruption leaves no half of a result.
pub fn write_all(folder: &Path, files: &[(String, Vec<u8>)]) -> Result<()> {
    fs::create_dir_all(folder).map_err(|reason| io(folder, &reason))?;
    let mut staged: Vec<(PathBuf, PathBuf)> = Vec::new();
    let written = files.iter().try_for_each(|(name, bytes)| {
        let place = folder.join(name);
        let beside = folder.join(format!(".{name}.{}", std::process::id()));
        staged.push((beside.clone(), place));
        let mut file = File::create(&beside).map_err(|reason| io(&beside, &reason))?;
        file.write_all(bytes).and_then(|()| file.sync_all()).map_err(|reason| io(&beside, &reason))
    });
    let moved = written.and_then(|()| {
        staged.iter().try_for_each(|(beside, place)| fs::rename(beside, place).map_err(|reason| io(place, &reason)))
    });
    if moved.is_err() {
        for (beside, _) in &staged {
            // Best effort: the first error is the one to report.
            let _ = fs::remove_file(beside);
        }
    }
    moved
}

/// Writes one file.
pub fn write(path: &Path, bytes: Vec<u8>) -> Result<()> {
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    write_all(folder, &[(name(path), bytes)])
}

/// Prints to standard output; a reader that went away (`| head`) is no error.
pub fn print(text: &str) -> Result<()> {
    match io::stdout().write_all(text.as_bytes()) {
        Err(reason) if reason.kind() != io::ErrorKind::BrokenPipe => Err(io(Path::new("-"), &reason)),
        _ => Ok(()),
    }
}

/// Fields as one line of CSV.
pub fn csv_line(fields: &[String]) -> String {
    let quoted = fields.iter().map(|field| {
        let plain = !field.contains([',', '"', '\n', '\r']) && field.trim() == field.as_str();
        if plain { field.clone() } else { format!("\"{}\"", field.replace('"', "\"\"")) }
    });
    quoted.collect::<Vec<_>>().join(",") + "\n"
}
