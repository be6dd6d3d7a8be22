//! The engine's memory: the allocator, and in which steps it asks the browser for more.

use core::arch::wasm32::{memory_grow, memory_size};
use std::alloc::Layout;
use talc::locking::AssumeUnlockable;
use talc::{OomHandler, Span, Talc, Talck};

const PAGE: usize = 64 << 10;
/// The least and the most that is asked for beyond what is needed now, in pages: 1 and 8 MiB.
const LEAST: usize = 16;
const MOST: usize = 128;

/// Grows by a sixteenth of what there is, not by the page, as talc's own handler does: the browser makes a new buffer
/// at every growth, about 70 µs, and a large table grew the memory 2,800 times.
struct Steps {
    heap: Span,
}

// Sound where there are no threads, and this build has none.
#[expect(unsafe_code, reason = "the allocator's own contract; without threads nothing is sent")]
unsafe impl Send for Steps {}

impl OomHandler for Steps {
    #[expect(unsafe_code, reason = "hands fresh pages to the allocator, which nobody else has")]
    fn handle_oom(talc: &mut Talc<Self>, layout: Layout) -> Result<(), ()> {
        // A page for the allocator's own words.
        let needed = (layout.size() + 8).max(2 * layout.align()).div_ceil(PAGE) + 1;
        let step = (memory_size::<0>() / 16).clamp(LEAST, MOST);
        let mut pages = needed.max(step);
        let mut start = memory_grow::<0>(pages);
        if start == usize::MAX {
            pages = needed;
            start = memory_grow::<0>(pages);
        }
        if start == usize::MAX {
            return Err(());
        }
        let (base, acme) = ((start * PAGE) as *mut u8, ((start + pages) * PAGE) as *mut u8);
        let old = talc.oom_handler.heap;
        talc.oom_handler.heap = match old.get_base_acme() {
            Some((first, end)) if end == base => unsafe { talc.extend(old, Span::new(first, acme)) },
            _ => unsafe { talc.claim(Span::new(base, acme))? },
        };
        Ok(())
    }
}

#[global_allocator]
static ALLOCATOR: Talck<AssumeUnlockable, Steps> = Talc::new(Steps { heap: Span::empty() }).lock();

/// Bytes of this engine's memory; it never shrinks, so this is also its peak.
pub(super) fn memory() -> f64 {
    (memory_size::<0>() * PAGE) as f64
}
