// The examples: named by the address (`?with=example-copd`) and loaded before the seal; another one reloads the page.

import { columnsOf, compute } from "./molecules.js";
import { change, readable, state } from "./store.js";
import { addFiles } from "./study.js";

/** Every file of the folder, by its path there: the build gives each its address. */
const ADDRESSES = import.meta.glob("./examples/*.{csv,tsv,txt,gz,json,xlsx}", { query: "?url", import: "default", eager: true });

/** @param {string} file */
const address = (file) => ADDRESSES[`./examples/${file.replace(/^.*\//, "")}`];

/** What the address asks for. */
const asked = () => (new URLSearchParams(location.search).get("with") ?? "").split(",").find((name) => name.startsWith("example-"))?.slice(8);

/** @param {string} file */
async function fetchFile(file) {
  const response = await fetch(address(file));
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return new File([await response.arrayBuffer()], file.replace(/^.*\//, ""));
}

/** @typedef {import("./page.js").Example} Example */

/** @returns {Promise<{ examples: Example[], wanted: import("./page.js").LoadedExample | null }>} the list, and the one that the address names with its files */
export async function readExamples() {
  const index = address("index.json");
  if (!index) return { examples: [], wanted: null };
  try {
    const examples = /** @type {Example[]} */ (await (await fetch(index)).json());
    const chosen = examples.find((example) => example.id === asked());
    if (!chosen) return { examples, wanted: null };
    const [sources, target] = await Promise.all([Promise.all(chosen.files.source.map(fetchFile)), fetchFile(chosen.files.target)]);
    return { examples, wanted: { ...chosen, sources, targetFile: target } };
  } catch (failure) {
    change({ notice: { key: "example.not_loaded", facts: { reason: String(failure) } } });
    return { examples: [], wanted: null };
  }
}

/** @param {import("./page.js").LoadedExample} example */
export async function openExample(example) {
  change({ example });
  await addFiles("source", example.sources, example.read?.source ?? {});
  await addFiles("target", [example.targetFile], example.read?.target ?? {});
  // An example of molecules is one of their fingerprints.
  for (const one of example.pack ? [...readable("source"), ...readable("target")] : []) {
    for (const column of columnsOf(one).slice(0, 1)) await compute(one.id, column, { bits: 1024, descriptors: false });
  }
}

/** After the seal nothing can be loaded: the page starts again, with the example in its address. @param {string} id */
export function askForExample(id) {
  const url = new URL(location.href);
  url.searchParams.set("with", `example-${id}`);
  const pack = state.examples.find((example) => example.id === id)?.pack;
  if (pack) url.searchParams.set("pack", pack);
  location.href = url.href;
}
