// The pool of sealed workers, and the one way to ask them for something. Messages: src/web/protocol.rs.

import glue from "./pkg/autograft.js?raw";
import script from "./worker.js?raw";

/** @typedef {import("./protocol.js").Request} Request */
/** @typedef {import("./protocol.js").Event} EngineEvent */
/** @typedef {import("./protocol.js").Code} Code */
/** @typedef {import("./protocol.js").At} At */
/**
 * @typedef {object} Options
 * @property {File[]} [files]
 * @property {ArrayBuffer[]} [buffers] copied to the worker, unless `transfer`
 * @property {boolean} [transfer] gives `buffers` away
 * @property {(event: EngineEvent) => void} [onEvent]
 * @property {AbortSignal} [signal] stops the request: at its next step, or with its worker after `OBEY_MS`
 * @property {number | "fresh"} [worker] which of the pool; "fresh" is thrown away after the answer (parsing: the
 *   memory of an engine never shrinks). Without it: the least busy one.
 */

/** A worker that does not obey a cancel within this time is thrown away. */
const OBEY_MS = 800;

/**
 * The tries in a worker take a tenth of a second, and each gives up after three; a busy computer takes its time. Firefox's
 * worker hangs about once in a hundred starts while it makes a nested one; it is thrown away, and another one tries
 * everything anew.
 */
const PROBE_MS = [6_000, 20_000, 40_000];

/** Where the engine said no, or died. `code` names the words in the language files. */
export class Failure extends Error {
  /** @param {{ code: Code, at?: At, facts?: [string, string][] }} failure */
  constructor({ code, at, facts }) {
    super(code);
    this.name = "Failure";
    this.code = code;
    this.at = at ?? { file: null, row: null, column: null };
    this.facts = facts ?? [];
  }
}

const crashed = (/** @type {string} */ reason) => new Failure({ code: "internal", facts: [["reason", reason]] });

/** One worker, its own engine in it. */
class Seat {
  /** @param {WebAssembly.Module} module */
  constructor(module) {
    const url = URL.createObjectURL(new Blob([glue, "\n", script], { type: "text/javascript" }));
    this.worker = new Worker(url);
    URL.revokeObjectURL(url);
    /** @type {Map<number, { resolve: (answer: any) => void, reject: (failure: Failure) => void, onEvent?: (event: EngineEvent) => void }>} */
    this.pending = new Map();
    this.alive = true;
    /** @type {((crash: string) => void) | null} */
    this.onDeath = null;
    /** @type {((found: any) => void) | null} */
    this.onProbed = null;
    /** The try out of the worker that it was last at. */
    this.probing = "";
    this.ready = new Promise((resolve, reject) => {
      this.started = resolve;
      this.stillborn = reject;
    });
    this.ready.catch(() => {});
    this.worker.onmessage = ({ data }) => this.hear(data);
    this.worker.onerror = (event) => { event.preventDefault(); this.die(crashed(event.message || "the worker did not start")); };
    this.worker.onmessageerror = () => this.die(crashed("a message could not be read"));
    this.worker.postMessage({ module });
  }

  /** @param {any} data */
  hear(data) {
    if (data.ready) return this.started?.(undefined);
    if (data.crash) return this.die(crashed([data.crash.message, data.crash.place].filter(Boolean).join(" · ")));
    if (data.probing) return void (this.probing = data.probing);
    if (data.probed) return this.onProbed?.(data.probed);
    const asked = this.pending.get(data.id);
    if (!asked) return;
    if (data.event) return asked.onEvent?.(data.event);
    this.pending.delete(data.id);
    if (data.failure) asked.reject(new Failure(data.failure));
    else {
      // The one long list of an answer comes as text.
      if (data.columns) data.ok.summary.columns = JSON.parse(data.columns);
      asked.resolve({ ...data.ok, buffers: data.buffers });
    }
  }

  /** Ends the worker; everything that waits for it is told. @param {Failure} failure */
  die(failure) {
    if (!this.alive) return;
    this.alive = false;
    this.worker.terminate();
    this.stillborn?.(failure);
    for (const { reject } of this.pending.values()) reject(failure);
    this.pending.clear();
    this.onDeath?.(failure.message);
  }
}

/** How many workers this computer can hold: one core stays free for the page where there are more than two. */
export function poolSize() {
  const cores = navigator.hardwareConcurrency || 2;
  const memory = /** @type {any} */ (navigator).deviceMemory ?? 4;
  return Math.max(1, Math.min(cores > 2 ? cores - 1 : cores, memory, 8));
}

