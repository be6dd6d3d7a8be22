// Why.

import { html } from "lit";
import { head, onward } from "../navigate.js";
import { state } from "../store.js";
import { Base } from "./base.js";
import { whyView } from "./why-view.js";

class Why extends Base {
  /** @override */
  render() { return html`${head("why")}${whyView(state.report, true)}${onward("keep")}`; }
}
customElements.define("ag-why", Why);
