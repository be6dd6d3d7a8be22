//! The oracles outside the repository: read, or said to be absent.

use std::path::PathBuf;

/// The text of `shared/<path>`; `None`, said aloud, when it is absent. With `AUTOGRAFT_REQUIRE_SHARED` set, absence fails.
/// The folder is `AUTOGRAFT_SHARED`, or `shared` beside the repository.
pub fn shared(path: &str) -> Option<String> {
    let root = std::env::var_os("AUTOGRAFT_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let file = root.join(path);
    match std::fs::read_to_string(&file) {
        Ok(text) => Some(text),
        Err(why) if std::env::var_os("AUTOGRAFT_REQUIRE_SHARED").is_some() => {
            panic!("{} is needed (AUTOGRAFT_REQUIRE_SHARED is set): {why}", file.display())
        }
        Err(_) => {
            println!("SKIPPED: shared/{path} is absent");
            None
        }
    }
}
