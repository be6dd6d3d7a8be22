// The system's Chromium by Playwright, with a GPU that is emulated on the processor (SwiftShader).

import { existsSync } from "node:fs";
import { chromium } from "playwright-core";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

const FLAGS = [
  "--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-features=Vulkan",
  "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
];

/** @param {{ gpu?: boolean }} [options] */
export async function launch({ gpu = true } = {}) {
  const executablePath = process.env.CHROMIUM ?? PLACES.find((path) => existsSync(path));
  if (!executablePath) throw new Error(`no Chromium: install one, or name it in CHROMIUM (looked at ${PLACES.join(", ")})`);
  const args = gpu ? [...FLAGS] : [...FLAGS.slice(3), "--disable-gpu", "--disable-features=WebGPU"];
  if (process.getuid?.() === 0) args.push("--no-sandbox");
  return chromium.launch({ executablePath, args });
}

/**
 * Opens the page and waits until it is ready or has refused.
 * @param {import("playwright-core").Browser} browser
 * @param {string} url
 */
export async function open(browser, url) {
  const page = await browser.newPage();
  /** @type {string[]} */
  const errors = [];
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(url);
  await page.waitForFunction(() => "autograft" in window, null, { timeout: 60_000 });
  return { page, errors };
}
