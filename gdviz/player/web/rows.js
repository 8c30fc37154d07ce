// What one row of a result says, with its errors; and the names that a scene gives to its measure and laws.

import { formatPlain, isNumber, superscript } from "./numbers.js";
/** @import { Goal, Header, Maybe, Row } from "./scene.js" */

// A share seen in none or all of n particles has standard error 0 but not error 0: 3/n bounds it at 95 %.
/** @type {(row: Row, se: Maybe) => number | null} */
export function shareHalfWidth(row, se) {
  if (!isNumber(se)) return null;
  return se > 0 ? 1.96 * se : 3 / Math.max(1, finiteCount(row));
}

/** @type {(row: Row) => number} */
export function finiteCount(row) {
  return (row.particles || 0) - (row.nonfinite || 0);
}

// Standard error of the spread: the row's own, else spread / sqrt(n), which is on the safe side for any
// cloud whose squared radius has a standard deviation up to twice its mean (a Gaussian has 1.4).
/** @type {(row: Row) => number | null} */
export function spreadError(row) {
  if (isNumber(row.se_spread)) return row.se_spread;
  const n = finiteCount(row);
  return isNumber(row.spread) && n > 0 ? row.spread / Math.sqrt(n) : null;
}

// False where the tail of 1/p is too heavy for its mean (and its error) to mean anything.
/** @type {(row: Row) => boolean} */
export function isReciprocalReliable(row) {
  return isNumber(row.mean_reciprocal) && isNumber(row.se_reciprocal) && !(row.tail && row.tail.reliable === false);
}

/** @type {(header: Header) => {reward: string, reciprocal: string, kind: string, label: string | null}} */
export function measureNames(header) {
  const measure = header.measure || {};
  return {
    reward: measure.reward_name || "reward",
    reciprocal: measure.reciprocal_name || "1 / reward",
    kind: measure.kind || "none",
    label: measure.label === null || measure.label === undefined ? null : String(measure.label),
  };
}

// What the reader calls the reward that guides; null where it has no name.
/** @type {(header: Header) => string | null} */
export function rewardName({ experiment }) { return experiment?.guidance?.name ?? null; }

// Whether two scenes read the same off their samples: the same name, and behind a name such as r(x) the same reward.
/** @type {(a: Header, b: Header) => boolean} */
export function sameQuantity(a, b) {
  /** @type {(header: Header) => string} */
  const behind = ({experiment}) => JSON.stringify([experiment?.measure?.reward ?? null, experiment?.guidance?.reward ?? null]);
  return measureNames(a).reward === measureNames(b).reward && behind(a) === behind(b);
}

/** @type {(header: Header, name: string) => Goal} */
export function goalOf(header, name) {
  const goals = (header.laws && header.laws.goals) || [];
  return goals.find((goal) => goal.name === name) || {name, law: name};
}

// Whether the goal itself changes with w, as the powered law p(x | b)^(1+w) p(x)^(-w) does.
/** @type {(law: string) => boolean} */
export function isMovingGoal(law) {
  return /\bw\b/.test(law);
}

// The powered law with w filled in: "p(x | b)^(1+w) p(x)^(-w)" reads "p(x | b)³ p(x)⁻²" at w = 2, and
// "p(x | b)" at w = 0.
/** @type {(law: string, w: number) => string} */
export function lawAt(law, w) {
  /** @type {(x: number) => string} */
  const fill = (x) => (x === 1 ? "" : Number.isInteger(x) && x !== 0 ? superscript(x) : `^${formatPlain(x)}`);
  return law
    .replace(/\^\(?\s*1\s*\+\s*w\s*\)?/g, fill(1 + w))
    .replace(/\^\(?\s*[-−]\s*w\s*\)?/g, fill(-w))
    .replace(/\^\(?w\)?(?!\w)/g, fill(w))
    .replace(/\s*\w+\([^()]*\)\^0(?![.\d])/g, "").trim();
}
