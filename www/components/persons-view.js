// Every person in turn: a dot a method and person, and the ratio of the transferred procedure to every other.

import { html, nothing } from "lit";
import { persons, personsTable } from "../charts/persons.js";
import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @typedef {NonNullable<import("../protocol.js").Report["persons"]>} Persons */

/** @param {Persons | null | undefined} report @param {{ id: string, role: string }[]} roles */
export function personsView(report, roles) {
  if (!report) return nothing;
  const metric = t(`metric.${report.metric}`);
  const name = (/** @type {string} */ id) => t(`method.${id}.name`);
  return html`<section class="card" role="region" aria-label=${t("persons.title")}><h2>${t("persons.title")}</h2>
    <p class="soft">${t("persons.about", { metric, persons: whole(report.people.length) })}</p>
    ${figure({ name: "persons", heading: t("persons.chart", { metric }), chart: persons, table: personsTable, data: { ...report, roles } })}
    <ul>${report.ratios.map((one) => html`<li>${t("persons.ratio", { metric, against: name(one.against), ratio: fixed(one.ratio, 3), interval: one.interval ? `${fixed(one.interval[0], 3)} – ${fixed(one.interval[1], 3)}` : "–", better: whole(one.better), persons: whole(one.people) })}</li>`)}</ul></section>`;
}
