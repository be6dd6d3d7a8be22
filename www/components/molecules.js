// Molecules: where a column of SMILES was seen, its fingerprints; and how compounds are divided. Nothing by itself.

import { html, nothing } from "lit";
import { value, whole } from "../format.js";
import { columnsOf, compute, divide, division, goBack, hasPrints, SCAFFOLD, stopComputing } from "../molecules.js";
import { askForMolecules } from "../packs.js";
import { download } from "../save.js";
import { readable, state } from "../store.js";
import { explain, t } from "../words.js";
import { Base, checkedOf, valueOf } from "./base.js";

const BITS = [512, 1024, 2048, 4096];
/** Rows without a molecule that are listed. */
const LISTED = 20;

/** @typedef {import("../page.js").Readable} Readable */

class Molecules extends Base {
  static properties = { bits: { state: true }, descriptors: { state: true } };

  constructor() {
    super();
    this.bits = 1024;
    this.descriptors = false;
  }

  /** @override */
  render() {
    const files = [...readable("source"), ...readable("target")];
    const { pack, failure } = state.molecules;
    const seen = files.filter((one) => one.compounds || (columnsOf(one).length && !hasPrints(one)));
    const open = state.opened.length === 0;
    if (!seen.length && !failure && !(open && state.engine) && !this.divided()) return nothing;
    return html`<section class="card" aria-labelledby="molecules"><h2 id="molecules">${t("molecules.title")}</h2>
      ${failure ? html`<p class="note">${t("molecules.not_loaded", { reason: failure })}</p>` : nothing}
      ${open ? html`<p>${t(pack ? "molecules.ready" : "molecules.start")}</p>` : nothing}
      ${seen.map((one) => this.file(one))}
      ${pack || !(open || seen.length) ? nothing : html`<p class="soft">${t("molecules.offer")}</p><div class="row"><button type="button" @click=${askForMolecules}>${t("molecules.open_again")}</button></div>`}
      ${this.divided() ? this.division() : nothing}</section>`;
  }

  /** @param {Readable} one */
  file(one) {
    const [column] = columnsOf(one);
    const { stop, done = 0, total = 0, failure, made } = one.compounds ?? {};
    if (made) return this.made(one, made);
    return html`<div class="stack"><p>${t("molecules.found", { column, file: one.name })}</p>
      ${failure ? html`<p class="alert bad" role="alert">${said(failure)}</p>` : nothing}
      ${stop ? html`<div role="status">${t("molecules.computing", { done: whole(done), total: whole(total) })}<progress max=${Math.max(1, total)} value=${done} aria-label=${t("molecules.compute")}></progress>
          <button type="button" class="small" @click=${() => stopComputing(one.id)}>${t("molecules.stop")}</button></div>`
        : state.molecules.pack ? html`<div class="row">
          <label class="row">${t("molecules.bits")} <select @change=${(/** @type {globalThis.Event} */ event) => { this.bits = Number(valueOf(event)); }}>${BITS.map((bits) => html`<option value=${bits} ?selected=${bits === this.bits}>${whole(bits)}</option>`)}</select></label>
          <label class="tick"><input type="checkbox" .checked=${this.descriptors} @change=${(/** @type {globalThis.Event} */ event) => { this.descriptors = checkedOf(event); }}>${t("molecules.descriptors")}</label>
          <button type="button" class="primary" @click=${() => compute(one.id, column, { bits: this.bits, descriptors: this.descriptors })}>${t("molecules.compute")}</button></div>` : nothing}</div>`;
  }

  /** @param {Readable} one @param {import("../page.js").Fingerprints} made */
  made(one, { file, done, left, bits, original }) {
    return html`<div class="stack"><p>${t("molecules.done", { done: whole(done), file: original.name, bits: whole(bits) })}</p>
      ${left.length ? html`<div class="note"><p>${t("molecules.left_out", { n: whole(left.length) })}</p>
        <ul>${left.slice(0, LISTED).map(({ row, smiles, why, said }) => html`<li>${t("molecules.left_out_row", { row: whole(row), smiles, why: t(`molecules.why.${why}`) })} ${said ? html`<span class="soft" lang="en">${said}</span>` : nothing}</li>`)}</ul>
        ${left.length > LISTED ? html`<p>${t("molecules.more_left_out", { n: whole(left.length - LISTED) })}</p>` : nothing}</div>` : nothing}
      <div class="row"><button type="button" @click=${() => download(file.name, [file], "text/csv")}>${t("molecules.download")}</button><span class="soft">${t("molecules.download_about")}</span>
        <button type="button" class="quiet" @click=${() => goBack(one.id)}>${t("molecules.back")}</button></div></div>`;
  }

  /** Whether the target's compounds can be divided by more than chance. */
  divided() {
    return Boolean(state.plan) && readable("target").some((one) => hasPrints(one) || one.summary.columns.some(({ name }) => name === SCAFFOLD));
  }

  division() {
    const now = division();
    const least = state.plan?.similarity ?? 0.6;
    const there = { random: true, scaffold: SCAFFOLD in state.roles.target, similarity: readable("target").some(hasPrints) };
    return html`<fieldset><legend>${t("molecules.split.title")}</legend><p class="soft">${t("molecules.split.about")}</p>
      ${state.prepared?.data.test ? html`<p class="note">${t("molecules.split.marked")}</p>` : nothing}
      ${/** @type {("random" | "scaffold" | "similarity")[]} */ (["random", "scaffold", "similarity"]).filter((how) => there[how]).map((how) => html`<label class="tick"><input type="radio" name="compounds" .checked=${how === now} @change=${() => divide(how, least)}><span><strong>${t(`molecules.split.${how}`)}</strong> <span class="soft">${t(`molecules.split.${how}.about`)}</span></span></label>`)}
      ${now === "similarity" ? html`<label class="row">${t("molecules.split.least")} <input type="number" min="0.1" max="1" step="0.05" .value=${value(least)} @change=${(/** @type {globalThis.Event} */ event) => { const field = /** @type {HTMLInputElement} */ (event.target); if (field.checkValidity() && field.value) divide("similarity", Number(field.value)); else field.reportValidity(); }}></label>` : nothing}</fieldset>`;
  }
}
customElements.define("ag-molecules", Molecules);

/** @param {unknown} failure */
function said(failure) {
  const { key } = /** @type {{ key?: string }} */ (failure);
  if (key) return t(key);
  const { what, hint } = explain(failure);
  return `${what} ${hint}`;
}
