// What the features add to the predictions, in the cohort: for the stage and for the report.

import { html, nothing } from "lit";
import { corner, cornerTable } from "../charts/corner.js";
import { MOST, parts, partsTable } from "../charts/sums.js";
import { swarm, swarmTable } from "../charts/swarm.js";
import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").Explanation} Explanation */
/** @typedef {NonNullable<import("../protocol.js").Teller["stability"]>} Stability */

/** As many as a sentence bears, and the level of "borne out". */
const NAMED = 3;
const LEVEL = 0.05;

/** In words, what a rank correlation over fits means. @param {Stability} stability */
const firmness = ({ spearman }) => (spearman >= 0.8 ? "firm" : spearman >= 0.5 ? "loose" : "none");

/** The sentence on what the transferred model relies on. @param {Explanation} explanation */
export function reliedOn({ features }) {
  const shown = features.filter(({ transferred }) => transferred && transferred.size > 0 && transferred.q !== null && transferred.q < LEVEL).slice(0, NAMED);
  return shown.length ? t("why.sentence.told", { features: shown.map(({ feature }) => feature).join(t("list.separator")) }) : t("why.nothing_borne_out");
}

/** @param {Explanation} explanation @param {import("../protocol.js").Shift | null | undefined} shift */
export function explanationView(explanation, shift) {
  const scale = t(`why.scale.${explanation.scale}`);
  const data = { explanation, scale };
  const models = /** @type {const} */ (["transferred", "source"]).flatMap((name) => (explanation[name] ? [{ name, teller: explanation[name] }] : []));
  const gap = Math.max(...models.map(({ teller }) => teller.gap));
  const dangerous = explanation.corner?.features ?? [];
  return html`<section class="card" aria-labelledby="why-how"><h2 id="why-how">${t("why.told", { told: whole(explanation.told), judged: whole(explanation.judged), scale })}</h2>
      <p>${t("why.reference")} ${t("why.gap", { gap: gap < 1e-6 ? t("number.under", { x: "0.000001" }) : fixed(gap, 6) })}</p>
      <ul class="plain">${models.map(({ name, teller }) => html`<li><strong>${t(`why.model.${name}`)}</strong> (${t(`why.way.${teller.way}`)}). ${teller.stability ? html`${t(`why.stable.${firmness(teller.stability)}`)} <span class="soft">${t("why.stability", { fits: teller.fits, rho: fixed(teller.stability.spearman, 2), lowest: fixed(teller.stability.lowest, 2), leading: teller.stability.leading, shared: fixed(teller.stability.shared, 1) })}</span>` : nothing}</li>`)}</ul></section>
    <section class="card">${figure({ name: "parts", heading: t("chart.parts.title"), note: t("chart.parts.note", { fits: explanation.transferred.fits }) + (explanation.of > MOST ? ` ${t("chart.importance.some", { n: MOST, all: explanation.of })}` : ""), chart: parts, table: partsTable, data })}<p class="soft">${t("why.marks")}</p></section>
    ${shift?.features.length ? html`<section class="card">${figure({ name: "corner", heading: t("chart.corner.title"), note: t("chart.corner.note"), chart: corner, table: cornerTable, data: { explanation, shift } })}<p class=${dangerous.length ? "warning" : ""}>${dangerous.length ? t("why.corner.some", { features: dangerous.join(t("list.separator")) }) : t("why.corner.none")}</p></section>` : nothing}
    ${explanation.features.some((one) => one.swarm.length > 1) ? html`<section class="card">${figure({ name: "swarm", heading: t("chart.swarm.title"), note: t("chart.swarm.note"), chart: swarm, table: swarmTable, data })}</section>` : nothing}`;
}
