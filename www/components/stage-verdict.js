// Verdict.

import { html } from "lit";
import { head, onward } from "../navigate.js";
import { state } from "../store.js";
import { Base } from "./base.js";
import { explained } from "./why-view.js";
import "./verdict-view.js";

class Verdict extends Base {
  /** @override */
  render() {
    return html`${head("verdict")}<ag-verdict-view .report=${state.report}></ag-verdict-view>${onward(explained(state.report) ? "why" : "keep")}`;
  }
}
customElements.define("ag-verdict", Verdict);
