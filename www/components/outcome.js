// What is to be predicted: the column in each table, its classes, and which class is the event.

import { html, nothing } from "lit";
import { readable, state } from "../store.js";
import { changePlan, setLabel } from "../study.js";
import { t } from "../words.js";
import { Base, valueOf } from "./base.js";

class Outcome extends Base {
  /** @override */
  render() {
    const { plan, suggestion } = state;
    if (!plan || !suggestion) return nothing;
    const label = plan.label;
    const candidates = suggestion.labels ?? [];
    const names = (/** @type {"source" | "target"} */ side) => [...new Set(readable(side).flatMap((one) => one.summary.columns.map((/** @type {any} */ column) => column.name)))];
    const choose = (/** @type {"source" | "target"} */ side) => html`<label class="stack">${t(`outcome.${side}`)}
      <input list="labels-${side}" .value=${label?.[side] ?? ""} autocomplete="off" spellcheck="false" @change=${(/** @type {globalThis.Event} */ event) => this.choose(side, valueOf(event))}>
      <datalist id="labels-${side}">${names(side).slice(0, 500).map((name) => html`<option value=${name}></option>`)}</datalist></label>`;
    return html`<section class="card" aria-labelledby="outcome">
      <h2 id="outcome">${t("outcome.title")}</h2><p class="soft">${t("outcome.explain")}</p>
      ${candidates.length > 1 ? html`<div class="row"><span>${t("outcome.candidates")}</span>${candidates.slice(0, 8).map((/** @type {any} */ candidate) => html`<button type="button" class="small" aria-pressed=${label?.target === candidate.target && label?.source === candidate.source} @click=${() => setLabel(candidate)}>${candidate.target ?? candidate.source}</button>`)}</div>` : nothing}
      <div class="options">${state.sourceModel ? nothing : choose("source")}${choose("target")}
        ${label?.kind.type === "classes" ? html`<label class="stack">${t("outcome.event")}<select @change=${(/** @type {globalThis.Event} */ event) => this.kind({ event: valueOf(event) })}>
          ${label.kind.classes.map((/** @type {string} */ name, /** @type {number} */ at) => html`<option value=${at} ?selected=${this.isEvent(at, name)}>${name}</option>`)}</select></label>` : nothing}
        ${label?.kind.type === "values" ? html`<label class="stack">${t("outcome.unit")}<input type="text" .value=${label.kind.unit ?? ""} @change=${(/** @type {globalThis.Event} */ event) => this.kind({ unit: valueOf(event) })}></label>` : nothing}
      </div>
      ${label ? html`<p>${label.kind.type === "classes" ? t("outcome.sentence_classes", { column: label.target ?? label.source, classes: label.kind.classes.join(" / ") }) : t("outcome.sentence_values", { column: label.target ?? label.source })}</p>` : html`<p class="note ask">${t("outcome.none")}</p>`}
      ${label && !label.target ? html`<p class="note">${t("outcome.no_target")}</p>` : nothing}
    </section>`;
  }

  /** The event comes as an index or a name. @param {number} at @param {string} name */
  isEvent(at, name) { const { event } = state.plan.label.kind; return typeof event === "number" ? event === at : event === name; }

  /** @param {"source" | "target"} side @param {string} column */
  choose(side, column) {
    const { label } = state.plan;
    const wanted = { source: label?.source ?? null, target: label?.target ?? null, [side]: column || null };
    const candidate = (state.suggestion.labels ?? []).find((/** @type {any} */ one) => one.source === wanted.source && one.target === wanted.target)
      ?? (state.suggestion.labels ?? []).find((/** @type {any} */ one) => one[side] === column);
    const other = side === "source" ? "target" : "source";
    const same = readable(other).some((one) => one.summary.columns.some((/** @type {any} */ c) => c.name === column));
    setLabel({ ...(candidate ?? label ?? { kind: this.kindOf(side, column) }), ...wanted, ...(candidate ? {} : { kind: this.kindOf(side, column), ...(same ? { [other]: column } : {}) }) });
  }

  /** @param {"source" | "target"} side @param {string} name */
  kindOf(side, name) {
    const column = readable(side).flatMap((one) => one.summary.columns).find((/** @type {any} */ c) => c.name === name);
    const levels = (column?.levels ?? []).map((/** @type {any} */ [level]) => level);
    return column?.kind === "number" && column.distinct > 10 ? { type: "values", unit: "" } : { type: "classes", classes: levels, event: Math.max(0, levels.length - 1), levels: {} };
  }

  /** @param {{ event?: string, unit?: string }} patch */
  kind({ event, unit }) {
    const { label } = state.plan;
    const asIndex = typeof label.kind.event === "number";
    const kind = { ...label.kind, ...(unit === undefined ? {} : { unit }), ...(event === undefined ? {} : { event: asIndex ? Number(event) : label.kind.classes[Number(event)] }) };
    changePlan({ label: { ...label, kind } });
  }
}
customElements.define("ag-outcome", Outcome);
