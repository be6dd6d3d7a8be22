// Packs: what some visits need beside the engine. The address names them (`?pack=molecules`), they are loaded before the
// seal, and nothing of the wish is stored; asking for one later reloads the page.

import glueUrl from "./pkg/molecules.js?url";
import wasmUrl from "./pkg/molecules.wasm?url";
import script from "./packs/molecules.js?raw";

/** RDKit, loaded and compiled: `script` is what a worker runs, `module` what it runs on. @typedef {{ script: string, module: WebAssembly.Module }} Molecules */

const asked = () => (new URLSearchParams(location.search).get("pack") ?? "").split(",").includes("molecules");

/** Before the seal: the pack for molecules, where the address asks for it. @returns {Promise<{ pack: Molecules | null, failure: string | null }>} */
export async function loadMolecules() {
  if (!asked()) return { pack: null, failure: null };
  try {
    const load = async (/** @type {string} */ url) => {
      const response = await fetch(url);
      if (!response.ok) throw new Error(`${url}: ${response.status}`);
      return response;
    };
    const [glue, wasm] = await Promise.all([load(glueUrl).then((response) => response.text()), load(wasmUrl).then((response) => response.arrayBuffer())]);
    return { pack: { script: `${glue}\n${script}`, module: await WebAssembly.compile(wasm) }, failure: null };
  } catch (failure) {
    return { pack: null, failure: String(failure) };
  }
}

/** After the seal nothing can be loaded: the page starts again, with the pack in its address. */
export function askForMolecules() {
  const url = new URL(location.href);
  url.searchParams.set("pack", "molecules");
  location.href = url.href;
}
