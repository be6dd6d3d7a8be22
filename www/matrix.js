// Files that are one table: the three of a 10x matrix. Which is which, the engine's `Part::of` says by the same names.

const PART = /^(.*?)(matrix\.mtx|\.mtx|features\.tsv|genes\.tsv|barcodes\.tsv)(?:\.gz)?$/;
/** @param {string} name */
const kind = (name) => { const part = PART.exec(name)?.[2]; return part?.endsWith(".mtx") ? "matrix" : part?.startsWith("barcodes") ? "barcodes" : part ? "features" : ""; };

/** Whether a file can be one of three. @param {File} file */
export const isPart = (file) => kind(file.name) !== "";

/** The files that are read as one table each; the matrix is the first of its own. @param {File[]} files @returns {File[][]} */
export function together(files) {
  /** @type {Set<File>} */
  const taken = new Set();
  const stem = (/** @type {File} */ file) => PART.exec(file.name)?.[1];
  const groups = files.filter((file) => kind(file.name) === "matrix").map((matrix) => {
    const others = ["features", "barcodes"].flatMap((which) => {
      const all = files.filter((file) => kind(file.name) === which);
      const own = all.length === 1 ? all[0] : all.find((file) => stem(file) === stem(matrix));
      return own ? [own] : [];
    });
    for (const file of [matrix, ...others]) taken.add(file);
    return [matrix, ...others];
  });
  // Genes and cells without their matrix belong together too: what is missing is then said once.
  const left = files.filter((file) => !taken.has(file));
  const halves = left.filter((file) => kind(file.name) === "barcodes").flatMap((cells) => {
    const genes = left.find((file) => kind(file.name) === "features" && stem(file) === stem(cells));
    return genes ? [[genes, cells]] : [];
  });
  for (const file of halves.flat()) taken.add(file);
  return [...groups, ...halves, ...files.filter((file) => !taken.has(file)).map((file) => [file])];
}
