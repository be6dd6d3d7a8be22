// One dot a patient: what a feature adds in the transferred model, coloured by the feature's value.

import { fixed, percent } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";
import { marginOf, short } from "./sums.js";

/** @typedef {import("./sums.js").Data} Data */

/** Pixels of a feature's line, and of a dot. */
const LINE = 34;
const DOT = 2.4;

/** Dots that would cover each other go up and down in turn. @param {[number, number | null][]} points sorted @param {number} unit of the axis, a pixel */
function spread(points, unit) {
  let [last, level] = [-Infinity, 0];
  return points.map(([added, rank]) => {
    level = added - last < 2 * DOT * unit ? level + 1 : 0;
    if (level === 0) last = added;
    const step = Math.ceil(level / 2) * (level % 2 ? 1 : -1);
    return { added, rank, dy: Math.max(-LINE / 2 + DOT, Math.min(LINE / 2 - DOT, step * 1.7)) };
  });
}

/** @param {Data} data @param {import("./common.js").Size} size */
export function swarm({ explanation, scale }, { width }) {
  const some = explanation.features.filter((one) => one.swarm.length);
  const names = some.map(({ feature }) => feature);
  const all = some.flatMap((one) => one.swarm.map(([added]) => added));
  const reach = Math.max(1e-9, ...all.map(Math.abs));
  const unit = (2 * reach) / Math.max(100, width - marginOf(names) - 16);
  const dots = some.flatMap((one) => spread(/** @type {[number, number | null][]} */ (one.swarm), unit).map((dot) => ({ ...dot, feature: one.feature })));
  const color = (/** @type {number | null} */ rank) => (rank === null ? "var(--other-1)" : `color-mix(in oklab, var(--event) ${Math.round(100 * rank)}%, var(--non-event))`);
  const layers = new Map();
  for (const dot of dots) layers.set(dot.dy, [...(layers.get(dot.dy) ?? []), dot]);
  return plot({
    height: 50 + LINE * some.length, marginLeft: marginOf(names),
    x: { domain: [-reach, reach], label: t("chart.swarm", { scale }), grid: true, nice: true, ticks: width < 480 ? 4 : 7 },
    y: { domain: names, label: null, tickFormat: short, tickSize: 0 },
    marks: [
      Plot.ruleX([0], { stroke: "currentColor", strokeOpacity: 0.6 }),
      ...[...layers].map(([dy, layer]) => Plot.dot(layer, { y: "feature", x: "added", r: DOT, dy, fill: (/** @type {{ rank: number | null }} */ { rank }) => color(rank), fillOpacity: 0.85 })),
    ],
    color: { type: "identity" },
  }, { width, keys: [{ label: t("chart.swarm.high"), color: "var(--event)" }, { label: t("chart.swarm.low"), color: "var(--non-event)" }, ...(dots.some(({ rank }) => rank === null) ? [{ label: t("chart.swarm.neither"), color: "var(--other-1)" }] : [])], label: t("chart.swarm.title") });
}

/** @param {Data} data */
export const swarmTable = ({ explanation }) => ({
  columns: [t("table.feature"), t("table.adds"), t("table.value_of")],
  rows: explanation.features.flatMap((one) => one.swarm.map(([added, rank]) => [one.feature, fixed(added), rank === null ? "" : percent(rank)])),
});
