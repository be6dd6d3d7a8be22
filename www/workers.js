// Brings any worker to the state of the study: tables, prepared plan, pre-trained models. A worker that crashed or was
// thrown away is replaced by the engine; here the new one gets all of it again.

import { engine, readable, state } from "./store.js";

/** @typedef {{ tables: number, plan: number, kept: Set<string>, tail: Promise<unknown> }} Brought */

/** What each living worker has. Keyed by the engine's seat, so that a new worker starts with nothing. */
/** @type {WeakMap<object, Brought>} */
const brought = new WeakMap();
let tablesVersion = 1;
let planVersion = 1;
/** @type {import("./page.js").Plan | null} */
let preparedPlan = null;
/** Outcomes that hold a pre-trained model, by its key, for every worker that needs one. */
/** @type {Map<string, ArrayBuffer>} */
export const pretrained = new Map();

/** The tables changed: every worker must load them again. */
export function tablesChanged() { tablesVersion++; planVersion++; pretrained.clear(); }

/** Where networks are trained: as the plan says, or as measured; not on a GPU that was lost. @returns {"cpu" | "gpu"} */
export const deviceOf = () => (gpuLost() ? "cpu" : state.plan?.device === "gpu" || (state.plan?.device === "auto" && state.measured?.choice === "gpu") ? "gpu" : "cpu");
/** Whether the GPU was lost in this visit: what it holds is gone, and so it may go again. */
export const gpuLost = () => state.measured?.reason?.[0] === "device.reason.lost";

/** @typedef {import("./engine.js").Options & { device?: "cpu" | "gpu" }} Options */

/**
 * Asks a worker's desk.
 * @template {import("./protocol.js").Ask} A
 * @param {A} ask
 * @param {Options} [options]
 * @returns {Promise<import("./page.js").Answered<A>>} the answer's fields, and `buffers`
 */
export async function desk(ask, { device = "cpu", ...options } = {}) {
  const { answer, buffers } = await engine().request({ type: "desk", ask, device }, options);
  return /** @type {import("./page.js").Answered<A>} */ ({ ...answer, buffers });
}

/** @param {number} at @returns {Brought} */
function of(at) {
  const seat = engine().seat(at);
  let has = brought.get(seat);
  if (!has) brought.set(seat, (has = { tables: 0, plan: 0, kept: new Set(), tail: Promise.resolve() }));
  return has;
}

/** One after the other for a worker: two that bring the same one would load twice. @template T @param {number} at @param {() => Promise<T>} job */
function inTurn(at, job) {
  const has = of(at);
  const turn = has.tail.then(job, job);
  has.tail = turn.catch(() => {});
  return turn;
}

/** @param {number} at @param {AbortSignal} [signal] */
export function bringTables(at, signal) {
  return inTurn(at, async () => {
    const has = of(at);
    if (has.tables === tablesVersion) return;
    const version = tablesVersion;
    const sources = readable("source");
    const buffers = [...sources, ...readable("target")].map((one) => one.table);
    await desk({ type: "load", sources: sources.length }, { buffers, worker: at, signal });
    Object.assign(has, { tables: version, plan: 0, kept: new Set() });
  });
}

/** The saved model that stands for the source travels with the plan. */
const given = () => (state.sourceModel ? [state.sourceModel.bytes] : []);

/** Prepares a plan in the first worker and makes it the plan of all. @param {import("./page.js").Plan} plan */
export async function preparePlan(plan) {
  await bringTables(0);
  return inTurn(0, async () => {
    const version = ++planVersion;
    const answer = await desk({ type: "prepare", plan }, { buffers: given(), worker: 0 });
    if (version === planVersion) { preparedPlan = plan; of(0).plan = version; }
    return answer;
  });
}

/** @param {number} at @param {string | null} needs a pre-trained model's key @param {AbortSignal} [signal] */
export async function bring(at, needs, signal) {
  await bringTables(at, signal);
  await inTurn(at, async () => {
    const has = of(at);
    if (has.plan !== planVersion && preparedPlan) {
      const version = planVersion;
      await desk({ type: "prepare", plan: preparedPlan }, { buffers: given(), worker: at, signal });
      has.plan = version;
    }
    const bytes = needs === null ? undefined : pretrained.get(needs);
    if (needs !== null && bytes && !has.kept.has(needs)) {
      await desk({ type: "keep_pretrained", key: needs }, { buffers: [bytes], worker: at, signal });
      has.kept.add(needs);
    }
  });
}

/** Asks the first worker, its tables and plan brought. @template {import("./protocol.js").Ask} A @param {A} ask @param {Options} [options] */
export async function askPrepared(ask, options = {}) {
  await bring(0, null, options.signal);
  return desk(ask, { ...options, worker: 0 });
}
