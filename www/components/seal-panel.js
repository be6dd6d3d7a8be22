// The seal in the header: always seen; opened, it lists every way out and what was refused.

import { html, nothing } from "lit";
import { state } from "../store.js";
import { known, t } from "../words.js";
import { Base } from "./base.js";

const LOCK = html`<svg width="14" height="16" viewBox="0 0 14 16" aria-hidden="true"><path d="M3 7V4.5a4 4 0 0 1 8 0V7" fill="none" stroke="currentColor" stroke-width="1.8"/><rect x="1" y="7" width="12" height="8.5" rx="1.8" fill="currentColor"/></svg>`;

/** Why the seal does not hold, in words. @param {string | null} reason */
export function sealReason(reason) {
  const [code, detail = ""] = (reason ?? "").split(/:(.*)/s);
  const ways = detail.split(",").map((way) => (known(`seal.way.${way}`) ? t(`seal.way.${way}`) : way)).join(", ");
  return t(known(`seal.reason.${code}`) ? `seal.reason.${code}` : "seal.reason.failed", { detail: code === "open" ? ways : detail });
}

class SealPanel extends Base {
  get dialog() { return /** @type {HTMLDialogElement} */ (this.querySelector("dialog")); }

  /** @override */
  render() {
    const { seal } = state;
    const status = !seal ? "pending" : seal.ok ? "sealed" : "open";
    const closed = seal?.ways.filter((way) => way.refused) ?? [];
    const beyond = seal?.ways.filter((way) => !way.must) ?? [];
    const open = seal?.ways.filter((way) => way.must && !way.refused) ?? [];
    return html`
      <button type="button" class="seal ${status}" aria-haspopup="dialog" @click=${() => this.dialog.showModal()}>${LOCK}<span>${t(`seal.${status}`)}</span></button>
      <dialog class="panel" aria-labelledby="seal-title" @click=${(/** @type {MouseEvent} */ event) => { if (event.target === this.dialog) this.dialog.close(); }}>
        <div class="dialog-body">
          <h2 id="seal-title">${t(`seal.title.${status}`)}</h2>
          <p>${status === "open" ? sealReason(seal?.reason ?? null) : t("seal.explain")}</p>
          ${open.length ? html`<h3>${t("seal.open_ways")}</h3>${this.list(open)}` : nothing}
          ${closed.length ? html`<h3>${t("seal.closed_ways", { n: closed.length })}</h3>${this.list(closed)}` : nothing}
          ${beyond.length ? html`<h3>${t("seal.beyond")}</h3><p>${t("seal.beyond.explain")}</p>
            <ul class="ways">${beyond.map((way) => html`<li>${t(`seal.note.${way.note ?? way.way}`)}</li>`)}</ul>` : nothing}
          <p class="soft">${t("seal.nothing_stored")}</p>
          <div class="row end"><button type="button" class="primary" @click=${() => this.dialog.close()}>${t("action.close")}</button></div>
        </div>
      </dialog>`;
  }

  /** @param {import("../seal.js").Way[]} ways */
  list(ways) {
    return html`<ul class="ways columns">${ways.map(({ way, by, refused }) => html`<li class=${refused ? "good" : "bad"}>
      <span class="mark" aria-hidden="true">${refused ? "✓" : "✗"}</span>
      <span>${known(`seal.way.${way}`) ? t(`seal.way.${way}`) : way}</span> <span class="soft">${t(`seal.by.${by}`)}</span></li>`)}</ul>`;
  }
}
customElements.define("ag-seal", SealPanel);
