// From files to a prepared plan: what a person does in Data and Method. No statistics here: the engine decides.

import { change, changeOpened, readable, running, state } from "./store.js";
import { ask, bringTables, preparePlan, tablesChanged } from "./workers.js";

let nextId = 1;
let turn = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
/** Milliseconds of quiet before a changed plan is prepared again. */
const QUIET = 350;

/** @param {"source" | "target"} side @param {Iterable<File>} files @param {any} [options] */
export async function addFiles(side, files, options = {}) {
  if (!state.engine) return;
  let list = [...files];
  if (side === "source" && list.some((file) => /\.safetensors$/i.test(file.name))) return openSourceModel(list[0]);
  // One target: the new one takes the place of the old one only once it could be read.
  if (side === "target") list = list.slice(0, 1);
  const added = list.map((file) => ({
    id: nextId++, side, name: file.name, file, options, summary: null, table: null, failure: null, roles: {}, answers: {},
    busy: { done: 0, total: file.size, phase: "read" },
  }));
  change({ opened: [...state.opened, ...added], sourceModel: side === "source" ? null : state.sourceModel });
  await Promise.all(added.map((one) => read(one.id)));
}

/** Reads a file, as its options say, in a worker that is thrown away. @param {number} id */
async function read(id) {
  const one = state.opened.find((opened) => opened.id === id);
  if (!one) return;
  const { options } = one;
  const still = () => state.opened.find((opened) => opened.id === id)?.options === options;
  try {
    const { summary, buffers } = await state.engine.request({ type: "open", options }, {
      files: [one.file], worker: "fresh",
      onEvent: (/** @type {any} */ event) => {
        if (event.type === "progress" && still()) changeOpened(id, { busy: { done: event.done, total: event.total, phase: "read" } });
      },
    });
    if (!still()) return;
    if (one.side === "target") change({ opened: state.opened.filter((other) => other.side !== "target" || other.id === id) });
    changeOpened(id, { summary, table: buffers[0], failure: null, busy: null });
    await tablesAreNew();
  } catch (failure) {
    // What was read before stays: a wrong option must not lose a table.
    if (still()) changeOpened(id, { failure, busy: null });
  }
}

/** @param {number} id @param {Record<string, any>} patch of the reading options */
export function reread(id, patch) {
  const one = state.opened.find((opened) => opened.id === id);
  if (!one) return;
  changeOpened(id, { options: { ...one.options, ...patch }, busy: { done: 0, total: one.file.size, phase: "read" } });
  return read(id);
}

/** @param {number} id */
export function remove(id) {
  change({ opened: state.opened.filter((one) => one.id !== id) });
  return tablesAreNew();
}

/** The answer to "is this value a missing one?". @param {number} id @param {string} column @param {string} value @param {boolean} missing */
export function answer(id, column, value, missing) {
  const one = state.opened.find((opened) => opened.id === id);
  if (!one) return;
  changeOpened(id, { answers: { ...one.answers, [`${column}\0${value}`]: missing } });
  const codes = { ...(one.options.missing_codes ?? {}) };
  const others = (codes[column] ?? []).filter((/** @type {string} */ code) => code !== value);
  codes[column] = missing ? [...others, value] : others;
  if (!codes[column].length) delete codes[column];
  if (JSON.stringify(codes) !== JSON.stringify(one.options.missing_codes ?? {})) return reread(id, { missing_codes: codes });
}

/** A saved pre-trained model in place of the source's table. @param {File} file */
export async function openSourceModel(file) {
  try {
    const bytes = await file.arrayBuffer();
    const info = await state.engine.request({ type: "model_info" }, { buffers: [bytes] });
    change({ sourceModel: { name: file.name, bytes, info: info.info ?? info }, opened: state.opened.filter((one) => one.side !== "source") });
    await tablesAreNew();
  } catch (failure) {
    change({ notice: { failure, file: file.name } });
  }
}

export function dropSourceModel() { change({ sourceModel: null }); return tablesAreNew(); }

/** Forgets what was found on other tables; asks the engine how the new ones line up. */
async function tablesAreNew() {
  if (running()) return;
  tablesChanged();
  const mine = ++turn;
  change({ suggestion: null, prepared: null, shift: null, shiftFailure: null, measured: null, dataFailure: null, report: null, run: null });
  if (!readable("target").length || !(readable("source").length || state.sourceModel)) return;
  change({ working: "suggest" });
  try {
    await bringTables(0);
    const suggestion = await state.engine.request({ type: "suggest" }, { worker: 0 });
    if (mine !== turn) return;
    const sides = [...readable("source"), ...readable("target")];
    const roles = [...suggestion.sources, suggestion.target];
    sides.forEach((one, at) => changeOpened(one.id, { roles: { ...roles[at] } }));
    change({ suggestion, plan: planOf(suggestion) });
    if (state.savedPlan) takePlan(state.savedPlan);
    await prepareNow();
  } catch (failure) {
    if (mine === turn) change({ dataFailure: failure, working: null });
  }
}

/** @param {import("./store.js").Opened} one */
const table = (one) => ({ name: one.name, fingerprint: one.summary.fingerprint ?? "", read: one.options, roles: one.roles });

