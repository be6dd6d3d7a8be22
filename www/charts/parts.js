// The parts of a difference in loss with their intervals around zero.

import { signed } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {{ name: string, value: number, se: number, low: number, high: number, main: boolean }} Row */

/** @param {{ rows: Row[] }} data @param {import("./common.js").Size} size */
export function parts({ rows }, { width }) {
  const told = rows.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  const reach = 1.15 * Math.max(0.01, ...told.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]));
  const ink = (/** @type {Row} */ row) => (row.main ? "var(--transfer)" : "var(--muted)");
  return plot({
    height: 80 + rows.length * 46, marginLeft: 16, marginBottom: 36, marginTop: 34,
    x: { domain: [-reach, reach], label: null, ticks: width < 520 ? 4 : 7, tickFormat: (/** @type {number} */ x) => signed(x, 2), grid: true },
    y: { domain: rows.map(({ name }) => name), label: null, axis: null, padding: 0.5 },
    marks: [
      Plot.ruleX([0], { stroke: "currentColor", strokeWidth: 1.5 }),
      Plot.link(told, { x1: "low", x2: "high", y: "name", stroke: ink, strokeWidth: 4, strokeLinecap: "round" }),
      Plot.dot(rows, { x: "value", y: "name", r: 6, fill: ink, stroke: "var(--paper)", strokeWidth: 1.5 }),
      Plot.text(rows, { x: -reach, y: "name", text: "name", textAnchor: "start", dy: -16, stroke: "var(--card)", strokeWidth: 4, fill: "currentColor" }),
      Plot.text([t("moved.better")], { frameAnchor: "top-left", dy: -26, fontWeight: 600 }),
      Plot.text([t("moved.worse")], { frameAnchor: "top-right", dy: -26, fontWeight: 600 }),
    ],
  }, { width, label: t("moved.title") });
}

/** @param {{ rows: Row[] }} data */
export const partsTable = ({ rows }) => ({
  columns: [t("moved.part"), t("table.estimate"), t("table.low"), t("table.high")],
  rows: rows.map(({ name, value, low, high }) => [name, signed(value), signed(low), signed(high)]),
});
