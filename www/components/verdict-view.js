// The verdict, words first: for the stage and for the report.

import { html, LitElement, nothing } from "lit";
import { calibration, calibrationTable } from "../charts/calibration.js";
import { heatmap, heatmapTable } from "../charts/heatmap.js";
import { interval as intervalChart, intervalTable } from "../charts/interval.js";
import { learning, learningTable } from "../charts/learning.js";
import { pr, prTable } from "../charts/pr.js";
import { risks, risksTable } from "../charts/risks.js";
import { roc, rocTable } from "../charts/roc.js";
import { scatter, scatterTable } from "../charts/scatter.js";
import { downloadCsv } from "../save.js";
import { fixed, interval, signed, signedInterval, whole } from "../format.js";
import { known, t } from "../words.js";
import { figure } from "./figure.js";

/** Why it cannot be told, in words. @param {any} reason `code`, or `[code, facts]`, or `{code, facts}` */
function why(reason) {
  if (!reason) return "";
  const [code, facts] = Array.isArray(reason) ? reason : typeof reason === "string" ? [reason, {}] : [reason.code ?? reason.type, reason.facts ?? reason];
  return t(known(`verdict.reason.${code}`) ? `verdict.reason.${code}` : `verdict.reason.interval`, facts);
}

class VerdictView extends LitElement {
  static properties = { report: { attribute: false } };

  constructor() {
    super();
    /** @type {any} */
    this.report = null;
  }

  /** @override */
  createRenderRoot() { return this; }

  /** @override */
  render() {
    const { report } = this;
    if (!report?.contrast) return nothing;
    return html`${this.sentence()}${this.contrasts()}${this.metrics()}${this.curves()}${this.learning()}`;
  }

  sentence() {
    const { contrast: c, estimand, plan, ranks_better_calibrated_worse: worse } = this.report;
    const metric = t(`metric.${estimand.metric}`);
    const names = { transfer: t(`method.${plan.transfer.method}.name`), baseline: t(`method.${plan.baseline.method}.name`) };
    const type = c.verdict.type;
    return html`<section class="card verdict ${type}" aria-labelledby="verdict-sentence">
      <p class="verdict-word"><span class="mark" aria-hidden="true">${type === "helps" ? "▲" : type === "harms" ? "▼" : "?"}</span>${t(`verdict.${type}`)}</p>
      <p class="big" id="verdict-sentence">${t(`verdict.${type}.sentence`, { ...names, metric, estimate: fixed(Math.abs(c.estimate)) })}</p>
      <p class="numbers">${t("verdict.numbers", { metric, estimate: signed(c.estimate), interval: signedInterval(c.low, c.high), detectable: fixed(c.smallest_detectable) })}</p>
      ${type === "cannot_tell" ? html`<p>${why(c.verdict.reason)}</p>` : nothing}
      ${worse ? html`<p class="warning"><strong>${t("verdict.ranks_better")}</strong></p>` : nothing}
      <p class="soft">${t("verdict.estimand", { metric, n: whole(estimand.n_train), evaluated: whole(estimand.n_evaluated), events: whole(estimand.events) })}</p>
    </section>`;
  }

  contrasts() {
    const { contrast, secondary, plan, estimand } = this.report;
    const name = (/** @type {string} */ method) => t("verdict.versus", { a: t(`method.${plan.transfer.method}.name`), b: t(`method.${method}.name`) });
    const contrasts = [{ name: name(plan.baseline.method), primary: true, contrast },
      ...(secondary ?? []).map((/** @type {any} */ one) => ({ name: one.name && known(`contrast.${one.name}`) ? t(`contrast.${one.name}`, { method: t(`method.${one.method}.name`) }) : one.method ? name(one.method) : one.name, primary: false, contrast: one.contrast }))];
    return html`<section class="card">${figure({ name: "contrasts", heading: t("chart.interval.title"), note: contrasts.length > 1 ? t("chart.interval.secondary") : t("chart.interval.note"), chart: intervalChart, table: intervalTable, data: { contrasts, metric: estimand.metric } })}</section>`;
  }

