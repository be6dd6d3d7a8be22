// A form from a method's fields: what each may hold is written once, in the engine.

import { html, nothing } from "lit";
import { t } from "../words.js";
import { checkedOf, valueOf } from "./base.js";

/** @typedef {import("../protocol.js").Field} Field */

/**
 * @param {Field[]} fields of the method
 * @param {Record<string, unknown>} config what differs from the defaults
 * @param {(config: Record<string, unknown>) => void} change
 * @param {string} prefix of the ids
 */
export function settings(fields, config, change, prefix) {
  if (!fields.length) return html`<p class="soft">${t("method.no_settings")}</p>`;
  const set = (/** @type {Field} */ field, /** @type {unknown} */ value) => {
    /** @type {Record<string, unknown>} */
    const next = { ...config, [field.name]: value };
    if (JSON.stringify(value) === JSON.stringify(field.default)) delete next[field.name];
    change(next);
  };
  return html`<div class="options settings">${fields.map((field) => {
    const id = `${prefix}-${field.name}`;
    const now = config[field.name] ?? field.default;
    return html`<div class="stack"><label for=${id}>${t(`config.${field.name}`)}${field.unit ? html` <span class="soft">(${t(`unit.${field.unit}`)})</span>` : nothing}</label>
      ${input(field, now, id, (value) => set(field, value))}<p class="soft fine" id="${id}-help">${t(`config.${field.name}.help`)}</p></div>`;
  })}</div>
  ${Object.keys(config).length ? html`<button type="button" class="small quiet" @click=${() => change({})}>${t("method.defaults")}</button>` : nothing}`;
}

/** @param {Field} field @param {unknown} now @param {string} id @param {(value: unknown) => void} set */
function input({ range }, now, id, set) {
  const help = `${id}-help`;
  const list = (/** @type {unknown} */ numbers) => (Array.isArray(numbers) ? numbers.join(", ") : "");
  switch (range.type) {
    case "switch":
      return html`<input type="checkbox" id=${id} aria-describedby=${help} .checked=${Boolean(now)} @change=${(/** @type {globalThis.Event} */ event) => set(checkedOf(event))}>`;
    case "choice":
      return html`<select id=${id} aria-describedby=${help} @change=${(/** @type {globalThis.Event} */ event) => set(valueOf(event))}>${range.options.map((option) => html`<option value=${option} ?selected=${option === now}>${t(`option.${option}`)}</option>`)}</select>`;
    case "wholes":
      return html`<input type="text" inputmode="numeric" id=${id} aria-describedby=${help} .value=${list(now)} @change=${(/** @type {globalThis.Event} */ event) => {
        const read = valueOf(event).split(/[,\s]+/).filter(Boolean).map(Number);
        if (read.every((n) => Number.isInteger(n) && n >= range.low && n <= range.high) && read.length >= range.min_len && read.length <= range.max_len) set(read);
        else /** @type {HTMLInputElement} */ (event.target).value = list(now);
      }}>`;
    default:
      return html`<input type="number" id=${id} aria-describedby=${help} min=${range.low} max=${range.high} step=${range.type === "whole" ? 1 : "any"} .value=${String(now)} @change=${(/** @type {globalThis.Event} */ event) => {
        const field = /** @type {HTMLInputElement} */ (event.target);
        if (field.value !== "" && field.checkValidity()) set(Number(field.value)); else { field.reportValidity(); }
      }}>`;
  }
}
