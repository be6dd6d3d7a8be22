// What a method that labels rows on its own did, round by round: in the report, and live while it runs.

import { html, nothing } from "lit";
import { judged, labels, ratio, roundsTable } from "../charts/rounds.js";
import { fixed, percent, whole } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").Comparison} Comparison */
/** @typedef {import("../protocol.js").Round} Round */
/** @typedef {import("../protocol.js").Rounds} Rounds */

/** @param {Round[]} rounds @param {(round: Round) => number} pick */
const sum = (rounds, pick) => rounds.reduce((total, round) => total + pick(round), 0);
/** @param {number[]} counts */
const all = (counts) => counts.reduce((total, n) => total + n, 0);

/** @param {Rounds[]} fits */
function words(fits) {
  const rounds = fits.flatMap(({ labelling }) => labelling.rounds);
  const first = fits.map(({ labelling }) => labelling.rounds[0]).filter(Boolean);
  const { event } = fits[0].labelling;
  const added = sum(rounds, (one) => all(one.added));
  const events = sum(rounds, (one) => one.added[event] ?? 0);
  const gold = sum(first, (one) => all(one.train));
  const compared = sum(rounds, ({ compared: n }) => n);
  const ends = [...new Set(fits.map(({ labelling }) => labelling.ended))].sort();
  return html`${added ? html`<p>${t("rounds.summary", {
    rounds: fixed(fits.reduce((total, { labelling }) => total + labelling.rounds.length - 1, 0) / fits.length, 1), added: whole(Math.round(added / fits.length)),
    share: percent(events / added), gold: gold ? percent(sum(first, (one) => one.train[event] ?? 0) / gold) : "–",
  })} ${compared ? t("rounds.agreement", { share: percent(sum(rounds, ({ agreed }) => agreed) / compared), n: whole(compared) }) : nothing}</p>` : nothing}
  <ul>${ends.map((end) => {
    const those = fits.filter(({ labelling }) => labelling.ended === end);
    const highest = Math.max(...those.map(({ labelling }) => labelling.rounds.at(-1)?.highest ?? 0));
    return html`<li>${t(`rounds.ended.${end}`, { n: whole(those.length), of: whole(fits.length), threshold: those[0].labelling.threshold ?? "–", highest: fixed(highest) })}</li>`;
  })}</ul>`;
}

/** @param {Comparison} one @param {string} [prefix] of the files' names */
export function roundsView({ rounds }, prefix = "") {
  if (!rounds?.length) return nothing;
  const methods = [...new Set(rounds.map(({ method }) => method))];
  return methods.map((method) => {
    const fits = rounds.filter((fit) => fit.method === method);
    const { names, event } = fits[0].labelling;
    const data = { names, event, fits: fits.map(({ repeat, fold, labelling }) => ({ name: `${repeat + 1}.${fold + 1}`, best: labelling.best, rounds: labelling.rounds })) };
    const one = (/** @type {string} */ name, /** @type {(data: import("../charts/rounds.js").Data, size: { width: number }) => Element} */ chart) =>
      figure({ name: `${prefix}${name}-${method}`, heading: t(`chart.${name}.title`), note: t(`chart.${name}.note`), chart, table: roundsTable, data });
    // Where nobody was labelled there is nothing to draw: why is said.
    const labelled = fits.some(({ labelling }) => labelling.rounds.some(({ added }) => all(added) > 0));
    return html`<section class="card rounds" aria-label=${t("rounds.title", { method: t(`method.${method}.name`) })}><h2>${t("rounds.title", { method: t(`method.${method}.name`) })}</h2>
      ${words(fits)}
      ${labelled ? html`<div class="two">${one("rounds_ratio", ratio)}${one("rounds_labels", labels)}</div>` : nothing}
      ${labelled && fits.some(({ labelling }) => labelling.rounds.length > 1 && labelling.judges > 0) ? one("rounds_auc", judged) : nothing}</section>`;
  });
}

/** While a fit runs. @param {Round[]} rounds @param {{ names: string[], event: number }} label */
export function liveRounds(rounds, { names, event }) {
  if (!rounds.some(({ added }) => all(added) > 0)) return nothing;
  const data = { names, event, fits: [{ name: "", best: null, rounds: [...rounds] }] };
  return html`${figure({ name: "rounds_ratio", heading: t("chart.rounds_ratio.title"), chart: ratio, data })}
    ${figure({ name: "rounds_labels", heading: t("chart.rounds_labels.title"), chart: labels, data })}
    ${figure({ name: "rounds_auc", heading: t("chart.rounds_auc.title"), chart: judged, data })}`;
}
