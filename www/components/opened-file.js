// One opened file: what was recognised (and can be changed), its first rows, the questions that it raises.

import { html, nothing } from "lit";
import { bytes, percent, whole } from "../format.js";
import { remove, reread, stopReading } from "../study.js";
import { explain, known, place, sentence, t } from "../words.js";
import { valueOf, View } from "./base.js";
import { countsTick, countsView } from "./counts.js";
import { dataTable } from "./table.js";
import { windowsView } from "./windows.js";

const ENCODINGS = ["utf8", "utf16le", "utf16be", "gb18030", "windows1252", "windows1250", "windows1251", "big5", "shift_jis", "euc_kr"];
const DELIMITERS = ["comma", "semicolon", "tab", "pipe", "whitespace"];
const PREVIEW_COLUMNS = 12;

/** @typedef {import("../protocol.js").Summary} Summary */
/** @typedef {import("../protocol.js").ReadOptions} ReadOptions */

class OpenedFile extends View {
  static properties = { opened: { attribute: false } };

  constructor() {
    super();
    this.opened = /** @type {import("../page.js").Opened} */ (/** @type {unknown} */ (null));
  }

  /** @override */
  render() {
    const { id, name, file, summary, busy, failure } = this.opened;
    return html`<article class="card file" aria-label=${name}>
      <div class="row spread">
        <div class="file-name"><strong>${[name, ...(this.opened.parts ?? []).map((part) => part.name)].join(" + ")}</strong> <span class="soft">${summary ? t("data.shape", { rows: whole(summary.rows), columns: whole(summary.columns.length), size: bytes(file.size) }) : bytes(file.size)}</span></div>
        ${busy ? html`<button type="button" class="small quiet" aria-label=${t("data.stop_reading_named", { name })} @click=${() => stopReading(id)}>${t("data.stop_reading")}</button>`
          : html`<button type="button" class="small quiet" aria-label=${t("action.remove_named", { name })} @click=${() => remove(id)}>${t("action.remove")}</button>`}
      </div>
      ${busy ? html`<div role="status" class="soft">${t("data.reading", { share: percent(busy.total ? busy.done / busy.total : 0) })}<progress max="1" value=${busy.total ? busy.done / busy.total : 0} aria-label=${t("data.reading_label", { name })}></progress></div>` : nothing}
      ${failure ? this.failure(failure) : nothing}
      ${countsView(this.opened)}${windowsView(this.opened)}
      ${summary ? html`
        <p class="recognised">${this.recognised(summary)}</p>
        ${summary.notes.filter((note) => known(`note.${note.code}`)).slice(0, 6).map((note) => html`<p class="note">${sentence(note)} <span class="soft">${place(note)}</span></p>`)}
        ${summary.genes_by_samples && !this.opened.options.transpose ? html`<p class="note ask">${t("data.genes_by_samples")} <button type="button" class="small" @click=${() => reread(id, { transpose: true })}>${t("data.transpose")}</button></p>` : nothing}
        <details><summary>${t("data.preview_and_options")}</summary>${this.options(summary)}${this.preview(summary)}</details>` : failure ? html`<details open><summary>${t("data.options")}</summary>${this.options(null)}</details>` : nothing}
    </article>`;
  }

  /** @param {unknown} failure */
  failure(failure) {
    const { what, hint, where } = explain(failure);
    return html`<div class="alert bad" role="alert"><div><strong>${what}</strong> ${hint}${where ? html`<br><span class="soft">${where}</span>` : nothing}${this.opened.summary ? html`<br>${t("data.earlier_kept")}` : nothing}</div></div>`;
  }

