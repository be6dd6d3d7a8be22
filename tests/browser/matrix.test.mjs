// Which dropped files are one table: the three of a 10x matrix, in any order, several at once, and what lacks a part.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isPart, together } from "../../www/matrix.js";

const grouped = (...names) => together(names.map((name) => ({ name }))).map((files) => files.map((file) => file.name));

test("three files are one table, whatever their order and their packing", () => {
  assert.deepEqual(grouped("barcodes.tsv.gz", "matrix.mtx.gz", "features.tsv.gz"), [["matrix.mtx.gz", "features.tsv.gz", "barcodes.tsv.gz"]]);
  assert.deepEqual(grouped("bulk.csv", "genes.tsv", "counts.mtx", "barcodes.tsv"), [["counts.mtx", "genes.tsv", "barcodes.tsv"], ["bulk.csv"]]);
});

test("several matrices are told apart by how their names begin", () => {
  const names = ["matrix.mtx", "features.tsv", "barcodes.tsv"].flatMap((end) => [`GSM1_${end}`, `GSM2_${end}`]);
  assert.deepEqual(grouped(...names), ["GSM1_", "GSM2_"].map((start) => ["matrix.mtx", "features.tsv", "barcodes.tsv"].map((end) => start + end)));
});

test("what lacks a part stays together and is read, so that the engine can say what is missing", () => {
  assert.deepEqual(grouped("matrix.mtx", "barcodes.tsv"), [["matrix.mtx", "barcodes.tsv"]]);
  assert.deepEqual(grouped("features.tsv", "barcodes.tsv"), [["features.tsv", "barcodes.tsv"]]);
  assert.deepEqual(grouped("features.tsv", "a.csv"), [["features.tsv"], ["a.csv"]]);
  assert.deepEqual(["a.csv", "genes.tsv", "x.mtx", "barcodes.tsv.gz"].map((name) => isPart({ name })), [false, true, true, true]);
});
