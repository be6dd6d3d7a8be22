// Method: what is carried over and how; the one contrast that the verdict is about; how it is measured.

import { html, nothing } from "lit";
import { whole as wholeNumber } from "../format.js";
import { head, onward } from "../navigate.js";
import { plan as thePlan, state } from "../store.js";
import { changePlan, measure } from "../study.js";
import { t } from "../words.js";
import { Base, checkedOf, valueOf } from "./base.js";
import { sampleSize } from "./before.js";
import { groupings } from "./groupings.js";
import { modesGrid, modesOf } from "./modes-grid.js";
import { settings } from "./settings.js";
import { personChoice } from "./windows.js";

const SCENARIOS = ["baseline", "transductive", "inductive", "unsupervised", "segmentation"];
const METRICS = { classes: ["auroc", "auprc", "brier", "log_loss"], values: ["rmse", "mae", "r2"] };
/** Target rows in Hanczar's study. */
const PUBLISHED_SIZES = [25, 50, 100, 250, 500, 1000, 2500, 5000];
/** Needs that no table of this page can meet yet. */
const FOREIGN = ["gene_sets", "orthologs", "molecules", "images"];

/** @typedef {import("../page.js").Plan} Plan */
/** @typedef {import("../protocol.js").Listing} Listing */

/** Why a method cannot be used on these data, or null. @param {Listing["card"]} card @returns {string | null} */
export function unfit(card) {
  const { data } = state.prepared ?? {};
  const kind = state.plan?.preparation.label.kind.type;
  const foreign = card.needs.find((need) => FOREIGN.includes(need));
  if (foreign) return `need.${foreign}`;
  if (card.needs.includes("time_series") && !state.plan?.targets.some(({ read }) => read?.windows)) return "need.time_series";
  if (card.needs.includes("target_labels") && !data?.target.labelled) return "need.target_labels";
  if (card.needs.includes("silver") && state.sourceModel && !data?.unlabelled) return "need.silver";
  if (card.needs.includes("source_rows") && state.sourceModel) return "need.source_rows";
  if (card.needs.includes("source_labels") && !state.sourceModel && !data?.sources.some((one) => one.labelled)) return "need.source_labels";
  if (card.needs.includes("source_outcome") && !Object.values(state.roles.source).includes("outcome")) return "need.source_outcome";
  if (card.kinds === "two") return kind === "values" || (data?.classes.length ?? 0) > 2 ? "need.kind_two" : null;
  if (kind && card.kinds !== "both" && card.kinds !== kind) return `need.kind_${card.kinds}`;
  return null;
}

class Method extends Base {
  /** @override */
  updated() { measure(); }

  /** @override */
  render() {
    const { methods } = state;
    const { plan } = state;
    if (!plan) return nothing;
    const chosen = new Set([plan.transfer, plan.baseline, ...plan.others].map(({ method }) => method));
    return html`${head("method")}
      ${this.contrast()}
      ${this.recommended()}
      ${sampleSize(state.prepared?.sample_size)}
      ${SCENARIOS.map((scenario) => {
        const some = methods.filter(({ card }) => card.scenario === scenario);
        // What these tables do not allow is folded away: half of the catalogue, on most of them.
        const [fit, rest] = [true, false].map((fits) => some.filter(({ card }) => (!unfit(card) || chosen.has(card.id)) === fits).map((method) => this.card(method)));
        return some.length ? html`<section aria-label=${t(`scenario.${scenario}`)}><h2>${t(`scenario.${scenario}`)}</h2><p class="soft">${t(`scenario.${scenario}.about`)}</p><div class="cards">${fit}</div>
          ${rest.length ? html`<details class="unfit"><summary>${t("method.unfit_folded", { n: rest.length })}</summary><div class="cards">${rest}</div></details>` : nothing}</section>` : nothing;
      })}
      ${this.design()}
      ${onward("run")}`;
  }

