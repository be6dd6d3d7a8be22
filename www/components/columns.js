// The columns of a file: type, what is missing, how the values lie, and the role that each plays. 50 at a time.

import { html, nothing, svg } from "lit";
import { percent, value, whole } from "../format.js";
import { readable, state } from "../store.js";
import { reread, setRole } from "../study.js";
import { t } from "../words.js";
import { Base, valueOf } from "./base.js";

const PAGE = 50;
const KINDS = ["number", "category", "boolean", "date", "identifier", "text"];
const ROLES = ["feature", "label", "identifier", "group", "site", "set", "time", "outcome", "ignored"];

/** @typedef {import("../protocol.js").ColumnSummary} Column */

/** @param {Column} column */
function spark(column) {
  const counts = column.histogram.length ? column.histogram : column.levels.slice(0, 12).map(([, n]) => n);
  if (!counts.length) return nothing;
  const most = Math.max(...counts, 1);
  const wide = 84 / counts.length;
  return html`<svg class="spark" width="84" height="22" viewBox="0 0 84 22" aria-hidden="true">${counts.map((n, at) =>
    svg`<rect x=${at * wide} y=${22 - (20 * n) / most - (n > 0 ? 1 : 0)} width=${Math.max(1, wide - 1)} height=${(20 * n) / most + (n > 0 ? 1 : 0)}></rect>`)}</svg>`;
}

/** @param {Column} column */
function range(column) {
  if (column.kind === "number" && column.min !== null) return t("columns.range", { min: value(column.min), max: value(column.max), mean: value(column.mean) });
  if (column.levels.length) return column.levels.slice(0, 4).map(([name]) => name).join(", ") + (column.distinct > 4 ? " …" : "");
  return t("columns.distinct", { n: whole(column.distinct) });
}

class Columns extends Base {
  static properties = { chosen: { state: true }, search: { state: true }, page: { state: true } };

  constructor() {
    super();
    this.chosen = 0;
    this.search = "";
    this.page = 0;
  }

  /** @override */
  render() {
    const files = [...readable("source"), ...readable("target")];
    if (!files.length) return nothing;
    const one = files[Math.min(this.chosen, files.length - 1)];
    const needle = this.search.toLowerCase();
    const columns = one.summary.columns.filter((column) => column.name.toLowerCase().includes(needle));
    const pages = Math.max(1, Math.ceil(columns.length / PAGE));
    const page = Math.min(this.page, pages - 1);
    return html`<section class="card" aria-labelledby="columns">
      <h2 id="columns">${t("columns.title")}</h2><p class="soft">${t("columns.explain")}</p>
      <div class="row spread">
        <div class="row tabs" role="group" aria-label=${t("columns.file")}>${files.map((file, at) => html`<button type="button" class="small" aria-pressed=${file === one} @click=${() => { this.chosen = at; this.page = 0; }}><span class="swatch ${file.side}" aria-hidden="true"></span>${file.name}</button>`)}</div>
        <label class="row search"><span class="visually-hidden">${t("columns.search")}</span><input type="search" placeholder=${t("columns.search")} .value=${this.search} @input=${(/** @type {globalThis.Event} */ event) => { this.search = valueOf(event); this.page = 0; }}></label>
      </div>
      <div class="scroll tall" tabindex="0" role="region" aria-label=${t("columns.of", { name: one.name })}><table class="columns-table">
        <caption class="visually-hidden">${t("columns.of", { name: one.name })}</caption>
        <thead><tr><th scope="col">${t("columns.name")}</th><th scope="col">${t("columns.role")}</th><th scope="col">${t("columns.kind")}</th><th scope="col">${t("columns.missing")}</th><th scope="col">${t("columns.values")}</th></tr></thead>
        <tbody>${columns.slice(page * PAGE, (page + 1) * PAGE).map((column) => this.row(one, column))}</tbody></table></div>
      ${pages > 1 ? html`<div class="row center pager"><button type="button" class="small" ?disabled=${page === 0} @click=${() => { this.page = page - 1; }}>${t("pager.before")}</button>
        <span aria-live="polite">${t("pager.at", { page: page + 1, pages, n: whole(columns.length) })}</span>
        <button type="button" class="small" ?disabled=${page === pages - 1} @click=${() => { this.page = page + 1; }}>${t("pager.after")}</button></div>` : nothing}
    </section>`;
  }

  /** @param {import("../page.js").Readable} one @param {Column} column */
  row(one, column) {
    const roles = state.roles[one.side];
    const role = roles[column.name] ?? "feature";
    const share = one.summary.rows ? column.missing / one.summary.rows : 0;
    return html`<tr class="role-${role}">
      <th scope="row">${column.name}</th>
      <td><select aria-label=${t("columns.role_of", { name: column.name })} ?disabled=${!(column.name in roles) || !state.plan} @change=${(/** @type {globalThis.Event} */ event) => setRole(one.side, column.name, /** @type {import("../protocol.js").Role} */ (valueOf(event)))}>${ROLES.map((name) => html`<option value=${name} ?selected=${role === name}>${t(`role.${name}`)}</option>`)}</select></td>
      <td><select aria-label=${t("columns.kind_of", { name: column.name })} @change=${(/** @type {globalThis.Event} */ event) => reread(one.id, { kinds: { ...(one.options.kinds ?? {}), [column.name]: /** @type {import("../protocol.js").Kind} */ (valueOf(event)) } })}>${KINDS.map((name) => html`<option value=${name} ?selected=${column.kind === name}>${t(`kind.${name}`)}</option>`)}</select></td>
      <td class=${share > 0.3 ? "warn number" : "number"}>${percent(share)}</td>
      <td><div class="values">${spark(column)}<span class="soft">${range(column)}</span></div></td></tr>`;
  }
}
customElements.define("ag-columns", Columns);
