// What stands beside the verdict: usefulness, calibration in numbers, the same difference by other rules.

import { html, nothing } from "lit";
import { decision, decisionTable } from "../charts/decision.js";
import { fixed, interval, pValue as p, signed, signedInterval, whole } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").Comparison} Comparison */
/** @typedef {NonNullable<Comparison["evaluation"]>} Evaluation */

/** @param {Comparison} one @param {string} [prefix] of the files' names */
export function evaluationView({ evaluation, estimand, contrast }, prefix = "") {
  if (!evaluation) return nothing;
  const calibrated = evaluation.methods.flatMap(({ id, role, calibration }) => (calibration && role !== "other" ? [{ id, calibration }] : []));
  return html`
    ${evaluation.treat_all.length ? html`<section class="card">${figure({ name: `${prefix}decision`, heading: t("decision.title"), note: t("decision.note"), chart: decision, table: decisionTable, data: evaluation })}</section>` : nothing}
    ${calibrated.length ? html`<section class="card" aria-label=${t("calibrated.title")}><h2>${t("calibrated.title")}</h2><p class="soft">${t("calibrated.note")}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("calibrated.title")}><table class="metrics"><thead><tr><th scope="col">${t("table.method")}</th>${["oe", "ici", "e90", "e_max", "u_p", "spiegelhalter_p"].map((name) => html`<th scope="col" class="number">${t(`calibrated.${name}`)}</th>`)}</tr></thead>
        <tbody>${calibrated.map(({ id, calibration: c }) => html`<tr><th scope="row">${t(`method.${id}.name`)}</th>
          <td class="number">${fixed(c.observed_over_expected, 2)}<span class="range">${interval(c.oe_low, c.oe_high, 2)}</span></td>
          ${[c.ici, c.e90, c.e_max].map((x) => html`<td class="number">${fixed(x)}</td>`)}${[c.u_p, c.spiegelhalter_p].map((x) => html`<td class="number">${p(x)}</td>`)}</tr>`)}</tbody></table></div></section>` : nothing}
    ${besides(evaluation, estimand, contrast)}`;
}

/** @param {Evaluation} evaluation @param {Comparison["estimand"]} estimand @param {Comparison["contrast"]} contrast */
function besides({ beside, resamples }, { design, metric }, contrast) {
  const rows = [
    { name: t(`beside.rule.${design}`), estimate: contrast.estimate, low: contrast.low, high: contrast.high, p: contrast.p, note: t("beside.decides") },
    ...beside.map((one) => ({ ...one, name: t(`beside.rule.${one.rule}`, { resamples: whole(resamples) }), note: one.refused ? t(`beside.refused.${one.refused}`) : t("beside.patients_only") })),
  ];
  return html`<section class="card" aria-label=${t("beside.title")}><h2>${t("beside.title")}</h2><p class="soft">${t("beside.note", { metric: t(`metric.${metric}`) })}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t("beside.title")}><table><thead><tr><th scope="col">${t("beside.rule")}</th><th scope="col" class="number">${t("table.difference")}</th><th scope="col" class="number">${t("table.interval")}</th><th scope="col" class="number">p</th><th scope="col">${t("beside.carries")}</th></tr></thead>
      <tbody>${rows.map((row) => html`<tr><th scope="row">${row.name}</th><td class="number">${signed(row.estimate)}</td><td class="number">${Number.isFinite(row.low) ? signedInterval(row.low, row.high) : "–"}</td><td class="number">${p(row.p)}</td><td class="soft">${row.note}</td></tr>`)}</tbody></table></div></section>`;
}
