// What the engine points out, with its place; as a list.

import { html, nothing } from "lit";
import { whole } from "../format.js";
import { place, sentence, t } from "../words.js";

const SHOWN = 12;

/** @param {any[]} notes @param {string} title */
export function findings(notes, title) {
  if (!notes?.length) return nothing;
  const item = (/** @type {any} */ note) => html`<li class="finding ${note.severity ?? ""}">${sentence(note)} <span class="soft">${place(note)}</span></li>`;
  return html`<section class="card" aria-label=${title}><h2>${title}</h2>
    <ul class="plain findings">${notes.slice(0, SHOWN).map(item)}</ul>
    ${notes.length > SHOWN ? html`<details><summary>${t("findings.more", { n: whole(notes.length - SHOWN) })}</summary><ul class="plain findings">${notes.slice(SHOWN, 300).map(item)}</ul></details>` : nothing}
  </section>`;
}
