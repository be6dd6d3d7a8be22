// What every element of the page shares: light DOM (one style sheet, one set of labels), and news from the store.

import { LitElement } from "lit";
import { subscribe } from "../store.js";

export class Base extends LitElement {
  /** @override */
  createRenderRoot() { return this; }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = subscribe(() => this.requestUpdate());
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }
}

/** The value of the field that an event came from. @param {globalThis.Event} event */
export const valueOf = (event) => /** @type {HTMLInputElement} */ (event.target).value;

/** Whether the box that an event came from is ticked. @param {globalThis.Event} event */
export const checkedOf = (event) => /** @type {HTMLInputElement} */ (event.target).checked;
