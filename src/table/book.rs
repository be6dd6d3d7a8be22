//! Workbooks.
use super::options::ReadOptions;
use super::table::Table;
use crate::error::{Code, Result};

/// Whether the first bytes are those of a zip or of an OLE container.
pub(super) fn is_workbook(head: &[u8]) -> bool {
    head.starts_with(b"PK\x03\x04") || head.starts_with(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
}

pub(super) fn read(name: &str, _bytes: Vec<u8>, _options: &ReadOptions) -> Result<Table> {
    Err(Code::BadWorkbook.err().file(name).with("reason", "not yet"))
}
