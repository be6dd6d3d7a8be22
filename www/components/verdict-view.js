// The verdict, words first: for the stage and for the report.

import { html, nothing } from "lit";
import { calibration, calibrationTable } from "../charts/calibration.js";
import { interval as intervalChart, intervalTable } from "../charts/interval.js";
import { learning, learningTable } from "../charts/learning.js";
import { pr, prTable } from "../charts/pr.js";
import { risks, risksTable } from "../charts/risks.js";
import { roc, rocTable } from "../charts/roc.js";
import { scatter, scatterTable } from "../charts/scatter.js";
import { downloadCsv } from "../save.js";
import { fixed, interval, signed, signedInterval, whole } from "../format.js";
import { t } from "../words.js";
import { View } from "./base.js";
import { agreementView } from "./agreement-view.js";
import { associationView } from "./association-view.js";
import { criticalView } from "./critical-view.js";
import { candidatesView } from "./candidates-view.js";
import { classesView } from "./classes-view.js";
import { evaluationView } from "./evaluation-view.js";
import { figure } from "./figure.js";
import { gainView } from "./gain-view.js";
import { glucoseView } from "./glucose-view.js";
import { mapView } from "./map-view.js";
import { modesView } from "./modes-view.js";
import { operatingView } from "./operating-view.js";
import { personsView } from "./persons-view.js";
import { roundsView } from "./rounds-view.js";
import { trainingsView } from "./trainings-view.js";
import { dividedView, internalView } from "./designs-view.js";
import { crossingSentence, subgroupsView } from "./subgroups-view.js";

/** The metrics that are read first; the others are a click away. */
const FIRST = ["auroc", "auprc", "brier", "log_loss", "calibration_slope", "accuracy", "rmse", "mae", "r2"];

/** @typedef {import("../protocol.js").Comparison} Comparison */
/** @typedef {import("../protocol.js").Report} Report */

/** Why it cannot be told, in words. @param {import("../protocol.js").Reason} reason */
const why = (reason) => t(`verdict.reason.${reason.kind}`, reason);

class VerdictView extends View {
  static properties = { report: { attribute: false }, every: { state: true } };

  constructor() {
    super();
    /** @type {Report | null} */
    this.report = null;
    this.every = false;
  }

  /** @override */
  render() {
    const { report } = this;
    if (!report?.forward) return html`${candidatesView(report?.candidates)}${report ? criticalView(report) : nothing}`;
    return html`${this.direction(report, report.forward)}${report.reverse ? html`<h2 class="reverse">${t("verdict.reverse")}</h2><p class="soft">${t("verdict.reverse.about")}</p>${this.direction(report, report.reverse, "reverse-")}` : nothing}${personsView(report.persons, report.forward.methods)}${gainView(report)}${candidatesView(report.candidates)}`;
  }

  /** @param {Report} report @param {Comparison} one @param {string} [prefix] of the files' names */
  direction(report, one, prefix = "") {
    return html`${this.sentence(report, one)}${glucoseView(one)}${modesView(one.modes, prefix)}${dividedView(one)}${this.contrasts(report, one, prefix)}${this.metrics(report, one, prefix)}${this.curves(report, one, prefix)}${agreementView(report, one, prefix)}${classesView(one)}${evaluationView(one, prefix)}${operatingView(one, prefix)}${subgroupsView(one, prefix)}${internalView(one)}${roundsView(one, prefix)}${trainingsView(one, prefix)}${mapView(one.maps)}${associationView(one, prefix)}${criticalView(one, prefix)}${this.learning(one, prefix)}`;
  }

