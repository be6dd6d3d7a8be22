// The crossing plot: a metric over the number of target rows, a line for each mode of a method, and where transfer stops
// paying; and the gains of the modes with transfer over one without.

import { fixed, signed, signedInterval, whole } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {import("../protocol.js").ModePoint} Point */
/** @typedef {import("../protocol.js").ModeGain} Gain */
/** @typedef {import("../protocol.js").Crossing} Crossing */

/** Colour by learner; dashed without transfer, dotted on layer 2. @type {Record<string, { color: string, dash?: string }>} */
const STYLE = {
  scratch: { color: "var(--baseline)", dash: "5 3" }, svm: { color: "var(--other-1)", dash: "5 3" }, random_forest: { color: "var(--other-2)", dash: "5 3" }, boosted_trees: { color: "var(--other-3)", dash: "5 3" },
  fine_tune: { color: "var(--transfer)" }, frozen_1: { color: "var(--f4)" }, frozen_2: { color: "var(--f4)", dash: "1 3" }, frozen_1_2: { color: "var(--f2)", dash: "1 3" },
  svm_1: { color: "var(--other-1)" }, random_forest_1: { color: "var(--other-2)" }, boosted_trees_1: { color: "var(--other-3)" },
  svm_2: { color: "var(--other-1)", dash: "1 3" }, random_forest_2: { color: "var(--other-2)", dash: "1 3" }, boosted_trees_2: { color: "var(--other-3)", dash: "1 3" },
};

/** @param {string} mode */
export const modeName = (mode) => t(`option.${mode}`);

/** @param {import("../protocol.js").Place} place */
const rowsAt = (place) => (place.kind === "at" ? place.n : null);

/**
 * `crossing`: of which mode the end of the gain is marked, where it lies between two sizes.
 * @param {{ points: Point[], metric: string, crossing?: Crossing | null }} data @param {import("./common.js").Size} size
 */
export function modes({ points, metric, crossing }, { width }) {
  const names = [...new Set(points.map(({ mode }) => mode))];
  const ns = [...new Set(points.map(({ n }) => n))].sort((a, b) => a - b);
  const at = crossing ? rowsAt(crossing.place) : null;
  const low = crossing ? rowsAt(crossing.low) ?? (crossing.low.kind === "never" ? ns[0] : null) : null;
  const high = crossing ? rowsAt(crossing.high) ?? (crossing.high.kind === "not_within" ? ns[ns.length - 1] : null) : null;
  // Bands of a few lines can be told apart; of more, whiskers would be all that is seen.
  const banded = names.length <= 6;
  return plot({
    height: 380, x: { type: ns.length > 1 ? "log" : "linear", ticks: ns, tickFormat: (/** @type {number} */ n) => whole(n), label: t("chart.target_rows") },
    y: { label: t(`metric.${metric}`), grid: true, nice: true },
    marks: [
      at !== null && low !== null && high !== null ? Plot.rect([0], { x1: low, x2: high, fill: "var(--transfer)", fillOpacity: 0.07 }) : null,
      at !== null ? Plot.ruleX([at], { stroke: "var(--transfer)", strokeDasharray: "2 3" }) : null,
      ...names.flatMap((mode) => {
        const some = points.filter((point) => point.mode === mode).sort((a, b) => a.n - b.n);
        const { color, dash } = STYLE[mode] ?? { color: "currentColor" };
        const band = some.filter(({ sd }) => Number.isFinite(sd));
        return [
          banded ? Plot.areaY(band, { x: "n", y1: (d) => d.mean - d.sd, y2: (d) => d.mean + d.sd, fill: color, fillOpacity: 0.1 }) : null,
          Plot.line(some, { x: "n", y: "mean", stroke: color, strokeWidth: 2, strokeDasharray: dash }),
          Plot.dot(some, { x: "n", y: "mean", fill: color, r: 3, title: (d) => `${modeName(mode)}, n = ${whole(d.n)}: ${fixed(d.mean)} (${fixed(d.sd)})` }),
        ];
      }),
    ],
  }, { width, keys: names.map((mode) => ({ label: modeName(mode), ...(STYLE[mode] ?? { color: "currentColor" }) })), label: t("chart.modes.title", { metric: t(`metric.${metric}`) }) });
}

/** @param {{ points: Point[], metric: string }} data */
export const modesTable = ({ points, metric }) => ({
  columns: [t("table.mode"), t("chart.target_rows"), t(`metric.${metric}`), t("table.sd"), t("table.repeats")],
  rows: points.map(({ mode, n, mean, sd, values }) => [modeName(mode), n, fixed(mean), fixed(sd), values.filter((value) => value !== null).length]),
});

/** @param {Gain} gain */
const sure = ({ p_adjusted: p }) => p !== null && p !== undefined && p < 0.05;

/** @param {{ gains: Gain[] }} data @param {import("./common.js").Size} size */
export function modeGains({ gains }, { width }) {
  const most = Math.max(1e-9, ...gains.map(({ difference }) => Math.abs(difference)).filter(Number.isFinite));
  const ns = [...new Set(gains.map(({ n }) => n))].sort((a, b) => a - b);
  const names = [...new Set(gains.map(({ mode }) => mode))];
  // Two hues with the number written in each cell: readable without colour.
  return plot({
    height: 60 + 34 * names.length, padding: 0.04, marginLeft: Math.min(230, width * 0.36),
    x: { domain: ns, label: t("chart.target_rows"), type: "band", tickFormat: (/** @type {number} */ n) => whole(n) },
    y: { domain: names, label: null, type: "band", tickFormat: modeName },
    marks: [
      Plot.cell(gains, { x: "n", y: "mode", fill: ({ difference }) => (difference >= 0 ? "var(--gain)" : "var(--loss)"), fillOpacity: ({ difference }) => 0.08 + 0.6 * Math.abs(difference / most) }),
      Plot.text(gains, { x: "n", y: "mode", text: (gain) => signed(gain.difference, 2) + (sure(gain) ? "*" : ""), fill: "currentColor" }),
    ],
    color: { type: "identity" }, opacity: { type: "identity" },
  }, { width, label: t("chart.mode_gains.title", { against: modeName(gains[0]?.against ?? "scratch") }) });
}

/** @param {{ gains: Gain[] }} data */
export const modeGainsTable = ({ gains }) => ({
  columns: [t("table.mode"), t("chart.target_rows"), t("table.gain"), t("table.interval"), t("table.wins"), t("table.losses"), t("table.repeats"), t("table.p_holm")],
  rows: gains.map(({ mode, n, difference, low, high, wins, losses, repeats, p_adjusted: p }) => [modeName(mode), n, signed(difference), Number.isFinite(low) ? signedInterval(/** @type {number} */ (low), /** @type {number} */ (high)) : "–", wins, losses, repeats, p === null || p === undefined ? "–" : fixed(p)]),
});
