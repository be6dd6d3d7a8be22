// The worker's whole script, after wasm-bindgen's glue (which defines `wasm_bindgen`): embedded as a string by
// engine.js and started from a blob, because only a blob worker inherits the page's sealed policy.
// Messages: src/web/protocol.rs.
/* global wasm_bindgen */
"use strict";

/** @type {any} */
let engine = null;
/** @type {string[]} What the policy refused in here. */
const refusals = [];
self.addEventListener("securitypolicyviolation", (event) => refusals.push(event.blockedURI));

// Nothing here needs it, and older Firefoxes refuse it without a word: so it is taken away, but for the one trial.
/** @type {((url: string) => void) | null} */
let importing = self.importScripts.bind(self);
delete (/** @type {any} */ (WorkerGlobalScope.prototype)).importScripts;
Object.defineProperty(self, "importScripts", { value: undefined, writable: false, configurable: false });

self.onmessage = async ({ data }) => {
  if (data.module) {
    await wasm_bindgen({ module_or_path: data.module });
    engine = new wasm_bindgen.Engine((/** @type {unknown} */ message) => self.postMessage(message));
    self.postMessage({ ready: true });
  } else if (data.cancel !== undefined) {
    engine.cancel(data.cancel);
  } else if (data.pause !== undefined) {
    engine.pause(data.pause, data.on);
  } else if (data.probe !== undefined) {
    self.postMessage({ probed: await probe(data.probe, (way) => self.postMessage({ probing: way })) });
  } else {
    const { id, request, files = [], buffers = [] } = data;
    try {
      const answer = await engine.handle(id, request, files, buffers);
      self.postMessage({ id, ...answer }, answer.buffers);
    } catch (failure) {
      // A trap has told the page already, as {crash}; whatever else comes here is no answer of ours.
      self.postMessage(failure instanceof Error ? { crash: { message: String(failure), place: "" } } : { id, failure });
    }
  }
};

/**
 * Every way out of a worker, tried. A way counts as refused where the browser reports it, or where it is refused
 * for a `data:` URL, which needs no network: a host that is merely down must not pass for a policy.
 * @param {string} url on our own host
 * @param {(way: string) => void} at told before each try: one that hangs is named
 */
async function probe(url, at) {
  const wait = (/** @type {number} */ ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const failed = (/** @type {() => unknown} */ way) =>
    Promise.race([Promise.resolve().then(way).then(() => false, () => true), wait(3000).then(() => false)]);
  // Held until the end: Firefox collects a worker or socket that only its own listeners know.
  /** @type {unknown[]} */
  const held = [];
  const nested = (/** @type {string} */ at) =>
    new Promise((resolve, reject) => {
      const worker = new Worker(at);
      held.push(worker);
      worker.onmessage = ({ data }) => { worker.terminate(); data === "refused" ? reject(new Error(data)) : resolve(data); };
      worker.onerror = (event) => { event.preventDefault(); reject(new Error("refused")); };
    });
  const socket = (/** @type {string} */ at) =>
    new Promise((resolve, reject) => {
      const made = new WebSocket(at);
      held.push(made);
      made.onopen = resolve;
      made.onerror = () => reject(new Error("refused"));
    });
  const inner = URL.createObjectURL(
    new Blob([`fetch("data:,x").then(() => postMessage("open"), () => postMessage("refused"))`], { type: "text/javascript" }),
  );
  at("worker_nested blob:");
  // The loading policy allows data: to fetch, so that a refusal is the sealed one's.
  const noNetwork = {
    worker_fetch: await failed(() => fetch("data:,x")),
    worker_nested: await failed(() => nested(inner)),
  };
  URL.revokeObjectURL(inner);
  const told = (/** @type {string} */ way) => refusals.some((uri) => uri.includes(`-${way}`));
  const attempt = async (/** @type {string} */ way, /** @type {() => unknown} */ attempted) => {
    at(way);
    await failed(attempted);
    // The report comes as a task of its own.
    for (let turn = 0; turn < 20 && !told(way); turn++) await wait(5);
  };
  // One after the other: importScripts spins Firefox's worker in a loop of its own.
  const once = importing;
  importing = null;
  await attempt("worker_import", () => once?.(`${url}-worker_import`));
  await attempt("worker_fetch", () => fetch(`${url}-worker_fetch`));
  await attempt("worker_socket", () => socket(`${url.replace(/^http/, "ws")}-worker_socket`));
  await attempt("worker_nested", () => nested(`${url}-worker_nested`));
  held.length = 0;
  return ["worker_fetch", "worker_import", "worker_socket", "worker_nested"].map((way) => {
    const alone = /** @type {Record<string, boolean>} */ (noNetwork)[way];
    if (way === "worker_import") return { way, by: told(way) ? "policy" : self.importScripts === undefined ? "page" : "nobody" };
    return { way, by: alone === false ? "nobody" : told(way) ? "policy" : alone ? "browser" : "nobody" };
  });
}
