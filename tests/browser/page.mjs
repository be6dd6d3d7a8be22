// What a person does on the page, for the tests that do it.

import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const SCREENS = fileURLToPath(new URL("../../target/screens/", import.meta.url));
mkdirSync(SCREENS, { recursive: true });
const AXE = readFileSync(fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url)), "utf8");

/** Made data: two numbers carry the outcome in both cohorts; chol is 0 for the unmeasured in the target. */
export function table(rows, seed, { shuffled = false, zeros = false } = {}) {
  let state = seed * 7919 + 1;
  const draw = () => ((state = (state * 16807) % 2147483647) / 2147483647);
  const normal = () => Math.sqrt(-2 * Math.log(draw())) * Math.cos(2 * Math.PI * draw());
  const lines = ["patient,age,pressure,chol,sex,died"];
  for (let at = 0; at < rows; at++) {
    const [age, pressure] = [normal(), normal()];
    const risk = 1 / (1 + Math.exp(-(1.6 * age - 1.6 * pressure)));
    const died = shuffled ? draw() < 0.5 : draw() < risk;
    const chol = zeros && draw() < 0.4 ? 0 : Math.round(220 + 40 * normal());
    lines.push(`${seed}-${at},${Math.round(60 + 10 * age)},${(130 + 15 * pressure).toFixed(1)},${chol},${draw() < 0.5 ? "F" : "M"},${died ? 1 : 0}`);
  }
  return lines.join("\n");
}
export const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });
export const state = (page, path) => page.evaluate((path) => path.split(".").reduce((at, name) => at?.[name], window.autograft.state), path);
export const stage = (page, number) => page.locator(`.rail li:nth-child(${number}) button`).click();

export async function judge(page, name) {
  await page.screenshot({ path: `${SCREENS}real-${name}.png`, fullPage: true });
  await page.evaluate(AXE);
  const faults = await page.evaluate(async () => {
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
    return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0].target}`);
  });
  assert.deepEqual(faults, [], name);
}

/** Both tables opened and a small plan in force. */
export async function opened(page, source, target) {
  await page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", file("source.csv", source));
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("target.csv", target));
  await page.waitForFunction(() => window.autograft.state.prepared || window.autograft.state.dataFailure, null, { timeout: 30_000 });
  assert.equal(await state(page, "dataFailure"), null, JSON.stringify(await state(page, "dataFailure")));
  await page.getByRole("button", { name: "died", exact: true }).click();
  await page.waitForFunction(() => window.autograft.state.prepared?.data.label === "died" && !window.autograft.state.working, null, { timeout: 30_000 });
}

/** Folds, repeats and shuffles by the form; few steps by the settings of the judged method. */
export async function small(page) {
  await stage(page, 3);
  for (const [label, value] of [["Folds", 3], ["Repeats", 2], ["Seeds", 1], ["Shuffles per feature", 1]]) {
    const field = page.getByLabel(label, { exact: true });
    await field.fill(String(value));
    await field.press("Tab");
  }
  await page.waitForFunction(() => !window.autograft.state.working && window.autograft.state.plan.design.folds === 3 && window.autograft.state.prepared, null, { timeout: 30_000 });
  await page.waitForTimeout(500);
  await page.waitForFunction(() => !window.autograft.state.working && window.autograft.state.measured?.choice, null, { timeout: 60_000 });
}

export const run = async (page) => {
  await stage(page, 4);
  await page.locator(".run button.primary").click();
  await page.waitForFunction(() => window.autograft.state.report || window.autograft.state.run?.failure, null, { timeout: 400_000 });
  assert.equal(await state(page, "run.failure"), null, JSON.stringify(await state(page, "run.failure")));
};
