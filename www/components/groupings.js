// Which groups of patients are told apart: found by name, or chosen.

import { html, nothing } from "lit";
import { plan as thePlan, state } from "../store.js";
import { changePlan } from "../study.js";
import { t } from "../words.js";
import { checkedOf, valueOf } from "./base.js";

/** Columns that can be chosen from a list; a table of genes has more than one would read. */
const LISTED = 200;

export function groupings() {
  const { subgroups } = thePlan();
  const chosen = subgroups ?? null;
  const names = Object.keys(state.roles.target).filter((name) => !["identifier", "label"].includes(state.roles.target[name]));
  const change = (/** @type {import("../protocol.js").Grouping[] | null} */ next) => changePlan({ subgroups: next });
  const cuts = (/** @type {string} */ text) => [...new Set(text.split(/[,;\s，；]+/).filter(Boolean).map(Number).filter(Number.isFinite))].sort((a, b) => a - b);
  return html`<fieldset><legend>${t("subgroups.choose")}</legend>
    <label class="tick"><input type="checkbox" .checked=${chosen === null} @change=${(/** @type {globalThis.Event} */ event) => change(checkedOf(event) ? null : [])}>${t("subgroups.by_name")}</label>
    ${chosen === null ? nothing : html`
      ${chosen.map((one, at) => html`<div class="row"><strong>${one.column}</strong>
        <label>${t("subgroups.cuts")} <input type="text" inputmode="decimal" .value=${(one.cuts ?? []).join(", ")} @change=${(/** @type {globalThis.Event} */ event) => change(chosen.map((other, place) => (place === at ? { ...other, cuts: cuts(valueOf(event)) } : other)))}></label>
        <button type="button" class="small quiet" @click=${() => change(chosen.filter((_, place) => place !== at))}>${t("subgroups.remove", { column: one.column })}</button></div>`)}
      <label class="stack">${t("subgroups.add")}<input type="text" list="grouping-columns" @change=${(/** @type {globalThis.Event} */ event) => {
        const field = /** @type {HTMLInputElement} */ (event.target);
        if (names.includes(field.value) && !chosen.some(({ column }) => column === field.value)) change([...chosen, { column: field.value, cuts: [] }]);
        field.value = "";
      }}></label><datalist id="grouping-columns">${names.slice(0, LISTED).map((name) => html`<option value=${name}></option>`)}</datalist>`}
  </fieldset>`;
}
