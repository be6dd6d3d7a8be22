// A column of SMILES to a table with fingerprints: RDKit in a sealed worker of its own computes, the engine writes the
// file, and the reader takes it as it takes any other. The same bytes can be saved, and are what the command takes.

import { changeOpened, engine, plan, readable, state } from "./store.js";
import { changePlan, reread, setRole } from "./study.js";
import { codeOf } from "./words.js";

/** Compounds that one message holds: some tenths of a second of work. */
const CHUNK = 100;
/** What the names of the bits begin with. */
const STEM = "ecfp4_";
export const SCAFFOLD = "murcko_scaffold";
export const KEY = "inchikey";

/** @typedef {import("./page.js").Opened} Opened */
/** What the worker says of one cell. @typedef {{ bits: Uint8Array, inchikey: string, scaffold: string, descriptors: Record<string, number> | null, why?: undefined } | { why: string, said: string }} Compound */

/** The worker, one compound after the other; ended after use. */
class Chemist {
  /** @param {import("./packs.js").Molecules} pack */
  constructor({ script, module }) {
    const url = URL.createObjectURL(new Blob([script], { type: "text/javascript" }));
    this.worker = new Worker(url);
    URL.revokeObjectURL(url);
    this.ask({ module }).catch(() => {});
  }

  /** @param {object} message @returns {Promise<any>} */
  ask(message) {
    const before = this.tail;
    const answer = (async () => {
      await before;
      return new Promise((resolve, reject) => {
        this.worker.onmessage = ({ data }) => (data.crash ? reject(new Error(data.crash)) : resolve(data));
        this.worker.onerror = (event) => { event.preventDefault(); reject(new Error(event.message)); };
        this.worker.postMessage(message);
      });
    })();
    this.tail = answer;
    return answer;
  }

  end() { this.worker.terminate(); }
}

/** The columns in which the reader saw molecules. @param {Opened} one */
export const columnsOf = (one) => (one.summary?.columns ?? []).filter((column) => column.suspects.some(({ code }) => code === "smiles")).map(({ name }) => name);

/** Whether a table has a fingerprint of ours. @param {Opened} one */
export const hasPrints = (one) => (one.summary?.columns ?? []).some(({ name }) => name === `${STEM}0`);

/** Whether the tables lack features only because their molecules are no numbers yet. */
export const awaited = () => ["no_shared_features", "nothing_varies"].includes(codeOf(state.dataFailure) ?? "")
  && [...readable("source"), ...readable("target")].some((one) => columnsOf(one).length && !hasPrints(one));

/** @param {number} id @param {Partial<import("./page.js").Compounds>} patch */
function tell(id, patch) {
  const one = state.opened.find((opened) => opened.id === id);
  if (one) changeOpened(id, { compounds: { done: 0, total: 0, stop: null, failure: null, made: null, ...one.compounds, ...patch } });
}

/**
 * Computes the fingerprints of a file's molecules, and puts the table with them in the file's place.
 * @param {number} id @param {string} column @param {{ bits: number, descriptors: boolean }} options
 */
export async function compute(id, column, { bits, descriptors }) {
  const one = state.opened.find((opened) => opened.id === id);
  const { pack } = state.molecules;
  if (!one?.table || !pack || one.compounds?.stop) return;
  const stop = new AbortController();
  const chemist = new Chemist(pack);
  // A worker that is at work hears nothing: it is ended.
  const stopped = new Promise((_, reject) => stop.signal.addEventListener("abort", () => { chemist.end(); reject(null); }, { once: true }));
  stopped.catch(() => {});
  const still = () => state.opened.some((opened) => opened.id === id && opened.table === one.table);
  try {
    tell(id, { done: 0, total: one.summary?.rows ?? 0, stop, failure: null, made: null });
    const { cells, rows } = await engine().request({ type: "column", name: column }, { buffers: [one.table], worker: "fresh", signal: stop.signal });
    /** @type {Compound[]} */
    const compounds = [];
    while (compounds.length < cells.length) {
      const smiles = cells.slice(compounds.length, compounds.length + CHUNK).map((cell) => cell ?? "");
      compounds.push(...(await Promise.race([chemist.ask({ id, smiles, bits, descriptors }), stopped])).compounds);
      if (!still()) return;
      tell(id, { done: compounds.length, total: cells.length });
    }
    const made = await write(one, one.table, { column, cells, rows, compounds, bits }, stop.signal);
    if (!still()) return;
    const { file, name, options, before, answers } = one;
    changeOpened(id, { file: made.file, name: made.file.name, options: {}, answers: {} });
    tell(id, { stop: null, made: { ...made, bits, column, original: { file, name, options, before, answers } } });
    await reread(id, {});
  } catch (failure) {
    // `null`: a person stopped it, and the file stays as it was.
    if (still()) tell(id, { stop: null, failure: stop.signal.aborted ? null : failure });
  } finally {
    chemist.end();
  }
}

