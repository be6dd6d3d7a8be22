// From files to a prepared plan: what a person does in Data and Method. No statistics here: the engine decides.

import { isPart, together } from "./matrix.js";
import { change, changeOpened, engine, plan, readable, running, state } from "./store.js";
import { askPrepared, bringTables, desk, preparePlan, tablesChanged } from "./workers.js";

/** @typedef {import("./page.js").Side} Side */
/** @typedef {import("./page.js").Plan} Plan */
/** @typedef {import("./page.js").LabelPlan} LabelPlan */
/** @typedef {import("./protocol.js").ReadOptions} ReadOptions */
/** @typedef {import("./protocol.js").Pair} Pair */

let nextId = 1;
let turn = 0;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let waiting;
/** Milliseconds of quiet before a changed plan is prepared again. */
const QUIET = 350;
/** Bytes that one table may need while it is read; a larger one is refused with its estimate. */
const LIMIT = 2e9;
const SIDES = /** @type {const} */ (["source", "target"]);

/** @param {Side} side @param {Iterable<File>} files @param {ReadOptions} [options] */
export async function addFiles(side, files, options = {}) {
  if (!state.engine) return;
  const list = [...files];
  if (side === "source" && list.some((file) => /\.safetensors$/i.test(file.name))) return openSourceModel(list[0]);
  // What was missing of a matrix may come later.
  const waiting = state.opened.filter((one) => one.side === side && !one.table && !one.busy && isPart(one.file));
  const parts = list.some(isPart) ? waiting.flatMap((one) => [one.file, ...(one.parts ?? [])]) : [];
  if (parts.length) change({ opened: state.opened.filter((one) => !waiting.includes(one)) });
  const added = together([...parts.filter((old) => !list.some((file) => file.name === old.name)), ...list]).map(([file, ...others]) => ({
    id: nextId++, side, name: file.name, file, parts: others, options, before: options, summary: null, table: null, failure: null, answers: {}, between: [],
    busy: { done: 0, total: file.size }, reading: null,
  }));
  change({ opened: [...state.opened, ...added], sourceModel: side === "source" ? null : state.sourceModel });
  await Promise.all(added.map((one) => read(one.id)));
}

/** Reads a file and lines the tables up anew. @param {number} id */
async function read(id) {
  if (await parse(id)) await tablesAreNew();
}

/** Reads a file, as its options say, in a worker that is thrown away. @param {number} id @returns {Promise<boolean>} whether there is a new table */
async function parse(id) {
  const one = state.opened.find((opened) => opened.id === id);
  if (!one) return false;
  const { options } = one;
  one.reading?.abort();
  const reading = new AbortController();
  changeOpened(id, { reading, busy: { done: 0, total: one.file.size } });
  const still = () => state.opened.find((opened) => opened.id === id)?.reading === reading;
  try {
    const { summary, buffers } = await engine().request({ type: "open", options, limit: LIMIT }, {
      files: [one.file, ...(one.parts ?? [])], worker: "fresh", signal: reading.signal,
      onEvent: (event) => { if (event.type === "progress" && still()) changeOpened(id, { busy: { done: event.done, total: event.total } }); },
    });
    if (!still()) return false;
    changeOpened(id, { summary, table: buffers[0], before: options, failure: null, busy: null, reading: null });
    return true;
  } catch (failure) {
    // What was read before stays: a wrong option must not lose a table.
    if (still()) changeOpened(id, { failure, busy: null, reading: null });
    return false;
  }
}

/** Stops the reading of a file: the table as it was read before stays, and a file without one goes. @param {number} id */
export function stopReading(id) {
  const one = state.opened.find((opened) => opened.id === id);
  if (!one?.reading) return;
  one.reading.abort();
  if (one.table) changeOpened(id, { options: one.before, busy: null, reading: null, failure: null });
  else change({ opened: state.opened.filter((opened) => opened.id !== id) });
}

/** @param {number} id @param {ReadOptions} patch of the reading options */
export function reread(id, patch) {
  const one = state.opened.find((opened) => opened.id === id);
  if (!one) return;
  changeOpened(id, { options: { ...one.options, ...patch } });
  return read(id);
}

/** @param {number} id */
export function remove(id) {
  const gone = state.opened.find((one) => one.id === id);
  gone?.reading?.abort();
  change({ opened: state.opened.filter((one) => one.id !== id) });
  // A file that could not be read never played a part.
  if (gone?.table) return tablesAreNew();
}

