// Files into tables, as a person drops them: each format, what is refused, and a file that changes underneath.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { crc32, gzipSync } from "node:zlib";
import { launch, open } from "./chromium.mjs";
import { serve } from "./server.mjs";

/** Milliseconds: far over what is measured (a tenth of it, idle), far under what reading in the page itself would block. */
const BLOCK_MS = 2000;

/** @type {import("playwright-core").Browser} */
let browser;
/** @type {Awaited<ReturnType<typeof serve>>} */
let server;
/** @type {import("playwright-core").Page} */
let page;
/** @type {string} */
let folder;
before(async () => {
  browser = await launch();
  server = await serve();
  ({ page } = await open(browser, server.url));
  folder = await mkdtemp(join(tmpdir(), "autograft-"));
  await page.evaluate(() => {
    const input = Object.assign(document.createElement("input"), { type: "file", id: "test-files", multiple: true });
    document.body.append(input);
  });
});
after(async () => {
  await browser?.close();
  await server?.close();
  if (folder) await rm(folder, { recursive: true });
});

/**
 * Opens what is picked; `wait` runs in between.
 * @param {string | { name: string, mimeType: string, buffer: Buffer } | { name: string, mimeType: string, buffer: Buffer }[]} file
 */
async function read(file, { options = {}, limit = undefined, wait = async () => {}, short = false } = {}) {
  await page.setInputFiles("#test-files", file);
  await wait();
  return page.evaluate(
    async ([options, limit, short]) => {
      const input = /** @type {HTMLInputElement} */ (document.querySelector("#test-files"));
      let progress = 0;
      const onEvent = (event) => { if (event.type === "progress") progress = event.done; };
      return window.autograft.engine.request({ type: "open", options, limit }, { files: [...input.files], worker: "fresh", onEvent }).then(
        ({ summary, buffers, memory }) => ({ summary: short ? { rows: summary.rows, columns: { length: summary.columns.length } } : summary, bytes: buffers[0].byteLength, memory, progress }),
        (failure) => ({ code: failure.code, at: failure.at, facts: Object.fromEntries(failure.facts), progress }),
      );
    },
    [options, limit, short],
  );
}

const picked = (name, text) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.isBuffer(text) ? text : Buffer.from(text) });

const ROWS = [["age", "sex", "died"], ...Array.from({ length: 60 }, (_, i) => [40 + ((i * 7) % 45), i % 2 ? "M" : "F", i % 3 ? 0 : 1])];
const separated = (sign) => ROWS.map((row) => row.join(sign)).join("\n") + "\n";

/** A workbook as small as one can be: a zip of stored parts, the cells inline. */
function workbook() {
  const cell = (value) => (typeof value === "number" ? `<c><v>${value}</v></c>` : `<c t="inlineStr"><is><t>${value}</t></is></c>`);
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  const parts = {
    "[Content_Types].xml": `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`,
    "_rels/.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
    "xl/workbook.xml": `${head}<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Ward 7" sheetId="1" r:id="r1"/></sheets></workbook>`,
    "xl/_rels/workbook.xml.rels": `${head}<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`,
    "xl/worksheets/sheet1.xml": `${head}<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>${ROWS.map((row) => `<row>${row.map(cell).join("")}</row>`).join("")}</sheetData></worksheet>`,
  };
  const files = [];
  const index = [];
  let at = 0;
  for (const [name, text] of Object.entries(parts)) {
    const body = Buffer.from(text);
    const fields = Buffer.alloc(26);
    fields.writeUInt16LE(20, 0);
    fields.writeUInt32LE(crc32(body), 10);
    fields.writeUInt32LE(body.length, 14);
    fields.writeUInt32LE(body.length, 18);
    fields.writeUInt16LE(name.length, 22);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(at, 10);
    files.push(Buffer.from("PK\x03\x04", "latin1"), fields, Buffer.from(name), body);
    index.push(Buffer.from("PK\x01\x02\x14\x00", "latin1"), fields, tail, Buffer.from(name));
    at += 30 + name.length + body.length;
  }
  const end = Buffer.alloc(22);
  const length = Buffer.concat(index).length;
  end.write("PK\x05\x06", 0, "latin1");
  end.writeUInt16LE(Object.keys(parts).length, 8);
  end.writeUInt16LE(Object.keys(parts).length, 10);
  end.writeUInt32LE(length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, ...index, end]);
}

