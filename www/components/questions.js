// What looks like a missing value but may be none: asked, never decided in silence.

import { html, nothing } from "lit";
import { readable } from "../store.js";
import { answer } from "../study.js";
import { known, t } from "../words.js";
import { Base } from "./base.js";

/** Places of one code from which on they are asked together, too. */
const EVERYWHERE = 4;

class Questions extends Base {
  static properties = { all: { state: true } };

  constructor() { super(); this.all = false; }

  /** Suspected codes over all files; answered ones stay, so that an answer can be changed. */
  asked() {
    return [...readable("source"), ...readable("target")].flatMap((one) => {
      const alone = one.summary.columns.flatMap((column) => column.suspects.flatMap((note) => (note.value === null ? [] : [{ one, column: note.column ?? column.name, note, value: note.value }])));
      // What only the other tables make suspicious: a column that is 0 here and never there.
      const beside = one.between.flatMap((note) => (note.column === null || note.value === null ? [] : [{ one, column: note.column, note, value: note.value }]))
        .filter((b) => !alone.some((a) => a.column === b.column && a.value === b.value));
      const found = [...alone, ...beside];
      const keys = new Set(found.map((f) => `${f.column}\0${f.value}`));
      const answered = Object.keys(one.answers).filter((key) => !keys.has(key)).map((key) => { const [column, value] = key.split("\0"); return { one, column, value, note: { code: "answered", facts: /** @type {[string, string][]} */ ([]) } }; });
      return [...found, ...answered];
    });
  }

  /** @override */
  render() {
    const asked = this.asked();
    if (!asked.length) return nothing;
    const open = asked.filter(({ one, column, value }) => one.answers[`${column}\0${value}`] === undefined);
    // One code all over a table (−1 for "not measured") is one question.
    const everywhere = [...new Set(open.map(({ value }) => value))].map((value) => open.filter((one) => one.value === value)).filter((codes) => codes.length >= EVERYWHERE);
    const shown = this.all ? asked : asked.slice(0, 6);
    return html`<section class="card questions" aria-labelledby="questions">
      <h2 id="questions">${t("questions.title")}</h2><p class="soft">${open.length ? t("questions.explain") : t("questions.done")}</p>
      ${everywhere.map((codes) => {
        const columns = [...new Set(codes.map(({ column }) => column))];
        const question = t("questions.everywhere", { value: codes[0].value, n: columns.length });
        const all = codes.map(({ one, column, value }) => ({ id: one.id, column, value }));
        return html`<div class="question"><div><strong>${question}</strong> <span class="soft">${columns.join(t("list.separator"))}</span></div>
          <div class="row" role="group" aria-label=${question}>
            <button type="button" class="small" @click=${() => answer(all, true)}>${t("questions.everywhere.yes")}</button>
            <button type="button" class="small" @click=${() => answer(all, false)}>${t("questions.everywhere.no")}</button></div></div>`;
      })}
      <ul class="plain">${shown.map(({ one, column, value, note }) => {
        const given = one.answers[`${column}\0${value}`];
        const question = t("questions.missing", { value, column, file: one.name });
        return html`<li class="question ${given === undefined ? "" : "answered"}">
          <div><strong>${question}</strong> ${known(`note.${note.code}`) ? html`<span class="soft">${t(`note.${note.code}`, note.facts)}</span>` : nothing} <span class="soft">${one.name}</span></div>
          <div class="row" role="group" aria-label=${question}>
            <button type="button" class="small" aria-pressed=${given === true} @click=${() => answer([{ id: one.id, column, value }], true)}>${t("questions.yes")}</button>
            <button type="button" class="small" aria-pressed=${given === false} @click=${() => answer([{ id: one.id, column, value }], false)}>${t("questions.no")}</button></div></li>`;
      })}</ul>
      ${asked.length > shown.length ? html`<button type="button" class="quiet" @click=${() => { this.all = true; }}>${t("questions.all", { n: asked.length })}</button>` : nothing}
    </section>`;
  }
}
customElements.define("ag-questions", Questions);
