// What can be said before anything is trained: what the rows allow, and what is missing in them.

import { html, nothing } from "lit";
import { fixed, percent, whole } from "../format.js";
import { t } from "../words.js";
import { dataTable } from "./table.js";

/** @param {import("../protocol.js").SampleSize | null | undefined} size */
export function sampleSize(size) {
  if (!size?.scenarios.length) return nothing;
  const best = Math.max(...size.scenarios.map(({ allowed }) => allowed));
  const enough = size.scenarios.filter(({ needed }) => needed !== null && needed <= size.rows);
  const binary = size.events !== null && size.events !== undefined;
  const table = () => ({
    columns: [t(binary ? "sample_size.auroc" : "sample_size.r2"), t("sample_size.needed"), ...(binary ? [t("sample_size.needed_events")] : []), t("sample_size.allowed")],
    rows: size.scenarios.map((one) => [fixed(binary ? one.auroc : one.r2, 1), one.needed === null ? t("sample_size.endless") : whole(one.needed), ...(binary ? [one.needed_events === null ? "–" : whole(one.needed_events)] : []), whole(one.allowed)]),
  });
  const facts = { rows: whole(size.rows), events: whole(size.events), parameters: whole(size.parameters), best: whole(best) };
  return html`<section class="card" aria-labelledby="sample-size"><h2 id="sample-size">${t("sample_size.title")}</h2>
    <p>${t(binary ? "sample_size.have" : "sample_size.have_values", facts)} ${t(enough.length === size.scenarios.length ? "sample_size.enough" : enough.length ? "sample_size.partly" : "sample_size.short", facts)}</p>
    ${dataTable(table(), t("sample_size.caption"))}
    ${size.for_risk && size.for_risk > size.rows ? html`<p>${t("sample_size.risk_short", { n: whole(size.for_risk) })}</p>` : nothing}
    ${size.to_judge ? html`<p>${t(size.to_judge <= size.rows ? "sample_size.judge_enough" : "sample_size.judge_short", { n: whole(size.to_judge) })}</p>` : nothing}
    <p class="soft">${t("sample_size.note")}</p></section>`;
}

/** @param {import("../protocol.js").Gaps | null | undefined} missing */
export function missingView(missing) {
  if (!missing) return nothing;
  const sides = [{ name: t("side.source"), side: missing.source }, { name: t("side.target"), side: missing.target }].flatMap(({ name, side }) => (side ? [{ name, side }] : []));
  const gone = (/** @type {number[]} */ places) => places.map((place) => missing.features[place]).join(t("list.separator"));
  const table = () => ({
    columns: [t("missing.feature"), ...sides.map(({ name }) => name)],
    rows: missing.features.map((feature, at) => [feature, ...sides.map(({ side }) => percent(side.shares[at]))]),
  });
  return html`<section class="card" aria-labelledby="missing"><h2 id="missing">${t("missing.title")}</h2>
    ${missing.features.length ? html`<ul class="plain">${sides.map(({ name, side }) => html`<li><strong>${name}</strong> ${t("missing.complete", { complete: whole(side.complete), rows: whole(side.rows), share: percent(side.complete / Math.max(1, side.rows)) })}
        ${side.patterns.length ? html`<ul>${side.patterns.slice(0, 3).map(([places, n]) => html`<li class="soft">${t("missing.pattern", { n: whole(n), features: gone(places) })}</li>`)}</ul>` : nothing}</li>`)}</ul>
      <details><summary>${t("missing.shares")}</summary>${dataTable(table(), t("missing.shares"), { headed: true })}</details>` : html`<p>${t("missing.nothing")}</p>`}
    <p class="soft">${t("missing.how")}</p></section>`;
}
