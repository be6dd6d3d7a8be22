// How networks whose losses pull against each other were trained, a card a method.

import { html, nothing } from "lit";
import { apart, tells, trained, trainingsTable } from "../charts/trainings.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @param {import("../protocol.js").Comparison} one @param {string} [prefix] of the files' names */
export function trainingsView({ trainings, maps, glucose }, prefix = "") {
  if (!trainings?.length) return nothing;
  return [...new Set(trainings.map(({ method }) => method))].map((method) => {
    const fits = trainings.filter((fit) => fit.method === method).map(({ repeat, fold, curves }) => ({ name: `${repeat + 1}.${fold + 1}`, curves }));
    // A forecaster tells apart the people whom it learned from, not the one who is judged.
    const shown = maps?.find((map) => map.method === method)?.domains.length;
    const domains = shown && glucose ? shown - 1 : shown;
    const title = t("trainings.title", { method: t(`method.${method}.name`) });
    const one = (/** @type {string} */ name, /** @type {(data: import("../charts/trainings.js").Data, size: { width: number }) => Element} */ chart) =>
      figure({ name: `${prefix}${name}-${method}`, heading: t(`chart.${name}.title`), note: t(`chart.${name}.note`), chart, table: trainingsTable, data: { fits, domains } });
    return html`<section class="card trainings" aria-label=${title}><h2>${title}</h2><p class="soft">${t("trainings.explain")}</p>
      <div class="two">${one("trainings_losses", trained)}${fits[0].curves.terms.some(tells) ? one("trainings_apart", apart) : nothing}</div></section>`;
  });
}
