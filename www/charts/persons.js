// The metric of every person in turn, a dot for each method.

import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { keysOf, Plot, plot } from "./common.js";

/** @typedef {NonNullable<import("../protocol.js").Report["persons"]>} Persons */

/** @typedef {Persons & { roles: { id: string, role: string }[] }} Data */

const SIGNS = ["circle", "square", "triangle", "diamond", "cross", "star", "wye"];
const name = (/** @type {string} */ id) => t(`method.${id}.name`);

/** @param {Data} report @param {import("./common.js").Size} size */
export function persons({ methods, people, metric, roles }, { width }) {
  const dots = people.flatMap((one) => methods.map((method, at) => ({ person: one.name, method, sign: SIGNS[at % SIGNS.length], value: one.values[at] })).filter(({ value }) => Number.isFinite(value)));
  const keys = keysOf(roles);
  const longest = Math.max(...people.map((one) => one.name.length));
  return plot({
    height: 70 + 24 * people.length, marginLeft: Math.min(180, 24 + 7 * longest),
    x: { label: t(`metric.${metric}`), grid: true, nice: true }, y: { label: null, type: "point", domain: people.map((one) => one.name) },
    marks: [Plot.dot(dots, { x: "value", y: "person", fill: (d) => keys.get(d.method)?.color ?? "currentColor", symbol: "sign", r: 4, fillOpacity: 0.85, title: (d) => `${d.person}, ${name(d.method)}: ${fixed(d.value, 2)}` })],
  }, { width, keys: methods.map((method) => ({ label: name(method), color: keys.get(method)?.color ?? "currentColor", mark: /** @type {const} */ ("dot") })), label: t("persons.chart", { metric: t(`metric.${metric}`) }) });
}

/** @param {Persons} report */
export const personsTable = ({ methods, people, summary }) => ({
  columns: [t("persons.person"), t("persons.rows"), ...methods.map(name)],
  rows: [...people.map((one) => [one.name, whole(one.rows), ...one.values.map((value) => fixed(value, 2))]), [t("persons.mean"), whole(people.reduce((sum, one) => sum + one.rows, 0)), ...summary.map(([mean, sd]) => `${fixed(mean, 2)} (${fixed(sd, 2)})`)]],
});
