// The examples, the saved model, the GPU, the run file: what a person does after, or instead of, two plain tables.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { open } from "./chromium.mjs";
import { SCREENS, file, finished, judge, openPlan, opened, run, saved, small, stage, state, table, tinyPlan } from "./page.mjs";
import { stand } from "./stand.mjs";

const { browser, server } = await stand({ gpu: true });

const ready = (page) => page.waitForSelector("#app[data-state=ready]");
const prepared = (page) => page.waitForFunction(() => window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 60_000 });

for (const [example, rows] of [["support2-copd", 867], ["support2-colon", 412], ["generated-helps", 0]]) {
  test(`the example ${example} is there after one click, its label, event and test rows known`, async () => {
    const { page, errors } = await open(browser, `${server.url}?with=example-${example}#lang=en`);
    await ready(page);
    await prepared(page);
    const requests = server.requests.length;
    const { data, verdict_possible: possible } = await state(page, "prepared");
    assert.equal(possible, true);
    assert.ok(data.test.rows > 0 && (!rows || data.test.rows === rows), JSON.stringify(data.test));
    assert.equal(data.target.rows, example.startsWith("support2") ? 100 : data.target.rows);
    await stage(page, 2);
    await page.waitForFunction(() => window.autograft.state.shift || window.autograft.state.shiftFailure, null, { timeout: 120_000 });
    assert.equal(await state(page, "shiftFailure"), null);
    await page.screenshot({ path: `${SCREENS}example-${example}.png`, fullPage: true });
    assert.deepEqual(errors, []);
    assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
    await page.close();
  });
}

test("a small plan runs on the GPU, and says so; a kept model scores new patients; a run file goes on", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en&theme=dark`);
  await ready(page);
  await opened(page, table(120, 11), table(60, 12));
  await small(page);
  // As a plan file would say it: few steps, two methods, on the GPU whatever the measurement found.
  await tinyPlan(page, { device: "gpu" });
  await run(page);
  assert.equal(await state(page, "plan.device"), "gpu", "no fall back to the processor");
  const contrast = await state(page, "report.forward.contrast");
  assert.ok(contrast.n_folds + contrast.n_undefined === 2, JSON.stringify(contrast));
  const model = await saved(page, /(^|\s)Model: /);
  assert.ok(model.length > 500 && model.includes("autograft"), "safetensors with its own header");
  const runFile = await saved(page, "Run file");
  // New patients, without their outcome and with the columns in another order.
  const rows = table(30, 13).split("\n").map((line) => { const [patient, age, pressure, chol, sex] = line.split(","); return [sex, chol, pressure, age, patient].join(","); }).join("\n");
  await page.setInputFiles("ag-keep input[accept='.safetensors']", { name: "model.safetensors", mimeType: "application/octet-stream", buffer: model });
  await page.setInputFiles("ag-keep input[accept*='.xlsx']", file("new.csv", rows));
  await page.waitForFunction(() => window.autograft.state.scoring?.result || window.autograft.state.scoring?.failure, null, { timeout: 60_000 });
  assert.equal((await state(page, "scoring.result.rows"))?.length, 30, `${await state(page, "scoring.failure.code")} ${JSON.stringify(await state(page, "scoring.failure.facts"))}`);
  // The run file holds all that is finished: nothing is trained again.
  await page.evaluate(() => { window.autograft.state.report = null; });
  await page.setInputFiles("ag-keep input[accept='.autograft-run']", { name: "study.autograft-run", mimeType: "application/octet-stream", buffer: runFile });
  await page.waitForFunction(() => window.autograft.state.report || window.autograft.state.run?.failure, null, { timeout: 60_000 });
  assert.deepEqual(await state(page, "report.forward.contrast"), contrast);
  await page.close();
  assert.deepEqual(errors, []);
});

test("both directions and the grid of frozen layers and sizes, judged in Chinese and in the dark", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=zh&theme=dark`);
  await ready(page);
  await page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", file("source.csv", table(90, 41)));
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("target.csv", table(60, 42)));
  await prepared(page);
  const plan = await state(page, "plan");
  const few = { widths: [8, 8, 8], max_epochs: 3 };
  Object.assign(plan, { device: "cpu", importance: 1, both_directions: true, grid: { frozen: [0, 2], sizes: [20], repeats: 2 } });
  Object.assign(plan.design, { folds: 2, repeats: 1, seeds: 1 });
  plan.transfer.config = few;
  plan.baseline.config = few;
  plan.others = [{ method: "source_only", config: few }, { method: "target_only_network", config: few }];
  await openPlan(page, plan);
  await run(page);
  const { forward, reverse, pretrainings } = await state(page, "report");
  assert.equal(pretrainings, 2, "one for each direction");
  for (const one of [forward, reverse]) {
    assert.deepEqual([...new Set(one.learning.map(({ line }) => line))].sort(), ["baseline", "frozen_0", "frozen_2", "scratch", "source_only", "transfer"]);
    assert.equal(one.gain.length, 4, "two depths, two sizes");
  }
  await page.waitForSelector("ag-verdict-view .plot svg");
  await judge(page, "5-verdict-both");
  await stage(page, 6);
  await page.waitForSelector("ag-why .plot svg");
  await judge(page, "6-why-both");
  assert.deepEqual(errors, []);
  await page.close();
});

