// What the models rely on: for the stage and for the report. Words first, as with the verdict.

import { html, nothing } from "lit";
import { importance, importanceTable, MOST } from "../charts/importance.js";
import { t } from "../words.js";
import { explanationView, reliedOn } from "./explanation-view.js";
import { figure } from "./figure.js";
import { influenceView } from "./influence-view.js";
import "./patient-view.js";

/** As many as a sentence bears. */
const NAMED = 3;

/** Whether there is anything to show. @param {import("../page.js").Report | null} report */
export const explained = (report) => Boolean(report?.forward && (report.forward.importance.length || report.forward.explanation || report.forward.influence));

/** @param {import("../page.js").Report | null} report @param {boolean} [named] whether single patients are shown: in the page, never in a file */
export function whyView(report, named = false) {
  if (!report?.forward || !explained(report)) return nothing;
  const { importance: features, explanation, estimand } = report.forward;
  const metric = t(`metric.${estimand.metric}`);
  // Those whose loss is positive in every fold.
  const relied = [...features].sort((a, b) => b.transferred - a.transferred).filter(({ low }) => low > 0).slice(0, NAMED).map(({ feature }) => feature);
  const sentence = explanation ? reliedOn(explanation) : relied.length ? t("why.sentence", { features: relied.join(t("list.separator")) }) : t("why.nothing");
  return html`<section class="card sentence"><p class="big">${sentence}</p><p class="soft">${t("why.caution")}</p></section>
    ${explanation ? explanationView(explanation, report.shift) : nothing}
    ${explanation && named ? html`<ag-patient-view .explanation=${explanation}></ag-patient-view>` : nothing}
    ${influenceView(report.forward.influence, named)}
    ${features.length ? html`<section class="card">${figure({
      name: "importance", heading: t("chart.importance.title"),
      note: t("chart.importance.note", { metric }) + (features.length > MOST ? ` ${t("chart.importance.some", { n: MOST, all: features.length })}` : ""),
      chart: importance, table: importanceTable, data: { features, metric },
    })}</section>` : nothing}`;
}
