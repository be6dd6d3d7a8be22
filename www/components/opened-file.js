// One opened file: what was recognised (and can be changed), its first rows, the questions that it raises.

import { html, LitElement, nothing } from "lit";
import { bytes, percent, whole } from "../format.js";
import { remove, reread } from "../study.js";
import { explain, known, place, sentence, t } from "../words.js";
import { valueOf } from "./base.js";
import { dataTable } from "./table.js";

const ENCODINGS = ["utf8", "utf16le", "utf16be", "gb18030", "windows1252", "windows1250", "windows1251", "big5", "shift_jis", "euc_kr"];
const DELIMITERS = ["comma", "semicolon", "tab", "pipe", "whitespace"];
const PREVIEW_COLUMNS = 12;

/** The value of a finding, whether it comes bare or with its evidence. @param {any} found */
const bare = (found) => (found && typeof found === "object" && "value" in found ? found.value : found);

class OpenedFile extends LitElement {
  static properties = { opened: { attribute: false } };

  constructor() {
    super();
    /** @type {any} */
    this.opened = null;
  }

  /** @override */
  createRenderRoot() { return this; }

  /** @override */
  render() {
    const { id, name, file, summary, busy, failure } = this.opened;
    return html`<article class="card file" aria-label=${name}>
      <div class="row spread">
        <div class="file-name"><strong>${name}</strong> <span class="soft">${summary ? t("data.shape", { rows: whole(summary.rows), columns: whole(summary.columns.length), size: bytes(file.size) }) : bytes(file.size)}</span></div>
        <button type="button" class="small quiet" aria-label=${t("action.remove_named", { name })} @click=${() => remove(id)}>${t("action.remove")}</button>
      </div>
      ${busy ? html`<div role="status" class="soft">${t("data.reading", { share: percent(busy.total ? busy.done / busy.total : 0) })}<progress max="1" value=${busy.total ? busy.done / busy.total : 0} aria-label=${t("data.reading_label", { name })}></progress></div>` : nothing}
      ${failure ? this.failure(failure) : nothing}
      ${summary ? html`
        <p class="recognised">${this.recognised(summary)}</p>
        ${(summary.notes ?? []).filter((/** @type {any} */ note) => known(`note.${note.code}`)).slice(0, 6).map((/** @type {any} */ note) => html`<p class="note">${sentence(note)} <span class="soft">${place(note)}</span></p>`)}
        ${summary.genes_by_samples && !this.opened.options.transpose ? html`<p class="note ask">${t("data.genes_by_samples")} <button type="button" class="small" @click=${() => reread(id, { transpose: true })}>${t("data.transpose")}</button></p>` : nothing}
        <details><summary>${t("data.preview_and_options")}</summary>${this.options(summary)}${this.preview(summary)}</details>` : failure ? html`<details open><summary>${t("data.options")}</summary>${this.options(null)}</details>` : nothing}
    </article>`;
  }

  /** @param {any} failure */
  failure(failure) {
    const { what, hint, where } = explain(failure);
    return html`<div class="alert bad" role="alert"><div><strong>${what}</strong> ${hint}${where ? html`<br><span class="soft">${where}</span>` : nothing}${this.opened.summary ? html`<br>${t("data.earlier_kept")}` : nothing}</div></div>`;
  }

