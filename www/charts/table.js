// Tables beside the charts, as text.

/** @typedef {{ columns: string[], rows: unknown[][] }} Table */

/** A cell that a spreadsheet reads as it was meant. @param {unknown} cell */
function quoted(cell) {
  let text = cell === null || cell === undefined || (typeof cell === "number" && Number.isNaN(cell)) ? "" : String(cell);
  // A name from a data file must not become a formula in a spreadsheet.
  if (typeof cell === "string" && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** @param {Table} table */
export const csv = ({ columns, rows }) => [columns, ...rows].map((row) => row.map(quoted).join(",")).join("\r\n");
