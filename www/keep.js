// What a person takes home, and what she brings back: plan, predictions, models, report, run file. Blobs only.

import { change, state } from "./store.js";
import { t } from "./words.js";
import { download, fileName } from "./save.js";

/** @typedef {import("./page.js").Job} Job */

/** The models of the finished run, those that were fitted first: a unit, and the outcome that holds its model. */
export const finalModels = () => (state.run?.jobs ?? []).flatMap(({ status, unit, bytes }) => (status === "done" && bytes && (unit.type === "final" || unit.type === "pretrain") ? [{ unit, bytes }] : []))
  .sort((a, b) => Number(a.unit.type === "pretrain") - Number(b.unit.type === "pretrain"));

const MAGIC = "AUTOGRAFT-RUN 1\n";

/** Header (plan, units, lengths) and the results as they are: opened again, the run goes on where it stopped. */
export function downloadRun() {
  const { run } = state;
  if (!run) return;
  const done = run.jobs.filter((job) => job.status === "done");
  const units = done.map(({ unit, summary, ms, bytes }) => ({ unit, summary, ms, length: bytes?.byteLength ?? 0 }));
  const header = JSON.stringify({ plan: run.plan, units });
  download(fileName("run", "autograft-run"), [MAGIC, header, "\n", ...done.map((job) => job.bytes ?? new ArrayBuffer(0))], "application/octet-stream");
  change({ saved: true });
}

/**
 * @param {File} file
 * @returns {Promise<{ plan: import("./page.js").Plan, jobs: Job[] }>}
 */
export async function readRun(file) {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const bad = (/** @type {string} */ reason) => ({ code: "bad_plan", facts: [["reason", reason]], at: { file: file.name } });
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) throw bad(file.name);
  const end = bytes.indexOf(10, MAGIC.length);
  /** @type {{ plan: import("./page.js").Plan, units: (Pick<Job, "unit" | "summary" | "ms"> & { length: number })[] }} */
  let header;
  try { header = JSON.parse(new TextDecoder().decode(bytes.subarray(MAGIC.length, end))); } catch (error) { throw bad(String(error)); }
  let at = end + 1;
  const jobs = header.units.map(({ unit, summary, ms, length }) => {
    const part = bytes.slice(at, at + length).buffer;
    at += length;
    if (part.byteLength !== length) throw bad(`${at} > ${bytes.length}`);
    return /** @type {Job} */ ({ unit, key: JSON.stringify(unit), needs: null, cost: 0, status: "done", worker: null, ms, began: 0, summary, bytes: part, failure: null, tries: 0 });
  });
  return { plan: header.plan, jobs };
}

/** Held-out predictions, a row each. @param {import("./protocol.js").Predictions} predictions @returns {import("./charts/table.js").Table} */
export function predictionsTable({ id, truth, methods }) {
  const names = Object.keys(methods);
  return {
    columns: [t("table.row"), t("table.truth"), ...names.map((name) => t(`method.${name}.name`))],
    rows: id.map((name, at) => [name, truth[at], ...names.map((method) => methods[method][at])]),
  };
}

/** @param {string[]} id @param {import("./protocol.js").Prediction} prediction @returns {import("./charts/table.js").Table} */
export function scoresTable(id, prediction) {
  if (prediction.type === "values") return { columns: [t("table.row"), t("chart.predicted_value")], rows: id.map((name, at) => [name, prediction.values[at]]) };
  const { names, probabilities } = prediction;
  return { columns: [t("table.row"), ...names.map((name) => t("table.risk_of", { name }))], rows: id.map((name, at) => [name, ...names.map((_, of) => probabilities[at * names.length + of])]) };
}