/**
 * @param {Opened} one @param {ArrayBuffer} table
 * @param {{ column: string, cells: (string | null)[], rows: number[], compounds: Compound[], bits: number }} found
 * @param {AbortSignal} signal
 */
async function write(one, table, { cells, rows, compounds, bits }, signal) {
  const kept = compounds.flatMap((compound, at) => (compound.why === undefined ? [{ at, compound }] : []));
  const left = compounds.flatMap((compound, at) => (compound.why === undefined ? [] : [{ row: rows[at], smiles: cells[at] ?? "", why: compound.why, said: compound.said }]));
  if (!kept.length) throw Object.assign(new Error("no molecule"), { key: "molecules.none" });
  const stride = Math.ceil(bits / 8);
  const packed = new Uint8Array(stride * kept.length);
  kept.forEach(({ compound }, at) => packed.set(compound.bits, at * stride));
  const cellsOf = (/** @type {(compound: (typeof kept)[number]["compound"]) => unknown} */ read) => kept.map(({ compound }) => String(read(compound) ?? ""));
  const added = [
    { name: KEY, cells: cellsOf(({ inchikey }) => inchikey) },
    { name: SCAFFOLD, cells: cellsOf(({ scaffold }) => scaffold) },
    ...Object.keys(kept[0].compound.descriptors ?? {}).map((name) => ({ name, cells: cellsOf(({ descriptors }) => descriptors?.[name]) })),
  ];
  const { buffers } = await engine().request({ type: "expand", rows: kept.map(({ at }) => at), added, stem: STEM, bits }, { buffers: [table, packed.buffer], worker: "fresh", signal });
  const name = `${one.name.replace(/\.(gz|zip)$/i, "").replace(/\.[a-z]+$/i, "")}.molecules.csv`;
  return { file: new File([buffers[0]], name, { type: "text/csv" }), done: kept.length, left };
}

/** @param {number} id */
export const stopComputing = (id) => state.opened.find((one) => one.id === id)?.compounds?.stop?.abort();

/** Puts the file back as it was. @param {number} id */
export function goBack(id) {
  const original = state.opened.find((one) => one.id === id)?.compounds?.made?.original;
  if (!original) return;
  changeOpened(id, { ...original, compounds: null });
  return reread(id, {});
}

/** How the target's compounds are divided now. @returns {"random" | "scaffold" | "similarity"} */
export const division = () => (state.plan?.similarity ? "similarity" : state.roles.target[SCAFFOLD] === "group" ? "scaffold" : "random");

/** @param {"random" | "scaffold" | "similarity"} how @param {number} [least] Tanimoto's coefficient */
export async function divide(how, least = 0.6) {
  if (plan().similarity !== (how === "similarity" ? least : null)) changePlan({ similarity: how === "similarity" ? least : null });
  const wanted = how === "scaffold" ? "group" : "ignored";
  // What says which compound it is does so whether or not it was the group.
  if (how === "scaffold" && state.roles.target[KEY] === "group") await setRole("target", KEY, "identifier");
  if (SCAFFOLD in state.roles.target && (state.roles.target[SCAFFOLD] === "group") !== (wanted === "group")) await setRole("target", SCAFFOLD, wanted);
}
