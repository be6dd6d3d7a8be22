// Data: two tables in, what was recognised, what looks wrong, what is to be predicted, how they line up.

import { html, nothing } from "lit";
import { value, whole } from "../format.js";
import { askForExample } from "../examples.js";
import { head, onward } from "../navigate.js";
import { awaited } from "../molecules.js";
import { plan, state } from "../store.js";
import { setLabel } from "../study.js";
import { codeOf, explain, t } from "../words.js";
import { Base } from "./base.js";
import { missingView } from "./before.js";
import { findings } from "./findings.js";
import "./columns.js";
import "./drop-zone.js";
import "./mapping.js";
import "./molecules.js";
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
      ${state.dataFailure && !awaited() ? this.problem() : nothing}
      <ag-molecules></ag-molecules>
      <ag-questions></ag-questions>
      ${findings([...(state.suggestion?.notes ?? []), ...(state.lined?.notes ?? []), ...(state.prepared?.findings ?? [])], t("findings.title"))}
      <ag-outcome></ag-outcome>
      ${state.prepared && !state.dataFailure ? html`${this.counts(state.prepared)}${missingView(state.prepared.missing)}` : nothing}
      <ag-columns></ag-columns>
      <ag-mapping></ag-mapping>
      ${onward("shift")}`;
  }

  problem() {
    const { what, hint, where } = explain(state.dataFailure);
    return html`<div class="alert bad" role="alert"><div><strong>${what}</strong> ${hint} ${where ? html`<br><span class="soft">${where}</span>` : nothing}</div>
      ${codeOf(state.dataFailure) === "survival_label" && state.plan ? html`<button type="button" class="small" @click=${() => setLabel({ ...plan().preparation.label, accept_fixed_horizon: true })}>${t("outcome.fixed_horizon")}</button>` : nothing}</div>`;
  }

  /** @param {import("../page.js").Prepared} prepared */
  counts({ data, verdict_possible: possible }) {
    const event = data.classes.indexOf(data.event ?? "");
    const counts = (/** @type {import("../protocol.js").Size} */ cohort) => (event >= 0 && cohort.classes.length ? t("counts.classes", { rows: whole(cohort.rows), labelled: whole(cohort.labelled), events: whole(cohort.classes[event]) })
      : cohort.classes.length ? t("counts.several", { rows: whole(cohort.rows), classes: data.classes.map((name, at) => `${name}: ${whole(cohort.classes[at])}`).join(", ") })
        : cohort.mean_sd ? t("counts.values", { rows: whole(cohort.rows), labelled: whole(cohort.labelled), mean: value(cohort.mean_sd[0]), sd: value(cohort.mean_sd[1]) }) : t("counts.none", { rows: whole(cohort.rows) }));
    const side = (/** @type {import("../protocol.js").Size} */ cohort, part = "") => html`<li><strong>${cohort.domain}</strong> ${part ? html`<span class="chip">${t(`counts.part.${part}`)}</span> ` : nothing}<span class="soft">${counts(cohort)}</span></li>`;
    return html`<section class="card" aria-labelledby="counts"><h2 id="counts">${t("counts.title")}</h2>
      <div class="two"><div><h3><span class="swatch source" aria-hidden="true"></span>${t("side.source")}</h3><ul class="plain">${data.sources.length ? data.sources.map((one) => side(one)) : t("data.model_as_source")}</ul></div>
      <div><h3><span class="swatch target" aria-hidden="true"></span>${t("side.target")}</h3><ul class="plain">${side(data.target, data.test ? "train" : "")}${data.test ? side(data.test, "test") : nothing}${data.unlabelled ? html`<li class="soft">${t("counts.unlabelled", { n: whole(data.unlabelled) })}</li>` : nothing}</ul></div></div>
      <p>${t("counts.features", { n: whole(data.features) })}</p>
      ${possible ? nothing : html`<p class="note">${t("counts.no_verdict")}</p>`}${onward("shift")}</section>`;
  }

  examples() {
    if (!state.examples.length) return nothing;
    return html`<section aria-labelledby="examples"><h2 id="examples">${t("examples.title")}</h2><p class="soft">${t("examples.explain")}</p>
      <ul class="plain examples">${state.examples.map(({ id }) => html`<li><button type="button" class="example" @click=${() => askForExample(id)}><strong>${t(`example.${id}.name`)}</strong><span class="soft">${t(`example.${id}.about`)}</span></button></li>`)}</ul></section>`;
  }
}
customElements.define("ag-data", Data);
