// What a linear model of the source says of the shift: what moved, how common the classes are, whether anything carries over.

import { html, nothing } from "lit";
import { parts, partsTable } from "../charts/parts.js";
import { fixed, percent, pValue, signed, whole } from "../format.js";
import { t } from "../words.js";
import { figure } from "./figure.js";
import { dataTable } from "./table.js";

/** @typedef {import("../protocol.js").ByModel} ByModel */

/** Under so many effective rows the engine does not answer. */
const LEAST_ESS = 30;

const points = (/** @type {number} */ share) => signed(100 * share, 0);

/** @param {ByModel["moved"]} moved @param {ByModel["loss"]} loss */
function decomposition(moved, loss) {
  if (!moved) return html`<p>${t("moved.none")}</p>`;
  const rows = [
    { name: t("moved.part.y_given_x"), ...moved.y_given_x, main: true },
    { name: t("moved.part.x_out"), ...moved.x_out, main: false },
    { name: t("moved.part.x_in"), ...moved.x_in, main: false },
    { name: t("moved.part.total"), ...moved.total, main: false },
  ];
  const [source, target] = [moved.source_health, moved.target_health];
  const least = Math.min(source?.ess ?? 0, target?.ess ?? 0);
  const facts = { ess: whole(least), least: whole(LEAST_ESS), shared: percent(moved.shared) };
  return html`<p class="big">${t(`moved.answer.${moved.moved}`)}${moved.because ? html` ${t(`moved.because.${moved.because}`, facts)}` : nothing}</p>
    <p>${t(`moved.advice.${moved.moved}`)}</p>
    <p>${t("moved.total", { source: fixed(moved.source), target: fixed(moved.target), loss: t(`moved.loss.${loss}`) })}</p>
    ${figure({ name: "moved", heading: "", chart: parts, table: partsTable, data: { rows } })}
    <p>${t("moved.overlap", { ...facts, source: whole(source?.ess), source_rows: whole(source?.rows), target: whole(target?.ess), target_rows: whole(target?.rows) })}</p>
    <p class="soft">${t("moved.note")}</p>`;
}

/** @param {ByModel["priors"]} priors */
function shares(priors) {
  if (!priors) return nothing;
  const { bbse, saerens, observed, gap } = priors;
  const known = bbse ?? saerens;
  const estimate = (/** @type {NonNullable<typeof bbse>["priors"] | undefined} */ of) => of?.map(({ target, low, high }) => `${percent(target)} (${t("number.interval", { low: percent(low), high: percent(high) })})`);
  const missing = priors.classes.map(() => "–");
  const table = {
    columns: [t("priors.from"), ...priors.classes],
    rows: [
      ...(known ? [[t("priors.source"), ...known.priors.map(({ source }) => percent(source))]] : []),
      ...(observed.length ? [[t("priors.observed"), ...observed.map(({ share, low, high }) => `${percent(share)} (${t("number.interval", { low: percent(low), high: percent(high) })})`)]] : []),
      [t("priors.bbse"), ...(estimate(bbse?.priors) ?? [t("priors.untold"), ...missing.slice(1)])],
      [t("priors.saerens"), ...(estimate(saerens?.priors) ?? missing)],
    ],
  };
  const apart = gap && (gap[1] > 0 || gap[2] < 0);
  return html`<section class="card" aria-labelledby="priors"><h2 id="priors">${t("priors.title")}</h2>
    ${gap ? html`<p>${t(apart ? "priors.disagree" : "priors.agree", { low: points(gap[1]), high: points(gap[2]) })}</p>` : nothing}
    ${observed.length ? nothing : html`<p>${t("priors.only")}</p>`}
    ${dataTable(table, t("priors.title"), { headed: true })}
    ${saerens ? html`<p>${t("priors.test", { p: pValue(saerens.p) })}</p>` : nothing}
    <p class="soft">${t("priors.note", { rows: whole(priors.rows) })}</p></section>`;
}

/** @param {ByModel["worth"]} worth */
function carries(worth) {
  if (!worth?.scores.length) return nothing;
  const above = worth.scores.filter(({ p }) => p < 0.05).length;
  const table = {
    columns: [t("worth.measure"), t("together.value"), t("worth.by_chance"), t("worth.chance_high"), t("table.p")],
    rows: worth.scores.map((one) => [t(`worth.${one.kind}`), fixed(one.value), fixed(one.by_chance), fixed(one.chance_high), pValue(one.p)]),
  };
  return html`<section class="card" aria-labelledby="worth"><h2 id="worth">${t("worth.title")}</h2>
    <p>${t(above === worth.scores.length ? "worth.yes" : above ? "worth.some" : "worth.no")}</p>
    ${dataTable(table, t("worth.title"), { headed: true })}
    <p class="soft">${t("worth.note", { rows: whole(worth.rows), deals: whole(worth.deals) })}</p></section>`;
}

/** @param {ByModel | null | undefined} found */
export function movedView(found) {
  return html`<section class="card" aria-labelledby="moved"><h2 id="moved">${t("moved.title")}</h2>${decomposition(found?.moved ?? null, found?.loss ?? "brier")}</section>
    ${shares(found?.priors ?? null)}${carries(found?.worth ?? null)}`;
}

/** The classifier of trees, in a sentence. @param {import("../protocol.js").Domain} domain */
export const boosted = ({ boosted: found }) => (found ? html`<p>${t("shift.boosted", { auc: fixed(found.auroc, 2), low: fixed(found.low, 2), high: fixed(found.high, 2), p: pValue(found.p) })}</p>` : nothing);

/** Features that are missing more or less often on one side. @param {import("../protocol.js").FeatureShift[]} features */
export function missingMoved(features) {
  const moved = features.filter(({ missing }) => missing && missing.q < 0.05);
  if (!moved.length) return nothing;
  const told = moved.slice(0, 10).map(({ name, source_missing, target_missing }) => `${name} (${percent(source_missing)} → ${percent(target_missing)})`);
  return html`<p>${t("shift.missing", { features: told.join(t("list.separator")) + (moved.length > 10 ? " …" : "") })}</p>`;
}
