// The predicted risks of those with the event (up) and without (down), for each method.

import { percent } from "../format.js";
import { t } from "../words.js";
import { Plot, plot } from "./common.js";

/** @typedef {{ id: string, risks: import("../protocol.js").Risks }} Risky */

/** @param {Risky} method @returns {{ x1: number, x2: number, event: number, non_event: number }[]} */
function bars({ risks: { event, non_event } }) {
  return event.map((n, at) => ({ x1: at / event.length, x2: (at + 1) / event.length, event: n, non_event: non_event[at] }));
}

/** @param {Risky[]} methods @param {import("./common.js").Size} size */
export function risks(methods, { width }) {
  const data = methods.flatMap((method) => {
    const all = bars(method);
    const total = (/** @type {"event" | "non_event"} */ side) => Math.max(1, all.reduce((sum, bar) => sum + bar[side], 0));
    const [events, others] = [total("event"), total("non_event")];
    return all.map((bar) => ({ ...bar, up: bar.event / events, down: -bar.non_event / others, method: t(`method.${method.id}.name`) }));
  });
  return plot({
    height: 110 * methods.length + 60, marginLeft: 52, marginRight: 16,
    x: { domain: [0, 1], label: t("chart.predicted_risk"), ticks: 5 },
    y: { label: null, ticks: 3, tickFormat: (/** @type {number} */ share) => percent(Math.abs(share)), grid: true },
    fy: { label: null, axis: null, domain: methods.map(({ id }) => t(`method.${id}.name`)), padding: 0.25 },
    marks: [
      Plot.rectY(data, { x1: "x1", x2: "x2", y: "up", fy: "method", fill: "var(--event)", inset: 0.5 }),
      Plot.rectY(data, { x1: "x1", x2: "x2", y: "down", fy: "method", fill: "var(--non-event)", inset: 0.5 }),
      Plot.ruleY([0], { stroke: "currentColor" }),
      Plot.text(methods, { fy: ({ id }) => t(`method.${id}.name`), text: ({ id }) => t(`method.${id}.name`), frameAnchor: "top-right", dy: -10, fontWeight: 600 }),
    ],
    marginTop: 26,
  }, { width, keys: [{ label: t("chart.event"), color: "var(--event)" }, { label: t("chart.non_event"), color: "var(--non-event)" }], label: t("chart.risks.title") });
}

/** @param {Risky[]} methods */
export const risksTable = (methods) => ({
  columns: [t("table.method"), t("table.from"), t("table.to"), t("chart.event"), t("chart.non_event")],
  rows: methods.flatMap((method) => bars(method).map((bar) => [t(`method.${method.id}.name`), bar.x1, bar.x2, bar.event, bar.non_event])),
});
