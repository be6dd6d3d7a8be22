// The rounds of a method that labels rows on its own: the classes' ratio, the labels given, and the judges' AUC.

import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { Plot, SOURCE, TARGET, plot } from "./common.js";

/** @typedef {import("../protocol.js").Round} Round */
/** @typedef {{ name: string, best: number | null, rounds: Round[] }} Fit one fit's rounds; `best` once it is known */
/** @typedef {{ fits: Fit[], names: string[], event: number }} Data */

const LINE = "var(--transfer)";
const CLASSES = ["var(--transfer)", "var(--source)", "var(--other-2)", "var(--other-3)"];

/** @param {number[]} counts */
const all = (counts) => counts.reduce((sum, n) => sum + n, 0);
/** @param {number[]} counts @param {number} event */
const share = (counts, event) => (all(counts) ? (counts[event] ?? 0) / all(counts) : null);
/** Many fits are a bundle, one is a line. @param {Fit[]} fits */
const faint = (fits) => (fits.length > 1 ? Math.max(0.18, 1 / Math.sqrt(fits.length)) : 1);
const axis = () => ({ label: t("chart.round"), interval: 1, ticks: 6, tickFormat: (/** @type {number} */ n) => whole(n) });

/** The event's share among the rows that were learned from, and among those that a round labelled. @param {Data} data @param {import("./common.js").Size} size */
export function ratio({ fits, event }, { width }) {
  const points = fits.flatMap(({ name, rounds }) => rounds.flatMap(({ round, train, added }) => [
    { name, round, what: "train", y: share(train, event) }, { name, round, what: "added", y: share(added, event) }].filter(({ y }) => y !== null)));
  const of = (/** @type {string} */ what) => points.filter((point) => point.what === what);
  const reviewed = fits.flatMap(({ rounds }) => (rounds.length ? [share(rounds[0].train, event)] : []))[0];
  const keys = [{ label: t("rounds.ratio.train"), color: LINE }, { label: t("rounds.ratio.added"), color: SOURCE, mark: /** @type {const} */ ("dot") }, { label: t("rounds.ratio.reviewed"), color: TARGET, dash: "5 3" }];
  return plot({
    height: 220, x: axis(), y: { label: t("rounds.ratio.axis"), grid: true, ticks: 5, nice: true, zero: true },
    marks: [
      Plot.ruleY(reviewed === null || reviewed === undefined ? [] : [reviewed], { stroke: TARGET, strokeDasharray: "5 3" }),
      Plot.line(of("train"), { x: "round", y: "y", z: "name", stroke: LINE, strokeWidth: 1.8, strokeOpacity: faint(fits) }),
      Plot.dot(of("added"), { x: "round", y: "y", fill: SOURCE, r: 3, fillOpacity: faint(fits) }),
    ],
  }, { width, keys, label: t("chart.rounds_ratio.title") });
}

/** How many rows each round labelled, of each class. @param {Data} data @param {import("./common.js").Size} size */
export function labels({ fits, names }, { width }) {
  const rounds = [...new Set(fits.flatMap((fit) => fit.rounds.map(({ round }) => round)))].filter((round) => round > 0).sort((a, b) => a - b);
  // The mean over the fits; one that had ended before labelled nobody.
  const bars = rounds.flatMap((round) => names.map((name, at) => ({
    round, name, color: CLASSES[at % CLASSES.length],
    y: fits.reduce((sum, fit) => sum + (fit.rounds.find((one) => one.round === round)?.added[at] ?? 0), 0) / fits.length,
  })));
  const keys = names.map((name, at) => ({ label: name, color: CLASSES[at % CLASSES.length] }));
  return plot({
    height: 200, x: { type: "band", label: t("chart.round"), tickFormat: (/** @type {number} */ n) => (rounds.length <= 16 || n % 5 === 0 ? whole(n) : "") },
    y: { label: t("rounds.labels.axis"), grid: true, ticks: 5, nice: true },
    marks: [Plot.barY(bars, { x: "round", y: "y", fill: "color", fillOpacity: 0.85 }), Plot.ruleY([0])],
  }, { width, keys, label: t("chart.rounds_labels.title") });
}

/** The area under the ROC curve on the rows that judge the rounds. @param {Data} data @param {import("./common.js").Size} size */
export function judged({ fits }, { width }) {
  const points = fits.flatMap(({ name, best, rounds }) => rounds.filter(({ auc }) => auc !== null).map(({ round, auc }) => ({ name, round, y: auc, kept: round === best })));
  const keys = [{ label: t("rounds.auc.axis"), color: LINE }, { label: t("rounds.auc.kept"), color: TARGET, mark: /** @type {const} */ ("diamond") }];
  return plot({
    height: 220, x: axis(), y: { label: t("rounds.auc.axis"), grid: true, ticks: 5, nice: true },
    marks: [
      Plot.line(points, { x: "round", y: "y", z: "name", stroke: LINE, strokeWidth: 1.8, strokeOpacity: faint(fits) }),
      Plot.dot(points.filter(({ kept }) => kept), { x: "round", y: "y", fill: TARGET, symbol: "diamond", r: 4, fillOpacity: Math.max(0.4, faint(fits)) }),
    ],
  }, { width, keys, label: t("chart.rounds_auc.title") });
}

/** The log: a line a round. @param {Data} data @returns {import("./table.js").Table} */
export const roundsTable = ({ fits, names, event }) => ({
  columns: [t("rounds.fit"), t("chart.round"), ...names.map((name) => t("rounds.added", { name })), ...names.map((name) => t("rounds.train", { name })), t("rounds.ratio.axis"), t("rounds.left"), t("rounds.auc.axis"), t("rounds.highest"), t("rounds.compared"), t("rounds.agreed"), t("rounds.kept")],
  rows: fits.flatMap(({ name, best, rounds }) => rounds.map((one) => [name, one.round, ...names.map((_, at) => one.added[at] ?? 0), ...names.map((_, at) => one.train[at] ?? 0),
    fixed(share(one.train, event)), one.left, fixed(one.auc), fixed(one.highest), one.compared, one.agreed, one.round === best ? t("rounds.yes") : ""])),
});
