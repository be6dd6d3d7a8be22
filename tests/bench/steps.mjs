// (a) Training steps in the page against tf.js: the same network from the same weights on the same batches, in the
// same Chromium, one after the other in pairs. Both in a worker, both on one thread.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, open } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { apart, facts, loadBefore, median, named, options, ready, shapes, spread, table, trial } from "./common.mjs";

const HERE = fileURLToPath(new URL("./", import.meta.url));
const TYPES = { ".js": "text/javascript", ".wasm": "application/wasm", ".html": "text/html" };
/** Rounding adds up over the steps, and two orders of summation part ways: equal is judged over these. */
const EQUAL_STEPS = 5;
const EQUAL = 1e-3;

async function serveTf() {
  const server = createServer(async (request, response) => {
    const path = normalize(new URL(request.url ?? "/", "http://localhost").pathname);
    const body = path === "/" ? Buffer.from("<!doctype html><title>tf.js</title>") : await readFile(join(HERE, path)).catch(() => null);
    response.writeHead(body ? 200 : 404, { "content-type": TYPES[extname(path)] ?? TYPES[".html"] }).end(body);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return { url: `http://127.0.0.1:${port}/`, close: () => { server.closeAllConnections(); server.close(); } };
}

const theirs = (page, backend, shape, seed) =>
  page.evaluate(([backend, shape, seed]) => {
    window.tfWorker ??= new Worker("/tf-worker.js");
    return new Promise((resolve, reject) => {
      window.tfWorker.onerror = (event) => reject(new Error(event.message));
      window.tfWorker.onmessage = ({ data }) => (data.ok ? resolve(data.ok) : reject(new Error(data.failure)));
      window.tfWorker.postMessage({ backend, shape, seed });
    });
  }, [backend, shape, seed]);

const asked = options();
const { pairs, only } = asked;
loadBefore();
const [app, other, browser] = [await serve(), await serveTf(), await launch()];
try {
  const { page: our } = await open(browser, app.url);
  await ready(our);
  const their = await browser.newPage();
  await their.goto(other.url);
  const rows = [];
  for (const [device, usual] of [["cpu", "wasm"], ["gpu", "webgpu"]]) {
    if (only && only !== device) continue;
    for (const { inputs, hidden, batch, length = 0, ...counts } of shapes(asked)) {
      const shape = { inputs, hidden, batch, length, steps: counts[device] };
      // tf.js cannot train a convolution on its wasm back end: Conv2DBackpropFilter is not registered there.
      const backend = length && device === "cpu" ? "cpu" : usual;
      const [ms, tfMs, ratios, distances] = [[], [], [], []];
      // Pair 0 is not counted: it compiles shaders and warms both.
      for (let pair = 0; pair <= pairs; pair++) {
        const runs = [async () => trial(our, device, shape, pair), async () => theirs(their, backend, shape, pair)];
        const found = [];
        for (const at of pair % 2 ? [0, 1] : [1, 0]) found[at] = await runs[at]();
        if (found[0].device !== device) throw new Error(`the engine ran on ${found[0].device}`);
        const distance = apart(found[0].losses, found[1].losses, EQUAL_STEPS);
        if (!(distance <= EQUAL)) throw new Error(`not the same training: losses ${found[0].losses.slice(0, EQUAL_STEPS)} and ${found[1].losses.slice(0, EQUAL_STEPS)}`);
        if (pair === 0) continue;
        ms.push(found[0].ms_per_step);
        tfMs.push(found[1].ms_per_step);
        ratios.push(found[1].ms_per_step / found[0].ms_per_step);
        distances.push(apart(found[0].losses, found[1].losses));
      }
      rows.push([`${device === "cpu" ? "CPU" : "WebGPU (SwiftShader)"}, ${named(shape)}`, spread(ms), spread(tfMs), `${spread(ratios)}×`, `${median(distances).toExponential(0)} over ${shape.steps}`]);
      console.log(rows.at(-1).join(" | "));
    }
  }
  facts("tests/bench/run.sh a", browser.version());
  table(["device, shape", "autograft, ms a step", "tf.js, ms a step", "tf.js / autograft, by pair", "losses apart, steps"], rows);
} finally {
  await browser.close();
  await app.close();
  other.close();
}
