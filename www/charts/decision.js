// Net benefit over the risk threshold, beside treating everybody and nobody.

import { fixed, percent } from "../format.js";
import { t } from "../words.js";
import { keysOf, Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").Evaluation} Evaluation */

/** The two that are compared; the others are in the table. @param {Evaluation} evaluation */
const drawn = ({ methods }) => methods.filter(({ role }) => role !== "other");

/** @param {Evaluation} evaluation @param {import("./common.js").Size} size */
export function decision(evaluation, { width }) {
  const methods = drawn(evaluation);
  const keys = keysOf(methods);
  const all = { label: t("decision.all"), color: "var(--other-1)", dash: "2 3" };
  const top = Math.max(...methods.flatMap(({ decision: points }) => points.map(({ value, high }) => high ?? value ?? 0)), evaluation.treat_all[0]?.[1] ?? 0);
  // Far under zero lies only what nobody would do.
  const bottom = -0.3 * Math.max(top, 0.01);
  return plot({
    height: 300, x: { label: t("decision.threshold"), tickFormat: percent, ticks: 6 }, y: { label: t("decision.net_benefit"), grid: true, domain: [bottom, top * 1.05] },
    marks: [
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.6 }),
      Plot.line(evaluation.treat_all, { stroke: all.color, strokeDasharray: all.dash, strokeWidth: 1.5, clip: true }),
      ...methods.filter(({ role }) => role === "transfer").map(({ id, decision: points }) => Plot.areaY(points, { x: "x", y1: "low", y2: "high", fill: keys.get(id)?.color, fillOpacity: 0.14, clip: true })),
      ...[...methods].reverse().map(({ id, decision: points }) => Plot.line(points, { x: "x", y: "value", stroke: keys.get(id)?.color, strokeWidth: 2, clip: true })),
    ],
  }, { width, keys: [...keys.values(), all], label: t("decision.title") });
}

/** @param {Evaluation} evaluation */
export const decisionTable = (evaluation) => ({
  columns: [t("table.method"), t("decision.threshold"), t("decision.net_benefit"), t("table.low"), t("table.high"), t("decision.over_default"), t("decision.avoided")],
  rows: evaluation.methods.flatMap(({ id, decision: points, over_default: over, avoided }) =>
    points.map(({ x, value, low, high }, at) => [t(`method.${id}.name`), percent(x), fixed(value), fixed(low), fixed(high), fixed(over[at]?.value), fixed(avoided[at]?.value)])),
});
