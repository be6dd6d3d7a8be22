// What happens to patients who are called by a threshold that was chosen without them.

import { html, nothing } from "lit";
import { downloadCsv } from "../save.js";
import { fixed, interval, signed, signedInterval, whole } from "../format.js";
import { t } from "../words.js";

/** @typedef {import("../protocol.js").Comparison} Comparison */
/** @typedef {import("../protocol.js").AtThreshold} Operating */
/** @typedef {import("../protocol.js").Share} Share */

const MEASURES = ["sensitivity", "specificity", "ppv", "npv", "mcc"];

/** @param {Operating} operating */
const ruleName = ({ rule }) => t(`operating.rule.${rule.rule}`, { value: "value" in rule ? fixed(rule.value, 2) : "" });

/** The folds' thresholds: their range. @param {number[]} thresholds */
const range = (thresholds) => {
  const [low, high] = [Math.min(...thresholds), Math.max(...thresholds)];
  return high - low < 5e-4 ? fixed(low) : `${fixed(low)}–${fixed(high)}`;
};

/** @param {Share[]} shares @param {string} name */
const share = (shares, name) => shares.find(({ measure }) => measure === name);

/** @param {Share | undefined} one @param {(x: number | null | undefined) => string} number @param {(low: number | null | undefined, high: number | null | undefined) => string} ends */
const cell = (one, number, ends) => html`<td class="number">${number(one?.value)}${Number.isFinite(one?.low) ? html`<span class="range">${ends(one?.low, one?.high)}</span>` : nothing}</td>`;

/** @param {Comparison} one @param {string} [prefix] of the files' names */
export function operatingView({ operating }, prefix = "") {
  if (!operating?.length) return nothing;
  const csv = () => downloadCsv(`autograft-${prefix}operating.csv`, {
    columns: [t("operating.rule"), t("table.method"), t("table.metric"), t("table.value"), t("table.low"), t("table.high")],
    rows: operating.flatMap((one) => one.methods.flatMap(({ id, shares }) => shares.map(({ measure, value, low, high }) => [ruleName(one), t(`method.${id}.name`), t(`operating.${measure}`), value, low, high]))),
  });
  return html`<section class="card" aria-label=${t("operating.title")}><div class="row spread"><h2>${t("operating.title")}</h2><button type="button" class="small quiet" @click=${csv}>CSV</button></div>
    <p class="soft">${t("operating.note", { rows: whole(operating[0].rows) })}</p>
    <div class="scroll" tabindex="0" role="region" aria-label=${t("operating.title")}><table class="metrics">
      <thead><tr><th scope="col">${t("table.method")}</th><th scope="col" class="number">${t("operating.threshold")}</th>${MEASURES.map((name) => html`<th scope="col" class="number">${t(`operating.${name}`)}</th>`)}</tr></thead>
      ${operating.map((one) => html`<tbody><tr><th scope="rowgroup" colspan=${2 + MEASURES.length}>${ruleName(one)}</th></tr>
        ${one.methods.map(({ id, role, thresholds, shares }) => html`<tr class=${role}><th scope="row">${t(`method.${id}.name`)}</th><td class="number">${range(thresholds)}</td>${MEASURES.map((name) => cell(share(shares, name), fixed, interval))}</tr>`)}
        ${one.methods.map(({ gains }) => (gains.length ? html`<tr><th scope="row" class="soft">${t("table.difference")}</th><td></td>${MEASURES.map((name) => cell(share(gains, name), signed, signedInterval))}</tr>` : nothing))}</tbody>`)}</table></div></section>`;
}
