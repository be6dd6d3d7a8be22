// Brings any worker to the state of the study: tables, prepared plan, pre-trained models. A worker that crashed or was
// thrown away is replaced by the engine; here the new one gets all of it again.

import { readable, state } from "./store.js";

/** @typedef {{ tables: number, plan: number, kept: Set<string>, tail: Promise<unknown> }} Brought */

/** What each living worker has. Keyed by the engine's seat, so that a new worker starts with nothing. */
/** @type {WeakMap<object, Brought>} */
const brought = new WeakMap();
let tablesVersion = 1;
let planVersion = 1;
/** @type {any} */
let preparedPlan = null;
/** Pre-trained models by key, for every worker that needs one. */
/** @type {Map<string, ArrayBuffer>} */
export const pretrained = new Map();

/** The tables changed: every worker must load them again. */
export function tablesChanged() { tablesVersion++; planVersion++; pretrained.clear(); }

/** @param {number} at @returns {Brought} */
function of(at) {
  const seat = state.engine.seat(at);
  let has = brought.get(seat);
  if (!has) brought.set(seat, (has = { tables: 0, plan: 0, kept: new Set(), tail: Promise.resolve() }));
  return has;
}

/** One after the other for a worker: two that bring the same one would load twice. @param {number} at @param {() => Promise<any>} job */
function inTurn(at, job) {
  const has = of(at);
  const turn = has.tail.then(job, job);
  has.tail = turn.catch(() => {});
  return turn;
}

/** @param {number} at @param {AbortSignal} [signal] @param {(event: any) => void} [onEvent] */
export function bringTables(at, signal, onEvent) {
  return inTurn(at, async () => {
    const has = of(at);
    if (has.tables === tablesVersion) return;
    const version = tablesVersion;
    const sources = readable("source");
    const buffers = [...sources, ...readable("target")].map((one) => /** @type {ArrayBuffer} */ (one.table));
    await state.engine.request({ type: "load", sources: sources.length }, { buffers, worker: at, signal, onEvent });
    Object.assign(has, { tables: version, plan: 0, kept: new Set() });
    if (state.sourceModel) {
      await state.engine.request({ type: "keep_pretrained", key: state.sourceModel.info.key ?? "source" }, { buffers: [state.sourceModel.bytes], worker: at, signal });
    }
  });
}

/**
 * Prepares a plan in the first worker and makes it the plan of all.
 * @param {any} plan @param {(event: any) => void} [onEvent]
 */
export async function preparePlan(plan, onEvent) {
  await bringTables(0, undefined, onEvent);
  return inTurn(0, async () => {
    const version = ++planVersion;
    const answer = await state.engine.request({ type: "prepare", plan }, { worker: 0, onEvent });
    if (version === planVersion) { preparedPlan = plan; of(0).plan = version; }
    return answer;
  });
}

/** @param {number} at @param {string | null} needs a pre-trained model's key @param {AbortSignal} [signal] */
export async function bring(at, needs, signal) {
  await bringTables(at, signal);
  await inTurn(at, async () => {
    const has = of(at);
    if (has.plan !== planVersion) {
      const version = planVersion;
      await state.engine.request({ type: "prepare", plan: preparedPlan }, { worker: at, signal });
      has.plan = version;
    }
    const bytes = needs === null ? undefined : pretrained.get(needs);
    if (needs !== null && bytes && !has.kept.has(needs)) {
      await state.engine.request({ type: "keep_pretrained", key: needs }, { buffers: [bytes], worker: at, signal });
      has.kept.add(needs);
    }
  });
}

/** Asks the first worker, its tables and plan brought. @param {any} request @param {any} [options] */
export async function ask(request, options = {}) {
  await bring(0, null, options.signal);
  return state.engine.request(request, { ...options, worker: 0 });
}
