// How a long table of glucose readings becomes windows: asked where a table looks like one, changed field by field; and
// whose windows are judged.

import { html, nothing } from "lit";
import { plan as thePlan, readable } from "../store.js";
import { changePlan, reread } from "../study.js";
import { t } from "../words.js";
import { checkedOf, valueOf } from "./base.js";

/** @typedef {import("../protocol.js").Windows} Windows */

/** What is asked of a table that looks like readings, or how its windows were made. @param {import("../page.js").Opened} opened */
export function windowsView({ id, options, summary, busy }) {
  const now = options.windows;
  if (busy) return nothing;
  const set = (/** @type {Windows | undefined} */ windows) => reread(id, { windows });
  if (!now) {
    if (!summary?.windows) return nothing;
    const { value, unit } = summary.windows;
    return html`<p class="note ask">${t("windows.ask", { value, unit: t(`windows.unit.${unit ?? "mg_dl"}`) })} <button type="button" class="small" @click=${() => set(summary.windows ?? undefined)}>${t("windows.make")}</button></p>`;
  }
  const put = (/** @type {Partial<Windows>} */ part) => set({ ...now, ...part });
  const number = (/** @type {"step" | "history" | "horizon" | "every" | "test_days"} */ name, /** @type {number} */ least) => html`
    <label class="stack">${t(`windows.${name}`)}<input type="number" min=${least} step="1" .value=${String(now[name] ?? least)}
      @change=${(/** @type {globalThis.Event} */ event) => { const field = /** @type {HTMLInputElement} */ (event.target); if (field.value && field.checkValidity()) put({ [name]: Number(field.value) }); else field.reportValidity(); }}></label>`;
  return html`<section class="gene-counts" aria-label=${t("windows.title")}><strong>${t("windows.title")}</strong>
    <p class="soft">${t("windows.of", { value: now.value, amounts: now.amounts?.length ? now.amounts.join(", ") : t("windows.none"), person: now.person ?? t("windows.one") })}</p>
    <div class="options">
      <label class="stack">${t("windows.unit")}<select @change=${(/** @type {globalThis.Event} */ event) => put({ unit: /** @type {Windows["unit"]} */ (valueOf(event)) })}>
        ${["mg_dl", "mmol_l"].map((unit) => html`<option value=${unit} ?selected=${(now.unit ?? "mg_dl") === unit}>${t(`windows.unit.${unit}`)}</option>`)}</select></label>
      ${number("step", 1)}${number("history", 1)}${number("horizon", 1)}${number("every", 1)}${number("test_days", 0)}
    </div>
    <label class="tick"><input type="checkbox" .checked=${Boolean(now.spikes)} @change=${(/** @type {globalThis.Event} */ event) => put({ spikes: checkedOf(event) })}>${t("windows.spikes")}</label><button type="button" class="small quiet" @click=${() => set(undefined)}>${t("windows.undo")}</button></section>`;
}

/** The persons of the target, as its column of sites names them. */
function names() {
  const column = Object.entries(thePlan().preparation.target_roles).find(([, role]) => role === "site")?.[0];
  const levels = readable("target").flatMap((one) => one.summary.columns.find(({ name }) => name === column)?.levels ?? []);
  return [...new Set(levels.map(([name]) => name))].sort((a, b) => a.localeCompare(b, undefined, { numeric: true }));
}

/** Whose forecasts are judged, where the plan goes person by person. */
export function personChoice() {
  const { preparation } = thePlan();
  const person = preparation.person;
  if (!person) return nothing;
  const set = (/** @type {Partial<NonNullable<typeof person>>} */ part) => changePlan({ preparation: { ...preparation, person: { ...person, ...part } } });
  return html`<fieldset><legend>${t("person.title")}</legend><p class="soft">${t("person.about")}</p>
    <div class="options"><label class="stack">${t("person.name")}<select @change=${(/** @type {globalThis.Event} */ event) => set({ name: valueOf(event) || null })}>
      <option value="" ?selected=${!person.name}>${t("person.first")}</option>
      ${names().map((name) => html`<option value=${name} ?selected=${person.name === name}>${name}</option>`)}</select></label></div>
    <label class="tick"><input type="checkbox" .checked=${Boolean(person.each)} @change=${(/** @type {globalThis.Event} */ event) => set({ each: checkedOf(event) })}>${t("person.each")}</label></fieldset>`;
}
