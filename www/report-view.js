// A report from top to bottom, for the file that the page saves and for the one that the command writes.

import { html, nothing } from "lit";
import "./components/shift-view.js";
import "./components/verdict-view.js";
import { candidatesView } from "./components/candidates-view.js";
import { criticalView } from "./components/critical-view.js";
import { missingView, sampleSize } from "./components/before.js";
import { findings } from "./components/findings.js";
import { paperView } from "./components/paper-view.js";
import { explained, whyView } from "./components/why-view.js";
import { t } from "./words.js";

/** @param {import("./protocol.js").Report} report */
export const reportView = (report) => html`
  <p class="soft">${t("report.of", { source: report.plan.source_model || report.plan.sources.map(({ name }) => name).join(", "), target: report.plan.targets.map(({ name }) => name).join(", "), program: report.program })}</p>
  <h1>${t("stage.verdict.title")}</h1>
  ${report.forward ? html`<ag-verdict-view .report=${{ ...report }}></ag-verdict-view>` : html`<p>${t("stage.why.no_verdict")}</p>${candidatesView(report.candidates)}${criticalView(report)}`}
  ${explained(report) ? html`<h1>${t("stage.why.title")}</h1>${whyView(report)}` : nothing}
  ${report.shift ? html`<h1>${t("stage.shift.title")}</h1><ag-shift-view .shift=${{ ...report.shift }}></ag-shift-view>` : nothing}
  ${missingView(report.missing)}${sampleSize(report.sample_size)}
  ${findings(report.findings, t("findings.title"))}
  ${report.paper ? html`<h1 class="paper">${t("paper.title_of")}</h1>${paperView(report)}` : nothing}
  <details class="card"><summary>${t("report.plan")}</summary><pre tabindex="0">${JSON.stringify(report.plan, null, 1)}</pre></details>`;
