// How the two tables line up: pairs of names, pairs of levels, unit factors; matched by hand where names differ.

import { html, nothing } from "lit";
import { value, whole } from "../format.js";
import { plan as thePlan, readable, state } from "../store.js";
import { changeMapping } from "../study.js";
import { known, t } from "../words.js";
import { Base, valueOf } from "./base.js";

/** @typedef {import("../protocol.js").Pair} Pair */

const PAGE = 30;

class Mapping extends Base {
  static properties = { search: { state: true }, page: { state: true }, from: { state: true }, to: { state: true } };

  constructor() {
    super();
    this.search = "";
    this.page = 0;
    this.from = "";
    this.to = "";
    /** @type {Pair[]} */
    this.found = [];
    /** @type {Pair[] | null} */
    this.foundIn = null;
    this.foundBy = "";
  }

  /** @param {Pair[]} features */
  set(features) { changeMapping(features); }

  /** @param {Pair} pair @param {Partial<Pair>} patch */
  edit(pair, patch) { this.set(thePlan().preparation.mapping.features.map((one) => (one === pair ? { ...one, ...patch, how: "by_hand" } : one))); }

  /** @override */
  render() {
    const { plan, lined } = state;
    if (!plan || !lined) return nothing;
    const { features } = plan.preparation.mapping;
    const taken = { source: new Set(features.map((pair) => pair.source)), target: new Set(features.map((pair) => pair.target)) };
    const left = lined.unmatched_source.filter((name) => !taken.source.has(name));
    const right = lined.unmatched_target.filter((name) => !taken.target.has(name));
    const needle = this.search.toLowerCase();
    // Pairs that need a look come first: matched by hand, with a factor, or under different names. With 20,000 pairs
    // that order is too dear to be made at every event.
    const odd = (/** @type {Pair} */ pair) => Number(pair.how !== "by_hand" && (pair.factor ?? 1) === 1 && pair.source === pair.target && !Object.keys(pair.levels ?? {}).length);
    if (this.foundIn !== features || this.foundBy !== needle) {
      this.found = features.filter((pair) => `${pair.source} ${pair.target}`.toLowerCase().includes(needle)).sort((a, b) => odd(a) - odd(b));
      [this.foundIn, this.foundBy] = [features, needle];
    }
    const { found } = this;
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const page = Math.min(this.page, pages - 1);
    return html`<section class="card" aria-labelledby="mapping">
      <h2 id="mapping">${t("mapping.title")}</h2>
      <p>${t("mapping.count", { matched: whole(features.length), source: whole(left.length), target: whole(right.length) })}</p>
      ${this.units(lined.units, features)}
      ${left.length && right.length ? this.byHand(left, right) : nothing}
      ${left.length || right.length ? html`<details><summary>${t("mapping.unmatched")}</summary>
        <p><strong>${t("side.source")}</strong>: <span class="soft">${left.slice(0, 60).join(", ") || t("mapping.none")}${left.length > 60 ? " …" : ""}</span></p>
        <p><strong>${t("side.target")}</strong>: <span class="soft">${right.slice(0, 60).join(", ") || t("mapping.none")}${right.length > 60 ? " …" : ""}</span></p></details>` : nothing}
      <details ?open=${features.some((pair) => !odd(pair))}><summary>${t("mapping.pairs")}</summary>
        ${features.length > PAGE ? html`<label class="row search"><span class="visually-hidden">${t("columns.search")}</span><input type="search" placeholder=${t("columns.search")} @input=${(/** @type {globalThis.Event} */ event) => { this.search = valueOf(event); this.page = 0; }}></label>` : nothing}
        <div class="scroll" tabindex="0" role="region" aria-label=${t("mapping.pairs")}><table><caption class="visually-hidden">${t("mapping.pairs")}</caption>
          <thead><tr><th scope="col">${t("side.source")}</th><th scope="col">${t("side.target")}</th><th scope="col">${t("mapping.factor")}</th><th scope="col">${t("mapping.levels")}</th><th scope="col"><span class="visually-hidden">${t("action.remove")}</span></th></tr></thead>
          <tbody>${found.slice(page * PAGE, (page + 1) * PAGE).map((pair) => this.pair(pair))}</tbody></table></div>
        ${pages > 1 ? html`<div class="row center pager"><button type="button" class="small" ?disabled=${page === 0} @click=${() => { this.page = page - 1; }}>${t("pager.before")}</button><span>${t("pager.at", { page: page + 1, pages, n: whole(found.length) })}</span><button type="button" class="small" ?disabled=${page === pages - 1} @click=${() => { this.page = page + 1; }}>${t("pager.after")}</button></div>` : nothing}
      </details>
    </section>`;
  }

