// Receiver operating characteristic: the mean curve of each method over the test folds.

import { fixed } from "../format.js";
import { t } from "../words.js";
import { keysOf, Plot, plot, square } from "./common.js";

/** @param {import("../protocol.js").MethodReport[]} methods @param {import("./common.js").Size} size */
export function roc(methods, { width }) {
  const keys = keysOf(methods);
  const side = square(width);
  const axis = { domain: [0, 1], ticks: 5, nice: false };
  return plot({
    height: side, x: { ...axis, label: t("chart.fpr") }, y: { ...axis, label: t("chart.tpr"), grid: true },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" }),
      ...[...methods].reverse().map(({ id, roc: curve }) => Plot.line(curve, { stroke: keys.get(id)?.color, strokeWidth: 2, strokeDasharray: keys.get(id)?.dash })),
    ],
  }, { width: side, keys: [...keys.values()], label: t("chart.roc.title") });
}

/** @param {import("../protocol.js").MethodReport[]} methods */
export const rocTable = (methods) => ({
  columns: [t("table.method"), t("chart.fpr"), t("chart.tpr")],
  rows: methods.flatMap(({ id, roc: curve }) => curve.map(([x, y]) => [t(`method.${id}.name`), fixed(x), fixed(y)])),
});
