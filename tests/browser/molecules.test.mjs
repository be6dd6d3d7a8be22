// Molecules in the page: the pack is offered without it and loaded with it, before the seal and never after; a column of
// SMILES becomes the fingerprint table; a scaffold stays on one side; the run is the one of any table.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { open } from "./chromium.mjs";
import { SCREENS, file, judge, openPlan, run, stage, state } from "./page.mjs";
import { stand } from "./stand.mjs";

const GOLDEN = JSON.parse(readFileSync(fileURLToPath(new URL("../golden/molecules.json", import.meta.url)), "utf8"));
const BAD = ["C1CC", "CC(C)(C)(C)C"];

const { browser, server } = await stand({ gpu: false });

const ready = (page) => page.waitForSelector("#app[data-state=ready]");
const settled = (page) => page.waitForFunction(() => (window.autograft.state.prepared || window.autograft.state.dataFailure) && !window.autograft.state.working, null, { timeout: 60_000, polling: 100 });

/** Golden compounds as a table; active where the molecule has a carbonyl. `bad`: two rows that are no molecule. */
function table(from, to, { bad = false } = {}) {
  const rows = GOLDEN.compounds.slice(from, to).map(({ smiles, name }) => `NSC${name},"${smiles}",${/C\(=O\)|C=O/.test(smiles) ? 1 : 0}`);
  if (bad) rows.splice(3, 0, ...BAD.map((smiles, at) => `bad${at},"${smiles}",1`));
  return ["compound,smiles,active", ...rows].join("\n");
}

test("without the pack a column of SMILES is seen and the pack is offered; taking it opens the page again with it", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en&theme=light`);
  await ready(page);
  assert.match(await page.locator("ag-molecules").innerText(), /Do your tables hold molecules/);
  const before = server.requests.length;
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("target.csv", table(300, 360)));
  await page.waitForFunction(() => window.autograft.state.opened[0]?.table);
  assert.match(await page.locator("ag-molecules").innerText(), /The column “smiles” of target.csv holds molecules/);
  assert.equal(await page.getByRole("button", { name: "Compute fingerprints" }).count(), 0);
  assert.equal(server.requests.length, before, "nothing is asked for after the seal");
  assert.ok(!server.requests.some((line) => line.includes("molecules")), "nobody loads the pack who did not ask");
  await page.getByRole("button", { name: "Open this page again with molecules" }).click();
  await page.waitForURL(/pack=molecules/);
  await ready(page);
  assert.match(await page.locator("ag-molecules").innerText(), /RDKit is loaded/);
  assert.equal(server.requests.filter((line) => line.includes("molecules")).length, 2, "glue and engine, once");
  assert.deepEqual(errors, []);
  await page.close();
});

test("fingerprints are the golden ones; a scaffold is never divided; a run goes through; nothing is asked of the server", async () => {
  const { page, errors } = await open(browser, `${server.url}?pack=molecules#lang=en&theme=light`);
  await ready(page);
  const requests = server.requests.length;
  await page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", file("source.csv", table(0, 300)));
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("target.csv", table(290, 420, { bad: true })));
  await settled(page);
  for (let at = 0; at < 2; at++) {
    await page.getByRole("button", { name: "Compute fingerprints" }).first().click();
    await page.waitForFunction((at) => window.autograft.state.opened.filter((one) => one.compounds?.made && !one.busy).length > at, at, { timeout: 60_000, polling: 100 });
  }
  await settled(page);
  assert.equal(await state(page, "dataFailure"), null, JSON.stringify(await state(page, "dataFailure")));
  await page.screenshot({ path: `${SCREENS}molecules-1.png`, fullPage: true });

  // What is no molecule is told by row; the file itself is as it was.
  const told = await page.locator("ag-molecules .note li").allInnerTexts();
  assert.equal(told.length, 2);
  assert.match(told[0], /Row 5: C1CC\. A ring is opened and not closed\./);
  assert.match(told[1], /Row 6: CC\(C\)\(C\)\(C\)C\. An atom has more bonds/);
  // The saved table is what the page reads, and RDKit's bit for bit.
  const saving = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save the fingerprint table" }).last().click();
  const saved = readFileSync(await (await saving).path(), "utf8").trim().split("\n");
  const names = saved[0].split(",");
  assert.equal(saved.length, 1 + 130);
  const golden = GOLDEN.compounds.slice(290, 420);
  for (const [at, one] of golden.entries()) {
    const cells = saved[at + 1].replace(/"[^"]*"/g, "quoted").split(",");
    const on = cells.flatMap((cell, column) => (names[column].startsWith("ecfp4_") && cell === "1" ? [Number(names[column].slice(6))] : []));
    assert.deepEqual(on, one.on, one.smiles);
    assert.equal(cells[names.indexOf("inchikey")], one.inchikey);
    assert.equal(cells[names.indexOf("murcko_scaffold")], one.scaffold);
  }

  const plan = await state(page, "plan");
  assert.equal(plan.preparation.target_roles.murcko_scaffold, "ignored", "nothing is divided by scaffold in silence");
  assert.ok((await state(page, "prepared.findings")).some(({ key }) => key === "compounds_in_both"), "ten compounds are in both");
  await page.locator("ag-molecules").getByText("By scaffold.").click();
  await page.waitForFunction(() => window.autograft.state.plan.preparation.target_roles.murcko_scaffold === "group" && window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 60_000 });
  await page.locator("ag-molecules").getByText("By similarity.").click();
  await page.waitForFunction(() => window.autograft.state.plan.similarity === 0.6 && window.autograft.state.prepared?.findings.some(({ key }) => key === "similarity_clusters") && !window.autograft.state.working, null, { timeout: 60_000 });
  assert.equal(await state(page, "plan.preparation.target_roles.murcko_scaffold"), "ignored");
  await page.locator("ag-molecules").getByText("By scaffold.").click();
  await page.waitForFunction(() => !window.autograft.state.plan.similarity && window.autograft.state.plan.preparation.target_roles.murcko_scaffold === "group" && window.autograft.state.prepared && !window.autograft.state.working, null, { timeout: 60_000 });
  await judge(page, "molecules");

  const few = { widths: [8, 8], max_epochs: 2, max_steps: 4 };
  const small = await state(page, "plan");
  Object.assign(small, { importance: 0, others: [], grid: null, thresholds: 0, explain: { patients: 0 }, baseline: { method: "target_only_network", config: few }, design: { folds: 2, repeats: 1, seeds: 1 } });
  small.transfer.config = { ...few, frozen: "1" };
  await openPlan(page, small);
  await run(page);
  assert.ok((await state(page, "report.forward.contrast")).n_folds >= 1);

  // Back: the file that was opened stands there again, untouched.
  await stage(page, 1);
  await page.getByRole("button", { name: "Back to the file as it was" }).last().click();
  await page.waitForFunction(() => window.autograft.state.opened[1].name === "target.csv" && !window.autograft.state.opened[1].busy);
  assert.equal(await state(page, "opened.1.summary.rows"), 132);
  assert.deepEqual(errors, []);
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
});

