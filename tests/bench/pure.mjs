// Crates of pure modules: compiled in seconds, natively and as wasm; and programs that answer a line with a line.

import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** Compiles a crate of pure modules beside this file; gives the file made. @param {string} crate @param {string[]} args */
export function build(crate, ...args) {
  const cwd = fileURLToPath(new URL(`${crate}/`, import.meta.url));
  const env = { ...process.env, RUSTFLAGS: args.includes("wasm32-unknown-unknown") ? "-C target-feature=+simd128" : "" };
  const said = execFileSync("cargo", ["rustc", "--release", "--message-format=json", ...args], { cwd, env, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"], maxBuffer: 1 << 28 });
  const made = said.split("\n").filter(Boolean).map((line) => JSON.parse(line)).filter(({ target }) => target?.name?.replaceAll("_", "-") === `autograft-bench-${crate}`);
  return made.at(-1).executable ?? made.at(-1).filenames.find((file) => file.endsWith(".wasm"));
}

/** A program that answers a line with a line. @param {string} command @param {string[]} args */
export function start(command, args) {
  const child = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value);
  return { next, ask: (...words) => (child.stdin.write(`${words.join(" ")}\n`), next()), stop: () => child.stdin.end() };
}
