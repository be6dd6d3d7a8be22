// WebGPU (emulated by SwiftShader) under a run: cancelled while its shaders are compiled, and lost in the middle.

import assert from "node:assert/strict";
import { test } from "node:test";
import { open } from "./chromium.mjs";
import { finished, openPlan, opened, run, stage, state, table, tinyPlan } from "./page.mjs";
import { stand } from "./stand.mjs";

const { browser, server } = await stand({ gpu: true });

const SHAPE = { inputs: 12, hidden: 16, batch: 16, steps: 6 };

test("cancelled while shaders are compiled: answered, and the next run gives the bytes of an undisturbed one", async () => {
  const losses = async (disturbed) => {
    const { page } = await open(browser, server.url);
    const found = await page.evaluate(async ([shape, disturbed]) => {
      const { engine } = window.autograft;
      const ask = (options) => engine.request({ type: "trial", device: "gpu", shape, seed: 5 }, { worker: 0, ...options });
      const told = {};
      if (disturbed) {
        const stop = new AbortController();
        let events = 0;
        const run = ask({ signal: stop.signal, onEvent: ({ type }) => { if (type === "losses" || type === "progress") events++; } }).then(() => "ran", ({ code }) => code);
        // The device is there and no step is done: the first kernels are being compiled.
        await new Promise((resolve) => setTimeout(resolve, 400));
        told.before = events;
        const asked = performance.now();
        stop.abort();
        told.answer = await run;
        told.ms = performance.now() - asked;
      }
      const { trial } = await ask();
      return { ...told, device: trial.device, losses: trial.losses };
    }, [SHAPE, disturbed]);
    await page.close();
    return found;
  };
  const straight = await losses(false);
  const after = await losses(true);
  console.log(`gpu: cancel in the compilation answered after ${Math.round(after.ms)} ms, ${after.before} steps done`);
  assert.equal(after.before, 0, "it was past compiling: this test proves nothing");
  assert.equal(after.answer, "cancelled");
  assert.ok(after.ms < 3000, String(after.ms));
  assert.equal(after.device, "gpu");
  assert.deepEqual(after.losses, straight.losses);
});

test("a GPU that is lost in the middle of a run: said, and the run goes on with the processor to a verdict", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en`);
  await page.waitForSelector("#app[data-state=ready]");
  await opened(page, table(120, 91), table(50, 92));
  await tinyPlan(page, { device: "gpu", seed: 9 });
  // The worker's device, by the hand that asks for it.
  for (const worker of page.workers()) {
    await worker.evaluate(() => {
      if (typeof GPUAdapter === "undefined") return;
      const ask = GPUAdapter.prototype.requestDevice;
      GPUAdapter.prototype.requestDevice = async function (...given) { return (self.device = await ask.apply(this, given)); };
    });
  }
  await stage(page, 4);
  await page.locator(".run button.primary").click();
  await page.waitForFunction(() => window.autograft.state.run?.jobs.some(({ status }) => status === "done"), null, { timeout: 120_000 });
  let destroyed = 0;
  for (const worker of page.workers()) destroyed += await worker.evaluate(() => { if (!self.device) return 0; self.device.destroy(); return 1; });
  assert.equal(destroyed, 1, "no worker had a device");
  const done = await page.evaluate(() => window.autograft.state.run.jobs.filter(({ status }) => status === "done").length);
  await finished(page);
  console.log(`gpu: lost after ${done} units; ${JSON.stringify(await state(page, "measured.reason"))} ${JSON.stringify(await state(page, "notice.failure.code"))}`);
  assert.equal(await state(page, "measured.choice"), "cpu");
  assert.deepEqual((await state(page, "measured.reason"))[0], "device.reason.lost");
  assert.equal(await state(page, "notice.failure.code"), "gpu_lost");
  assert.equal(await state(page, "run.status"), "done");
  assert.ok(await state(page, "report.forward.contrast"));
  assert.deepEqual(errors, []);
  await page.close();
});

/** The two judged methods of an example, as small as they teach something. */
const SYSTEMS = [
  ["virtual-diabetes", "atl", { width: "narrow", max_steps: 4, check_steps: 2, batch_windows: 16, dropout: 0, learning_rate: 0.001 }],
  ["generated-drug", "aitl", { max_epochs: 1, dropout: 0, batch_source: 64, batch_target: 64 }],
  ["generated-cells", "scdeal", { widths: [16], code: 8, predictor: [8], max_epochs: 1, dropout: 0 }],
];

for (const [example, method, config] of SYSTEMS) {
  test(`${method} says on WebGPU what it says on the processor`, async () => {
    const { page, errors } = await open(browser, `${server.url}?with=example-${example}#lang=en`);
    await page.waitForSelector("#app[data-state=ready]");
    await page.waitForFunction(() => window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 60_000 });
    const plan = await state(page, "plan");
    Object.assign(plan, { importance: 0, thresholds: 0, others: [], maps: false, explain: { ...plan.explain, patients: 0 }, baseline: { method: "target_only_linear", config: {} } });
    plan.design = { ...plan.design, folds: 2, repeats: 1, seeds: 1 };
    plan.transfer = { method, config: { ...plan.transfer.config, ...config } };
    const found = [];
    for (const device of ["cpu", "gpu"]) {
      await openPlan(page, { ...plan, device });
      await run(page);
      assert.equal(await state(page, "plan.device"), device, "it ran where it was told");
      const forward = await state(page, "report.forward");
      found.push({
        metrics: forward.methods.filter(({ id }) => id !== "target_only_linear").flatMap(({ metrics }) => metrics.map(({ mean }) => mean)),
        said: forward.glucose?.methods.find(({ id }) => id === method).said ?? [],
        losses: forward.trainings.filter((one) => one.method === method).flatMap(({ curves }) => curves.values.flat()),
      });
      await page.evaluate(() => { Object.assign(window.autograft.state, { notice: null, report: null }); });
    }
    const [cpu, gpu] = found;
    const apart = (a, b) => { assert.equal(a.length, b.length); return Math.max(0, ...a.map((v, at) => (v === null || b[at] === null ? (v === b[at] ? 0 : Infinity) : Math.abs(v - b[at]) / Math.max(1, Math.abs(v))))); };
    const [losses, metrics, said] = ["losses", "metrics", "said"].map((of) => apart(cpu[of], gpu[of]));
    console.log(`gpu: ${method}: losses apart by ${losses.toExponential(1)}, metrics ${metrics.toExponential(1)}, forecasts ${said.toExponential(1)} (of ${cpu.losses.length}, ${cpu.metrics.length}, ${cpu.said.length})`);
    assert.ok(cpu.metrics.length > 4 && (cpu.losses.length > 2 || cpu.said.length > 100));
    assert.ok(losses < 1e-3 && metrics < 0.005 && said < 1e-3, `${losses} ${metrics} ${said}`);
    await page.close();
    assert.deepEqual(errors, []);
  });
}
