// Groups of patients: for whom does it help? Drawn, tabled, and with the warning that belongs to it.

import { html, nothing } from "lit";
import { forest, forestTable } from "../charts/forest.js";
import { pValue } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @param {import("../protocol.js").Comparison} one @param {string} [prefix] of the files' names */
export function subgroupsView({ subgroups, contrast }, prefix = "") {
  const columns = (subgroups ?? []).filter(({ compared }) => compared.groups.length);
  if (!columns.length) return nothing;
  const same = columns[0].compared.metric === contrast.metric && Number.isFinite(contrast.low);
  const overall = same ? { value: contrast.estimate, low: contrast.low, high: contrast.high } : null;
  const tests = columns.flatMap(({ column, compared }) => (compared.interaction ? [{ column, ...compared.interaction }] : []));
  const groups = columns.reduce((sum, { compared }) => sum + compared.groups.length, 0);
  return html`<section class="card" aria-label=${t("subgroups.title")}>
    ${figure({ name: `${prefix}subgroups`, heading: t("subgroups.title"), note: t(columns.some(({ found }) => found) ? "subgroups.note_found" : "subgroups.note"), chart: forest, table: forestTable, data: { columns, overall } })}
    ${tests.length ? html`<ul class="plain">${tests.map(({ column, p }) => html`<li>${t(p < 0.05 ? "subgroups.differs" : "subgroups.alike", { column, p: pValue(p) })}</li>`)}</ul>` : nothing}
    <p class="note">${t("subgroups.warning", { groups })}</p></section>`;
}

/** Where transfer stops paying, in one sentence. @param {import("../protocol.js").Comparison} one */
export function crossingSentence({ crossing: found }) {
  if (!found) return nothing;
  const { crossing, why } = found;
  if (!crossing) return why ? html`<p class="soft">${t("crossing.none", { why: t(`undefined.${why.kind}`, why) })}</p>` : nothing;
  const end = (/** @type {import("../protocol.js").Place} */ place) => (place.kind === "at" ? t("crossing.n", { n: Math.round(place.n) }) : place.kind === "not_within" ? t("crossing.beyond", { n: place.largest }) : t("crossing.under", { n: place.smallest }));
  const { place } = crossing;
  const words = place.kind === "at" ? t("crossing.at", { n: Math.round(place.n) }) : place.kind === "not_within" ? t("crossing.not_within", { n: place.largest }) : t("crossing.never", { n: place.smallest });
  return html`<p class="big">${words}</p><p>${t("crossing.interval", { low: end(crossing.low), high: end(crossing.high), repeats: crossing.repeats })}</p><p class="soft">${t("crossing.note")}</p>`;
}
