//! Which libraries this program is built from. `tests/manifest.rs` holds it to `Cargo.lock` and writes it anew:
//! `AUTOGRAFT_BLESS=1 cargo test --test main -- manifest`.

/// The direct dependencies and their versions, by name.
pub const DIRECT: &[(&str, &str)] = &[];
/// FNV-1a of `Cargo.lock`.
pub const LOCK: &str = "";
