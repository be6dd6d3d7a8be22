// For the author's paper: the methods paragraph and the reporting checklist, told from the run's own facts.

import { html, nothing } from "lit";
import { count, numberOf, ofParagraph, tell } from "../paper.js";
import quoted from "../quoted/tripod-ai.json";
import { language, t, within } from "../words.js";

/** @typedef {import("../protocol.js").ForPaper} Paper */

const ITEMS = new Map(quoted.items.map((one) => [one.item, one]));

/** Puts the paragraph that stands before the button on the clipboard; where there is none, selects it. @param {MouseEvent} event */
async function copy({ currentTarget }) {
  const button = /** @type {HTMLButtonElement} */ (currentTarget);
  const paragraph = button.previousElementSibling;
  if (!paragraph) return;
  try {
    await navigator.clipboard.writeText(paragraph.textContent?.trim() ?? "");
    button.textContent = t("paper.copied");
  } catch {
    getSelection()?.selectAllChildren(paragraph);
  }
}

/** @param {Paper} paper @param {string} lang */
const paragraph = (paper, lang) => html`<p class="paper-text" lang=${lang}>${ofParagraph(paper.methods)}</p><button type="button" class="small quiet" @click=${copy}>${t("paper.copy")}</button>`;

/** @param {import("../protocol.js").Report} report */
export function paperView({ paper }) {
  if (!paper) return nothing;
  const other = language() === "zh" ? "en" : "zh";
  const told = within(other, () => ofParagraph(paper.methods));
  return html`<section class="card" aria-label=${t("paper.methods_of")}><h2>${t("paper.methods_of")}</h2><p class="soft">${t("paper.about")}</p>
      ${paragraph(paper, language())}
      <details><summary>${t("paper.in_other")}</summary><p class="paper-text" lang=${other}>${told}</p><button type="button" class="small quiet" @click=${copy}>${t("paper.copy")}</button></details>
      ${paper.references.length ? html`<h3>${t("paper.references")}</h3><ol class="references" lang="en">${paper.references.map((one) => html`<li>${numberOf(one)}</li>`)}</ol>` : nothing}</section>
    <section class="card checklist" aria-label=${t("paper.checklist")}><h2>${t("paper.checklist")}</h2>
      <p class="soft">${t("paper.checklist.about", count(paper.items))}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("paper.checklist")}><table><thead><tr>${["item", "asks", "where", "filled"].map((name) => html`<th scope="col">${t(`paper.column.${name}`)}</th>`)}</tr></thead>
        <tbody>${paper.items.map((item) => row(item))}</tbody></table></div>
      <p class="soft fine">${t("paper.checklist.source", { citation: quoted.citation })} doi:${quoted.doi} (${t("paper.checklist.licence", { licence: quoted.licence })})</p></section>`;
}

/** @param {Paper["items"][number]} item */
function row({ item, filled, place, sentences }) {
  const asked = ITEMS.get(item);
  return html`<tr class="filled-${filled}"><th scope="row">${item}<span class="soft" lang="en">${asked?.topic}</span></th><td lang="en">${asked?.text}</td>
    <td>${place ? t(`paper.place.${place}`) : "–"}</td>
    <td>${sentences.map((sentence) => html`<p>${tell(sentence)}</p>`)}<span class="chip">${t(`paper.filled.${filled}`)}</span></td></tr>`;
}
