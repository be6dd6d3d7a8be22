// (e) One worker and two on a fixed small plan, in pairs: the tables' loading, all units and the report.
// Both must give the same bytes of a report.

import { launch, open } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { runPlan } from "./inpage.mjs";
import { facts, loadBefore, options, ready, spread, table } from "./common.mjs";

/** In the page: two made tables and a plan for them. */
async function prepare() {
  const { engine } = window.autograft;
  const desk = async (ask, options = {}) => {
    const { answer, buffers } = await engine.request({ type: "desk", ask, device: "cpu" }, options);
    return { ...answer, buffers };
  };
  const hospital = (rows, seed, prefix) => {
    let state = seed * 7919 + 1;
    const draw = () => (state = (state * 16807) % 2147483647) / 2147483647;
    const normal = () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
    const lines = ["patient,age,lactate,sex,noise,died"];
    for (let row = 0; row < rows; row++) {
      const [age, lactate, noise] = [normal(), normal(), normal()];
      const died = draw() < 1 / (1 + Math.exp(-(1.6 * age + 1.2 * lactate))) ? 1 : 0;
      lines.push(`${prefix}${row},${(60 + 10 * age).toFixed(1)},${(2 + lactate).toFixed(3)},${draw() < 0.5 ? "F" : "M"},${noise.toFixed(3)},${died}`);
    }
    return new File([lines.join("\n")], `${prefix}.csv`);
  };
  const files = [hospital(600, 1, "source"), hospital(120, 2, "target")];
  const tables = [];
  for (const file of files) tables.push((await engine.request({ type: "open", options: {} }, { files: [file], worker: 0 })).buffers[0]);
  await desk({ type: "load", sources: 1 }, { buffers: tables, worker: 0 });
  const { source, target } = await desk({ type: "suggest" }, { worker: 0 });
  source.died = target.died = "label";
  const label = { source: "died", target: "died", kind: { type: "classes", event: "1" } };
  const { mapping } = await desk({ type: "line_up", source, target, label }, { worker: 0 });
  const named = (name) => ({ name, fingerprint: "", read: {} });
  const preparation = { source_roles: source, target_roles: target, mapping, label };
  const { plan } = await desk({ type: "default_plan", sources: [named("source.csv")], targets: [named("target.csv")], preparation, source_model: null }, { worker: 0 });
  plan.design = { folds: 3, repeats: 2, seeds: 1 };
  Object.assign(plan, { importance: 0, others: [], grid: null, both_directions: false });
  for (const chosen of [plan.transfer, plan.baseline]) {
    if (chosen.method !== "target_only_linear") chosen.config = { widths: [16, 16, 8], max_epochs: 15 };
  }
  return { plan, texts: await Promise.all(files.map((file) => file.text())) };
}

const { pairs, smoke } = options();
loadBefore();
const [server, browser] = [await serve(), await launch({ gpu: false })];
try {
  const { page } = await open(browser, server.url);
  await ready(page);
  const made = await page.evaluate(prepare);
  const run = async (workers) => {
    const { answer, ...found } = await page.evaluate(runPlan, { ...made, workers });
    return { ...found, report: JSON.stringify(answer) };
  };
  let units = 0;
  const [one, two, ratios] = [[], [], []];
  for (let pair = smoke ? 1 : 0; pair <= pairs; pair++) {
    const found = [];
    for (const at of pair % 2 ? [0, 1] : [1, 0]) found[at] = await run(at + 1);
    if (found[0].report !== found[1].report) throw new Error("two workers gave another report than one");
    if (pair === 0) continue;
    units = found[0].units;
    one.push(found[0].seconds);
    two.push(found[1].seconds);
    ratios.push(found[0].seconds / found[1].seconds);
  }
  facts("tests/bench/run.sh e", browser.version());
  table(["units", "one worker, s", "two workers, s", "one / two, by pair"], [[units, spread(one), spread(two), `${spread(ratios)}×`]]);
} finally {
  await browser.close();
  await server.close();
}
