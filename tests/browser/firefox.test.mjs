// Stock Firefox, over WebDriver BiDi: it starts, the seal holds, the processor trains the same losses; the main job.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { launch, open } from "./chromium.mjs";
import { table } from "./page.mjs";
import { serve } from "./server.mjs";

const PLACES = ["/usr/bin/firefox-esr", "/usr/bin/firefox", "/Applications/Firefox.app/Contents/MacOS/firefox"];

/** @type {import("puppeteer-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  const executablePath = process.env.FIREFOX ?? PLACES.find((path) => existsSync(path));
  if (!executablePath) throw new Error(`no Firefox: install firefox-esr, or name it in FIREFOX (looked at ${PLACES.join(", ")})`);
  browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
  server = await serve();
});
after(async () => {
  await browser?.close();
  await server?.close();
});

/**
 * Waits until something holds in the page. The driver's own waiting makes code from text, which the page's policy refuses
 * it in older Firefoxes. By the clock: a tab in the background draws no frames.
 */
async function until(page, holds) {
  for (const begun = Date.now(); Date.now() - begun < 120_000; await new Promise((resolve) => setTimeout(resolve, 100))) if (await page.evaluate(holds)) return;
  throw new Error(`not within two minutes: ${holds}`);
}

const ask = async (page, shape) =>
  page.evaluate(
    (shape) => window.autograft.engine.request({ type: "trial", device: "cpu", shape, seed: 7 }).then(({ trial }) => trial),
    shape,
  );

test("Firefox: starts sealed, and nothing reaches the server afterwards", async () => {
  const page = await browser.newPage();
  await page.goto(server.url);
  await until(page, () => "autograft" in window);
  const sealed = server.requests.length;
  const { ok, reason, leaks, ways } = await page.evaluate(() => ({
    ok: window.autograft.seal.ok,
    reason: window.autograft.seal.reason,
    leaks: window.autograft.seal.ways.filter((way) => way.must && !way.refused),
    ways: window.autograft.seal.ways.map((way) => `${way.way}:${way.by}`).join(" "),
  }));
  console.log(ways);
  assert.deepEqual(leaks, []);
  assert.equal(reason, null);
  assert.equal(ok, true);

  const shape = { inputs: 6, hidden: 16, batch: 64, steps: 60 };
  const here = await ask(page, shape);
  const chromium = await launch();
  try {
    const { page: other } = await open(chromium, (await server).url);
    assert.deepEqual(here.losses, (await ask(other, shape)).losses);
  } finally {
    await chromium.close();
  }
  const gpu = await page.evaluate(
    (shape) => window.autograft.engine.request({ type: "trial", device: "gpu", shape, seed: 7 }).then(({ trial }) => trial.device, (failure) => failure.code),
    { ...shape, steps: 2 },
  );
  assert.ok(["gpu", "gpu_lost"].includes(gpu), gpu);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert.deepEqual(server.requests.slice(sealed).filter((line) => line.includes("probe") || line.includes("leak")), []);
  await page.close();
});

test("Firefox: a build without the second policy refuses to work", async () => {
  const bare = await serve({ unsealed: true });
  try {
    const page = await browser.newPage();
    await page.goto(bare.url);
    await until(page, () => "autograft" in window);
    const { ok, engine } = await page.evaluate(() => ({ ok: window.autograft.seal.ok, engine: window.autograft.engine }));
    assert.equal(ok, false);
    assert.equal(engine, null);
    await page.close();
  } finally {
    await bare.close();
  }
});

test("Firefox: the whole main job on the processor, two tables to a verdict, and nothing asked of the server", async () => {
  const folder = await mkdtemp(join(tmpdir(), "autograft-"));
  const page = await browser.newPage();
  try {
    await page.goto(`${server.url}#lang=en`);
    await until(page, () => Boolean(document.querySelector("#app")?.dataset.state));
    assert.equal(await page.evaluate(() => window.autograft.seal.reason), null);
    const sealed = server.requests.length;
    const wait = (/** @type {() => unknown} */ holds) => until(page, holds);
    for (const [side, text] of [[1, table(120, 61)], [2, table(50, 62)]]) {
      const path = join(folder, `${side}.csv`);
      await writeFile(path, text);
      const input = await page.$(`ag-drop:nth-of-type(${side}) input[type=file]`);
      await input.uploadFile(path);
    }
    await wait(() => window.autograft.state.prepared && !window.autograft.state.working);
    // The role of one column, as a person gives it.
    await page.select('select[aria-label="Role of died"]', "label");
    await wait(() => window.autograft.state.prepared?.data.label === "died" && !window.autograft.state.working);
    // A small plan, opened as a file.
    const plan = await page.evaluate(() => JSON.parse(JSON.stringify(window.autograft.state.plan)));
    const few = { widths: [8, 8], max_epochs: 3 };
    Object.assign(plan, { device: "cpu", importance: 0, others: [], baseline: { method: "target_only_network", config: few } });
    Object.assign(plan.design, { folds: 2, repeats: 1, seeds: 1 });
    plan.transfer.config = { ...few, frozen: "1" };
    const path = join(folder, "plan.json");
    await writeFile(path, JSON.stringify(plan));
    await page.click(".rail li:nth-child(7) button");
    await until(page, () => Boolean(document.querySelector("ag-keep input[accept='.json']")));
    await (await page.$("ag-keep input[accept='.json']")).uploadFile(path);
    await wait(() => window.autograft.state.plan.design.folds === 2 && window.autograft.state.prepared && !window.autograft.state.working);
    await page.click(".rail li:nth-child(4) button");
    await until(page, () => Boolean(document.querySelector(".run button.primary:not([disabled])")));
    await (await page.$(".run button.primary:not([disabled])")).click();
    await wait(() => window.autograft.state.report || window.autograft.state.run?.failure);
    await wait(() => Boolean(document.querySelector("ag-verdict-view .verdict-word")));
    const { contrast, failure, places } = await page.evaluate(() => ({ contrast: window.autograft.state.report?.forward?.contrast, failure: window.autograft.state.run?.failure?.code, places: window.autograft.state.run?.places }));
    assert.equal(failure, undefined);
    assert.equal(contrast.n_folds + contrast.n_undefined, 2);
    assert.ok(["helps", "harms", "cannot_tell"].includes(contrast.verdict.kind));
    console.log(`firefox: a verdict (${contrast.verdict.kind}, ${contrast.estimate.toFixed(3)}) by ${places} workers`);
    assert.deepEqual(server.requests.slice(sealed), []);
  } finally {
    await page.close();
    await rm(folder, { recursive: true });
  }
});
