// A form from a method's fields: what each may hold is written once, in the engine.

import { html, nothing } from "lit";
import { t } from "../words.js";
import { checkedOf, valueOf } from "./base.js";

/**
 * @param {any[]} fields of the method
 * @param {Record<string, any>} config what differs from the defaults
 * @param {(config: Record<string, any>) => void} change
 * @param {string} prefix of the ids
 */
export function settings(fields, config, change, prefix) {
  if (!fields.length) return html`<p class="soft">${t("method.no_settings")}</p>`;
  const set = (/** @type {any} */ field, /** @type {any} */ value) => {
    /** @type {Record<string, any>} */
    const next = { ...config, [field.name]: value };
    if (JSON.stringify(value) === JSON.stringify(field.default)) delete next[field.name];
    change(next);
  };
  return html`<div class="options settings">${fields.map((field) => {
    const id = `${prefix}-${field.name}`;
    const now = config[field.name] ?? /** @type {any} */ (field).default;
    return html`<div class="stack"><label for=${id}>${t(`config.${field.name}`)}${field.unit ? html` <span class="soft">(${t(`unit.${field.unit}`)})</span>` : nothing}</label>
      ${input(field, now, id, (value) => set(field, value))}<p class="soft fine" id="${id}-help">${t(`config.${field.name}.help`)}</p></div>`;
  })}</div>
  ${Object.keys(config).length ? html`<button type="button" class="small quiet" @click=${() => change({})}>${t("method.defaults")}</button>` : nothing}`;
}

/** @param {any} field @param {any} now @param {string} id @param {(value: any) => void} set */
function input({ range }, now, id, set) {
  const help = `${id}-help`;
  switch (range.type) {
    case "switch":
      return html`<input type="checkbox" id=${id} aria-describedby=${help} .checked=${Boolean(now)} @change=${(/** @type {globalThis.Event} */ event) => set(checkedOf(event))}>`;
    case "choice":
      return html`<select id=${id} aria-describedby=${help} @change=${(/** @type {globalThis.Event} */ event) => set(valueOf(event))}>${range.options.map((/** @type {string} */ option) => html`<option value=${option} ?selected=${option === now}>${t(`option.${option}`)}</option>`)}</select>`;
    case "wholes":
      return html`<input type="text" inputmode="numeric" id=${id} aria-describedby=${help} .value=${(now ?? []).join(", ")} @change=${(/** @type {globalThis.Event} */ event) => {
        const list = valueOf(event).split(/[,\s]+/).filter(Boolean).map(Number);
        if (list.every((n) => Number.isInteger(n) && n >= range.low && n <= range.high) && list.length >= range.min_len && list.length <= range.max_len) set(list);
        else /** @type {HTMLInputElement} */ (event.target).value = (now ?? []).join(", ");
      }}>`;
    default:
      return html`<input type="number" id=${id} aria-describedby=${help} min=${range.low} max=${range.high} step=${range.type === "whole" ? 1 : "any"} .value=${String(now)} @change=${(/** @type {globalThis.Event} */ event) => {
        const field = /** @type {HTMLInputElement} */ (event.target);
        if (field.value !== "" && field.checkValidity()) set(Number(field.value)); else { field.reportValidity(); }
      }}>`;
  }
}
