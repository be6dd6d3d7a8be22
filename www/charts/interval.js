// The contrasts with their intervals around zero: the declared one first and bold, the others secondary.

import { pValue, signed } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {{ name: string, primary: boolean, contrast: import("../protocol.js").Contrast }} Named */

/** @param {{ contrasts: Named[], metric: string }} data @param {import("./common.js").Size} size */
export function interval({ contrasts, metric }, { width }) {
  const rows = contrasts.map(({ name, primary, contrast }) => ({ name, primary, ...contrast }));
  const primary = rows.find((row) => row.primary);
  const reach = 1.15 * Math.max(0.02, ...rows.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)].filter(Number.isFinite)));
  const narrow = width < 520;
  const style = (/** @type {boolean} */ of) => ({ stroke: of ? "var(--transfer)" : "var(--muted)", fill: of ? "var(--transfer)" : "var(--muted)" });
  const marks = [true, false].flatMap((of) => {
    const some = rows.filter((row) => row.primary === of);
    return [
      Plot.link(some.filter((row) => Number.isFinite(row.low)), { x1: "low", x2: "high", y: "name", stroke: style(of).stroke, strokeWidth: of ? 5 : 2, strokeLinecap: "round" }),
      Plot.dot(some, { x: "estimate", y: "name", r: of ? 7 : 4, fill: style(of).fill, stroke: "var(--paper)", strokeWidth: 1.5 }),
    ];
  });
  const band = primary && Number.isFinite(primary.smallest_detectable) && primary.smallest_detectable < reach
    ? [Plot.rectX([primary.smallest_detectable], { x1: (d) => -d, x2: (d) => d, fill: "currentColor", fillOpacity: 0.06 })] : [];
  return plot({
    height: 80 + rows.length * 46, marginLeft: 16, marginBottom: 44, marginTop: 34,
    x: { domain: [-reach, reach], label: t("chart.difference", { metric: t(`metric.${metric}`) }), labelAnchor: "center", labelArrow: "none", ticks: narrow ? 4 : 7, tickFormat: (/** @type {number} */ x) => signed(x, 2), grid: true },
    y: { domain: rows.map(({ name }) => name), label: null, axis: null, padding: 0.5 },
    marks: [
      ...band,
      Plot.ruleX([0], { stroke: "currentColor", strokeWidth: 1.5 }),
      ...marks,
      Plot.text(rows, { x: -reach, y: "name", text: "name", textAnchor: "start", dy: -16, stroke: "var(--card)", strokeWidth: 4, fill: "currentColor" }),
      Plot.text([t("chart.harms")], { frameAnchor: "top-left", dy: -26, fontWeight: 600 }),
      Plot.text([t("chart.helps")], { frameAnchor: "top-right", dy: -26, fontWeight: 600 }),
    ],
  }, { width, label: t("chart.interval.title") });
}

/** @param {{ all: Named[] }} data every contrast, of other metrics too */
export const intervalTable = ({ all }) => ({
  columns: [t("table.contrast"), t("table.declared"), t("table.estimate"), t("table.low"), t("table.high"), t("table.p"), t("table.p_adjusted")],
  rows: all.map(({ name, primary, contrast: c }) => [name, primary ? t("table.yes") : t("table.no"), signed(c.estimate), signed(c.low), signed(c.high), pValue(c.p), primary ? "" : pValue(c.p_adjusted)]),
});
