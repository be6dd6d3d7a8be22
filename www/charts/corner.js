// Shift against importance: which features differ between the cohorts, and which of these the models count on.

import { fixed, percent } from "../format.js";
import { t } from "../words.js";
import { Plot, plot, SOURCE } from "./common.js";
import { short } from "./sums.js";

/** Names beside dots, at most. */
const NAMED = 14;
const HEIGHT = 380;

/** @typedef {{ explanation: import("../protocol.js").Explanation, shift: import("../protocol.js").Shift }} Data */

/** @param {Data} data */
function points({ explanation, shift }) {
  const moved = new Map(shift.features.map(({ name, smd }) => [name, smd]));
  return explanation.features.flatMap(({ feature, transferred, source }) => {
    const smd = moved.get(feature);
    return smd === null || smd === undefined || !Number.isFinite(smd) ? [] : [{ feature, moved: Math.abs(smd), transferred: transferred?.share ?? null, source: source?.share ?? null, most: Math.max(transferred?.share ?? 0, source?.share ?? 0) }];
  });
}

/** @param {Data} data @param {import("./common.js").Size} size */
export function corner(data, { width }) {
  const all = points(data);
  const { moved, counts, features } = data.explanation.corner ?? { moved: 0.25, counts: 0.05, features: [] };
  const right = Math.max(2 * moved, ...all.map((one) => one.moved)) * 1.12;
  const top = Math.max(2 * counts, ...all.map((one) => one.most)) * 1.12;
  const both = all.filter((one) => one.source !== null && one.transferred !== null);
  // The dangerous ones have their names; the others while there is room, the farthest first.
  const ranked = [...all].sort((a, b) => Number(features.includes(b.feature)) - Number(features.includes(a.feature)) || b.moved / right + b.most / top - a.moved / right - a.most / top);
  const named = /** @type {typeof all} */ ([]);
  for (const one of ranked) {
    const free = named.every((other) => Math.abs((other.moved - one.moved) / right) * width > 80 || Math.abs(((other.transferred ?? other.source ?? 0) - (one.transferred ?? one.source ?? 0)) / top) * HEIGHT > 14);
    if (named.length < NAMED && free) named.push(one);
  }
  const keys = [{ label: t("why.model.transferred"), color: "var(--transfer)" }, ...(both.length ? [{ label: t("why.model.source"), color: SOURCE, mark: /** @type {const} */ ("diamond") }] : [])];
  return plot({
    height: HEIGHT, x: { domain: [0, right], label: t("chart.corner.moved"), grid: true }, y: { domain: [0, top], label: t("chart.corner.counts"), grid: true, tickFormat: (/** @type {number} */ share) => percent(share) },
    marks: [
      Plot.rect([{ x1: moved, x2: right, y1: counts, y2: top }], { x1: "x1", x2: "x2", y1: "y1", y2: "y2", fill: "var(--bad)", fillOpacity: 0.08 }),
      Plot.text([{ x: right, y: top }], { x: "x", y: "y", text: () => t("chart.corner.danger"), textAnchor: "end", dx: -6, dy: 12, fill: "var(--bad)" }),
      Plot.ruleX([moved], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.6 }),
      Plot.ruleY([counts], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.6 }),
      Plot.link(both, { x1: "moved", x2: "moved", y1: "source", y2: "transferred", stroke: "currentColor", strokeOpacity: 0.4 }),
      Plot.dot(both, { x: "moved", y: "source", symbol: "diamond", r: 4.5, fill: SOURCE }),
      Plot.dot(all.filter((one) => one.transferred !== null), { x: "moved", y: "transferred", r: 4.5, fill: "var(--transfer)" }),
      ...[false, true].map((dangerous) => Plot.text(named.filter(({ feature }) => features.includes(feature) === dangerous), { x: "moved", y: (one) => one.transferred ?? one.source, text: (one) => short(one.feature), dx: 8, textAnchor: "start", fontWeight: dangerous ? 700 : 400 })),
      Plot.ruleX([0]), Plot.ruleY([0]),
    ],
  }, { width, keys, label: t("chart.corner.title") });
}

/** @param {Data} data */
export const cornerTable = (data) => ({
  columns: [t("table.feature"), t("chart.corner.moved"), `${t("why.model.transferred")}: ${t("table.share")}`, `${t("why.model.source")}: ${t("table.share")}`, t("chart.corner.danger")],
  rows: points(data).sort((a, b) => b.moved * b.most - a.moved * a.most).map((one) => [one.feature, fixed(one.moved, 2), percent(one.transferred), percent(one.source), t(data.explanation.corner?.features.includes(one.feature) ? "table.yes" : "table.no")]),
});