  contrast() {
    const plan = thePlan();
    const sensible = state.methods.filter(({ card }) => card.sensible && !unfit(card) && ![plan.transfer.method, plan.baseline.method].includes(card.id)).map(({ card }) => card.id);
    const all = sensible.every((id) => plan.others.some((other) => other.method === id));
    return html`<section class="card sentence"><p class="big">${t("method.contrast", { transfer: t(`method.${plan.transfer.method}.name`), baseline: t(`method.${plan.baseline.method}.name`), metric: t(`metric.${plan.metric}`) })}</p>
      <p class="soft">${t("method.estimand", { metric: t(`metric.${plan.metric}`), n: state.prepared?.data.target.labelled ?? "–" })}</p>
      <div class="row"><button type="button" aria-pressed=${all} @click=${() => changePlan({ others: sensible.map((method) => plan.others.find((other) => other.method === method) ?? { method, config: {} }) })}>${t("method.sensible")}</button><span class="soft">${t("method.sensible.about")}</span></div></section>`;
  }

  /** Where to begin, and why. */
  recommended() {
    const found = state.prepared?.data.recommended;
    if (!found) return nothing;
    const { kind, ...facts } = found.because;
    const card = state.methods.find((method) => method.card.id === found.method)?.card;
    // A baseline is what others are judged against: it cannot be judged itself.
    const judged = card && card.scenario !== "baseline" && !unfit(card);
    return html`<section class="card" aria-labelledby="recommended"><h2 id="recommended">${t("recommend.title")}</h2>
      <p>${t("recommend.sentence", { method: t(`method.${found.method}.name`) })} ${t(`recommend.because.${kind}`, facts)}</p>
      <p class="soft">${t("recommend.about")}</p>
      ${judged ? html`<div class="row"><button type="button" aria-pressed=${thePlan().transfer.method === found.method} @click=${() => this.asTransfer(found.method)}>${t("method.as_transfer")}</button></div>` : nothing}</section>`;
  }

  /** @param {Listing} method */
  card({ card, fields }) {
    const plan = thePlan();
    const why = unfit(card);
    const role = plan.transfer.method === card.id ? "transfer" : plan.baseline.method === card.id ? "baseline" : plan.others.some((other) => other.method === card.id) ? "other" : "none";
    const chosen = role === "other" ? plan.others.find((other) => other.method === card.id) : role === "transfer" ? plan.transfer : role === "baseline" ? plan.baseline : null;
    const configure = (/** @type {Record<string, unknown>} */ config) => changePlan(role === "other" ? { others: plan.others.map((other) => (other === chosen ? { ...other, config } : other)) } : { [role]: { ...chosen, config } });
    return html`<article class="card method ${role} ${why ? "unfit" : ""}" aria-labelledby="m-${card.id}">
      <div class="row spread"><h3 id="m-${card.id}">${t(`method.${card.id}.name`)}</h3>${role === "none" ? nothing : html`<span class="chip ${role}">${t(`method.role.${role}`)}</span>`}</div>
      <p>${t(`method.${card.id}.idea`)}</p>
      <dl class="facts"><div><dt>${t("method.factor")}</dt><dd>${t(`factor.${card.factor}`)}</dd></div>
        ${card.needs.length ? html`<div><dt>${t("method.needs")}</dt><dd>${card.needs.map((need) => t(`need.${need}`)).join(t("list.separator"))}</dd></div>` : nothing}
        <div><dt>${t("method.honesty")}</dt><dd>${t(`honesty.${card.honesty}`)}</dd></div>
        ${card.paper ? html`<div><dt>${t("method.paper")}</dt><dd>${card.paper.authors} (${card.paper.year}) <span class="soft"><span lang="en">${card.paper.title}</span>${card.paper.doi ? ` · doi:${card.paper.doi}` : ""}</span></dd></div>` : nothing}</dl>
      ${why ? html`<p class="note">${t("method.unfit", { why: t(why) })}</p>` : html`<div class="row">
        ${card.scenario === "baseline" || card.factor === "none" ? nothing : html`<button type="button" class="small" aria-pressed=${role === "transfer"} @click=${() => this.asTransfer(card.id)}>${t("method.as_transfer")}</button>`}
        ${role === "transfer" || role === "baseline" ? nothing : html`<label class="tick"><input type="checkbox" .checked=${role === "other"} @change=${(/** @type {globalThis.Event} */ event) => changePlan({ others: checkedOf(event) ? [...plan.others, { method: card.id, config: {} }] : plan.others.filter((other) => other.method !== card.id) })}>${t("method.compare")}</label>`}</div>`}
      ${chosen ? html`<details><summary>${t("method.settings")}</summary>${settings(fields, /** @type {Record<string, unknown>} */ (chosen.config ?? {}), configure, card.id)}</details>` : nothing}
    </article>`;
  }

