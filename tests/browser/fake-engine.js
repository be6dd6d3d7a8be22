// TEST ONLY, never in dist/: an engine that answers with made-up numbers, so that every stage of the page can be
// looked at, and its states forced, without a wasm build. The real main job is tested with the real engine.

const rows = (text) => text.trim().split(/\r?\n/).map((line) => line.split(/[,;\t]/));
let seed = 7;
const random = () => ((seed = (seed * 16807) % 2147483647) / 2147483647);
const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const fail = (code, facts = [], at = {}) => Object.assign(new Error(code), { code, facts, at });

function summarise(name, text) {
  const [names, ...body] = rows(text);
  if (!body.length) throw fail(text.trim() ? "header_only" : "empty_file", [["columns", names.length]], { file: name });
  const ragged = body.findIndex((row) => row.length !== names.length);
  if (ragged >= 0) throw fail("ragged_row", [["found", body[ragged].length], ["expected", names.length], ["delimiter", ","]], { file: name, row: ragged + 2 });
  const columns = names.map((column, at) => {
    const cells = body.map((row) => row[at]).filter((cell) => cell !== "" && cell !== "NA");
    const distinct = new Set(cells);
    const numbers = cells.map(Number);
    const number = numbers.every(Number.isFinite) && distinct.size > 5;
    const low = Math.min(...numbers), high = Math.max(...numbers);
    const histogram = Array(12).fill(0);
    if (number) for (const x of numbers) histogram[Math.min(11, Math.floor((12 * (x - low)) / (high - low || 1)))]++;
    const levels = [...distinct].slice(0, 20).map((level) => [level, cells.filter((cell) => cell === level).length]);
    const zeros = number && low === 0 && numbers.filter((x) => x === 0).length > 3 && column !== "oldpeak";
    return { name: column, kind: column === "id" ? "identifier" : number ? "number" : distinct.size === 2 ? "boolean" : "category", missing: body.length - cells.length, distinct: distinct.size,
      levels: number ? [] : levels, min: number ? low : null, max: number ? high : null, mean: number ? numbers.reduce((a, b) => a + b, 0) / numbers.length : null, histogram: number ? histogram : null,
      suspects: zeros ? [{ code: "impossible_zero", facts: [["count", "110"]], column, row: null, value: "0" }] : [] };
  });
  const found = (value, sure = true) => ({ value, sure, chosen: false, alternatives: [], evidence: { code: "", facts: [] } });
  return { name, rows: body.length, bytes: text.length, fingerprint: `${name}-${text.length}`, sheets: [], notes: [], genes_by_samples: false, columns, preview: body.slice(0, 8),
    format: { container: "text", gz: false, encoding: found(/[^\x00-\x7f]/.test(text) ? "windows1252" : "utf8", !/[^\x00-\x7f]/.test(text)), delimiter: found("comma"), quote: found(true), header: found(true), decimal: found("."), sheet: null } };
}

const METHODS = [
  ["source_only", "baseline", "parameters", ["source_labels"], "standard", null], ["target_only", "baseline", "none", ["target_labels"], "standard", null],
  ["pooled", "baseline", "instances", ["source_rows", "source_labels", "target_labels"], "standard", null],
  ["hanczar", "transductive", "parameters", ["source_labels", "target_labels"], "reconstructed", { authors: "Hanczar, Bourgeais, Zehraoui", year: 2022, title: "Assessment of deep learning and transfer learning for cancer prediction based on gene expression data", doi: "10.1186/s12859-022-04807-7" }],
].map(([id, scenario, factor, needs, honesty, paper]) => ({ card: { id, scenario, factor, needs, kinds: "both", honesty, paper, uses_network: id === "hanczar", sensible: id !== "pooled" },
  fields: id === "hanczar" ? [{ name: "widths", range: { type: "wholes", low: 4, high: 1024, min_len: 1, max_len: 4 }, default: [64, 32, 16], unit: "units" }, { name: "learning_rate", range: { type: "real", low: 1e-6, high: 1 }, default: 0.001, unit: "" }, { name: "max_epochs", range: { type: "whole", low: 1, high: 1000 }, default: 60, unit: "epochs" }] : [] }));

