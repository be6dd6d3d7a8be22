// What each feature adds to the predictions: in the source's model and in the transferred one, on the same patients.

import { fixed, percent, pValue, signed } from "../format.js";
import { t } from "../words.js";
import { Plot, plot, SOURCE } from "./common.js";

/** The leading ones that still read well. */
export const MOST = 20;

/** @typedef {import("../protocol.js").Explanation} Explanation */
/** @typedef {{ explanation: Explanation, scale: string }} Data the scale by its name */

/** @param {string} name */
export const short = (name) => (name.length > 22 ? `${name.slice(0, 20)}…` : name);

/** The larger of the two models first. @param {Explanation} explanation */
export const leading = ({ features }) => [...features].sort((a, b) => size(b) - size(a));
/** @param {Explanation["features"][number]} one */
const size = (one) => Math.max(one.transferred?.size ?? 0, one.source?.size ?? 0);

/** Room for the names at the left. @param {string[]} names */
export const marginOf = (names) => Math.min(170, 16 + 7 * Math.max(4, ...names.map((name) => short(name).length)));

/** @param {Data} data @param {import("./common.js").Size} size */
export function parts({ explanation, scale }, { width }) {
  const some = leading(explanation).slice(0, MOST).map(({ feature, transferred, source }) => ({ feature, size: transferred?.size, low: transferred?.low, high: transferred?.high, source: source?.size, sourceLow: source?.low, sourceHigh: source?.high }));
  const names = some.map(({ feature }) => feature);
  const keys = [{ label: t("why.model.transferred"), color: "var(--transfer)" }];
  return plot({
    height: 60 + 26 * some.length, marginLeft: marginOf(names),
    x: { label: t("chart.parts", { scale }), grid: true, nice: true, ticks: width < 480 ? 4 : 7 },
    y: { domain: names, label: null, tickFormat: short, tickSize: 0, padding: 0.3 },
    marks: [
      Plot.barX(some.filter((one) => one.size !== undefined), { y: "feature", x: "size", fill: "var(--transfer)", fillOpacity: 0.75 }),
      Plot.link(some.filter((one) => one.low !== undefined), { y: "feature", x1: "low", x2: "high", stroke: "currentColor", strokeOpacity: 0.7 }),
      Plot.link(some.filter((one) => one.sourceLow !== undefined), { y: "feature", x1: "sourceLow", x2: "sourceHigh", stroke: SOURCE, dy: 5 }),
      Plot.dot(some.filter((one) => one.source !== undefined), { y: "feature", x: "source", symbol: "diamond", r: 5, fill: SOURCE, stroke: "var(--paper)", dy: 5 }),
      Plot.ruleX([0], { stroke: "currentColor" }),
    ],
  }, { width, keys: explanation.source ? [...keys, { label: t("why.model.source"), color: SOURCE, mark: /** @type {const} */ ("diamond") }] : keys, label: t("chart.parts.title") });
}

/** Which way a feature goes, as text. @param {import("../protocol.js").Explanation["features"][number]["source"]} part */
export const direction = (part) => (!part ? "" : part.level ?? (part.direction === null ? "" : signed(part.direction, 2)));

/** @param {Data} data */
export const partsTable = ({ explanation }) => ({
  columns: [t("table.feature"), ...["transferred", "source"].flatMap((model) => ["adds", "share", "of_fits", "direction", "borne_out", "q"].map((name) => `${t(`why.model.${model}`)}: ${t(`table.${name}`)}`))],
  rows: leading(explanation).map((one) => [one.feature, ...[one.transferred, one.source].flatMap((part) => (part ? [fixed(part.size), percent(part.share), `${fixed(part.low)} – ${fixed(part.high)}`, direction(part), signed(part.borne_out, 2), pValue(part.q)] : ["", "", "", "", "", ""]))]),
});
