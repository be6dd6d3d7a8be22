// How different the cohorts are: for the stage and for the report.

import { html, nothing } from "lit";
import { distributions, distributionsTable } from "../charts/distributions.js";
import { features as featuresChart, featuresTable } from "../charts/features.js";
import { fixed, percent, pValue, signed, value, whole } from "../format.js";
import { t } from "../words.js";
import { valueOf, View } from "./base.js";
import { figure } from "./figure.js";
import { boosted, missingMoved, movedView } from "./moved-view.js";

/** @typedef {import("../protocol.js").FeatureShift} Feature */

const PAGE = 25;

/**
 * In words, what a domain classifier's AUC means: of the trees, where they surely see more than the linear one.
 * @param {NonNullable<import("../protocol.js").Shift["domain"]>} domain
 */
const degree = ({ auroc, boosted }) => {
  const auc = boosted && boosted.p < 0.05 && boosted.low > 0.5 ? Math.max(auroc, boosted.auroc) : auroc;
  return (auc < 0.6 ? "alike" : auc < 0.75 ? "somewhat" : auc < 0.9 ? "clearly" : "apart");
};

class ShiftView extends View {
  static properties = { shift: { attribute: false }, chosen: { state: true }, search: { state: true }, page: { state: true } };

  constructor() {
    super();
    /** @type {import("../page.js").State["shift"]} */
    this.shift = null;
    /** @type {string | null} */
    this.chosen = null;
    this.search = "";
    this.page = 0;
  }

  /** @override */
  render() {
    const { shift } = this;
    if (!shift) return nothing;
    // The engine sorts them: the one that moved most first.
    const sorted = shift.features;
    const chosen = sorted.find((one) => one.name === this.chosen) ?? sorted[0];
    const auc = shift.domain;
    return html`
      ${auc ? html`<section class="card sentence"><p class="big">${t(`shift.degree.${degree(auc)}`)}</p>
        <p>${t("shift.auc", { auc: fixed(auc.auroc, 2), low: fixed(auc.low, 2), high: fixed(auc.high, 2) })} <span class="soft">${t("shift.auc.scale")}</span></p>${auc.one_sided ? html`<p class="soft">${t("shift.one_sided", { n: auc.one_sided })}</p>` : nothing}${boosted(auc)}${this.prevalence()}${missingMoved(sorted)}</section>` : html`<section class="card"><p>${t("shift.no_domain")}</p>${this.prevalence()}</section>`}
      ${movedView(shift.by_model)}
      <div class="two" @click=${(/** @type {MouseEvent} */ event) => { const name = /** @type {Element} */ (event.target).closest?.("[data-feature]")?.getAttribute("data-feature"); if (name) this.chosen = name; }}>
        <section class="card">${figure({ name: "shift", heading: t("chart.features.title"), note: t("chart.features.note", { n: Math.min(25, sorted.length) }), chart: featuresChart, table: featuresTable, data: sorted })}</section>
        <section class="card" aria-live="polite">${chosen?.shape ? figure({ name: "distributions", heading: t("chart.distributions.title", { feature: chosen.name }), note: t("shift.feature", { smd: signed(chosen.smd, 2), ks: fixed(chosen.distance, 2), q: pValue(chosen.q) }), chart: distributions, table: distributionsTable, data: { name: chosen.name, shape: chosen.shape } }) : nothing}</section>
      </div>
      ${this.together()}${this.list(sorted, chosen)}`;
  }

