// Forecasts of glucose: a day as it was read and forecast, the error grid, and the shares. Research only.

import { html, nothing } from "lit";
import { dayOf, errorGrid, errorGridTable, glucoseDay, glucoseDayTable, rangesTable, sharesTable } from "../charts/glucose.js";
import { t } from "../words.js";
import { valueOf, View } from "./base.js";
import { figure } from "./figure.js";
import { dataTable } from "./table.js";

class GlucoseView extends View {
  static properties = { glucose: { attribute: false }, roles: { attribute: false }, day: { state: true }, method: { state: true } };

  constructor() {
    super();
    this.glucose = /** @type {import("../protocol.js").Glucose} */ (/** @type {unknown} */ (null));
    /** @type {{ id: string, role: string }[]} */
    this.roles = [];
    this.day = "";
    this.method = "";
  }

  /** @override */
  render() {
    const { glucose } = this;
    if (!glucose?.minutes.length) return nothing;
    const days = [...new Set(glucose.minutes.map(dayOf))];
    // The first day is often the tail of a night.
    const day = days.includes(this.day) ? this.day : days[Math.min(1, days.length - 1)];
    const method = glucose.methods.some(({ id }) => id === this.method) ? this.method : glucose.methods[0].id;
    return html`<section class="card" role="region" aria-label=${t("glucose.title")}><h2>${t("glucose.title")}</h2>
      <div class="alert"><strong>${t("glucose.research")}</strong></div>
      <p class="soft">${t("glucose.about", { person: glucose.person, horizon: String(glucose.horizon) })}</p>
      <label class="stack">${t("glucose.day")}<select @change=${(/** @type {globalThis.Event} */ event) => { this.day = valueOf(event); }}>${days.map((one) => html`<option value=${one} ?selected=${one === day}>${one}</option>`)}</select></label>
      ${figure({ name: `glucose-${day}`, heading: t("glucose.day.title", { person: glucose.person, day }), chart: glucoseDay, table: glucoseDayTable, data: { glucose, day, roles: this.roles } })}
      <label class="stack">${t("glucose.method")}<select @change=${(/** @type {globalThis.Event} */ event) => { this.method = valueOf(event); }}>${glucose.methods.map(({ id }) => html`<option value=${id} ?selected=${id === method}>${t(`method.${id}.name`)}</option>`)}</select></label>
      ${figure({ name: `error-grid-${method}`, heading: t("glucose.grid.title", { method: t(`method.${method}.name`) }), chart: errorGrid, table: errorGridTable, data: { glucose, method } })}
      ${dataTable(sharesTable(glucose), t("glucose.shares"))}
      ${dataTable(rangesTable(glucose), t("glucose.by_range"))}</section>`;
  }
}
customElements.define("ag-glucose", GlucoseView);

/** @param {import("../protocol.js").Comparison} one */
export const glucoseView = ({ glucose, methods }) => (glucose ? html`<ag-glucose .glucose=${glucose} .roles=${methods}></ag-glucose>` : nothing);