test("shuffling the source's labels changes the verdict's numbers", async () => {
  const estimates = [];
  for (const shuffled of [false, true]) {
    const { page } = await open(browser, `${server.url}#lang=en&theme=dark`);
    await ready(page);
    await opened(page, table(300, 21, { shuffled }), table(60, 22));
    await small(page);
    await run(page);
    const methods = await state(page, "report.forward.methods");
    estimates.push(methods.find(({ id }) => id === "source_only").metrics.find(({ metric }) => metric === "auroc").mean);
    await page.close();
  }
  assert.ok(estimates[0] > estimates[1] + 0.1, String(estimates));
});

test("a pre-trained model, kept in one visit, is the source of the next, and no row of the source is needed", async () => {
  const first = await open(browser, `${server.url}#lang=en`);
  await ready(first.page);
  await opened(first.page, table(150, 51), table(50, 52));
  await tinyPlan(first.page, { device: "cpu" });
  await run(first.page);
  const model = await saved(first.page, "Pre-trained model: ");
  const straight = await state(first.page, "report.forward.contrast");
  await first.page.close();
  assert.ok(!model.includes("51-0"), "a row's name is in it");

  const { page, errors } = await open(browser, `${server.url}#lang=en`);
  await ready(page);
  const requests = server.requests.length;
  await page.setInputFiles("ag-drop:nth-of-type(1) input[accept='.safetensors']", { name: "elsewhere.safetensors", mimeType: "application/octet-stream", buffer: model });
  await page.waitForFunction(() => window.autograft.state.sourceModel);
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("target.csv", table(50, 52)));
  await page.waitForFunction(() => (window.autograft.state.prepared || window.autograft.state.dataFailure) && !window.autograft.state.working, null, { timeout: 60_000 });
  if ((await state(page, "prepared.data.label")) !== "died") await page.getByRole("button", { name: "died", exact: true }).click();
  await page.waitForFunction(() => window.autograft.state.prepared?.data.label === "died" && !window.autograft.state.working, null, { timeout: 60_000 });
  await tinyPlan(page, { device: "cpu" });
  await run(page);
  const contrast = await state(page, "report.forward.contrast");
  assert.equal((await state(page, "report.data.sources")).length, 0);
  assert.equal(await state(page, "report.pretrainings"), 0, "nothing was pre-trained again");
  assert.equal(contrast.transfer, straight.transfer, "the same folds from the same model");
  await page.waitForSelector("ag-verdict-view .verdict-word");
  assert.deepEqual(errors, []);
  assert.equal(server.requests.length, requests);
  await page.close();
});

