// A method's modes over numbers of target rows: the crossing plot in the declared metric, who beats whom where, and the
// other metrics.

import { html, nothing } from "lit";
import { modeGains, modeGainsTable, modeName, modes as modesChart, modesTable } from "../charts/modes.js";
import { signed, whole } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").Modes} Modes */
/** @typedef {import("../protocol.js").Place} Place */

/** @param {Place} place */
const end = (place) => (place.kind === "at" ? whole(Math.round(place.n)) : place.kind === "not_within" ? `> ${whole(place.largest)}` : `< ${whole(place.smallest)}`);

/** What Wilcoxon's test can show at all with so few repeats, after Holm. @param {Modes} modes */
const tooFew = ({ repeats, points }) => 2 ** (1 - repeats) * new Set(points.map(({ n }) => n)).size > 0.05;

/** @param {Modes} modes @param {string} against */
function sentences(modes, against) {
  return html`<ul class="fine">${modes.crossings.filter((one) => one.against === against).map(({ mode, crossed: { crossing } }) => {
    const own = modes.gains.filter((gain) => gain.mode === mode && gain.against === against);
    if (!own.length) return nothing;
    const sure = own.filter(({ p_adjusted: p }) => p !== null && p !== undefined && p < 0.05);
    const sizes = (/** @type {typeof own} */ some) => some.map(({ n }) => whole(n)).join(t("list.separator"));
    const better = sizes(sure.filter(({ difference }) => difference > 0));
    const worse = sizes(sure.filter(({ difference }) => difference < 0));
    const [first, last] = [own[0], own[own.length - 1]];
    return html`<li>${[
      t("modes.gain", { mode: modeName(mode), against: modeName(against), smallest: whole(first.n), gain: signed(first.difference), largest: whole(last.n), last: signed(last.difference) }),
      crossing ? t("modes.pays", { until: end(crossing.place), low: end(crossing.low), high: end(crossing.high) }) : "",
      better ? t("modes.better", { sizes: better }) : "",
      worse ? t("modes.worse", { sizes: worse }) : "",
      sure.length || tooFew(modes) ? "" : t("modes.unsure"),
    ].filter(Boolean).join(" ")}</li>`;
  })}</ul>`;
}

/** @param {Modes | null | undefined} modes @param {string} [prefix] of the files' names */
export function modesView(modes, prefix = "") {
  if (!modes?.points.length) return nothing;
  const { metric, points, against, gains, crossings, repeats } = modes;
  const metrics = [...new Set(points.map((point) => point.metric))];
  const of = (/** @type {string} */ name) => points.filter((point) => point.metric === name);
  const marked = crossings.find(({ mode, against: other }) => mode === "fine_tune" && other === "scratch") ?? crossings[0];
  const picture = (/** @type {string} */ name, /** @type {string} */ note) => figure({
    name: `${prefix}modes-${name}`, heading: t("chart.modes.title", { metric: t(`metric.${name}`) }), note, chart: modesChart, table: modesTable,
    data: { points: of(name), metric: name, crossing: name === metric ? marked?.crossed.crossing : null },
  });
  const note = t(modes.balanced ? "chart.modes.note_balanced" : "chart.modes.note", { repeats: whole(repeats), test: whole(modes.test_rows) });
  const line = marked?.crossed.crossing?.place.kind === "at" ? t("chart.modes.marked", { mode: modeName(marked.mode), against: modeName(marked.against) }) : "";
  return html`<section class="card modes" aria-label=${t("modes.title", { method: t(`method.${modes.method}.name`) })}><h2>${t("modes.title", { method: t(`method.${modes.method}.name`) })}</h2>
    ${picture(metric, `${note} ${line}`)}
    ${against.map((reference) => {
      const own = gains.filter((gain) => gain.against === reference);
      return own.length ? html`${figure({ name: `${prefix}mode-gains-${reference}`, heading: t("chart.mode_gains.title", { against: modeName(reference) }), note: t("chart.mode_gains.note"), chart: modeGains, table: modeGainsTable, data: { gains: own } })}${sentences(modes, reference)}` : nothing;
    })}
    <p class="soft">${tooFew(modes) ? t("modes.few_repeats", { repeats: whole(repeats) }) : nothing} ${t("modes.about")}</p>
    ${metrics.length > 1 ? html`<details><summary>${t("modes.others")}</summary><div class="two">${metrics.filter((name) => name !== metric).map((name) => html`<div>${picture(name, "")}</div>`)}</div></details>` : nothing}</section>`;
}
