// What goes along with the predictions of a method that carries one outcome over to another.

import { html, nothing } from "lit";
import { fixed, whole } from "../format.js";
import { downloadCsv } from "../save.js";
import { t } from "../words.js";

/** Rows that are shown; the file has all. */
const SHOWN = 15;
/** @param {number} p */
const small = (p) => (p < 0.001 ? p.toExponential(1) : fixed(p));

/** @param {import("../protocol.js").Comparison} one @param {string} [prefix] of the file's name */
export function associationView({ association }, prefix = "") {
  if (!association?.surest.length) return nothing;
  const columns = [t("association.feature"), t("association.rho"), t("association.p"), t("association.q")];
  const title = t("association.title", { method: t(`method.${association.method}.name`) });
  const save = () => downloadCsv(`autograft-${prefix}association.csv`, { columns, rows: association.surest.map(({ feature, rho, p, q }) => [feature, rho, p, q]) });
  return html`<section class="card association" aria-label=${title}><h2>${title}</h2>
    <p>${t("association.explain", { rows: whole(association.rows), features: whole(association.features) })}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${title}><table><thead><tr>${columns.map((name, at) => html`<th scope="col" class=${at ? "number" : ""}>${name}</th>`)}</tr></thead>
      <tbody>${association.surest.slice(0, SHOWN).map(({ feature, rho, p, q }) => html`<tr><th scope="row">${feature}</th><td class="number">${fixed(rho)}</td><td class="number">${small(p)}</td><td class="number">${small(q)}</td></tr>`)}</tbody></table></div>
    <p><button type="button" class="small quiet" @click=${save}>CSV</button></p></section>`;
}
