// Numbers: what was predicted over what was observed.

import { value } from "../format.js";
import { t } from "../words.js";
import { Plot, plot, square } from "./common.js";

/** @typedef {{ id: string, role: string, scatter: [number, number][] }} Scattered truth and prediction of each row */

/** @param {{ method: Scattered, unit: string }} data @param {import("./common.js").Size} size */
export function scatter({ method, unit }, { width }) {
  const side = square(width);
  const points = method.scatter;
  const all = points.flat();
  const domain = [Math.min(...all), Math.max(...all)];
  const label = (/** @type {string} */ key) => (unit ? `${t(key)} (${unit})` : t(key));
  return plot({
    height: side, x: { domain, nice: true, label: label("chart.predicted_value") }, y: { domain, nice: true, label: label("chart.observed_value"), grid: true },
    marks: [
      Plot.line([[domain[0], domain[0]], [domain[1], domain[1]]], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" }),
      Plot.dot(points, { x: "1", y: "0", r: 2.5, fill: method.role === "baseline" ? "var(--baseline)" : "var(--transfer)", fillOpacity: 0.55 }),
    ],
  }, { width: side, label: t("chart.scatter.title", { method: t(`method.${method.id}.name`) }) });
}

/** @param {{ method: Scattered }} data */
export const scatterTable = ({ method }) => ({
  columns: [t("chart.observed_value"), t("chart.predicted_value")],
  rows: method.scatter.map(([truth, predicted]) => [value(truth), value(predicted)]),
});
