// The numbers beside the stage for one row, each with its error or a word that says why there is none,
// and the difference between two experiments.

import { formatNumber, formatPercent, formatPlain, halfWidth, isNumber } from "./numbers.js";
import { finiteCount, goalOf, isReciprocalReliable, lawAt, measureNames, shareHalfWidth, spreadError } from "./rows.js";
/** @import { Header, Maybe, Row } from "./scene.js" */

/**
 * One number with its error, or a word that says why there is none; value and error are text.
 * @typedef {{key: string, label: string, value: string, error: string, kind: "estimated" | "exact" | "not estimable", hint: string,
 *   number: Maybe, half: number | null, note?: string, floor?: string | null}} Readout
 */

/** @type {(key: string, label: string, value: number | null | undefined, half: number | null, hint: string) => Readout} */
function makeReadout(key, label, value, half, hint) {
  const text = formatNumber(value, half);
  const error = text.error === null ? "no error known" : `± ${text.error}`;
  return {key, label, value: text.value, error, kind: "estimated", hint, number: value, half};
}

/** @type {(row: Row, field: string) => string} */
function stepHint(row, field) {
  const change = row.step_changes && row.step_changes[field];
  return isNumber(change) ? ` With half as many steps it changes by ${formatPlain(Math.abs(change))}.` : "";
}

/** @type {(header: Header) => string} */
export function reciprocalHint(header) {
  const {kind, label} = measureNames(header);
  return kind === "cfg" ? `How many times you would ask a random labeller before hearing ${label}.` : "";
}

/** @type {(row: Row) => string} */
function tailHint(row) {
  const tail = row.tail || {};
  const shape = isNumber(tail.k_hat) ? ` Pareto tail index ${formatNumber(tail.k_hat, 0.04).value}.` : "";
  const share = isNumber(tail.top_share) ? ` The top 1 % of the particles carries ${formatPercent(tail.top_share, null).value} of it.` : "";
  return `Too heavy-tailed to estimate.${shape}${share}`;
}

/** @type {(header: Header, row: Row) => Readout[]} */
function reciprocalReadout(header, row) {
  const names = measureNames(header), label = `mean of ${names.reciprocal}`;
  if (isReciprocalReliable(row)) {
    const hint = reciprocalHint(header) + stepHint(row, "mean_reciprocal");
    return [makeReadout("mean_reciprocal", label, row.mean_reciprocal, 1.96 * row.se_reciprocal, hint.trim())];
  }
  if (row.live && names.kind !== "none") {
    return [{key: "mean_reciprocal", label, value: "not estimated live", error: "see a computed w", kind: "not estimable", number: null, half: null,
             hint: "Whether its tail allows an error is judged by the exact law, at the computed w alone."}];
  }
  const estimable = isNumber(row.mean_reciprocal) || row.tail || names.kind === "cfg";
  if (!estimable) return [];  // a reward that can be 0: its reciprocal has no mean to ask for
  const hint = `${reciprocalHint(header)} ${tailHint(row)}`.trim();
  return [{key: "mean_reciprocal", label, value: "not estimable", error: `from ${finiteCount(row)} samples`,
           kind: "not estimable", hint, number: null, half: null}];
}

/** @type {(header: Header, row: Row) => Readout[]} */
function exactReadouts(header, row) {
  const exact = header.exact || {}, names = measureNames(header);
  /** @type {["mean_reward_w0" | "mean_reciprocal_w0" | "mean_reward_w1", string][]} */
  const at = row.w === 0 ? [["mean_reward_w0", names.reward], ["mean_reciprocal_w0", names.reciprocal]]
    : row.w === 1 ? [["mean_reward_w1", names.reward]] : [];
  return at.filter(([key]) => isNumber(exact[key])).map(([key, name]) => (
    {key, label: `mean of ${name}, exact`, value: formatPlain(exact[key]), error: "exact", kind: "exact",
     hint: "Closed form or quadrature: no simulation enters it.", number: exact[key], half: 0}));
}

