// Data: two tables in, what was recognised, what looks wrong, what is to be predicted, how they line up.

import { html, nothing } from "lit";
import { whole } from "../format.js";
import { askForExample } from "../examples.js";
import { head, onward } from "../navigate.js";
import { state } from "../store.js";
import { explain, t } from "../words.js";
import { Base } from "./base.js";
import { findings } from "./findings.js";
import "./columns.js";
import "./drop-zone.js";
import "./mapping.js";
import "./outcome.js";
import "./questions.js";

class Data extends Base {
  /** @override */
  render() {
    const any = state.opened.length || state.sourceModel;
    return html`${head("data")}
      ${state.example ? html`<div class="alert"><div><strong>${t(`example.${state.example.id}.name`)}.</strong> ${t(`example.${state.example.id}.about`)}</div></div>` : nothing}
      <div class="zones"><ag-drop .side=${"source"}></ag-drop><ag-drop .side=${"target"}></ag-drop></div>
      ${any ? nothing : this.examples()}
      <div aria-live="polite" class="live">${state.working && ["suggest", "line_up", "prepare"].includes(state.working) ? html`<p class="soft working">${t(`working.${state.working}`)}</p>` : nothing}</div>
      ${state.dataFailure ? this.problem() : nothing}
      <ag-questions></ag-questions>
      <ag-outcome></ag-outcome>
      ${state.prepared && !state.dataFailure ? this.counts() : nothing}
      ${findings([...(state.suggestion?.notes ?? []), ...(state.prepared?.findings ?? [])], t("findings.title"))}
      <ag-columns></ag-columns>
      <ag-mapping></ag-mapping>
      ${any ? this.examples() : nothing}
      ${onward("shift")}`;
  }

  problem() {
    const { what, hint, where } = explain(state.dataFailure);
    return html`<div class="alert bad" role="alert"><div><strong>${what}</strong> ${hint} ${where ? html`<br><span class="soft">${where}</span>` : nothing}</div></div>`;
  }

  counts() {
    const { data } = state.prepared;
    const side = (/** @type {any} */ cohort, /** @type {string} */ name) => html`<li><strong>${cohort.domain ?? name}</strong> <span class="soft">${t(cohort.events === null || cohort.events === undefined ? "counts.values" : "counts.classes", { rows: whole(cohort.rows), labelled: whole(cohort.labelled), events: whole(cohort.events) })}</span></li>`;
    return html`<section class="card" aria-labelledby="counts"><h2 id="counts">${t("counts.title")}</h2>
      <div class="two"><div><h3><span class="swatch source" aria-hidden="true"></span>${t("side.source")}</h3><ul class="plain">${data.sources.map((/** @type {any} */ one) => side(one, t("side.source")))}</ul></div>
      <div><h3><span class="swatch target" aria-hidden="true"></span>${t("side.target")}</h3><ul class="plain">${side(data.target, t("side.target"))}</ul></div></div>
      <p>${t("counts.features", { n: whole(data.features?.length ?? data.features) })}</p>
      ${state.prepared.verdict_possible ? nothing : html`<p class="note">${t("counts.no_verdict")}</p>`}${onward("shift")}</section>`;
  }

  examples() {
    if (!state.examples.length) return nothing;
    return html`<section aria-labelledby="examples"><h2 id="examples">${t("examples.title")}</h2><p class="soft">${t("examples.explain")}</p>
      <ul class="plain examples">${state.examples.map(({ id }) => html`<li><button type="button" class="example" @click=${() => askForExample(id)}><strong>${t(`example.${id}.name`)}</strong><span class="soft">${t(`example.${id}.about`)}</span></button></li>`)}</ul></section>`;
  }
}
customElements.define("ag-data", Data);
