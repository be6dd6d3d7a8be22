// What the charts share: one look, colours by role, a legend that goes along into the exported file.

import * as Plot from "@observablehq/plot";
import { t } from "../words.js";

/** @typedef {{ width: number }} Size */
/** @typedef {{ label: string, color: string, dash?: string, mark?: "diamond" | "dot" }} Key */

export const SOURCE = "var(--source)";
export const TARGET = "var(--target)";
const ROLE = { transfer: "var(--transfer)", baseline: "var(--baseline)" };
const OTHERS = ["var(--other-1)", "var(--other-2)", "var(--other-3)", "var(--other-4)"];
const DASHES = ["4 3", "1 3", "7 2 1 2", "10 4"];

/** Name, colour and dash of each method: never told apart by colour alone. @param {{ id: string, role: string }[]} methods @returns {Map<string, Key>} */
export function keysOf(methods) {
  let other = 0;
  return new Map(methods.map(({ id, role }) => {
    const color = ROLE[/** @type {"transfer" | "baseline"} */ (role)];
    const key = { label: t(`method.${id}.name`), color: color ?? OTHERS[other % 4], dash: color ? undefined : DASHES[other % 4] };
    if (!color) other++;
    return [id, key];
  }));
}

/** Pixels of a text in the charts' font, near enough to place what follows. @param {string} text */
const textWidth = (text) => [...text].reduce((sum, sign) => sum + (sign > "\u2e80" ? 12 : 6.6), 0);

/** @param {string} name @param {Record<string, unknown>} set */
function svg(name, set) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [attribute, value] of Object.entries(set)) if (value !== undefined) made.setAttribute(attribute, String(value));
  return made;
}

/** Room is made above the plot, so that the legend goes along into an exported file. @param {Element} made @param {Key[]} keys @param {number} width @param {number} height */
function addLegend(made, keys, width, height) {
  const LINE = 18;
  const group = svg("g", { "text-anchor": "start", "font-size": 12 });
  let [x, y] = [0, 0];
  for (const key of keys) {
    const wide = 26 + textWidth(key.label) + 16;
    if (x > 0 && x + wide > width) { x = 0; y += LINE; }
    group.append(key.mark === "dot" ? svg("circle", { cx: x + 11, cy: y + 9, r: 4, fill: key.color }) : key.mark ? svg("path", { d: `M${x + 11},${y + 3}l6,6l-6,6l-6,-6z`, fill: key.color }) : svg("line", { x1: x + 2, x2: x + 20, y1: y + 9, y2: y + 9, stroke: key.color, "stroke-width": 3, "stroke-dasharray": key.dash }));
    const text = svg("text", { x: x + 26, y: y + 13, fill: "currentColor" });
    text.textContent = key.label;
    group.append(text);
    x += wide;
  }
  const head = y + LINE + 6;
  group.setAttribute("transform", `translate(0,${-head})`);
  made.append(group);
  made.setAttribute("viewBox", `0 ${-head} ${width} ${height + head}`);
  made.setAttribute("height", String(height + head));
}

/**
 * A plot in the house's look. `keys` draws a legend above it.
 * @param {Plot.PlotOptions} options
 * @param {Size & { keys?: Key[], label: string }} size
 */
export function plot({ height = 300, ...options }, { width, keys, label }) {
  const made = Plot.plot({
    width, height, marginLeft: 52, marginBottom: 40, marginRight: 16, marginTop: 26, ...options, ariaLabel: label,
    style: { fontSize: "12px", fontFamily: "inherit", background: "transparent", color: "inherit", overflow: "visible" },
  });
  made.setAttribute("role", "img");
  // An image has one name; what its groups say would be read by nobody and is not allowed on them.
  for (const group of made.querySelectorAll("g[aria-label], g[aria-description]")) { group.removeAttribute("aria-label"); group.removeAttribute("aria-description"); }
  if (keys?.length) addLegend(made, keys, width, height);
  return made;
}

/**
 * The pointwise band of a curve; none in reports of before.
 * @param {import("../protocol.js").Evaluation | null | undefined} evaluation @param {string} id @param {"roc" | "pr"} curve
 */
export const bandOf = (evaluation, id, curve) => evaluation?.methods.find((method) => method.id === id)?.[curve] ?? [];

/**
 * The bands of the two methods that are compared: of more, nothing would be seen.
 * @param {{ id: string, role: string }[]} methods @param {Map<string, Key>} keys @param {(id: string) => import("../protocol.js").BandPoint[]} band
 */
export const bands = (methods, keys, band) => methods.filter(({ role }) => role !== "other").flatMap(({ id }) => {
  const points = band(id);
  // Where nothing varies, as at the end of a ROC, the band is the curve.
  return points.length ? [Plot.areaY(points, { x: "x", y1: ({ low, value }) => low ?? value, y2: ({ high, value }) => high ?? value, fill: keys.get(id)?.color, fillOpacity: 0.14, clip: true })] : [];
});

/** Square charts stay square, and no larger than reads well. @param {number} width */
export const square = (width) => Math.min(width, 420);

export { Plot };