  together() {
    const { together, domain } = this.shift ?? {};
    if (!together) return nothing;
    const { mmd, energy, moments } = together;
    const rows = [
      [t("together.mmd"), value(Math.max(0, mmd.bandwidths[1]?.mmd2 ?? mmd.bandwidths[0]?.mmd2)), pValue(mmd.p), t("together.mmd.about")],
      [t("together.energy"), value(energy.distance), pValue(energy.p), t("together.energy.about")],
      ...(domain ? [[t("together.proxy_a"), fixed(domain.proxy_a, 2), pValue(domain.p), t("together.proxy_a.about")]] : []),
      ...(moments ? [[t("together.frechet"), value(moments.frechet), pValue(moments.p), t("together.frechet.about", { chance: value(moments.frechet_by_chance) })], [t("together.covariances"), value(moments.covariances), "", t("together.covariances.about")]] : []),
    ];
    return html`<section class="card" aria-label=${t("together.title")}><h2>${t("together.title")}</h2><p class="soft">${t("together.note", { source: whole(mmd.source_rows), target: whole(mmd.target_rows), permutations: whole(mmd.permutations) })}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("together.title")}><table><thead><tr><th scope="col">${t("together.measure")}</th><th scope="col" class="number">${t("together.value")}</th><th scope="col" class="number">p</th><th scope="col">${t("together.means")}</th></tr></thead>
        <tbody>${rows.map(([name, found, p, about]) => html`<tr><th scope="row">${name}</th><td class="number">${found}</td><td class="number">${p}</td><td class="soft">${about}</td></tr>`)}</tbody></table></div></section>`;
  }

  prevalence() {
    const label = this.shift?.label;
    if (!label) return nothing;
    if (label.type === "values") return html`<p>${t("shift.mean", { source: value(label.source_mean), target: value(label.target_mean) })} ${t("shift.p", { p: pValue(label.p) })}</p>`;
    const { name, source, target, low, high, p } = label.classes[label.event];
    const points = (/** @type {number} */ share) => signed(100 * share, 0);
    return html`<p>${t("shift.prevalence", { event: name, source: percent(source), target: percent(target), low: points(low), high: points(high) })} ${t("shift.p", { p: pValue(p) })}</p>`;
  }

  /** @param {Feature[]} sorted @param {Feature | undefined} chosen */
  list(sorted, chosen) {
    const found = sorted.filter(({ name }) => name.toLowerCase().includes(this.search.toLowerCase()));
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    const page = Math.min(this.page, pages - 1);
    return html`<section class="card" aria-labelledby="shift-list"><div class="row spread"><h2 id="shift-list">${t("shift.all")}</h2>
      <label class="row search"><span class="visually-hidden">${t("columns.search")}</span><input type="search" placeholder=${t("columns.search")} @input=${(/** @type {globalThis.Event} */ event) => { this.search = valueOf(event); this.page = 0; }}></label></div>
      <p class="soft">${t("shift.all.explain")}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("shift.all")}><table><caption class="visually-hidden">${t("shift.all")}</caption>
        <thead><tr><th scope="col">${t("table.feature")}</th><th scope="col">${t("table.smd")}</th><th scope="col">${t("table.ks")}</th><th scope="col">${t("table.wasserstein")}</th><th scope="col">${t("table.psi")}</th><th scope="col">${t("table.q")}</th><th scope="col">${t("table.missing_source")}</th><th scope="col">${t("table.missing_target")}</th></tr></thead>
        <tbody>${found.slice(page * PAGE, (page + 1) * PAGE).map((f) => html`<tr class=${f === chosen ? "chosen" : ""}><th scope="row"><button type="button" class="link" aria-pressed=${f === chosen} @click=${() => { this.chosen = f.name; }}>${f.name}</button></th>
          <td class="number">${signed(f.smd, 2)}</td><td class="number">${fixed(f.distance, 2)}</td><td class="number">${fixed(f.wasserstein, 2)}</td><td class="number">${fixed(f.psi, 2)}</td><td class="number">${pValue(f.q)}</td><td class="number">${percent(f.source_missing)}</td><td class="number">${percent(f.target_missing)}</td></tr>`)}</tbody></table></div>
      ${pages > 1 ? html`<div class="row center pager"><button type="button" class="small" ?disabled=${page === 0} @click=${() => { this.page = page - 1; }}>${t("pager.before")}</button><span>${t("pager.at", { page: page + 1, pages, n: whole(found.length) })}</span><button type="button" class="small" ?disabled=${page === pages - 1} @click=${() => { this.page = page + 1; }}>${t("pager.after")}</button></div>` : nothing}
    </section>`;
  }
}
customElements.define("ag-shift-view", ShiftView);
