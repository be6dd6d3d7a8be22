//! A file of the page to a table: its stream into the reader, so that no second copy of it ever exists.

use crate::error::{Code, Result};
use crate::table::{MatrixReader, Part, ReadOptions, Reader, Table};
use crate::watch::{Event, Watch};
use js_sys::{ArrayBuffer, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStreamDefaultReader};

/// So often the page hears how far it is.
const STEP: u64 = 4 << 20;

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
            pieces(file, (before, total), watch, &mut |bytes| reader.push(part, &name, bytes)).await?;
            before += file.size();
        }
        return reader.finish();
    };
    let mut reader = Reader::new(&file.name(), Some(file.size() as u64), options);
    if let Some(limit) = limit {
        reader.set_limit(limit as u64);
    }
    pieces(file, (0.0, total), watch, &mut |bytes| reader.push(bytes)).await?;
    reader.finish()
}

/// Gives a file piece by piece; `progress`: bytes of the files before it, and of all.
async fn pieces(
    file: &File,
    progress: (f64, f64),
    watch: &dyn Watch,
    take: &mut dyn FnMut(&[u8]) -> Result<()>,
) -> Result<()> {
    let name = file.name();
    watch.event(Event::Phase { name: "reading".to_owned(), facts: vec![("file".to_owned(), name.clone())] });
    // A browser that sees another time or size than when the file was picked fails the read.
    let changed = || Code::FileChanged.err().file(&name);
    let stream = ReadableStreamDefaultReader::new(&file.stream()).map_err(|_| changed())?;
    let read = async {
        let (mut bytes, mut done, mut told) = (Vec::new(), 0, 0);
        loop {
            let piece = JsFuture::from(stream.read()).await.map_err(|_| changed())?;
            let Ok(piece) = get(&piece, "value").dyn_into::<Uint8Array>() else { break };
            bytes.resize(piece.length() as usize, 0);
            piece.copy_to(&mut bytes);
            take(&bytes)?;
            done += bytes.len() as u64;
            if done >= told + STEP {
                told = done;
                watch.event(Event::Progress { done: progress.0 + done as f64, total: progress.1 });
                watch.rest().await?;
            }
        }
        watch.event(Event::Progress { done: progress.0 + done as f64, total: progress.1 });
        Ok(done)
    };
    let read = read.await;
    // What is not read to its end goes on filling the browser's memory.
    let _ = JsFuture::from(stream.cancel()).await;
    // The stream looks at the file's time when it begins: look once more, now that it has ended.
    let last = file.slice_with_f64_and_f64((file.size() - 1.0).max(0.0), file.size()).map_err(|_| changed())?;
    let whole = read? as f64 == file.size() && JsFuture::from(last.array_buffer()).await.is_ok();
    if whole { Ok(()) } else { Err(changed()) }
}

/// A field of an object of JavaScript's, or `undefined`.
fn get(object: &JsValue, key: &str) -> JsValue {
    Reflect::get(object, &JsValue::from_str(key)).unwrap_or(JsValue::UNDEFINED)
}

/// Bytes as a buffer of JavaScript's own, which can be given away.
pub(super) fn buffer(bytes: &[u8]) -> ArrayBuffer {
    Uint8Array::from(bytes).buffer()
}

/// A table's bytes likewise, without a second whole of them here.
pub(super) fn packed(table: &Table) -> ArrayBuffer {
    let packing = table.packing();
    let all = Uint8Array::new_with_length(packing.len() as u32);
    let mut at = 0;
    packing.write(&mut |piece| {
        let end = at + piece.len() as u32;
        all.subarray(at, end).copy_from(piece);
        at = end;
    });
    all.buffer()
}
