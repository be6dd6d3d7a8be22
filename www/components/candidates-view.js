// Rows by what was predicted, each with its distance from the rows that were learned from, and whether it lies outside.

import { html, nothing } from "lit";
import { distances, distancesTable } from "../charts/distances.js";
import { fixed, whole } from "../format.js";
import { downloadCsv } from "../save.js";
import { t } from "../words.js";
import { figure } from "./figure.js";
import { dataTable } from "./table.js";

/** @typedef {import("../protocol.js").Candidates} Candidates */

/** Rows that are shown; the file has all. */
const SHOWN = 25;

/** @param {Candidates["rows"][number]} row @param {number} at @param {boolean} named */
const cells = ({ id, score, distance, outside }, at, named) => [at + 1, ...(named ? [id] : []), fixed(score), fixed(distance), outside ? t("candidates.outside") : ""];

/** @param {Candidates | null | undefined} list */
export function candidatesView(list) {
  if (!list?.rows.length || !list.usual) return nothing;
  const { usual, rows } = list;
  // The file that is passed on has no names.
  const named = rows.some(({ id }) => id);
  const columns = [t("table.rank"), ...(named ? [t("table.row")] : []), t("table.predicted"), t("table.distance"), t("table.outside")];
  const facts = { method: t(`method.${list.method}.name`), all: whole(list.all), outside: whole(list.outside), threshold: fixed(usual.threshold) };
  const csv = () => downloadCsv("autograft-candidates.csv", { columns, rows: rows.map((row, at) => [at + 1, ...(named ? [row.id] : []), row.score, row.distance ?? "", row.outside ? 1 : 0]) });
  const sentence = html`<p>${t(list.unlabelled ? "candidates.unlabelled" : "candidates.judged", facts)}</p>
    <p class="soft">${t(`candidates.measure.${usual.measure}`, { neighbours: whole(usual.neighbours), compared: whole(usual.compared), training: whole(usual.training) })} ${t("candidates.about")}</p>`;
  const shown = html`${dataTable({ columns, rows: rows.slice(0, SHOWN).map((row, at) => cells(row, at, named)) }, t("candidates.first", { shown: whole(Math.min(SHOWN, rows.length)), all: whole(list.all) }), { plain: !named })}
    ${figure({ name: "distances", heading: t("chart.distances.title"), note: t("chart.distances.note"), chart: distances, table: distancesTable, data: list })}`;
  // Whoever has rows without an outcome asks for the list; of judged rows it is a click away.
  return html`<section class="card candidates" aria-label=${t("candidates.title")}><div class="row spread"><h2>${t("candidates.title")}</h2><button type="button" class="small quiet" @click=${csv}>CSV</button></div>
    ${sentence}${list.unlabelled ? shown : html`<details><summary>${t("figure.table")}</summary>${shown}</details>`}</section>`;
}
