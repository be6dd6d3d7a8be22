// The scheduler: units of work over the workers. Finished units survive a cancel, a crash and, in a run file, the visit.

import { clock, magnitude } from "./pace.js";
import { change, engine, methodsOf, plan, running, state } from "./store.js";
import { findShift } from "./study.js";
import { codeOf } from "./words.js";
import { bring, desk, deviceOf, gpuLost, pretrained } from "./workers.js";

/** @typedef {import("./page.js").Job} Job */
/** @typedef {import("./page.js").Run} Run */
/** @typedef {import("./protocol.js").Event} EngineEvent */

/** Bytes that tables in all workers together may take. */
const MEMORY = 1.5e9;
/** @type {AbortController | null} */
let controller = null;
let drawn = 0;
/** Who works on the run at hand: more begin when a lost GPU leaves the work to the CPU. */
/** @type {Promise<void>[]} */
let crew = [];

/** Tells the page at most once a frame: events come faster than a screen shows. */
function show() {
  if (drawn) return;
  drawn = requestAnimationFrame(() => { drawn = 0; if (state.run) change({ run: { ...state.run } }); });
}

/** How many workers the data leave room for; a GPU serves one. */
function places() {
  if (deviceOf() === "gpu") return 1;
  const tables = state.opened.reduce((sum, one) => sum + (one.table?.byteLength ?? 0), 0);
  return Math.max(1, Math.min(engine().size, Math.floor(MEMORY / Math.max(1, 4 * tables))));
}

/** @param {import("./page.js").Unit} unit */
export const keyOf = (unit) => JSON.stringify(unit);

/** @param {Job[]} finished of the same plan, from before or from a run file @returns {Run} */
function freshRun(finished) {
  const known = new Map(finished.filter((job) => job.status === "done").map((job) => [job.key, job]));
  const jobs = (state.prepared?.jobs ?? []).map((planned) => {
    const key = keyOf(planned.unit);
    const before = known.get(key);
    return before ? { ...before, ...planned } : /** @type {Job} */ ({ ...planned, needs: planned.needs ?? null, key, status: "waiting", worker: null, ms: 0, began: 0, summary: null, bytes: null, failure: null, tries: 0 });
  });
  return { status: "running", jobs, plan: plan(), methods: methodsOf(plan()), startedAt: performance.now(), pausedAt: null, pausedMs: 0, places: places(), reporting: false, phases: {}, losses: {}, rounds: {}, failure: null };
}

/** Starts, or goes on where it stopped. @param {Job[]} [finished] */
export async function startRun(finished) {
  if (running()) return;
  const run = freshRun(finished ?? (state.run?.plan === state.plan ? state.run?.jobs ?? [] : []));
  for (const job of run.jobs) if (job.status === "done" && job.bytes && job.unit.type === "pretrain") pretrained.set(job.unit.key, job.bytes);
  controller = new AbortController();
  change({ run, report: null, saved: true });
  const { signal } = controller;
  crew = [];
  hire(run, signal);
  // One by one: the crew may grow meanwhile.
  for (let at = 0; at < crew.length; at++) await crew[at];
  if (state.run?.startedAt !== run.startedAt) return;
  if (signal.aborted) return finish("stopped");
  const failed = run.jobs.find((job) => job.status === "failed");
  if (failed) return finish("failed", failed.failure);
  try {
    change({ run: { ...state.run, reporting: true } });
    await bring(0, null, signal);
    const buffers = run.jobs.flatMap((job) => job.bytes ?? []);
    // The report tells it whether or not its stage was seen.
    if (!state.shift && !state.shiftFailure) await findShift(signal);
    const { type, buffers: none, ...report } = await desk({ type: "report", shift: state.shift }, { buffers, worker: 0, signal });
    change({ report, saved: false });
    finish("done");
  } catch (failure) {
    finish(signal.aborted ? "stopped" : "failed", signal.aborted ? null : failure);
  }
}

/** @param {"done" | "failed" | "stopped"} status @param {unknown} [failure] */
function finish(status, failure = null) {
  const { run } = state;
  if (!run) return;
  for (const job of run.jobs) if (job.status === "running") job.status = "waiting";
  const unsaved = run.jobs.some((job) => job.status === "done");
  change({ run: { ...run, status, failure, reporting: false, phases: {} }, saved: !unsaved && state.saved });
}

/** The next unit whose pre-training is done: pre-trainings first, then in order. @param {Job[]} jobs */
function next(jobs) {
  const ready = jobs.filter((job) => job.status === "waiting" && (job.needs === null || pretrained.has(job.needs) || job.needs === "given"));
  return ready.find((job) => job.unit.type === "pretrain") ?? ready[0];
}

/** As many workers as there are places. @param {Run} run @param {AbortSignal} signal */
function hire(run, signal) {
  while (crew.length < run.places) crew.push(work(run, crew.length, signal));
}

