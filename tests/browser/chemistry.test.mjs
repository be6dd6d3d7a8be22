// The molecules' worker without a browser: RDKit's patched glue and our script, where no code can be made from text,
// against what RDKit's own Python says of 500 molecules (tests/golden/molecules.py).

import assert from "node:assert/strict";
import { webcrypto } from "node:crypto";
import { readFileSync } from "node:fs";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import vm from "node:vm";
import { installed, patch } from "../../www/packs/patch.mjs";

const path = (name) => fileURLToPath(new URL(name, import.meta.url));
const GOLDEN = JSON.parse(readFileSync(path("../golden/molecules.json"), "utf8"));

/** The worker: what a browser's would have, and a policy as the seal's. */
async function worker(glue) {
  const heard = [];
  const self = { location: { href: "blob:http://localhost/x" }, postMessage: (message) => heard.push(message), onmessage: null };
  const context = vm.createContext({ self, WorkerGlobalScope: class {}, WebAssembly, TextDecoder, console, crypto: webcrypto, URL, performance, setTimeout, clearTimeout }, { codeGeneration: { strings: false, wasm: true } });
  vm.runInContext(`${glue}\n${readFileSync(path("../../www/packs/molecules.js"), "utf8")}`, context);
  const ask = async (message) => { await self.onmessage({ data: message }); return heard.pop(); };
  return { ask, context };
}

const glue = readFileSync(installed.glue, "utf8");
/** @type {Awaited<ReturnType<typeof worker>>} */
let made;
/** @type {any[]} */
let compounds;
before(async () => {
  made = await worker(patch(glue));
  const started = await made.ask({ module: new WebAssembly.Module(readFileSync(installed.wasm)) });
  assert.equal(started.ready, GOLDEN.rdkit, JSON.stringify(started));
  ({ compounds } = await made.ask({ id: 1, smiles: GOLDEN.compounds.map((one) => one.smiles), bits: GOLDEN.bits, descriptors: true }));
});

const on = (bytes) => [...bytes].flatMap((byte, at) => [0, 1, 2, 3, 4, 5, 6, 7].filter((bit) => (byte >> bit) & 1).map((bit) => 8 * at + bit));
/** Every molecule for which two readings differ, so that a failure says which. */
const differing = (ours, theirs) => GOLDEN.compounds.flatMap((one, at) => { const [a, b] = [ours(compounds[at]), theirs(one)]; return JSON.stringify(a) === JSON.stringify(b) ? [] : [`${one.smiles}: ${a} for ${b}`]; });

test("the patch takes both makers of code from text away, and fails where the glue is another one", () => {
  assert.equal(glue.match(/new Function/g)?.length, 2);
  assert.doesNotMatch(patch(glue), /new Function|\beval\(/);
  assert.throws(() => patch(glue.replace("var dtorStack", "var dtorstack")), /changed/);
  assert.throws(() => patch(glue.replaceAll("function createJsInvoker(", "function other(")), /not there once/);
  assert.throws(() => patch(`${glue};new Function("x")`), /still makes code/);
  assert.throws(() => vm.runInContext("new Function('return 1')", made.context), /Code generation from strings/);
});

test("the unpatched glue does not start under the seal's policy", async () => {
  const bare = await worker(glue);
  const { crash } = await bare.ask({ module: new WebAssembly.Module(readFileSync(installed.wasm)) });
  assert.match(crash, /Code generation from strings|EvalError/);
});

test("500 fingerprints are RDKit's, bit for bit", () => {
  assert.equal(compounds.length, 500);
  assert.deepEqual(differing((one) => on(one.bits), (one) => one.on), []);
});

test("500 InChIKeys are RDKit's", () => assert.deepEqual(differing((one) => one.inchikey, (one) => one.inchikey), []));

test("500 Murcko scaffolds are RDKit's", () => {
  assert.ok(new Set(GOLDEN.compounds.map((one) => one.scaffold)).size > 200);
  assert.deepEqual(differing((one) => one.scaffold, (one) => one.scaffold), []);
});

test("descriptors are RDKit's to the ninth digit", () => {
  const far = GOLDEN.compounds.flatMap((one, at) => Object.entries(one.descriptors).filter(([name, value]) => !(Math.abs(compounds[at].descriptors[name] - value) <= 1e-9 * Math.max(1, Math.abs(value)))).map(([name, value]) => `${one.smiles} ${name}: ${compounds[at].descriptors[name]} for ${value}`));
  assert.deepEqual(far, []);
});

test("another number of bits, and what is no molecule: its reason, and the others go on", async () => {
  const smiles = ["CCO", "C1CC", "CC(C)(C)(C)C", "c1cccc1", "Xx", " ", "c1ccccc1"];
  const { compounds: some } = await made.ask({ id: 2, smiles, bits: 2048, descriptors: false });
  assert.deepEqual(some.map((one) => one.why ?? "ok"), ["ok", "ring", "valence", "aromatic", "syntax", "empty", "ok"]);
  assert.equal(some[0].bits.length, 256);
  assert.equal(some[0].scaffold, "");
  assert.equal(some[6].scaffold, "c1ccccc1");
  assert.match(some[2].said, /Explicit valence for atom # 1 C, 5/);
});
