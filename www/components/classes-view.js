// More than two classes: every metric with its interval, and each class against the rest.

import { html, nothing } from "lit";
import { fixed, interval, signed, signedInterval, whole } from "../format.js";
import { t } from "../words.js";

/** @typedef {import("../protocol.js").Comparison} Comparison */
/** @typedef {import("../protocol.js").Ranged} Ranged */

/** @param {Ranged | undefined} one @param {typeof fixed} number @param {typeof interval} ends */
const cell = (one, number = fixed, ends = interval) => html`<td class="number">${number(one?.value)}${Number.isFinite(one?.low) ? html`<span class="range">${ends(one?.low, one?.high)}</span>` : nothing}</td>`;

/** @param {Comparison} one */
export function classesView({ evaluation }) {
  const methods = (evaluation?.methods ?? []).filter(({ classes }) => classes?.length);
  if (!methods.length) return nothing;
  const compared = methods.filter(({ role }) => role !== "other");
  const metrics = methods[0].metrics.filter(({ value }) => Number.isFinite(value)).map(({ metric }) => metric);
  const of = (/** @type {Ranged[]} */ list, /** @type {string} */ name) => list.find(({ metric }) => metric === name);
  const against = ["auroc", "auprc", "calibration_in_the_large", "calibration_slope"];
  return html`<section class="card" aria-label=${t("classes.title")}><h2>${t("classes.title")}</h2><p class="soft">${t("classes.note", { resamples: whole(evaluation?.resamples) })}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t("classes.title")}><table class="metrics"><thead><tr><th scope="col">${t("table.method")}</th>${metrics.map((name) => html`<th scope="col" class="number">${t(`metric.${name}`)}</th>`)}</tr></thead>
      <tbody>${methods.map(({ id, role, metrics: own }) => html`<tr class=${role}><th scope="row">${t(`method.${id}.name`)}</th>${metrics.map((name) => cell(of(own, name)))}</tr>`)}
        ${compared.map(({ gains }) => (gains.length ? html`<tr><th scope="row" class="soft">${t("table.difference")}</th>${metrics.map((name) => cell(of(gains, name), signed, signedInterval))}</tr>` : nothing))}</tbody></table></div>
    <h3>${t("classes.each")}</h3>
    <div class="scroll" tabindex="0" role="region" aria-label=${t("classes.each")}><table class="metrics"><thead><tr><th scope="col">${t("classes.class")}</th><th scope="col">${t("table.method")}</th><th scope="col" class="number">${t("table.rows")}</th>${against.map((name) => html`<th scope="col" class="number">${t(`metric.${name}`)}</th>`)}</tr></thead>
      <tbody>${(methods[0].classes ?? []).map((_, at) => compared.map(({ id, classes }) => { const one = classes?.[at]; return one ? html`<tr><th scope="row">${one.name}</th><td>${t(`method.${id}.name`)}</td><td class="number">${whole(one.rows)}</td>${against.map((name) => cell(of(one.metrics, name)))}</tr>` : nothing; }))}</tbody></table></div></section>`;
}
