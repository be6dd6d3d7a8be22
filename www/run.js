// The scheduler: units of work over the workers. Finished units survive a cancel, a crash and, in a run file, the visit.

import { change, methodsOf, state } from "./store.js";
import { bring, desk, deviceOf, pretrained } from "./workers.js";

/** @typedef {{ unit: any, needs: string | null, cost: number, key: string, status: "waiting" | "running" | "done" | "failed", worker: number | null, ms: number, summary: any, bytes: ArrayBuffer | null, failure: any, tries: number }} Job */

/** Bytes that tables in all workers together may take. */
const MEMORY = 1.5e9;
/** @type {AbortController | null} */
let controller = null;
let drawn = 0;

/** Tells the page at most once a frame: events come faster than a screen shows. */
function show() {
  if (drawn) return;
  drawn = requestAnimationFrame(() => { drawn = 0; change({ run: { ...state.run } }); });
}

/** How many workers the data leave room for; a GPU serves one. */
function places() {
  if (deviceOf() === "gpu") return 1;
  const tables = state.opened.reduce((sum, one) => sum + (one.table?.byteLength ?? 0), 0);
  return Math.max(1, Math.min(state.engine.size, Math.floor(MEMORY / Math.max(1, 4 * tables))));
}

/** @param {any} unit */
const keyOf = (unit) => JSON.stringify(unit);

/** @param {Job[]} [finished] of the same plan, from before or from a run file @returns {any} */
function freshRun(finished = []) {
  const known = new Map(finished.filter((job) => job.status === "done").map((job) => [job.key, job]));
  const jobs = state.prepared.jobs.map((/** @type {any} */ planned) => {
    const key = keyOf(planned.unit);
    return known.get(key) ?? { ...planned, needs: planned.needs ?? null, key, status: "waiting", worker: null, ms: 0, summary: null, bytes: null, failure: null, tries: 0 };
  });
  return { status: "idle", jobs, plan: state.plan, methods: methodsOf(state.plan), startedAt: 0, activeMs: 0, phases: {}, losses: {}, failure: null };
}

/** Starts, or goes on where it stopped. @param {Job[]} [finished] */
export async function startRun(finished) {
  if (state.run?.status === "running") return;
  const before = finished ?? (state.run?.plan === state.plan ? state.run.jobs : []);
  const run = freshRun(before);
  Object.assign(run, { status: "running", startedAt: performance.now() });
  for (const job of run.jobs) if (job.status === "done" && job.unit.type === "pretrain") pretrained.set(job.unit.key, job.bytes);
  controller = new AbortController();
  change({ run, report: null, saved: true });
  const { signal } = controller;
  const workers = places();
  run.places = workers;
  await Promise.all(Array.from({ length: workers }, (_, at) => work(run, at, signal)));
  if (state.run?.startedAt !== run.startedAt) return;
  if (signal.aborted) return finish("stopped");
  const failed = run.jobs.find((/** @type {Job} */ job) => job.status === "failed");
  if (failed) return finish("failed", failed.failure);
  try {
    change({ run: { ...state.run, reporting: true } });
    await bring(0, null, signal);
    const buffers = run.jobs.map((/** @type {Job} */ job) => job.bytes).filter(Boolean);
    const { type, buffers: none, ...report } = await desk({ type: "report", shift: state.shift }, { buffers, worker: 0, signal });
    change({ report, saved: false });
    finish("done");
  } catch (failure) {
    finish(signal.aborted ? "stopped" : "failed", signal.aborted ? null : failure);
  }
}

/** @param {"done" | "failed" | "stopped"} status @param {any} [failure] */
function finish(status, failure = null) {
  for (const job of state.run.jobs) if (job.status === "running") job.status = "waiting";
  const unsaved = state.run.jobs.some((/** @type {Job} */ job) => job.status === "done");
  change({ run: { ...state.run, status, failure, reporting: false, phases: {}, activeMs: performance.now() - state.run.startedAt }, saved: !unsaved && state.saved });
}

/** The next unit whose pre-training is done: pre-trainings first, then in order. @param {Job[]} jobs */
function next(jobs) {
  const ready = jobs.filter((job) => job.status === "waiting" && (job.needs === null || pretrained.has(job.needs) || job.needs === "given"));
  return ready.find((job) => job.unit.type === "pretrain") ?? ready[0];
}

