// How long a run still takes, from what its finished units took. Pure: the tests give it numbers.

/** @typedef {Pick<import("./page.js").Job, "status" | "cost" | "ms" | "worker" | "began" | "unit">} Paced */

/** Less work than this says nothing about the rest: the first units also pay for warming up. */
const ENOUGH_MS = 3000;
const ENOUGH_UNITS = 3;
/** The share of the work ahead whose kind must have been seen: a pre-training says little about a fold. */
const KNOWN_SHARE = 0.5;

/** @param {{ startedAt: number, pausedAt: number | null, pausedMs: number }} run @param {number} now @returns {number} milliseconds since the start, pauses left out */
export const clock = (run, now) => (run.pausedAt ?? now) - run.startedAt - run.pausedMs;

/** Units of one kind cost alike. @param {Paced} job */
const kind = ({ unit }) => `${unit.type} ${"method" in unit ? unit.method : ""}`;

/**
 * Milliseconds still to go, or null while that is not worth saying.
 * @param {Paced[]} jobs
 * @param {number} places workers at work
 * @param {number} now by the run's `clock`
 */
export function timeLeft(jobs, places, now) {
  // What a file brought was done by another computer.
  const seen = jobs.filter((job) => job.status === "done" && job.worker !== null && job.ms > 0);
  const ahead = jobs.filter((job) => job.status !== "done");
  if (!ahead.length) return 0;
  const total = (/** @type {Paced[]} */ some, /** @type {"cost" | "ms"} */ what) => some.reduce((sum, job) => sum + job[what], 0);
  if (seen.length < ENOUGH_UNITS || total(seen, "ms") < ENOUGH_MS) return null;
  /** @type {Map<string, Paced[]>} */
  const kinds = new Map();
  for (const job of seen) kinds.set(kind(job), [...(kinds.get(kind(job)) ?? []), job]);
  const known = ahead.filter((job) => kinds.has(kind(job)));
  if (total(known, "cost") < KNOWN_SHARE * total(ahead, "cost")) return null;
  const rest = ahead.map((job) => {
    const alike = kinds.get(kind(job)) ?? seen;
    const expected = (job.cost * total(alike, "ms")) / total(alike, "cost");
    return job.status === "running" ? Math.max(0, expected - (now - job.began)) : expected;
  });
  // Workers share what is left, but none shares one unit.
  const sum = rest.reduce((all, ms) => all + ms, 0);
  return Math.max(sum / Math.max(1, Math.min(places, ahead.length)), ...rest);
}

/** Rounded to what such an estimate is worth. @param {number} ms */
export function coarse(ms) {
  const step = ms < 60_000 ? 5000 : ms < 300_000 ? 15_000 : 60_000;
  return Math.max(step, Math.ceil(ms / step) * step);
}

/** Training steps in a unit of cost, about: a pre-training of cost 20 takes some 2,000. */
const STEPS = 100;

/**
 * Before the start: only how long things take in kind, since early stopping decides the steps.
 * @param {number} cost of all units @param {number} msPerStep as measured @param {number} places
 * @returns {"moment" | "minutes" | "long" | "hours"}
 */
export function magnitude(cost, msPerStep, places) {
  const minutes = (cost * STEPS * msPerStep) / Math.max(1, places) / 60_000;
  return minutes < 0.5 ? "moment" : minutes < 8 ? "minutes" : minutes < 60 ? "long" : "hours";
}
