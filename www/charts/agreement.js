// Bland and Altman's plot: prediction minus observation over the mean of the two, with the bias and the limits.

import { value } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {{ id: string, role: string, agreed: import("../protocol.js").Agreed, truth: number[], predicted: number[], unit: string }} Agreeing */

/** @param {Agreeing} method */
export const color = ({ role }) => (role === "baseline" ? "var(--baseline)" : "var(--transfer)");

/** @param {Agreeing} method @param {import("./common.js").Size} size */
export function agreement(method, { width }) {
  const { truth, predicted, unit, agreed: { limits } } = method;
  const label = (/** @type {string} */ key) => (unit ? `${t(key)} (${unit})` : t(key));
  const points = truth.map((y, at) => ({ mean: (y + predicted[at]) / 2, difference: predicted[at] - y }));
  const lines = [limits.lower, limits.bias, limits.upper];
  return plot({
    height: 300, x: { label: label("agreement.mean"), nice: true }, y: { label: label("agreement.difference"), grid: true, nice: true },
    marks: [
      Plot.ruleY([0], { stroke: "currentColor", strokeOpacity: 0.35 }),
      // The intervals of the three lines, as bands over the whole width.
      Plot.rectY(lines, { y1: "low", y2: "high", fill: color(method), fillOpacity: 0.14 }),
      Plot.ruleY(lines, { y: "value", stroke: color(method), strokeWidth: 1.5, strokeDasharray: "4 3" }),
      Plot.dot(points, { x: "mean", y: "difference", r: 2.5, fill: color(method), fillOpacity: 0.55 }),
    ],
  }, { width, label: t("agreement.limits.title", { method: t(`method.${method.id}.name`) }) });
}

/** @param {Agreeing} method */
export const agreementTable = ({ truth, predicted }) => ({
  columns: [t("chart.observed_value"), t("chart.predicted_value"), t("agreement.mean"), t("agreement.difference")],
  rows: truth.map((y, at) => [value(y), value(predicted[at]), value((y + predicted[at]) / 2), value(predicted[at] - y)]),
});