/**
 * The answer to "is this value a missing one?", of one column or of many: each file is read again once.
 * @param {{ id: number, column: string, value: string }[]} asked @param {boolean} missing
 */
export function answer(asked, missing) {
  return Promise.all([...new Set(asked.map(({ id }) => id))].map((id) => {
    const one = state.opened.find((opened) => opened.id === id);
    if (!one) return;
    const answers = { ...one.answers };
    const codes = { ...(one.options.missing_codes ?? {}) };
    for (const { column, value } of asked.filter((code) => code.id === id)) {
      answers[`${column}\0${value}`] = missing;
      const others = (codes[column] ?? []).filter((code) => code !== value);
      codes[column] = missing ? [...others, value] : others;
      if (!codes[column].length) delete codes[column];
    }
    changeOpened(id, { answers });
    if (JSON.stringify(codes) !== JSON.stringify(one.options.missing_codes ?? {})) return reread(id, { missing_codes: codes });
  }));
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

/** What an example says of its own columns. @param {import("./protocol.js").Suggestion} suggestion @param {import("./page.js").Example} example */
function byExample({ source, target, labels }, { label, event, set }) {
  const candidate = labels.find((one) => one.target === label);
  for (const roles of [source, target]) {
    if (!(label in roles)) continue;
    for (const name of Object.keys(roles)) if (roles[name] === "label") roles[name] = "ignored";
    roles[label] = "label";
    if (set in roles) roles[set] = "set";
  }
  if (!candidate) labels.unshift({ source: label, target: label, kind: { type: "classes", event }, score: 0, survival: false });
  else if (candidate.kind.type === "classes") Object.assign(candidate, { source: label, kind: { ...candidate.kind, event } });
}

/** @param {import("./page.js").Roles | undefined} roles @param {import("./page.js").Roles} columns */
const kept = (roles, columns) => Object.fromEntries(Object.entries(roles ?? {}).filter(([name]) => name in columns));

/** @param {LabelPlan} label */
const stillThere = ({ source, target }) => (!source || source in state.roles.source) && (!target || target in state.roles.target) && Boolean(source || target);

/** The pairs that a person matched or changed. */
const byHand = () => (state.plan?.preparation.mapping.features ?? []).filter((pair) => pair.how === "by_hand");

/** The label that the engine is sure enough of. @param {import("./protocol.js").Suggestion} suggestion @returns {LabelPlan} */
function labelOf(suggestion) {
  const target = Object.keys(suggestion.target).find((name) => suggestion.target[name] === "label");
  const candidate = suggestion.labels.find((one) => one.target === target);
  return candidate ? asLabel(candidate) : { kind: { type: "classes" }, accept_fixed_horizon: false };
}

/** @param {import("./protocol.js").LabelCandidate} candidate @returns {LabelPlan} */
export const asLabel = ({ source, target, kind }) => ({ source, target, kind, accept_fixed_horizon: false });

/** @param {import("./page.js").Readable} one */
const tablePlan = (one) => ({ name: one.name, fingerprint: one.summary.fingerprint, read: one.before });

/** Lays the columns together, then makes or mends the plan and prepares it. @param {LabelPlan} label @param {Pair[]} [hands] pairs made by hand */
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
    const features = [...hand, ...lined.mapping.features.filter((pair) => !taken.has(`s${pair.source}`) && !taken.has(`t${pair.target}`))];
    const preparation = { source_roles: source, target_roles: target, mapping: { ...lined.mapping, features }, label, person: state.plan?.preparation.person ?? null };
    const tables = { sources: readable("source").map(tablePlan), targets: readable("target").map(tablePlan) };
    const fresh = /** @type {Plan} */ ((await desk({ type: "default_plan", ...tables, preparation, source_model: state.sourceModel?.name ?? null }, { worker: 0 })).plan);
    if (mine !== turn) return;
    const same = state.plan && state.plan.preparation.label.kind.type === label.kind.type;
    change({ lined, plan: same && state.plan ? { ...state.plan, ...tables, source_model: fresh.source_model, preparation: fresh.preparation } : /** @type {Plan} */ ({ ...fresh, ...state.example?.plan }) });
    if (state.savedPlan) return takePlan(state.savedPlan);
    await prepareNow();
  } catch (failure) {
    if (mine === turn) change({ dataFailure: failure, working: null });
  }
}

/** Changes the plan; it is prepared again once the reader's hand rests. @param {Partial<Plan>} patch */
export function changePlan(patch) {
  if (!state.plan || running()) return;
  change({ plan: { ...state.plan, ...patch }, report: null });
  clearTimeout(waiting);
  waiting = setTimeout(prepareNow, QUIET);
}