test("ten thousand molecules: progress is told, a stop leaves the file as it was", async () => {
  const { page, errors } = await open(browser, `${server.url}?pack=molecules#lang=en`);
  await ready(page);
  const many = Array.from({ length: 20 }, () => table(0, 500).split("\n").slice(1).join("\n")).join("\n");
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("many.csv", `compound,smiles,active\n${many}`));
  await page.waitForFunction(() => window.autograft.state.opened[0]?.table);
  await page.getByRole("button", { name: "Compute fingerprints" }).click();
  await page.waitForFunction(() => window.autograft.state.opened[0].compounds?.done >= 300, null, { timeout: 60_000, polling: 50 });
  assert.match(await page.locator("ag-molecules [role=status]").innerText(), /[\d,]+ of 10,000 molecules/);
  await page.getByRole("button", { name: "Stop", exact: true }).click();
  await page.waitForFunction(() => !window.autograft.state.opened[0].compounds.stop);
  const left = await page.evaluate(() => { const { name, compounds, summary } = window.autograft.state.opened[0]; return { name, failure: compounds.failure, made: compounds.made, rows: summary.rows }; });
  assert.deepEqual(left, { name: "many.csv", failure: null, made: null, rows: 10_000 });
  assert.equal(await page.getByRole("button", { name: "Compute fingerprints" }).count(), 1, "it can be asked for again");
  assert.deepEqual(errors, []);
  await page.close();
});

test("the example of molecules: one click, its fingerprints computed, nothing asked of the server after the seal", async () => {
  const { page, errors } = await open(browser, `${server.url}#lang=en`);
  await ready(page);
  await page.getByRole("button", { name: /Molecules: two families/ }).click();
  await page.waitForURL(/with=example-molecules&pack=molecules|pack=molecules&with=example-molecules/);
  await ready(page);
  const requests = server.requests.length;
  await page.waitForFunction(() => window.autograft.state.opened.length === 2 && window.autograft.state.opened.every((one) => one.compounds?.made && !one.busy), null, { timeout: 120_000, polling: 200 });
  await settled(page);
  assert.equal(await state(page, "dataFailure"), null, JSON.stringify(await state(page, "dataFailure")));
  const { data } = await state(page, "prepared");
  assert.equal(data.features, 1024);
  assert.deepEqual([data.sources[0].rows, data.target.rows, data.test.rows], [1500, 100, 500]);
  assert.equal(await state(page, "plan.transfer.method"), "drug_target");
  await page.screenshot({ path: `${SCREENS}molecules-example.png`, fullPage: true });
  assert.deepEqual(errors, []);
  assert.equal(server.requests.length, requests, `asked for ${server.requests.slice(requests)}`);
  await page.close();
});
