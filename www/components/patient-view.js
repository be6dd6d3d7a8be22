// One patient, two models: a table to choose from, and what each feature adds.

import { html, nothing } from "lit";
import { patient as patientChart, patientTable } from "../charts/patient.js";
import { signed, value, whole } from "../format.js";
import { t } from "../words.js";
import { valueOf, View } from "./base.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").Explanation} Explanation */
/** @typedef {import("../protocol.js").Patient} Patient */

const PAGE = 12;

/** A value of the table as text. @param {unknown} x */
const shown = (x) => (typeof x === "number" ? value(x) : x === null || x === undefined ? "–" : String(x));

/** How far the models are apart about a patient. @param {Patient} one */
const apart = (one) => (one.source && one.transferred ? Math.abs(one.transferred.output - one.source.output) : 0);

class PatientView extends View {
  static properties = { explanation: { attribute: false }, chosen: { state: true }, search: { state: true }, page: { state: true } };

  constructor() {
    super();
    /** @type {Explanation | null} */
    this.explanation = null;
    /** @type {Patient | null} */
    this.chosen = null;
    this.search = "";
    this.page = 0;
    /** @type {import("../charts/patient.js").Data | null} */
    this.last = null;
  }

  /** @override */
  render() {
    const { explanation } = this;
    if (!explanation?.patients.length) return nothing;
    // Those first about whom the models say the most different things.
    const sorted = [...explanation.patients].sort((a, b) => apart(b) - apart(a));
    const found = sorted.filter(({ id }) => id.toLowerCase().includes(this.search.toLowerCase()));
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const page = Math.min(this.page, pages - 1);
    const chosen = this.chosen && explanation.patients.includes(this.chosen) ? this.chosen : sorted[0];
    return html`<section class="card" aria-labelledby="one-patient"><div class="row spread"><h2 id="one-patient">${t("why.patients")}</h2>
        <label class="row search"><span class="visually-hidden">${t("why.patient.choose")}</span><input type="search" placeholder=${t("why.patient.choose")} @input=${(/** @type {globalThis.Event} */ event) => { this.search = valueOf(event); this.page = 0; }}></label></div>
      <p class="soft">${t("why.patients.note")}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("why.patients")}><table><caption class="visually-hidden">${t("why.patients")}</caption>
        <thead><tr><th scope="col">${t("table.patient")}</th><th scope="col">${t("table.observed")}</th>${explanation.source ? html`<th scope="col" class="number">${t("why.model.source")}</th>` : nothing}<th scope="col" class="number">${t("why.model.transferred")}</th></tr></thead>
        <tbody>${found.slice(page * PAGE, (page + 1) * PAGE).map((one) => html`<tr class=${one === chosen ? "chosen" : ""}><th scope="row"><button type="button" class="link" aria-pressed=${one === chosen} @click=${() => { this.chosen = one; }}>${one.id}</button></th><td>${shown(one.truth)}</td>${explanation.source ? html`<td class="number">${this.said(one.source)}</td>` : nothing}<td class="number">${this.said(one.transferred)}</td></tr>`)}</tbody></table></div>
      ${pages > 1 ? html`<div class="row center pager"><button type="button" class="small" ?disabled=${page === 0} @click=${() => { this.page = page - 1; }}>${t("pager.before")}</button><span>${t("pager.at", { page: page + 1, pages, n: whole(found.length) })}</span><button type="button" class="small" ?disabled=${page === pages - 1} @click=${() => { this.page = page + 1; }}>${t("pager.after")}</button></div>` : nothing}
      <div aria-live="polite">${chosen ? this.one(explanation, chosen) : nothing}</div></section>`;
  }

  /** A prediction in the scale of the parts. @param {Patient["source"]} sum */
  said(sum) { return sum ? (this.explanation?.scale === "value" ? value(sum.output) : signed(sum.output, 2)) : "–"; }

  /** @param {Explanation} explanation @param {Patient} one */
  one(explanation, one) {
    const { source, transferred } = one;
    const scale = t(`why.scale.${explanation.scale}`);
    let most = -1;
    if (source && transferred) {
      const gap = (/** @type {number} */ at) => Math.abs(transferred.parts[at] - source.parts[at]);
      explanation.columns.forEach((_, at) => { if (most < 0 || gap(at) > gap(most)) most = at; });
    }
    const says = source ? t("why.patient.says", { source: this.said(source), transferred: this.said(transferred), truth: shown(one.truth) }) : t("why.patient.says_one", { transferred: this.said(transferred), truth: shown(one.truth) });
    return html`<p>${says} <span class="soft">(${scale})</span></p>
      ${most >= 0 && source && transferred ? html`<p>${t("why.patient.differ", { feature: explanation.columns[most], source: signed(source.parts[most], 2), transferred: signed(transferred.parts[most], 2) })}</p>` : nothing}
      ${figure({ name: "patient", heading: t("chart.patient.title", { id: one.id }), note: t("chart.patient.note"), chart: patientChart, table: patientTable, data: this.data(explanation, one, scale) })}`;
  }

  /** The same object for the same patient, so that a chart is not drawn anew. @param {Explanation} explanation @param {Patient} patient @param {string} scale */
  data(explanation, patient, scale) {
    const { last } = this;
    if (last && last.patient === patient && last.scale === scale) return last;
    return (this.last = { explanation, patient, scale, shown });
  }
}
customElements.define("ag-patient-view", PatientView);
