// What a network makes of the rows of both domains, in two dimensions: coloured by domain, class or value.

import { fixed, value as shown, whole } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").FeatureMap} FeatureMap */
/** @typedef {{ map: FeatureMap, by: "domain" | "label" }} Data */

const SIGNS = ["circle", "triangle", "square", "diamond", "star", "wye", "cross"];
const COLORS = ["var(--source)", "var(--other-1)", "var(--other-2)", "var(--other-3)", "var(--other-4)", "var(--f2)", "var(--f3)", "var(--f4)", "var(--event)", "var(--non-event)"];

/** @param {Data} data */
function dots({ map, by }) {
  const last = map.domains.length - 1;
  const classes = [...new Set(map.class.filter(Boolean))].sort();
  const label = (/** @type {number} */ at) => map.class[at] ?? (map.value[at] === null || map.value[at] === undefined ? "–" : shown(map.value[at]));
  return map.points.map(([x, y], at) => {
    const target = map.domain[at] === last;
    const color = by === "domain" ? (target ? "var(--target)" : COLORS[map.domain[at] % COLORS.length]) : COLORS[(classes.indexOf(map.class[at] ?? "") + COLORS.length) % COLORS.length];
    return { x, y, at, target, color, value: map.value[at] ?? NaN, sign: target ? "circle" : SIGNS[1 + (map.domain[at] % (SIGNS.length - 1))], title: `${map.domains[map.domain[at]]}: ${label(at)}` };
  });
}

/** @param {Data} data @param {import("./common.js").Size} size */
export function featureMap({ map, by }, { width }) {
  const points = dots({ map, by });
  const numbers = by === "label" && !map.class.some(Boolean);
  const side = Math.min(width, 460);
  const classes = [...new Set(map.class.filter(Boolean))].sort();
  const last = map.domains.length - 1;
  const few = map.domains.length <= 8;
  const keys = by === "domain"
    ? [{ label: map.domains[last], color: "var(--target)", mark: /** @type {const} */ ("dot") }, ...(few ? map.domains.slice(0, last).map((domain, at) => ({ label: domain, color: COLORS[at % COLORS.length], mark: /** @type {const} */ ("dot") })) : [{ label: t("maps.sources", { n: whole(last) }), color: COLORS[0], mark: /** @type {const} */ ("dot") }])]
    : classes.map((name, at) => ({ label: String(name), color: COLORS[at % COLORS.length], mark: /** @type {const} */ ("dot") }));
  return plot({
    height: side, x: { axis: null }, y: { axis: null }, ...(numbers ? { color: { scheme: "viridis", legend: true } } : {}),
    marks: [
      Plot.dot(points.filter((d) => !d.target), { x: "x", y: "y", fill: numbers ? "value" : (d) => d.color, symbol: "sign", r: 3, fillOpacity: 0.65, title: "title" }),
      Plot.dot(points.filter((d) => d.target), { x: "x", y: "y", fill: numbers ? "value" : (d) => d.color, stroke: "currentColor", strokeWidth: 0.75, r: 4, title: "title" }),
    ],
  }, { width: side, keys, label: t("maps.chart", { method: t(`method.${map.method}.name`) }) });
}

/** @param {Data} data */
export const featureMapTable = ({ map }) => ({
  columns: [t("maps.domain"), t("maps.label"), "x", "y"],
  rows: map.points.map(([x, y], at) => [map.domains[map.domain[at]], map.class[at] ?? fixed(map.value[at], 2), fixed(x, 2), fixed(y, 2)]),
});