test("a saved plan knows its tables: it reads them as it did, and says so where others are open", async () => {
  const { page } = await open(browser, `${server.url}#lang=en`);
  await ready(page);
  const target = table(60, 72, { zeros: true });
  await opened(page, table(90, 71), target);
  await page.getByRole("button", { name: "Yes, missing" }).first().click();
  const answered = () => page.waitForFunction(() => window.autograft.state.opened.some((one) => !one.busy && one.summary.columns.some(({ name, missing }) => name === "chol" && missing > 5)) && window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 30_000 });
  await answered();
  const plan = JSON.parse((await saved(page, /^Plan/)).toString());
  for (const { fingerprint } of [...plan.sources, ...plan.targets]) assert.match(fingerprint, /^[0-9a-f]{16}$/);
  assert.deepEqual(plan.targets[0].read.missing_codes, { chol: ["0"] });
  const others = () => page.evaluate(() => window.autograft.state.prepared.findings.filter(({ key }) => key === "other_table").map(({ file }) => file));
  assert.deepEqual(await others(), []);
  await page.close();

  for (const [rows, expected] of [[target, []], [target.replace(/\n72-5,.*/, ""), ["target.csv"]]]) {
    const again = await open(browser, `${server.url}#lang=en`);
    await ready(again.page);
    await opened(again.page, table(90, 71), rows);
    await openPlan(again.page, plan);
    // The zeros are missing as the plan has it, without a question.
    const missing = await again.page.evaluate(() => window.autograft.state.opened.find(({ side }) => side === "target").summary.columns.find(({ name }) => name === "chol").missing);
    assert.ok(missing > 5, String(missing));
    assert.equal(await state(again.page, "plan.targets.0.fingerprint"), plan.targets[0].fingerprint);
    assert.deepEqual(await again.page.evaluate(() => window.autograft.state.prepared.findings.filter(({ key }) => key === "other_table").map(({ file }) => file)), expected);
    await stage(again.page, 1);
    assert.equal(await again.page.getByText("These are not the cells that the plan was made with").count(), expected.length);
    await again.page.close();
  }
});

test("stopping a file that is read answers at once, and loses nothing that is open", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en`);
  await ready(page);
  await opened(page, table(90, 81), table(60, 82));
  const before = await page.evaluate(() => JSON.stringify(window.autograft.state.prepared.data));
  const folder = await mkdtemp(join(tmpdir(), "autograft-"));
  try {
    const long = join(folder, "long.csv");
    await writeFile(long, "patient,age,pressure,chol,sex,died\n" + "x,60,130.5,220,F,1\n".repeat(4_000_000));
    await page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", long);
    await page.waitForFunction(() => window.autograft.state.opened.some(({ busy }) => busy?.done > 0), null, { timeout: 30_000 });
    const ms = await page.evaluate(async () => {
      const began = performance.now();
      document.querySelector("ag-drop button[aria-label='Stop reading long.csv']").click();
      await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      return window.autograft.state.opened.some(({ name }) => name === "long.csv") ? Infinity : performance.now() - began;
    });
    console.log(`cancel of a reading answered after ${Math.round(ms)} ms`);
    assert.ok(ms < 1000, String(ms));
    assert.equal(await page.evaluate(() => JSON.stringify(window.autograft.state.prepared.data)), before);
    // Another reading of an open file, stopped: the table as it was read before is still there.
    await page.evaluate(() => { const { opened } = window.autograft.state; window.was = opened[1].table; });
    await page.locator("ag-drop:nth-of-type(2) details summary").click();
    await page.evaluate(async () => {
      [...document.querySelectorAll("ag-drop:nth-of-type(2) .tick")].find((tick) => tick.textContent.includes("short rows")).querySelector("input").click();
      // The button is there as soon as the page has drawn; the file is not read by then.
      await document.querySelector("ag-drop:nth-of-type(2) ag-file").updateComplete;
      for (let turn = 0; turn < 20 && !document.querySelector("[aria-label='Stop reading target.csv']"); turn++) await Promise.resolve();
      document.querySelector("[aria-label='Stop reading target.csv']").click();
    });
    assert.equal(await page.evaluate(() => window.autograft.state.opened[1].table === window.was && !window.autograft.state.opened[1].options.pad_short_rows), true);
    await page.waitForFunction(() => !window.autograft.state.opened[1].busy && !window.autograft.state.working && window.autograft.state.prepared);
    assert.equal(await page.evaluate(() => JSON.stringify(window.autograft.state.prepared.data)), before);
    await stage(page, 2);
    await page.waitForFunction(() => window.autograft.state.shift, null, { timeout: 60_000 });
    assert.deepEqual(errors, []);
  } finally {
    await rm(folder, { recursive: true });
    await page.close();
  }
});

test("the example in which a model labels patients itself: its rounds are drawn while it runs, stand in the verdict, and are saved", async () => {
  const { page, errors } = await open(browser, `${server.url}?with=example-generated-silver#lang=en`);
  await ready(page);
  await prepared(page);
  const requests = server.requests.length;
  const plan = await state(page, "plan");
  assert.equal(plan.transfer.method, "self_training");
  Object.assign(plan, { importance: 0, thresholds: 0, device: "cpu", explain: { ...plan.explain, patients: 0 } });
  plan.design.repeats = 1;
  plan.transfer.config = { ...plan.transfer.config, threshold: 0.8 };
  await openPlan(page, plan);
  await page.evaluate(() => {
    const look = () => { if (/Labels given in each round/.test(document.querySelector("ag-run")?.textContent ?? "")) document.body.dataset.live = "yes"; };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  });
  await run(page);
  assert.equal(await page.evaluate(() => document.body.dataset.live), "yes", "drawn while it ran");
  const rounds = await state(page, "report.forward.rounds");
  const labelled = rounds.filter(({ method }) => method === "self_training").flatMap(({ labelling }) => labelling.rounds).reduce((sum, { added }) => sum + added.reduce((a, b) => a + b, 0), 0);
  assert.ok(labelled > 0, JSON.stringify(rounds[0]));
  await stage(page, 5);
  const section = page.locator("section.rounds", { hasText: "Self-training" });
  await section.scrollIntoViewIfNeeded();
  const download = page.waitForEvent("download");
  await section.getByRole("button", { name: "CSV" }).first().click();
  const log = readFileSync(await (await download).path(), "utf8").trim().split("\n");
  assert.ok(log.length > 2 && log[0].includes("Round"), log[0]);
  await page.screenshot({ path: `${SCREENS}example-generated-silver.png`, fullPage: true });
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
  assert.deepEqual(errors, []);
});