/** @param {Pair[]} features */
export const changeMapping = (features) => changePlan({ preparation: { ...plan().preparation, mapping: { ...plan().preparation.mapping, features } } });

/** @param {Side} side @param {string} column @param {import("./protocol.js").Role} role */
export async function setRole(side, column, role) {
  if (!state.plan) return;
  const roles = { ...state.roles[side] };
  // These can be played by one column only.
  if (!["feature", "ignored"].includes(role)) for (const name of Object.keys(roles)) if (roles[name] === role) roles[name] = "ignored";
  roles[column] = role;
  change({ roles: { ...state.roles, [side]: roles } });
  const label = state.plan.preparation.label;
  if (role === "label") {
    const candidate = side === "target" ? state.suggestion?.labels.find((one) => one.target === column) : undefined;
    return lineUp(candidate ? { ...asLabel(candidate), source: candidate.source ?? label.source } : { ...label, [side]: column });
  }
  return lineUp(label[side] === column ? { ...label, [side]: undefined } : label);
}

/** Another label, or another reading of it. @param {LabelPlan} label */
export function setLabel(label) {
  const roles = { source: { ...state.roles.source }, target: { ...state.roles.target } };
  for (const side of SIDES) {
    const column = label[side];
    for (const name of Object.keys(roles[side])) if (roles[side][name] === "label" && name !== column) roles[side][name] = "feature";
    if (column) roles[side][column] = "label";
  }
  change({ roles });
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

/** How the cohorts differ; computed when its stage is first seen. @param {AbortSignal} [signal] */
export async function findShift(signal) {
  if (state.shift || state.shiftFailure || state.working || !state.prepared) return;
  change({ working: "shift" });
  const mine = turn;
  try {
    const { type, buffers, ...shift } = await askPrepared({ type: "shift" }, { signal });
    change({ ...(mine === turn ? { shift } : {}), working: null });
  } catch (failure) {
    change({ ...(mine === turn && !signal?.aborted ? { shiftFailure: failure } : {}), working: null });
  }
}

/** Which device is faster on this shape; measured when Method or Run is first seen. */
export async function measure() {
  if (state.measured || state.working || !state.prepared) return;
  change({ measured: { pending: true } });
  try {
    const { inputs, hidden, batch } = await askPrepared({ type: "shape" });
    const { pick } = await engine().request({ type: "pick", inputs, hidden, batch }, { worker: 0 });
    change({ measured: pick });
  } catch {
    change({ measured: { choice: "cpu", reason: ["device.reason.not_measured", []] } });
  }
}

/** What was chosen of the reading options: the plan file writes the others out. @param {ReadOptions | undefined} options @returns {ReadOptions} */
const chosen = (options) => Object.fromEntries(Object.entries(options ?? {})
  .filter(([, value]) => value !== null && value !== undefined && value !== false && !(typeof value === "object" && !Object.keys(value).length))
  .sort(([a], [b]) => (a < b ? -1 : 1)));

/** A plan from a file: now where its tables are open, else it waits for them. @param {Plan} saved */
export async function takePlan(saved) {
  if (!readable("target").length || !state.plan) { change({ savedPlan: saved }); return; }
  // The tables as the plan reads them: by name, else by place.
  const otherwise = SIDES.flatMap((side) => {
    const files = readable(side);
    const tables = side === "source" ? saved.sources : saved.targets;
    return files.flatMap((one, at) => {
      const read = chosen((tables.find(({ name }) => name === one.name) ?? (files.length === tables.length ? tables[at] : undefined))?.read);
      return JSON.stringify(read) === JSON.stringify(chosen(one.before)) ? [] : [{ one, read }];
    });
  });
  if (otherwise.length && saved !== state.savedPlan) {
    change({ savedPlan: saved });
    for (const { one, read: options } of otherwise) changeOpened(one.id, { options, answers: answersOf(options) });
    await Promise.all(otherwise.map(({ one }) => parse(one.id)));
    // Lines up, and then takes the plan that waits.
    return tablesAreNew();
  }
  change({ plan: saved, savedPlan: null, report: null, run: null, roles: { source: saved.preparation.source_roles, target: saved.preparation.target_roles } });
  await prepareNow();
}

/** Missing codes that a plan names are questions that were answered. @param {ReadOptions} options */
const answersOf = ({ missing_codes: codes = {} }) => Object.fromEntries(Object.entries(codes).flatMap(([column, values]) => values.map((value) => [`${column}\0${value}`, true])));
