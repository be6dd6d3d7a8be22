// One feature in source and target: shares of the known values.

import { percent, value } from "../format.js";
import { t } from "../words.js";
import { Plot, plot, SOURCE, TARGET } from "./common.js";

/** @typedef {{ name: string, shape: import("../protocol.js").FeatureShape }} Feature */

/** @param {Feature} feature */
function shares({ shape }) {
  const edges = shape.type === "bins";
  const ends = shape.type === "bins" ? shape.edges : shape.levels;
  return { edges, rows: shape.source.map((share, at) => ({ from: ends[at], to: edges ? ends[at + 1] : ends[at], source: share, target: shape.target[at] })) };
}

/** @param {Feature} feature @param {import("./common.js").Size} size */
export function distributions(feature, { width }) {
  const { edges, rows } = shares(feature);
  const keys = [{ label: t("side.source"), color: SOURCE }, { label: t("side.target"), color: TARGET, dash: "6 3" }];
  const y = { label: t("chart.share"), grid: true, tickFormat: (/** @type {number} */ share) => percent(share), ticks: 4 };
  const label = t("chart.distributions.title", { feature: feature.name });
  if (!edges) {
    const sides = rows.flatMap((row) => [{ level: row.from, side: t("side.source"), share: row.source, fill: SOURCE }, { level: row.from, side: t("side.target"), share: row.target, fill: TARGET }]);
    return plot({
      height: 240, fx: { label: feature.name, domain: rows.map((row) => row.from) }, x: { axis: null }, y,
      marks: [Plot.barY(sides, { fx: "level", x: "side", y: "share", fill: "fill" }), Plot.ruleY([0])], color: { type: "identity" },
    }, { width, keys, label });
  }
  return plot({
    height: 240, x: { label: feature.name, nice: false }, y,
    marks: [
      Plot.rectY(rows, { x1: "from", x2: "to", y: "source", fill: SOURCE, fillOpacity: 0.4, inset: 0.5 }),
      Plot.rectY(rows, { x1: "from", x2: "to", y: "target", fill: TARGET, fillOpacity: 0.25, stroke: TARGET, strokeDasharray: "6 3", inset: 0.5 }),
      Plot.ruleY([0]),
    ],
  }, { width, keys, label });
}

/** @param {Feature} feature */
export function distributionsTable(feature) {
  const { edges, rows } = shares(feature);
  const shown = (/** @type {unknown} */ x) => (typeof x === "number" ? value(x) : x);
  return {
    columns: edges ? [t("table.from"), t("table.to"), t("side.source"), t("side.target")] : [t("table.level"), t("side.source"), t("side.target")],
    rows: rows.map((row) => [shown(row.from), ...(edges ? [shown(row.to)] : []), percent(row.source), percent(row.target)]),
  };
}
