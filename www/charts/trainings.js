// How a network of several losses was trained: its losses, and how well the sides could be told apart.

import { fixed, whole } from "../format.js";
import { known, t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").Curves} Curves */
/** @typedef {{ fits: { name: string, curves: Curves }[], domains?: number }} Data the domains that are to be told apart: two unless more are said */

const COLORS = ["var(--transfer)", "var(--source)", "var(--other-2)", "var(--other-3)", "var(--other-1)"];
const DASHES = ["", "4 3", "1 3", "7 2 1 2", "10 4"];

/** Shares and areas, which lie between 0 and 1 and are no loss. @param {string} term */
export const tells = (term) => term.endsWith("_auc") || term === "domains_told_apart";
/** @param {string} term */
const named = (term) => (known(`term.${term}`) ? t(`term.${term}`) : term);
/** @param {Data} data */
const terms = ({ fits }) => [...new Set(fits.flatMap(({ curves }) => curves.terms))];

/** @param {Data} data @param {string[]} wanted @param {number} width @param {string} label @param {number[]} rules */
function lines({ fits }, wanted, width, label, rules) {
  const faint = fits.length > 1 ? Math.max(0.25, 1 / Math.sqrt(fits.length)) : 1;
  const keys = wanted.map((term, at) => ({ label: named(term), color: COLORS[at % COLORS.length], dash: DASHES[at % DASHES.length] }));
  return plot({
    height: 230, x: { label: t("chart.step"), ticks: 5, tickFormat: whole }, y: { label: null, grid: true, ticks: 5, nice: true, zero: true },
    marks: [Plot.ruleY(rules, { stroke: "currentColor", strokeOpacity: 0.5, strokeDasharray: "2 3" }), ...wanted.map((term, at) => {
      const points = fits.flatMap(({ name, curves }) => curves.steps.map((step, row) => ({ name, step, y: curves.values[row]?.[curves.terms.indexOf(term)] })));
      const drawn = points.filter(({ y }) => y !== undefined);
      // A training of one look is a point.
      return drawn.length > fits.length ? Plot.line(drawn, { x: "step", y: "y", z: "name", stroke: COLORS[at % COLORS.length], strokeDasharray: DASHES[at % DASHES.length], strokeWidth: 1.6, strokeOpacity: faint }) : Plot.dot(drawn, { x: "step", y: "y", r: 3, fill: COLORS[at % COLORS.length], fillOpacity: faint });
    })],
  }, { width, keys, label });
}

/** @param {Data} data @param {import("./common.js").Size} size */
export const trained = (data, { width }) => lines(data, terms(data).filter((term) => !tells(term)), width, t("chart.trainings_losses.title"), []);
/** @param {Data} data @param {import("./common.js").Size} size */
export const apart = (data, { width }) => lines(data, terms(data).filter(tells), width, t("chart.trainings_apart.title"), [terms(data).some((term) => term.endsWith("_auc")) ? 0.5 : 1 / (data.domains ?? 2)]);

/** @param {Data} data @returns {import("./table.js").Table} */
export const trainingsTable = (data) => ({
  columns: [t("rounds.fit"), t("chart.step"), ...terms(data).map(named)],
  rows: data.fits.flatMap(({ name, curves }) => curves.steps.map((step, row) => [name, step, ...terms(data).map((term) => fixed(curves.values[row]?.[curves.terms.indexOf(term)] ?? null))])),
});
