// The molecules' worker, after RDKit's patched glue (which defines `initRDKitModule`): its whole script, embedded as a
// string and started from a blob, so that it inherits the sealed policy. SMILES in; bits, keys and scaffolds out.
// The graph of a molecule never leaves this worker: RDKit is needed before and after the scaffold is cut out.
//
// In: `{ module }`, then `{ id, smiles, bits, descriptors }`. Out: `{ ready }`, then `{ id, compounds }`, one for each.
/* global initRDKitModule */
"use strict";

/** Radius of the Morgan environments: diameter 4, the 4 of ECFP4. */
const RADIUS = 2;

/** Elements to which RDKit gives hydrogens: those of its periodic table with a default valence; where there are several, all. */
const HYDROGENATED = new Set([1, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17, 19, 20, 31, 32, 33, 34, 35, 37, 38, 49, 50, 51, 52, 53, 55, 56, 82, 83, 84, 85, 87, 88]);
const VALENCES = new Map([[15, [3, 5]], [16, [2, 4, 6]], [33, [3, 5]], [34, [2, 4, 6]], [50, [2, 4]], [51, [3, 5]], [52, [2, 4, 6]], [53, [1, 3, 5]], [82, [2, 4]], [83, [3, 5]], [84, [2, 4, 6]], [85, [1, 3, 5]]]);

/** Our name of each descriptor, and RDKit's. */
const DESCRIPTORS = {
  mol_weight: "amw", logp: "CrippenClogP", tpsa: "tpsa", h_donors: "NumHBD", h_acceptors: "NumHBA", rotatable_bonds: "NumRotatableBonds",
  rings: "NumRings", fraction_sp3: "FractionCSP3", heavy_atoms: "NumHeavyAtoms",
};

/** @type {any} */
let rdkit = null;

/**
 * One compound: its fingerprint (Morgan, as bytes, lowest bit first), InChIKey, Murcko scaffold ("" without a ring).
 * @param {string} smiles @param {number} bits @param {boolean} descriptors
 */
function compound(smiles, bits, descriptors) {
  const text = smiles.trim();
  if (!text) return { why: "empty", said: "" };
  // What RDKit has to say about a SMILES goes to its log.
  const log = rdkit.set_log_capture("rdApp.error");
  let mol = null;
  try {
    mol = rdkit.get_mol(text);
    if (!mol) return reason(log.get_buffer());
    const inchi = mol.get_inchi();
    return {
      bits: mol.get_morgan_fp_as_uint8array(JSON.stringify({ radius: RADIUS, nBits: bits })),
      inchikey: inchi ? rdkit.get_inchikey_for_inchi(inchi) : "",
      scaffold: scaffold(mol),
      descriptors: descriptors ? chosen(JSON.parse(mol.get_descriptors())) : null,
    };
  } catch (failure) {
    return { why: "other", said: String(failure) };
  } finally {
    mol?.delete();
    log?.delete();
  }
}

/** @param {Record<string, number>} all */
const chosen = (all) => Object.fromEntries(Object.entries(DESCRIPTORS).map(([ours, theirs]) => [ours, all[theirs]]));

/** Why there is no molecule, from what RDKit logged: a key under `molecules.why.`, and its own words. @param {string} log */
function reason(log) {
  const said = log.split("\n").map((line) => line.replace(/^\[[\d:]+\]\s*/, "").trim()).filter(Boolean);
  const first = said[0] ?? "";
  const why = /valence/i.test(first) ? "valence" : /kekulize/i.test(first) ? "aromatic" : /unclosed ring|duplicated ring/i.test(first) ? "ring" : /syntax|parse error/i.test(first) ? "syntax" : "other";
  return { why, said: first };
}

/**
 * The Murcko scaffold (Bemis and Murcko 1996) as RDKit's MurckoScaffold takes it: rings, what links them, and atoms that
 * a double bond ties to those. As a canonical SMILES without stereo; "" where there is no ring.
 * @param {any} mol
 */
function scaffold(mol) {
  const graph = JSON.parse(mol.get_json());
  const [molecule] = graph.molecules;
  const rings = molecule.extensions.find((/** @type {any} */ one) => one.name === "rdkitRepresentation");
  if (!rings?.atomRings?.length) return "";
  const kept = prune(graph.defaults, molecule, rings);
  const cut = rdkit.get_mol(JSON.stringify({ ...graph, molecules: [kept] }));
  if (!cut) throw new Error("no scaffold");
  try {
    return cut.get_smiles(JSON.stringify({ doIsomericSmiles: false }));
  } finally {
    cut.delete();
  }
}

