// Hanczar's grid: what fine-tuning gains over training from scratch, in one direction or in both, side by side.

import { html, nothing } from "lit";
import { heatmap, heatmapTable } from "../charts/heatmap.js";
import { signed, whole } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").Gain} Cell */
/** @typedef {import("../protocol.js").Report} Report */

/** Below this many repeats Wilcoxon's smallest two-sided p, 2 / 2^n, is above 0.05. */
const FEWEST_REPEATS = 6;

/** What the grid says, in a sentence. @param {Cell[]} cells @param {number} repeats */
function sentence(cells, repeats) {
  const known = cells.filter(({ gain }) => Number.isFinite(gain));
  if (!known.length) return nothing;
  const mean = (/** @type {number} */ frozen) => {
    const of = known.filter((cell) => cell.frozen === frozen);
    return of.reduce((sum, { gain }) => sum + gain, 0) / of.length;
  };
  const best = [...new Set(known.map(({ frozen }) => frozen))].sort((a, b) => mean(b) - mean(a))[0];
  const line = known.filter(({ frozen }) => frozen === best).sort((a, b) => a.n - b.n);
  const [first, last] = [line[0], line[line.length - 1]];
  const found = known.filter(({ p }) => p !== null && p !== undefined && p < 0.05).length;
  return html`<p>${t("gain.best", { frozen: whole(best), gain: signed(mean(best)) })} ${first.n < last.n ? t("gain.by_rows", { small: whole(first.n), at_small: signed(first.gain), large: whole(last.n), at_large: signed(last.gain) }) : nothing}</p>
    <p class="soft">${repeats < FEWEST_REPEATS ? t("gain.few_repeats", { repeats: whole(repeats), needed: whole(FEWEST_REPEATS) }) : t("gain.found", { found: whole(found), cells: whole(known.length) })}</p>`;
}

/** @param {Report} report */
export function gainView(report) {
  const sides = [
    { prefix: "", title: "gain.forward", cells: report.forward?.gain ?? [] },
    { prefix: "reverse-", title: "gain.reverse", cells: report.reverse?.gain ?? [] },
  ].filter(({ cells }) => cells.length);
  if (!sides.length) return nothing;
  // One scale for both.
  const most = Math.max(...sides.flatMap(({ cells }) => cells.map(({ gain }) => Math.abs(gain))).filter(Number.isFinite));
  const metric = t(`metric.${report.plan.metric}`);
  return html`<section class="card" aria-label=${t("chart.heatmap.title")}><h2>${t("chart.heatmap.title")}</h2><p class="soft">${t("chart.heatmap.note", { metric })}</p>
    <div class=${sides.length > 1 ? "two" : ""}>${sides.map(({ prefix, title, cells }) => html`<div>${figure({ name: `${prefix}gain`, heading: sides.length > 1 || prefix ? t(title) : t("gain.alone"), chart: heatmap, table: heatmapTable, data: { cells, most } })}${sentence(cells, report.plan.grid?.repeats ?? 0)}</div>`)}</div></section>`;
}
