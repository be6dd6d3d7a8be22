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

const WORDS = Object.fromEntries(["en", "zh"].map((language) => [language, JSON.parse(readFileSync(fileURLToPath(new URL(`../../www/i18n/${language}.json`, import.meta.url)), "utf8"))]));
/** Sentences of one language alone, without slots, long enough to be no part of another word. */
const alone = (language, other, least) => Object.entries(WORDS[language]).filter(([key, text]) => text.length >= least && !text.includes("{") && text !== WORDS[other][key]).map(([, text]) => text);
const FOREIGN = { en: alone("zh", "en", 4), zh: alone("en", "zh", 9) };

const LOOKS = ["en-light", "en-dark", "zh-dark", "zh-light"];

/**
 * The stage as it stands, in both languages and both themes: a picture of each; nothing wider than the window; axe's
 * judgement in both themes. It is left as it was found.
 */
export async function judge(page, name) {
  const look = () => page.evaluate(() => `${document.documentElement.lang.slice(0, 2)}-${document.querySelector(".controls [aria-pressed]").getAttribute("aria-pressed") === "true" ? "dark" : "light"}`);
  const first = LOOKS.indexOf(await look());
  for (let turn = 0; turn < LOOKS.length; turn++) {
    // By turns theme and language, around the ring.
    const now = await look();
    assert.equal(now, LOOKS[(first + turn) % LOOKS.length]);
    await page.screenshot({ path: `${SCREENS}${name}-${now}.png`, fullPage: true });
    const [wide, window] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    assert.ok(wide <= window, `${name} ${now}: ${wide} px in a window of ${window}`);
    // What is quoted in its own language says so.
    const text = await page.evaluate(() => {
      const quoted = [...document.querySelectorAll("#app [lang]")].filter((one) => !one.hidden);
      for (const one of quoted) one.hidden = true;
      const said = document.querySelector("#app").innerText;
      for (const one of quoted) one.hidden = false;
      // A file is called what it is called.
      return window.autograft.state.opened.reduce((text, { name }) => text.replaceAll(name, ""), said);
    });
    assert.deepEqual(FOREIGN[now.slice(0, 2)].filter((words) => text.includes(words)), [], `${name} ${now}: words of the other language`);
    if (turn % 2 === 0) {
      await page.evaluate(AXE);
      const faults = await page.evaluate(async () => {
        const { violations } = await window.axe.run(document, { resultTypes: ["violations"] });
        return violations.filter(({ impact }) => ["serious", "critical"].includes(impact)).map(({ id, nodes }) => `${id}: ${nodes[0].target} ${nodes[0].any[0]?.message ?? ""}`);
      });
      assert.deepEqual(faults, [], `${name} ${now}`);
    }
    const theme = ["en-light", "zh-dark"].includes(now);
    await page.locator(theme ? ".controls [aria-pressed]" : ".controls [lang]").click();
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(() => resolve()))));
  }
}

/** A plan that runs in seconds, opened as a file. `patch` is laid over it. */
export async function tinyPlan(page, patch = {}) {
  const plan = await state(page, "plan");
  const few = { widths: [8, 8], max_epochs: 2, max_steps: 4 };
  Object.assign(plan, { importance: 0, others: [], grid: null, ...patch });
  plan.design = { folds: 2, repeats: 1, seeds: 1, ...patch.design };
  plan.transfer.config = { ...few, frozen: "1" };
  plan.baseline = { method: "target_only_network", config: few };
  await openPlan(page, plan);
}

/** Opens a plan as a file, and waits until it is in force. */
export async function openPlan(page, plan) {
  await stage(page, 7);
  assert.equal(await state(page, "notice"), null);
  await page.setInputFiles("ag-keep input[accept='.json']", { name: "plan.json", mimeType: "application/json", buffer: Buffer.from(JSON.stringify(plan)) });
  await page.waitForFunction(() => { const { notice, prepared, working } = window.autograft.state; return notice?.key === "keep.plan_opened" && prepared && !working; }, null, { timeout: 60_000, polling: 100 });
}

/** Downloads what stands in a line of the last stage. */
export async function saved(page, words) {
  await stage(page, 7);
  const download = page.waitForEvent("download");
  await page.locator("ag-keep li", { hasText: words }).first().getByRole("button").click();
  return readFileSync(await (await download).path());
}

/** Both tables opened and a small plan in force. */
export async function opened(page, source, target) {
  await page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", file("source.csv", source));
  await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("target.csv", target));
  await page.waitForFunction(() => window.autograft.state.prepared || window.autograft.state.dataFailure, null, { timeout: 30_000, polling: 100 });
  assert.equal(await state(page, "dataFailure"), null, JSON.stringify(await state(page, "dataFailure")));
  await page.getByRole("button", { name: "died", exact: true }).click();
  await page.waitForFunction(() => window.autograft.state.prepared?.data.label === "died" && !window.autograft.state.working, null, { timeout: 30_000, polling: 100 });
}

/** Folds, repeats and shuffles by the form; few steps by the settings of the judged method. */
export async function small(page) {
  await stage(page, 3);
  for (const [label, value] of [["Folds", 3], ["Repeats", 2], ["Seeds", 1], ["Shuffles per feature", 1]]) {
    const field = page.getByLabel(label, { exact: true });
    await field.fill(String(value));
    await field.press("Tab");
  }
  await page.waitForFunction(() => !window.autograft.state.working && window.autograft.state.plan.design.folds === 3 && window.autograft.state.prepared, null, { timeout: 30_000, polling: 100 });
  await page.waitForTimeout(500);
  await page.waitForFunction(() => !window.autograft.state.working && window.autograft.state.measured?.choice, null, { timeout: 60_000, polling: 100 });
}

/** Waits for the verdict, or says why there is none. By the clock, not by frames: a stalled GPU process draws none. */
export async function finished(page) {
  await page.waitForFunction(() => window.autograft.state.report || window.autograft.state.run?.failure, null, { timeout: 200_000, polling: 100 }).catch(async (late) => {
    const doing = await page.evaluate(() => {
      const { run, working, measured, notice } = window.autograft.state;
      return { status: run?.status, reporting: run?.reporting, working, measured, notice: notice && JSON.stringify(notice), phases: run?.phases, jobs: run?.jobs.filter(({ status }) => status !== "done").map(({ key, status, worker, tries }) => ({ key, status, worker, tries })), seats: window.autograft.engine.seats.map((seat) => ({ alive: seat?.alive, pending: [...(seat?.pending.keys() ?? [])] })) };
    });
    throw new Error(`${late.message}: ${JSON.stringify(doing)}`);
  });
  assert.equal(await state(page, "run.failure"), null, JSON.stringify(await state(page, "run.failure")));
}

export const run = async (page) => {
  await stage(page, 4);
  await page.locator(".run button.primary").click();
  await finished(page);
};
