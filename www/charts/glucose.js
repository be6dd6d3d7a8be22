// Forecasts of glucose: one day as it was read and as it was forecast, and the error grid.

import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { keysOf, Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").Glucose} Glucose */
/** @typedef {{ glucose: Glucose, day: string, roles: { id: string, role: string }[] }} Day */
/** @typedef {{ glucose: Glucose, method: string }} Grid */

/** Lines that can be told apart. */
const LINES = 5;
/** Accurate, benign, erroneous, without a rate. */
const MARKS = ["var(--gain)", "var(--f3)", "var(--bad)", "var(--muted)"];
const MARK_NAMES = ["glucose.ap", "glucose.be", "glucose.ep", "glucose.unrated"];
const name = (/** @type {string} */ id) => t(`method.${id}.name`);
/** The wall clock's day; minutes are counted as if it were UTC. @param {number} minute */
export const dayOf = (minute) => new Date(minute * 60000).toISOString().slice(0, 10);

/** Rows of one day. @param {Pick<Day, "glucose" | "day">} data */
const rowsOf = ({ glucose, day }) => glucose.minutes.map((minute, at) => ({ minute, at })).filter(({ minute }) => dayOf(minute) === day);

/** @param {Day} data @param {import("./common.js").Size} size */
export function glucoseDay({ glucose, day, roles }, { width }) {
  const rows = rowsOf({ glucose, day });
  const hour = (/** @type {number} */ minute) => (minute % 1440) / 60;
  const keys = keysOf(roles);
  const shown = glucose.methods.slice(0, LINES);
  const style = (/** @type {string} */ id) => keys.get(id) ?? { label: name(id), color: "currentColor", dash: undefined };
  return plot({
    height: 320, x: { domain: [0, 24], label: t("glucose.hour"), ticks: [0, 6, 12, 18, 24] }, y: { label: "mg/dL", grid: true, nice: true },
    marks: [
      Plot.rect([0], { x1: 0, x2: 24, y1: 70, y2: 180, fill: "var(--gain)", fillOpacity: 0.06 }),
      ...shown.map((method, at) => Plot.line(rows, { x: (d) => hour(d.minute), y: (d) => method.said[d.at], stroke: style(method.id).color, strokeDasharray: style(method.id).dash, strokeWidth: at === 0 ? 2 : 1.25, strokeOpacity: at === 0 ? 1 : 0.75 })),
      Plot.line(rows, { x: (d) => hour(d.minute), y: (d) => glucose.truth[d.at], stroke: "currentColor", strokeWidth: 2.5 }),
      ...shown.slice(0, 1).map((method) => Plot.dot(rows, { x: (d) => hour(d.minute), y: (d) => method.said[d.at], fill: (d) => MARKS[method.marks[d.at] ?? 3], r: 3, title: (d) => `${fixed(method.said[d.at], 0)} (${t("glucose.read")} ${fixed(glucose.truth[d.at], 0)}): ${t(MARK_NAMES[method.marks[d.at] ?? 3])}` })),
    ],
  }, {
    width, label: t("glucose.day.title", { person: glucose.person, day }),
    keys: [{ label: t("glucose.read"), color: "currentColor" }, ...shown.map((method) => style(method.id)), ...MARK_NAMES.slice(0, 3).map((key, at) => ({ label: t(key), color: MARKS[at], mark: /** @type {const} */ ("dot") }))],
  });
}

/** @param {Day} data */
export const glucoseDayTable = ({ glucose, day }) => ({
  columns: [t("glucose.hour"), t("glucose.read"), ...glucose.methods.map(({ id }) => name(id))],
  rows: rowsOf({ glucose, day }).map(({ minute, at }) => [new Date(minute * 60000).toISOString().slice(11, 16), fixed(glucose.truth[at], 0), ...glucose.methods.map(({ said }) => fixed(said[at], 1))]),
});

/** The borders of Clarke's zones, truth to the right. @type {[number, number][][]} */
const BORDERS = [
  [[0, 70], [175 / 3, 70], [400, 480]], [[70, 84], [70, 480]], [[0, 180], [70, 180]], [[70, 180], [290, 400], [370, 480]],
  [[70, 0], [70, 56], [600, 480]], [[180, 0], [180, 70], [480, 70]], [[240, 70], [240, 180], [480, 180]], [[130, 0], [180, 70]],
];
const LETTERS = [["A", 40, 25], ["A", 330, 350], ["B", 370, 270], ["B", 270, 375], ["C", 130, 375], ["C", 160, 15], ["D", 25, 125], ["D", 370, 125], ["E", 370, 30], ["E", 25, 300]];

/** @param {Grid} data @param {import("./common.js").Size} size */
export function errorGrid({ glucose, method }, { width }) {
  const one = glucose.methods.find(({ id }) => id === method);
  const points = (one?.said ?? []).map((said, at) => ({ said, truth: glucose.truth[at], mark: one?.marks[at] ?? 3 }));
  const side = Math.min(width, 520);
  return plot({
    height: side, x: { domain: [0, 400], label: t("glucose.truth") }, y: { domain: [0, 400], label: t("glucose.said") },
    marks: [
      Plot.line([[0, 0], [400, 400]], { stroke: "currentColor", strokeOpacity: 0.3, clip: true }),
      ...BORDERS.map((border) => Plot.line(border, { stroke: "currentColor", strokeOpacity: 0.6, clip: true })),
      Plot.dot(points, { x: "truth", y: "said", fill: (d) => MARKS[d.mark], r: 2.5, fillOpacity: 0.7, clip: true, title: (d) => `${fixed(d.truth, 0)} → ${fixed(d.said, 0)}` }),
      Plot.text(LETTERS, { text: (d) => d[0], x: (d) => d[1], y: (d) => d[2], fontWeight: "bold", fill: "currentColor", fillOpacity: 0.55 }),
    ],
  }, { width: side, label: t("glucose.grid.title", { method: name(method) }), keys: MARK_NAMES.map((key, at) => ({ label: t(key), color: MARKS[at], mark: /** @type {const} */ ("dot") })) });
}

/** @param {Grid} data */
export const errorGridTable = ({ glucose, method }) => ({
  columns: [t("glucose.truth"), t("glucose.said"), t("glucose.shares")],
  rows: (glucose.methods.find(({ id }) => id === method)?.said ?? []).map((said, at) => [fixed(glucose.truth[at], 1), fixed(said, 1), t(MARK_NAMES[glucose.methods.find(({ id }) => id === method)?.marks[at] ?? 3])]),
});

/** @param {Glucose} glucose */
export function sharesTable({ methods }) {
  const sum = (/** @type {number[]} */ counts) => counts.reduce((a, b) => a + b, 0);
  const share = (/** @type {number} */ count, /** @type {number} */ of) => (of ? `${fixed((100 * count) / of, 1)}\u00a0%` : "–");
  return {
    columns: [t("table.method"), t("glucose.mape"), t("glucose.time_gain"), ...["A", "B", "C", "D", "E"].map((zone) => `Clarke ${zone}`), t("glucose.p_ega_ab"), t("glucose.r_ega_ab"), ...MARK_NAMES.slice(0, 3).map((key) => t(key))],
    rows: methods.map((one) => {
      const rated = sum(one.cg_ega.map(sum));
      return [name(one.id), fixed(one.mape, 1), one.time_gain === null || one.time_gain === undefined ? "–" : whole(one.time_gain), ...one.clarke.map((count) => share(count, sum(one.clarke))),
        share(one.p_ega[0] + one.p_ega[1], sum(one.p_ega)), share(one.r_ega[0] + one.r_ega[1], sum(one.r_ega)), ...[0, 1, 2].map((mark) => share(sum(one.cg_ega.map((range) => range[mark])), rated))];
    }),
  };
}

/** @param {Glucose} glucose */
export const rangesTable = ({ methods }) => ({
  columns: [t("table.method"), t("glucose.by_range"), t("table.rows"), ...MARK_NAMES.slice(0, 3).map((key) => t(key))],
  rows: methods.flatMap((one) => one.cg_ega.map((counts, range) => {
    const all = counts.reduce((a, b) => a + b, 0);
    return [name(one.id), t(`glucose.range.${range}`), whole(all), ...counts.map((count) => (all ? `${fixed((100 * count) / all, 1)}\u00a0%` : "–"))];
  })),
});
