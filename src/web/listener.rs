//! The page's ear on one request: events out, cancel and pause in, the thread given back by a macrotask.

use super::protocol;
use crate::watch::{Event, Watch};
use js_sys::{Function, Object, Promise, Reflect};
use serde::Serialize;
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DedicatedWorkerGlobalScope, MessageChannel, MessagePort, Performance};

/// Shorter, and the messages cost more than the work; whoever runs longer without asking is answerable for that.
const SLICE_MS: f64 = 20.0;

/// As JSON would be: maps as objects, absent as null.
pub(super) fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&serde_wasm_bindgen::Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

/// `{key: value, ...}`
pub(super) fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in entries {
        // Setting a field of a fresh plain object cannot fail.
        let _ = Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.into()
}

/// One clock and one channel a worker: a message to oneself is a macrotask that no browser slows down,
/// as they do with timers; between two of them the worker hears the page.
pub(super) struct Clock {
    performance: Option<Performance>,
    sender: Option<MessagePort>,
    waiting: Rc<RefCell<VecDeque<Function>>>,
    last: Cell<f64>,
    _receiver: Closure<dyn FnMut()>,
}

impl Clock {
    pub(super) fn new() -> Self {
        let waiting: Rc<RefCell<VecDeque<Function>>> = Rc::default();
        let queue = Rc::clone(&waiting);
        let receiver = Closure::<dyn FnMut()>::new(move || {
            let next = queue.borrow_mut().pop_front();
            if let Some(resolve) = next {
                let _ = resolve.call0(&JsValue::UNDEFINED);
            }
        });
        let channel = MessageChannel::new().ok();
        if let Some(channel) = &channel {
            channel.port1().set_onmessage(Some(receiver.as_ref().unchecked_ref()));
        }
        let performance =
            js_sys::global().dyn_into::<DedicatedWorkerGlobalScope>().ok().and_then(|scope| scope.performance());
        Self { performance, sender: channel.map(|c| c.port2()), waiting, last: Cell::new(0.0), _receiver: receiver }
    }

    fn now(&self) -> f64 {
        self.performance.as_ref().map_or(0.0, Performance::now)
    }

    async fn macrotask(&self) {
        let Some(sender) = &self.sender else { return };
        let turn = Promise::new(&mut |resolve, _| {
            self.waiting.borrow_mut().push_back(resolve);
            let _ = sender.post_message(&JsValue::NULL);
        });
        let _ = JsFuture::from(turn).await;
        self.last.set(self.now());
    }
}

/// The ear on one request.
pub(super) struct Listener {
    id: u32,
    post: Function,
    clock: Rc<Clock>,
    cancelled: Cell<bool>,
    paused: Cell<bool>,
    resume: RefCell<Option<Function>>,
}

impl Listener {
    pub(super) fn new(id: u32, post: Function, clock: Rc<Clock>) -> Self {
        Self { id, post, clock, cancelled: Cell::new(false), paused: Cell::new(false), resume: RefCell::new(None) }
    }

    pub(super) fn cancel(&self) {
        self.cancelled.set(true);
        self.pause(false);
    }

    pub(super) fn pause(&self, on: bool) {
        self.paused.set(on && !self.cancelled.get());
        let waiting = if on { None } else { self.resume.borrow_mut().take() };
        if let Some(resolve) = waiting {
            let _ = resolve.call0(&JsValue::UNDEFINED);
        }
    }
}

impl Watch for Listener {
    fn event(&self, event: Event) {
        // Nothing is heard of a run that was stopped.
        if !self.cancelled.get() {
            let message = object(&[("id", JsValue::from(self.id)), ("event", to_js(&event))]);
            let _ = self.post.call1(&JsValue::UNDEFINED, &message);
        }
    }

    fn now_ms(&self) -> f64 {
        self.clock.now()
    }

    fn cancelled(&self) -> bool {
        self.cancelled.get()
    }

    fn breathe<'a>(&'a self) -> Pin<Box<dyn Future<Output = ()> + 'a>> {
        Box::pin(async move {
            if self.clock.now() - self.clock.last.get() >= SLICE_MS {
                self.clock.macrotask().await;
            }
            while self.paused.get() {
                let resumed = Promise::new(&mut |resolve, _| *self.resume.borrow_mut() = Some(resolve));
                let _ = JsFuture::from(resumed).await;
            }
        })
    }
}

thread_local! {
    static POST: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Tells the page about a defect before the engine traps: afterwards nothing of it can be called.
pub(super) fn report_crashes(post: Function) {
    POST.with(|kept| *kept.borrow_mut() = Some(post));
    std::panic::set_hook(Box::new(|info| {
        let crash = protocol::Crash {
            message: info.payload_as_str().unwrap_or("panic").to_owned(),
            place: info.location().map_or_else(String::new, |at| format!("{}:{}", at.file(), at.line())),
        };
        let message = object(&[("crash", to_js(&crash))]);
        POST.with(|kept| {
            if let Ok(post) = kept.try_borrow()
                && let Some(post) = post.as_ref()
            {
                let _ = post.call1(&JsValue::UNDEFINED, &message);
            }
        });
    }));
}
