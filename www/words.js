// Every word that a person reads: two flat files with equal keys. Sentences hold `{slots}`.

import en from "./i18n/en.json";
import zh from "./i18n/zh.json";

/** @typedef {"en" | "zh"} Language */
/** @typedef {[string, unknown][] | Record<string, unknown>} Facts */

/** @type {Record<Language, Record<string, string>>} */
const WORDS = { en, zh };
/** @type {Language} */
let current = "en";

/** @type {Set<() => void>} */
const readers = new Set();

/** Tells when another language is in force. @param {() => void} reader @returns {() => void} ends it */
export function onLanguage(reader) {
  readers.add(reader);
  return () => readers.delete(reader);
}

/** The language in force. */
export const language = () => current;

/** @param {string | null | undefined} wanted */
export function setLanguage(wanted) {
  current = wanted?.toLowerCase().startsWith("zh") ? "zh" : "en";
  document.documentElement.lang = current === "zh" ? "zh-CN" : "en";
  document.title = t("app.title");
  for (const reader of readers) reader();
}

/** What is said in another language, whichever is in force. @template T @param {Language} wanted @param {() => T} say @returns {T} */
export function within(wanted, say) {
  const before = current;
  current = wanted;
  try { return say(); } finally { current = before; }
}

/** Whether there are words for this key. @param {string} key */
export const known = (key) => key in WORDS[current];

/**
 * The sentence of a key, its slots filled; the key itself where there is none, so that a gap is seen. `{slot|one|many}` is the
 * first word where the slot is 1, else the second.
 * @param {string} key
 * @param {Facts} [facts]
 */
export function t(key, facts) {
  const sentence = WORDS[current][key] ?? WORDS.en[key] ?? key;
  if (!facts) return sentence;
  const slots = Array.isArray(facts) ? Object.fromEntries(facts) : facts;
  return sentence.replace(/\{(\w+)(?:\|([^|}]*)\|([^|}]*))?\}/g, (whole, slot, one, many) => {
    if (!(slot in slots)) return whole;
    const value = String(slots[slot]);
    return one === undefined ? value : value === "1" ? one : many;
  });
}

/** @typedef {{ code?: import("./protocol.js").Code, facts?: Facts, at?: Partial<import("./protocol.js").At>, message?: string }} Said */

/** The code of a failure that has one. @param {unknown} failure */
export const codeOf = (failure) => /** @type {Said | null | undefined} */ (failure)?.code;

/**
 * What went wrong and the way out, from whatever was thrown.
 * @param {unknown} thrown
 * @returns {{ what: string, hint: string, where: string }}
 */
export function explain(thrown) {
  const failure = /** @type {Said | null | undefined} */ (thrown);
  const code = failure?.code;
  if (!code) return { what: t("error.internal", { reason: String(failure?.message ?? thrown) }), hint: t("error.internal.hint"), where: "" };
  return { what: t(`error.${code}`, failure.facts), hint: t(`error.${code}.hint`, failure.facts), where: place(failure.at ?? {}) };
}

/**
 * File, row and column in words.
 * @param {{ file?: string | null, row?: number | null, column?: string | null }} at
 */
export function place({ file, row, column }) {
  return [file, row && t("place.row", { row }), column && t("place.column", { column })].filter(Boolean).join(" · ");
}

/** A note of the engine as a sentence. @param {{ code: string, facts?: Facts }} note */
export const sentence = (note) => t(`note.${note.code}`, note.facts);