  /** @param {Summary} summary */
  recognised({ format: { container, encoding, delimiter, decimal, header, gz, sheet }, sheets }) {
    /** @type {[string, boolean][]} */
    const parts = [];
    if (encoding) parts.push([t(`encoding.${encoding.value}`), encoding.sure]);
    if (delimiter) parts.push([t(`delimiter.${delimiter.value}`), delimiter.sure]);
    if (decimal) parts.push([t("data.decimal_is", { mark: decimal.value }), decimal.sure]);
    if (container === "matrix") parts.push([t("data.matrix"), true]);
    else parts.push([t(header.value ? "data.header_yes" : "data.header_no"), header.sure]);
    if (gz) parts.push([t("data.gzip"), true]);
    if (sheet && sheets.length) parts.push([t("data.sheet_is", { sheet }), sheets.length === 1]);
    return parts.map(([text, certain]) => html`<span class="chip ${certain ? "" : "guess"}">${text}${certain ? nothing : html` <em>${t("data.guess")}</em>`}</span>`);
  }

  /** @param {Summary | null} summary null where the file could not be read */
  options(summary) {
    const { id, options } = this.opened;
    const format = summary?.format;
    const choice = (/** @type {"encoding" | "delimiter" | "quote" | "decimal" | "header" | "sheet"} */ name, /** @type {string[]} */ values, /** @type {(value: string) => string} */ words, /** @type {unknown} */ now, /** @type {(value: string) => unknown} */ parse = (value) => value) => html`
      <label class="stack">${t(`data.option.${name}`)}<select @change=${(/** @type {globalThis.Event} */ event) => reread(id, { [name]: valueOf(event) === "" ? undefined : parse(valueOf(event)) })}>
        <option value="" ?selected=${options[name] === undefined}>${t("data.option.found", { found: now === null || now === undefined ? t("data.option.unknown") : words(String(now)) })}</option>
        ${values.map((value) => html`<option value=${value} ?selected=${String(options[name]) === value}>${words(value)}</option>`)}</select></label>`;
    const yesNo = (/** @type {string} */ value) => t(value === "true" ? "table.yes" : "table.no");
    const text = format?.container !== "workbook" && format?.container !== "matrix";
    return html`<div class="options">
      ${text ? html`${choice("encoding", ENCODINGS, (value) => t(`encoding.${value}`), format?.encoding?.value)}
        ${choice("delimiter", DELIMITERS, (value) => t(`delimiter.${value}`), format?.delimiter?.value)}
        ${choice("quote", ["true", "false"], yesNo, format?.quote?.value, (value) => value === "true")}
        ${choice("decimal", [".", ","], (value) => value, format?.decimal?.value)}` : nothing}
      ${format?.container === "matrix" ? nothing : choice("header", ["true", "false"], yesNo, format?.header.value, (value) => value === "true")}
      ${summary?.sheets.length ? choice("sheet", summary.sheets, (value) => value, format?.sheet) : nothing}
      <label class="tick"><input type="checkbox" .checked=${Boolean(options.transpose)} @change=${() => reread(id, { transpose: !options.transpose })}>${t("data.option.transpose")}</label>
      ${countsTick(this.opened)}
      <label class="tick"><input type="checkbox" .checked=${Boolean(options.pad_short_rows)} @change=${() => reread(id, { pad_short_rows: !options.pad_short_rows })}>${t("data.option.pad_short_rows")}</label>
      <label class="stack wide">${t("data.option.extra_missing")}<input type="text" .value=${(options.extra_missing ?? []).join(", ")} @change=${(/** @type {globalThis.Event} */ event) => reread(id, { extra_missing: valueOf(event).split(",").map((mark) => mark.trim()).filter(Boolean) })}></label>
    </div>`;
  }

  /** @param {Summary} summary */
  preview({ preview, columns }) {
    if (!preview.length) return nothing;
    const names = columns.slice(0, PREVIEW_COLUMNS).map((column) => column.name);
    const rows = preview.slice(0, 8).map((row) => row.slice(0, PREVIEW_COLUMNS));
    return html`${dataTable({ columns: names, rows }, t("data.preview", { name: this.opened.name }), { plain: true })}
      ${columns.length > PREVIEW_COLUMNS ? html`<p class="soft">${t("data.preview_more", { n: whole(columns.length - PREVIEW_COLUMNS) })}</p>` : nothing}`;
  }
}
customElements.define("ag-file", OpenedFile);