for (const [name, file] of [
  ["comma", picked("ward.csv", separated(","))],
  ["semicolon", picked("ward.csv", separated(";"))],
  ["tab", picked("ward.tsv", separated("\t"))],
  ["gzip", picked("ward.csv.gz", gzipSync(separated(",")))],
  ["workbook", picked("ward.xlsx", workbook())],
]) {
  test(`opens a table: ${name}`, async () => {
    const found = await read(file);
    assert.equal(found.code, undefined, JSON.stringify(found));
    assert.equal(found.summary.rows, 60);
    assert.deepEqual(found.summary.columns.map((column) => column.name), ROWS[0]);
    assert.equal(found.summary.columns[0].min, 40);
    assert.ok(found.bytes > 0);
    assert.equal(found.progress, file.buffer.length);
  });
}

for (const [name, file, code] of [
  ["empty", picked("none.csv", ""), "empty_file"],
  ["header only", picked("head.csv", "age,sex,died\n"), "header_only"],
  ["ragged", picked("ragged.csv", `${separated(",")}1,F\n`), "ragged_row"],
  ["binary", picked("scan.csv", Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256))), "binary_file"],
  ["cut gzip", picked("cut.csv.gz", gzipSync(separated(",")).subarray(0, 60)), "bad_gzip"],
]) {
  test(`refuses with the reason and the file: ${name}`, async () => {
    const found = await read(file);
    assert.equal(found.code, code);
    assert.equal(found.at.file, file.name);
  });
}

/** Readings every five minutes of `days`, a person a level; `line` may change one, repeat it or leave it out. */
function readings(levels, days, line = (text) => text) {
  const all = levels.flatMap((level, person) => Array.from({ length: days * 288 }, (_, at) => {
    const [minute, value] = [(at % 288) * 5, level * (1 + 0.2 * Math.sin(at / 20))];
    return line(`p${person},2025-03-${String(Math.floor(at / 288) + 1).padStart(2, "0")} ${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")},${value.toFixed(1)}`, at);
  }));
  return `person,time,glucose\n${all.filter(Boolean).join("\n")}\n`;
}
const windows = { person: "person", time: "time", value: "glucose", step: 5, history: 180, horizon: 30 };

test("a long table whose people have other units, and one without a window, are refused and say who and what", async () => {
  const mixed = await read(picked("cgm.csv", readings([120, 6.5, 130], 3)), { options: { windows } });
  assert.deepEqual([mixed.code, mixed.at.file, mixed.at.column, mixed.facts.persons], ["mixed_units", "cgm.csv", "glucose", "p1"]);
  const short = await read(picked("hours.csv", readings([120], 1, (text, at) => (at < 30 ? text : ""))), { options: { windows } });
  assert.deepEqual([short.code, short.at.file], ["no_windows", "hours.csv"]);
});

test("gaps, repeated and unordered readings and a person of one day are told, and the windows are there", async () => {
  const lines = readings([120, 140], 3, (text, at) => (at % 50 === 7 ? "" : at === 100 ? `${text}\n${text}` : text)).trim().split("\n");
  [lines[20], lines[40]] = [lines[40], lines[20]];
  const one = readings([100], 1).trim().split("\n").slice(1).map((line) => line.replace("p0", "p9"));
  const found = await read(picked("cgm.csv", `${[...lines, ...one].join("\n")}\n`), { options: { windows } });
  assert.equal(found.code, undefined, JSON.stringify(found));
  const told = Object.fromEntries(found.summary.notes.map(({ code, facts }) => [code, Object.fromEntries(facts)]));
  for (const code of ["windows_filled", "windows_unordered", "windows_repeated", "windows_unlabelled"]) assert.ok(Number(told[code]?.count) > 0, `${code} of ${JSON.stringify(told)}`);
  assert.equal(told.windows_one_day.persons, "p9");
  assert.ok(found.summary.rows > 1000);
});

