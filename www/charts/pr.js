// Precision over recall; the horizontal line is the prevalence, what guessing reaches.

import { fixed } from "../format.js";
import { t } from "../words.js";
import { keysOf, Plot, plot, square } from "./common.js";

/** @param {{ methods: import("../protocol.js").MethodReport[], prevalence: number | null }} data @param {import("./common.js").Size} size */
export function pr({ methods, prevalence }, { width }) {
  const keys = keysOf(methods);
  const side = square(width);
  const axis = { domain: [0, 1], ticks: 5 };
  return plot({
    height: side, x: { ...axis, label: t("chart.recall") }, y: { ...axis, label: t("chart.precision"), grid: true },
    marks: [
      ...(prevalence === null ? [] : [Plot.ruleY([prevalence], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" })]),
      ...[...methods].reverse().map(({ id, pr: curve }) => Plot.line(curve, { stroke: keys.get(id)?.color, strokeWidth: 2, strokeDasharray: keys.get(id)?.dash })),
    ],
  }, { width: side, keys: [...keys.values()], label: t("chart.pr.title") });
}

/** @param {{ methods: import("../protocol.js").MethodReport[] }} data */
export const prTable = ({ methods }) => ({
  columns: [t("table.method"), t("chart.recall"), t("chart.precision")],
  rows: methods.flatMap(({ id, pr: curve }) => curve.map(([x, y]) => [t(`method.${id}.name`), fixed(x), fixed(y)])),
});
