// (c) From a CSV file to a table in the page: megabytes of text a second, and the most memory that it took.
// The memory of an engine never shrinks, so what it has after the answer is its largest; each reading has its own.

import { launch, open } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { facts, loadBefore, median, options, ready, spread, table } from "./common.mjs";

const { pairs, smoke } = options();
const TABLES = smoke ? [{ rows: 500, columns: 200 }] : [{ rows: 500, columns: 20_000 }, { rows: 1_000_000, columns: 20 }];

/** In the page: made numbers as text, read `times` times by fresh engines. */
async function measure({ rows, columns, times }) {
  const { engine } = window.autograft;
  const parts = [];
  let bytes = new Uint8Array(8 << 20);
  let at = 0;
  const flush = () => { parts.push(new Blob([bytes.subarray(0, at)])); at = 0; };
  for (const byte of new TextEncoder().encode(`${Array.from({ length: columns }, (_, i) => `feature_${i}`).join(",")}\n`)) bytes[at++] = byte;
  let state = 12345;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      if (at > bytes.length - 64) flush();
      // -9.9999 to 9.9999, four decimals, evenly.
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      const value = ((state >>> 8) % 199_999) - 99_999;
      const size = Math.abs(value);
      if (value < 0) bytes[at++] = 45;
      bytes[at++] = 48 + Math.floor(size / 10_000);
      bytes[at++] = 46;
      for (let place = 1000; place >= 1; place /= 10) bytes[at++] = 48 + (Math.floor(size / place) % 10);
      bytes[at++] = column === columns - 1 ? 10 : 44;
    }
  }
  flush();
  bytes = new Uint8Array(0);
  const file = new File(parts, "made.csv");
  const found = [];
  for (let time = 0; time < times; time++) {
    const worker = engine.size + 1;
    const before = await engine.request({ type: "hello" }, { worker });
    let began = 0;
    const reply = await engine.request({ type: "open", options: {} }, { files: [file], worker, onEvent: () => { began ||= performance.now(); } });
    const ms = performance.now() - began;
    const after = await engine.request({ type: "hello" }, { worker });
    const seat = engine.seats[worker];
    seat.onDeath = null;
    seat.worker.terminate();
    seat.alive = false;
    if (reply.summary.rows !== rows || reply.summary.columns.length !== columns) throw new Error(`${reply.summary.rows} × ${reply.summary.columns.length}`);
    found.push({ ms, before: before.memory, told: reply.memory, engine: after.memory, arrays: reply.buffers.reduce((sum, { byteLength }) => sum + byteLength, 0) });
  }
  return { text: file.size, found };
}

loadBefore();
const [server, browser] = [await serve(), await launch({ gpu: false })];
try {
  const out = [];
  for (const shape of TABLES) {
    const { page } = await open(browser, server.url);
    await ready(page);
    page.setDefaultTimeout(0);
    const { text, found } = await page.evaluate(measure, { ...shape, times: pairs });
    const mb = (/** @type {number} */ bytes) => (bytes / 1e6).toFixed(0);
    const of = (/** @type {(one: any) => number} */ take) => median(found.map(take));
    out.push([
      `${shape.rows} × ${shape.columns}`, mb(text), spread(found.map(({ ms }) => text / 1e3 / ms)), mb(of((one) => one.engine)), mb(of((one) => one.arrays)),
      `${((of((one) => one.engine) + of((one) => one.arrays)) / text).toFixed(2)}×`,
    ]);
    console.log(`${out.at(-1).join(" | ")}; engine before ${mb(of((one) => one.before))} MB, said in the answer ${mb(of((one) => one.told))} MB`);
    await page.close();
  }
  facts("tests/bench/run.sh c", browser.version());
  table(["rows × columns", "text, MB", "MB/s", "engine's memory, MB", "arrays beside it, MB", "both / text"], out);
} finally {
  await browser.close();
  await server.close();
}
