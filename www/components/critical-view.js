// The genes that drive the calls of a method that goes from bulk samples to cells.

import { html, nothing } from "lit";
import { fixed, percent, whole } from "../format.js";
import { downloadCsv } from "../save.js";
import { t } from "../words.js";

/** Rows that are shown; the file has all that the report keeps. */
const SHOWN = 20;
/** @param {number} p */
const small = (p) => (p < 0.001 ? p.toExponential(1) : fixed(p));

/** @param {{ critical?: import("../protocol.js").CriticalGenes | null }} one of a comparison, or of cells without an outcome @param {string} [prefix] of the file's name */
export function criticalView({ critical: found }, prefix = "") {
  if (!found) return nothing;
  const { event, other, called, rest, surest } = found;
  const title = t("critical.title", { method: t(`method.${found.method}.name`) });
  if (!surest.length) return html`<section class="card critical" aria-label=${title}><h2>${title}</h2><p>${t("critical.none", { event, other, called: whole(called), rest: whole(rest) })}</p></section>`;
  const columns = [t("critical.gene"), t("critical.added", { call: event }), t("critical.added", { call: other }), t("critical.auc"), t("critical.p"), t("critical.q"), t("critical.seen")];
  const share = (/** @type {number | null | undefined} */ seen) => (seen === null || seen === undefined ? "" : percent(seen));
  const save = () => downloadCsv(`autograft-${prefix}critical-genes.csv`, { columns, rows: surest.map((one) => [one.gene, one.event, one.others, one.auc, one.p, one.q, one.seen ?? ""]) });
  return html`<section class="card critical" aria-label=${title}><h2>${title}</h2>
    <p>${t("critical.explain", { event, other, called: whole(called), rest: whole(rest), chosen: whole(found.chosen), tested: whole(found.tested), genes: whole(found.genes) })}</p>
    <p class="soft">${t("critical.mind")}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${title}><table><thead><tr>${columns.map((name, at) => html`<th scope="col" class=${at ? "number" : ""}>${name}</th>`)}</tr></thead>
      <tbody>${surest.slice(0, SHOWN).map((one) => html`<tr><th scope="row">${one.gene}</th>${[fixed(one.event), fixed(one.others), fixed(one.auc), small(one.p), small(one.q), share(one.seen)].map((text) => html`<td class="number">${text}</td>`)}</tr>`)}</tbody></table></div>
    <p><button type="button" class="small quiet" @click=${save}>CSV</button></p></section>`;
}