const metric = (name, mean, spread) => ({ metric: name, mean, sd: spread, low: mean - 1.6 * spread, high: mean + 1.6 * spread });
const curve = (power) => Array.from({ length: 41 }, (_, at) => [at / 40, (at / 40) ** power]);
const method = (id, role, auc) => ({ id, role, choices: {}, metrics: [metric("auroc", auc, 0.03), metric("auprc", auc - 0.08, 0.05), metric("brier", 0.3 - auc / 6, 0.02), metric("log_loss", 0.9 - auc / 2, 0.04), metric("calibration_slope", auc, 0.1), metric("calibration_in_the_large", 0.1, 0.1), metric("mcc", 0.4, 0.1)],
  calibration_curve: curve(1.9 - auc), calibration: [0.1, 0.3, 0.5, 0.7, 0.9].map((p) => ({ predicted: p, observed: p ** (1.9 - auc), low: Math.max(0, p ** (1.9 - auc) - 0.12), high: Math.min(1, p ** (1.9 - auc) + 0.12), n: 24, events: 3 })),
  roc: curve(1 / auc - 0.95), pr: curve(1).map(([x]) => [x, 1 - x * (1.1 - auc) * 1.6]), risks: { event: Array.from({ length: 20 }, (_, at) => Math.round(at * at / 20)), non_event: Array.from({ length: 20 }, (_, at) => Math.round((20 - at) ** 2 / 18)) } });
const contrast = (estimate, half, verdict, name = "auroc") => ({ metric: name, transfer: 0.84, target_only: 0.78, estimate, se: half / 2, df: 24, low: estimate - half, high: estimate + half, p: 0.004, p_adjusted: 0.01, n_folds: 25, n_undefined: 0, design: "cv", smallest_detectable: 0.035, verdict });

export function report(plan, wanted = "helps") {
  const primary = { helps: contrast(0.058, 0.03, { kind: "helps" }), harms: contrast(-0.071, 0.04, { kind: "harms" }), cannot_tell: contrast(0.021, 0.055, { kind: "cannot_tell", reason: { kind: "too_few_events", class: 0, found: 8, needed: 10 } }) }[wanted];
  const cannot = { kind: "cannot_tell", reason: { kind: "interval" } };
  return { version: 1, program: "fake", plan, data: { event: "1", classes: ["0", "1"] }, findings: [], shift: null, reverse: null, pretrainings: 2, forward: {
    estimand: { metric: "auroc", n_train: 98.4, n_evaluated: 123, events: 115, design: "cv", folds: 5, repeats: 5 }, contrast: primary, ranks_better_calibrated_worse: wanted === "helps" ? "shown" : null,
    secondary: [{ method: "pooled", metric: "auroc", contrast: contrast(0.032, 0.04, cannot) }, { method: "source_only", metric: "auroc", contrast: contrast(0.005, 0.05, cannot) }, { method: "hanczar", metric: "brier", contrast: contrast(-0.01, 0.02, cannot, "brier") }],
    methods: [method("hanczar", "transfer", 0.84), method("target_only", "baseline", 0.78), method("pooled", "other", 0.82), method("source_only", "other", 0.79)],
    learning: ["scratch", "linear", "frozen_0", "frozen_2", "frozen_4"].flatMap((line, at) => [10, 25, 50, 98].map((n) => ({ line, n, mean: 0.84 - (at < 2 ? 1.6 - at / 3 : 0.5 + 0.1 * at) / n ** 0.7, sd: 0.3 / n ** 0.6, values: [] }))),
    gain: [0, 1, 2, 3, 4].flatMap((frozen) => [10, 25, 50, 98].map((n) => ({ frozen, n, gain: 0.9 / n ** 0.7 - 0.02 * frozen, p: n < 30 ? 0.01 : null }))),
    importance: ["chol", "age", "thalach", "oldpeak", "cp", "exang", "sex", "trestbps"].map((feature, at) => ({ feature, source: 0.05 - at * 0.005, transferred: 0.08 - at * 0.01, low: 0.07 - at * 0.01 - 0.02, high: 0.1 - at * 0.01 })),
    predictions: { id: ["1", "2"], truth: ["1", "0"], methods: { hanczar: [0.7, 0.2] } } } };
}

