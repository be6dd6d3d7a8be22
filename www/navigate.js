// From stage to stage.

import { html, nothing } from "lit";
import { blocked, change, state } from "./store.js";
import { t } from "./words.js";

/** Opens a stage, and tells a screen reader so by the focus. @param {import("./store.js").Stage} stage */
export function go(stage) {
  if (blocked(stage)) return;
  // What was said of something done is read by then; what went wrong stays.
  change({ stage, notice: state.notice && "key" in state.notice ? null : state.notice });
  requestAnimationFrame(() => {
    window.scrollTo({ top: 0 });
    /** @type {HTMLElement | null} */ (document.querySelector("#stage h1"))?.focus({ preventScroll: true });
  });
}

/** The head of a stage. @param {import("./store.js").Stage} stage */
export const head = (stage) => html`<h1 tabindex="-1">${t(`stage.${stage}.title`)}</h1><p class="lead">${t(`stage.${stage}.lead`)}</p>`;

/** The way on. @param {import("./store.js").Stage} stage */
export function onward(stage) {
  const why = blocked(stage);
  return html`<div class="onward">${why ? html`<span class="soft">${t(`stage.why.${why}`)}</span>` : nothing}
    <button type="button" class="primary" ?disabled=${Boolean(why)} @click=${() => go(stage)}>${t("action.continue", { stage: t(`stage.${stage}`) })}<span aria-hidden="true"> →</span></button></div>`;
}
