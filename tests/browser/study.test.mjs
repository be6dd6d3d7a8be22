// The examples, the saved model, the GPU, the run file: what a person does after, or instead of, two plain tables.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./chromium.mjs";
import { SCREENS, file, finished, judge, openPlan, opened, run, saved, small, stage, state, table, tinyPlan } from "./page.mjs";
import { serve } from "./server.mjs";

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  browser = await launch({ gpu: true });
  server = await serve();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const ready = (page) => page.waitForSelector("#app[data-state=ready]");
const prepared = (page) => page.waitForFunction(() => window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 60_000 });

for (const [example, rows] of [["support2-copd", 867], ["support2-colon", 412], ["generated-helps", 0]]) {
  test(`the example ${example} is there after one click, its label, event and test rows known`, async () => {
    const { page, errors } = await open(browser, `${server.url}?with=example-${example}#lang=en`);
    await ready(page);
    await prepared(page);
    const requests = server.requests.length;
    const { data, verdict_possible: possible } = await state(page, "prepared");
    assert.equal(possible, true);
    assert.ok(data.test.rows > 0 && (!rows || data.test.rows === rows), JSON.stringify(data.test));
    assert.equal(data.target.rows, example.startsWith("support2") ? 100 : data.target.rows);
    await stage(page, 2);
    await page.waitForFunction(() => window.autograft.state.shift || window.autograft.state.shiftFailure, null, { timeout: 120_000 });
    assert.equal(await state(page, "shiftFailure"), null);
    await page.screenshot({ path: `${SCREENS}example-${example}.png`, fullPage: true });
    assert.deepEqual(errors, []);
    assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
    await page.close();
  });
}

test("a small plan runs on the GPU, and says so; a kept model scores new patients; a run file goes on", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en&theme=dark`);
  await ready(page);
  await opened(page, table(120, 11), table(60, 12));
  await small(page);
  // As a plan file would say it: few steps, two methods, on the GPU whatever the measurement found.
  await tinyPlan(page, { device: "gpu" });
  await run(page);
  assert.equal(await state(page, "plan.device"), "gpu", "no fall back to the processor");
  const contrast = await state(page, "report.forward.contrast");
  assert.ok(contrast.n_folds + contrast.n_undefined === 2, JSON.stringify(contrast));
  const model = await saved(page, /(^|\s)Model: /);
  assert.ok(model.length > 500 && model.includes("autograft"), "safetensors with its own header");
  const runFile = await saved(page, "Run file");
  // New patients, without their outcome and with the columns in another order.
  const rows = table(30, 13).split("\n").map((line) => { const [patient, age, pressure, chol, sex] = line.split(","); return [sex, chol, pressure, age, patient].join(","); }).join("\n");
  await page.setInputFiles("ag-keep input[accept='.safetensors']", { name: "model.safetensors", mimeType: "application/octet-stream", buffer: model });
  await page.setInputFiles("ag-keep input[accept*='.xlsx']", file("new.csv", rows));
  await page.waitForFunction(() => window.autograft.state.scoring?.result || window.autograft.state.scoring?.failure, null, { timeout: 60_000 });
  assert.equal((await state(page, "scoring.result.rows"))?.length, 30, `${await state(page, "scoring.failure.code")} ${JSON.stringify(await state(page, "scoring.failure.facts"))}`);
  // The run file holds all that is finished: nothing is trained again.
  await page.evaluate(() => { window.autograft.state.report = null; });
  await page.setInputFiles("ag-keep input[accept='.autograft-run']", { name: "study.autograft-run", mimeType: "application/octet-stream", buffer: runFile });
  await page.waitForFunction(() => window.autograft.state.report || window.autograft.state.run?.failure, null, { timeout: 60_000 });
  assert.deepEqual(await state(page, "report.forward.contrast"), contrast);
  await page.close();
  assert.deepEqual(errors, []);
});

test("both directions and the grid of frozen layers and sizes, judged in Chinese and in the dark", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=zh&theme=dark`);
  await ready(page);
  await page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", file("source.csv", table(90, 41)));
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("target.csv", table(60, 42)));
  await prepared(page);
  const plan = await state(page, "plan");
  const few = { widths: [8, 8, 8], max_epochs: 3 };
  Object.assign(plan, { device: "cpu", importance: 1, both_directions: true, grid: { frozen: [0, 2], sizes: [20], repeats: 2 } });
  Object.assign(plan.design, { folds: 2, repeats: 1, seeds: 1 });
  plan.transfer.config = few;
  plan.baseline.config = few;
  plan.others = [{ method: "source_only", config: few }, { method: "target_only_network", config: few }];
  await openPlan(page, plan);
  await run(page);
  const { forward, reverse, pretrainings } = await state(page, "report");
  assert.equal(pretrainings, 2, "one for each direction");
  for (const one of [forward, reverse]) {
    assert.deepEqual([...new Set(one.learning.map(({ line }) => line))].sort(), ["frozen_0", "frozen_2", "scratch", "source_only"]);
    assert.equal(one.gain.length, 4, "two depths, two sizes");
  }
  await page.waitForSelector("ag-verdict-view .plot svg");
  await judge(page, "5-verdict-both");
  await stage(page, 6);
  await page.waitForSelector("ag-why .plot svg");
  await judge(page, "6-why-both");
  assert.deepEqual(errors, []);
  await page.close();
});

test("shuffling the source's labels changes the verdict's numbers", async () => {
  const estimates = [];
  for (const shuffled of [false, true]) {
    const { page } = await open(browser, `${server.url}#lang=en&theme=dark`);
    await ready(page);
    await opened(page, table(300, 21, { shuffled }), table(60, 22));
    await small(page);
    await run(page);
    const methods = await state(page, "report.forward.methods");
    estimates.push(methods.find(({ id }) => id === "source_only").metrics.find(({ metric }) => metric === "auroc").mean);
    await page.close();
  }
  assert.ok(estimates[0] > estimates[1] + 0.1, String(estimates));
});
