//! A file of the page to a table: slices of the `File` into the reader, so that no second copy of it ever exists.

use crate::error::{Code, Result};
use crate::table::{MatrixReader, Part, ReadOptions, Reader, Table};
use crate::watch::{Event, Watch};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

/// One slice; two of them are alive at a time, one in JavaScript and one here.
const SLICE: u64 = 4 << 20;

/// Reads one file, or the three of a sparse matrix.
///
/// # Errors
/// [`Code::FileChanged`] where the browser no longer gives what was picked; whatever the reader finds.
pub(super) async fn open(files: &[File], options: ReadOptions, limit: Option<f64>, watch: &dyn Watch) -> Result<Table> {
    let total = files.iter().map(|file| file.size()).sum();
    let [file] = files else {
        let first = files.first().map(File::name).unwrap_or_default();
        let matrix = files.iter().map(File::name).find(|name| matches!(Part::of(name), Some((Part::Matrix, _))));
        let mut reader = MatrixReader::new(&matrix.unwrap_or(first), options);
        if let Some(limit) = limit {
            reader.set_limit(limit as u64);
        }
        let mut before = 0.0;
        for file in files {
            let name = file.name();
            let Some((part, _)) = Part::of(&name) else { continue };
            // An empty file is there too.
            reader.push(part, &name, &[])?;
            slices(file, (before, total), watch, &mut |bytes| reader.push(part, &name, bytes)).await?;
            before += file.size();
        }
        return reader.finish();
    };
    let mut reader = Reader::new(&file.name(), Some(file.size() as u64), options);
    if let Some(limit) = limit {
        reader.set_limit(limit as u64);
    }
    slices(file, (0.0, total), watch, &mut |bytes| reader.push(bytes)).await?;
    reader.finish()
}

/// Gives the slices of a file one by one; `progress`: bytes of the files before it, and of all.
async fn slices(
    file: &File,
    progress: (f64, f64),
    watch: &dyn Watch,
    take: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let name = file.name();
    let size = file.size() as u64;
    watch.event(Event::Phase { name: "reading".to_owned(), facts: vec![("file".to_owned(), name.clone())] });
    let mut bytes = Vec::new();
    let mut start = 0;
    while start < size {
        let end = size.min(start + SLICE);
        // A browser that sees another time or size than when the file was picked fails the read.
        let changed = || Code::FileChanged.err().file(&name);
        let slice = file.slice_with_f64_and_f64(start as f64, end as f64).map_err(|_| changed())?;
        let buffer = JsFuture::from(slice.array_buffer()).await.map_err(|_| changed())?;
        let view = Uint8Array::new(buffer.unchecked_ref::<ArrayBuffer>());
        if u64::from(view.length()) != end - start {
            return Err(changed());
        }
        bytes.resize(view.length() as usize, 0);
        view.copy_to(&mut bytes);
        take(&bytes)?;
        start = end;
        watch.event(Event::Progress { done: progress.0 + start as f64, total: progress.1 });
        watch.rest().await?;
    }
    Ok(())
}

/// Bytes as a buffer of JavaScript's own, which can be given away.
pub(super) fn buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}