export class FakeEngine {
  constructor() { this.size = 2; this.seats = [{}, {}]; this.paused = false; this.files = []; this.onCrash = null; this.pace = Number(new URLSearchParams(location.search).get("pace") ?? 12); }
  seat(at) { return this.seats[at]; }
  pause(on) { this.paused = on; }
  async request(request, { files = [], buffers = [], onEvent = () => {}, signal } = {}) {
    const stop = () => { if (signal?.aborted) throw fail("cancelled"); };
    await wait(15);
    switch (request.type) {
      case "open": {
        const text = await files[0].text();
        const summary = summarise(files[0].name, text);
        for (const column of summary.columns) {
          const codes = request.options.missing_codes?.[column.name];
          if (codes?.includes("0")) Object.assign(column, { suspects: [], missing: Math.round(summary.rows * 0.4), histogram: [0, 1, 3, 8, 12, 9, 5, 3, 1, 0, 0, 0], min: 120 });
          if (request.options.kinds?.[column.name]) column.kind = request.options.kinds[column.name];
        }
        this.files.push(summary);
        return { summary, buffers: [new TextEncoder().encode(text).buffer] };
      }
      case "pick": await wait(200); return { pick: { choice: "cpu", reason: ["device.reason.no_gpu", []], cpu_ms: 0.8, gpu_ms: null } };
      case "desk": { const { buffers: out = [], ...answer } = await this.desk(request.ask, buffers, onEvent, signal, stop); return { answer, buffers: out }; }
      default: throw fail("unknown", [["name", request.type], ["known", "…"]]);
    }
  }
  async desk(ask, buffers, onEvent, signal, stop) {
    switch (ask.type) {
      case "methods": return { methods: METHODS };
      case "load": this.tables = buffers.map((bytes) => rows(new TextDecoder().decode(bytes))[0]); return {};
      case "suggest": {
        const [source, target] = [this.tables[0], this.tables.at(-1)].map((names) => Object.fromEntries(names.map((name) => [name, name === "num" || name === "death" ? "label" : name === "id" ? "identifier" : "feature"])));
        return { source, target, labels: [{ source: "num", target: "num", score: 20, survival: false, kind: { type: "classes" } }, { source: "exang", target: "exang", score: 3, survival: false, kind: { type: "classes" } }], notes: [{ key: "label_guessed", weight: "confirm", column: "num", facts: [] }, { key: "role_identifier", weight: "note", file: "cleveland.csv", column: "id", facts: [] }] };
      }
      case "suspects": return { tables: this.tables.map(() => []) };
      case "line_up": return { ...this.match(ask.source, ask.target), notes: [{ key: "levels_guessed", weight: "confirm", column: "sex", facts: [["levels", "1 → M, 0 → F"]] }] };
      case "default_plan": { const { type, ...given } = ask; return { plan: { version: 1, ...given, metric: "auroc", transfer: { method: "hanczar", config: null }, baseline: { method: "target_only", config: null }, others: ["source_only", "pooled"].map((id) => ({ method: id, config: null })), design: { folds: 5, repeats: 5, seeds: 2 }, grid: null, both_directions: false, importance: 3, device: "auto", seed: 1 } }; }
      case "read_plan": try { return { plan: JSON.parse(ask.text) }; } catch (error) { throw fail("bad_plan", [["reason", error.message]]); }
      case "prepare": {
        await wait(50);
        this.plan = ask.plan;
        const jobs = [0, 1].map((number) => ({ unit: { type: "pretrain", direction: "forward", method: 0, seed: number, key: `k${number}` }, needs: null, cost: 20 }));
        for (let fold = 0; fold < ask.plan.design.folds * ask.plan.design.repeats; fold++) for (let at = 0; at < 2 + ask.plan.others.length; at++) jobs.push({ unit: { type: "fold", direction: "forward", method: at, fold }, needs: at === 0 ? `k${fold % 2}` : null, cost: at === 0 ? 4 : 1 });
        jobs.push({ unit: { type: "final", method: 0 }, needs: "k0", cost: 4 });
        return { jobs, verdict_possible: true, findings: [{ key: "patients_in_both", weight: "warning", facts: [["rows", "2"]] }],
          data: { sources: [{ domain: "cleveland", rows: 303, labelled: 303, classes: [164, 139] }], target: { domain: "switzerland", rows: 123, labelled: 123, classes: [8, 115] }, test: null, unlabelled: 0, features: 8, label: "num", classes: ["0", "1"], event: "1" } };
      }
      case "shift": {
        await wait(100);
        const normal = (mean) => Array.from({ length: 16 }, (_, at) => 0.19 * Math.exp(-(((at - mean) / 3) ** 2)));
        const features = ["chol", "trestbps", "thalach", "age", "oldpeak", "fbs", "a_rather_long_column_name_from_a_registry"].map((name, at) => ({ name, kind: "number", smd: (at % 2 ? -1 : 1) * (1.9 - at * 0.28), distance: 0.7 - at * 0.08, p: 0.001, q: 0.002, source_missing: 0.01 * at, target_missing: 0.07 * at, shape: { type: "bins", edges: Array.from({ length: 17 }, (_, b) => 100 + b * 20), source: normal(5 + at / 3), target: normal(9 - at / 2) } }));
        features.push({ name: "sex", kind: "category", smd: 0.2, distance: 0.1, p: 0.2, q: 0.3, source_missing: 0, target_missing: 0, shape: { type: "levels", levels: ["F", "M"], source: [0.32, 0.68], target: [0.08, 0.92] } });
        return { source_rows: 303, target_rows: 123, domain: { auroc: 0.87, low: 0.83, high: 0.91, p: 0.001, source_rows: 303, target_rows: 123, features: 8, features_of: 8, one_sided: 1 }, features, sources: [], label: { type: "classes", event: 1, classes: [{ name: "0" }, { name: "1", source: 0.459, target: 0.935, difference: 0.476, low: 0.39, high: 0.53 }] } };
      }
      case "shape": return { inputs: 12, hidden: 64, batch: 32 };
      case "keep_pretrained": return {};
      case "run": {
        const name = ask.unit.type === "pretrain" ? "pretrain" : "fine_tune";
        onEvent({ type: "phase", name: ask.unit.type, facts: [["method", ["hanczar", "target_only", "source_only", "pooled"][ask.unit.method]]] });
        const steps = 20;
        for (let step = 0; step < steps; step++) {
          await wait(this.pace * (ask.unit.type === "pretrain" ? 3 : 1));
          while (this.paused) { await wait(20); stop(); }
          stop();
          onEvent({ type: "progress", done: step + 1, total: steps });
          onEvent({ type: "losses", name, step: step * 10, terms: [{ name: "train", value: 0.7 * Math.exp(-step / 8) + 0.1 * random() }, { name: "validation", value: 0.75 * Math.exp(-step / 10) + 0.12 + 0.05 * random() }] });
        }
        return { value: 0.8, choice: null, cells: [], buffers: [new Uint8Array([1, 2, 3, ask.unit.fold ?? 0]).buffer] };
      }
      case "report": await wait(50); return report(this.plan, new URLSearchParams(location.search).get("verdict") ?? "helps");
      case "model_info": return { method: "hanczar", meta: {} };
      case "extract_model": return { method: "hanczar", meta: {}, buffers: [new ArrayBuffer(8)] };
      case "predict": return { id: ["1", "2"], prediction: { type: "classes", names: ["0", "1"], probabilities: [0.3, 0.7, 0.9, 0.1] } };
      default: throw fail("unknown", [["name", ask.type], ["known", "…"]]);
    }
  }
  match(source, target) {
    const features = Object.keys(source).filter((name) => source[name] === "feature" && target[name] === "feature").map((name) => ({ source: name, target: name, measure: "number", how: "exact", ...(name === "sex" ? { levels: { 0: "F", 1: "M" } } : {}) }));
    const taken = new Set(features.map((pair) => pair.source));
    return { mapping: { features, label: { source: {}, target: {}, factor: 1 } }, units: [{ source: "chol", target: "chol", conversion: "cholesterol", factor: 0.02586, offset: 0, source_median: 240, target_median: 6.2 }], unmatched_source: Object.keys(source).filter((name) => source[name] === "feature" && !taken.has(name)), unmatched_target: Object.keys(target).filter((name) => target[name] === "feature" && !taken.has(name)) };
  }
}

/** In place of www/start.js. */
export async function start() {
  const ways = ["fetch", "xhr", "beacon", "websocket", "eventsource", "image", "style", "font", "script", "frame", "form", "prefetch", "worker", "worker_fetch", "worker_import", "worker_socket"].map((way) => ({ way, refused: true, by: "policy", must: true, note: null }));
  for (const way of ["webrtc", "window_open", "opener"]) ways.push({ way, refused: true, by: "page", must: true, note: "removed" });
  for (const way of ["navigation", "extension", "host"]) ways.push({ way, refused: false, by: "nobody", must: false, note: way });
  const open = new URLSearchParams(location.search).has("unsealed");
  return { engine: open ? null : new FakeEngine(), seal: { ok: !open, reason: open ? "open:fetch,image" : null, ways }, ms: 100 };
}