  /** Numbers on both sides are read as numbers, all else as levels. @returns {"number" | "category"} */
  measure() {
    const kind = (/** @type {"source" | "target"} */ side, /** @type {string} */ name) => readable(side).flatMap((one) => one.summary.columns).find((column) => column.name === name)?.kind;
    const number = (/** @type {import("../protocol.js").Kind | null | undefined} */ found) => found === "number" || found === "date";
    return number(kind("target", this.to)) && (Boolean(state.sourceModel) || number(kind("source", this.from))) ? "number" : "category";
  }

  /** Units that seem to differ: converted only on a yes. @param {import("../protocol.js").UnitSuspicion[]} suspected @param {Pair[]} features */
  units(suspected, features) {
    const asked = suspected.flatMap((one) => features.filter((pair) => pair.source === one.source && pair.target === one.target).map((pair) => ({ one, pair })));
    if (!asked.length) return nothing;
    return html`<ul class="plain">${asked.map(({ one, pair }) => {
      const converted = (pair.factor ?? 1) === one.factor && (pair.offset ?? 0) === one.offset;
      const question = t("mapping.unit_question", { column: one.target, source: value(one.source_median), target: value(one.target_median), units: known(`unit.${one.conversion}`) ? t(`unit.${one.conversion}`) : one.conversion });
      return html`<li class="question"><strong>${question}</strong><div class="row" role="group" aria-label=${question}>
        <button type="button" class="small" aria-pressed=${converted} @click=${() => this.edit(pair, { factor: one.factor, offset: one.offset })}>${t("mapping.unit_yes", { factor: value(one.factor) })}</button>
        <button type="button" class="small" aria-pressed=${!converted} @click=${() => this.edit(pair, { factor: 1, offset: 0 })}>${t("mapping.unit_no")}</button></div></li>`;
    })}</ul>`;
  }

  /** @param {string[]} left @param {string[]} right */
  byHand(left, right) {
    const choose = (/** @type {"from" | "to"} */ end, /** @type {string[]} */ names, /** @type {string} */ label) => html`<label class="stack">${label}<input list="hand-${end}" .value=${this[end]} autocomplete="off" @input=${(/** @type {globalThis.Event} */ event) => { this[end] = valueOf(event); }}><datalist id="hand-${end}">${names.slice(0, 500).map((name) => html`<option value=${name}></option>`)}</datalist></label>`;
    const fits = left.includes(this.from) && right.includes(this.to);
    return html`<div class="options hand">${choose("from", left, t("mapping.from"))}${choose("to", right, t("mapping.to"))}
      <button type="button" ?disabled=${!fits} @click=${() => { this.set([...thePlan().preparation.mapping.features, { source: this.from, target: this.to, how: "by_hand", measure: this.measure() }]); this.from = ""; this.to = ""; }}>${t("mapping.match")}</button></div>`;
  }

  /** @param {Pair} pair */
  pair(pair) {
    const levels = Object.entries(pair.levels ?? {});
    return html`<tr><th scope="row">${pair.source}</th><td>${pair.target}</td>
      <td><input class="factor" type="number" step="any" aria-label=${t("mapping.factor_of", { name: pair.target })} .value=${String(pair.factor ?? 1)} @change=${(/** @type {globalThis.Event} */ event) => { const factor = Number(valueOf(event)); if (Number.isFinite(factor) && factor !== 0) this.edit(pair, { factor }); }}></td>
      <td>${levels.length ? html`<input type="text" class="levels" aria-label=${t("mapping.levels_of", { name: pair.target })} .value=${levels.map(([from, to]) => `${from}=${to}`).join(", ")}
        @change=${(/** @type {globalThis.Event} */ event) => this.edit(pair, { levels: Object.fromEntries(valueOf(event).split(",").map((part) => part.split("=").map((end) => end.trim())).filter((ends) => ends.length === 2 && ends[0])) })}>`
        : html`<button type="button" class="small quiet" @click=${() => this.edit(pair, { levels: { "?": "?" } })}>${t("mapping.add_levels")}</button>`}</td>
      <td><button type="button" class="small quiet" aria-label=${t("action.remove_named", { name: `${pair.source} – ${pair.target}` })} @click=${() => this.set(thePlan().preparation.mapping.features.filter((one) => one !== pair))}>${t("action.remove")}</button></td></tr>`;
  }
}
customElements.define("ag-mapping", Mapping);
