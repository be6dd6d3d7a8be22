// How far each feature moved from source to target: standardised difference and Kolmogorov–Smirnov distance.

import { fixed, percent, pValue, signed } from "../format.js";
import { t } from "../words.js";
import { Plot, plot, TARGET } from "./common.js";

/** As many as fit on a screen; the table holds all. */
const MOST = 25;

/** @param {import("../protocol.js").FeatureShift[]} features sorted @param {import("./common.js").Size} size */
export function features(features, { width }) {
  const some = features.filter(({ smd }) => Number.isFinite(smd)).slice(0, MOST);
  const short = (/** @type {string} */ name) => (name.length > 22 ? `${name.slice(0, 20)}…` : name);
  const names = some.map(({ name }) => name);
  const reach = Math.max(0.2, ...some.map(({ smd }) => Math.abs(smd ?? 0)));
  const made = plot({
    height: 60 + 24 * some.length, marginLeft: Math.min(170, 16 + 7 * Math.max(4, ...names.map((name) => short(name).length))),
    x: { label: t("chart.smd"), grid: true, nice: true, ticks: width < 480 ? 4 : 7 },
    y: { domain: names, label: null, tickFormat: short, tickSize: 0 },
    marks: [
      Plot.ruleX([-0.1, 0.1], { stroke: "currentColor", strokeDasharray: "2 3", strokeOpacity: 0.6 }),
      Plot.ruleX([0], { stroke: "currentColor" }),
      Plot.link(some, { y: "name", x1: 0, x2: "smd", stroke: TARGET, strokeWidth: 2, strokeOpacity: 0.5 }),
      Plot.dot(some, { y: "name", x: "smd", fill: TARGET, r: 4.5 }),
      Plot.barX(some, { y: "name", x1: -reach, x2: reach, fill: "transparent", className: "rows" }),
    ],
  }, { width, label: t("chart.features.title") });
  // A feature's row can be clicked; by keyboard the list under the chart does the same.
  [...made.querySelectorAll(".rows rect")].forEach((rect, at) => rect.setAttribute("data-feature", names[at]));
  return made;
}

/** @param {import("../protocol.js").FeatureShift[]} features */
export const featuresTable = (features) => ({
  columns: [t("table.feature"), t("chart.smd"), t("table.ks"), t("table.q"), t("table.missing_source"), t("table.missing_target")],
  rows: features.map((f) => [f.name, signed(f.smd, 2), fixed(f.distance, 2), pValue(f.q), percent(f.source_missing), percent(f.target_missing)]),
});
