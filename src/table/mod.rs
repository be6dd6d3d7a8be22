//! Bytes to a [`Table`], honestly. A file (separated text in any usual encoding, plain or gzipped, or a workbook) is
//! pushed in pieces to a [`Reader`]; its first megabyte decides on encoding, separator, header and decimal mark, each
//! kept with its evidence in [`Format`]; numbers then go from bytes to exact decimals, and columns are held in small
//! chunks at the smallest width that loses nothing, so that a table takes less memory than its text. What looks wrong
//! (missing codes, impossible zeros, texts among numbers) is put into the [`Summary`] as suspicion and never applied
//! by itself; what cannot be read is an error with file, row and column.

mod bits;
mod book;
mod builder;
mod bytes;
mod cell;
mod column;
mod counts;
mod dates;
mod decode;
mod format;
mod frame;
mod matrix;
mod names;
mod numbers;
mod options;
mod reader;
mod records;
mod smiles;
mod sniff;
mod spikes;
mod summary;
mod suspects;
mod texts;
mod turn;
mod variable;
mod windows;
mod write;

pub use bits::{FEWEST_BITS, fingerprint};
pub use bytes::Packing;
pub use column::{Column, Data};
pub use counts::Counts;
pub use format::{Container, Format, Found, Note};
pub use frame::Table;
pub use matrix::{MatrixReader, Part};
pub use numbers::Numbers;
pub use options::{Delimiter, Encoding, Kind, ReadOptions};
pub use reader::{Reader, read};
pub use spikes::spikes;
pub use summary::{ColumnSummary, Summary};
pub use suspects::suspects_between;
pub use texts::Texts;
pub use variable::Variable;
pub use windows::{GlucoseUnit, MG_PER_MMOL, Windows};
pub use write::{Added, Bits};
