// What the engine points out, with its place: what waits for a yes first, what is good to know last.

import { html, nothing } from "lit";
import { whole } from "../format.js";
import { place, t } from "../words.js";

const SHOWN = 8;
const ORDER = ["confirm", "warning", "note"];

/** @param {import("../page.js").Finding[]} all @param {string} title */
export function findings(all, title) {
  if (!all?.length) return nothing;
  const sorted = [...all].sort((a, b) => ORDER.indexOf(a.weight) - ORDER.indexOf(b.weight));
  const first = sorted.filter(({ weight }) => weight !== "note").slice(0, SHOWN);
  const rest = sorted.filter((one) => !first.includes(one));
  const item = (/** @type {import("../page.js").Finding} */ one) => html`<li class="finding"><span class="chip weight-${one.weight}">${t(`weight.${one.weight}`)}</span>
    <span>${one.column ? html`<strong>${one.column}</strong> ` : nothing}${t(`finding.${one.key}`, one.facts)} <span class="soft">${place({ file: one.file })}</span></span></li>`;
  return html`<section class="card" aria-label=${title}><h2>${title}</h2>
    ${first.length ? html`<ul class="plain findings">${first.map(item)}</ul>` : html`<p class="soft">${t("findings.nothing")}</p>`}
    ${rest.length ? html`<details><summary>${t("findings.more", { n: whole(rest.length) })}</summary><ul class="plain findings">${rest.slice(0, 200).map(item)}</ul></details>` : nothing}
  </section>`;
}
