// Calibration: observed frequency over predicted risk, in groups with intervals, and the smooth curve.

import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { keysOf, Plot, plot, square } from "./common.js";

/** @param {import("../protocol.js").MethodReport[]} methods @param {import("./common.js").Size} size */
export function calibration(methods, { width }) {
  const keys = keysOf(methods);
  const side = square(width);
  const axis = { domain: [0, 1], ticks: 5 };
  return plot({
    height: side, x: { ...axis, label: t("chart.predicted_risk") }, y: { ...axis, label: t("chart.observed"), grid: true },
    marks: [
      Plot.line([[0, 0], [1, 1]], { stroke: "currentColor", strokeOpacity: 0.35, strokeDasharray: "2 3" }),
      ...[...methods].reverse().flatMap(({ id, calibration: points, calibration_curve: curve }) => {
        const stroke = keys.get(id)?.color;
        return [
          Plot.ruleX(points, { x: "predicted", y1: "low", y2: "high", stroke, strokeOpacity: 0.5, clip: true }),
          ...(curve?.length ? [Plot.line(curve, { stroke, strokeWidth: 2, strokeDasharray: keys.get(id)?.dash, clip: true })] : []),
          Plot.dot(points, { x: "predicted", y: "observed", fill: stroke, r: 3.5 }),
        ];
      }),
    ],
  }, { width: side, keys: [...keys.values()], label: t("chart.calibration.title") });
}

/** @param {import("../protocol.js").MethodReport[]} methods */
export const calibrationTable = (methods) => ({
  columns: [t("table.method"), t("chart.predicted_risk"), t("chart.observed"), t("table.low"), t("table.high"), t("table.rows")],
  rows: methods.flatMap(({ id, calibration: points }) =>
    points.map((p) => [t(`method.${id}.name`), fixed(p.predicted), fixed(p.observed), fixed(p.low), fixed(p.high), whole(p.n)])),
});