  /** @param {string} id */
  asTransfer(id) {
    const plan = thePlan();
    if (plan.transfer.method === id) return;
    // Modes are one method's own.
    const grid = plan.grid?.modes?.length || modesOf(state.methods.find(({ card }) => card.id === id)).length ? null : plan.grid;
    changePlan({ grid, transfer: { method: id, config: {} }, others: [...plan.others.filter((other) => other.method !== id), ...(plan.transfer.method ? [plan.transfer] : [])] });
  }

  design() {
    const plan = thePlan();
    const { measured } = state;
    const kind = plan.preparation.label.kind.type === "values" ? "values" : "classes";
    const whole = (/** @type {string} */ name, /** @type {number} */ low, /** @type {number} */ high, /** @type {number} */ now, /** @type {(n: number) => void} */ set) => html`<label class="stack">${t(`design.${name}`)}<input type="number" min=${low} max=${high} step="1" .value=${String(now)} @change=${(/** @type {globalThis.Event} */ event) => { const field = /** @type {HTMLInputElement} */ (event.target); if (field.checkValidity() && field.value) set(Number(field.value)); else field.reportValidity(); }}></label>`;
    const set = (/** @type {Partial<Plan["design"]>} */ patch) => changePlan({ design: { ...plan.design, ...patch } });
    const modes = modesOf(state.methods.find(({ card }) => card.id === plan.transfer.method));
    const grid = plan.grid?.modes?.length ? null : plan.grid;
    const list = (/** @type {string} */ name, /** @type {number[]} */ now, /** @type {(list: number[]) => void} */ use) => html`<label class="stack">${t(`grid.${name}`)}<input type="text" inputmode="numeric" .value=${now.join(", ")} @change=${(/** @type {globalThis.Event} */ event) => { const read = valueOf(event).split(/[,\s，]+/).filter(Boolean).map(Number); if (read.length && read.every((n) => Number.isInteger(n) && n >= 0)) use(read); else /** @type {HTMLInputElement} */ (event.target).value = now.join(", "); }}></label>`;
    const labelled = state.prepared?.data.target.labelled ?? 100;
    const sizes = [0.1, 0.2, 0.4, 0.7].map((share) => Math.max(4, Math.round(labelled * share)));
    // The published numbers of rows, as far as there are rows; and a look at it that takes minutes.
    const published = { frozen: [0, 1, 2, 3, 4], sizes: PUBLISHED_SIZES.filter((n) => n < labelled), repeats: 10 };
    const quick = { frozen: [0, 2, 4], sizes: published.sizes.length > 3 ? [published.sizes[0], published.sizes[Math.floor(published.sizes.length / 2)], published.sizes[published.sizes.length - 1]] : published.sizes, repeats: 3 };
    const trainings = grid ? (grid.frozen.length + 1) * (grid.sizes.filter((n) => n < labelled).length + 1) * grid.repeats * (plan.both_directions ? 2 : 1) : 0;
    return html`<section class="card" aria-labelledby="design"><h2 id="design">${t("design.title")}</h2><p class="soft">${t(state.prepared?.data.test ? "design.explain_given" : "design.explain")}</p>
      <fieldset><legend>${t("split.title")}</legend>${["repeated", "temporal", "leave_site_out"].map((name) => html`<label class="tick"><input type="radio" name="split" .checked=${(plan.split ?? "repeated") === name} @change=${() => changePlan({ split: /** @type {Plan["split"]} */ (name) })}><span><strong>${t(`split.${name}`)}</strong> <span class="soft">${t(`split.${name}.about`)}</span></span></label>`)}</fieldset>
      ${personChoice()}
      <div class="options">
        <label class="stack">${t("design.metric")}<select @change=${(/** @type {globalThis.Event} */ event) => changePlan({ metric: /** @type {Plan["metric"]} */ (valueOf(event)) })}>${[...new Set([...METRICS[kind], plan.metric])].map((name) => html`<option value=${name} ?selected=${plan.metric === name}>${t(`metric.${name}`)}</option>`)}</select></label>
        ${whole("folds", 2, 20, plan.design.folds, (folds) => set({ folds }))}${whole("repeats", 1, 50, plan.design.repeats, (repeats) => set({ repeats }))}${whole("seeds", 1, 20, plan.design.seeds, (seeds) => set({ seeds }))}
        ${whole("refits", 0, 2000, plan.refits ?? 0, (refits) => changePlan({ refits }))}${whole("importance", 0, 50, plan.importance, (importance) => changePlan({ importance }))}${kind === "classes" ? whole("thresholds", 0, 20, plan.thresholds ?? 0, (folds) => changePlan({ thresholds: folds === 1 ? 2 : folds })) : nothing}${whole("explain_patients", 0, 5000, plan.explain?.patients ?? 500, (patients) => changePlan({ explain: { ...plan.explain, patients } }))}${whole("seed", 0, 4294967295, plan.seed, (seed) => changePlan({ seed }))}
      </div>
      <label class="tick"><input type="checkbox" .checked=${Boolean(plan.both_directions)} @change=${(/** @type {globalThis.Event} */ event) => changePlan({ both_directions: checkedOf(event) })}>${t("design.both_directions")}</label>
      <label class="tick"><input type="checkbox" .checked=${Boolean(plan.maps)} @change=${(/** @type {globalThis.Event} */ event) => changePlan({ maps: checkedOf(event) })}>${t("design.maps")}</label>
      ${modes.length ? modesGrid(plan, modes, labelled, { list, whole }) : html`<label class="tick"><input type="checkbox" .checked=${Boolean(grid)} @change=${(/** @type {globalThis.Event} */ event) => changePlan({ grid: checkedOf(event) ? { frozen: [0, 1, 2, 3, 4], sizes, repeats: 5 } : null })}>${t("grid.on")}</label>`}
      ${grid && !modes.length ? html`<div class="row">${published.sizes.length ? html`<button type="button" class="small" @click=${() => changePlan({ grid: published })}>${t("grid.published")}</button><button type="button" class="small" @click=${() => changePlan({ grid: quick })}>${t("grid.quick")}</button>` : nothing}<span class="soft">${t("grid.trainings", { n: wholeNumber(trainings) })}</span></div><div class="options">${list("frozen", grid.frozen, (frozen) => changePlan({ grid: { ...grid, frozen } }))}${list("sizes", grid.sizes, (next) => changePlan({ grid: { ...grid, sizes: next } }))}${whole("grid_repeats", 1, 50, grid.repeats, (repeats) => changePlan({ grid: { ...grid, repeats } }))}</div>
        <label class="tick"><input type="checkbox" .checked=${Boolean(plan.crossing)} @change=${(/** @type {globalThis.Event} */ event) => changePlan({ crossing: checkedOf(event) })}>${t("crossing.on")}</label>` : nothing}
      <fieldset><legend>${t("impute.title")}</legend><p class="soft">${t("impute.about")}</p>
        ${["median", "centroids", "iterative"].map((name) => html`<label class="tick"><input type="radio" name="fill" .checked=${(plan.imputation?.fill ?? "median") === name} @change=${() => changePlan({ imputation: { indicators: true, ...plan.imputation, fill: /** @type {import("../protocol.js").Fill} */ (name) } })}><span><strong>${t(`impute.${name}`)}</strong> <span class="soft">${t(`impute.${name}.about`)}</span></span></label>`)}
        <label class="tick"><input type="checkbox" .checked=${plan.imputation?.indicators ?? true} @change=${(/** @type {globalThis.Event} */ event) => changePlan({ imputation: { ...plan.imputation, indicators: checkedOf(event) } })}>${t("impute.indicators")}</label></fieldset>
      ${groupings()}
      <div class="options"><label class="stack">${t("device.title")}<select @change=${(/** @type {globalThis.Event} */ event) => changePlan({ device: /** @type {Plan["device"]} */ (valueOf(event)) })}>${["auto", "cpu", "gpu"].map((name) => html`<option value=${name} ?selected=${plan.device === name}>${t(`device.${name}`)}</option>`)}</select></label>
        <p class="soft badge-line">${measured?.choice ? html`<span class="chip">${t(`device.${measured.choice}`)}</span> ${reasonOf(measured.reason)}` : t("device.measuring")}</p></div>
    </section>`;
  }
}
customElements.define("ag-method", Method);

/** Why a device was chosen, in words. @param {import("../protocol.js").Pick["reason"] | undefined} reason */
export const reasonOf = (reason) => (reason ? t(...reason) : "");