/** One worker's day. @param {Run} run @param {number} at @param {AbortSignal} signal */
async function work(run, at, signal) {
  while (!signal.aborted && !run.jobs.some((one) => one.status === "failed")) {
    // The engine holds what runs; what has not begun is held here.
    if (state.run?.status === "paused") { await new Promise((resolve) => setTimeout(resolve, 50)); continue; }
    const job = next(run.jobs);
    if (!job) {
      const blockedOn = run.jobs.some((one) => one.status === "running" && one.unit.type === "pretrain");
      if (!blockedOn || !run.jobs.some((one) => one.status === "waiting")) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    await one(run, job, at, signal);
    if (job.status === "failed") return;
  }
}

/** The run's clock: pauses do not count. The state has the newest times of the pauses. @param {Run} run */
export const elapsed = (run) => clock(state.run?.startedAt === run.startedAt ? state.run : run, performance.now());

/** @param {Run} run @param {Job} job @param {number} at @param {AbortSignal} signal */
async function one(run, job, at, signal) {
  Object.assign(job, { status: "running", worker: at, began: elapsed(run) });
  delete run.rounds[at];
  show();
  const device = deviceOf();
  try {
    await bring(at, job.needs, signal);
    const { type, buffers, ...summary } = await desk({ type: "run", unit: job.unit, gpu_lost: gpuLost() }, { device, worker: at, signal, onEvent: (event) => hear(run, at, job, event) });
    Object.assign(job, { status: "done", ms: elapsed(run) - job.began, summary, bytes: buffers[0] ?? null });
    if (job.unit.type === "pretrain") pretrained.set(job.unit.key, buffers[0]);
  } catch (failure) {
    Object.assign(job, signal.aborted || again(run, job, failure, device, signal) ? { status: "waiting", worker: null } : { status: "failed", failure });
  }
  delete run.phases[at];
  show();
}

/**
 * Whether a unit that failed is worth another try: a lost GPU goes on with the CPU, a crash gets a new worker, once.
 * @param {Run} run @param {Job} job @param {unknown} failure @param {"cpu" | "gpu"} device that it ran on @param {AbortSignal} signal
 */
function again(run, job, failure, device, signal) {
  const code = codeOf(failure);
  if (code === "gpu_lost" && device === "gpu") {
    change({ measured: { ...state.measured, choice: "cpu", reason: ["device.reason.lost", []] }, notice: { failure } });
    // One worker served the GPU; the CPU has room for more. The page shows a copy of the run.
    run.places = places();
    if (state.run) change({ run: { ...state.run, places: run.places } });
    hire(run, signal);
    return true;
  }
  return code === "internal" && job.tries++ < 1;
}

/** @param {Run} run @param {number} at @param {Job} job @param {EngineEvent} event */
function hear(run, at, job, event) {
  if (event.type === "phase") run.phases[at] = { name: event.name, facts: event.facts, unit: job.unit, done: 0, total: 0 };
  if (event.type === "progress") run.phases[at] = { ...(run.phases[at] ?? { name: job.unit.type, facts: [], unit: job.unit }), done: event.done, total: event.total };
  if (event.type === "losses") {
    const curve = run.losses[at]?.key === job.key + event.name ? run.losses[at] : { key: job.key + event.name, name: event.name, unit: job.unit, points: [] };
    // Steps start again with a second network of one unit (another F, another inner fold): a new curve.
    if (event.step < (curve.points.at(-1)?.step ?? 0)) curve.points = [];
    for (const { name, value } of event.terms) curve.points.push({ step: event.step, term: name, value });
    run.losses[at] = curve;
  }
  if (event.type === "round") {
    // Round 0 begins a fit: a unit may hold several.
    run.rounds[at] = [...(event.round.round > 0 ? run.rounds[at] ?? [] : []), event.round];
  }
  show();
}

/** @param {boolean} on */
export function pauseRun(on) {
  const { run } = state;
  if (!run || run.status !== (on ? "running" : "paused")) return;
  engine().pause(on);
  const now = performance.now();
  change({ run: { ...run, status: on ? "paused" : "running", pausedAt: on ? now : null, pausedMs: run.pausedMs + (run.pausedAt === null ? 0 : now - run.pausedAt) } });
}

/** Answers at once; the workers obey at their next step, or are replaced. */
export function cancelRun() {
  const { run } = state;
  if (!controller || !run || !["running", "paused"].includes(run.status)) return;
  change({ run: { ...run, status: "stopping" } });
  controller.abort();
}

/** How long the run will take, in kind; null while nothing was measured. */
export function expected() {
  const perStep = deviceOf() === "gpu" ? state.measured?.gpu_ms : state.measured?.cpu_ms;
  if (!state.prepared || !perStep) return null;
  return magnitude(state.prepared.jobs.reduce((sum, job) => sum + job.cost, 0), perStep, places());
}
