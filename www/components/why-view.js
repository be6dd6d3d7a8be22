// Which features the models rely on: for the stage and for the report. Words first, as with the verdict.

import { html, nothing } from "lit";
import { importance, importanceTable, MOST } from "../charts/importance.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** As many as a sentence bears. */
const NAMED = 3;

/** @param {import("../page.js").Report | null} report */
export function whyView(report) {
  const features = report?.forward?.importance;
  if (!report?.forward || !features?.length) return nothing;
  const metric = t(`metric.${report.forward.estimand.metric}`);
  // Those whose loss is positive in every fold.
  const relied = [...features].sort((a, b) => b.transferred - a.transferred).filter(({ low }) => low > 0).slice(0, NAMED).map(({ feature }) => feature);
  return html`<section class="card sentence"><p class="big">${relied.length ? t("why.sentence", { features: relied.join(t("list.separator")) }) : t("why.nothing")}</p><p class="soft">${t("why.caution")}</p></section>
    <section class="card">${figure({
      name: "importance", heading: t("chart.importance.title"),
      note: t("chart.importance.note", { metric }) + (features.length > MOST ? ` ${t("chart.importance.some", { n: MOST, all: features.length })}` : ""),
      chart: importance, table: importanceTable, data: { features, metric },
    })}</section>`;
}
