// From files to a prepared plan: what a person does in Data and Method. No statistics here: the engine decides.

import { change, changeOpened, readable, running, state } from "./store.js";
import { askPrepared, bringTables, desk, preparePlan, tablesChanged } from "./workers.js";

let nextId = 1;
let turn = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
/** Milliseconds of quiet before a changed plan is prepared again. */
const QUIET = 350;
/** Bytes that one table may need while it is read; a larger one is refused with its estimate. */
const LIMIT = 2e9;

/** @param {"source" | "target"} side @param {Iterable<File>} files @param {any} [options] */
export async function addFiles(side, files, options = {}) {
  if (!state.engine) return;
  const list = [...files];
  if (side === "source" && list.some((file) => /\.safetensors$/i.test(file.name))) return openSourceModel(list[0]);
  const added = list.map((file) => ({
    id: nextId++, side, name: file.name, file, options, summary: null, table: null, failure: null, answers: {},
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
    const { summary, buffers } = await state.engine.request({ type: "open", options, limit: LIMIT }, {
      files: [one.file], worker: "fresh",
      onEvent: (/** @type {any} */ event) => {
        if (event.type === "progress" && still()) changeOpened(id, { busy: { done: event.done, total: event.total, phase: "read" } });
      },
    });
    if (!still()) return;
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
  const gone = state.opened.find((one) => one.id === id);
  change({ opened: state.opened.filter((one) => one.id !== id) });
  // A file that could not be read never played a part.
  if (gone?.table) return tablesAreNew();
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
    const { method, meta } = await desk({ type: "model_info" }, { buffers: [bytes] });
    change({ sourceModel: { name: file.name, bytes, method, meta }, opened: state.opened.filter((one) => one.side !== "source") });
    await tablesAreNew();
  } catch (failure) {
    change({ notice: { failure } });
  }
}

export function dropSourceModel() { change({ sourceModel: null }); return tablesAreNew(); }

/** Forgets what was found on other tables; asks the engine how the new ones line up. */
async function tablesAreNew() {
  if (running()) return;
  tablesChanged();
  const mine = ++turn;
  change({ suggestion: null, lined: null, prepared: null, shift: null, shiftFailure: null, measured: null, dataFailure: null, report: null, run: null });
  if (!readable("target").length || !(readable("source").length || state.sourceModel)) { change({ plan: null, roles: { source: {}, target: {} } }); return; }
  // What a person decided about columns that are still there stays decided.
  const before = state.plan ? { roles: state.roles, label: state.plan.preparation.label, byHand: byHand() } : null;
  change({ working: "suggest" });
  try {
    await bringTables(0);
    const suggestion = await desk({ type: "suggest" }, { worker: 0 });
    const { tables } = await desk({ type: "suspects" }, { worker: 0 });
    if (mine !== turn) return;
    [...readable("source"), ...readable("target")].forEach((one, at) => { one.between = tables[at] ?? []; });
    if (!before && state.example) byExample(suggestion, state.example);
    change({ suggestion, roles: { source: { ...suggestion.source, ...kept(before?.roles.source, suggestion.source) }, target: { ...suggestion.target, ...kept(before?.roles.target, suggestion.target) } } });
    const label = before?.label && stillThere(before.label) ? before.label : labelOf(suggestion);
    await lineUp(label, before?.byHand ?? []);
  } catch (failure) {
    if (mine === turn) change({ dataFailure: failure, working: null });
  }
}

/** What an example says of its own columns. @param {any} suggestion @param {any} example */
function byExample({ source, target, labels }, { label, event, set }) {
  const candidate = labels.find((/** @type {any} */ one) => one.target === label);
  for (const roles of [source, target]) {
    if (!(label in roles)) continue;
    for (const name of Object.keys(roles)) if (roles[name] === "label") roles[name] = "ignored";
    roles[label] = "label";
    if (set in roles) roles[set] = "set";
  }
  if (!candidate) labels.unshift({ source: label, target: label, kind: { type: "classes", event }, score: 0, survival: false });
  else if (candidate.kind.type === "classes") Object.assign(candidate, { source: label, kind: { ...candidate.kind, event } });
}

/** @param {Record<string, string> | undefined} roles @param {Record<string, string>} columns */
const kept = (roles, columns) => Object.fromEntries(Object.entries(roles ?? {}).filter(([name]) => name in columns));

/** @param {any} label */
const stillThere = ({ source, target }) => (!source || source in state.roles.source) && (!target || target in state.roles.target) && Boolean(source || target);

/** The pairs that a person matched or changed. */
const byHand = () => (state.plan?.preparation.mapping.features ?? []).filter((/** @type {any} */ pair) => pair.how === "by_hand");

/** The label that the engine is sure enough of. @param {any} suggestion */
function labelOf(suggestion) {
  const target = Object.keys(suggestion.target).find((name) => suggestion.target[name] === "label");
  const candidate = suggestion.labels.find((/** @type {any} */ one) => one.target === target);
  return candidate ? asLabel(candidate) : { kind: { type: "classes" }, accept_fixed_horizon: false };
}

/** @param {any} candidate */
export const asLabel = ({ source, target, kind }) => ({ source, target, kind, accept_fixed_horizon: false });

/** @param {import("./store.js").Opened} one */
const tablePlan = (one) => ({ name: one.name, fingerprint: one.summary.fingerprint ?? "", read: one.options });

/** Lays the columns together, then makes or mends the plan and prepares it. @param {any} label @param {any[]} [hands] pairs made by hand */
async function lineUp(label, hands = byHand()) {
  const mine = ++turn;
  change({ working: "line_up", report: null, run: null });
  try {
    await bringTables(0);
    const { source, target } = state.roles;
    const lined = await desk(state.sourceModel ? { type: "line_up_model", target } : { type: "line_up", source, target, label },
      { worker: 0, buffers: state.sourceModel ? [state.sourceModel.bytes] : [] });
    if (mine !== turn) return;
    const hand = hands.filter((pair) => target[pair.target] === "feature" && (state.sourceModel || source[pair.source] === "feature"));
    const taken = new Set(hand.flatMap((pair) => [`s${pair.source}`, `t${pair.target}`]));
    const features = [...hand, ...lined.mapping.features.filter((/** @type {any} */ pair) => !taken.has(`s${pair.source}`) && !taken.has(`t${pair.target}`))];
    const preparation = { source_roles: source, target_roles: target, mapping: { ...lined.mapping, features }, label };
    const tables = { sources: readable("source").map(tablePlan), targets: readable("target").map(tablePlan) };
    const fresh = (await desk({ type: "default_plan", ...tables, preparation, source_model: state.sourceModel?.name ?? null }, { worker: 0 })).plan;
    if (mine !== turn) return;
    const same = state.plan && state.plan.preparation.label.kind.type === label.kind.type;
    change({ lined, plan: same ? { ...state.plan, ...tables, source_model: fresh.source_model, preparation } : { ...fresh, ...(state.example?.plan ?? {}) } });
    if (state.savedPlan) return takePlan(state.savedPlan);
    await prepareNow();
  } catch (failure) {
    if (mine === turn) change({ dataFailure: failure, working: null });
  }
}

/** Changes the plan; it is prepared again once the reader's hand rests. @param {Record<string, any>} patch */
export function changePlan(patch) {
  if (!state.plan || running()) return;
  change({ plan: { ...state.plan, ...patch }, report: null });
  clearTimeout(waiting);
  waiting = setTimeout(prepareNow, QUIET);
}

/** @param {any[]} features the pairs */
export const changeMapping = (features) => changePlan({ preparation: { ...state.plan.preparation, mapping: { ...state.plan.preparation.mapping, features } } });

/** @param {"source" | "target"} side @param {string} column @param {string} role */
export async function setRole(side, column, role) {
  if (!state.plan) return;
  /** @type {Record<string, any>} */
  const roles = { ...state.roles[side] };
  // These can be played by one column only.
  if (!["feature", "ignored"].includes(role)) for (const name of Object.keys(roles)) if (roles[name] === role) roles[name] = "ignored";
  roles[column] = role;
  change({ roles: { ...state.roles, [side]: roles } });
  const label = state.plan.preparation.label;
  if (role === "label") {
    const candidate = side === "target" && state.suggestion?.labels.find((/** @type {any} */ one) => one.target === column);
    return lineUp(candidate ? { ...asLabel(candidate), source: candidate.source ?? label.source } : { ...label, [side]: column });
  }
  return lineUp(label[side] === column ? { ...label, [side]: undefined } : label);
}

/** Another label, or another reading of it. @param {any} label */
export function setLabel(label) {
  /** @type {Record<string, any>} */
  const roles = { source: { ...state.roles.source }, target: { ...state.roles.target } };
  for (const side of ["source", "target"]) {
    for (const name of Object.keys(roles[side])) if (roles[side][name] === "label" && name !== label[side]) roles[side][name] = "feature";
    if (label[side]) roles[side][label[side]] = "label";
  }
  change({ roles: /** @type {any} */ (roles) });
  return lineUp(label);
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
  if (state.shift || state.shiftFailure || state.working || !state.prepared) return;
  change({ working: "shift" });
  const mine = turn;
  try {
    const { type, buffers, ...shift } = await askPrepared({ type: "shift" });
    change({ ...(mine === turn ? { shift } : {}), working: null });
  } catch (failure) {
    change({ ...(mine === turn ? { shiftFailure: failure } : {}), working: null });
  }
}

/** Which device is faster on this shape; measured when Method or Run is first seen. */
export async function measure() {
  if (state.measured || state.working || !state.prepared) return;
  change({ measured: { pending: true } });
  try {
    const { inputs, hidden, batch } = await askPrepared({ type: "shape" });
    const { pick } = await state.engine.request({ type: "pick", inputs, hidden, batch }, { worker: 0 });
    change({ measured: pick });
  } catch {
    change({ measured: { choice: "cpu", reason: ["device.reason.not_measured", []], cpu_ms: null, gpu_ms: null } });
  }
}

/** A plan from a file: now where its tables are open, else it waits for them. @param {any} plan */
export async function takePlan(plan) {
  if (!readable("target").length || !state.plan) { change({ savedPlan: plan }); return; }
  change({ plan, savedPlan: null, report: null, run: null, roles: { source: plan.preparation.source_roles, target: plan.preparation.target_roles } });
  await prepareNow();
}
