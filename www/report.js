// The self-contained page of the command: reads the report embedded in it, draws it with the page's own parts.

import style from "./style.css?inline";
import { html, render } from "lit";
import "./components/shift-view.js";
import "./components/verdict-view.js";
import { findings } from "./components/findings.js";
import { whyView } from "./components/why-view.js";
import { setLanguage, t } from "./words.js";
import { turnTheme } from "./preferences.js";

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
      ${report ? html`<h1>${t("stage.verdict.title")}</h1><ag-verdict-view .report=${{ ...report }}></ag-verdict-view>
        ${report.forward?.importance?.length ? html`<h1>${t("stage.why.title")}</h1>${whyView(report)}` : ""}
        ${report.shift ? html`<h1>${t("stage.shift.title")}</h1><ag-shift-view .shift=${{ ...report.shift }}></ag-shift-view>` : ""}
        ${findings(report.findings ?? [], t("findings.title"))}
        <details class="card"><summary>${t("report.plan")}</summary><pre tabindex="0">${JSON.stringify(report.plan, null, 1)}</pre></details>` : t("report.empty")}
    </main>`, place);
}
show();
