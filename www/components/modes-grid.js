// The experiment over a method's modes, as a part of the design: which modes, how many target rows, how often.

import { html, nothing } from "lit";
import { modeName } from "../charts/modes.js";
import { whole } from "../format.js";
import { t } from "../words.js";
import { changePlan } from "../study.js";
import { checkedOf } from "./base.js";

/** @typedef {import("../page.js").Plan} Plan */

/** Numbers of target rows as published (Dalkıran et al. 2023). */
const SIZES = [2, 6, 12, 48, 96, 400, 1000, 4000];
/** One of each kind, for a look that takes minutes. */
const QUICK = ["scratch", "random_forest", "fine_tune", "frozen_1", "svm_1"];
/** Layers 1 and 2 together were not published. */
const OURS = ["frozen_1_2"];

/** The modes that a method has, or none. @param {import("../protocol.js").Listing | undefined} listing @returns {string[]} */
export function modesOf(listing) {
  const range = listing?.fields.find(({ name }) => name === "mode")?.range;
  return range?.type === "choice" ? range.options : [];
}

/**
 * @param {Plan} plan @param {string[]} modes @param {number} most rows of the target that may be learned from
 * @param {{ list: (name: string, now: number[], use: (list: number[]) => void) => unknown, whole: (name: string, low: number, high: number, now: number, set: (n: number) => void) => unknown }} fields
 */
export function modesGrid(plan, modes, most, fields) {
  const grid = plan.grid?.modes?.length ? plan.grid : null;
  const begin = (/** @type {string[]} */ some, /** @type {number} */ repeats, /** @type {number[]} */ sizes) =>
    changePlan({ grid: { frozen: [], sizes, repeats, modes: some, balanced: true }, crossing: false, metric: "mcc" });
  const fit = SIZES.filter((n) => n <= most);
  const published = () => begin(modes.filter((mode) => !OURS.includes(mode)), 10, SIZES);
  const quick = () => begin(modes.filter((mode) => QUICK.includes(mode)), 3, fit.length > 4 ? [fit[0], fit[2], fit[fit.length - 2], fit[fit.length - 1]] : fit);
  const trainings = grid ? (grid.modes ?? []).length * Math.max(1, grid.sizes.filter((n) => n < most).length + 1) * grid.repeats * (plan.both_directions ? 2 : 1) : 0;
  const set = (/** @type {Partial<NonNullable<Plan["grid"]>>} */ patch) => (grid ? changePlan({ grid: { ...grid, ...patch } }) : undefined);
  return html`<label class="tick"><input type="checkbox" .checked=${Boolean(grid)} @change=${(/** @type {globalThis.Event} */ event) => (checkedOf(event) ? quick() : changePlan({ grid: null }))}>${t("modes.on")}</label>
    ${grid ? html`<div class="row"><button type="button" class="small" @click=${published}>${t("grid.published")}</button><button type="button" class="small" @click=${quick}>${t("grid.quick")}</button><span class="soft">${t("grid.trainings", { n: whole(trainings) })}</span></div>
      <fieldset><legend>${t("config.mode")}</legend>${modes.map((mode) => html`<label class="tick"><input type="checkbox" .checked=${(grid.modes ?? []).includes(mode)} @change=${(/** @type {globalThis.Event} */ event) => { const next = modes.filter((other) => (other === mode ? checkedOf(event) : (grid.modes ?? []).includes(other))); if (next.length) set({ modes: next }); }}>${modeName(mode)}</label>`)}</fieldset>
      <div class="options">${fields.list("sizes", grid.sizes, (sizes) => set({ sizes }))}${fields.whole("grid_repeats", 1, 50, grid.repeats, (repeats) => set({ repeats }))}</div>
      <label class="tick"><input type="checkbox" .checked=${Boolean(grid.balanced)} @change=${(/** @type {globalThis.Event} */ event) => set({ balanced: checkedOf(event) })}>${t("modes.balanced")}</label>` : nothing}`;
}
