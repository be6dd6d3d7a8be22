//! Files in and out. What is written appears whole or not at all.

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use autograft::table::{ReadOptions, Reader, Table};
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

/// Reads one table in pieces: its text is never in memory as a whole.
pub fn table(path: &Path, options: ReadOptions) -> Result<Table> {
    let failed = |reason: io::Error| io(path, &reason);
    let mut file = File::open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let mut reader = Reader::new(&name(path), Some(size), options);
    let mut piece = vec![0; PIECE];
    loop {
        let taken = file.read(&mut piece).map_err(failed)?;
        match piece.get(..taken) {
            None | Some([]) => break,
            Some(bytes) => reader.push(bytes)?,
        }
    }
    reader.finish()
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
        opened.push(Opened { table: table(path, base.clone())?, read: base.clone() });
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
    Ok(opened)
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
