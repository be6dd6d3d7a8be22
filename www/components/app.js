// The whole page: header, rail of stages, the stage that is open, and what must be said wherever one is.

import { html, nothing } from "lit";
import { blocked, change, STAGES, state } from "../store.js";
import { go } from "../navigate.js";
import { explain, language, t } from "../words.js";
import { setLanguageInAddress, theme, turnTheme } from "../preferences.js";
import { Base } from "./base.js";
import { sealReason } from "./seal-panel.js";
import "./stage-data.js";
import "./stage-shift.js";
import "./stage-method.js";
import "./stage-run.js";
import "./stage-verdict.js";
import "./stage-why.js";
import "./stage-keep.js";

/** @type {Record<import("../store.js").Stage, () => unknown>} */
const STAGE = {
  data: () => html`<ag-data></ag-data>`, shift: () => html`<ag-shift></ag-shift>`, method: () => html`<ag-method></ag-method>`,
  run: () => html`<ag-run></ag-run>`, verdict: () => html`<ag-verdict></ag-verdict>`, why: () => html`<ag-why></ag-why>`, keep: () => html`<ag-keep></ag-keep>`,
};

class App extends Base {
  /** @override */
  render() {
    const { stage, seal, notice } = state;
    return html`
      <a class="skip" href="#stage" @click=${(/** @type {globalThis.Event} */ event) => { event.preventDefault(); /** @type {HTMLElement | null} */ (document.querySelector("#stage h1"))?.focus(); }}>${t("app.skip")}</a>
      <header class="top">
        <div class="brand"><span class="mark" aria-hidden="true"></span><span class="name">${t("app.name")}</span><span class="tag">${t("app.tagline")}</span></div>
        <div class="controls">
          <ag-seal></ag-seal>
          <button type="button" class="quiet" lang=${language() === "zh" ? "en" : "zh-CN"} @click=${() => setLanguageInAddress(language() === "zh" ? "en" : "zh")}>${t("app.other_language")}</button>
          <button type="button" class="quiet" aria-pressed=${theme() === "dark"} @click=${turnTheme}>${t("app.dark")}</button>
        </div>
      </header>
      <div class="frame">
        <nav class="rail" aria-label=${t("app.stages")}><ol>${STAGES.map((name, at) => this.step(name, at + 1))}</ol></nav>
        <main id="stage" data-stage=${stage}>
          ${seal && !seal.ok ? html`<div class="alert bad" role="alert"><strong>${t("seal.title.open")}</strong> ${sealReason(seal.reason)} ${t("seal.disabled")}</div>` : nothing}
          ${notice ? this.notice(notice) : nothing}
          ${STAGE[stage]()}
        </main>
      </div>`;
  }

  /** @param {import("../store.js").Stage} name @param {number} number */
  step(name, number) {
    const why = blocked(name);
    const id = `why-${name}`;
    return html`<li class=${why ? "blocked" : ""}>
      <button type="button" aria-current=${state.stage === name ? "step" : nothing} aria-disabled=${why ? "true" : "false"} aria-describedby=${why ? id : nothing} title=${why ? t(`stage.why.${why}`) : nothing} @click=${() => go(name)}>
        <span class="number" aria-hidden="true">${number}</span><span class="label">${t(`stage.${name}`)}</span>
      </button>${why ? html`<span id=${id} class="reason">${t(`stage.why.${why}`)}</span>` : nothing}</li>`;
  }

  /** @param {import("../page.js").Notice} notice */
  notice(notice) {
    const said = "failure" in notice ? explain(notice.failure) : { what: t(notice.key, notice.facts), hint: "", where: "" };
    return html`<div class="alert" role="status"><div><strong>${said.what}</strong> ${said.hint} ${said.where ? html`<span class="soft">${said.where}</span>` : nothing}</div>
      <button type="button" class="small quiet" @click=${() => change({ notice: null })}>${t("action.dismiss")}</button></div>`;
  }
}
customElements.define("ag-app", App);