  /** @param {Report} report @param {Comparison} one */
  sentence({ plan, data }, { contrast: c, estimand, ranks_better_calibrated_worse: worse }) {
    const metric = t(`metric.${estimand.metric}`);
    const names = { transfer: t(`method.${plan.transfer.method}.name`), baseline: t(`method.${plan.baseline.method}.name`) };
    const type = c.verdict.kind;
    const shown = Number.isFinite(c.low);
    return html`<section class="card verdict ${type}" aria-label=${t("stage.verdict")}>
      <p class="verdict-word"><span class="mark" aria-hidden="true">${type === "helps" ? "▲" : type === "harms" ? "▼" : "?"}</span>${t(`verdict.${type}`)}</p>
      <p class="big">${t(`verdict.${type}.sentence`, { ...names, metric, estimate: fixed(Math.abs(c.estimate)) })}</p>
      <p class="numbers">${t(shown ? "verdict.numbers" : "verdict.numbers_bare", { metric, estimate: signed(c.estimate), interval: signedInterval(c.low, c.high), detectable: fixed(c.smallest_detectable) })}</p>
      ${c.verdict.kind === "cannot_tell" ? html`<p>${why(c.verdict.reason)}</p>` : nothing}
      ${c.n_undefined ? html`<p class="note">${t("verdict.undefined", { n: whole(c.n_undefined), all: whole(c.n_undefined + c.n_folds) })}</p>` : nothing}
      ${worse ? html`<p class="warning"><strong>${t(`verdict.ranks_better.${worse}`)}</strong></p>` : nothing}
      <p class="soft">${t(estimand.events !== null ? "verdict.estimand" : "verdict.estimand_values", { metric, n: whole(estimand.n_train), evaluated: whole(estimand.n_evaluated), events: whole(estimand.events), event: data?.event ?? "" })}
        ${t(`verdict.design.${estimand.design}`, { folds: estimand.folds, repeats: estimand.repeats })}</p>
    </section>`;
  }

  /** @param {Report} report @param {Comparison} one @param {string} prefix */
  contrasts({ plan }, { contrast, secondary, estimand }, prefix) {
    const name = (/** @type {string} */ method, /** @type {string} */ metric) => t("verdict.versus", { a: t(`method.${method}.name`), b: t(`method.${plan.baseline.method}.name`) }) + (metric === estimand.metric ? "" : ` (${t(`metric.${metric}`)})`);
    const all = [{ name: name(plan.transfer.method, estimand.metric), primary: true, contrast },
      ...secondary.map((one) => ({ name: name(one.method, one.metric), primary: false, contrast: one.contrast }))];
    // One axis holds one metric; the other metrics' contrasts are in the table.
    const contrasts = all.filter(({ contrast: c }) => c.metric === estimand.metric && Number.isFinite(c.estimate));
    return html`<section class="card">${figure({ name: `${prefix}contrasts`, heading: t("chart.interval.title"), note: contrasts.length > 1 ? t("chart.interval.secondary") : t("chart.interval.note"), chart: intervalChart, table: intervalTable, data: { contrasts, all, metric: estimand.metric } })}</section>`;
  }

  /** @param {Report} report @param {Comparison} one @param {string} prefix */
  metrics({ plan }, { methods }, prefix) {
    const found = [...new Set(methods.flatMap((method) => method.metrics.map((m) => m.metric)))];
    const names = this.every ? found : found.filter((name) => FIRST.includes(name) || name === plan.metric);
    const of = (/** @type {Comparison["methods"][number]} */ method, /** @type {string} */ name) => method.metrics.find((m) => m.metric === name);
    const csv = () => downloadCsv(`autograft-${prefix}metrics.csv`, { columns: [t("table.method"), t("table.metric"), t("table.mean"), t("table.sd"), t("table.low"), t("table.high")], rows: methods.flatMap((method) => method.metrics.map((m) => [t(`method.${method.id}.name`), t(`metric.${m.metric}`), m.mean, m.sd, m.low, m.high])) });
    return html`<section class="card" aria-label=${t("metrics.title")}><div class="row spread"><h2>${t("metrics.title")}</h2><button type="button" class="small quiet" @click=${csv}>CSV</button></div><p class="soft">${t("metrics.explain")}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("metrics.title")}><table class="metrics"><caption class="visually-hidden">${t("metrics.title")}</caption>
        <thead><tr><th scope="col">${t("table.method")}</th>${names.map((name) => html`<th scope="col" class="number">${t(`metric.${name}`)}${name === plan.metric ? html` <span class="chip transfer">${t("metrics.declared")}</span>` : nothing}<span class="better">${t(`metric.${name}.better`)}</span></th>`)}</tr></thead>
        <tbody>${methods.map((method) => html`<tr class=${method.role}><th scope="row">${t(`method.${method.id}.name`)} ${method.role === "other" ? nothing : html`<span class="soft">${t(`method.role.${method.role}`)}</span>`}</th>
          ${names.map((name) => { const m = of(method, name); return html`<td class="number">${m ? html`${fixed(m.mean)}<span class="range">${Number.isFinite(m.low) ? interval(m.low, m.high) : "–"}</span>` : "–"}</td>`; })}</tr>`)}</tbody></table></div>
      ${found.length > names.length || this.every ? html`<button type="button" class="small quiet" @click=${() => { this.every = !this.every; }}>${t(this.every ? "metrics.fewer" : "metrics.every")}</button>` : nothing}</section>`;
  }