test("counts that are logarithms already, cells without genes and a matrix beyond the memory are refused", async () => {
  const genes = Array.from({ length: 250 }, (_, gene) => `G${gene}`);
  const table = (cell) => `cell,${genes.join(",")}\n${Array.from({ length: 20 }, (_, row) => `c${row},${genes.map((_, gene) => cell(row, gene)).join(",")}`).join("\n")}\n`;
  const counts = { min_genes: 10 };
  const logs = await read(picked("logs.csv", table((row, gene) => Math.log1p((row * gene) % 7).toFixed(4))), { options: { counts } });
  assert.deepEqual([logs.code, logs.at.file], ["not_counts", "logs.csv"]);
  const bare = await read(picked("bare.csv", table(() => 0)), { options: { counts } });
  assert.deepEqual([bare.code, bare.at.file], ["no_cells_left", "bare.csv"]);
  const [cells, many] = [40_000, 20_000];
  const ends = `${many} ${cells} 2\n1 1 3\n2 2 5\n`;
  const dense = await read([
    picked("matrix.mtx", `%%MatrixMarket matrix coordinate integer general\n${ends}`),
    picked("features.tsv", Array.from({ length: many }, (_, gene) => `ENSG${gene}\tG${gene}\tGene Expression\n`).join("")),
    picked("barcodes.tsv", Array.from({ length: cells }, (_, cell) => `CELL${cell}-1\n`).join("")),
  ], { limit: 50e6 });
  assert.equal(dense.code, "matrix_too_dense", JSON.stringify(dense));
  assert.ok(dense.facts.needed, JSON.stringify(dense.facts));
});

test("refuses what cannot fit, with its estimate, after the first megabyte", async () => {
  const file = picked("large.csv", `${separated(",")}${"50,F,1\n".repeat(2_000_000)}`);
  const found = await read(file, { limit: 20e6 });
  assert.equal(found.code, "too_large");
  assert.equal(found.at.file, "large.csv");
  assert.match(found.facts.needed, /^\d+ MiB$/);
  assert.ok(parseInt(found.facts.needed) > 20, found.facts.needed);
  // The first slice was enough.
  assert.equal(found.progress, 0, "read on");
});

test("a file that changes after it was picked is an error, not a table", async () => {
  const path = join(folder, "live.csv");
  await writeFile(path, separated(","));
  const wait = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await writeFile(path, `${separated(",")}50,F,1\n`);
  };
  const found = await read(path, { wait });
  assert.equal(found.code, "file_changed");
  assert.equal(found.at.file, "live.csv");
});

/**
 * Opens a file in a fresh worker as the page does, and measures: the longest time that the page did not answer, and
 * the memory of engine and table beside the text.
 */
async function measured(path, text) {
  await page.evaluate(() => {
    window.longest = 0;
    let last = performance.now();
    window.ticking = setInterval(() => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; }, 5);
  });
  const started = Date.now();
  // Short: what the test driver takes out of the page would block it, too.
  const found = await read(path, { short: true });
  const longest = await page.evaluate(() => { clearInterval(window.ticking); return window.longest; });
  const seconds = (Date.now() - started) / 1000;
  console.log(`cpu: ${(text / 1e6).toFixed(0)} MB in ${seconds.toFixed(1)} s with everything; memory ${((found.memory + found.bytes) / text).toFixed(2)} × the text; longest block of the page ${Math.round(longest)} ms`);
  assert.equal(found.code, undefined, JSON.stringify(found));
  // The engine's memory at its largest and the table's own buffer, which the page holds.
  assert.ok(found.memory + found.bytes <= 3 * text + 16e6, `${found.memory} + ${found.bytes} for ${text}`);
  assert.equal(found.progress, text);
  assert.ok(longest < BLOCK_MS, `the page did not answer for ${longest} ms`);
  return found;
}

