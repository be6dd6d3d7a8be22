// The report as one HTML file without a script: drawn here out of sight, then taken as it stands. It opens in any
// browser, and prints. It names no row.

import { render } from "lit";
import style from "./style.css?inline";
import { reportView } from "./report-view.js";
import { t } from "./words.js";

/** Milliseconds; a chart that is not drawn by then is left out. */
const PATIENCE = 5000;

/** @param {import("./protocol.js").Report} report @returns {Promise<string>} the page's text */
export async function reportPage(report) {
  const place = Object.assign(document.createElement("main"), { className: "report", inert: true });
  // Laid out, so that the charts have a width.
  Object.assign(place.style, { position: "absolute", left: "-5000px", top: "0", width: "1000px" });
  place.setAttribute("aria-hidden", "true");
  document.body.append(place);
  try {
    const { candidates } = report;
    const nameless = candidates ? { ...candidates, rows: candidates.rows.map((row) => ({ ...row, id: "" })) } : candidates;
    render(reportView({ ...report, candidates: nameless }), place);
    const late = performance.now() + PATIENCE;
    // What is folded has no width to be drawn in: it is opened for as long as that takes.
    const unfold = () => place.querySelectorAll("details:not([open])").forEach((folded) => { folded.setAttribute("open", ""); folded.setAttribute("data-folded", ""); });
    const drawn = () => [...place.querySelectorAll("ag-verdict-view, ag-shift-view, ag-figure, .plot")].every((part) => part.firstElementChild);
    do {
      unfold();
      await new Promise((resolve) => setTimeout(resolve, 20));
    } while (!drawn() && performance.now() < late);
    const copy = /** @type {HTMLElement} */ (place.cloneNode(true));
    for (const name of ["style", "inert", "aria-hidden"]) copy.removeAttribute(name);
    copy.querySelectorAll("details[data-folded]").forEach((folded) => { folded.removeAttribute("open"); folded.removeAttribute("data-folded"); });
    // A name that could be chosen is a name; what only a script could answer goes.
    copy.querySelectorAll("button.link").forEach((button) => button.replaceWith(button.textContent ?? ""));
    copy.querySelectorAll("button, label.search, .saves, .pager").forEach((gone) => gone.remove());
    const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    const { lang, dataset } = document.documentElement;
    return `<!doctype html>\n<html lang="${lang}"${dataset.theme === "light" ? ' data-theme="light"' : ""}>\n<head>\n<meta charset="utf-8">\n<meta name="viewport" content="width=device-width, initial-scale=1">\n<meta http-equiv="Content-Security-Policy" content="${policy}">\n<title>${t("report.title")}</title>\n<style>${style.replaceAll("</", "<\\/")}</style>\n</head>\n<body>\n${copy.outerHTML.replaceAll(/<!--.*?-->/gs, "")}\n</body>\n</html>\n`;
  } finally {
    place.remove();
  }
}
