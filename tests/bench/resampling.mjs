// (g) Resampling: the paired bootstrap of two AUROCs and the permutation test of MMD², as wasm (Node's V8) and natively,
// against SciPy and numpy on one thread. Needs no dist/. They are found in the Python that the variable PYTHON names.

import { readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { loadBefore, options, spread, table } from "./common.mjs";
import { build, start } from "./pure.mjs";

/** `width` 0: scores. `near`: how far the standard error (a share of it) or p may lie from Python's, whose draws are others. */
const SHAPES = [
  { name: "paired bootstrap of AUROC, 10000 rows, 1000 resamples", rows: 10000, width: 0, resamples: 1000, near: 0.12 },
  { name: "MMD², 1000 × 1000 rows × 50, 999 permutations", rows: 1000, width: 50, resamples: 999, near: 0.06 },
];
const FOREVER = 0xffff_ffff;

const { pairs, smoke } = options();
const native = start(build("resampling", "--bin", "autograft-bench-resampling"), []);
const { instance } = await WebAssembly.instantiate(readFileSync(build("resampling", "--lib", "--crate-type", "cdylib", "--target", "wasm32-unknown-unknown")), { host: { now: () => performance.now() } });
const { make, run, found } = /** @type {any} */ (instance.exports);
process.env.OMP_NUM_THREADS = process.env.OPENBLAS_NUM_THREADS = "1";
const python = start(process.env.PYTHON ?? "python3", [fileURLToPath(new URL("resampling.py", import.meta.url))]);
const file = `${tmpdir()}/autograft-bench-resampling-${process.pid}`;
try {
  const { numpy, scipy } = await python.next();
  loadBefore();
  const lines = [];
  const pauses = [];
  for (const { name, rows, width, resamples, near } of smoke ? SHAPES.slice(0, 1) : SHAPES) {
    const trials = [];
    for (let pair = 0; pair <= pairs; pair++) {
      const shape = [rows, width, resamples, pair];
      // Not timed: the numbers for Python, and the bandwidth.
      const { sigma } = await native.ask(...shape, file);
      make(rows, width, pair);
      const sides = [
        () => native.ask(...shape),
        async () => {
          const begin = performance.now();
          if (run(resamples, FOREVER)) throw new Error("stopped");
          return { ms: performance.now() - begin, value: found(0), spread: found(1) };
        },
        () => python.ask(...shape, sigma ?? 0, file),
      ];
      const trial = [];
      for (const at of pair % 2 ? [0, 1, 2] : [2, 1, 0]) trial[at] = await sides[at]();
      const [own, wasm, other] = trial;
      const alike = Math.abs(own.value - other.value) <= 1e-5 && (width ? Math.abs(own.spread - other.spread) : Math.abs(own.spread / other.spread - 1)) <= near;
      if (!(own.value === wasm.value && own.spread === wasm.spread && alike)) throw new Error(`not the same: ${JSON.stringify(trial)}`);
      if (pair > 0) trials.push(trial.map(({ ms }) => ms));
    }
    // How it breathes, and how soon it stops once it is asked to at the third breath.
    run(resamples, FOREVER);
    const [breaths, longest, told] = [found(2), found(3), found(4)];
    const begin = performance.now();
    if (run(resamples, 3) !== 1 || found(2) !== 3) throw new Error("it did not stop when asked");
    pauses.push([name, breaths, longest.toFixed(0), told, (performance.now() - begin).toFixed(0)]);
    const side = (/** @type {number} */ at) => spread(trials.map((trial) => trial[at]));
    const ratio = (/** @type {number} */ a, /** @type {number} */ b) => `${spread(trials.map((trial) => trial[a] / trial[b]))}×`;
    lines.push([name, side(1), side(0), side(2), ratio(1, 2), ratio(0, 2)]);
    console.log(lines.at(-1)?.join(" | "));
  }
  console.log(`\n${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC; ${availableParallelism()} cores (${cpus()[0]?.model.trim()}); Node ${process.version}; numpy ${numpy}, SciPy ${scipy}; load ${loadavg()[0].toFixed(1)} at the end`);
  table(["work", "wasm, ms", "native, ms", "SciPy or numpy, ms", "wasm / Python, by pair", "native / Python, by pair"], lines);
  console.log();
  table(["work, in wasm", "breaths", "longest pause, ms", "reports of progress", "stopped at the third breath after, ms"], pauses);
} finally {
  native.stop();
  python.stop();
  rmSync(file, { force: true });
}