/**
 * The molecule's graph without its side chains.
 * @param {any} defaults @param {any} molecule @param {any} rings of RDKit's representation
 */
function prune(defaults, { atoms, bonds = [] }, rings) {
  const [low, high] = [(/** @type {any} */ bond) => bond.atoms[0], (/** @type {any} */ bond) => bond.atoms[1]];
  /** @type {[number, any][][]} The neighbours of an atom, each with its bond. */
  const around = atoms.map(() => []);
  for (const bond of bonds) { around[low(bond)].push([high(bond), bond]); around[high(bond)].push([low(bond), bond]); }
  // Ends are taken off until only rings and the chains between them are left.
  const inRing = new Set(rings.atomRings.flat());
  const core = atoms.map(() => true);
  const degree = around.map((near) => near.length);
  const ends = [...atoms.keys()].filter((atom) => degree[atom] <= 1 && !inRing.has(atom));
  for (let at = ends.pop(); at !== undefined; at = ends.pop()) {
    if (!core[at]) continue;
    core[at] = false;
    for (const [next] of around[at]) if (core[next] && --degree[next] <= 1 && !inRing.has(next)) ends.push(next);
  }
  const order = (/** @type {any} */ bond) => bond.bo ?? defaults.bond.bo;
  const doubled = (/** @type {number} */ atom) => !core[atom] && around[atom].some(([next, bond]) => core[next] && order(bond) === 2);
  const stays = atoms.map((/** @type {any} */ _, /** @type {number} */ atom) => core[atom] || doubled(atom));
  const number = new Map();
  stays.forEach((/** @type {boolean} */ stay, /** @type {number} */ atom) => { if (stay) number.set(atom, number.size); });
  const aromatic = new Set(rings.aromaticAtoms ?? []);
  // Where a side chain stood, hydrogen stands: not on elements without a valence of their own, and, as RDKit has it, not
  // on a charged atom at the end of a double bond; with several valences the smallest that holds what is left.
  const hydrogens = (/** @type {number} */ at) => {
    const [z, charge, before] = ["z", "chg", "impHs"].map((name) => atoms[at][name] ?? defaults.atom[name]);
    const sum = (/** @type {boolean} */ kept) => around[at].filter(([next]) => stays[next] === kept).reduce((total, [, bond]) => total + order(bond), 0);
    const lost = sum(false);
    if (!lost || !HYDROGENATED.has(z) || (!core[at] && charge !== 0)) return before;
    const valence = charge === 0 && !aromatic.has(at) ? VALENCES.get(z)?.find((one) => one >= sum(true)) : undefined;
    return valence === undefined ? before + lost : valence - sum(true);
  };
  const left = atoms.flatMap((/** @type {any} */ atom, /** @type {number} */ at) => {
    if (!stays[at]) return [];
    const { stereo, ...rest } = atom;
    return [{ ...rest, impHs: hydrogens(at) }];
  });
  /** @type {any[]} */
  const bonded = [];
  const aromaticBonds = new Set(rings.aromaticBonds ?? []);
  /** @type {number[]} */
  const flagged = [];
  bonds.forEach((/** @type {any} */ bond, /** @type {number} */ at) => {
    if (!stays[low(bond)] || !stays[high(bond)]) return;
    if (aromaticBonds.has(at)) flagged.push(bonded.length);
    const { stereo, stereoAtoms, ...rest } = bond;
    bonded.push({ ...rest, atoms: [number.get(low(bond)), number.get(high(bond))] });
  });
  const { formatVersion, toolkitVersion, name } = rings;
  const known = { name, formatVersion, toolkitVersion, aromaticAtoms: [...aromatic].filter((atom) => number.has(atom)).map((atom) => number.get(atom)), aromaticBonds: flagged, atomRings: rings.atomRings.map((/** @type {number[]} */ ring) => ring.map((atom) => number.get(atom))) };
  return { atoms: left, bonds: bonded, extensions: [known] };
}

self.onmessage = async ({ data }) => {
  if (data.module) {
    try {
      // The engine was compiled before the seal; nothing is fetched here.
      rdkit = await initRDKitModule({ instantiateWasm: (/** @type {any} */ imports, /** @type {any} */ done) => { WebAssembly.instantiate(data.module, imports).then((instance) => done(instance)); return {}; } });
      rdkit.disable_logging?.();
      self.postMessage({ ready: rdkit.version() });
    } catch (failure) {
      self.postMessage({ crash: String(failure) });
    }
    return;
  }
  const { id, smiles, bits, descriptors } = data;
  self.postMessage({ id, compounds: smiles.map((/** @type {string} */ one) => compound(one, bits, descriptors)) });
};
