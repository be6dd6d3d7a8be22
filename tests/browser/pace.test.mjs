// The time left, by numbers: no browser.

import assert from "node:assert/strict";
import { test } from "node:test";
import { clock, coarse, magnitude, timeLeft } from "../../www/pace.js";

const job = (status, cost, ms = 0, unit = { type: "fold", method: 0 }, more = {}) => ({ status, cost, ms, worker: 0, began: 0, unit, ...more });
const many = (n, ...rest) => Array.from({ length: n }, () => job(...rest));

test("pauses are no part of the run's clock", () => {
  const run = { startedAt: 1000, pausedAt: null, pausedMs: 0 };
  assert.equal(clock(run, 5000), 4000);
  assert.equal(clock({ ...run, pausedMs: 3000 }, 5000), 1000);
  assert.equal(clock({ ...run, pausedAt: 2500, pausedMs: 500 }, 9000), 1000, "and it stands while it is paused");
});

test("nothing is said before it is worth saying", () => {
  assert.equal(timeLeft([...many(2, "done", 1, 5000), ...many(10, "waiting", 1)], 1, 10_000), null, "two units");
  assert.equal(timeLeft([...many(3, "done", 1, 10), ...many(10, "waiting", 1)], 1, 30), null, "milliseconds");
  const pretrained = many(4, "done", 20, 5000, { type: "pretrain", method: 0 });
  assert.equal(timeLeft([...pretrained, ...many(10, "waiting", 1)], 1, 20_000), null, "a pre-training says nothing of folds");
  const brought = many(9, "done", 1, 5000, undefined, { worker: null });
  assert.equal(timeLeft([...brought, ...many(10, "waiting", 1)], 1, 20_000), null, "another computer's times");
});

test("what is left is shared by the workers, each kind by its own rate, what runs counted as far as it is", () => {
  const jobs = [...many(4, "done", 1, 2000), ...many(8, "waiting", 1)];
  assert.equal(timeLeft(jobs, 1, 8000), 16_000);
  assert.equal(timeLeft(jobs, 2, 8000), 8000);
  const slow = { type: "fold", method: 1 };
  const kinds = [...many(2, "done", 1, 1000), ...many(2, "done", 1, 9000, slow), ...many(2, "waiting", 1), ...many(2, "waiting", 1, 0, slow)];
  assert.equal(timeLeft(kinds, 1, 20_000), 20_000);
  assert.equal(timeLeft(kinds, 8, 20_000), 9000, "nobody shares one unit");
  const running = [...many(4, "done", 1, 2000), job("running", 1, 0, undefined, { began: 8000 })];
  assert.equal(timeLeft(running, 1, 9500), 500);
  assert.equal(timeLeft(running, 1, 30_000), 0, "late is not negative");
  assert.equal(timeLeft(many(4, "done", 1, 2000), 1, 8000), 0);
});

test("an estimate is rounded to its worth", () => {
  assert.deepEqual([1, 5001, 61_000, 400_000].map(coarse), [5000, 10_000, 75_000, 420_000]);
  assert.deepEqual([[10, 1], [400, 2], [3000, 10], [100_000, 10]].map(([cost, ms]) => magnitude(cost, ms, 1)), ["moment", "minutes", "long", "hours"]);
});
