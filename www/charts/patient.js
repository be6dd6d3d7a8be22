// One patient: what each feature adds in the source's model and in the transferred one.

import { signed } from "../format.js";
import { t } from "../words.js";
import { Plot, plot, SOURCE } from "./common.js";
import { marginOf, short } from "./sums.js";

/** As many as a screen holds; the others are one line. */
const MOST = 14;

/** @typedef {{ explanation: import("../protocol.js").Explanation, patient: import("../protocol.js").Patient, scale: string, shown: (value: unknown) => string }} Data */

/** @param {Data} data */
function lines({ explanation, patient, shown }) {
  const all = explanation.columns.map((feature, at) => ({ feature, value: shown(patient.values[at]), transferred: patient.transferred?.parts[at] ?? null, source: patient.source?.parts[at] ?? null }));
  const size = (/** @type {typeof all[number]} */ one) => Math.max(Math.abs(one.transferred ?? 0), Math.abs(one.source ?? 0));
  all.sort((a, b) => size(b) - size(a));
  const sum = (/** @type {"transferred" | "source"} */ name) => (patient[name] ? patient[name].rest + all.slice(MOST).reduce((total, one) => total + (one[name] ?? 0), 0) : null);
  const others = { feature: t("why.patient.all_others"), value: "", transferred: sum("transferred"), source: sum("source") };
  return { shown: [...all.slice(0, MOST), others], all: [...all, { ...others, transferred: patient.transferred?.rest ?? null, source: patient.source?.rest ?? null }] };
}

/** @param {Data} data @param {import("./common.js").Size} size */
export function patient(data, { width }) {
  const some = lines(data).shown.map((one) => ({ ...one, label: one.value ? `${short(one.feature)} = ${short(one.value)}` : one.feature }));
  const names = some.map(({ label }) => label);
  const both = some.filter((one) => one.source !== null && one.transferred !== null);
  const keys = [{ label: t("why.model.transferred"), color: "var(--transfer)" }, ...(both.length ? [{ label: t("why.model.source"), color: SOURCE, mark: /** @type {const} */ ("diamond") }] : [])];
  return plot({
    height: 60 + 26 * some.length, marginLeft: Math.min(230, 60 + marginOf(names)),
    x: { label: t("chart.swarm", { scale: data.scale }), grid: true, nice: true, ticks: width < 480 ? 4 : 7 },
    y: { domain: names, label: null, tickSize: 0, padding: 0.35, tickFormat: (/** @type {string} */ name) => (name.length > 34 ? `${name.slice(0, 32)}…` : name) },
    marks: [
      Plot.barX(some.filter((one) => one.transferred !== null), { y: "label", x: "transferred", fill: "var(--transfer)", fillOpacity: 0.75 }),
      Plot.link(both, { y: "label", x1: "source", x2: "transferred", stroke: "currentColor", strokeWidth: 2, strokeOpacity: 0.75 }),
      Plot.dot(some.filter((one) => one.source !== null), { y: "label", x: "source", symbol: "diamond", r: 5, fill: SOURCE, stroke: "var(--paper)" }),
      Plot.ruleX([0], { stroke: "currentColor" }),
    ],
  }, { width, keys, label: t("chart.patient.title", { id: data.patient.id }) });
}

/** @param {Data} data */
export const patientTable = (data) => ({
  columns: [t("table.feature"), t("table.value_of"), t("why.model.source"), t("why.model.transferred"), t("table.difference_of_models")],
  rows: lines(data).all.map((one) => [one.feature, one.value, signed(one.source), signed(one.transferred), one.source === null || one.transferred === null ? "" : signed(one.transferred - one.source)]),
});
