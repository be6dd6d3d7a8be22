// What every element of the page shares: light DOM (one style sheet, one set of labels), and news from the store.

import { LitElement } from "lit";
import { subscribe } from "../store.js";
import { onLanguage } from "../words.js";

export class Base extends LitElement {
  /** @override */
  createRenderRoot() { return this; }

  /** Who tells it to draw itself anew. */
  listen() { return subscribe(() => this.requestUpdate()); }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.unsubscribe = this.listen();
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.unsubscribe?.();
  }
}

/** An element that is drawn from what it is given, and anew in another language. */
export class View extends Base {
  /** @override */
  listen() { return onLanguage(() => this.requestUpdate()); }
}

/** The value of the field that an event came from. @param {globalThis.Event} event */
export const valueOf = (event) => /** @type {HTMLInputElement} */ (event.target).value;

/** Whether the box that an event came from is ticked. @param {globalThis.Event} event */
export const checkedOf = (event) => /** @type {HTMLInputElement} */ (event.target).checked;
