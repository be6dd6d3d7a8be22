// How the counts of genes of one file are prepared: asked where a table looks like counts, changed number by number.

import { html, nothing } from "lit";
import { reread } from "../study.js";
import { t } from "../words.js";
import { valueOf } from "./base.js";

/** @typedef {import("../protocol.js").Counts} Counts */
/** @typedef {import("../protocol.js").Variable} Variable */

/** What the engine takes where a number is not said: the words of a field show it. @type {Required<Counts>} */
const USUAL = { min_genes: 200, min_cells: 3, max_mito: null, total: 10000, variable: { type: "cutoffs", min_mean: 0.0125, max_mean: 3, min_disp: 0.5 }, keep: [] };
/** @type {Record<string, Variable | null>} */
const CHOICES = { all: null, cutoffs: USUAL.variable, top: { type: "top", genes: 2000 } };

/** @param {import("../page.js").Opened} opened */
export function countsView({ id, options, summary, busy, failure }) {
  const now = options.counts;
  if (busy) return nothing;
  const set = (/** @type {Counts | undefined} */ counts) => reread(id, { counts });
  if (!now) {
    if (!summary?.counts) return nothing;
    return html`<p class="note ask">${t("gene_counts.ask")} <button type="button" class="small" @click=${() => set(summary.counts ?? undefined)}>${t("gene_counts.prepare")}</button></p>`;
  }
  const { min_genes, min_cells, max_mito, total, variable, keep } = { ...USUAL, ...now };
  const put = (/** @type {Partial<Counts>} */ part) => set({ ...now, ...part });
  const number = (/** @type {string} */ label, /** @type {number | null | undefined} */ value, /** @type {(value: number) => void} */ take, step = "1") => html`
    <label class="stack">${t(`gene_counts.${label}`)}<input type="number" min="0" step=${step} .value=${value === null || value === undefined ? "" : String(value)}
      @change=${(/** @type {globalThis.Event} */ event) => take(valueOf(event) === "" ? NaN : Number(valueOf(event)))}></label>`;
  const or = (/** @type {number} */ value, /** @type {number} */ usual) => (Number.isFinite(value) ? value : usual);
  const bound = (/** @type {"min_mean" | "max_mean" | "min_disp"} */ name) => (variable?.type === "cutoffs" ? number(name, variable[name], (v) => put({ variable: { ...variable, [name]: or(v, variable[name]) } }), "any") : nothing);
  return html`<details class="gene-counts" ?open=${Boolean(failure)}><summary>${t("gene_counts.title")}</summary><div class="options">
      ${number("min_genes", min_genes, (v) => put({ min_genes: or(v, USUAL.min_genes) }))}
      ${number("min_cells", min_cells, (v) => put({ min_cells: or(v, USUAL.min_cells) }))}
      ${number("max_mito", max_mito === null || max_mito === undefined ? null : max_mito * 100, (v) => put({ max_mito: Number.isFinite(v) ? v / 100 : null }), "any")}
      ${number("total", total, (v) => put({ total: or(v, USUAL.total) }), "any")}
      <label class="stack">${t("gene_counts.variable")}<select @change=${(/** @type {globalThis.Event} */ event) => put({ variable: CHOICES[valueOf(event)] })}>
        ${Object.keys(CHOICES).map((choice) => html`<option value=${choice} ?selected=${(variable?.type ?? "all") === choice}>${t(`gene_counts.${choice}`)}</option>`)}</select></label>
      ${variable?.type === "top" ? number("top_genes", variable.genes, (v) => put({ variable: { ...variable, genes: or(v, 2000) } })) : nothing}
      ${bound("min_mean")}${bound("max_mean")}${bound("min_disp")}
      <label class="stack wide">${t("gene_counts.keep")}<input type="text" .value=${(keep ?? []).join(", ")} @change=${(/** @type {globalThis.Event} */ event) => put({ keep: valueOf(event).split(",").map((name) => name.trim()).filter(Boolean) })}></label>
    </div><button type="button" class="small quiet" @click=${() => set(undefined)}>${t("gene_counts.undo")}</button></details>`;
}

/** The tick in the reading options: for a table that does not look like counts, and one that could not be read. @param {import("../page.js").Opened} opened */
export const countsTick = ({ id, options, summary }) => html`<label class="tick"><input type="checkbox" .checked=${Boolean(options.counts)}
  @change=${() => reread(id, { counts: options.counts ? undefined : summary?.counts ?? USUAL })}>${t("gene_counts.prepare")}</label>`;
