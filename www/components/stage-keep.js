// Keep: what goes home, what comes back, and new patients for a model that was kept.

import { html, nothing } from "lit";
import { downloadRun, finalModels, predictionsTable, scoresTable, readRun } from "../keep.js";
import { desk } from "../workers.js";
import { head } from "../navigate.js";
import { reportPage } from "../report-file.js";
import { startRun } from "../run.js";
import { download, downloadCsv, downloadJson, fileName } from "../save.js";
import { change, engine, readable, state } from "../store.js";
import { takePlan } from "../study.js";
import { explain, t } from "../words.js";
import { Base } from "./base.js";
import { paperView } from "./paper-view.js";
import { dataTable } from "./table.js";

/** @param {string} label @param {string} accept @param {(file: File) => void} use */
const choose = (label, accept, use, disabled = false) => html`<label class="button ${disabled ? "disabled" : ""}"><input type="file" class="visually-hidden" accept=${accept} ?disabled=${disabled} @change=${(/** @type {globalThis.Event} */ event) => {
  const input = /** @type {HTMLInputElement} */ (event.target);
  if (input.files?.[0]) use(input.files[0]);
  input.value = "";
}}><span>${label}</span></label>`;

/** @param {string} key @param {boolean} can @param {() => void} click @param {boolean} [first] what most came for */
const item = (key, can, click, first = false) => html`<li class="keep-item"><div><strong>${t(`keep.${key}`)}</strong><span class="soft">${t(can ? `keep.${key}.about` : `keep.${key}.why_not`)}</span></div><button type="button" class=${first && can ? "primary" : ""} ?disabled=${!can} aria-label=${t("keep.save_named", { name: t(`keep.${key}`) })} @click=${click}>${t("keep.save")}</button></li>`;

class Keep extends Base {
  /** @override */
  render() {
    const { report, plan, run } = state;
    const models = finalModels();
    const predictions = report?.forward?.predictions;
    const kept = () => change({ saved: true });
    return html`${head("keep")}
      <section class="card" aria-labelledby="keep-take"><h2 id="keep-take">${t("keep.take")}</h2><ul class="plain">
        ${item("report", Boolean(report), () => { if (report) this.saveReport(report); }, true)}
        ${item("facts", Boolean(report), () => { downloadJson(fileName("report", "json"), report); kept(); })}
        ${item("manifest", Boolean(report), () => { if (report) this.saveManifest(report); })}
        ${item("predictions", Boolean(predictions?.id.length), () => { if (predictions) downloadCsv(fileName("predictions", "csv"), predictionsTable(predictions)); kept(); })}
        ${item("plan", Boolean(plan), () => downloadJson(fileName("plan", "json"), plan))}
        ${item("run_file", Boolean(run?.jobs.some((job) => job.status === "done")), downloadRun)}
        ${models.length ? models.map(({ unit, bytes }) => html`<li class="keep-item"><div><strong>${t(unit.type === "pretrain" ? "keep.pretrained" : "keep.model", { method: t(`method.${run?.methods[unit.method]}.name`) })}</strong><span class="soft">${t(unit.type === "pretrain" ? "keep.pretrained.about" : "keep.model.about")}</span></div>
          <button type="button" @click=${() => this.saveModel(unit, bytes)}>${t("keep.save")}</button></li>`) : item("models", false, () => {})}
      </ul></section>
      <section class="card" aria-labelledby="keep-back"><h2 id="keep-back">${t("keep.back")}</h2><p class="soft">${t("keep.back.about")}</p>
        <div class="row">${choose(t("keep.open_plan"), ".json", (file) => this.openPlan(file), !state.engine)}${choose(t("keep.open_run"), ".autograft-run", (file) => this.openRun(file), !state.engine)}</div>
        ${state.savedPlan ? html`<p class="note">${t("keep.plan_waits", { files: [...state.savedPlan.sources, ...state.savedPlan.targets].map((one) => one.name).join(", ") })}</p>` : nothing}</section>
      ${report?.paper ? html`<h2 id="keep-paper">${t("paper.title_of")}</h2>${paperView(report)}` : nothing}
      ${this.scoring()}`;
  }

