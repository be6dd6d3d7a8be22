// Precision over recall; the horizontal line is the prevalence, what guessing reaches.

import { fixed } from "../format.js";
import { t } from "../words.js";
import { bandOf, bands, keysOf, Plot, plot, square } from "./common.js";

/** @typedef {{ methods: import("../protocol.js").MethodReport[], evaluation: import("./roc.js").Evaluation }} Drawn */

/** @param {Drawn & { prevalence: number | null }} data @param {import("./common.js").Size} size */
export function pr({ methods, evaluation, prevalence }, { width }) {
  const keys = keysOf(methods);
  const side = square(width);
  const axis = { domain: [0, 1], ticks: 5 };
  return plot({
    height: side, x: { ...axis, label: t("chart.recall") }, y: { ...axis, label: t("chart.precision"), grid: true },
    marks: [
      ...(prevalence === null ? [] : [Plot.ruleY([prevalence], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" })]),
      ...bands(methods, keys, (id) => bandOf(evaluation, id, "pr")),
      ...[...methods].reverse().map(({ id, pr: curve }) => Plot.line(curve, { stroke: keys.get(id)?.color, strokeWidth: 2, strokeDasharray: keys.get(id)?.dash })),
    ],
  }, { width: side, keys: [...keys.values()], label: t("chart.pr.title") });
}

/** @param {Drawn} data */
export const prTable = ({ methods, evaluation }) => ({
  columns: [t("table.method"), t("chart.recall"), t("chart.precision"), t("table.low"), t("table.high")],
  rows: methods.flatMap(({ id, pr: curve }) => {
    const band = bandOf(evaluation, id, "pr");
    return curve.map(([x, y], at) => [t(`method.${id}.name`), fixed(x), fixed(y), fixed(band[at]?.low), fixed(band[at]?.high)]);
  }),
});
