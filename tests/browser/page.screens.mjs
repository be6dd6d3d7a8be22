// Every stage of the page in both themes and both languages, as pictures, with axe's judgement of each. On the fake
// engine (fake-engine.js): what is tested is the page. `node tests/browser/page.screens.mjs [folder for the pictures]`
import { execFileSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const root = fileURLToPath(new URL("../..", import.meta.url));
const out = process.argv[2] ?? join(root, "target/screens");
mkdirSync(out, { recursive: true });
execFileSync("npx", ["vite", "build", "--logLevel", "error", "-c", "tests/browser/page.fake.config.js"], { cwd: root, stdio: "inherit" });

const TYPES = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://x").pathname;
  try {
    const file = join(root, "target/page-fake", path === "/" ? "index.html" : path);
    response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "application/octet-stream" }).end(readFileSync(file));
  } catch { response.writeHead(404).end(); }
}).listen(0);
const address = `http://localhost:${server.address().port}/`;

/** A table like the hospitals'. */
export function table(rows, shift) {
  let seed = 11 + shift;
  const draw = () => ((seed = (seed * 16807) % 2147483647) / 2147483647);
  const names = ["id", "age", "sex", "cp", "trestbps", "chol", "thalach", "oldpeak", "exang", "num"];
  const row = (at) => [at + 1, 40 + Math.floor(30 * draw()), Math.round(draw()), 1 + Math.floor(4 * draw()), 100 + Math.floor(70 * draw()), shift && draw() < 0.9 ? 0 : 160 + Math.floor(200 * draw()), 100 + Math.floor(80 * draw()), (4 * draw()).toFixed(1), draw() < 0.1 ? "" : Math.round(draw()), draw() < (shift ? 0.9 : 0.46) ? 1 : 0];
  return [names.join(","), ...Array.from({ length: rows }, (_, at) => row(at).join(","))].join("\n");
}
const file = (name, text) => ({ name, mimeType: "text/csv", buffer: Buffer.from(text) });

const axe = readFileSync(join(root, "node_modules/axe-core/axe.min.js"), "utf8");
const faults = [];
async function judge(page, name) {
  const { scrollWidth, innerWidth } = await page.evaluate(() => ({ scrollWidth: document.documentElement.scrollWidth, innerWidth }));
  if (scrollWidth > innerWidth) faults.push(`${name}: ${scrollWidth} px wide in a window of ${innerWidth}`);
  await page.evaluate(axe);
  const { violations } = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  for (const { id, impact, nodes } of violations) if (["serious", "critical"].includes(impact)) faults.push(`${name}: ${id} (${impact}) ${nodes.slice(0, 3).map((node) => node.target.join(" ") + " " + (node.any[0]?.message ?? "")).join(" | ")}`);
}

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--headless", "--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"] });
const errors = [];
const variants = [["en", "light", 1280], ["zh", "dark", 1280], ["zh", "light", 390], ["en", "dark", 390]];
for (const [language, theme, width] of process.env.QUICK ? variants.slice(0, 1) : variants) {
  for (const verdict of ["helps", "cannot_tell"]) {
    if (verdict === "cannot_tell" && width !== 1280) continue;
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.on("pageerror", (error) => { console.error(error); errors.push(String(error)); });
    page.on("console", (message) => { if (message.type() === "error" && !message.text().includes("404")) { console.error(message.text()); errors.push(message.text()); } });
    const name = (stage) => `${stage}-${language}-${theme}-${width}`;
    const shot = async (stage) => { await page.waitForTimeout(350); await page.screenshot({ path: join(out, `${name(stage)}.png`), fullPage: true }); await judge(page, name(stage)); };
    await page.goto(`${address}?verdict=${verdict}#lang=${language}&theme=${theme}`);
    await page.waitForSelector("#app[data-state=ready]", { timeout: 5000 });
    const stage = (at) => page.locator(`.rail li:nth-child(${at}) button`).click();
    if (verdict === "helps") { await shot("0-empty"); }
    await page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", file("cleveland.csv", table(303, 0)));
    await page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", file("switzerland.csv", table(123, 1)));
    await page.waitForFunction(() => window.autograft.state.prepared);
    if (verdict === "helps") {
      await shot("1-data");
      await page.locator("ag-seal > button").click(); await shot("8-seal"); await page.keyboard.press("Escape");
      await stage(2); await page.waitForFunction(() => window.autograft.state.shift); await shot("2-shift");
      await stage(3); await page.locator(".method.transfer details summary").click(); await page.locator("label.tick", { has: page.locator("input") }).last().click(); await page.waitForTimeout(600); await shot("3-method");
    }
    await stage(4); await page.waitForFunction(() => !window.autograft.state.working && window.autograft.state.measured?.choice);
    if (verdict === "helps") await shot("4-run-before");
    await page.locator(".run button.primary").click();
    await page.waitForTimeout(2500);
    if (verdict === "helps") await shot("4-run");
    await page.waitForFunction(() => window.autograft.state.report, null, { timeout: 120000 });
    await page.waitForSelector("ag-verdict-view .plot svg"); await shot(verdict === "helps" ? "5-verdict" : "5-verdict-cannot-tell");
    if (verdict === "helps") { await stage(6); await shot("6-why"); await stage(7); await shot("7-keep"); }
    await page.close();
  }
}
await browser.close();
server.close();
for (const fault of [...new Set([...errors, ...faults])]) console.error(fault);
console.log(`${new Set(faults).size} serious faults of access, ${errors.length} errors; pictures in ${out}`);
process.exitCode = faults.length || errors.length ? 1 : 0;
