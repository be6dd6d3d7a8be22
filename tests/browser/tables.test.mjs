// Files into tables, as a person drops them: each format, what is refused, and a file that changes underneath.

import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { crc32, gzipSync } from "node:zlib";
import { launch, open } from "./chromium.mjs";
import { serve } from "./server.mjs";

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
 * @param {string | { name: string, mimeType: string, buffer: Buffer }} file
 */
async function read(file, { options = {}, limit = undefined, wait = async () => {} } = {}) {
  await page.setInputFiles("#test-files", file);
  await wait();
  return page.evaluate(
    async ([options, limit]) => {
      const input = /** @type {HTMLInputElement} */ (document.querySelector("#test-files"));
      let progress = 0;
      const onEvent = (event) => { if (event.type === "progress") progress = event.done; };
      return window.autograft.engine.request({ type: "open", options, limit }, { files: [input.files[0]], worker: "fresh", onEvent }).then(
        ({ summary, buffers, memory }) => ({ summary, bytes: buffers[0].byteLength, memory, progress }),
        (failure) => ({ code: failure.code, at: failure.at }),
      );
    },
    [options, limit],
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

test("refuses what cannot fit, with its estimate, after the first megabyte", async () => {
  const found = await read(picked("large.csv", `${separated(",")}${"50,F,1\n".repeat(400_000)}`), { limit: 1e6 });
  assert.equal(found.code, "too_large");
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

test("a million rows open within three times their text, and the page stays awake", async () => {
  const line = (i) => Array.from({ length: 20 }, (_, j) => ((i * (j + 3) * 2654435761) % 100000) / 100).join(",");
  const path = join(folder, "long.csv");
  const head = `${Array.from({ length: 20 }, (_, j) => `v${j}`).join(",")}\n`;
  const block = Array.from({ length: 10_000 }, (_, i) => line(i)).join("\n") + "\n";
  await writeFile(path, head + block.repeat(Number(process.env.AUTOGRAFT_ROWS ?? 200_000) / 10_000));
  const text = head.length + block.length * (Number(process.env.AUTOGRAFT_ROWS ?? 200_000) / 10_000);
  await page.evaluate(() => {
    window.longest = 0;
    let last = performance.now();
    window.ticking = setInterval(() => { const now = performance.now(); window.longest = Math.max(window.longest, now - last); last = now; }, 5);
  });
  const started = Date.now();
  const found = await read(path);
  const longest = await page.evaluate(() => { clearInterval(window.ticking); return window.longest; });
  console.log(`cpu: ${(text / 1e6 / ((Date.now() - started) / 1000)).toFixed(0)} MB/s with everything; memory ${(found.memory / text).toFixed(2)} × the text; longest block of the page ${Math.round(longest)} ms`);
  assert.equal(found.code, undefined, JSON.stringify(found));
  assert.equal(found.summary.rows, Number(process.env.AUTOGRAFT_ROWS ?? 200_000));
  // The engine's memory and the table's own buffer, which the page holds.
  assert.ok(found.memory + found.bytes <= 3 * text + 16e6, `${found.memory} + ${found.bytes} for ${text}`);
});
