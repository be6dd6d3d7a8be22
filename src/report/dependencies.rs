//! Which libraries this program is built from. `tests/paper.rs` holds it to `Cargo.lock` and writes it anew:
//! `AUTOGRAFT_BLESS=1 cargo test --test main -- manifest`.

/// The direct dependencies and their versions, by name.
pub const DIRECT: &[(&str, &str)] = &[
    ("burn", "0.22.1"),
    ("calamine", "0.38.0"),
    ("clap", "4.6.9"),
    ("encoding_rs", "0.8.44"),
    ("faer", "0.24.4"),
    ("flate2", "1.1.11"),
    ("getrandom", "0.3.4"),
    ("getrandom 0.4.3", "0.4.3"),
    ("indicatif", "0.18.6"),
    ("js-sys", "0.3.107"),
    ("libm", "0.2.16"),
    ("rand_chacha", "0.9.0"),
    ("safetensors", "0.6.2"),
    ("serde", "1.0.229"),
    ("serde-wasm-bindgen", "0.6.5"),
    ("serde_json", "1.0.154"),
    ("statrs", "0.18.0"),
    ("talc", "4.4.3"),
    ("wasm-bindgen", "0.2.130"),
    ("wasm-bindgen-futures", "0.4.80"),
    ("web-sys", "0.3.107"),
];
/// FNV-1a of `Cargo.lock`.
pub const LOCK: &str = "cda98de06498958f";
