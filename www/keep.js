// What a person takes home, and what she brings back: plan, predictions, models, report, run file. Blobs only.

import { change, state } from "./store.js";
import { t } from "./words.js";
import { download, fileName } from "./save.js";

/** The models of the finished run, by method. */
export const finalModels = () => (state.run?.jobs ?? []).filter((/** @type {any} */ job) => job.status === "done" && job.bytes && ["final", "pretrain"].includes(job.unit.type));

const MAGIC = "AUTOGRAFT-RUN 1\n";

/** Header (plan, units, lengths) and the results as they are: opened again, the run goes on where it stopped. */
export function downloadRun() {
  const done = state.run.jobs.filter((/** @type {any} */ job) => job.status === "done");
  const units = done.map((/** @type {any} */ { unit, summary, ms, bytes }) => ({ unit, summary, ms, length: bytes?.byteLength ?? 0 }));
  const header = JSON.stringify({ plan: state.run.plan, units });
  download(fileName("run", "autograft-run"), [MAGIC, header, "\n", ...done.map((/** @type {any} */ job) => job.bytes ?? new ArrayBuffer(0))], "application/octet-stream");
  change({ saved: true });
}

/**
 * @param {File} file
 * @returns {Promise<{ plan: any, jobs: any[] }>}
 */
export async function readRun(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const bad = (/** @type {string} */ reason) => ({ code: "bad_plan", facts: [["reason", reason]], at: { file: file.name } });
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw bad(file.name);
  const end = bytes.indexOf(10, MAGIC.length);
  /** @type {any} */
  let header;
  try { header = JSON.parse(new TextDecoder().decode(bytes.subarray(MAGIC.length, end))); } catch (error) { throw bad(String(error)); }
  let at = end + 1;
  const jobs = header.units.map((/** @type {any} */ { unit, summary, ms, length }) => {
    const part = bytes.slice(at, at + length).buffer;
    at += length;
    if (part.byteLength !== length) throw bad(`${at} > ${bytes.length}`);
    return { unit, key: JSON.stringify(unit), needs: null, cost: 0, status: "done", worker: null, ms, summary, bytes: part, failure: null, tries: 0 };
  });
  return { plan: header.plan, jobs };
}

/** Held-out predictions, a row each. @param {any} report @returns {import("./charts/table.js").Table} */
export function predictionsTable(report) {
  const { id, truth, methods } = report.forward.predictions;
  const names = Object.keys(methods);
  return {
    columns: [t("table.row"), t("table.truth"), ...names.map((name) => t(`method.${name}.name`))],
    rows: id.map((/** @type {string} */ name, /** @type {number} */ at) => [name, truth[at], ...names.map((method) => methods[method][at])]),
  };
}

/** @param {string[]} id @param {any} prediction @returns {import("./charts/table.js").Table} */
export function scoresTable(id, prediction) {
  if (prediction.type === "values") return { columns: [t("table.row"), t("chart.predicted_value")], rows: id.map((name, at) => [name, prediction.values[at]]) };
  const { names, probabilities } = prediction;
  return { columns: [t("table.row"), ...names.map((/** @type {string} */ name) => t("table.risk_of", { name }))], rows: id.map((name, at) => [name, ...names.map((/** @type {string} */ _, /** @type {number} */ of) => probabilities[at * names.length + of])]) };
}