/** The plan that the engine's proposals make. @param {any} suggestion */
function planOf(suggestion) {
  const transfer = state.methods.find(({ card }) => card.scenario !== "baseline")?.card.id ?? "hanczar";
  const baselines = state.methods.filter(({ card }) => card.scenario === "baseline").map(({ card }) => card.id);
  return {
    version: 1,
    sources: readable("source").map(table),
    source_model: state.sourceModel && { name: state.sourceModel.name, fingerprint: state.sourceModel.info.fingerprint ?? "" },
    target: table(readable("target")[0]),
    mapping: suggestion.mapping,
    label: suggestion.label,
    metric: suggestion.label?.kind.type === "values" ? "rmse" : "auroc",
    transfer: { method: transfer, config: {} },
    baseline: { method: "target_only", config: {} },
    others: baselines.filter((id) => id !== "target_only").map((method) => ({ method, config: {} })),
    design: { folds: 5, repeats: 5, seeds: 1 },
    grid: null, both_directions: false, importance: 5, device: "auto", seed: 1,
    ...(state.example?.plan ?? {}),
  };
}

/** Changes the plan; it is prepared again once the reader's hand rests. @param {Record<string, any>} patch */
export function changePlan(patch) {
  if (!state.plan || running()) return;
  change({ plan: { ...state.plan, ...patch }, report: null, run: state.run?.status === "done" ? null : state.run });
  clearTimeout(waiting);
  waiting = setTimeout(prepareNow, QUIET);
}

/** @param {number} id @param {string} column @param {string} role */
export async function setRole(id, column, role) {
  const one = state.opened.find((opened) => opened.id === id);
  if (!one || !state.plan) return;
  const roles = { ...one.roles };
  if (role === "label") {
    for (const name of Object.keys(roles)) if (roles[name] === "label") roles[name] = "feature";
    const side = one.side === "source" ? "source" : "target";
    changePlan({ label: { ...(state.plan.label ?? { source: null, target: null, kind: { type: "values", unit: "" } }), [side]: column } });
  }
  roles[column] = role;
  changeOpened(id, { roles });
  await lineUp();
}

/** Another label: its candidate comes from the engine with classes and event. @param {any} label */
export async function setLabel(label) {
  for (const one of state.opened) {
    const wanted = one.side === "source" ? label?.source : label?.target;
    const roles = { ...one.roles };
    for (const name of Object.keys(roles)) if (roles[name] === "label") roles[name] = "feature";
    if (wanted && wanted in roles) roles[wanted] = "label";
    changeOpened(one.id, { roles });
  }
  change({ plan: { ...state.plan, label, metric: label?.kind.type === "values" ? "rmse" : "auroc" } });
  await lineUp();
}

/** Lines the tables up again, keeping what a person matched by hand. */
async function lineUp() {
  const mine = ++turn;
  change({ working: "line_up", report: null, run: null });
  try {
    const found = await ask_tables({ type: "line_up", sources: readable("source").map((one) => one.roles), target: readable("target")[0].roles });
    if (mine !== turn) return;
    const byHand = state.plan.mapping.features.filter((/** @type {any} */ pair) => pair.how === "hand");
    const taken = new Set(byHand.flatMap((/** @type {any} */ pair) => [`s${pair.source}`, `t${pair.target}`]));
    const features = [...byHand, ...found.mapping.features.filter((/** @type {any} */ pair) => !taken.has(`s${pair.source}`) && !taken.has(`t${pair.target}`))];
    change({
      suggestion: { ...state.suggestion, ...found },
      plan: { ...state.plan, sources: readable("source").map(table), target: table(readable("target")[0]), mapping: { ...found.mapping, features } },
    });
    await prepareNow();
  } catch (failure) {
    if (mine === turn) change({ dataFailure: failure, working: null });
  }
}

/** @param {any} request */
async function ask_tables(request) {
  await bringTables(0);
  return state.engine.request(request, { worker: 0 });
}

/** Checks the plan against the tables: counts, findings, the units of work. */
export async function prepareNow() {
  clearTimeout(waiting);
  const mine = ++turn;
  const { plan } = state;
  if (!plan) return;
  change({ working: "prepare" });
  try {
    const prepared = await preparePlan(plan);
    if (mine !== turn) return;
    change({ prepared, dataFailure: null, working: null, shift: null, shiftFailure: null });
  } catch (failure) {
    if (mine === turn) change({ prepared: null, dataFailure: failure, working: null });
  }
}

/** How the cohorts differ; computed when its stage is first seen. */
export async function findShift() {
  if (state.shift || state.shiftFailure || state.working === "shift" || !state.prepared) return;
  change({ working: "shift" });
  try {
    const answer = await ask({ type: "shift" });
    change({ shift: answer.shift ?? answer, working: null });
  } catch (failure) {
    change({ shiftFailure: failure, working: null });
  }
}

/** Which device is faster on this shape; measured when Method or Run is first seen. */
export async function measure() {
  if (state.measured || state.working || !state.prepared) return;
  change({ measured: { pending: true } });
  try {
    const answer = await ask({ type: "measure" });
    change({ measured: answer.measure ?? answer });
  } catch {
    change({ measured: { choice: "cpu", reason: ["device.reason.not_measured", []] } });
  }
}

/** A plan from a file: now where its tables are open, else it waits for them. @param {any} plan */
export function takePlan(plan) {
  if (!readable("target").length || !state.plan) { change({ savedPlan: plan }); return; }
  change({ plan: { ...plan, sources: plan.sources.map((/** @type {any} */ source, /** @type {number} */ at) => ({ ...source, name: readable("source")[at]?.name ?? source.name })) }, savedPlan: null });
  [...readable("source"), ...readable("target")].forEach((one, at) => {
    const planned = at < plan.sources.length ? plan.sources[at] : plan.target;
    if (planned?.roles) changeOpened(one.id, { roles: { ...planned.roles } });
  });
}