test("the example of cell lines and patients: what a low number means is said, every loss is drawn and saved", async () => {
  const { page, errors } = await open(browser, `${server.url}?with=example-generated-drug#lang=en`);
  await ready(page);
  await prepared(page);
  const requests = server.requests.length;
  const plan = await state(page, "plan");
  assert.equal(plan.transfer.method, "aitl");
  assert.equal(plan.transfer.config.low_outcome, "event");
  assert.equal((await state(page, "roles")).source.log_ic50, "outcome");
  Object.assign(plan, { importance: 0, thresholds: 0, device: "cpu", others: [{ method: "dann", config: { max_epochs: 20 } }], explain: { ...plan.explain, patients: 0 } });
  plan.design.repeats = 1;
  await openPlan(page, plan);
  await run(page);
  const trainings = await state(page, "report.forward.trainings");
  const terms = (/** @type {string} */ id) => trainings.find(({ method }) => method === id)?.curves.terms ?? [];
  assert.ok(terms("aitl").includes("domain_class_1_auc"), JSON.stringify(terms("aitl")));
  assert.ok(terms("dann").includes("domains_told_apart"), JSON.stringify(terms("dann")));
  await stage(page, 5);
  const section = page.locator("section.trainings", { hasText: "AITL" });
  await section.scrollIntoViewIfNeeded();
  assert.equal(await section.locator("svg[role=img]").count(), 2, "losses, and how well the sides are told apart");
  const download = page.waitForEvent("download");
  await section.getByRole("button", { name: "CSV" }).first().click();
  const log = readFileSync(await (await download).path(), "utf8").trim().split("\n");
  assert.ok(log.length > 2 && log[0].includes("Step"), log[0]);
  await page.screenshot({ path: `${SCREENS}example-generated-drug.png`, fullPage: true });
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
  assert.deepEqual(errors, []);
});

