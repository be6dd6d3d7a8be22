// Language and theme: in the address (`#lang=zh&theme=dark`), so that nothing is stored and a link carries them.

import { change } from "./store.js";
import { setLanguage } from "./words.js";

const hash = () => new URLSearchParams(location.hash.slice(1));

/** @param {string} name @param {string} value */
function write(name, value) {
  const set = hash();
  set.set(name, value);
  history.replaceState(null, "", `#${set}`);
}

/** The theme in force. @returns {"light" | "dark"} */
export function theme() {
  const chosen = document.documentElement.dataset.theme;
  return (chosen ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light")) === "dark" ? "dark" : "light";
}

export function turnTheme() {
  const next = theme() === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  write("theme", next);
  change({});
}

/** @param {"en" | "zh"} language */
export function setLanguageInAddress(language) {
  setLanguage(language);
  write("lang", language);
  change({});
}

/** What the address asks for, else the browser's own. */
export function readPreferences() {
  setLanguage(hash().get("lang") ?? navigator.language);
  const wanted = hash().get("theme");
  if (wanted === "dark" || wanted === "light") document.documentElement.dataset.theme = wanted;
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => change({}));
}
