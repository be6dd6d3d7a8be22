// The main job, whole, in the real page with the real engine: two tables in, a verdict out; cancel, resume, save.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { open } from "./chromium.mjs";
import { SCREENS, file, finished, judge, opened, saved, small, stage, state, table } from "./page.mjs";
import { stand } from "./stand.mjs";

const { browser, server } = await stand({ gpu: false });

test("two tables in, a verdict out, every stage judged for access, nothing asked of the server", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en&theme=light`);
  await page.waitForSelector("#app[data-state=ready]");
  const requests = server.requests.length;
  await judge(page, "0-empty");
  await opened(page, table(400, 1), table(90, 2, { zeros: true }));
  assert.match(await page.locator("ag-questions").innerText(), /Is 0 in “chol” a missing value\?/);
  await judge(page, "1-data");
  await page.getByRole("button", { name: "Yes, missing" }).first().click();
  await page.waitForFunction(() => window.autograft.state.opened.some((one) => !one.busy && one.side === "target" && one.summary.columns.find(({ name }) => name === "chol").missing > 10) && window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 30_000 });
  await stage(page, 2);
  await page.waitForFunction(() => window.autograft.state.shift || window.autograft.state.shiftFailure, null, { timeout: 60_000 });
  assert.equal(await state(page, "shiftFailure"), null);
  await page.waitForSelector("ag-shift-view .plot svg");
  const together = await page.getByRole("region", { name: "All features at once" }).locator("tbody th").allInnerTexts();
  assert.deepEqual(together, ["MMD²", "Energy distance", "Proxy A-distance", "Fréchet distance", "Covariance distance"]);
  await judge(page, "2-shift");
  await small(page);
  assert.equal(await page.locator("#recommended").count(), 1, "one method is recommended");
  await judge(page, "3-method");
  await stage(page, 4);
  await judge(page, "4-run-before");
  await page.locator(".run button.primary").click();
  // Held as it runs, for the pictures: the page itself still says that it is running.
  await page.waitForSelector(".worker .plot svg", { timeout: 60_000 });
  await page.evaluate(() => window.autograft.engine.pause(true));
  assert.equal(await state(page, "run.status"), "running");
  await judge(page, "4-run");
  await page.evaluate(() => window.autograft.engine.pause(false));
  await finished(page);
  await page.waitForSelector("ag-verdict-view .plot svg");
  await judge(page, "5-verdict");
  const { estimate, low, high, verdict } = await state(page, "report.forward.contrast");
  assert.ok(low <= estimate && estimate <= high, `${low} ${estimate} ${high}`);
  assert.ok(["helps", "harms", "cannot_tell"].includes(verdict.kind));
  const names = await page.locator("ag-verdict-view h3").allInnerTexts();
  for (const chart of ["ROC curve", "Precision and recall", "Calibration", "Predicted risks", "Is it useful? Net benefit"]) assert.ok(names.includes(chart), `${chart} of ${names}`);
  // Beside the verdict: its own rule first, the bootstrap's interval about the same difference, DeLong refused with its reason.
  const rules = await page.getByRole("region", { name: "The same difference by other rules" }).locator("tbody tr").allInnerTexts();
  assert.equal(rules.length, 3);
  assert.match(rules[1], /Bootstrap of patients, BCa \(1,000\)\s+[+−0]/);
  assert.match(rules[2], /learned from the other patients/);
  const { methods, treat_all: all } = await state(page, "report.forward.evaluation");
  assert.ok(methods.length >= 2 && all.length === methods[0].decision.length && methods.every(({ metrics }) => metrics.every(({ value, low, high, why }) => why || (low <= value && value <= high))));
  await stage(page, 6);
  await page.waitForSelector("ag-why .plot svg");
  await judge(page, "6-why");
  await stage(page, 7);
  await judge(page, "7-keep");
  const downloaded = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save: Results as data" }).click();
  const report = JSON.parse(readFileSync(await (await downloaded).path(), "utf8"));
  assert.equal(report.forward.contrast.estimate, estimate);
  // The report to read: without a script, complete, and about the same numbers.
  const reading = await browser.newPage();
  await reading.setContent((await saved(page, "Report to read")).toString());
  assert.equal(await reading.locator("script").count(), 0);
  assert.equal(await reading.locator("ag-figure .plot svg").count(), await reading.locator("ag-figure").count());
  assert.match(await reading.locator("main").innerText(), new RegExp(estimate.toLocaleString("en", { minimumFractionDigits: 3, maximumFractionDigits: 3 }).replace("-", "−")));
  assert.equal(await reading.locator("h1").count(), 4, "verdict, why, shift, for the paper");
  await reading.screenshot({ path: `${SCREENS}8-report.png`, fullPage: true });
  await reading.close();
  assert.deepEqual(errors, []);
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
});

test("cancel answers at once, keeps what is finished, and the run goes on from there", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en`);
  await page.waitForSelector("#app[data-state=ready]");
  await opened(page, table(300, 3), table(80, 4));
  await small(page);
  await stage(page, 4);
  await page.locator(".run button.primary").click();
  await page.waitForFunction(() => window.autograft.state.run?.jobs.some((job) => job.status === "done"), null, { timeout: 200_000 });
  const answered = await page.evaluate(async () => {
    const began = performance.now();
    document.querySelector(".run button.danger").click();
    await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
    return { ms: performance.now() - began, status: window.autograft.state.run.status };
  });
  console.log(`cancel answered after ${Math.round(answered.ms)} ms`);
  assert.ok(["stopping", "stopped"].includes(answered.status), answered.status);
  await page.waitForFunction(() => window.autograft.state.run.status === "stopped", null, { timeout: 5000 });
  const kept = await page.evaluate(() => window.autograft.state.run.jobs.filter((job) => job.status === "done").length);
  assert.ok(kept > 0);
  await page.getByRole("button", { name: "Go on" }).click();
  await page.waitForFunction(() => window.autograft.state.report || window.autograft.state.run?.failure, null, { timeout: 400_000 });
  assert.equal(await state(page, "run.failure"), null);
  assert.deepEqual(errors, []);
  await page.close();
});

test("bad files say what, where and the way out, and lose nothing that is open", async () => {
  const { page } = await open(browser, `${server.url}#lang=en`);
  await page.waitForSelector("#app[data-state=ready]");
  await opened(page, table(60, 5), table(60, 6));
  const before = await page.evaluate(() => JSON.stringify(window.autograft.state.prepared.data));
  for (const [name, text, code] of [["empty.csv", "", "empty_file"], ["header.csv", "a,b,c\n", "header_only"]]) {
    await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file(name, text));
    const alert = page.locator("ag-drop:nth-of-type(2) .alert.bad").last();
    await alert.waitFor();
    assert.match(await alert.innerText(), new RegExp(name.replace(".", "\\.")), code);
    assert.equal(await page.evaluate(() => window.autograft.state.opened.at(-1).failure.code), code);
    assert.equal(await page.evaluate(() => JSON.stringify(window.autograft.state.prepared.data)), before);
    await page.getByRole("button", { name: `Remove ${name}` }).click();
    await page.waitForFunction(() => window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 30_000 });
  }
  await page.close();
});