test("the example of bulk samples and cells: before and after the transfer side by side, every loss drawn", async () => {
  const { page, errors } = await open(browser, `${server.url}?with=example-generated-cells#lang=en`);
  await ready(page);
  await prepared(page);
  const requests = server.requests.length;
  const plan = await state(page, "plan");
  assert.equal(plan.transfer.method, "scdeal");
  assert.ok(!plan.others.some(({ method }) => method === "scdeal_before"), "nobody has to ask for it");
  Object.assign(plan, { importance: 0, thresholds: 0, device: "cpu", others: [], explain: { ...plan.explain, patients: 0 } });
  plan.transfer.config = { widths: [32], code: 16, predictor: [16], max_epochs: 15 };
  await openPlan(page, plan);
  await run(page);
  const methods = await state(page, "report.forward.methods");
  assert.deepEqual(["scdeal", "scdeal_before"].filter((id) => methods.some((one) => one.id === id)), ["scdeal", "scdeal_before"]);
  assert.deepEqual((await state(page, "report.plan.others")).map(({ method, config }) => [method, config.code]), [["scdeal_before", 16]]);
  const [training] = (await state(page, "report.forward.trainings")).filter(({ method }) => method === "scdeal");
  assert.deepEqual(training.curves.terms, ["cross_entropy", "discrepancy", "clusters"]);
  await stage(page, 5);
  await page.locator("section.trainings", { hasText: "scDEAL" }).scrollIntoViewIfNeeded();
  const table = await page.locator("section.card", { has: page.getByRole("heading", { name: "All methods, all metrics" }) }).innerText();
  assert.match(table, /scDEAL before the transfer/);
  await page.screenshot({ path: `${SCREENS}example-generated-cells.png`, fullPage: true });
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
  assert.deepEqual(errors, []);
});

test("Hanczar's grid in both directions: two pictures side by side on one scale, and what they say", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en`);
  await ready(page);
  await opened(page, table(120, 21), table(90, 22));
  await small(page);
  await tinyPlan(page, { device: "cpu", both_directions: true, crossing: false, grid: { frozen: [0, 1], sizes: [20, 5000], repeats: 2 } });
  const said = await page.evaluate(() => window.autograft.state.prepared.findings.map(({ key }) => key));
  assert.ok(said.includes("grid_sizes_above"), `${said}`);
  await stage(page, 3);
  await page.getByRole("button", { name: "Quick look: 3 repeats" }).waitFor();
  await run(page);
  for (const direction of ["forward", "reverse"]) {
    const gain = await state(page, `report.${direction}.gain`);
    assert.deepEqual([...new Set(gain.map(({ frozen }) => frozen))], [0, 1]);
    assert.equal(gain.length, 4, JSON.stringify(gain));
  }
  await stage(page, 5);
  const card = page.getByRole("region", { name: "Gain over training from scratch" }).first();
  await card.getByRole("heading", { name: "Source → target" }).waitFor();
  assert.equal(await card.locator("ag-figure svg").count() >= 2, true);
  assert.match(await card.innerText(), /Target → source[\s\S]*2 repeats show no more/);
  await page.close();
  assert.deepEqual(errors, []);
});

test("the example of protein families: the modes over numbers of compounds, the crossing plot, and its file", async () => {
  const { page, errors } = await open(browser, `${server.url}?with=example-generated-families#lang=en`);
  await ready(page);
  await prepared(page);
  const requests = server.requests.length;
  const plan = await state(page, "plan");
  assert.equal(plan.transfer.method, "drug_target");
  assert.deepEqual(plan.grid.modes, ["scratch", "random_forest", "fine_tune", "frozen_1", "svm_1"]);
  await stage(page, 3);
  await page.getByRole("button", { name: "As published: 10 repeats" }).waitFor();
  Object.assign(plan, { device: "cpu", design: { folds: 2, repeats: 1, seeds: 1 }, grid: { ...plan.grid, sizes: [4, 40], repeats: 2 } });
  plan.transfer.config = { ...plan.transfer.config, widths: [16, 8], source_epochs: 20 };
  await openPlan(page, plan);
  await run(page);
  const modes = await state(page, "report.forward.modes");
  assert.deepEqual([...new Set(modes.points.map(({ n }) => n))], [4, 40]);
  assert.deepEqual(modes.against, ["scratch", "random_forest"]);
  await stage(page, 5);
  const card = page.getByRole("region", { name: /modes by number of target rows/ });
  await card.scrollIntoViewIfNeeded();
  await card.getByRole("heading", { name: "Matthews correlation over the number of target rows" }).waitFor();
  assert.ok(await card.locator("ag-figure svg").count() >= 3);
  assert.match(await card.innerText(), /Fine-tuned against “From scratch”[\s\S]*With 2 repeats/);
  const download = page.waitForEvent("download");
  await card.getByRole("button", { name: "CSV" }).first().click();
  const csv = readFileSync(await (await download).path(), "utf8").trim().split("\n");
  assert.equal(csv.length, 1 + 5 * 2, csv[0]);
  // How far each judged compound is from the rows that were learned from.
  const list = await state(page, "report.candidates");
  assert.equal(list.all, 420);
  assert.equal(list.usual.measure, "standardised");
  const ranked = page.getByRole("region", { name: "Predictions, ranked, and how far from what was learned" });
  await ranked.scrollIntoViewIfNeeded();
  assert.match(await ranked.innerText(), /420 rows that were judged/);
  await page.screenshot({ path: `${SCREENS}example-generated-families.png`, fullPage: true });
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
  assert.deepEqual(errors, []);
});

