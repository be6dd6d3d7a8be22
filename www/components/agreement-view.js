// Numbers: calibration and limits of agreement, drawn and in a table.

import { html, nothing } from "lit";
import { agreement, agreementTable } from "../charts/agreement.js";
import { numberCalibration, numberCalibrationTable } from "../charts/number-calibration.js";
import { interval, pValue, signed, signedInterval, value } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").Comparison} Comparison */
/** @typedef {import("../protocol.js").Estimate} Estimate */

/** Three figures, with the sign. @param {number} x */
const plus = (x) => (x > 0 ? `+${value(x)}` : value(x));

/** @param {Estimate} one */
const cell = (one) => html`<td class="number">${plus(one.value)}<span class="range">${t("number.interval", { low: plus(one.low), high: plus(one.high) })}</span></td>`;

/** @param {import("../protocol.js").Report} report @param {Comparison} one @param {string} [prefix] of the files' names */
export function agreementView({ plan }, { evaluation, predictions }, prefix = "") {
  const truth = predictions.truth.map(Number);
  const told = (evaluation?.methods ?? []).flatMap(({ id, role, agreement: agreed }) => (agreed && predictions.methods[id] ? [{ id, role, agreed, truth, predicted: predictions.methods[id] }] : []));
  if (!told.length) return nothing;
  const kind = plan.preparation.label.kind;
  const unit = kind.type === "values" ? kind.unit ?? "" : "";
  const drawn = told.filter(({ role }) => role !== "other");
  return html`<section class="card" aria-label=${t("agreement.title")}><h2>${t("agreement.title")}</h2><p class="soft">${t("agreement.note")}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("agreement.title")}><table class="metrics"><thead><tr><th scope="col">${t("table.method")}</th>${[t("agreement.intercept"), t("agreement.slope"), t("agreement.bias"), t("agreement.lower"), t("agreement.upper"), t("agreement.proportional")].map((name) => html`<th scope="col" class="number">${name}</th>`)}</tr></thead>
        <tbody>${told.map(({ id, role, agreed: { line, limits, proportional } }) => html`<tr class=${role}><th scope="row">${t(`method.${id}.name`)}</th>${cell(line.intercept)}<td class="number">${signed(line.slope.value, 2)}<span class="range">${signedInterval(line.slope.low, line.slope.high, 2)}</span></td>${cell(limits.bias)}${cell(limits.lower)}${cell(limits.upper)}
          <td class="number">${proportional ? html`${signed(proportional.slope.value, 2)}<span class="range">${signedInterval(proportional.slope.low, proportional.slope.high, 2)} · p ${pValue(proportional.p)}</span>` : "–"}</td></tr>`)}</tbody></table></div></section>
    <div class="two">${drawn.map((method) => html`
      <section class="card">${figure({ name: `${prefix}number-calibration-${method.id}`, heading: t("agreement.calibration.title", { method: t(`method.${method.id}.name`) }), note: t("agreement.calibration.note"), chart: numberCalibration, table: numberCalibrationTable, data: { ...method, unit } })}</section>
      <section class="card">${figure({ name: `${prefix}agreement-${method.id}`, heading: t("agreement.limits.title", { method: t(`method.${method.id}.name`) }), note: t("agreement.limits.note", { lower: interval(method.agreed.limits.lower.low, method.agreed.limits.lower.high, 2), upper: interval(method.agreed.limits.upper.low, method.agreed.limits.upper.high, 2) }), chart: agreement, table: agreementTable, data: { ...method, unit } })}</section>`)}</div>`;
}
