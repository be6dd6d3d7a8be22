// Permutation importance: what the metric loses when a feature is shuffled, in the source's model and the transferred.

import { fixed } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** The most important ones that still read well. */
export const MOST = 20;

/** @typedef {{ features: import("../protocol.js").Importance[], metric: string }} Data the metric by its name */

/** @param {Data} data @param {import("./common.js").Size} size */
export function importance({ features, metric }, { width }) {
  const some = [...features].sort((a, b) => b.transferred - a.transferred).slice(0, MOST);
  const short = (/** @type {string} */ name) => (name.length > 22 ? `${name.slice(0, 20)}…` : name);
  const names = some.map(({ feature }) => feature);
  return plot({
    height: 60 + 26 * some.length, marginLeft: Math.min(170, 16 + 7 * Math.max(4, ...names.map((name) => short(name).length))),
    x: { label: t("chart.importance", { metric }), grid: true, nice: true, ticks: width < 480 ? 4 : 7 },
    y: { domain: names, label: null, tickFormat: short, tickSize: 0, padding: 0.3 },
    marks: [
      Plot.barX(some, { y: "feature", x: "transferred", fill: "var(--transfer)", fillOpacity: 0.75 }),
      Plot.link(some.filter(({ low }) => Number.isFinite(low)), { y: "feature", x1: "low", x2: "high", stroke: "currentColor", strokeOpacity: 0.7 }),
      Plot.dot(some.filter(({ source }) => Number.isFinite(source)), { y: "feature", x: "source", symbol: "diamond", r: 5, fill: "var(--source)", stroke: "var(--paper)" }),
      Plot.ruleX([0], { stroke: "currentColor" }),
    ],
  }, { width, keys: [{ label: t("chart.transferred"), color: "var(--transfer)" }, { label: t("chart.source_model"), color: "var(--source)", mark: "diamond" }], label: t("chart.importance.title") });
}

/** @param {Data} data */
export const importanceTable = ({ features }) => ({
  columns: [t("table.feature"), t("chart.source_model"), t("chart.transferred"), t("table.low"), t("table.high")],
  rows: features.map(({ feature, source, transferred, low, high }) => [feature, fixed(source, 4), fixed(transferred, 4), fixed(low, 4), fixed(high, 4)]),
});
