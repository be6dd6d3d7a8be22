// What is to be predicted: the column in each table, its classes, and which class is the event.

import { html, nothing } from "lit";
import { plan, readable, state } from "../store.js";
import { asLabel, setLabel } from "../study.js";
import { t } from "../words.js";
import { Base, valueOf } from "./base.js";

/** Options of a datalist: more are found by typing the whole name. */
const LISTED = 500;

class Outcome extends Base {
  /** @override */
  render() {
    const { suggestion, prepared } = state;
    if (!state.plan || !suggestion) return nothing;
    const { label } = plan().preparation;
    const { kind } = label;
    const candidates = suggestion.labels.filter((one) => !one.survival).slice(0, 8);
    const classes = prepared?.data.classes.length ? prepared.data.classes : kind.type === "classes" ? kind.classes ?? [] : [];
    const chosen = label.target ?? label.source;
    return html`<section class="card" aria-labelledby="outcome">
      <h2 id="outcome">${t("outcome.title")}</h2><p class="soft">${t("outcome.explain")}</p>
      ${candidates.length > 1 || !chosen ? html`<div class="row"><span>${t("outcome.candidates")}</span>${candidates.map((one) => html`<button type="button" class="small" aria-pressed=${label.target === one.target} @click=${() => setLabel(asLabel(one))}>${one.target}</button>`)}</div>` : nothing}
      <div class="options">${state.sourceModel ? nothing : this.column("source", label)}${this.column("target", label)}
        ${chosen ? html`<label class="stack">${t("outcome.kind")}<select @change=${(/** @type {globalThis.Event} */ event) => this.read(valueOf(event))}>
          ${["classes", "above", "values"].map((name) => html`<option value=${name} ?selected=${this.reading(label) === name}>${t(`outcome.kind.${name}`)}</option>`)}</select></label>` : nothing}
        ${kind.type === "classes" && this.reading(label) === "above" ? html`<label class="stack">${t("outcome.above")}<input type="number" step="any" .value=${String(kind.above)} @change=${(/** @type {globalThis.Event} */ event) => { const above = Number(valueOf(event)); if (valueOf(event) !== "" && Number.isFinite(above)) setLabel({ ...label, kind: { ...kind, above } }); }}></label>` : nothing}
        ${kind.type === "classes" && this.reading(label) === "classes" && classes.length === 2 ? html`<label class="stack">${t("outcome.event")}<select @change=${(/** @type {globalThis.Event} */ event) => setLabel({ ...label, kind: { ...kind, event: valueOf(event) } })}>
          ${classes.map((name) => html`<option value=${name} ?selected=${(prepared?.data.event ?? kind.event) === name}>${name}</option>`)}</select></label>` : nothing}
        ${kind.type === "values" ? html`<label class="stack">${t("outcome.unit")}<input type="text" .value=${kind.unit ?? ""} @change=${(/** @type {globalThis.Event} */ event) => setLabel({ ...label, kind: { ...kind, unit: valueOf(event) } })}></label>` : nothing}
      </div>
      ${!chosen ? html`<p class="note ask">${t("outcome.none")}</p>` : html`<p>${label.kind.type === "values" ? t("outcome.sentence_values", { column: chosen }) : t("outcome.sentence_classes", { column: chosen, classes: classes.join(" / ") })}</p>`}
      ${chosen && !label.target ? html`<p class="note">${t("outcome.no_target")}</p>` : nothing}
    </section>`;
  }

  /** @param {import("../page.js").LabelPlan} label */
  reading({ kind }) { return kind.type === "values" ? "values" : kind.above === undefined || kind.above === null ? "classes" : "above"; }

  /** @param {import("../page.js").Side} side @param {import("../page.js").LabelPlan} label */
  column(side, label) {
    const names = [...new Set(readable(side).flatMap((one) => one.summary.columns.map((column) => column.name)))];
    return html`<label class="stack">${t(`outcome.${side}`)}
      <input list="labels-${side}" .value=${label[side] ?? ""} autocomplete="off" spellcheck="false" @change=${(/** @type {globalThis.Event} */ event) => this.choose(side, valueOf(event), names)}>
      <datalist id="labels-${side}">${names.slice(0, LISTED).map((name) => html`<option value=${name}></option>`)}</datalist></label>`;
  }

  /** @param {"source" | "target"} side @param {string} column @param {string[]} names */
  choose(side, column, names) {
    const { label } = plan().preparation;
    if (column && !names.includes(column)) { this.requestUpdate(); return; }
    const candidate = side === "target" ? state.suggestion?.labels.find((one) => one.target === column) : undefined;
    const other = side === "source" ? "target" : "source";
    const same = column in state.roles[other];
    setLabel(candidate ? { ...asLabel(candidate), source: candidate.source ?? label.source } : { ...label, kind: { type: "classes" }, [side]: column || undefined, ...(same && !label[other] ? { [other]: column } : {}) });
  }

  /** @param {string} reading */
  read(reading) {
    const { label } = plan().preparation;
    setLabel({ ...label, kind: reading === "values" ? { type: "values", unit: "" } : reading === "above" ? { type: "classes", above: 0 } : { type: "classes" } });
  }
}
customElements.define("ag-outcome", Outcome);