  metrics() {
    const { methods, plan } = this.report;
    const names = [...new Set(methods.flatMap((/** @type {any} */ method) => method.metrics.map((/** @type {any} */ m) => m.metric)))];
    const of = (/** @type {any} */ method, /** @type {string} */ name) => method.metrics.find((/** @type {any} */ m) => m.metric === name);
    const csv = () => downloadCsv("autograft-metrics.csv", { columns: [t("table.method"), t("table.metric"), t("table.mean"), t("table.sd"), t("table.low"), t("table.high")], rows: methods.flatMap((/** @type {any} */ method) => method.metrics.map((/** @type {any} */ m) => [t(`method.${method.id}.name`), t(`metric.${m.metric}`), m.mean, m.sd, m.low, m.high])) });
    return html`<section class="card" aria-labelledby="metrics"><div class="row spread"><h2 id="metrics">${t("metrics.title")}</h2><button type="button" class="small quiet" @click=${csv}>CSV</button></div><p class="soft">${t("metrics.explain")}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("metrics.title")}><table class="metrics"><caption class="visually-hidden">${t("metrics.title")}</caption>
        <thead><tr><th scope="col">${t("table.method")}</th>${names.map((name) => html`<th scope="col" class="number">${t(`metric.${name}`)}${name === plan.metric ? html` <span class="chip transfer">${t("metrics.declared")}</span>` : nothing}<span class="better">${t(`metric.${name}.better`)}</span></th>`)}</tr></thead>
        <tbody>${methods.map((/** @type {any} */ method) => html`<tr class=${method.role}><th scope="row">${t(`method.${method.id}.name`)} ${method.role === "other" ? nothing : html`<span class="soft">${t(`method.role.${method.role}`)}</span>`}</th>
          ${names.map((name) => { const m = of(method, name); return html`<td class="number">${m ? html`${fixed(m.mean)}<span class="range">${interval(m.low, m.high)}</span>` : "–"}</td>`; })}</tr>`)}</tbody></table></div></section>`;
  }

  curves() {
    const { methods, estimand, plan } = this.report;
    const main = methods.filter((/** @type {any} */ method) => method.role !== "other");
    const has = (/** @type {string} */ name, from = methods) => from.filter((/** @type {any} */ method) => method[name]?.length);
    const prevalence = estimand.events && estimand.n_evaluated ? estimand.events / estimand.n_evaluated : null;
    const calibrated = main.filter((/** @type {any} */ method) => method.calibration?.points?.length);
    const risky = main.filter((/** @type {any} */ method) => method.risks?.bins?.length);
    const scattered = has("scatter", main);
    return html`<div class="two">
      ${has("roc").length ? html`<section class="card">${figure({ name: "roc", heading: t("chart.roc.title"), note: t("chart.roc.note"), chart: roc, table: rocTable, data: has("roc") })}</section>` : nothing}
      ${has("pr").length ? html`<section class="card">${figure({ name: "pr", heading: t("chart.pr.title"), note: t("chart.pr.note"), chart: pr, table: prTable, data: { methods: has("pr"), prevalence } })}</section>` : nothing}
      ${calibrated.length ? html`<section class="card">${figure({ name: "calibration", heading: t("chart.calibration.title"), note: t("chart.calibration.note"), chart: calibration, table: calibrationTable, data: calibrated })}
        ${calibrated.map((/** @type {any} */ { id, calibration: c }) => Number.isFinite(c.slope) ? html`<p class="soft fine">${t("calibration.slope", { method: t(`method.${id}.name`), slope: fixed(c.slope, 2), intercept: signed(c.intercept, 2) })}</p>` : nothing)}</section>` : nothing}
      ${risky.length ? html`<section class="card">${figure({ name: "risks", heading: t("chart.risks.title"), note: t("chart.risks.note"), chart: risks, table: risksTable, data: risky })}</section>` : nothing}
      ${scattered.map((/** @type {any} */ method) => html`<section class="card">${figure({ name: `predicted-${method.id}`, heading: t("chart.scatter.title", { method: t(`method.${method.id}.name`) }), chart: scatter, table: scatterTable, data: { method, unit: plan.label?.kind.unit ?? "" } })}</section>`)}
    </div>`;
  }

  learning() {
    const { learning: points, gain, estimand } = this.report;
    return html`${points?.length ? html`<section class="card">${figure({ name: "learning", heading: t("chart.learning.title"), note: t("chart.learning.note"), chart: learning, table: learningTable, data: { points, metric: estimand.metric } })}</section>` : nothing}
      ${gain?.length ? html`<section class="card">${figure({ name: "gain", heading: t("chart.heatmap.title"), note: t("chart.heatmap.note", { metric: t(`metric.${estimand.metric}`) }), chart: heatmap, table: heatmapTable, data: gain })}</section>` : nothing}`;
  }
}
customElements.define("ag-verdict-view", VerdictView);