  /** @param {import("../page.js").Report} report */
  async saveManifest(report) {
    try {
      const { text } = await desk({ type: "manifest", report, made: new Date().toISOString() });
      download(fileName("manifest", "json"), [text], "application/json");
      change({ saved: true });
    } catch (failure) {
      change({ notice: { failure } });
    }
  }

  /** @param {import("../page.js").Report} report */
  async saveReport(report) {
    download(fileName("report", "html"), [await reportPage(report)], "text/html");
    change({ saved: true });
  }

  /** The model inside an outcome, as a file of its own. @param {ReturnType<typeof finalModels>[number]["unit"]} unit @param {ArrayBuffer} bytes */
  async saveModel(unit, bytes) {
    try {
      const { buffers } = await desk({ type: "extract_model" }, { buffers: [bytes] });
      const kind = unit.type === "pretrain" ? `pretrained-seed${unit.seed + 1}` : "model";
      download(fileName(`${kind}-${state.run?.methods[unit.method]}`, "safetensors"), [buffers[0]], "application/octet-stream");
      change({ saved: true });
    } catch (failure) {
      change({ notice: { failure } });
    }
  }

  /** @param {File} file */
  async openPlan(file) {
    try {
      const { plan } = await desk({ type: "read_plan", text: await file.text() });
      await takePlan(/** @type {import("../page.js").Plan} */ (plan));
      change({ notice: { key: state.savedPlan ? "keep.plan_opened_waiting" : "keep.plan_opened", facts: { name: file.name } } });
    } catch (failure) {
      change({ notice: { failure } });
    }
  }

  /** @param {File} file */
  async openRun(file) {
    try {
      const { plan, jobs } = await readRun(file);
      await takePlan(plan);
      if (!readable("target").length) { change({ notice: { key: "keep.run_waits", facts: { name: file.name } } }); return; }
      if (state.prepared) { change({ stage: "run", run: null }); await startRun(jobs); }
    } catch (failure) {
      change({ notice: { failure } });
    }
  }

  scoring() {
    const { scoring } = state;
    const failure = scoring?.failure ? explain(scoring.failure) : null;
    const result = scoring?.result;
    return html`<section class="card" aria-labelledby="keep-score"><h2 id="keep-score">${t("score.title")}</h2><p class="soft">${t("score.about")}</p>
      <div class="row">${choose(scoring?.model ? t("score.model_is", { name: scoring.model.name }) : t("score.model"), ".safetensors", (file) => this.score({ model: file }), !state.engine)}
        ${choose(scoring?.table ? t("score.table_is", { name: scoring.table.name }) : t("score.table"), ".csv,.tsv,.txt,.gz,.xlsx", (file) => this.score({ table: file }), !state.engine)}</div>
      <div aria-live="polite">${failure ? html`<div class="alert bad"><div><strong>${failure.what}</strong> ${failure.hint} <span class="soft">${failure.where}</span></div></div>` : nothing}
      ${result ? html`${dataTable(result, t("score.result", { n: result.rows.length }))}<button type="button" @click=${() => downloadCsv(fileName("scores", "csv"), result)}>${t("score.save")}</button>` : nothing}</div></section>`;
  }

  /** @param {{ model?: File, table?: File }} patch */
  async score(patch) {
    const scoring = { ...state.scoring, ...patch, result: null, failure: null };
    change({ scoring });
    if (!scoring.model || !scoring.table) return;
    try {
      const { table } = scoring;
      const open = (/** @type {import("../protocol.js").ReadOptions} */ options) => engine().request({ type: "open", options, limit: null }, { files: [table], worker: "fresh" });
      const plain = await open({});
      // A model of prepared counts is asked about counts that are prepared alike; its own genes stay whatever varies here.
      const counts = state.opened.find((one) => one.side === "target")?.options.counts;
      const { buffers } = counts && plain.summary.counts ? await open({ counts: { ...counts, variable: null, min_cells: 0, keep: plain.summary.counts.keep } }) : plain;
      const { id, prediction } = await desk({ type: "predict" }, { buffers: [await scoring.model.arrayBuffer(), buffers[0]] });
      const result = scoresTable(id, prediction);
      change({ scoring: { ...scoring, result } });
    } catch (failure) {
      change({ scoring: { ...scoring, failure } });
    }
  }
}
customElements.define("ag-keep", Keep);