test("the example of virtual people: a long table becomes windows, one person is forecast, and every grid is drawn", async () => {
  const { page, errors } = await open(browser, `${server.url}?with=example-virtual-diabetes#lang=en`);
  await ready(page);
  await prepared(page);
  const requests = server.requests.length;
  const plan = await state(page, "plan");
  assert.equal(plan.transfer.method, "atl");
  assert.deepEqual(plan.preparation.person, { name: null, each: false });
  assert.equal(plan.preparation.label.target, "glucose in 30 min");
  const data = await state(page, "prepared.data");
  assert.deepEqual([data.sources.length, data.target.domain, data.features], [20, "adult#001", 108]);
  // What was made of the table can be seen and changed; the long table is one click away.
  await stage(page, 1);
  const windows = page.getByRole("region", { name: "Windows of readings" }).last();
  assert.equal(await windows.getByLabel("Minutes ahead").inputValue(), "30");
  await stage(page, 3);
  await page.getByLabel("Shown in full").selectOption("adult#002");
  await page.waitForFunction(() => window.autograft.state.prepared?.data.target.domain === "adult#002" && !window.autograft.state.working, null, { timeout: 60_000 });
  const small = { width: "narrow", max_steps: 12, check_steps: 4, learning_rate: 0.01 };
  const next = await state(page, "plan");
  Object.assign(next, {
    device: "cpu", design: { folds: 2, repeats: 1, seeds: 1 }, explain: { ...plan.explain, patients: 0 }, baseline: { method: "target_only_linear", config: {} },
    transfer: { method: "atl", config: small }, others: [{ method: "persistence", config: {} }],
  });
  // Three persons of the target would do for every person in turn; two are left in the source's files.
  next.preparation.person = { name: "adult#002", each: false };
  await openPlan(page, next);
  await run(page);
  const report = await state(page, "report");
  assert.deepEqual(report.plan.others.map(({ method }) => method).sort(), ["persistence", "series_transfer"]);
  const glucose = report.forward.glucose;
  assert.equal(glucose.person, "adult#002");
  assert.equal(glucose.truth.length, report.data.test.rows);
  for (const one of glucose.methods) {
    assert.equal(one.clarke.reduce((a, b) => a + b), glucose.truth.length, one.id);
    assert.equal(one.cg_ega.flat().reduce((a, b) => a + b), one.p_ega.reduce((a, b) => a + b), one.id);
  }
  await stage(page, 5);
  const card = page.getByRole("region", { name: "Forecasts of glucose" });
  await card.scrollIntoViewIfNeeded();
  await card.getByText("Research only. Not for dosing.").waitFor();
  assert.ok(await card.locator("ag-figure svg").count() >= 2);
  const days = await card.getByLabel("Day").locator("option").allInnerTexts();
  assert.ok(days.length >= 10, `${days}`);
  await card.getByLabel("Day").selectOption(days[3]);
  await card.getByRole("heading", { name: `adult#002, ${days[3]}: read and forecast` }).waitFor();
  await page.screenshot({ path: `${SCREENS}example-virtual-diabetes.png`, fullPage: true });
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
  assert.deepEqual(errors, []);
});