  /** @param {Report} report @param {Comparison} one @param {string} prefix */
  curves({ plan }, { methods, estimand, predictions, evaluation }, prefix) {
    const main = methods.filter((method) => method.role !== "other");
    const has = (/** @type {"roc" | "pr" | "calibration"} */ name, from = methods) => from.filter((method) => method[name].length);
    const prevalence = estimand.events && estimand.n_evaluated ? estimand.events / estimand.n_evaluated : null;
    const calibrated = has("calibration", main);
    const risky = main.flatMap(({ id, risks }) => (risks?.event.length ? [{ id, risks }] : []));
    const values = plan.preparation.label.kind.type === "values";
    const scattered = values && !evaluation?.methods.some(({ agreement }) => agreement) ? main.flatMap(({ id, role }) => {
      const predicted = predictions.methods[id];
      return predicted ? [{ id, role, scatter: predictions.truth.map((truth, at) => /** @type {[number, number]} */ ([Number(truth), predicted[at]])) }] : [];
    }) : [];
    const metric = (/** @type {Comparison["methods"][number]} */ method, /** @type {string} */ name) => method.metrics.find((m) => m.metric === name)?.mean;
    return html`<div class="two">
      ${has("roc").length ? html`<section class="card">${figure({ name: `${prefix}roc`, heading: t("chart.roc.title"), note: t("chart.roc.note"), chart: roc, table: rocTable, data: { methods: has("roc"), evaluation } })}</section>` : nothing}
      ${has("pr").length ? html`<section class="card">${figure({ name: `${prefix}pr`, heading: t("chart.pr.title"), note: t("chart.pr.note"), chart: pr, table: prTable, data: { methods: has("pr"), evaluation, prevalence } })}</section>` : nothing}
      ${calibrated.length ? html`<section class="card">${figure({ name: `${prefix}calibration`, heading: t("chart.calibration.title"), note: t("chart.calibration.note"), chart: calibration, table: calibrationTable, data: calibrated })}
        ${calibrated.map((method) => Number.isFinite(metric(method, "calibration_slope")) ? html`<p class="soft fine">${t("calibration.slope", { method: t(`method.${method.id}.name`), slope: fixed(metric(method, "calibration_slope"), 2), intercept: signed(metric(method, "calibration_in_the_large"), 2) })}</p>` : nothing)}</section>` : nothing}
      ${risky.length ? html`<section class="card">${figure({ name: `${prefix}risks`, heading: t("chart.risks.title"), note: t("chart.risks.note"), chart: risks, table: risksTable, data: risky })}</section>` : nothing}
      ${scattered.map((method) => html`<section class="card">${figure({ name: `${prefix}predicted-${method.id}`, heading: t("chart.scatter.title", { method: t(`method.${method.id}.name`) }), chart: scatter, table: scatterTable, data: { method, unit: plan.preparation.label.kind.type === "values" ? plan.preparation.label.kind.unit ?? "" : "" } })}</section>`)}
    </div>`;
  }

  /** @param {Comparison} one @param {string} prefix */
  learning(one, prefix) {
    const { learning: points, estimand } = one;
    return html`${points.length ? html`<section class="card">${figure({ name: `${prefix}learning`, heading: t("chart.learning.title"), note: t("chart.learning.note"), chart: learning, table: learningTable, data: { points, metric: estimand.metric } })}${crossingSentence(one)}</section>` : nothing}`;
  }
}
customElements.define("ag-verdict-view", VerdictView);
