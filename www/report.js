// The self-contained page of the command: reads the report embedded in it, draws it with the page's own parts.

import style from "./style.css?inline";
import { html, render } from "lit";
import { turnTheme } from "./preferences.js";
import { reportView } from "./report-view.js";
import { setLanguage, t } from "./words.js";

const report = JSON.parse(document.querySelector("#report")?.textContent ?? "null");
setLanguage(navigator.language);
document.head.append(Object.assign(document.createElement("style"), { textContent: style }));
const place = document.body.appendChild(document.createElement("div"));

function show() {
  document.title = t("report.title");
  render(html`<header class="top"><div class="brand"><span class="mark" aria-hidden="true"></span><span class="name">${t("app.name")}</span><span class="tag">${t("report.title")}</span></div>
      <div class="controls"><button type="button" class="quiet" @click=${() => { setLanguage(document.documentElement.lang === "en" ? "zh" : "en"); show(); }}>${t("app.other_language")}</button>
      <button type="button" class="quiet" @click=${turnTheme}>${t("app.dark")}</button></div></header>
    <main id="stage" class="report">
      ${report ? reportView(report) : t("report.empty")}
    </main>`, place);
}
show();