/** The pool. Worker 0 is the one that may use WebGPU. */
export class Engine {
  /** @param {WebAssembly.Module} module @param {number} [size] */
  constructor(module, size = poolSize()) {
    this.module = module;
    this.size = size;
    /** @type {(Seat | undefined)[]} */
    this.seats = [];
    /** @type {Seat | null} A worker kept ready for one that does not obey. */
    this.spare = null;
    this.nextId = 1;
    /** @type {((reason: string) => void) | null} Told when a worker was lost by a defect. */
    this.onCrash = null;
  }

  /** @param {number} at */
  seat(at) {
    const seat = this.seats[at];
    if (seat?.alive) return seat;
    const fresh = this.spare?.alive ? this.spare : new Seat(this.module);
    this.spare = null;
    fresh.onDeath = (reason) => this.onCrash?.(reason);
    this.seats[at] = fresh;
    return fresh;
  }

  /** The least busy place in the pool; an unused one counts as idle, after those that are started. */
  idlest() {
    let best = 0;
    let load = Infinity;
    for (let at = 0; at < this.size; at++) {
      const seat = this.seats[at];
      const here = seat?.alive ? seat.pending.size : 0.5;
      if (here < load) [best, load] = [at, here];
    }
    return best;
  }

  /**
   * Asks for something. Rejects with a `Failure`, always.
   * @template {Request} R
   * @param {R} request
   * @param {Options} [options]
   * @returns {Promise<import("./page.js").Replied<R>>}
   */
  async request(request, { files = [], buffers = [], transfer = false, onEvent, signal, worker } = {}) {
    const cancelled = () => new Failure({ code: "cancelled" });
    if (signal?.aborted) throw cancelled();
    const fresh = worker === "fresh";
    const at = typeof worker === "number" ? worker : this.idlest();
    const seat = fresh ? new Seat(this.module) : this.seat(at);
    const id = this.nextId++;
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let patience;
    const answer = new Promise((resolve, reject) => {
      seat.pending.set(id, { resolve, reject, onEvent: (event) => { if (!signal?.aborted) onEvent?.(event); } });
    });
    const stop = () => {
      seat.worker.postMessage({ cancel: id });
      if (!fresh && !this.spare?.alive) patience = setTimeout(() => { this.spare ??= new Seat(this.module); }, OBEY_MS / 4);
      const late = setTimeout(() => { seat.onDeath = null; seat.die(cancelled()); if (!fresh) this.seat(at); }, OBEY_MS);
      answer.catch(() => {}).finally(() => { clearTimeout(late); clearTimeout(patience); });
    };
    try {
      signal?.addEventListener("abort", stop, { once: true });
      await seat.ready;
      if (signal?.aborted) throw cancelled();
      seat.worker.postMessage({ id, request, files, buffers }, transfer ? buffers : []);
      return /** @type {any} */ (await answer);
    } catch (failure) {
      const told = failure instanceof Failure ? failure : crashed(String(failure));
      // A reader that went down with a damaged file says which.
      if (told.code === "internal" && files.length) told.at = { ...told.at, file: files.map((file) => file.name).join(", ") };
      throw told;
    } finally {
      answer.catch(() => {});
      seat.pending.delete(id);
      signal?.removeEventListener("abort", stop);
      if (fresh) { seat.onDeath = null; seat.die(cancelled()); }
    }
  }

  /**
   * Holds every running request at its next step, or lets all go on.
   * @param {boolean} on
   */
  pause(on) {
    for (const seat of this.seats) {
      if (seat?.alive) for (const id of seat.pending.keys()) seat.worker.postMessage({ pause: id, on });
    }
  }

  /**
   * Tries the ways out of a worker (seal.js).
   * @param {string} url
   * @returns {Promise<{ way: string, by: "policy" | "browser" | "page" | "nobody" }[]>}
   */
  async probe(url) {
    let hung = "";
    for (const patience of PROBE_MS) {
      const seat = this.seat(0);
      await seat.ready;
      /** @type {any} */
      const found = await new Promise((resolve, reject) => {
        seat.onProbed = resolve;
        seat.onDeath = (reason) => reject(new Error(reason));
        seat.worker.postMessage({ probe: url });
        setTimeout(() => resolve(null), patience);
      }).finally(() => { seat.onProbed = null; seat.onDeath = (reason) => this.onCrash?.(reason); });
      if (found) return found;
      hung = seat.probing;
      seat.onDeath = null;
      seat.die(crashed("hung"));
    }
    throw new Error(`the worker did not finish its tries (${hung})`);
  }

  /** Ends every worker. */
  close() {
    for (const seat of [...this.seats, this.spare]) {
      if (seat) { seat.onDeath = null; seat.die(crashed("closed")); }
    }
  }
}
