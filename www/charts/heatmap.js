// The gain over training from scratch, for each number of frozen layers and target rows.

import { pValue, signed, whole } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").Gain} Cell */

/** @typedef {{ cells: Cell[], most: number }} Grid `most`: the largest gain or loss of the pictures that share a scale */

/** @param {Grid} grid @param {import("./common.js").Size} size */
export function heatmap({ cells, most: largest }, { width }) {
  const most = Math.max(1e-9, largest);
  const ns = [...new Set(cells.map(({ n }) => n))].sort((a, b) => a - b);
  const frozen = [...new Set(cells.map(({ frozen: f }) => f))].sort((a, b) => b - a);
  // Two hues with the number written in each cell: readable without colour.
  return plot({
    height: 60 + 42 * frozen.length, padding: 0.04, marginLeft: 60,
    x: { domain: ns, label: t("chart.target_rows"), type: "band", tickFormat: (/** @type {number} */ n) => whole(n) },
    y: { domain: frozen, label: t("chart.frozen_layers"), type: "band" },
    marks: [
      Plot.cell(cells, { x: "n", y: "frozen", fill: ({ gain }) => (gain >= 0 ? "var(--gain)" : "var(--loss)"), fillOpacity: ({ gain }) => 0.08 + 0.6 * Math.abs(gain / most) }),
      Plot.text(cells, { x: "n", y: "frozen", text: ({ gain, p }) => signed(gain, 2) + (p !== null && p !== undefined && p < 0.05 ? "*" : ""), fill: "currentColor" }),
    ],
    color: { type: "identity" }, opacity: { type: "identity" },
  }, { width, label: t("chart.heatmap.title") });
}

/** @param {Grid} grid */
export const heatmapTable = ({ cells }) => ({
  columns: [t("chart.frozen_layers"), t("chart.target_rows"), t("table.gain"), t("table.p")],
  rows: cells.map(({ frozen, n, gain, p }) => [frozen, n, signed(gain), pValue(p)]),
});
