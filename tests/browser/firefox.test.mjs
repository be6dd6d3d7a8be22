// Stock Firefox, over WebDriver BiDi: it starts, the seal holds, the processor trains the same losses.

import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { launch, open } from "./chromium.mjs";
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

const ask = async (page, shape) =>
  page.evaluate(
    (shape) => window.autograft.engine.request({ type: "trial", device: "cpu", shape, seed: 7 }).then(({ trial }) => trial),
    shape,
  );

test("Firefox: starts sealed, and nothing reaches the server afterwards", async () => {
  const page = await browser.newPage();
  await page.goto(server.url);
  await page.waitForFunction(() => "autograft" in window, { timeout: 60_000 });
  const sealed = server.requests.length;
  const { ok, leaks, ways } = await page.evaluate(() => ({
    ok: window.autograft.seal.ok,
    leaks: window.autograft.seal.ways.filter((way) => way.must && !way.refused),
    ways: window.autograft.seal.ways.map((way) => `${way.way}:${way.by}`).join(" "),
  }));
  console.log(ways);
  assert.deepEqual(leaks, []);
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
    await page.waitForFunction(() => "autograft" in window, { timeout: 60_000 });
    const { ok, engine } = await page.evaluate(() => ({ ok: window.autograft.seal.ok, engine: window.autograft.engine }));
    assert.equal(ok, false);
    assert.equal(engine, null);
    await page.close();
  } finally {
    await bare.close();
  }
});
