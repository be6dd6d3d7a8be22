// The engine in a real page: it starts, sealed; it trains on both devices; it survives a defect and a cancel.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { launch, open } from "./chromium.mjs";
import { serve } from "./server.mjs";

const SHAPE = { inputs: 6, hidden: 16, batch: 64, steps: 400 };

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
before(async () => {
  browser = await launch();
  server = await serve({ under: "/some/where/" });
});
after(async () => {
  await browser?.close();
  await server?.close();
});

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Runs a trial in the page. */
const trial = (page, device, shape, options = {}) =>
  page.evaluate(
    ([device, shape, options]) =>
      window.autograft.engine
        .request({ type: "trial", device, shape, seed: 7 }, options)
        .then(({ trial }) => trial, (failure) => ({ failure: failure.code, facts: failure.facts })),
    [device, shape, options],
  );

test("starts under a sub-path, sealed, in time, without an error", async () => {
  const { page, errors } = await open(browser, server.url);
  const { ok, ms, open: leaks } = await page.evaluate(() => ({
    ok: window.autograft.seal.ok,
    ms: window.autograft.ms,
    open: window.autograft.seal.ways.filter((way) => way.must && !way.refused),
  }));
  assert.deepEqual(leaks, []);
  assert.equal(ok, true);
  console.log(`cold start to ready: ${Math.round(ms)} ms`);
  const hello = await page.evaluate(() => window.autograft.engine.request({ type: "hello" }));
  assert.equal(hello.type, "hello");
  assert.equal(hello.simd, true);
  assert.deepEqual(errors, []);
  await page.close();
});

test("a worker that hangs in its tries is replaced, and the seal is still tried whole", async () => {
  const page = await browser.newPage();
  await page.addInitScript(() => {
    // The first worker never hears that it should try.
    let first = true;
    window.Worker = class extends window.Worker {
      deaf = first;
      constructor(/** @type {string} */ url) { super(url); first = false; }
      postMessage(/** @type {any} */ message, /** @type {any} */ transfer = []) { if (!(this.deaf && message.probe)) super.postMessage(message, transfer); }
    };
  });
  await page.goto(server.url);
  await page.waitForFunction(() => "autograft" in window, null, { timeout: 60_000 });
  const { reason, tried, ms } = await page.evaluate(() => ({
    reason: window.autograft.seal.reason,
    tried: window.autograft.seal.ways.filter((way) => way.way.startsWith("worker_") && way.by !== "nobody").length,
    ms: window.autograft.ms,
  }));
  assert.equal(reason, null);
  assert.equal(tried, 4);
  assert.ok(ms > 6_000, `${ms} ms: the first worker was not waited for`);
  await page.close();
});

test("nothing reaches the server after the seal, from page or workers, through a training", async () => {
  const { page } = await open(browser, server.url);
  const sealed = server.requests.length;
  const found = await trial(page, "cpu", { ...SHAPE, steps: 60 });
  assert.equal(found.device, "cpu");
  const probed = await page.evaluate(async () => {
    await fetch("leak").catch(() => {});
    navigator.sendBeacon("leak-beacon", "x");
    return window.autograft.engine.probe(new URL("autograft-probe-again", document.baseURI).href);
  });
  assert.deepEqual(probed.filter((way) => way.by === "nobody"), []);
  await page.waitForTimeout(500);
  assert.deepEqual(server.requests.slice(sealed), []);
  assert.deepEqual(server.requests.filter((line) => line.includes("autograft-probe")), []);
  await page.close();
});

test("a build without the second policy leaks, is seen to leak, and refuses to work", async () => {
  const bare = await serve({ unsealed: true });
  try {
    const { page } = await open(browser, bare.url);
    assert.ok(bare.emptied() > 0, "the policy was not in the served script: this test proves nothing");
    const { ok, reason, engine } = await page.evaluate(() => ({
      ok: window.autograft.seal.ok, reason: window.autograft.seal.reason, engine: window.autograft.engine,
    }));
    assert.equal(ok, false);
    assert.equal(engine, null);
    assert.match(String(reason), /open:.*fetch/);
    const leaked = bare.requests.filter((line) => line.includes("autograft-probe")).map((line) => line.split("autograft-probe-")[1]);
    for (const way of ["fetch", "xhr", "beacon", "image", "worker_fetch", "worker_import"]) assert.ok(leaked.includes(way), `${way} in ${leaked}`);
    await page.close();
  } finally {
    await bare.close();
  }
});

test("learns on the processor what no linear model can", async () => {
  const { page } = await open(browser, server.url);
  const found = await trial(page, "cpu", SHAPE);
  assert.equal(found.device, "cpu");
  const [early, late] = [mean(found.losses.slice(0, 20)), mean(found.losses.slice(-20))];
  console.log(`cpu: loss ${early.toFixed(3)} to ${late.toFixed(3)}, ${found.ms_per_step.toFixed(2)} ms a step`);
  assert.ok(late < 0.5 * early, `${early} to ${late}`);
  await page.close();
});

test("takes the same steps on WebGPU", async () => {
  const { page } = await open(browser, server.url);
  const shape = { ...SHAPE, steps: 20 };
  const [cpu, gpu] = [await trial(page, "cpu", shape, { worker: 0 }), await trial(page, "gpu", shape, { worker: 0 })];
  assert.equal(gpu.failure, undefined, JSON.stringify(gpu));
  assert.equal(gpu.device, "gpu", "it ran on the processor");
  const apart = Math.max(...gpu.losses.map((loss, step) => Math.abs(loss - cpu.losses[step])));
  console.log(`gpu: ${gpu.ms_per_step.toFixed(0)} ms a step; losses apart by at most ${apart.toExponential(1)}`);
  assert.ok(apart <= 1e-4, `${apart}`);
  await page.close();
});

