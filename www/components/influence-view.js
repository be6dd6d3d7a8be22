// Which source rows carry the most weight, by site and by the person's own names: for the stage and for the report.

import { html, nothing } from "lit";
import { fixed, percent, signed, whole } from "../format.js";
import { t } from "../words.js";

/** @typedef {import("../protocol.js").Influence} Influence */

/** Small numbers, as they are read. @param {number} x */
const small = (x) => (Math.abs(x) >= 0.01 || x === 0 ? signed(x, 3) : `${x > 0 ? "+" : "−"}${Math.abs(x).toExponential(1).replace("-", "−")}`);

/** @param {Influence | null | undefined} influence @param {boolean} named whether single rows are shown: in the page, never in a file */
export function influenceView(influence, named) {
  if (!influence) return nothing;
  const { measure, whose, sites } = influence;
  const weights = sites.some(({ weight }) => weight !== null);
  const many = sites.length > 1 || weights;
  const rows = (/** @type {"helping" | "harming"} */ name) => (influence[name].length ? html`<div><h3>${t(`influence.${name}`)}</h3><div class="scroll" tabindex="0" role="region" aria-label=${t(`influence.${name}`)}><table class="metrics"><caption class="visually-hidden">${t(`influence.${name}`)}</caption>
      <thead><tr><th scope="col">${t("influence.row")}</th><th scope="col">${t("influence.site")}</th><th scope="col">${t("table.observed")}</th><th scope="col" class="number">${t(`influence.value.${measure}`)}<span class="range">${t("influence.range")}</span></th></tr></thead>
      <tbody>${influence[name].map((row) => html`<tr><th scope="row">${row.id}</th><td>${row.domain}</td><td>${typeof row.label === "number" ? fixed(row.label, 2) : String(row.label ?? "–")}</td><td class="number">${small(row.value)}<span class="range">${small(row.low)} – ${small(row.high)}</span></td></tr>`)}</tbody></table></div></div>` : nothing);
  return html`<section class="card" aria-labelledby="influence"><h2 id="influence">${t("influence.title")}</h2>
    <p>${t(`influence.measure.${measure}`)} ${t(`influence.whose.${whose}`)}</p>
    <p>${t("influence.spread", { rows: whole(influence.rows), of: whole(influence.of), effective: whole(influence.effective), top: percent(influence.top_share) })}</p>
    ${many ? html`<div class="scroll" tabindex="0" role="region" aria-label=${t("influence.sites")}><table><caption class="visually-hidden">${t("influence.sites")}</caption>
      <thead><tr><th scope="col">${t("influence.site")}</th><th scope="col" class="number">${t("table.rows")}</th>${weights ? html`<th scope="col" class="number">${t("influence.weight")}</th>` : nothing}<th scope="col" class="number">${t("influence.mean")}</th><th scope="col" class="number">${t("influence.share")}</th><th scope="col" class="number">${t("influence.harm_share")}</th></tr></thead>
      <tbody>${sites.map((site) => html`<tr><th scope="row">${site.domain}</th><td class="number">${whole(site.rows)}</td>${weights ? html`<td class="number">${fixed(site.weight, 3)}</td>` : nothing}<td class="number">${small(site.mean)}</td><td class="number">${percent(site.share)}</td><td class="number">${percent(site.harming)}</td></tr>`)}</tbody></table></div>` : nothing}
    ${named ? html`<div class="two">${rows("helping")}${rows("harming")}</div>` : nothing}
    <p class="soft">${t("influence.where")}</p></section>`;
}