/** @type {(row: Row) => Readout[]} */
function shareReadouts(row) {
  if (row.w === 0 || !isNumber(row.improved)) return [];  // at w = 0 every particle is its own pair
  const half = shareHalfWidth(row, row.se_improved), text = formatPercent(row.improved, half);
  const error = half === null ? "no error known" : `± ${text.error}`;
  const ties = isNumber(row.ties) && row.ties > 0 ? ` ${formatPercent(row.ties, null).value} stayed level.` : "";
  return [{key: "improved", label: "proportion improved (same noise)", value: text.value, error, kind: "estimated",
           hint: `Share of particles that end better than their own unguided twin, driven by the same noise.${ties}`,
           number: row.improved, half}];
}

/** @type {(header: Header, row: Row) => Readout[]} */
function distanceReadouts(header, row) {
  const laws = new Set();
  /** @type {(law: string) => boolean} */
  const isNew = (law) => !laws.has(law) && Boolean(laws.add(law));  // at w = 0 the powered law is the conditional one
  const known = (row.distances || []).filter((d) => isNumber(d.energy_distance));
  return known.filter((d) => isNew(lawAt(goalOf(header, d.to).law, row.w))).map((d) => {
    const half = halfWidth(d.se), law = lawAt(goalOf(header, d.to).law, row.w);
    const floor = isNumber(d.floor) ? formatNumber(d.floor, half).value : null;
    const readout = makeReadout(`distance:${d.to}`, `distance to ${law}`, d.energy_distance, half,
      "Energy distance between the particles and this law; the floor is what the law's own samples score against it.");
    return {...readout, floor, note: floor === null ? "" : `floor ${floor}`};
  });
}

// [{key, label, value, error, kind, hint, number, half}] for one row; value and error are text.
/** @type {(header: Header, row: Row | null | undefined) => Readout[]} */
export function rowReadouts(header, row) {
  if (!row) return [];
  const names = measureNames(header);
  /** @type {Readout[]} */
  const readouts = [];
  /** @type {(key: string, label: string, value: Maybe, half: number | null, hint: string) => void} */
  const add = (key, label, value, half, hint) => {
    if (isNumber(value)) readouts.push(makeReadout(key, label, value, half, hint));
  };
  const bandless = isNumber(row.se_reward) ? "" : "Too heavy-tailed for an error.";
  add("mean_reward", `mean of ${names.reward}`, row.mean_reward, halfWidth(row.se_reward), (bandless + stepHint(row, "mean_reward")).trim());
  readouts.push(...reciprocalReadout(header, row), ...exactReadouts(header, row), ...shareReadouts(row));
  add("spread", "spread", row.spread, halfWidth(spreadError(row)), "Root mean square distance of the particles from their centre.");
  if (isNumber(row.spread) && !isNumber(row.se_spread)) {
    readouts.at(-1).note = "error rough";
    readouts.at(-1).hint += " Its error is a cautious guess, spread / √n.";
  }
  readouts.push(...distanceReadouts(header, row));
  const identity = (row.w === 0 ? null : row.identity) || {of: "", value: null, se: null};  // at w = 0 it says nothing new
  const predicted = identity.of === "mean_reward" ? names.reward : names.reciprocal;
  add("identity", `mean of ${predicted}, from the identity`, identity.value, halfWidth(identity.se),
    "The improvement identity, averaged along the same guided paths: it should agree with the direct mean.");
  if (row.w !== 0) {
    add("path_kl", "path KL", row.path_kl, halfWidth(row.se_path_kl), "How far the guided paths' law is from the unguided paths' law, in nats.");
  }
  if (row.nonfinite > 0) {
    readouts.push({key: "nonfinite", label: "particles lost to overflow", value: String(row.nonfinite), error: `of ${row.particles}, exact`,
                   kind: "exact", hint: "They are left out of every number here.", number: row.nonfinite, half: 0});
  }
  return readouts;
}
