//! A parse that is stopped, at any of twenty moments, leaves nothing behind: the next one gives the same table.

use super::gz;
use autograft::rng::Rng;
use autograft::table::{ReadOptions, Reader, Table};
use autograft::watch::{Event, Watch, block_on};
use autograft::{Code, Result};
use std::cell::Cell;
use std::future::Future;
use std::pin::Pin;

/// Asks to stop at the nth time that it is given the thread.
struct StopAt {
    breaths: Cell<usize>,
    at: usize,
}

impl Watch for StopAt {
    fn event(&self, _event: Event) {}
    fn now_ms(&self) -> f64 {
        0.0
    }
    fn cancelled(&self) -> bool {
        self.breaths.get() >= self.at
    }
    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        self.breaths.set(self.breaths.get() + 1);
        Box::pin(std::future::ready(()))
    }
}

/// As the page reads a file: piece by piece, giving the thread back after each.
async fn open(bytes: &[u8], piece: usize, watch: &dyn Watch) -> Result<Table> {
    let mut reader = Reader::new("t.csv", Some(bytes.len() as u64), ReadOptions::default());
    for piece in bytes.chunks(piece) {
        reader.push(piece)?;
        watch.rest().await?;
    }
    reader.finish()
}

#[test]
fn stopped_at_any_of_twenty_moments_the_next_parse_gives_the_same_table() {
    // Over the first megabyte, so that stops fall before and after the layout is known; numbers, texts, gaps, quotes.
    let mut rng = Rng::stream(3, "stopped");
    let mut text = String::from("id,value,level,note\n");
    for row in 0..70_000 {
        let value = if rng.below(9) == 0 { String::new() } else { format!("{:.3}", rng.normal()) };
        let note = ["\"a, b\"", "plain", "\"two\nlines\"", ""][rng.below(4)];
        text += &format!("P{row},{value},{},{note}\n", ["low", "high"][rng.below(2)]);
    }
    assert!(text.len() > 1 << 20);
    for bytes in [text.clone().into_bytes(), gz(text.as_bytes())] {
        let piece = bytes.len() / 100 + 1;
        let whole = block_on(open(&bytes, piece, &StopAt { breaths: Cell::new(0), at: usize::MAX })).unwrap();
        assert_eq!(whole.rows, 70_000);
        for _ in 0..20 {
            let at = 1 + rng.below(99);
            let watch = StopAt { breaths: Cell::new(0), at };
            let error = block_on(open(&bytes, piece, &watch)).unwrap_err();
            assert_eq!((error.code(), watch.breaths.get()), (Code::Cancelled, at));
        }
        let again = block_on(open(&bytes, piece, &StopAt { breaths: Cell::new(0), at: usize::MAX })).unwrap();
        assert!(again == whole);
        assert_eq!(again.to_bytes(), whole.to_bytes());
    }
}
