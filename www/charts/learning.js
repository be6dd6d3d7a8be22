// Learning curves: the metric over the number of target rows, for each number of frozen layers and from scratch.

import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

const COLORS = ["var(--f0)", "var(--f1)", "var(--f2)", "var(--f3)", "var(--f4)"];

/** @type {Record<string, string>} */
const OTHER = { transfer: "var(--transfer)", baseline: "var(--target)", scratch: "var(--baseline)", linear: "var(--other-2)", source_only: "var(--source)" };

/** @typedef {import("../protocol.js").LearningPoint} Point */

/** @param {Point} point */
function nameOf({ line }) {
  const frozen = frozenOf(line);
  return frozen === null ? t(`line.${line}`) : t("chart.frozen", { f: frozen });
}

/** @param {string} line `frozen_2`, `scratch`, `linear`, `source_only` @returns {number | null} */
const frozenOf = (line) => (line.startsWith("frozen_") ? Number(line.slice(7)) : null);

/** @param {{ points: Point[], metric: string }} data @param {import("./common.js").Size} size */
export function learning({ points, metric }, { width }) {
  const names = [...new Set(points.map(nameOf))];
  const style = new Map(names.map((name) => {
    const line = points.find((point) => nameOf(point) === name)?.line ?? "";
    const frozen = frozenOf(line);
    return [name, { label: name, color: frozen === null ? OTHER[line] ?? "var(--other-1)" : COLORS[frozen % COLORS.length], dash: frozen === null ? "5 3" : undefined }];
  }));
  const ns = [...new Set(points.map(({ n }) => n))].sort((a, b) => a - b);
  return plot({
    height: 320, x: { type: ns.length > 2 && ns[0] > 0 ? "log" : "linear", ticks: ns, tickFormat: (/** @type {number} */ n) => whole(n), label: t("chart.target_rows") },
    y: { label: t(`metric.${metric}`), grid: true, nice: true },
    marks: names.flatMap((name, at) => {
      const some = points.filter((point) => nameOf(point) === name);
      const { color, dash } = style.get(name) ?? { color: "currentColor" };
      const dx = (at - (names.length - 1) / 2) * 3;
      return [
        Plot.ruleX(some, { x: "n", y1: (d) => d.mean - d.sd, y2: (d) => d.mean + d.sd, stroke: color, strokeOpacity: 0.45, dx }),
        Plot.line(some, { x: "n", y: "mean", stroke: color, strokeWidth: 2, strokeDasharray: dash, dx }),
        Plot.dot(some, { x: "n", y: "mean", fill: color, r: 3.5, dx }),
      ];
    }),
  }, { width, keys: [...style.values()], label: t("chart.learning.title") });
}

/** @param {{ points: Point[], metric: string }} data */
export const learningTable = ({ points, metric }) => ({
  columns: [t("table.method"), t("chart.target_rows"), t(`metric.${metric}`), t("table.sd")],
  rows: points.map((point) => [nameOf(point), point.n, fixed(point.mean), fixed(point.sd)]),
});
