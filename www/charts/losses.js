// The loss terms of the network that is trained now.

import { known, t } from "../words.js";
import { Plot, plot } from "./common.js";

const COLORS = ["var(--transfer)", "var(--source)", "var(--other-2)", "var(--other-3)"];
/** More points than pixels show nothing more. */
const POINTS = 300;

/** @param {{ step: number, term: string, value: number }[]} points @param {import("./common.js").Size} size */
export function losses(points, { width }) {
  const terms = [...new Set(points.map(({ term }) => term))];
  const every = Math.ceil(points.length / terms.length / POINTS) || 1;
  const keys = terms.map((term, at) => ({ label: known(`term.${term}`) ? t(`term.${term}`) : term, color: COLORS[at % COLORS.length] }));
  return plot({
    height: 140, marginBottom: 34, marginTop: 8,
    x: { label: t("chart.step"), ticks: 4 }, y: { label: null, grid: true, ticks: 4, nice: true },
    marks: terms.map((term, at) => Plot.line(points.filter((point) => point.term === term).filter((_, index, all) => index % every === 0 || index === all.length - 1), { x: "step", y: "value", stroke: COLORS[at % COLORS.length], strokeWidth: 1.5 })),
  }, { width, keys, label: t("chart.losses.title") });
}
