// (b) The engine in the page against the same code natively, on one thread: same seeds, so the same losses.
// `--profile`: cargo's profile of the native build (default `native`, the released command's).

import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { launch, open } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { apart, facts, loadBefore, median, named, options, ready, shapes, spread, table, trial } from "./common.mjs";

/** A build for another machine sums in another order. */
const EQUAL_STEPS = 5;
const EQUAL = 1e-4;

function build(profile) {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  const said = execFileSync("cargo", ["bench", "--bench", "native", "--no-run", "--profile", profile, "--message-format=json"], { cwd: root, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 });
  const made = said.split("\n").filter(Boolean).map((line) => JSON.parse(line)).find(({ executable, target }) => executable && target?.name === "native");
  return made.executable;
}

function start(executable) {
  const child = spawn(executable, [], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    trial: async ({ inputs, hidden, batch, steps, length }, seed) => {
      child.stdin.write(`${[inputs, hidden, batch, steps, length, seed].join(" ")}\n`);
      return JSON.parse((await lines.next()).value);
    },
    stop: () => child.stdin.end(),
  };
}

const asked = options();
const { pairs, profile = "native" } = asked;
const native = start(build(profile));
loadBefore();
const [server, browser] = [await serve(), await launch({ gpu: false })];
try {
  const { page } = await open(browser, server.url);
  await ready(page);
  const rows = [];
  for (const { inputs, hidden, batch, length = 0, cpu } of shapes(asked)) {
    const shape = { inputs, hidden, batch, length, steps: cpu };
    const [wasm, here, ratios, distances] = [[], [], [], []];
    for (let pair = 0; pair <= pairs; pair++) {
      const runs = [() => trial(page, "cpu", shape, pair), () => native.trial(shape, pair)];
      const found = [];
      for (const at of pair % 2 ? [0, 1] : [1, 0]) found[at] = await runs[at]();
      if (!(apart(found[0].losses, found[1].losses, EQUAL_STEPS) <= EQUAL)) throw new Error(`not the same training: ${found.map(({ losses }) => losses.slice(0, EQUAL_STEPS))}`);
      if (pair === 0) continue;
      wasm.push(found[0].ms_per_step);
      here.push(found[1].ms_per_step);
      ratios.push(found[0].ms_per_step / found[1].ms_per_step);
      distances.push(apart(found[0].losses, found[1].losses));
    }
    rows.push([named(shape), spread(wasm), spread(here), `${spread(ratios)}×`, `${median(distances).toExponential(0)} over ${cpu}`]);
    console.log(rows.at(-1).join(" | "));
  }
  facts(`tests/bench/run.sh b --profile ${profile}`, browser.version());
  table(["shape", "wasm, ms a step", `native (profile ${profile}), ms a step`, "wasm / native, by pair", "losses apart, steps"], rows);
} finally {
  native.stop();
  await browser.close();
  await server.close();
}
