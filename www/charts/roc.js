// Receiver operating characteristic: the mean curve of each method over the test folds, with the pointwise bands.

import { fixed } from "../format.js";
import { t } from "../words.js";
import { bandOf, bands, keysOf, Plot, plot, square } from "./common.js";

/** @typedef {import("../protocol.js").Evaluation | null | undefined} Evaluation */

/** @param {{ methods: import("../protocol.js").MethodReport[], evaluation: Evaluation }} data @param {import("./common.js").Size} size */
export function roc({ methods, evaluation }, { width }) {
  const keys = keysOf(methods);
  const side = square(width);
  const axis = { domain: [0, 1], ticks: 5, nice: false };
  return plot({
    height: side, x: { ...axis, label: t("chart.fpr") }, y: { ...axis, label: t("chart.tpr"), grid: true },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" }),
      ...bands(methods, keys, (id) => bandOf(evaluation, id, "roc")),
      ...[...methods].reverse().map(({ id, roc: curve }) => Plot.line(curve, { stroke: keys.get(id)?.color, strokeWidth: 2, strokeDasharray: keys.get(id)?.dash })),
    ],
  }, { width: side, keys: [...keys.values()], label: t("chart.roc.title") });
}

/** @param {{ methods: import("../protocol.js").MethodReport[], evaluation: Evaluation }} data */
export const rocTable = ({ methods, evaluation }) => ({
  columns: [t("table.method"), t("chart.fpr"), t("chart.tpr"), t("table.low"), t("table.high")],
  rows: methods.flatMap(({ id, roc: curve }) => {
    const band = bandOf(evaluation, id, "roc");
    return curve.map(([x, y], at) => [t(`method.${id}.name`), fixed(x), fixed(y), fixed(band[at]?.low), fixed(band[at]?.high)]);
  }),
});
