// Numbers: observed over predicted, the smooth curve with its band, the fitted line, and the diagonal.

import { value } from "../format.js";
import { t } from "../words.js";
import { color } from "./agreement.js";
import { Plot, plot, square } from "./common.js";

/** @param {import("./agreement.js").Agreeing} method @param {import("./common.js").Size} size */
export function numberCalibration(method, { width }) {
  const { truth, predicted, unit, agreed: { curve, line } } = method;
  const side = square(width);
  const all = [...truth, ...predicted];
  const domain = [Math.min(...all), Math.max(...all)];
  const label = (/** @type {string} */ key) => (unit ? `${t(key)} (${unit})` : t(key));
  const ends = [Math.min(...predicted), Math.max(...predicted)];
  return plot({
    height: side, x: { domain, nice: true, label: label("chart.predicted_value") }, y: { domain, nice: true, label: label("chart.observed_value"), grid: true },
    marks: [
      Plot.line([[domain[0], domain[0]], [domain[1], domain[1]]], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" }),
      Plot.dot(truth.map((y, at) => [predicted[at], y]), { r: 2, fill: color(method), fillOpacity: 0.35, clip: true }),
      Plot.areaY(curve, { x: "x", y1: ({ low, value: on }) => low ?? on, y2: ({ high, value: on }) => high ?? on, fill: color(method), fillOpacity: 0.18, clip: true }),
      Plot.line(ends.map((x) => [x, line.intercept.value + line.slope.value * x]), { stroke: color(method), strokeWidth: 1.5, strokeDasharray: "4 3", clip: true }),
      Plot.line(curve, { x: "x", y: "value", stroke: color(method), strokeWidth: 2, clip: true }),
    ],
  }, { width: side, keys: [{ label: t("agreement.key.smooth"), color: color(method) }, { label: t("agreement.key.line"), color: color(method), dash: "4 3" }], label: t("agreement.calibration.title", { method: t(`method.${method.id}.name`) }) });
}

/** @param {import("./agreement.js").Agreeing} method */
export const numberCalibrationTable = ({ agreed: { curve } }) => ({
  columns: [t("chart.predicted_value"), t("agreement.key.smooth"), t("table.low"), t("table.high")],
  rows: curve.map(({ x, value: on, low, high }) => [value(x), value(on), value(low), value(high)]),
});
