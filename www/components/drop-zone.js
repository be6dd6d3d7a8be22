// A place for one side's files: drop, choose, or paste a table from a spreadsheet.

import { html, nothing } from "lit";
import { readable, state } from "../store.js";
import { addFiles, dropSourceModel } from "../study.js";
import { t } from "../words.js";
import { Base } from "./base.js";
import "./opened-file.js";

const ACCEPT = ".csv,.tsv,.txt,.tab,.dat,.gz,.mtx,.xlsx,.xlsm,.xls,.ods";

class DropZone extends Base {
  static properties = { side: {}, over: { state: true }, pasting: { state: true } };

  constructor() {
    super();
    /** @type {"source" | "target"} */
    this.side = "source";
    this.over = false;
    this.pasting = false;
  }

  /** @param {Iterable<File>} files */
  take(files) { addFiles(this.side, files); }

  /** @param {DragEvent} event */
  drop(event) {
    event.preventDefault();
    this.over = false;
    if (event.dataTransfer?.files.length) this.take(event.dataTransfer.files);
  }

  /** @param {string} text */
  paste(text) {
    if (!text.trim()) return;
    this.pasting = false;
    this.take([new File([text], t("data.pasted_name", { side: t(`side.${this.side}`) }), { type: "text/plain" })]);
  }

  /** @override */
  render() {
    const { side } = this;
    const opened = state.opened.filter((one) => one.side === side);
    const ready = Boolean(state.engine);
    const choose = (/** @type {string} */ accept, /** @type {string} */ label, /** @type {string} */ style, many = true) => html`
      <label class="button ${style} ${ready ? "" : "disabled"}"><input type="file" class="visually-hidden" accept=${accept} ?multiple=${many} ?disabled=${!ready}
        @change=${(/** @type {globalThis.Event} */ event) => { const input = /** @type {HTMLInputElement} */ (event.target); this.take([...(input.files ?? [])]); input.value = ""; }}><span>${label}</span></label>`;
    return html`<section class="zone ${side}" aria-labelledby="zone-${side}">
      <h2 id="zone-${side}"><span class="swatch" aria-hidden="true"></span>${t(`side.${side}`)}</h2>
      <p class="soft">${t(`data.${side}.explain`)}</p>
      ${opened.map((one) => html`<ag-file .opened=${one}></ag-file>`)}
      ${state.sourceModel && side === "source" ? html`<div class="card"><div class="row spread"><strong>${state.sourceModel.name}</strong>
        <button type="button" class="small quiet" @click=${dropSourceModel}>${t("action.remove")}</button></div><p class="soft">${t("data.model_as_source")}</p></div>` : nothing}
      <div class="drop ${this.over ? "over" : ""} ${opened.length ? "compact" : ""}"
        @dragover=${(/** @type {DragEvent} */ event) => { event.preventDefault(); this.over = ready; }} @dragleave=${() => { this.over = false; }} @drop=${this.drop}
        @paste=${(/** @type {ClipboardEvent} */ event) => { const files = event.clipboardData?.files; if (files?.length) this.take(files); else this.paste(event.clipboardData?.getData("text") ?? ""); }}>
        <p class="drop-words">${t(opened.length ? `data.${side}.more` : `data.${side}.drop`)}</p>
        <div class="row center">${choose(ACCEPT, t("data.choose_many"), opened.length ? "" : "primary")}
          <button type="button" class="quiet" ?disabled=${!ready} aria-expanded=${this.pasting} @click=${() => { this.pasting = !this.pasting; }}>${t("data.paste")}</button>
          ${side === "source" && !opened.length ? choose(".safetensors", t("data.choose_model"), "quiet", false) : nothing}</div>
        ${this.pasting ? html`<label class="stack">${t("data.paste_here")}<textarea rows="5" spellcheck="false"></textarea></label>
          <button type="button" @click=${() => this.paste(this.querySelector("textarea")?.value ?? "")}>${t("data.paste_use")}</button>` : nothing}
        ${opened.length ? nothing : html`<p class="soft fine">${t("data.formats")}</p>`}
      </div>
      ${side === "source" && readable("source").length > 1 ? html`<p class="soft">${t("data.several", { n: readable("source").length })}</p>` : nothing}
    </section>`;
  }
}
customElements.define("ag-drop", DropZone);
