// Shift: computed when the stage is first seen.

import { html, nothing } from "lit";
import { head, onward } from "../navigate.js";
import { state } from "../store.js";
import { findShift } from "../study.js";
import { explain, t } from "../words.js";
import { Base } from "./base.js";
import "./shift-view.js";

class Shift extends Base {
  /** @override */
  updated() { findShift(); }

  /** @override */
  render() {
    const failure = state.shiftFailure ? explain(state.shiftFailure) : null;
    return html`${head("shift")}
      <div aria-live="polite">${state.shift || failure ? nothing : html`<p class="working soft">${t("working.shift")}</p>`}</div>
      ${failure ? html`<div class="alert bad" role="alert"><div><strong>${failure.what}</strong> ${failure.hint}</div></div>` : nothing}
      <ag-shift-view .shift=${state.shift}></ag-shift-view>
      ${onward("method")}`;
  }
}
customElements.define("ag-shift", Shift);