  /** @param {any} summary */
  recognised({ format, sheets }) {
    const sure = (/** @type {any} */ found, /** @type {boolean} */ plain) => (found && typeof found === "object" ? found.sure : plain);
    /** @type {[string, boolean][]} */
    const parts = [];
    const encoding = bare(format.encoding);
    if (encoding) parts.push([t(`encoding.${encoding}`), sure(format.encoding, format.encoding_sure !== false)]);
    const delimiter = bare(format.delimiter);
    if (delimiter) parts.push([t(`delimiter.${delimiter}`), sure(format.delimiter, true)]);
    const decimal = bare(format.decimal);
    if (decimal) parts.push([t("data.decimal_is", { mark: decimal }), sure(format.decimal, true)]);
    parts.push([t(bare(format.header) ? "data.header_yes" : "data.header_no"), sure(format.header, true)]);
    if (format.gz) parts.push([t("data.gzip"), true]);
    if (format.sheet && sheets?.length) parts.push([t("data.sheet_is", { sheet: format.sheet }), sheets.length === 1]);
    return parts.map(([text, certain]) => html`<span class="chip ${certain ? "" : "guess"}">${text}${certain ? nothing : html` <em>${t("data.guess")}</em>`}</span>`);
  }

  /** @param {any} summary null where the file could not be read */
  options(summary) {
    const { id, options } = this.opened;
    const format = summary?.format ?? {};
    const choice = (/** @type {string} */ name, /** @type {string[]} */ values, /** @type {(value: string) => string} */ words, /** @type {any} */ now, /** @type {(value: string) => any} */ parse = (value) => value) => html`
      <label class="stack">${t(`data.option.${name}`)}<select @change=${(/** @type {globalThis.Event} */ event) => reread(id, { [name]: valueOf(event) === "" ? undefined : parse(valueOf(event)) })}>
        <option value="" ?selected=${options[name] === undefined}>${t("data.option.found", { found: now === null || now === undefined ? t("data.option.unknown") : words(String(now)) })}</option>
        ${values.map((value) => html`<option value=${value} ?selected=${String(options[name]) === value}>${words(value)}</option>`)}</select></label>`;
    const yesNo = (/** @type {string} */ value) => t(value === "true" ? "table.yes" : "table.no");
    const text = format.container !== "workbook" && !(summary?.sheets?.length);
    return html`<div class="options">
      ${text ? html`${choice("encoding", ENCODINGS, (value) => t(`encoding.${value}`), bare(format.encoding))}
        ${choice("delimiter", DELIMITERS, (value) => t(`delimiter.${value}`), bare(format.delimiter))}
        ${choice("quote", ["true", "false"], yesNo, bare(format.quote), (value) => value === "true")}
        ${choice("decimal", [".", ","], (value) => value, bare(format.decimal))}` : nothing}
      ${choice("header", ["true", "false"], yesNo, bare(format.header), (value) => value === "true")}
      ${summary?.sheets?.length ? choice("sheet", summary.sheets, (value) => value, format.sheet) : nothing}
      <label class="tick"><input type="checkbox" .checked=${Boolean(options.transpose)} @change=${() => reread(id, { transpose: !options.transpose })}>${t("data.option.transpose")}</label>
      <label class="tick"><input type="checkbox" .checked=${Boolean(options.pad_short_rows)} @change=${() => reread(id, { pad_short_rows: !options.pad_short_rows })}>${t("data.option.pad_short_rows")}</label>
      <label class="stack wide">${t("data.option.extra_missing")}<input type="text" .value=${(options.extra_missing ?? []).join(", ")} @change=${(/** @type {globalThis.Event} */ event) => reread(id, { extra_missing: valueOf(event).split(",").map((mark) => mark.trim()).filter(Boolean) })}></label>
    </div>`;
  }

  /** @param {any} summary */
  preview({ preview, columns }) {
    if (!preview?.length) return nothing;
    const names = columns.slice(0, PREVIEW_COLUMNS).map((/** @type {any} */ column) => column.name);
    const rows = preview.slice(0, 8).map((/** @type {string[]} */ row) => row.slice(0, PREVIEW_COLUMNS));
    return html`${dataTable({ columns: names, rows }, t("data.preview", { name: this.opened.name }), true)}
      ${columns.length > PREVIEW_COLUMNS ? html`<p class="soft">${t("data.preview_more", { n: whole(columns.length - PREVIEW_COLUMNS) })}</p>` : nothing}`;
  }
}
customElements.define("ag-file", OpenedFile);
