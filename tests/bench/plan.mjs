// A plan that the command wrote, run in the page with one worker and with two (or with so many alone): the time of all units and the report,
// and the engines' memory at its end, which is their peak.
//
//     node plan.mjs SOURCE.csv TARGET.csv REPORT.json [--runs N] [--workers N]        (prints one line of JSON)

import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { launch, open } from "../browser/chromium.mjs";
import { serve } from "../browser/server.mjs";
import { ready } from "./common.mjs";
import { runPlan } from "./inpage.mjs";

const { positionals: [source, target, report], values: asked } = parseArgs({ allowPositionals: true, options: { runs: { type: "string", default: "1" }, workers: { type: "string" } } });
const plan = JSON.parse(readFileSync(report, "utf8")).plan;
const texts = [source, target].map((path) => readFileSync(path, "utf8"));
const options = [plan.sources[0], plan.targets[0]].map(({ read }) => read ?? {});
const runs = Number(asked.runs);
const [server, browser] = [await serve(), await launch({ gpu: false })];
try {
  const found = [];
  for (let run = 0; run < runs; run++) {
    for (const workers of asked.workers ? [Number(asked.workers)] : run % 2 ? [2, 1] : [1, 2]) {
      // A fresh page, so that the memory is this run's.
      const { page } = await open(browser, server.url);
      await ready(page);
      page.setDefaultTimeout(0);
      const { answer, ...one } = await page.evaluate(runPlan, { texts, options, plan, workers });
      found.push({ ...one, workers, said: JSON.stringify(answer) });
      await page.close();
    }
  }
  if (new Set(found.map(({ said }) => said)).size > 1) throw new Error("two workers gave another report than one");
  console.log(JSON.stringify({ browser: browser.version(), found: found.map(({ said, ...one }) => one), report: JSON.parse(found[0].said) }));
} finally {
  await browser.close();
  await server.close();
}
