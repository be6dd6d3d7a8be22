// What every measurement shares: options, order statistics, the machine's facts, tables as the README has them.

import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

/** `--pairs N`: interleaved pairs; `--smoke`: one pair of the smallest, to see that it works; `--only WORD`; `--shape N`: one of SHAPES alone. */
export function options() {
  const { values } = parseArgs({ options: { pairs: { type: "string" }, smoke: { type: "boolean" }, only: { type: "string" }, profile: { type: "string" }, shape: { type: "string" } } });
  return { ...values, smoke: values.smoke ?? false, pairs: values.smoke ? 1 : Number(values.pairs ?? 5) };
}

/** The built engine. */
export function engineFile() {
  const folder = fileURLToPath(new URL("../../dist/assets/", import.meta.url));
  const name = readdirSync(folder).find((file) => file.endsWith(".wasm"));
  if (!name) throw new Error("no engine in dist/assets");
  return readFileSync(folder + name);
}

/** @param {number[]} values */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

const digits = (/** @type {number} */ value) => (value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2));

/** Median and range. @param {number[]} values */
export const spread = (values) => `${digits(median(values))} (${digits(Math.min(...values))}–${digits(Math.max(...values))})`;

/** @param {string[]} head @param {(string | number)[][]} rows */
export function table(head, rows) {
  const line = (/** @type {(string | number)[]} */ cells) => `| ${cells.join(" | ")} |`;
  console.log([line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n"));
}

/** @param {string} command @param {string} [browser] */
export function facts(command, browser) {
  const engine = createHash("sha256").update(engineFile()).digest("hex").slice(0, 8);
  console.log(
    [
      `\n${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC`, `\`${command}\``, `${availableParallelism()} cores (${cpus()[0]?.model.trim()})`,
      browser && `Chromium ${browser}`, `engine ${engine}`, `load ${loadavg()[0].toFixed(1)} at the end`,
    ].filter(Boolean).join("; "),
  );
}

/** Load before: a loaded machine measures its neighbours. */
export const loadBefore = () => console.log(`load before: ${loadavg()[0].toFixed(1)} on ${availableParallelism()} cores`);

/** The largest distance between two curves of losses, over the first `steps`. @param {number[]} a @param {number[]} b */
export const apart = (a, b, steps = a.length) => Math.max(...a.slice(0, steps).map((loss, step) => Math.abs(loss - b[step])));

/** A trial in the page's first worker. @param {import("playwright-core").Page} page */
export const trial = (page, device, shape, seed) =>
  page.evaluate(
    ([device, shape, seed]) =>
      window.autograft.engine.request({ type: "trial", device, shape, seed }, { worker: 0 }).then(
        ({ trial }) => trial,
        (failure) => { throw new Error(`${failure.code} ${JSON.stringify(failure.facts)}`); },
      ),
    [device, shape, seed],
  );

/** Waits until the page works. @param {import("playwright-core").Page} page */
export const ready = (page) => page.waitForSelector("#app[data-state=ready]", { timeout: 60_000 });

/** The shapes of the bench; `steps` for processor and WebGPU: enough for a median, few enough for an emulated GPU. */
export const SHAPES = [
  { inputs: 30, hidden: 64, batch: 64, cpu: 200, gpu: 16 },
  { inputs: 300, hidden: 256, batch: 64, cpu: 80, gpu: 10 },
  { inputs: 2000, hidden: 512, batch: 64, cpu: 20, gpu: 6 },
  // Three channels, three convolutions (64, 128, 64), a head of 256.
  { inputs: 3, hidden: 256, batch: 100, length: 36, cpu: 6, gpu: 4 },
  // The same under the published head of 2,048.
  { inputs: 3, hidden: 2048, batch: 100, length: 36, cpu: 6, gpu: 4 },
];

/** Those that were asked for. @param {{ smoke: boolean, shape?: string }} options */
export const shapes = ({ smoke, shape }) => (shape ? SHAPES.slice(Number(shape), Number(shape) + 1) : smoke ? SHAPES.slice(0, 1) : SHAPES);

/** @param {{ inputs: number, hidden: number, length?: number }} shape */
export const named = ({ inputs, hidden, length }) => (length ? `convolution, ${inputs} × ${length} → ${hidden}` : `${inputs} → ${hidden}`);
