// The difference between two experiments, B - A.

import { formatNumber, formatPercent, formatPlain, halfWidth, isNumber } from "./numbers.js";
import { pairedDifference } from "./paired.js";
import { rowReadouts } from "./readouts.js";
import { sameQuantity } from "./rows.js";
/** @import { Paired } from "./paired.js" */
/** @import { Header, Row } from "./scene.js" */

// What is read of the reward or the label that is measured.
const OF_THE_MEASURE = new Set(["mean_reward", "mean_reciprocal", "improved", "improved_independent"]);

/**
 * @typedef {{key: string, label: string, value: string, bar: string, error: string, kind: string, paired: boolean, number: number | null,
 *   half: number | null, clear?: boolean, hint: string}} Change
 *
 * @typedef {{differs: string, paired: number, rows: Change[]}} Difference
 */

// What two experiments do not share, in words: "w 1 → 2; sampler ddpm → ddim".
/** @type {(headerA: Header, rowA: Row, headerB: Header, rowB: Row) => string} */
export function experimentChanges(headerA, rowA, headerB, rowB) {
  const changes = rowA.w === rowB.w ? [] : [`w ${formatPlain(rowA.w)} → ${formatPlain(rowB.w)}`];
  compareKeys([], headerA.experiment || {}, headerB.experiment || {}, changes);
  const shown = changes.slice(0, 5);
  if (changes.length > shown.length) shown.push(`and ${changes.length - shown.length} more`);
  return shown.length ? shown.join("; ") : "nothing: the same experiment";
}

/** @type {(path: string[], a: Record<string, any>, b: Record<string, any>, changes: string[]) => void} */
function compareKeys(path, a, b, changes) {
  const shared = Object.keys(a).filter((key) => key in b);
  // Another kind has other controls: naming the kind says it, and only what both have is compared.
  const keys = a.kind === b.kind ? [...new Set([...Object.keys(a), ...Object.keys(b)])] : shared;
  for (const key of keys) {
    if (path.length === 0 && (key === "w" || key === "frames" || key === "format")) continue;
    const from = a[key], to = b[key];
    if (JSON.stringify(from) === JSON.stringify(to)) continue;
    /** @type {(x: any) => boolean} */
    const isRecord = (x) => x !== null && typeof x === "object" && !Array.isArray(x);
    if (isRecord(from) && isRecord(to)) compareKeys([...path, key], from, to, changes);
    else changes.push(changeWords([...path, key], from, to));
  }
}

/** @type {Record<string, string>} */
const FORMS = {reward: "seek high reward", cost: "avoid high cost"};

/** @type {(path: string[], from: any, to: any) => string} */
function changeWords(path, from, to) {
  /** @type {(value: any) => string} */
  const words = (value) => {
    if (value === undefined || value === null) return "default";
    if (path.at(-1) === "form") return FORMS[value] || String(value);
    if (typeof value === "number") return formatPlain(value);
    if (typeof value === "object" && value.kind) return String(value.kind).replaceAll("_", " ");
    return typeof value === "string" && path.at(-1) === "kind" ? value.replaceAll("_", " ") : String(value);
  };
  const name = path.filter((key) => key !== "kind" && key !== "form").join(" ").replaceAll("_", " ");
  const long = [from, to].some((value) => Array.isArray(value) || words(value).length > 40);
  return long ? `${name} differs` : `${name} ${words(from)} → ${words(to)}`;
}

// {differs, paired, rows: [{key, label, value: B − A, error, bar, kind, paired, hint}]}; a row is there when both
// experiments measure the same thing. On shared noise the means of r and 1/r and the shares are paired: read from
// the shown particles' own differences (`paired` counts them). Everything else joins the two rows' errors and
// says "unpaired". `bar` is the error without that word.
/** @type {(headerA: Header, rowA: Row, headerB: Header, rowB: Row) => Difference} */
export function rowDifference(headerA, rowA, headerB, rowB) {
  const before = new Map(rowReadouts(headerA, rowA).map((readout) => [readout.key, readout]));
  const pairs = pairedDifference(headerA, rowA, headerB, rowB);
  /** @type {Change[]} */
  const rows = [];
  const alike = sameQuantity(headerA, headerB);
  for (const after of rowReadouts(headerB, rowB)) {
    const from = before.get(after.key);
    const comparable = from && from.kind !== "exact" && from.label === after.label && after.key !== "identity" && (alike || !OF_THE_MEASURE.has(after.key));
    if (!comparable) continue;
    if (!isNumber(after.number) || !isNumber(from.number)) {
      rows.push({key: after.key, label: after.label, number: null, half: null, paired: false, value: "not estimable", bar: "", error: "",
                 kind: "not estimable", hint: "One of the two means cannot be estimated."});
      continue;
    }
    const joint = isNumber(after.half) && isNumber(from.half) ? Math.hypot(after.half, from.half) : null;
    const banded = after.half !== null && from.half !== null;  // a tail too heavy for either mean is so for their difference
    rows.push(differenceRow(after, after.number - from.number, joint, banded ? pairs : null));
  }
  if (pairs) rows.push(differenceRow({key: "better", label: "better in B than in A (same noise)"}, null, null, pairs));
  return {differs: experimentChanges(headerA, rowA, headerB, rowB), paired: pairs ? pairs.n : 0, rows};
}

/** @type {(of: {key: string, label: string}, apart: number | null, joint: number | null, pairs: Paired | null) => Change} */
function differenceRow({key, label}, apart, joint, pairs) {
  const pair = pairs && pairs.of[key];
  const number = pair ? pair.number : apart;
  const share = key === "improved" || key === "better";
  // Shares of none or all have standard error 0 but not error 0: 3/n bounds it at 95 %.
  const half = !pair ? joint : share && !(pair.se > 0) ? 3 / pairs.n : halfWidth(pair.se);
  const text = share ? formatPercent(number, half) : formatNumber(number, half);
  const bar = half === null ? "no error known" : `± ${text.error ?? 0}`;
  const sign = number > 0 && key !== "better" ? "+" : "";
  const clear = half !== null && Math.abs(key === "better" ? number - 0.5 : number) > half;
  const hint = pair ? `Mean of the differences, particle by particle, of the ${pairs.n} shown particles that share their noise.`
    : "The two errors joined as if independent; where the noise is shared the true error is usually smaller.";
  const word = pair ? `paired, ${pairs.n} shown particles` : "unpaired";
  return {key, label, value: sign + text.value, bar, error: half === null ? bar : `${bar} (${word})`, kind: "estimated", paired: Boolean(pair), number, half, clear, hint};
}
