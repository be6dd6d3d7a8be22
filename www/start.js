// Start-up, in the one order that is safe: load everything, seal, then (and only if the seal holds) work.

import wasmUrl from "./pkg/autograft_bg.wasm?url";
import { Engine } from "./engine.js";
import { seal } from "./seal.js";

/** A module with one SIMD instruction, `i8x16.splat`: an engine that a browser without SIMD would refuse. */
const SIMD = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0, 10, 8, 1, 6, 0, 65, 0, 253, 15, 11]);

/**
 * @typedef {object} Started
 * @property {Engine | null} engine null where it could not start: `seal.reason` says why
 * @property {import("./seal.js").Seal} seal
 * @property {number} ms from navigation to ready
 */

/** @returns {Promise<Started>} */
export async function start() {
  /** @type {Engine | null} */
  let engine = null;
  /** @type {import("./seal.js").Seal} */
  let found = { ok: false, reason: null, ways: [] };
  if (!WebAssembly.validate(SIMD)) {
    found.reason = "no_simd";
  } else {
    try {
      // From bytes, not streaming: a host that serves .wasm under another type must do too.
      const bytes = await (await fetch(wasmUrl)).arrayBuffer();
      const made = new Engine(await WebAssembly.compile(bytes));
      found = await seal((url) => made.probe(url));
      engine = found.ok ? made : null;
      if (!engine) made.close();
    } catch (error) {
      found = { ok: false, reason: `failed:${error instanceof Error ? error.message : String(error)}`, ways: [] };
    }
  }
  return { engine, seal: found, ms: performance.now() };
}
