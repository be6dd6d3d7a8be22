// Groups of patients under each other: the difference with its interval, and how many each group holds.

import { fixed, signed, signedInterval, whole } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").ByColumn} ByColumn */
/** @typedef {import("../protocol.js").Told} Told */
/** @typedef {import("../protocol.js").Group} Group */

/** @param {Group["name"]} name @param {string} column */
export function groupName(name, column) {
  if (name.kind === "level") return `${column} = ${name.name}`;
  if (name.kind === "missing") return t("subgroups.missing", { column });
  const { low, high } = name;
  const number = (/** @type {number} */ x) => fixed(x, Number.isInteger(x) ? 0 : 1);
  if (low === null || low === undefined) return t("subgroups.under", { column, high: number(/** @type {number} */ (high)) });
  if (high === null || high === undefined) return t("subgroups.from", { column, low: number(low) });
  return t("subgroups.between", { column, low: number(low), high: number(high) });
}

/** @param {Told} told @param {(x: number) => string} [write] */
export const tellNumber = (told, write = fixed) => (told.kind === "is" ? write(told.value) : "–");

/** @param {Told | null | undefined} told @param {boolean} [difference] */
export function tell(told, difference = false) {
  if (!told) return "–";
  if (told.kind !== "is") return t(`subgroups.reason.${told.reason.kind}`, told.reason);
  return difference ? `${signed(told.value)} ${signedInterval(told.low, told.high)}` : `${fixed(told.value)} ${t("number.interval", { low: fixed(told.low), high: fixed(told.high) })}`;
}

/** @param {{ columns: ByColumn[], overall: { value: number, low: number, high: number } | null }} data @param {import("./common.js").Size} size */
export function forest({ columns, overall }, { width }) {
  const metric = columns[0]?.compared.metric;
  const rows = columns.flatMap(({ column, compared }) => compared.groups.map((group) => ({
    name: groupName(group.name, column), n: group.n, events: group.events,
    ...(group.difference.kind === "is" ? { value: group.difference.value, low: group.difference.low, high: group.difference.high } : { value: NaN, low: NaN, high: NaN }),
    why: group.difference.kind === "is" ? "" : t(`subgroups.reason.${group.difference.reason.kind}`, group.difference.reason),
  })));
  const told = rows.filter((row) => Number.isFinite(row.value));
  const reach = 1.1 * Math.max(0.05, ...told.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]), ...(overall ? [Math.abs(overall.low), Math.abs(overall.high)] : []));
  const most = Math.max(1, ...rows.map(({ n }) => n));
  const narrow = width < 520;
  const counts = (/** @type {{ n: number, events?: number | null }} */ { n, events }) => (events === null || events === undefined ? t("subgroups.n", { n: whole(n) }) : t("subgroups.n_events", { n: whole(n), events: whole(events) }));
  return plot({
    height: 90 + rows.length * 40, marginLeft: 16, marginBottom: 44, marginTop: 34,
    r: { type: "identity" }, x: { domain: [-reach, reach], label: t("chart.difference", { metric: t(`metric.${metric}`) }), labelAnchor: "center", labelArrow: "none", ticks: narrow ? 4 : 7, tickFormat: (/** @type {number} */ x) => signed(x, 2), grid: true },
    y: { domain: rows.map(({ name }) => name), label: null, axis: null, padding: 0.5 },
    marks: [
      Plot.ruleX([0], { stroke: "currentColor", strokeWidth: 1.5 }),
      ...(overall ? [Plot.ruleX([overall.value], { stroke: "var(--transfer)", strokeDasharray: "4 3" })] : []),
      Plot.link(told, { x1: "low", x2: "high", y: "name", stroke: "var(--transfer)", strokeWidth: 2.5, strokeLinecap: "round" }),
      Plot.dot(told, { x: "value", y: "name", r: (d) => 3 + 6 * Math.sqrt(d.n / most), symbol: "square", fill: "var(--transfer)", stroke: "var(--paper)" }),
      Plot.text(rows, { x: -reach, y: "name", text: (d) => `${d.name} · ${counts(d)}`, textAnchor: "start", dy: -14, stroke: "var(--card)", strokeWidth: 4, fill: "currentColor" }),
      Plot.text(rows.filter(({ why }) => why), { x: 0, y: "name", text: "why", dy: 2, fill: "var(--muted)", stroke: "var(--card)", strokeWidth: 4 }),
      Plot.text([t("chart.harms")], { frameAnchor: "top-left", dy: -26, fontWeight: 600 }),
      Plot.text([t("chart.helps")], { frameAnchor: "top-right", dy: -26, fontWeight: 600 }),
    ],
  }, { width, label: t("subgroups.title") });
}

/** @param {{ columns: ByColumn[] }} data */
export const forestTable = ({ columns }) => {
  const metric = columns[0]?.compared.metric;
  const name = t(`metric.${metric}`);
  return {
    columns: [t("subgroups.group"), t("subgroups.rows"), t("subgroups.events"), t("subgroups.of_transfer", { metric: name }), t("subgroups.of_baseline", { metric: name }), t("table.difference"),
      t("subgroups.large_transfer"), t("subgroups.large_baseline"), t("subgroups.score_transfer"), t("subgroups.score_baseline"), t("subgroups.score_difference")],
    rows: columns.flatMap(({ column, compared }) => compared.groups.map((g) => [groupName(g.name, column), g.n, g.events ?? "–", tell(g.transfer.performance), tell(g.baseline.performance), tell(g.difference, true),
      tell(g.transfer.in_the_large, true), tell(g.baseline.in_the_large, true), tell(g.transfer.score), tell(g.baseline.score), tell(g.score_difference, true)])),
  };
};
