// Maps of features, side by side: what networks make of both domains, and how well the domains are mixed there.

import { html, nothing } from "lit";
import { featureMap, featureMapTable } from "../charts/maps.js";
import { fixed, whole } from "../format.js";
import { t } from "../words.js";
import { valueOf, View } from "./base.js";
import { figure } from "./figure.js";

/** @typedef {import("../protocol.js").FeatureMap} FeatureMap */
/** @typedef {import("../protocol.js").Mixing} Mixing */

class MapView extends View {
  static properties = { maps: { attribute: false }, by: { state: true } };

  constructor() {
    super();
    /** @type {FeatureMap[]} */
    this.maps = [];
    this.by = "";
  }

  /** @override */
  render() {
    const { maps } = this;
    if (!maps.length) return nothing;
    const mixing = (/** @type {string} */ key, /** @type {Mixing | null | undefined} */ mixed) => (mixed ? html`<p>${t(key, { value: fixed(mixed.perplexity, 3), least: fixed(1 / mixed.domains, 3), most: fixed(mixed.shuffled, 3), domains: whole(mixed.domains), n: whole(mixed.neighbours) })}</p>` : nothing);
    const by = /** @type {"domain" | "label"} */ (this.by || (maps.some(({ domains }) => domains.length > 1) ? "domain" : "label"));
    return html`<section class="card" role="region" aria-label=${t("maps.title")}><h2>${t("maps.title")}</h2>
      <p class="soft">${t("maps.about")}</p>
      <label class="stack">${t("maps.by")}<select @change=${(/** @type {globalThis.Event} */ event) => { this.by = valueOf(event); }}>${["domain", "label"].map((one) => html`<option value=${one} ?selected=${one === by}>${t(`maps.by.${one}`)}</option>`)}</select></label>
      <div class="cards">${maps.map((map) => html`<div>${figure({ name: `map-${map.method}`, heading: t(`method.${map.method}.name`), chart: featureMap, table: featureMapTable, data: { map, by } })}
        ${mixing("maps.perplexity", map.mixing)}${mixing("maps.strangers", map.strangers)}</div>`)}</div></section>`;
  }
}
customElements.define("ag-maps", MapView);

/** @param {FeatureMap[] | undefined} maps */
export const mapView = (maps) => (maps?.length ? html`<ag-maps .maps=${maps}></ag-maps>` : nothing);
