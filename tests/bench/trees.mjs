// (f) Boosted trees: ours as wasm (Node's V8) and natively, against XGBoost's hist on one thread. Needs no dist/.
// XGBoost is found in the Python that the variable PYTHON names (`pip install xgboost` in an environment of its own).

import { readFileSync, rmSync } from "node:fs";
import { availableParallelism, cpus, loadavg, tmpdir } from "node:os";
import { fileURLToPath } from "node:url";
import { loadBefore, options, spread, table } from "./common.mjs";
import { build, start } from "./pure.mjs";

const SHAPES = [
  { rows: 1000, features: 50, depth: 4, steps: 200 },
  { rows: 10000, features: 50, depth: 6, steps: 200 },
];
/** The same bins, so the same trees; a long column XGBoost bins from a sketch, we from all its values. */
const EQUAL = [1e-4, 1e-2];

const { pairs, smoke } = options();
const native = start(build("trees", "--bin", "autograft-bench-trees"), []);
const { instance } = await WebAssembly.instantiate(readFileSync(build("trees", "--lib", "--crate-type", "cdylib", "--target", "wasm32-unknown-unknown")), {});
const python = start(process.env.PYTHON ?? "python3", [fileURLToPath(new URL("trees.py", import.meta.url))]);
const file = `${tmpdir()}/autograft-bench-trees-${process.pid}`;
try {
  const { version } = await python.next();
  loadBefore();
  const lines = [];
  for (const [number, { rows, features, depth, steps }] of (smoke ? SHAPES.slice(0, 1) : SHAPES).entries()) {
    const found = [];
    for (let pair = 0; pair <= pairs; pair++) {
      const shape = [rows, features, depth, steps, pair];
      // Not timed: the rows for XGBoost.
      await native.ask(rows, features, 1, 1, pair, file);
      instance.exports.make(rows, features, pair);
      const sides = [
        () => native.ask(...shape),
        async () => {
          const begin = performance.now();
          const loss = instance.exports.train(depth, steps);
          return { ms: performance.now() - begin, loss };
        },
        () => python.ask(...shape, file),
      ];
      const trial = [];
      for (const at of pair % 2 ? [0, 1, 2] : [2, 1, 0]) trial[at] = await sides[at]();
      const [own, wasm, other] = trial.map(({ loss }) => loss);
      if (!(own === wasm && Math.abs(own - other) <= EQUAL[number])) throw new Error(`not the same trees: ${[own, wasm, other]}`);
      if (pair > 0) found.push(trial.map(({ ms }) => ms));
    }
    const side = (at) => spread(found.map((trial) => trial[at]));
    const ratio = (a, b) => `${spread(found.map((trial) => trial[a] / trial[b]))}×`;
    lines.push([`${rows} × ${features}, depth ${depth}, ${steps} trees`, side(1), side(0), side(2), ratio(1, 2), ratio(0, 2)]);
    console.log(lines.at(-1).join(" | "));
  }
  console.log(`\n${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC; ${availableParallelism()} cores (${cpus()[0]?.model.trim()}); Node ${process.version}; XGBoost ${version}; load ${loadavg()[0].toFixed(1)} at the end`);
  table(["rows", "wasm, ms", "native, ms", "XGBoost, ms", "wasm / XGBoost, by pair", "native / XGBoost, by pair"], lines);
} finally {
  native.stop();
  python.stop();
  rmSync(file, { force: true });
}