test("a million rows of 20 open within three times their text, and the page stays awake", async () => {
  const rows = Number(process.env.AUTOGRAFT_ROWS ?? 1_000_000);
  const line = (i) => Array.from({ length: 20 }, (_, j) => ((i * (j + 3) * 2654435761) % 100000) / 100).join(",");
  const path = join(folder, "long.csv");
  const head = `${Array.from({ length: 20 }, (_, j) => `v${j}`).join(",")}\n`;
  const block = Array.from({ length: 10_000 }, (_, i) => line(i)).join("\n") + "\n";
  await writeFile(path, head + block.repeat(rows / 10_000));
  const { summary } = await measured(path, head.length + block.length * (rows / 10_000));
  assert.equal(summary.rows, rows);
});

/** Gene expression as hospitals have it: patients in rows, 20,000 genes in columns, and an outcome. */
async function wide(name, patients, genes, seed) {
  const path = join(folder, name);
  const lines = [`patient,died,${Array.from({ length: genes }, (_, j) => `GENE${j}`).join(",")}`];
  for (let i = 0; i < patients; i++) {
    let state = (seed * 7919 + i * 104729) % 2147483647 || 1;
    const cells = new Array(genes);
    for (let j = 0; j < genes; j++) { state = (state * 16807) % 2147483647; cells[j] = (state / 214748364.7).toFixed(5); }
    lines.push(`${name}-${i},${i % 2},${cells.join(",")}`);
  }
  const text = lines.join("\n") + "\n";
  await writeFile(path, text);
  return { path, bytes: text.length };
}

test("a table of 500 patients and 20,000 genes opens in the page, lines up, and the page stays awake", async () => {
  const { path, bytes } = await wide("cohort.csv", 500, 20_000, 1);
  const { summary } = await measured(path, bytes);
  assert.equal(summary.columns.length, 20_002);
  const small = await wide("ward.csv", 40, 20_000, 2);
  const visit = await open(browser, `${server.url}#lang=en`);
  await visit.page.waitForSelector("#app[data-state=ready]");
  await visit.page.evaluate(() => {
    window.blocks = [];
    new PerformanceObserver((list) => { for (const { duration } of list.getEntries()) window.blocks.push(duration); }).observe({ type: "longtask" });
    window.progress = new Set();
    new MutationObserver(() => { const bar = document.querySelector("ag-file progress"); if (bar) window.progress.add(bar.value); }).observe(document.body, { subtree: true, attributes: true, childList: true });
  });
  await visit.page.setInputFiles("ag-drop:nth-of-type(1) input[type=file]", path);
  await visit.page.setInputFiles("ag-drop:nth-of-type(2) input[type=file]", small.path);
  await visit.page.waitForFunction(() => window.autograft.state.prepared || window.autograft.state.dataFailure, null, { timeout: 120_000 });
  await visit.page.getByRole("button", { name: "died", exact: true }).click();
  await visit.page.waitForFunction(() => (window.autograft.state.prepared?.data.label === "died" && !window.autograft.state.working) || window.autograft.state.dataFailure, null, { timeout: 120_000 });
  const { features, blocks, progress, failure } = await visit.page.evaluate(() => ({
    features: window.autograft.state.prepared?.data.features, blocks: window.blocks, progress: window.progress.size, failure: window.autograft.state.dataFailure?.code,
  }));
  assert.equal(failure, undefined);
  assert.equal(features, 20_000);
  assert.ok(progress >= 5, `the bar was seen at ${progress} places`);
  const longest = Math.max(0, ...blocks);
  console.log(`cpu: 20,000 columns lined up; longest task of the page ${Math.round(longest)} ms of ${blocks.length} over 50 ms`);
  assert.ok(longest < BLOCK_MS, `${longest} ms`);
  assert.deepEqual(visit.errors, []);
  await visit.page.close();
});
