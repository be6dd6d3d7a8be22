// What the page knows, in memory only: nothing is written to the browser's storage.

/** @typedef {import("./page.js").State} State */
/** @typedef {import("./page.js").Stage} Stage */
/** @typedef {import("./page.js").Opened} Opened */
/** @type {Stage[]} */
export const STAGES = ["data", "shift", "method", "run", "verdict", "why", "keep"];

/** @type {State} */
export const state = {
  stage: "data", engine: null, seal: null, examples: [], example: null, methods: [], molecules: { pack: null, failure: null },
  opened: [], sourceModel: null, suggestion: null, lined: null, roles: { source: {}, target: {} }, plan: null, savedPlan: null, prepared: null, dataFailure: null,
  working: null, shift: null, shiftFailure: null, measured: null, run: null, report: null, saved: true, scoring: null, notice: null,
};

/** @type {Set<() => void>} */
const listeners = new Set();

/** @param {() => void} listener @returns {() => void} ends it */
export function subscribe(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Changes the state and tells whoever shows it. @param {Partial<State>} patch */
export function change(patch) {
  Object.assign(state, patch);
  for (const listener of listeners) listener();
}

/** @param {number} id @param {Partial<Opened>} patch */
export function changeOpened(id, patch) {
  change({ opened: state.opened.map((one) => (one.id === id ? { ...one, ...patch } : one)) });
}

/** The files of one side that were read. @param {import("./page.js").Side} side */
export const readable = (side) => /** @type {import("./page.js").Readable[]} */ (state.opened.filter((one) => one.side === side && one.table));

/** Whether something runs that a person would lose. */
export const running = () => ["running", "paused", "stopping"].includes(state.run?.status ?? "idle");

/** The engine, where it must be there: nothing can be opened without it. */
export function engine() {
  if (!state.engine) throw new Error("no engine");
  return state.engine;
}

/** The plan, where tables are open. */
export function plan() {
  if (!state.plan) throw new Error("no plan");
  return state.plan;
}

/**
 * Why a stage cannot be entered yet: a key under `stage.why.`, or null where it can.
 * @param {Stage} stage
 * @returns {string | null}
 */
export function blocked(stage) {
  if (stage === "data" || stage === "keep") return null;
  if (!state.engine) return "sealed";
  if (stage === "verdict" || stage === "why") {
    if (!state.report) return state.prepared && !state.prepared.verdict_possible ? "no_verdict" : "no_report";
    if (!state.report.forward) return "no_verdict";
    if (stage === "why") return state.report.forward.importance?.length || state.report.forward.explanation || state.report.forward.influence ? null : "no_importance";
    return null;
  }
  if (stage === "run" && state.run) return null;
  // What is computed now would be of the table as it was read before.
  if (state.opened.some((one) => one.busy)) return "working";
  // Shift needs no outcome; learning does, from the source at least.
  if (state.prepared) return stage !== "shift" && !state.sourceModel && !state.plan?.preparation.label.source ? "no_label" : null;
  if (!readable("target").length) return state.sourceModel || readable("source").length ? "no_target" : "no_tables";
  if (!state.sourceModel && !readable("source").length) return "no_source";
  return state.working ? "working" : "data_problem";
}

/** The compared methods as the engine counts them: a unit names its method by its place here. @param {import("./page.js").Plan} plan @returns {string[]} */
export function methodsOf(plan) {
  /** @type {string[]} */
  const seen = [];
  /** @type {string[]} */
  const ids = [];
  for (const chosen of [plan.transfer, plan.baseline, ...plan.others]) {
    const key = JSON.stringify([chosen.method, chosen.config ?? null]);
    if (seen.includes(key)) continue;
    seen.push(key);
    const card = state.methods.find((method) => method.card.id === chosen.method)?.card;
    if (!(plan.source_model && card?.needs.includes("source_rows"))) ids.push(chosen.method);
  }
  return ids;
}
