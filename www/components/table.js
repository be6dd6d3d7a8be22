// A table of data: caption, headers, scrolled by keyboard where it is wide, shown in parts where it is long.

import { html, nothing } from "lit";
import { whole } from "../format.js";
import { t } from "../words.js";

/** Rows in the page; the CSV has all of them. */
const SHOWN = 200;

/** @param {import("../charts/table.js").Table} table @param {string} caption @param {{ plain?: boolean, headed?: boolean }} [how] whether the first column is data, too; whether a heading above says the caption already */
export function dataTable({ columns, rows }, caption, { plain = false, headed = plain } = {}) {
  return html`<div class="scroll" tabindex="0" role="region" aria-label=${caption}>
    <table>
      <caption class=${headed ? "visually-hidden" : ""}>${caption}</caption>
      <thead><tr>${columns.map((name) => html`<th scope="col">${name}</th>`)}</tr></thead>
      <tbody>${rows.slice(0, SHOWN).map((row) => html`<tr>${row.map((cell, at) => (at === 0 && !plain ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}</tr>`)}</tbody>
    </table>
    ${rows.length > SHOWN ? html`<p class="soft">${t("table.more", { shown: whole(SHOWN), all: whole(rows.length) })}</p>` : nothing}
  </div>`;
}
