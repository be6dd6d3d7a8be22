// Which features the models rest on: for the stage and for the report.

import { html, nothing } from "lit";
import { importance, importanceTable } from "../charts/importance.js";
import { t } from "../words.js";
import { figure } from "./figure.js";

/** @param {any} report */
export const whyView = (report) => (report?.forward?.importance?.length ? html`<section class="card">${figure({
  name: "importance", heading: t("chart.importance.title"), note: t("chart.importance.note", { metric: t(`metric.${report.forward.estimand.metric}`), n: Math.min(20, report.forward.importance.length) }),
  chart: importance, table: importanceTable, data: report.forward.importance,
})}</section><p class="soft">${t("why.caution")}</p>` : nothing);
