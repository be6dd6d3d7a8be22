// What was predicted over the distance from the rows that were learned from; beyond the line a row is outside.

import { fixed } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").Candidates} Candidates */

/** Dots that are drawn: more hide each other. */
const MOST = 2000;

/** @param {Candidates} list @param {import("./common.js").Size} size */
export function distances({ rows, usual }, { width }) {
  const known = rows.filter(({ distance }) => Number.isFinite(distance)).slice(0, MOST);
  // Shape tells as well as colour.
  return plot({
    height: 280, x: { label: t("table.distance"), nice: true }, y: { label: t("table.predicted"), grid: true },
    marks: [
      Plot.ruleX(usual ? [usual.threshold] : [], { strokeDasharray: "3 3" }),
      Plot.dot(known, { x: "distance", y: "score", r: 3, symbol: (/** @type {Candidates["rows"][number]} */ row) => (row.outside ? "times" : "circle"), stroke: ({ outside }) => (outside ? "var(--loss)" : "var(--transfer)"), strokeOpacity: 0.6 }),
    ],
    symbol: { type: "identity" }, color: { type: "identity" },
  }, { width, label: t("chart.distances.title") });
}

/** @param {Candidates} list */
export const distancesTable = ({ rows }) => ({
  columns: [t("table.rank"), t("table.predicted"), t("table.distance"), t("table.outside")],
  rows: rows.map(({ score, distance, outside }, at) => [at + 1, fixed(score), fixed(distance), outside ? t("candidates.outside") : ""]),
});
