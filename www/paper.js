// Sentences about a run in the language in force, from their keys and facts (src/report/paper).

import { fixed, interval, pValue, signed, signedInterval, whole } from "./format.js";
import { language, t } from "./words.js";

/** @typedef {import("./protocol.js").Sentence} Sentence */
/** @typedef {import("./protocol.js").Fact} Fact */

/** @param {Fact} fact @returns {string} */
function filled(fact) {
  switch (fact.type) {
    case "text": return fact.text;
    case "word": return t(fact.key);
    case "count": return whole(fact.n);
    case "number": return (fact.signed ? signed : fixed)(fact.value, fact.digits);
    case "share": return `${fixed(100 * fact.value, 1)}%`;
    case "interval": return (fact.signed ? signedInterval : interval)(fact.low, fact.high);
    case "p": return pValue(fact.value);
    case "list": return fact.items.map(filled).join(t("list.separator"));
    case "within": return tell(fact.sentence);
  }
}

/** @param {Sentence} sentence */
export const tell = ({ key, facts }) => t(key, facts.map(([slot, fact]) => /** @type {[string, string]} */ ([slot, filled(fact)])));

/** @param {Sentence[]} sentences */
export const ofParagraph = (sentences) => sentences.map(tell).join(language() === "zh" ? "" : " ");

/** A publication as one line; the same in every language. @param {import("./protocol.js").Reference} reference */
export const numberOf = ({ authors, title, journal, year, doi }) => `${authors}. ${title}. ${journal ? `${journal} (${year})` : year}.${doi ? ` doi:${doi}` : ""}`;

/** How many items are filled, in part, open. @param {import("./protocol.js").ForPaper["items"]} items */
export const count = (items) => Object.fromEntries(["whole", "part", "open"].map((kind) => [kind, items.filter((item) => item.filled === kind).length]));
