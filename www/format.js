// Numbers, sizes and times as the reader's language writes them.

import { language, t } from "./words.js";

/** What stands for a number that is not there. */
const NONE = "–";
const locale = () => (language() === "zh" ? "zh-CN" : "en");
const finite = (/** @type {unknown} */ x) => typeof x === "number" && Number.isFinite(x);

/** @param {number | null | undefined} x @param {number} [digits] after the point */
export function fixed(x, digits = 3) {
  return finite(x) ? Number(x).toLocaleString(locale(), { minimumFractionDigits: digits, maximumFractionDigits: digits }).replace("-", "−") : NONE;
}

/** @param {number | null | undefined} x */
export function signed(x, digits = 3) {
  if (!finite(x)) return NONE;
  // A rounded zero has no sign.
  const rounded = Number(Number(x).toFixed(digits)) || 0;
  return (rounded > 0 ? "+" : "") + fixed(rounded, digits);
}

/** Three significant figures, as a value of a table. @param {number | null | undefined} x */
export function value(x) {
  return finite(x) ? Number(x).toLocaleString(locale(), { maximumSignificantDigits: 3 }).replace("-", "−") : NONE;
}

/** @param {number | null | undefined} x */
export const whole = (x) => (finite(x) ? Number(x).toLocaleString(locale(), { maximumFractionDigits: 0 }) : NONE);

/** A share, as per cent. @param {number | null | undefined} x */
export function percent(x) {
  const digits = finite(x) && Number(x) > 0 && Number(x) < 0.0995 ? 1 : 0;
  return finite(x) ? Number(x).toLocaleString(locale(), { style: "percent", maximumFractionDigits: digits }) : NONE;
}

/** @param {number | null | undefined} low @param {number | null | undefined} high */
export const interval = (low, high, digits = 3) => t("number.interval", { low: fixed(low, digits), high: fixed(high, digits) });

/** @param {number | null | undefined} low @param {number | null | undefined} high */
export const signedInterval = (low, high, digits = 3) => t("number.interval", { low: signed(low, digits), high: signed(high, digits) });

/** @param {number | null | undefined} p */
export const pValue = (p) => (finite(p) ? (Number(p) < 0.001 ? t("number.under", { x: fixed(0.001, 3) }) : fixed(p, 3)) : NONE);

/** @param {number} n */
export function bytes(n) {
  const units = ["B", "kB", "MB", "GB"];
  const at = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, n)) / 3));
  return `${(n / 1000 ** at).toLocaleString(locale(), { maximumFractionDigits: at ? 1 : 0 })} ${units[at]}`;
}

/** @param {number} ms */
export function duration(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return t("time.seconds", { s });
  if (s < 3600) return t("time.minutes", { m: Math.floor(s / 60), s: s % 60 });
  return t("time.hours", { h: Math.floor(s / 3600), m: Math.round((s % 3600) / 60) });
}

/** The name of a metric, without its key showing through. @param {string} metric */
export const metricName = (metric) => t(`metric.${metric}`);
