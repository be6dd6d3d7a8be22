// How the target was divided, and what refits on bootstrap samples say.

import { html, nothing } from "lit";
import { fixed, signed, whole } from "../format.js";
import { t } from "../words.js";
import { dataTable } from "./table.js";

/** @typedef {import("../protocol.js").Comparison} Comparison */

/** @param {Comparison} one */
export function dividedView({ divided, estimand }) {
  if (!divided) return nothing;
  const { sites } = divided;
  const table = () => ({
    columns: [t("divided.site"), t("subgroups.rows"), t("subgroups.events"), t("subgroups.of_transfer", { metric: t(`metric.${estimand.metric}`) }), t("subgroups.of_baseline", { metric: t(`metric.${estimand.metric}`) }), t("table.difference")],
    rows: sites.map((site) => [site.site, whole(site.n), whole(site.events), fixed(site.transfer), fixed(site.baseline), signed(site.gain)]),
  });
  const key = divided.split === "temporal" ? "divided.temporal" : "divided.leave_site_out";
  return html`<section class="card" aria-label=${t("divided.title")}><h2>${t("divided.title")}</h2>
    <p>${t(key, { train: whole(divided.train), test: whole(divided.test), until: divided.until ?? "", sites: whole(sites.length) })}</p>
    ${sites.length ? dataTable(table(), t("divided.sites")) : nothing}</section>`;
}

/** @param {Comparison} one */
export function internalView({ internal }) {
  if (!internal) return nothing;
  const { refits, methods, left_out: leftOut } = internal;
  const table = () => ({
    columns: [t("table.method"), t("table.metric"), t("internal.apparent"), t("internal.optimism"), t("internal.corrected"), t("internal.plus"), t("internal.by_design")],
    rows: methods.flatMap(({ id, measures }) => measures.map(({ metric, optimism, why, point632, by_design: found }) => [t(`method.${id}.name`), t(`metric.${metric}`),
      fixed(optimism?.apparent), optimism ? signed(optimism.optimism) : why ? t(`undefined.${why.kind}`, why) : "–", fixed(optimism?.corrected), fixed(point632?.plus), fixed(found)])),
  });
  return html`<section class="card" aria-label=${t("internal.title")}><h2>${t("internal.title")}</h2><p class="soft">${t("internal.note", { refits: whole(refits) })}</p>
    ${methods.length ? dataTable(table(), t("internal.caption")) : nothing}
    ${leftOut.length ? html`<p class="soft">${t("internal.left_out", { methods: leftOut.map((id) => t(`method.${id}.name`)).join(t("list.separator")) })}</p>` : nothing}</section>`;
}
