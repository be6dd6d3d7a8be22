// A chart with its title, its table, and its export as SVG, PNG and CSV.

import { html, nothing } from "lit";
import { download, downloadCsv } from "../save.js";
import { t } from "../words.js";
import { View } from "./base.js";
import { dataTable } from "./table.js";

/** Presentation that must not depend on our style sheet once the picture stands alone. */
const INLINE = ["fill", "stroke", "color", "font-family", "font-size", "font-weight", "opacity", "fill-opacity", "stroke-opacity"];
/** PNG pixels a CSS pixel: sharp in print. */
const SHARP = 3;

/** @param {SVGElement} shown @returns {{ text: string, width: number, height: number }} the picture, alone */
function standalone(shown) {
  const copy = /** @type {SVGElement} */ (shown.cloneNode(true));
  const from = [shown, ...shown.querySelectorAll("*")];
  const to = [copy, ...copy.querySelectorAll("*")];
  from.forEach((element, at) => {
    const style = getComputedStyle(element);
    for (const name of INLINE) to[at].setAttribute(name, style.getPropertyValue(name));
    to[at].removeAttribute("class");
  });
  copy.querySelectorAll("style").forEach((style) => style.remove());
  const [left, top, width, height] = (shown.getAttribute("viewBox") ?? "0 0 1 1").split(/[ ,]+/).map(Number);
  const pad = 12;
  copy.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  copy.setAttribute("viewBox", `${left - pad} ${top - pad} ${width + 2 * pad} ${height + 2 * pad}`);
  copy.setAttribute("width", String(width + 2 * pad));
  copy.setAttribute("height", String(height + 2 * pad));
  copy.removeAttribute("style");
  const paper = document.createElementNS("http://www.w3.org/2000/svg", "rect");
  const background = getComputedStyle(document.documentElement).getPropertyValue("background-color");
  for (const [name, value] of Object.entries({ x: left - pad, y: top - pad, width: width + 2 * pad, height: height + 2 * pad, fill: background })) paper.setAttribute(name, String(value));
  copy.prepend(paper);
  return { text: new XMLSerializer().serializeToString(copy), width: width + 2 * pad, height: height + 2 * pad };
}

/** @param {SVGElement} shown @returns {Promise<Blob>} */
async function png(shown) {
  const { text, width, height } = standalone(shown);
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  try {
    const image = new Image();
    image.src = url;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: width * SHARP, height: height * SHARP });
    canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) => canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("canvas"))), "image/png"));
  } finally {
    URL.revokeObjectURL(url);
  }
}

export class Figure extends View {
  static properties = { name: {}, heading: {}, note: {}, chart: { attribute: false }, table: { attribute: false }, data: { attribute: false } };

  constructor() {
    super();
    this.name = "chart";
    this.heading = "";
    this.note = "";
    /** @type {((data: any, size: { width: number }) => Element) | null} of whatever data it was given with (see `figure`) */
    this.chart = null;
    /** @type {((data: any) => import("../charts/table.js").Table) | null} */
    this.table = null;
    /** @type {any} */
    this.data = null;
    this.width = 0;
    this.drawn = /** @type {unknown[]} */ ([]);
  }

  /** @override */
  connectedCallback() {
    super.connectedCallback();
    this.observer = new ResizeObserver(([entry]) => {
      const width = Math.floor(entry.contentRect.width);
      if (Math.abs(width - this.width) > 4) { this.width = width; this.requestUpdate(); }
    });
    this.observer.observe(this);
  }

  /** @override */
  disconnectedCallback() {
    super.disconnectedCallback();
    this.observer?.disconnect();
  }

  get svg() { return /** @type {SVGElement | null} */ (this.querySelector(".plot svg")); }

  /** @override */
  updated() {
    const place = this.querySelector(".plot");
    const now = [this.data, this.width, document.documentElement.lang, this.chart];
    if (!place || !this.chart || this.width < 40 || now.every((part, at) => part === this.drawn[at])) return;
    this.drawn = now;
    place.replaceChildren(this.chart(this.data, { width: this.width }));
  }

  /** @override */
  render() {
    const table = this.table?.(this.data);
    const save = async (/** @type {"svg" | "png"} */ kind) => {
      if (!this.svg) return;
      const content = kind === "svg" ? standalone(this.svg).text : await png(this.svg);
      download(`autograft-${this.name}.${kind}`, [content], kind === "svg" ? "image/svg+xml" : "image/png");
    };
    const button = (/** @type {string} */ label, /** @type {() => void} */ click) =>
      html`<button type="button" class="small quiet" @click=${click} aria-label=${t("figure.save", { kind: label, name: this.heading })}>${label}</button>`;
    return html`<figure class="figure">
      ${this.heading ? html`<figcaption><h3>${this.heading}</h3>${this.note ? html`<p class="soft">${this.note}</p>` : nothing}</figcaption>` : nothing}
      <div class="plot"></div>
      ${table ? html`<div class="tools">
        <details><summary>${t("figure.table")}</summary>${dataTable(table, this.heading, { headed: true })}</details>
        <span class="saves">${button("SVG", () => save("svg"))}${button("PNG", () => save("png"))}${button("CSV", () => downloadCsv(`autograft-${this.name}.csv`, table))}</span>
      </div>` : nothing}
    </figure>`;
  }
}
customElements.define("ag-figure", Figure);

/**
 * A figure, as a template.
 * @template D
 * @param {{ name: string, heading: string, note?: string, chart: (data: D, size: { width: number }) => Element, table?: (data: D) => import("../charts/table.js").Table, data: D }} figure
 */
export const figure = ({ name, heading, note = "", chart, table, data }) =>
  html`<ag-figure .name=${name} .heading=${heading} .note=${note} .chart=${chart} .table=${table ?? null} .data=${data}></ag-figure>`;
