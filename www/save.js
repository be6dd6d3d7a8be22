// Downloads: a blob, a link, a click. Nothing is sent anywhere, nothing stays in the browser.

import { csv } from "./charts/table.js";

/** @param {string} name @param {BlobPart[]} parts @param {string} type */
export function download(name, parts, type) {
  const url = URL.createObjectURL(new Blob(parts, { type }));
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  document.body.append(link);
  link.click();
  link.remove();
  // The download has its own hold on the blob by then.
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** @param {string} name @param {unknown} value */
export const downloadJson = (name, value) => download(name, [JSON.stringify(value, null, 1)], "application/json");

/** The mark at the start makes spreadsheets read UTF-8. @param {string} name @param {import("./charts/table.js").Table} table */
export const downloadCsv = (name, table) => download(name, ["\ufeff", csv(table)], "text/csv");

/** @param {string} kind @param {string} extension */
export const fileName = (kind, extension) => `autograft-${kind}-${new Date().toISOString().slice(0, 10)}.${extension}`;