/** One worker's day. @param {any} run @param {number} at @param {AbortSignal} signal */
async function work(run, at, signal) {
  while (!signal.aborted && !run.jobs.some((/** @type {Job} */ one) => one.status === "failed")) {
    // The engine holds what runs; what has not begun is held here.
    if (state.run.status === "paused") { await new Promise((resolve) => setTimeout(resolve, 50)); continue; }
    const job = next(run.jobs);
    if (!job) {
      const blockedOn = run.jobs.some((/** @type {Job} */ one) => one.status === "running" && one.unit.type === "pretrain");
      if (!blockedOn || !run.jobs.some((/** @type {Job} */ one) => one.status === "waiting")) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
      continue;
    }
    await one(run, job, at, signal);
    if (job.status === "failed") return;
  }
}

/** @param {any} run @param {Job} job @param {number} at @param {AbortSignal} signal */
async function one(run, job, at, signal) {
  Object.assign(job, { status: "running", worker: at });
  const began = performance.now();
  show();
  try {
    await bring(at, job.needs, signal);
    const { type, buffers, ...summary } = await desk({ type: "run", unit: job.unit }, { device: deviceOf(), worker: at, signal, onEvent: (/** @type {any} */ event) => hear(run, at, job, event) });
    Object.assign(job, { status: "done", ms: performance.now() - began, summary, bytes: buffers[0] ?? null });
    if (job.unit.type === "pretrain") pretrained.set(job.unit.key, buffers[0]);
  } catch (failure) {
    if (signal.aborted) job.status = "waiting";
    else if (await again(job, failure)) job.status = "waiting";
    else Object.assign(job, { status: "failed", failure });
  }
  delete run.phases[at];
  show();
}

/** Whether a unit that failed is worth another try: a lost GPU goes on with the CPU, a crash gets a new worker, once. @param {Job} job @param {any} failure */
async function again(job, failure) {
  if (job.tries++ > 1) return false;
  if (failure.code === "gpu_lost") {
    change({ measured: { ...(state.measured ?? {}), choice: "cpu", reason: ["device.reason.lost", []] }, notice: { failure } });
    return true;
  }
  return failure.code === "internal" && job.tries < 2;
}

/** @param {any} run @param {number} at @param {Job} job @param {any} event */
function hear(run, at, job, event) {
  if (event.type === "phase") run.phases[at] = { name: event.name, facts: event.facts, unit: job.unit, done: 0, total: 0 };
  if (event.type === "progress") run.phases[at] = { ...(run.phases[at] ?? { name: job.unit.type, facts: [], unit: job.unit }), done: event.done, total: event.total };
  if (event.type === "losses") {
    const curve = run.losses[at]?.key === job.key + event.name ? run.losses[at] : { key: job.key + event.name, name: event.name, unit: job.unit, points: [] };
    // Steps start again with a second network of one unit (another F, another inner fold): a new curve.
    if (curve.points.length && event.step < curve.points.at(-1).step) curve.points = [];
    for (const { name, value } of event.terms) curve.points.push({ step: event.step, term: name, value });
    run.losses[at] = curve;
  }
  show();
}

/** @param {boolean} on */
export function pauseRun(on) {
  if (!["running", "paused"].includes(state.run?.status)) return;
  state.engine.pause(on);
  change({ run: { ...state.run, status: on ? "paused" : "running" } });
}

/** Answers at once; the workers obey at their next step, or are replaced. */
export function cancelRun() {
  if (!controller || !["running", "paused"].includes(state.run?.status)) return;
  state.run.status = "stopping";
  change({ run: { ...state.run, status: "stopping" } });
  controller.abort();
}

/** Milliseconds still to go, from what the finished units took. @param {any} run @returns {number | null} */
export function timeLeft(run) {
  const done = run.jobs.filter((/** @type {Job} */ job) => job.status === "done" && job.ms > 0);
  const left = run.jobs.filter((/** @type {Job} */ job) => job.status !== "done").reduce((/** @type {number} */ sum, /** @type {Job} */ job) => sum + job.cost, 0);
  const cost = done.reduce((/** @type {number} */ sum, /** @type {Job} */ job) => sum + job.cost, 0);
  const ms = done.reduce((/** @type {number} */ sum, /** @type {Job} */ job) => sum + job.ms, 0);
  return cost > 0 ? (left * ms) / cost / (run.places ?? 1) : null;
}

/** Training steps in a unit of cost, about: a pre-training of cost 20 takes some 2,000. */
const STEPS = 100;

/** Before the start: from the short measurement on the real shape. Rough. @returns {number | null} */
export function expectedTime() {
  const perStep = deviceOf() === "gpu" ? state.measured?.gpu_ms : state.measured?.cpu_ms;
  if (!state.prepared || !perStep) return null;
  return (state.prepared.jobs.reduce((/** @type {number} */ sum, /** @type {any} */ job) => sum + job.cost, 0) * STEPS * perStep) / places();
}
