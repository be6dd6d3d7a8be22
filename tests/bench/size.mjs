// (d) What a visit costs: the engine's bytes, and the time from navigation to "ready" in a browser that was just started.

import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { launch, open } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { engineFile, facts, loadBefore, options, ready, spread, table } from "./common.mjs";

const { pairs, smoke } = options();
loadBefore();
const server = await serve();
const times = [];
let version = "";
try {
  for (let start = 0; start < pairs; start++) {
    const browser = await launch();
    version = browser.version();
    const { page } = await open(browser, server.url);
    await ready(page);
    times.push(await page.evaluate(() => window.autograft.ms));
    await browser.close();
  }
} finally {
  await server.close();
}
const engine = engineFile();
const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_LGWIN, BROTLI_PARAM_SIZE_HINT } = constants;
const brotli = smoke ? "–" : brotliCompressSync(engine, { params: { [BROTLI_PARAM_QUALITY]: 11, [BROTLI_PARAM_LGWIN]: 24, [BROTLI_PARAM_SIZE_HINT]: engine.length } }).length;
facts("tests/bench/run.sh d", version);
table(["engine, bytes", "gzip -9", "brotli 11", "cold start to ready, ms"], [[engine.length, gzipSync(engine, { level: 9 }).length, brotli, spread(times)]]);