test("says so where there is no WebGPU, and the processor goes on", async () => {
  const plain = await launch({ gpu: false });
  try {
    const { page } = await open(plain, server.url);
    const gpu = await trial(page, "gpu", { ...SHAPE, steps: 4 }, { worker: 0 });
    assert.equal(gpu.failure, "gpu_lost");
    const cpu = await trial(page, "cpu", { ...SHAPE, steps: 4 }, { worker: 0 });
    assert.equal(cpu.device, "cpu");
  } finally {
    await plain.close();
  }
});

test("a defect ends its worker, everything that waited is told, and the next one works", async () => {
  const { page } = await open(browser, server.url);
  const [waiting, panic, next] = await page.evaluate(async () => {
    const { engine } = window.autograft;
    const code = (promise) => promise.then((reply) => reply.type, (failure) => [failure.code, ...failure.facts.map(([, text]) => text)]);
    const long = { inputs: 50, hidden: 64, batch: 64, steps: 100000 };
    const waiting = code(engine.request({ type: "trial", device: "cpu", shape: long, seed: 1 }, { worker: 0 }));
    const panic = code(engine.request({ type: "panic" }, { worker: 0 }));
    const told = [await waiting, await panic];
    return [...told, await code(engine.request({ type: "hello" }, { worker: 0 }))];
  });
  assert.equal(waiting[0], "internal");
  assert.match(panic[1], /a defect on purpose · src\/web\/boundary\.rs:\d+/);
  assert.equal(next, "hello");
  await page.close();
});

test("cancel answers, nothing is heard of the run afterwards, and the next run is not disturbed", async () => {
  const { page } = await open(browser, server.url);
  const found = await page.evaluate(async () => {
    const { engine } = window.autograft;
    const ask = (steps, options) =>
      engine.request({ type: "trial", device: "cpu", shape: { inputs: 20, hidden: 32, batch: 64, steps }, seed: 3 }, options);
    const undisturbed = await ask(30, { worker: 0 });
    const stop = new AbortController();
    let events = 0;
    const run = ask(100000, { worker: 0, signal: stop.signal, onEvent: () => (events += 1) }).then(() => "ran", (failure) => failure.code);
    while (events < 5) await new Promise((resolve) => setTimeout(resolve, 10));
    const asked = performance.now();
    stop.abort();
    const answer = await run;
    const ms = performance.now() - asked;
    const heard = events;
    const after = await ask(30, { worker: 0 });
    return { answer, ms, later: events - heard, same: JSON.stringify(after.trial.losses) === JSON.stringify(undisturbed.trial.losses) };
  });
  assert.equal(found.answer, "cancelled");
  console.log(`cancel answered after ${Math.round(found.ms)} ms`);
  assert.equal(found.later, 0);
  assert.equal(found.same, true);
  await page.close();
});

test("a worker that does not obey is replaced, and the next one is ready", async () => {
  const { page } = await open(browser, server.url);
  const found = await page.evaluate(async () => {
    const { engine } = window.autograft;
    await engine.request({ type: "hello" }, { worker: 0 });
    const before = engine.seats[0];
    const stop = new AbortController();
    // One step of this takes seconds, and asks nobody.
    const shape = { inputs: 2000, hidden: 4096, batch: 1024, steps: 10 };
    const run = engine.request({ type: "trial", device: "cpu", shape, seed: 1 }, { worker: 0, signal: stop.signal }).then(() => "ran", (failure) => failure.code);
    await new Promise((resolve) => setTimeout(resolve, 300));
    stop.abort();
    const answer = await run;
    const { type } = await engine.request({ type: "hello" }, { worker: 0 });
    return { answer, replaced: engine.seats[0] !== before && !before.alive, type };
  });
  assert.deepEqual(found, { answer: "cancelled", replaced: true, type: "hello" });
  await page.close();
});

test("pause holds a run, and it goes on to the same numbers", async () => {
  const { page } = await open(browser, server.url);
  const found = await page.evaluate(async () => {
    const { engine } = window.autograft;
    const shape = { inputs: 20, hidden: 32, batch: 64, steps: 200 };
    const straight = await engine.request({ type: "trial", device: "cpu", shape, seed: 3 }, { worker: 0 });
    let events = 0;
    const run = engine.request({ type: "trial", device: "cpu", shape, seed: 3 }, { worker: 0, onEvent: () => (events += 1) });
    const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
    while (events < 3) await wait(5);
    engine.pause(true);
    await wait(300);
    const held = events;
    await wait(300);
    const stillHeld = events === held && held < 200;
    engine.pause(false);
    const { trial } = await run;
    return { stillHeld, same: JSON.stringify(trial.losses) === JSON.stringify(straight.trial.losses) };
  });
  assert.deepEqual(found, { stillHeld: true, same: true });
  await page.close();
});

test("a request out of range is refused by the field's name", async () => {
  const { page } = await open(browser, server.url);
  const found = await trial(page, "cpu", { ...SHAPE, hidden: 0 });
  assert.equal(found.failure, "out_of_range");
  assert.deepEqual(found.facts[0], ["field", "hidden"]);
  await page.close();
});
